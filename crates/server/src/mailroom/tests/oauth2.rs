//! Logging in by a token that a real endpoint gives. The mail server is scripted.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::scripted::{Instead::*, MailServer};
use super::world::{World, settings};
use crate::config::Config;
use crate::mailroom::{LogIn, Mailroom, SmtpServer, TokenSource};

const SECRET: &str = "canary-client-secret";

/// Where tokens are issued: what it was asked, and what it answers next; `token-1`, `token-2` and so on otherwise.
#[derive(Clone, Default)]
struct Issuer {
    asked: Arc<Mutex<Vec<String>>>,
    next: Arc<Mutex<VecDeque<(StatusCode, Value)>>>,
}

async fn issue(State(issuer): State<Issuer>, form: String) -> (StatusCode, String) {
    let number = {
        let mut asked = issuer.asked.lock().unwrap();
        asked.push(form);
        asked.len()
    };
    let (status, body) = issuer.next.lock().unwrap().pop_front().unwrap_or_else(|| {
        (StatusCode::OK, json!({"access_token": format!("token-{number}"), "expires_in": 3_600}))
    });
    (status, body.to_string())
}

impl Issuer {
    async fn start(&self) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().route("/token", post(issue)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        port
    }

    fn answer(&self, status: StatusCode, body: Value) {
        self.next.lock().unwrap().push_back((status, body));
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A mailroom as configured, with more lines in `[mail.oauth2]`.
async fn mailroom(world: &World, server: &MailServer, issuer: &Issuer, more: &str) -> Mailroom {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let port = issuer.start().await;
    let text = format!(
        "[server]\npublic_url = \"https://usher.example.org\"\n[identity.builtin]\nenabled = true\n[mail]\n\
         host = \"localhost\"\nfrom = \"events@example.org\"\nusername = \"events@example.org\"\n\
         [mail.oauth2]\ntoken_url = \"http://127.0.0.1:{port}/token\"\nclient_id = \"usher\"\n\
         client_secret = \"{SECRET}\"\nscope = \"https://outlook.office365.com/.default\"\n{more}"
    );
    let mail = Config::from_toml_str(&text).unwrap_or_else(|problems| panic!("{problems}")).mail;
    let tokens = TokenSource::from_config(&mail.oauth2, &world.clock).unwrap().unwrap();
    let log_in = LogIn::Token("events@example.org".into(), Arc::new(tokens));
    world.with_settings(SmtpServer { log_in, ..settings(server.port) }, Vec::new())
}

/// The tokens that the mail server was shown.
fn shown(server: &MailServer) -> Vec<String> {
    let lines = server.lines();
    let shown = lines.iter().filter_map(|line| line.strip_prefix("AUTH XOAUTH2 "));
    shown.map(|text| String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()).collect()
}

fn with(token: &str) -> String {
    format!("user=events@example.org\u{1}auth=Bearer {token}\u{1}\u{1}")
}

async fn server() -> MailServer {
    MailServer::offering(&["AUTH XOAUTH2"]).await
}

#[tokio::test]
async fn a_token_is_fetched_once_and_again_before_it_ends() {
    let (world, server, issuer) = (World::new().await, server().await, Issuer::default());
    let mailroom = mailroom(&world, &server, &issuer, "").await;

    for (n, (pass, expected)) in [(0, 1), (57, 1), (2, 2)].into_iter().enumerate() {
        world.pass(SignedDuration::from_mins(pass));
        world.enroll("Person", "x", &format!("person{n}@example.org")).await;
        if n > 0 {
            server.once("MAIL", Say("421 4.7.0 next connection, please"));
        }
        assert_eq!(mailroom.deliver_due().await.unwrap(), 1, "after {pass} more minutes");
        assert_eq!(issuer.asked().len(), expected, "after {pass} more minutes");
    }

    assert_eq!(shown(&server).first(), Some(&with("token-1")));
    assert_eq!(shown(&server).last(), Some(&with("token-2")));
    let asked = &issuer.asked()[0];
    for part in [
        "grant_type=client_credentials",
        "client_id=usher",
        "scope=https%3A%2F%2Foutlook.office365.com%2F.default",
    ] {
        assert!(asked.contains(part), "{asked}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_replaced_once() {
    let (world, server, issuer) = (World::new().await, server().await, Issuer::default());
    let mailroom = mailroom(&world, &server, &issuer, "").await;
    world.enroll_many(1).await;
    // As Google and Microsoft say no: a challenge with the reason first.
    server.once("AUTH", Say("334 eyJzdGF0dXMiOiI0MDEifQ=="));
    server.once("", Say("535 5.7.3 Authentication unsuccessful"));

    assert_eq!(mailroom.deliver_due().await.unwrap(), 1);

    assert_eq!(shown(&server), [with("token-1"), with("token-2")]);
    assert_eq!(server.letters().len(), 1);
}

#[tokio::test]
async fn letters_wait_while_no_token_is_taken_and_the_log_says_why_without_secrets() {
    let (world, server, issuer) = (World::new().await, server().await, Issuer::default());
    let mailroom = mailroom(&world, &server, &issuer, "").await;
    server.always("AUTH", Say("535 5.7.3 Authentication unsuccessful"));
    let odile = world.enroll_odile().await;

    for _ in 0..20 {
        assert_eq!(mailroom.deliver_due().await.unwrap(), 0);
        world.pass(SignedDuration::from_hours(5));
    }
    assert_eq!(world.fates(odile).await, [""; 0], "no try is counted");
    let why = mailroom.0.postman.check().await.unwrap_err();
    assert_eq!(why, "logging in: 535 5.7.3 Authentication unsuccessful");

    server.usually("AUTH");
    world.pass(SignedDuration::from_hours(5));
    assert_eq!(mailroom.deliver_due().await.unwrap(), 1);
}

#[tokio::test]
async fn an_endpoint_that_refuses_or_breaks_is_told_from_the_mail_server() {
    let (world, server, issuer) = (World::new().await, server().await, Issuer::default());
    let mailroom = mailroom(&world, &server, &issuer, "").await;

    for (status, body, expected) in [
        (
            StatusCode::BAD_REQUEST,
            json!({"error": "invalid_client", "error_description": SECRET}),
            "the token endpoint refuses us: `invalid_client`",
        ),
        (StatusCode::UNAUTHORIZED, json!("nothing"), "the token endpoint refuses us: `no reason given`"),
        (StatusCode::BAD_GATEWAY, json!({}), "answered 502"),
        (StatusCode::OK, json!({"token": "x"}), "missing field `access_token`"),
    ] {
        issuer.answer(status, body);
        let why = mailroom.0.postman.check().await.unwrap_err();
        assert!(why.starts_with("logging in: ") && why.contains(expected), "{why}");
        assert!(!why.contains(SECRET), "{why}");
    }
    assert_eq!(mailroom.0.postman.check().await, Ok(()), "the control");
}

#[tokio::test]
async fn a_refresh_token_gives_way_to_the_next_one() {
    let (world, server, issuer) = (World::new().await, server().await, Issuer::default());
    let mailroom = mailroom(&world, &server, &issuer, "refresh_token = \"first\"").await;
    issuer.answer(StatusCode::OK, json!({"access_token": "a", "expires_in": 60, "refresh_token": "second"}));

    world.enroll_many(1).await;
    mailroom.deliver_due().await.unwrap();
    server.once("MAIL", HangUp);
    world.enroll("Late", "Comer", "late@example.org").await;
    mailroom.deliver_due().await.unwrap();

    let asked = issuer.asked();
    assert!(asked[0].contains("grant_type=refresh_token") && asked[0].contains("refresh_token=first"));
    assert!(asked[1].contains("refresh_token=second"), "{asked:?}");
}
