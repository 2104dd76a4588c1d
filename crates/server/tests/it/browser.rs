//! Every page in a real browser, which tests/js/browser.mjs and tests/js/browser-programme.mjs drive.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use serde_json::json;

use crate::program::{Running, USHER, assert_passed, demo, javascript, run};

/// The pages are the same on either engine, so the runs on PostgreSQL leave the minute to others.
#[test]
fn every_page_is_right_in_a_browser() {
    if testkit::scratch().is_some() {
        return;
    }
    let (_demo, printed) = demo();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (_issuer, [sign_in, _]) = sign_in_pages(folder.path());

    let said = run(javascript("browser.mjs").arg(printed.to_string()).arg(sign_in), b"");

    assert_passed(&said);
}

/// Beside the other, each with a demo of its own: neither waits for what the other does, nor for its links.
#[test]
fn what_people_meet_on_their_way_is_right_in_a_browser() {
    if testkit::scratch().is_some() {
        return;
    }
    let (_demo, printed) = demo();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (_issuer, pages) = sign_in_pages(folder.path());

    let said = run(javascript("browser-programme.mjs").arg(printed.to_string()).args(pages), b"");

    assert_passed(&said);
}

/// The organisation of the built-in issuer.
const HERE: &str = "7a2c7b7e-52cc-4c2c-9d0e-0c1f1f6f7d11";
/// The organisation whose people sign in, and out, at an issuer elsewhere.
const ELSEWHERE: &str = "b91d6c0e-5a4f-4c39-8f0a-2d6b7a1f4e83";

/// A service with the built-in issuer and an application, and another one elsewhere: where the application sends people to
/// sign in, and the page after signing out, up to the registration's id. The demo has applications that need nobody to
/// sign in, and nowhere to sign out but its own pages.
fn sign_in_pages(folder: &std::path::Path) -> (Running, [String; 2]) {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = free.local_addr().expect("it has an address");
    drop(free);
    let config = folder.join("usher.toml");
    let text = format!(
        "[server]\nlisten = \"{address}\"\npublic_url = \"http://{address}\"\ndata_dir = {data:?}\n\
         [identity.builtin]\nenabled = true\n\
         [[identity.tenant]]\nid = {HERE:?}\nname = \"Riverbend\"\n\
         [[identity.issuer]]\nurl = {issuer:?}\naudience = [\"api://usher\"]\ntenant = {ELSEWHERE:?}\n\
         sign_in_client_id = \"pages\"\n",
        data = folder.join("data"),
        issuer = issuer_elsewhere(),
    );
    std::fs::write(&config, text).expect("the folder takes a file");
    let usher = |arguments: &[&str]| {
        let mut command = Command::new(USHER);
        command.args(arguments).arg("--config").arg(&config);
        command
    };
    let back = "http://127.0.0.1:9/back";
    let desk = ["apps", "register", "desk", "--public", "--name", "The desk", "--redirect-uri", back];
    run(usher(&desk).args(["--tenant", HERE]), b"");
    let issuer = Running::start(&mut usher(&["serve"]));
    let challenge = "A".repeat(43);
    let sign_in = format!(
        "http://{address}/identity/oauth2/v2.0/authorize?client_id=desk&redirect_uri={back}&response_type=code\
         &scope=openid&code_challenge_method=S256&code_challenge={challenge}"
    );
    let signed_out = format!("http://{address}/signed-out?tenant={ELSEWHERE}&registration=");
    (issuer, [sign_in, signed_out])
}

/// What a page asks of an issuer elsewhere: its description, which says where people sign out. It is there until the
/// tests end.
fn issuer_elsewhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}/realm", listener.local_addr().expect("it has an address"));
    let description = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/sign-in"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "end_session_endpoint": format!("{url}/sign-out"),
    })
    .to_string();
    thread::spawn(move || {
        for caller in listener.incoming() {
            let Ok(mut caller) = caller else { continue };
            let asked =
                BufReader::new(&caller).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let _ = asked.count();
            let length = description.len();
            // Whoever has hung up wants no answer.
            let _ = write!(
                caller,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
                 connection: close\r\n\r\n{description}"
            );
        }
    });
    url
}
