//! Tokens that were proven before.

use std::sync::Arc;

use serde_json::json;

use super::support::{
    ISSUER, all_keys, ask, at, claims, claims_with, es256, forge, header, outcome, settings, verifier,
};
use crate::auth::{KeySource, Verifier};

#[tokio::test]
async fn a_token_is_proven_once_while_it_is_remembered() {
    let token = forge(&header(), &claims(), es256);
    let keys = || KeySource::Static(serde_json::from_value(all_keys()).unwrap());
    let forgetful = Verifier::new(vec![(settings(ISSUER), keys())], false).unwrap();
    let verifier = verifier();

    let first = ask(&verifier, &token, at(0)).await.unwrap();
    let second = ask(&verifier.clone(), &token, at(1)).await.unwrap();
    let anew = ask(&forgetful, &token, at(0)).await.unwrap();
    let once_more = ask(&forgetful, &token, at(0)).await.unwrap();

    assert!(Arc::ptr_eq(&first, &second), "the same answer, not an equal one");
    assert_eq!(anew, first);
    assert!(!Arc::ptr_eq(&anew, &once_more));
}

#[tokio::test]
async fn a_remembered_token_ends_like_any_other() {
    let verifier = verifier();
    let token = forge(&header(), &claims(), es256);
    let first = ask(&verifier, &token, at(0)).await.unwrap();

    assert!(Arc::ptr_eq(&first, &ask(&verifier, &token, at(3599)).await.unwrap()));
    let in_grace = ask(&verifier, &token, at(3600)).await.unwrap();
    assert!(!Arc::ptr_eq(&first, &in_grace), "its minute of grace is proven anew");
    assert_eq!(outcome(&verifier, &token, at(3659)).await, "ok");
    assert_eq!(outcome(&verifier, &token, at(3660)).await, "tokenExpired");
}

#[tokio::test]
async fn a_refused_token_is_not_remembered_as_good_or_bad() {
    let verifier = verifier();
    let early = forge(&header(), &claims_with(json!({ "nbf": 1_790_000_000 + 100 })), es256);

    assert_eq!(outcome(&verifier, &early, at(0)).await, "tokenNotYetValid");
    assert_eq!(outcome(&verifier, &early, at(40)).await, "ok");
}

#[tokio::test]
async fn one_changed_letter_is_another_token() {
    let verifier = verifier();
    let token = forge(&header(), &claims(), es256);
    assert_eq!(outcome(&verifier, &token, at(0)).await, "ok");

    for place in [5, token.len() / 2, token.len() - 10] {
        let mut bytes = token.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();

        assert_ne!(outcome(&verifier, &changed, at(0)).await, "ok");
    }
}
