//! Forged and garbled tokens (RFC 8725).

use aws_lc_rs::hmac;
use axum::http::HeaderValue;
use serde_json::{Value, json};

use super::support::{
    ISSUER, P256, all_keys, at, b64, claims, claims_with, ec_jwk, eddsa, es256, es384, forge, header,
    outcome, p256_jwk, ps256, public_keys_as_secrets, rs256, rsa_jwk, settings, verifier, verifier_of,
};
use crate::auth::{KeySource, SettingsProblem, TokenRefusal, Verifier};

type Sign = fn(&[u8]) -> Vec<u8>;

#[tokio::test]
async fn every_allowed_algorithm_is_believed_with_its_own_key() {
    let verifier = verifier();
    let signers: [(&str, &str, Sign); 5] = [
        ("RS256", "rsa", rs256),
        ("PS256", "rsa", ps256),
        ("ES256", "p256", es256),
        ("ES384", "p384", es384),
        ("EdDSA", "ed", eddsa),
    ];

    for (alg, kid, sign) in signers {
        let right = forge(&json!({ "alg": alg, "kid": kid }), &claims(), sign);
        let mut other_claims = claims();
        other_claims["scp"] = json!("OnlineMeetings.ReadWrite User.Read.All");
        let signature = right.rsplit('.').next().unwrap().to_owned();
        let changed = forge(&json!({ "alg": alg, "kid": kid }), &other_claims, |_| Vec::new()) + &signature;

        assert_eq!(outcome(&verifier, &right, at(0)).await, "ok", "{alg}");
        assert_eq!(outcome(&verifier, &changed, at(0)).await, "tokenSignature", "{alg}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_signed_is_refused() {
    let verifier = verifier();

    assert_eq!(outcome(&verifier, &forge(&header(), &claims(), es256), at(0)).await, "ok");
    assert_eq!(
        outcome(&verifier, &forge(&header(), &claims(), |_| Vec::new()), at(0)).await,
        "tokenSignature"
    );
    for alg in ["none", "None", "NONE", "nOnE", "", " none"] {
        let header = json!({ "alg": alg, "kid": "p256" });
        for signature in [Vec::new(), es256(b"whatever")] {
            let token = forge(&header, &claims(), |_| signature.clone());

            assert_eq!(outcome(&verifier, &token, at(0)).await, "tokenAlgorithm", "{alg:?}");
        }
    }
}

#[tokio::test]
async fn a_public_key_is_never_a_shared_secret() {
    let verifier = verifier();

    for (kid, secret) in
        ["rsa", "p256"].iter().flat_map(|kid| public_keys_as_secrets().into_iter().map(move |s| (kid, s)))
    {
        for (alg, algorithm) in [("HS256", hmac::HMAC_SHA256), ("HS512", hmac::HMAC_SHA512)] {
            let mac =
                |message: &[u8]| hmac::sign(&hmac::Key::new(algorithm, &secret), message).as_ref().to_vec();
            let token = forge(&json!({ "alg": alg, "kid": kid }), &claims(), mac);

            assert_eq!(outcome(&verifier, &token, at(0)).await, "tokenAlgorithm");
        }
    }
}

#[tokio::test]
async fn a_shared_secret_in_a_key_set_is_never_used() {
    let secret = b"a secret that both sides would know";
    let mut published = all_keys();
    published["keys"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "kty": "oct", "kid": "shared", "k": b64(secret) }));
    let mac =
        |message: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec();
    let token = forge(&json!({ "alg": "HS256", "kid": "shared" }), &claims(), mac);
    let mut symmetric = settings(ISSUER);
    symmetric.algorithms.push(jsonwebtoken::Algorithm::HS256);
    let keys = || KeySource::Static(serde_json::from_value(published.clone()).unwrap());

    assert_eq!(
        outcome(&verifier_of(published.clone(), settings(ISSUER)), &token, at(0)).await,
        "tokenAlgorithm"
    );
    let refused = Verifier::new(vec![(symmetric, keys())], true).err();
    assert_eq!(refused, Some(SettingsProblem::Algorithm(ISSUER.to_owned())));
}

#[tokio::test]
async fn a_key_serves_no_algorithm_of_another_kind() {
    let only_rs256 = |mut jwk: Value| {
        jwk["alg"] = json!("RS256");
        jwk
    };
    let verifier = verifier();
    let narrow = verifier_of(json!({ "keys": [only_rs256(rsa_jwk("rsa"))] }), settings(ISSUER));
    let token = |alg: &str, kid: &str, sign: fn(&[u8]) -> Vec<u8>| {
        forge(&json!({ "alg": alg, "kid": kid }), &claims(), sign)
    };

    // The header lies about the kind of key, whoever signed.
    assert_eq!(outcome(&verifier, &token("ES256", "rsa", rs256), at(0)).await, "tokenAlgorithm");
    assert_eq!(outcome(&verifier, &token("ES256", "rsa", es256), at(0)).await, "tokenAlgorithm");
    assert_eq!(outcome(&verifier, &token("RS256", "p256", es256), at(0)).await, "tokenAlgorithm");
    assert_eq!(outcome(&verifier, &token("RS256", "p256", rs256), at(0)).await, "tokenAlgorithm");
    assert_eq!(outcome(&verifier, &token("ES256", "p384", es384), at(0)).await, "tokenAlgorithm");
    assert_eq!(outcome(&verifier, &token("EdDSA", "p256", es256), at(0)).await, "tokenAlgorithm");
    assert_eq!(outcome(&verifier, &token("RS256", "rsa", ps256), at(0)).await, "tokenSignature");

    // A key that says what it is for serves nothing else.
    assert_eq!(outcome(&narrow, &token("RS256", "rsa", rs256), at(0)).await, "ok");
    assert_eq!(outcome(&narrow, &token("PS256", "rsa", ps256), at(0)).await, "tokenAlgorithm");
}

#[tokio::test]
async fn an_algorithm_the_operator_did_not_allow_is_refused() {
    let mut strict = settings(ISSUER);
    strict.algorithms = vec![jsonwebtoken::Algorithm::RS256];
    let verifier = verifier_of(all_keys(), strict);
    let rsa = forge(&json!({ "alg": "RS256", "kid": "rsa" }), &claims(), rs256);

    assert_eq!(outcome(&verifier, &rsa, at(0)).await, "ok");
    assert_eq!(outcome(&verifier, &forge(&header(), &claims(), es256), at(0)).await, "tokenAlgorithm");
}

#[tokio::test]
async fn a_token_does_not_get_to_bring_its_own_key() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = format!("http://{}/keys", listener.local_addr().unwrap());
    let issuer = super::support::FakeIssuer::start(json!({ "keys": [p256_jwk("p256")] })).await;
    let verifier = issuer.verifier();
    let attacker =
        aws_lc_rs::signature::EcdsaKeyPair::generate(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING)
            .unwrap();
    let by_attacker = |message: &[u8]| {
        attacker.sign(&aws_lc_rs::rand::SystemRandom::new(), message).unwrap().as_ref().to_vec()
    };
    let claims = claims_with(json!({ "iss": issuer.url }));
    let bait = [
        ("jku", json!(place)),
        ("x5u", json!(place)),
        ("jwk", ec_jwk("p256", &attacker, "P-256")),
        ("x5c", json!([place])),
        ("x5c", json!(7)),
    ];

    for (name, value) in bait {
        for (kid, refusal) in [("p256", "tokenSignature"), ("mine", "tokenKeyUnknown")] {
            let mut header = json!({ "alg": "ES256", "kid": kid });
            header[name] = value.clone();

            assert_eq!(
                outcome(&verifier, &forge(&header, &claims, by_attacker), at(0)).await,
                refusal,
                "{name}"
            );
        }
        let mut header = json!({ "alg": "ES256", "kid": "p256" });
        header[name] = value.clone();
        assert_eq!(
            outcome(&verifier, &forge(&header, &claims, es256), at(0)).await,
            "ok",
            "{name} is ignored"
        );
    }
    let call = tokio::time::timeout(std::time::Duration::from_millis(100), listener.accept()).await;
    assert!(call.is_err(), "nobody may call where a token points");
}

#[tokio::test]
async fn what_is_no_signed_token_is_malformed() {
    let verifier = verifier();
    let good = forge(&header(), &claims(), es256);
    let crit = json!({ "alg": "ES256", "kid": "p256", "crit": ["exp"] });
    let twice = format!("{}.{}.AA", b64(r#"{"alg":"none","alg":"ES256"}"#), b64(claims().to_string()));

    let garbled = [
        "x",
        "a.b",
        "..",
        "a.b.c",
        "a.b.c.d.e",
        "💥.💥.💥",
        &good[1..],
        &format!("{good}=="),
        &format!("{good}.AA"),
        &forge(&crit, &claims(), es256),
        &forge(&json!([]), &claims(), es256),
        &forge(&header(), &json!(["x"]), es256),
        &twice,
        &"A".repeat(16 * 1024 + 1),
    ]
    .map(str::to_owned);
    for token in garbled {
        let header = HeaderValue::from_bytes(format!("Bearer {token}").as_bytes()).unwrap();
        let refusal = verifier.verify(Some(&header), at(0)).await.unwrap_err();

        assert_eq!(refusal, TokenRefusal::Malformed, "{token:.40}");
    }
    let long = claims_with(json!({ "padding": "x".repeat(8000) }));
    assert_eq!(outcome(&verifier, &forge(&header(), &long, es256), at(0)).await, "ok");
}

#[tokio::test]
async fn no_token_is_told_apart_from_a_bad_one() {
    let verifier = verifier();
    let good = forge(&header(), &claims(), es256);
    for empty in ["", "Bearer", "Bearer ", "Basic YTpi", "bearer", &good] {
        let header = HeaderValue::from_str(empty).unwrap();

        assert_eq!(verifier.verify(Some(&header), at(0)).await, Err(TokenRefusal::Missing), "{empty:.20}");
    }
    assert_eq!(verifier.verify(None, at(0)).await, Err(TokenRefusal::Missing));
    for spelling in ["Bearer", "bearer", "BEARER"] {
        let header = HeaderValue::from_str(&format!("{spelling} {good}")).unwrap();
        assert!(verifier.verify(Some(&header), at(0)).await.is_ok());
    }

    assert_eq!(TokenRefusal::Missing.message(), "Access token is empty.");
    assert_eq!(TokenRefusal::Missing.www_authenticate(), "Bearer realm=\"usher\"");
    assert_eq!(TokenRefusal::Expired.message(), "Access token validation failure. It has expired.");
    assert_eq!(
        TokenRefusal::Claims("`a\"\n\\b` is missing".into()).www_authenticate(),
        "Bearer realm=\"usher\", error=\"invalid_token\", error_description=\"`ab` is missing\""
    );
}

#[tokio::test]
async fn a_token_without_a_kid_needs_a_single_key_that_fits() {
    let nameless = forge(&json!({ "alg": "ES256" }), &claims(), es256);
    let one = verifier_of(all_keys(), settings(ISSUER));
    let two = verifier_of(json!({ "keys": [p256_jwk("a"), ec_jwk("b", &P256, "P-256")] }), settings(ISSUER));

    assert_eq!(outcome(&one, &nameless, at(0)).await, "ok");
    assert_eq!(outcome(&two, &nameless, at(0)).await, "tokenKeyUnknown");
}

#[tokio::test]
async fn keys_for_other_purposes_are_skipped_and_cost_nothing() {
    let mut encrypting = p256_jwk("enc");
    encrypting["use"] = json!("enc");
    let mut wrapping = p256_jwk("wrap");
    wrapping["key_ops"] = json!(["wrapKey"]);
    let weak = json!({ "kty": "RSA", "kid": "weak", "n": b64([0xff; 128]), "e": "AQAB" });
    let strange = json!({ "kty": "ML-KEM", "kid": "strange", "pub": "AAAA" });
    let off_curve =
        json!({ "kty": "EC", "kid": "off", "crv": "P-256", "x": b64([7; 32]), "y": b64([7; 32]) });
    let keys = json!({ "keys": [encrypting, wrapping, weak, strange, off_curve, p256_jwk("p256")] });
    let verifier = verifier_of(keys, settings(ISSUER));

    for kid in ["enc", "wrap", "weak", "strange", "off"] {
        let token = forge(&json!({ "alg": "ES256", "kid": kid }), &claims(), es256);
        assert_eq!(outcome(&verifier, &token, at(0)).await, "tokenKeyUnknown", "{kid}");
    }
    assert_eq!(outcome(&verifier, &forge(&header(), &claims(), es256), at(0)).await, "ok");
}
