//! Keys over time.

use std::time::Duration;

use serde_json::json;

use crate::auth::Verifier;

use super::support::{FakeIssuer, P256, all_keys, at, ec_jwk, outcome, p256_jwk, rsa_jwk, settings};

const HOUR: i64 = 3600;

/// Lets a fetch in the background finish: a token whose key is unknown waits for it.
async fn until_answered(verifier: &Verifier, issuer: &FakeIssuer, second: i64) {
    assert_eq!(outcome(verifier, &issuer.token("nobody"), at(second)).await, "tokenKeyUnknown");
}

#[tokio::test]
async fn a_rotated_key_counts_until_it_is_withdrawn() {
    let issuer = FakeIssuer::start(json!({ "keys": [p256_jwk("old")] })).await;
    let verifier = issuer.verifier();
    let old = issuer.token("old");
    assert_eq!(outcome(&verifier, &old, at(0)).await, "ok");

    // A new key is found by the first token that names it.
    issuer.publish_only(&[p256_jwk("old"), rsa_jwk("rsa")]);
    assert_eq!(outcome(&verifier, &issuer.token("rsa"), at(61)).await, "ok");
    assert_eq!(outcome(&verifier, &old, at(61)).await, "ok");

    // A withdrawn key falls with the next refresh, for remembered tokens too.
    issuer.publish_only(&[rsa_jwk("rsa")]);
    assert_eq!(outcome(&verifier, &old, at(62)).await, "ok", "not yet refreshed");
    assert_eq!(outcome(&verifier, &old, at(61 + HOUR)).await, "ok", "answers while the new keys are fetched");
    until_answered(&verifier, &issuer, 61 + HOUR).await;
    assert_eq!(issuer.asked(), 3);
    assert_eq!(outcome(&verifier, &old, at(62 + HOUR)).await, "tokenKeyUnknown");
    assert_eq!(outcome(&verifier, &issuer.token("rsa"), at(62 + HOUR)).await, "ok");
}

#[tokio::test]
async fn keys_unused_for_long_are_fetched_before_they_answer() {
    let issuer = FakeIssuer::start(json!({ "keys": [p256_jwk("old")] })).await;
    let verifier = issuer.verifier();
    let old = issuer.token("old");
    assert_eq!(outcome(&verifier, &old, at(0)).await, "ok");

    issuer.publish_only(&[rsa_jwk("rsa")]);

    assert_eq!(outcome(&verifier, &old, at(2 * HOUR)).await, "tokenKeyUnknown");
}

#[tokio::test]
async fn a_key_replaced_under_its_name_stops_counting() {
    let issuer = FakeIssuer::start(json!({ "keys": [p256_jwk("k")] })).await;
    let verifier = issuer.verifier();
    let token = issuer.token("k");
    assert_eq!(outcome(&verifier, &token, at(0)).await, "ok");

    let new = aws_lc_rs::signature::EcdsaKeyPair::generate(P256.algorithm()).unwrap();
    issuer.publish_only(&[ec_jwk("k", &new, "P-256")]);

    assert_eq!(outcome(&verifier, &token, at(2 * HOUR)).await, "tokenSignature");
}

#[tokio::test]
async fn while_the_issuer_is_away_known_keys_work_and_unknown_ones_are_refused() {
    let issuer = FakeIssuer::start(json!({ "keys": [p256_jwk("old")] })).await;
    let verifier = issuer.verifier();
    let token = issuer.token("old");
    assert_eq!(outcome(&verifier, &token, at(0)).await, "ok");

    issuer.go_down(true);
    issuer.publish_only(&[p256_jwk("new")]);
    for second in [HOUR, 2 * HOUR, 20 * HOUR] {
        assert_eq!(outcome(&verifier, &token, at(second)).await, "ok", "after {second} seconds");
        assert_eq!(outcome(&verifier, &issuer.token("new"), at(second)).await, "tokenKeyUnknown");
    }

    issuer.go_down(false);
    assert_eq!(outcome(&verifier, &issuer.token("new"), at(21 * HOUR)).await, "ok");
    assert_eq!(outcome(&verifier, &token, at(21 * HOUR)).await, "tokenKeyUnknown");
}

#[tokio::test]
async fn keys_do_not_outlive_a_week_without_their_issuer() {
    let issuer = FakeIssuer::start(json!({ "keys": [p256_jwk("old")] })).await;
    let mut patient = settings(&issuer.url);
    patient.max_lifetime = Duration::from_secs(30 * 86_400);
    let verifier = issuer.verifier_with(patient);
    let claims =
        super::support::claims_with(json!({ "iss": issuer.url, "exp": 1_790_000_000 + 20 * 86_400 }));
    let token =
        super::support::forge(&json!({ "alg": "ES256", "kid": "old" }), &claims, super::support::es256);
    assert_eq!(outcome(&verifier, &token, at(0)).await, "ok");
    issuer.go_down(true);

    assert_eq!(outcome(&verifier, &token, at(7 * 86_400)).await, "ok");
    assert_eq!(outcome(&verifier, &token, at(7 * 86_400 + 60)).await, "tokenKeyUnknown");
}

#[tokio::test]
async fn an_issuer_that_was_never_there_is_a_refusal_until_it_comes() {
    let issuer = FakeIssuer::start(all_keys()).await;
    issuer.go_down(true);
    let verifier = issuer.verifier();
    assert_eq!(outcome(&verifier, &issuer.token("p256"), at(0)).await, "tokenKeyUnknown");
    assert_eq!(outcome(&verifier, &issuer.token("p256"), at(1)).await, "tokenKeyUnknown");
    assert_eq!(issuer.asked(), 1);

    issuer.go_down(false);

    assert_eq!(outcome(&verifier, &issuer.token("p256"), at(59)).await, "tokenKeyUnknown");
    assert_eq!(outcome(&verifier, &issuer.token("p256"), at(60)).await, "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_unknown_keys_asks_the_issuer_once_per_interval() {
    let issuer = FakeIssuer::start(all_keys()).await;
    let verifier = issuer.verifier();
    assert_eq!(outcome(&verifier, &issuer.token("p256"), at(0)).await, "ok");
    assert_eq!(issuer.asked(), 1);

    for (wave, expected) in [(30, 1), (60, 2), (119, 2), (120, 3)] {
        let storm = (0..1000).map(|n| {
            let (verifier, token) = (verifier.clone(), issuer.token(&format!("{wave}-{n}")));
            tokio::spawn(async move { outcome(&verifier, &token, at(wave)).await })
        });
        for answer in storm.collect::<Vec<_>>() {
            assert_eq!(answer.await.unwrap(), "tokenKeyUnknown");
        }

        assert_eq!(issuer.asked(), expected, "at second {wave}");
    }
    assert_eq!(outcome(&verifier, &issuer.token("p256"), at(121)).await, "ok");
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_stop_the_fetch() {
    let issuer = FakeIssuer::start(all_keys()).await;
    let verifier = issuer.verifier();
    let token = issuer.token("p256");

    tokio::select! {
        biased;
        _ = outcome(&verifier, &token, at(0)) => panic!("the keys cannot be here yet"),
        // The caller is gone after the first step.
        () = std::future::ready(()) => {}
    }

    assert_eq!(outcome(&verifier, &token, at(1)).await, "ok", "within the interval, so by that first fetch");
}

#[tokio::test]
async fn a_discovery_document_must_be_the_issuers_own_and_small() {
    let elsewhere = FakeIssuer::start(json!({ "keys": [p256_jwk("p256")] })).await;
    let right =
        |issuer: &FakeIssuer| json!({ "issuer": issuer.url, "jwks_uri": format!("{}/keys", elsewhere.url) });
    let mut padded = right(&elsewhere);
    padded["padding"] = json!("x".repeat(1024 * 1024));
    let other_name =
        json!({ "issuer": "https://other.example", "jwks_uri": format!("{}/keys", elsewhere.url) });

    for (document, expected) in
        [(None, "ok"), (Some(other_name), "tokenKeyUnknown"), (Some(padded), "tokenKeyUnknown")]
    {
        let issuer = FakeIssuer::start(all_keys()).await;
        let document = document.map(|mut document| {
            if document.get("padding").is_some() {
                document["issuer"] = json!(issuer.url);
            }
            document
        });
        *issuer.discovery.lock().unwrap() = Some(document.unwrap_or_else(|| right(&issuer)));

        assert_eq!(outcome(&issuer.verifier(), &issuer.token("p256"), at(0)).await, expected);
    }
    assert_eq!(elsewhere.asked(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    use axum::response::Redirect;
    let target = FakeIssuer::start(all_keys()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (document, keys) =
        (json!({ "issuer": url, "jwks_uri": format!("{url}/keys") }), format!("{}/keys", target.url));
    let router = axum::Router::new()
        .route("/.well-known/openid-configuration", axum::routing::get(async move || document.to_string()))
        .route("/keys", axum::routing::get(async move || Redirect::temporary(&keys)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut moved = target.clone();
    moved.url = url;

    assert_eq!(outcome(&moved.verifier(), &moved.token("p256"), at(0)).await, "tokenKeyUnknown");
    assert_eq!(target.asked(), 0);
    assert_eq!(outcome(&target.verifier(), &target.token("p256"), at(0)).await, "ok");
}
