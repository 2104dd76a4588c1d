//! Tokens for applications themselves.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::caller::{Application, Caller, Role};
use domain::ids::AppId;
use serde_json::json;

use super::support::{SECRET, TENANT, World};

const BODY: [(&str, &str); 4] = [
    ("grant_type", "client_credentials"),
    ("client_id", "daemon"),
    ("client_secret", SECRET),
    ("scope", "https://graph.microsoft.com/.default"),
];

fn body_with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = BODY.to_vec();
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    form
}

#[tokio::test]
async fn an_application_gets_a_token_with_its_roles() {
    let world = World::start().await;

    let reply = world.token(&BODY).await;

    let body = reply.json();
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"));
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["scope"], "OnlineMeetings.Read.All User.Read.All");
    let caller = world.caller(body["access_token"].as_str().unwrap()).await.unwrap();
    let roles = vec![Role::MeetingsReadAll, Role::UserReadAll];
    let expected = Application { tenant: TENANT, app: AppId("daemon".to_owned()), roles };
    assert_eq!(*caller, Caller::Application(expected));
}

#[tokio::test]
async fn a_client_proves_itself_by_header_or_body_but_not_by_both() {
    let world = World::start().await;
    let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let right = format!("Basic {}", STANDARD.encode(format!("daemon:{encoded}")));
    let wrong = format!("Basic {}", STANDARD.encode("daemon:guess"));
    let ask = async |header: &str, form: &[(&str, &str)]| {
        world.post("/oauth2/v2.0/token", &[("authorization", header)], form).await
    };
    let bare = body_with(&[("client_id", ""), ("client_secret", "")]);

    assert_eq!(ask(&right, &bare).await.status, 200);
    assert_eq!(ask(&right, &body_with(&[("client_secret", "")])).await.status, 200);
    assert_eq!(ask(&right, &BODY).await.error(), "invalid_request");
    assert_eq!(
        ask(&right, &body_with(&[("client_id", "site"), ("client_secret", "")])).await.error(),
        "invalid_request"
    );
    for header in [wrong.as_str(), "Basic ???", "Bearer x"] {
        let reply = ask(header, &bare).await;
        assert_eq!((reply.status, reply.error().as_str()), (401, "invalid_client"), "{header}");
        assert_eq!(reply.header("www-authenticate"), "Basic realm=\"usher\"");
    }
}

#[tokio::test]
async fn a_client_that_cannot_prove_itself_gets_one_and_the_same_answer() {
    let world = World::start().await;
    let wrong_secret = world.token(&body_with(&[("client_secret", "guess")])).await;
    let no_secret = world.token(&body_with(&[("client_secret", "")])).await;
    let unknown = world.token(&body_with(&[("client_id", "nobody")])).await;
    let unknown_bare = world.token(&body_with(&[("client_id", "nobody"), ("client_secret", "")])).await;

    for reply in [&wrong_secret, &no_secret, &unknown, &unknown_bare] {
        assert_eq!((reply.status, &reply.body), (401, &wrong_secret.body));
    }
    assert_eq!(wrong_secret.error(), "invalid_client");
    assert_eq!(world.token(&body_with(&[("client_id", "")])).await.error(), "invalid_request");
    assert_eq!(world.token(&BODY).await.status, 200);
}

#[tokio::test]
async fn what_an_application_may_not_have_it_does_not_get() {
    let world = World::start().await;

    for (changes, expected) in [
        (vec![("scope", "User.Read.All")], "none"),
        (vec![("scope", "")], "none"),
        (vec![("scope", "OnlineMeetings.ReadWrite.All")], "invalid_scope"),
        (vec![("scope", "OnlineMeetings.Read")], "invalid_scope"),
        (vec![("client_id", "page"), ("client_secret", "")], "unauthorized_client"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token")], "unsupported_grant_type"),
        (vec![("grant_type", "")], "unsupported_grant_type"),
    ] {
        assert_eq!(world.token(&body_with(&changes)).await.error(), expected, "{changes:?}");
    }
    let mut twice = BODY.to_vec();
    twice.push(("client_id", "page"));
    assert_eq!(world.token(&twice).await.error(), "invalid_request");
    let no_form = world.post("/oauth2/v2.0/token", &[("content-type", "application/json")], &BODY).await;
    assert_eq!(no_form.error(), "invalid_request");
}

#[tokio::test]
async fn guessing_a_secret_slows_the_guesser_down() {
    let world = World::start().await;
    for _ in 0..20 {
        assert_eq!(world.token(&body_with(&[("client_secret", "guess")])).await.status, 401);
    }

    let reply = world.token(&BODY).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, "1"), "even the right one has to wait");
    world.wait(1);
    assert_eq!(world.token(&BODY).await.status, 200);
}

#[tokio::test]
async fn the_issuer_describes_itself() {
    let world = World::start().await;

    let document = world.get("/.well-known/openid-configuration", &[]).await.json();
    let keys = world.get("/oauth2/v2.0/keys", &[]).await.json();

    assert_eq!(document["issuer"], world.url);
    assert_eq!(document["jwks_uri"], format!("{}/oauth2/v2.0/keys", world.url));
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(document["response_types_supported"], json!(["code"]));
    assert_eq!(document["grant_types_supported"], json!(["authorization_code", "client_credentials"]));
    let members: Vec<_> = keys["keys"][0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["use", "alg", "kid", "kty", "crv", "x", "y"], "nothing private");
}
