//! The recipes, run: the samples for each SDK over TLS, as their differences leave them, and the scripts for curl.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use url::Url;

use super::moved;
use super::run::demo_of;
use super::shell::{Place, succeeded};
use super::text::{after, blocks, one, read, root, script};
use crate::program::{Running, demo, free_address, javascript, python, run};

/// The demo behind TLS, and a folder for a program that calls it.
struct Moved {
    _demo: Running,
    _front: Running,
    ca_file: String,
    origin: String,
    token: String,
    folder: tempfile::TempDir,
}

impl Moved {
    fn new() -> Self {
        let (demo, printed) = demo();
        let base: Url = printed["baseUrl"].as_str().unwrap().parse().unwrap();
        let mut front = Running::start(javascript("tls.mjs").arg(base.port().unwrap().to_string()));
        let told = front.json_line();
        Self {
            _demo: demo,
            _front: front,
            ca_file: told["caFile"].as_str().unwrap().to_owned(),
            origin: format!("https://localhost:{}", told["port"]),
            token: printed["organizer"]["token"].as_str().unwrap().to_owned(),
            folder: tempfile::tempdir().expect("a folder can be made"),
        }
    }

    /// The program that a sample is once its difference is applied, with our address for the one that it names.
    fn write(&self, mark: &str, name: &str) -> PathBuf {
        let document = read("docs/recipes/moving-from-graph.md");
        let sample = one(blocks(&document).into_iter().filter(|block| block.mark.as_deref() == Some(mark)));
        assert!(sample.text.lines().any(|line| line.starts_with('-')), "the sample differs from nothing");
        let program = after(&sample.text);
        let program = program.replace("https://usher.example.org", &self.origin);
        let host = self.origin.trim_start_matches("https://").split(':').next().unwrap_or_default();
        self.put(name, &program.replace("usher.example.org", host))
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::write(&file, text).expect("a file can be written");
        file
    }

    /// Runs a program, which has to print the address of a sign-up page that is there.
    fn lead_to_a_sign_up_page(&self, command: &mut Command) {
        let said = run(command.current_dir(self.folder.path()).env("TOKEN", &self.token), b"");

        let address: Url = said.trim().parse().unwrap_or_else(|_| panic!("an address, not: {said}"));
        assert!(address.path().starts_with("/registration/"), "{said}");
        let page = run(Command::new("curl").args(["-sS", "--fail", address.as_str()]), b"");
        assert!(page.contains("Ferry safety talk"), "{page}");
    }
}

#[test]
fn the_moved_sample_for_javascript_works() {
    let moved = Moved::new();
    let sample = moved.write("node", "sample.mjs");
    moved.put("token.mjs", "export const token = async () => process.env.TOKEN;\n");
    let packages = root().join("tests/js/node_modules");
    std::os::unix::fs::symlink(packages, moved.folder.path().join("node_modules")).unwrap();

    moved.lead_to_a_sign_up_page(Command::new("node").arg(sample).env("NODE_EXTRA_CA_CERTS", &moved.ca_file));
}

#[test]
fn the_moved_sample_for_python_works() {
    let moved = Moved::new();
    let sample = moved.write("python", "sample.py");
    moved.put(
        "ours.py",
        "import os\nfrom azure.core.credentials import AccessToken\n\n\nclass Fixed:\n    \
         def get_token(self, *scopes, **more):\n        return AccessToken(os.environ['TOKEN'], 2**40)\n\n\n\
         credential = Fixed()\n",
    );

    // The program's own place is no folder of ours, so its name is whole.
    moved.lead_to_a_sign_up_page(python(&sample.to_string_lossy()).env("SSL_CERT_FILE", &moved.ca_file));
}

#[test]
fn the_moved_sample_for_curl_works() {
    let moved = Moved::new();
    let sample = moved.write("sh", "sample.sh");

    moved.lead_to_a_sign_up_page(
        Command::new("sh").arg("-eu").arg(sample).env("CURL_CA_BUNDLE", &moved.ca_file),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_moved_sample_for_rust_works() {
    let document = read("docs/recipes/moving-from-graph.md");
    let sample = one(blocks(&document).into_iter().filter(|block| block.mark.as_deref() == Some("rust")));
    let (_, ours) = include_str!("moved.rs").split_once("\n\n").expect("a comment stands before it");
    assert_eq!(after(&sample.text).trim(), ours.trim(), "what is compiled here is what the recipe prints");
    // Whoever uses the client with its own defaults has one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (_demo, printed) = demo();
    let text = |member: &Value| member.as_str().unwrap().to_owned();
    let base = format!("{}/beta", text(&printed["baseUrl"]));

    let page = moved::sign_up_page(&base, &text(&printed["organizer"]["token"])).await.unwrap();

    let shown = run(Command::new("curl").args(["-sS", "--fail", &page]), b"");
    assert!(shown.contains("Ferry safety talk"), "{shown}");
}

#[test]
fn every_sample_that_is_not_run_says_so() {
    let document = read("docs/recipes/moving-from-graph.md");
    let samples: Vec<&str> = document.split("\n## ").filter(|part| part.contains("```diff")).collect();
    assert_eq!(samples.len(), 8);

    for sample in samples {
        let said = sample.contains("Not run") || sample.contains("Not\nrun");
        assert_ne!(said, sample.contains("<!-- run"), "{}", sample.lines().next().unwrap_or_default());
    }
}

#[test]
fn the_recipe_for_a_crm_works() {
    let document = read("docs/recipes/crm.md");
    let place = Place::new();
    let _demo = demo_of(&document, &place);

    let said = succeeded(&place.run(&script(&document)));

    let made: Value =
        said.lines().find_map(|line| serde_json::from_str(line).ok()).expect("the registration is shown");
    assert_eq!(made["@odata.type"], "#microsoft.graph.externalMeetingRegistration");
    let mut told: Vec<&str> = said.lines().filter(|line| !line.starts_with('{')).map(str::trim).collect();
    assert!(told.remove(0).starts_with("one link: http://127.0.0.1:"), "{said}");
    // What is in one batch happens at the same time.
    told[3..5].sort_unstable();
    let expected = [
        "2",
        "\"@odata.count\":3",
        "\"id\":\"contact-7731\"",
        "\"id\":\"contact-7732\"",
        "\"id\":\"contact-7733\"",
        "204",
        "a new link",
        "204",
        "204",
    ];
    assert_eq!(told, expected, "{said}");
}

#[test]
fn the_recipe_for_the_built_in_issuer_works() {
    let document = read("docs/recipes/identity.md");
    let place = Place::new();
    // On a free port, and gone with the script however that ends.
    let address = free_address().to_string();
    let tour = script(&document).replace("127.0.0.1:8080", &address);
    let tour = format!("export USHER_SERVER__LISTEN={address}\ntrap 'kill $! || :' EXIT\n{tour}");

    let said = succeeded(&place.run(&tour));

    assert!(said.contains("\"userPrincipalName\":\"mirja@harbour.example\""), "{said}");
}

#[test]
fn a_difference_leaves_what_it_adds() {
    assert_eq!(after(" a\n-b\n+c\n\n d\n"), "a\nc\n\nd\n");
}
