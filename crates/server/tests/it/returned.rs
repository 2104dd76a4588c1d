//! What comes back about letters, handed over by LMTP: reports of mail servers and answers of calendars.

mod calendars;
mod conversation;
mod reports;

use serde_json::Value;
use server::mailroom::MailboxLetter;
use testkit::{TestApp, TestMeeting};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

/// An application whose letters come back, and the port where it takes them.
async fn app() -> (TestApp, u16) {
    let app = TestApp::builder()
        .mail("return_path = \"bounces@mail.riverbend.example\"")
        .config("[mail.lmtp]\nlisten = \"127.0.0.1:1\"")
        .build()
        .await;
    let port = app.take_mail().await;
    (app, port)
}

/// Status and kind of the letters to the first registrant, newest first.
async fn states(app: &TestApp, meeting: &TestMeeting) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    let letters = letters(app, meeting).await;
    letters.iter().map(|letter| (text(&letter["kind"]), text(&letter["status"]))).collect()
}

async fn letters(app: &TestApp, meeting: &TestMeeting) -> Vec<Value> {
    let id = app.registrants(meeting).await[0]["id"].as_str().unwrap().replace('/', "%2F");
    let path = format!("{}/{id}/letters", meeting.registrants());
    let list = app.get(path).token(&app.token(&app.people.ines)).await.expect(200).json();
    list["value"].as_array().unwrap().clone()
}

fn state(kind: &str, status: &str) -> (String, String) {
    (kind.to_owned(), status.to_owned())
}

fn message_id(letter: &MailboxLetter) -> String {
    let message = String::from_utf8(letter.message.clone()).unwrap();
    message.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned()
}

/// A mail server that hands mail over.
struct Server(BufReader<TcpStream>);

impl Server {
    async fn connect(port: u16) -> Self {
        Self::connect_from(1, port).await
    }

    /// From an address of its own on this machine: 127.0.0.`host`.
    async fn connect_from(host: u8, port: u16) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, host], 0).into()).unwrap();
        let stream = socket.connect(([127, 0, 0, 1], port).into()).await.unwrap();
        let mut server = Self(BufReader::new(stream));
        let greeting = server.hear().await;
        assert!(greeting.starts_with("220 usher.example "), "{greeting}");
        server
    }

    /// Says a line and gives the answer, the last line of it.
    async fn say(&mut self, line: &str) -> String {
        self.0.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.hear().await
    }

    async fn hear(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).await.unwrap() > 0, "it hung up");
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }

    /// Hands a message over; what the recipient's answer was, or why there is no such recipient.
    async fn deliver(&mut self, from: &str, to: &str, message: &str) -> String {
        assert_eq!(self.say(&format!("MAIL FROM:<{from}>")).await, "250 2.1.0 go on");
        let taken = self.say(&format!("RCPT TO:<{to}>")).await;
        if !taken.starts_with("250") {
            return taken;
        }
        assert!(self.say("DATA").await.starts_with("354"));
        self.say(&format!("{}\r\n.", message.replace('\n', "\r\n"))).await
    }
}

/// Hands one message over in a conversation of its own.
async fn deliver(port: u16, from: &str, to: &str, message: &str) -> String {
    let mut server = Server::connect(port).await;
    server.say("LHLO mx.riverbend.example").await;
    server.deliver(from, to, message).await
}
