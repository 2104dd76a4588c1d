//! Whose failures count against whom, by the address that a sign-in comes from.

use std::net::{IpAddr, SocketAddr};

use testkit::{APP, Listening, TestApp};
use url::form_urlencoded::Serializer;

use crate::socket::{Answer, Client};

const SECRET: &str = "a long and random client secret";
const PASSWORD: &str = "tide and timber, rope and rain";
const PROXY: &str = "127.0.0.1";
const STRANGER: &str = "127.0.0.2";

/// So many failures are free for an address.
const FREE: usize = 20;

/// An application and a person of the built-in issuer, behind a proxy or not.
async fn open(server: &str) -> (TestApp, Listening) {
    let app = TestApp::builder().server(server).build().await;
    app.put_application(APP, SECRET).await;
    app.set_password(&app.people.ines, PASSWORD).await;
    let listening = app.listen().await;
    (app, listening)
}

const TRUSTED: &str = "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]";

/// Asks for an application's token; `told` is what the peer says of whom it speaks for.
async fn ask_token(to: &Listening, peer: &str, told: &str, secret: &str) -> u16 {
    ask_token_at(to.address, peer, told, secret).await
}

async fn ask_token_at(to: SocketAddr, peer: &str, told: &str, secret: &str) -> u16 {
    let fields = [("grant_type", "client_credentials"), ("client_id", APP), ("client_secret", secret)];
    post(to, peer, told, "/identity/oauth2/v2.0/token", &fields).await.status
}

async fn sign_in(app: &TestApp, to: &Listening, user_name: &str, password: &str) -> u16 {
    let query = [
        ("client_id", APP),
        ("redirect_uri", "https://app.example/back"),
        ("response_type", "code"),
        ("scope", "OnlineMeetings.ReadWrite"),
        ("code_challenge_method", "S256"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ];
    let query = Serializer::new(String::new()).extend_pairs(query).finish();
    let page = app.get(format!("/identity/oauth2/v2.0/authorize?{query}")).await.expect(200).text();
    let request = page.split("name=\"request\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let fields = [("request", request.unwrap()), ("user_name", user_name), ("password", password)];
    post(to.address, PROXY, "", "/identity/oauth2/v2.0/authorize", &fields).await.status
}

async fn post(to: SocketAddr, peer: &str, told: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let forwarded = if told.is_empty() { String::new() } else { format!("x-forwarded-for: {told}\r\n") };
    let mut client = Client::open_from(peer.parse::<IpAddr>().unwrap(), to).await;
    client
        .say(&format!(
            "POST {path} HTTP/1.1\r\nhost: usher.example\r\n{forwarded}\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len(),
        ))
        .await;
    client.answer().await
}

#[tokio::test]
async fn what_an_untrusted_peer_says_of_its_address_changes_no_counter() {
    for (server, expected) in [("", 429), ("trusted_proxies = [\"127.0.0.2\"]", 429), (TRUSTED, 401)] {
        let (_app, to) = open(server).await;
        for n in 0..FREE {
            assert_eq!(ask_token(&to, PROXY, &format!("192.0.2.{n}"), "guess").await, 401);
        }

        let last = ask_token(&to, PROXY, "192.0.2.200", "guess").await;

        assert_eq!(last, expected, "with `{server}`; the control is the proxy that is trusted");
    }
}

#[tokio::test]
async fn the_clients_of_a_trusted_proxy_have_counters_of_their_own() {
    let (_app, to) = open(TRUSTED).await;
    for n in 0..FREE {
        // Whatever stands before the address that the proxy saw is the client's own invention.
        assert_eq!(ask_token(&to, PROXY, &format!("198.51.100.{n}, 192.0.2.1"), "guess").await, 401);
    }
    for _ in 0..FREE {
        assert_eq!(ask_token(&to, STRANGER, "192.0.2.2", "guess").await, 401);
    }

    assert_eq!(ask_token(&to, PROXY, "192.0.2.1", SECRET).await, 429);
    assert_eq!(ask_token(&to, PROXY, "192.0.2.1, 10.1.2.3", SECRET).await, 429, "behind two proxies");
    assert_eq!(ask_token(&to, STRANGER, "", SECRET).await, 429);
    assert_eq!(ask_token(&to, PROXY, "192.0.2.2", SECRET).await, 200, "nobody can count against another");
}

#[tokio::test]
async fn an_ipv6_network_of_64_bits_is_counted_as_one_address() {
    let (_app, to) = open(TRUSTED).await;
    for n in 0..FREE {
        assert_eq!(ask_token(&to, PROXY, &format!("2001:db8:0:1::{n:x}"), "guess").await, 401);
    }

    assert_eq!(ask_token(&to, PROXY, "2001:db8:0:1:ffff::1", SECRET).await, 429);
    assert_eq!(ask_token(&to, PROXY, "2001:db8:0:2::1", SECRET).await, 200);
}

#[tokio::test]
async fn peoples_failures_do_not_lock_applications_out() {
    let (app, to) = open("").await;
    for n in 0..FREE {
        assert_eq!(sign_in(&app, &to, &format!("nobody-{n}"), "guess").await, 403);
    }

    assert_eq!(sign_in(&app, &to, &app.people.ines.mail, PASSWORD).await, 429, "the control");
    assert_eq!(ask_token(&to, PROXY, "", SECRET).await, 200);
}

#[tokio::test]
async fn applications_failures_do_not_lock_people_out() {
    let (app, to) = open("").await;
    for _ in 0..FREE {
        assert_eq!(ask_token(&to, PROXY, "", "guess").await, 401);
    }

    assert_eq!(ask_token(&to, PROXY, "", SECRET).await, 429, "the control");
    assert_eq!(sign_in(&app, &to, &app.people.ines.mail, PASSWORD).await, 303);
}

#[tokio::test]
async fn the_right_secret_is_served_however_often_it_is_used_at_once() {
    let (_app, to) = open("").await;
    let at_once = async |secret: &'static str| {
        let asked: Vec<_> = (0..60)
            .map(|_| {
                let address = to.address;
                tokio::spawn(async move { ask_token_at(address, PROXY, "", secret).await })
            })
            .collect();
        let mut answers = Vec::new();
        for one in asked {
            answers.push(one.await.unwrap());
        }
        answers
    };

    assert_eq!(at_once(SECRET).await, [200; 60]);

    let guesses = at_once("guess").await;
    let heard = guesses.iter().filter(|status| **status == 401).count();
    // Two are compared at a time, so one more may have been let in.
    assert!((FREE..=FREE + 1).contains(&heard), "the control: guesses are not served: {guesses:?}");
}

#[tokio::test]
async fn a_text_with_a_nul_names_nobody() {
    let (app, to) = open("").await;
    let fields = [("grant_type", "client_credentials"), ("client_id", "a\0b"), ("client_secret", SECRET)];

    let token = post(to.address, PROXY, "", "/identity/oauth2/v2.0/token", &fields).await;
    assert_eq!(token.status, 401, "{token:?}");
    app.get("/identity/oauth2/v2.0/authorize?client_id=a%00b").await.expect(400);
    assert_eq!(sign_in(&app, &to, "a\0b", PASSWORD).await, 403);
    assert_eq!(sign_in(&app, &to, &app.people.ines.mail, PASSWORD).await, 303, "the control");
}
