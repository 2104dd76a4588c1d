//! A disk without room, as a limit on the size of files has it; what is in the way of the log, in the way of nobody else.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::program::{Running, USHER, run};
use crate::socket::{Answer, Client};

/// Room for the schema and a few enrolments, in the units of `ulimit`: 512 bytes, or 1024 with some shells.
const ROOM: &str = "3000";
const ORGANIZER: &str = "7d1f0a52-9a53-4f0e-8f55-3f6f0c1f9a01";
const CONFIG: &str = r#"
[server]
listen = "ADDRESS"
public_url = "http://ADDRESS"
[identity.builtin]
enabled = true
[[identity.tenant]]
id = "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11"
name = "Pinewater"
"#;

/// `usher serve` on a file of SQLite that cannot grow, with a log that cannot be written.
struct Cramped {
    address: SocketAddr,
    token: String,
    process: Running,
    _folder: tempfile::TempDir,
}

impl Cramped {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        fs::write(folder.path().join("usher.toml"), CONFIG.replace("ADDRESS", &address.to_string())).unwrap();
        let people = format!(
            "id,userPrincipalName,displayName,givenName,surname,mail,accountEnabled\n\
             {ORGANIZER},ines@pinewater.example,Ines,Ines,Okafor,ines@pinewater.example,true\n"
        );
        fs::write(folder.path().join("people.csv"), people).unwrap();
        let usher = |words: &[&str]| {
            let mut command = Command::new(USHER);
            run(command.current_dir(folder.path()).args(words).args(["--config", "usher.toml"]), b"")
        };
        usher(&["users", "import", "people.csv"]);
        let token = usher(&["token", "--person", "ines@pinewater.example"]).trim().to_owned();
        // Whoever writes past the limit is told so instead of being ended.
        let serve = format!(
            "trap '' XFSZ; ulimit -S -f {ROOM}; exec \"$USHER\" serve --config usher.toml 2> /dev/full"
        );
        let mut command = Command::new("sh");
        let process =
            Running::start(command.current_dir(folder.path()).env("USHER", USHER).args(["-c", &serve]));
        while TcpStream::connect(address).await.is_err() {
            sleep(Duration::from_millis(10)).await;
        }
        Self { address, token, process, _folder: folder }
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut client = Client::open(self.address).await;
        let (token, length) = (&self.token, body.len());
        client
            .say(&format!(
                "{method} {path} HTTP/1.1\r\nhost: usher.example\r\nauthorization: Bearer {token}\r\n\
                 content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            ))
            .await;
        client.answer().await
    }

    /// The path of a new meeting's registrants.
    async fn registrants(&self) -> String {
        let times = json!({
            "subject": "Reading a river",
            "startDateTime": "2099-03-09T10:00:00Z",
            "endDateTime": "2099-03-09T11:00:00Z",
        });
        let meeting = self.ask("POST", "/beta/me/onlineMeetings", &times).await;
        assert_eq!(meeting.status, 201, "{}", meeting.body);
        let meeting: Value = serde_json::from_str(&meeting.body).unwrap();
        let id = meeting["id"].as_str().unwrap().replace('/', "%2F");
        let registration = format!("/beta/me/onlineMeetings/{id}/registration");
        let mut body = times;
        body["allowedRegistrant"] = json!("everyone");
        assert_eq!(self.ask("POST", &registration, &body).await.status, 201);
        format!("{registration}/registrants")
    }

    async fn enroll(&self, registrants: &str, n: usize) -> Answer {
        let email = format!("guest{n}@pinewater.example");
        let body = json!({"firstName": "Guest", "lastName": format!("Number {n}"), "email": email});
        self.ask("POST", registrants, &body).await
    }
}

#[tokio::test]
async fn a_full_disk_and_a_log_that_cannot_be_written_cost_nothing_but_writes() {
    let usher = Cramped::start().await;
    let registrants = usher.registrants().await;
    let mut seated = 0;
    let refused = loop {
        let answer = usher.enroll(&registrants, seated).await;
        if answer.status != 200 {
            break answer;
        }
        seated += 1;
    };

    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(refused.head.contains("\r\nretry-after: "), "{}", refused.head);
    assert!(refused.body.contains("serviceNotAvailable"), "{}", refused.body);
    assert_eq!(usher.enroll(&registrants, seated).await.status, 503, "it is still full");
    let list = |answer: Answer| -> usize {
        assert_eq!(answer.status, 200, "reads go on: {}", answer.body);
        serde_json::from_str::<Value>(&answer.body).unwrap()["value"].as_array().unwrap().len()
    };
    let page = format!("{registrants}?$top=1000");
    assert_eq!(list(usher.ask("GET", &page, &Value::Null).await), seated);
    // There is room again, and nobody restarts anything.
    let id = usher.process.id().to_string();
    run(Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited"]), b"");
    assert_eq!(usher.enroll(&registrants, seated).await.status, 200);
    assert_eq!(list(usher.ask("GET", &page, &Value::Null).await), seated + 1);
}
