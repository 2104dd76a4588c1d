//! Tokens as they are minted, and the key they are minted with.

use std::time::Duration;

use axum::http::HeaderValue;
use domain::caller::{Caller, Profile, Role, Scope};
use domain::ids::AppId;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{ADA, AUDIENCE, TENANT, verifier_of};
use crate::issuer::{Grant, Issuer, KeyFault};

const URL: &str = "https://meet.example";
const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn delegated() -> Grant {
    Grant::Delegated {
        tenant: TENANT,
        person: ADA,
        app: AppId("page".to_owned()),
        scopes: vec![Scope::MeetingsRead, Scope::UserRead],
        profile: Profile { mail: Some("ada@meet.example".to_owned()), ..Profile::default() },
    }
}

fn claims_of(token: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode_claims(token).unwrap()
}

#[test]
fn a_delegated_token_says_what_entra_would_say() {
    let issuer = Issuer::generate(URL, AUDIENCE).unwrap();

    let token = issuer.mint(&delegated(), now(), HOUR, Uuid::from_u128(7)).unwrap();

    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!(
        (header.typ.as_deref(), header.kid),
        (Some("at+jwt"), issuer.jwks().keys[0].common.key_id.clone())
    );
    let expected = json!({
        "ver": "2.0", "tid": TENANT.0, "oid": ADA.0, "sub": ADA.0, "email": "ada@meet.example",
        "azp": "page", "appid": "page", "idtyp": "user", "scp": "OnlineMeetings.Read User.Read",
        "aud": AUDIENCE, "jti": Uuid::from_u128(7), "iss": URL,
        "iat": 1_790_000_000, "nbf": 1_790_000_000, "exp": 1_790_003_600,
    });
    assert_eq!(claims_of(&token), expected);
}

#[test]
fn an_application_token_carries_roles_and_no_person() {
    let issuer = Issuer::generate(URL, AUDIENCE).unwrap();
    let grant = Grant::Application {
        tenant: TENANT,
        app: AppId("daemon".to_owned()),
        roles: vec![Role::MeetingsReadAll],
    };

    let claims = claims_of(&issuer.mint(&grant, now(), HOUR, Uuid::nil()).unwrap());

    assert_eq!(claims["roles"], json!(["OnlineMeetings.Read.All"]));
    assert_eq!(claims["idtyp"], "app");
    assert!(claims.get("scp").is_none() && claims.get("oid").is_none());
}

#[tokio::test]
async fn a_key_survives_being_kept_in_a_file() {
    let issuer = Issuer::generate(URL, AUDIENCE).unwrap();
    let pem = issuer.to_pem().unwrap();
    let again = Issuer::from_pem(&pem, URL, AUDIENCE).unwrap();
    let other = Issuer::generate(URL, AUDIENCE).unwrap();
    let ask = async |signer: &Issuer| {
        let token = signer.mint(&delegated(), now(), HOUR, Uuid::nil()).unwrap();
        let header = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        verifier_of(&issuer).verify(Some(&header), now()).await
    };

    assert_eq!(again.jwks(), issuer.jwks());
    assert!(matches!(&*ask(&again).await.unwrap(), Caller::Delegated(person) if person.person == ADA));
    assert_eq!(ask(&other).await.unwrap_err().inner_code(), "tokenKeyUnknown");
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n") && pem.lines().all(|line| line.len() <= 64));
    for broken in ["", "nonsense", &pem.replace("PRIVATE", "PUBLIC"), &pem[..80]] {
        assert_eq!(Issuer::from_pem(broken, URL, AUDIENCE).err(), Some(KeyFault));
    }
}
