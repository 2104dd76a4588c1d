//! Every page in a real browser, which tests/js/browser.mjs drives.

use std::net::TcpListener;
use std::process::Command;

use crate::program::{Running, USHER, assert_passed, demo, javascript, run};

/// The pages are the same on either engine, so the run on PostgreSQL leaves the minute to others.
#[test]
fn every_page_is_right_in_a_browser() {
    if testkit::scratch().is_some() {
        return;
    }
    let (_demo, printed) = demo();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (_issuer, sign_in) = sign_in_page(folder.path());

    let said = run(javascript("browser.mjs").arg(printed.to_string()).arg(sign_in), b"");

    assert_passed(&said);
}

/// A service with the built-in issuer and an application, and where that one sends people to sign in. The demo has
/// applications that need nobody to sign in.
fn sign_in_page(folder: &std::path::Path) -> (Running, String) {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = free.local_addr().expect("it has an address");
    drop(free);
    let config = folder.join("usher.toml");
    let text = format!(
        "[server]\nlisten = \"{address}\"\npublic_url = \"http://{address}\"\ndata_dir = {data:?}\n\
         [identity.builtin]\nenabled = true\n\
         [[identity.tenant]]\nid = \"7a2c7b7e-52cc-4c2c-9d0e-0c1f1f6f7d11\"\nname = \"Riverbend\"\n",
        data = folder.join("data"),
    );
    std::fs::write(&config, text).expect("the folder takes a file");
    let usher = |arguments: &[&str]| {
        let mut command = Command::new(USHER);
        command.args(arguments).arg("--config").arg(&config);
        command
    };
    let back = "http://127.0.0.1:9/back";
    run(
        &mut usher(&["apps", "register", "desk", "--public", "--name", "The desk", "--redirect-uri", back]),
        b"",
    );
    let issuer = Running::start(&mut usher(&["serve"]));
    let challenge = "A".repeat(43);
    let sign_in = format!(
        "http://{address}/identity/oauth2/v2.0/authorize?client_id=desk&redirect_uri={back}&response_type=code\
         &scope=openid&code_challenge_method=S256&code_challenge={challenge}"
    );
    (issuer, sign_in)
}
