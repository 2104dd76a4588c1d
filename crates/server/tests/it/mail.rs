//! Letters over SMTP to a real mail server, read back by readers that are not ours.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use calcard::icalendar::{ICalendar, ICalendarProperty};
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::{Value, json};

use crate::program::{Running, USHER, fail, free_address, javascript, run};

const TENANT: &str = "6f0d2c58-3b1e-4a77-9c24-8d51b0e7f3a2";
const ORGANIZER: &str = "2b9e61d4-70cf-4e0b-8a35-c1f7d92e4460";

/// `usher serve` on a fresh folder, with a mail server beside it.
struct Site {
    smtp: Running,
    _serve: Running,
    base: String,
    token: String,
    http: reqwest::Client,
}

/// A letter as the mail server got it.
struct Received {
    raw: Vec<u8>,
    was_encrypted: bool,
    user: Option<String>,
}

#[tokio::test]
async fn a_letter_goes_out_in_plain_where_the_operator_says_so() {
    check_letters("none", false).await;
}

#[tokio::test]
async fn a_letter_goes_out_after_starttls_and_log_in() {
    check_letters("starttls", true).await;
}

#[tokio::test]
async fn a_letter_goes_out_over_tls_with_log_in() {
    check_letters("tls", true).await;
}

/// Enrols somebody and cancels by the link in the letter; both letters arrive and say what they should.
async fn check_letters(security: &str, logs_in: bool) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut site = Site::open(folder.path(), security, logs_in);

    let registration = site.registration().await;
    site.enroll(&registration).await;
    let confirmation = site.receive();
    let (text, invitation) = read_letter(&confirmation.raw);
    let manage =
        text.lines().find(|line| line.contains("/m/")).expect("the letter has a cancel link").to_owned();
    let canceled = site.http.post(&manage).send().await.expect("the page answers");
    let (_, withdrawal) = read_letter(&site.receive().raw);

    assert_eq!(confirmation.was_encrypted, security != "none");
    assert_eq!(confirmation.user.as_deref(), logs_in.then_some("usher"));
    assert_eq!(canceled.status(), 200);
    assert!(text.lines().any(|line| line.starts_with(&format!("{}/j/", site.base))), "{text}");
    let (request, cancel) = (read_calendar(&invitation), read_calendar(&withdrawal));
    assert_eq!((request["method"].as_str(), cancel["method"].as_str()), (Some("REQUEST"), Some("CANCEL")));
    assert_eq!(request["uid"], cancel["uid"]);
    assert!(cancel["sequence"].as_i64() > request["sequence"].as_i64(), "{request} {cancel}");
}

impl Site {
    fn open(folder: &Path, security: &str, logs_in: bool) -> Self {
        let mut options = json!({"security": security});
        if logs_in {
            options["username"] = json!("usher");
            options["password"] = json!("a pässword of its own");
        }
        let mut smtp = Running::start(javascript("smtp.mjs").arg(options.to_string()));
        let server = smtp.json_line();
        let config = folder.join("usher.toml");
        let base = format!("http://{}", free_address());
        fs::write(&config, configuration(folder, &base, security, logs_in, &server))
            .expect("a file can be written");
        fs::write(folder.join("people.csv"), PEOPLE).expect("a file can be written");

        let usher = |arguments: &[&str]| {
            let mut command = Command::new(USHER);
            command.args(arguments).env("USHER_CONFIG", &config);
            command
        };
        let people = folder.join("people.csv").display().to_string();
        run(&mut usher(&["users", "import", &people]), b"");
        run(&mut usher(&["policy", "create", "events", "--app", "events-app"]), b"");
        run(&mut usher(&["policy", "grant", "events", "--organizer", ORGANIZER]), b"");
        let token = run(&mut usher(&["token", "--app", "events-app"]), b"").trim().to_owned();
        // The log goes to standard error; the port is taken before the line.
        let mut serve = Command::new("sh");
        serve.args(["-c", "exec \"$0\" serve 2>&1", USHER]).env("USHER_CONFIG", &config);
        let mut serve = Running::start(&mut serve);
        serve.wait_for("serving");
        // Somebody else may have installed the same provider already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Self { smtp, _serve: serve, base, token, http: reqwest::Client::new() }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}/beta/users/{ORGANIZER}{path}", self.base));
        let request = request.bearer_auth(&self.token).header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.expect("the server answers");
        assert!(answer.status().is_success(), "{path}: {:?}", answer.text().await);
        serde_json::from_str(&answer.text().await.expect("the answer has a body")).expect("the body is JSON")
    }

    async fn registration(&self) -> String {
        let times = json!({"startDateTime": "2077-03-09T11:00:00Z", "endDateTime": "2077-03-09T12:00:00Z",
            "subject": "Reading a river"});
        let meeting = self.post("/onlineMeetings", times).await;
        let path =
            format!("/onlineMeetings/{}/registration", meeting["id"].as_str().expect("a meeting has an id"));
        self.post(&path, json!({"allowedRegistrant": "everyone"})).await;
        path
    }

    async fn enroll(&self, registration: &str) {
        let person = json!({"firstName": "Odile", "lastName": "Marchetti, \"Dr.\"", "email": "odile@pinewater.example"});
        self.post(&format!("{registration}/registrants"), person).await;
    }

    fn receive(&mut self) -> Received {
        let line = self.smtp.json_line();
        assert_eq!(line["to"], json!(["odile@pinewater.example"]));
        let raw = line["raw"].as_str().expect("the letter is there");
        Received {
            raw: base64::Engine::decode(&base64::engine::general_purpose::STANDARD, raw)
                .expect("it is base64"),
            was_encrypted: line["tls"] == true,
            user: line["user"].as_str().map(str::to_owned),
        }
    }
}

const PEOPLE: &str = "id,userPrincipalName,mail,givenName,surname,displayName,accountEnabled\n\
    2b9e61d4-70cf-4e0b-8a35-c1f7d92e4460,ines@riverbend.example,ines.calloway@riverbend.example,Ines,Calloway,\
    Ines Calloway,True\n";

fn configuration(folder: &Path, base: &str, security: &str, logs_in: bool, server: &Value) -> String {
    let log_in = if logs_in { "username = \"usher\"\npassword = \"a pässword of its own\"" } else { "" };
    let authority = server["caFile"].as_str().map(|file| format!("ca_file = {file:?}")).unwrap_or_default();
    let listen = base.trim_start_matches("http://");
    format!(
        "[server]\nlisten = \"{listen}\"\npublic_url = \"{base}\"\ndata_dir = {data:?}\n\
         [identity.builtin]\nenabled = true\n\
         [[identity.tenant]]\nid = \"{TENANT}\"\nname = \"Riverbend\"\n\
         [mail]\nfrom = \"Riverbend events <events@riverbend.example>\"\nhost = \"localhost\"\n\
         port = {port}\nsecurity = \"{security}\"\n{log_in}\n{authority}\n",
        data = folder.join("data"),
        port = server["port"],
    )
}

/// The text part and the calendar part, as an independent MIME reader finds them.
fn read_letter(raw: &[u8]) -> (String, String) {
    let message = MessageParser::new().parse(raw).expect("the letter is a message");
    let calendar = message
        .parts
        .iter()
        .find(|part| part.content_type().and_then(|kind| kind.subtype()) == Some("calendar"))
        .expect("the letter has a calendar part");
    let method =
        calendar.content_type().and_then(|kind| kind.attribute("method")).unwrap_or_default().to_owned();
    let body = calendar.text_contents().expect("the calendar part is text").to_owned();
    assert!(body.contains(&format!("METHOD:{method}\r\n")), "the part and the calendar agree on the method");
    (message.body_text(0).expect("the letter has a text part").into_owned(), body)
}

/// The event as two independent readers find it.
fn read_calendar(text: &str) -> Value {
    let ours = ICalendar::parse(text).expect("the first reader reads it");
    let events =
        ours.components.iter().filter(|component| component.property(&ICalendarProperty::Uid).is_some());
    assert_eq!(events.count(), 1);
    let said = run(&mut javascript("ics.mjs"), text.as_bytes());
    let line = said.lines().find(|line| line.starts_with('{')).expect("the second reader prints the event");
    serde_json::from_str(line).expect("the event is JSON")
}

/// The mailbox page shows everybody's links to everybody.
#[test]
fn the_built_in_mailbox_is_refused_on_a_site_that_others_reach() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it has an address").to_string();
    let serve = |public_url: &str| {
        let mut command = Command::new(USHER);
        command
            .arg("serve")
            .env("USHER_SERVER__PUBLIC_URL", public_url)
            .env("USHER_SERVER__LISTEN", &address)
            .env("USHER_SERVER__DATA_DIR", folder.path())
            .env("USHER_MAIL__MAILBOX", "true");
        fail(&mut command)
    };

    assert!(serve("https://usher.example.org").contains("mail.mailbox"), "it is refused for what it is");
    // The control gets as far as its port, which is taken.
    assert!(!serve("http://127.0.0.1:1").contains("mail.mailbox"));
}
