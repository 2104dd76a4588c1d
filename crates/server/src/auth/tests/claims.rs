//! Tokens properly signed and yet not for us, not now, or not for this.

use domain::caller::{Application, Caller, Delegated, Profile, Role, Scope};
use domain::ids::{AppId, PersonId, TenantId};
use serde_json::{Value, json};

use super::support::{
    AUDIENCE, ISSUER, PERSON, TENANT, all_keys, ask, at, claims, claims_with, es256, forge, header, outcome,
    settings, verifier, verifier_of,
};
use crate::auth::{IssuerSettings, TenantRule};

const NOW: i64 = 1_790_000_000;

async fn check(changes: Value, expected: &str) {
    let token = forge(&header(), &claims_with(changes.clone()), es256);

    assert_eq!(outcome(&verifier(), &token, at(0)).await, expected, "{changes}");
}

#[tokio::test]
async fn a_token_must_be_for_us_from_a_known_issuer_and_of_a_served_tenant() {
    check(json!({}), "ok").await;
    check(json!({ "aud": ["https://elsewhere.example", AUDIENCE] }), "ok").await;
    check(json!({ "aud": "https://graph.microsoft.com" }), "ok").await;
    check(json!({ "aud": "https://elsewhere.example" }), "tokenAudience").await;
    check(json!({ "aud": ["https://elsewhere.example"] }), "tokenAudience").await;
    check(json!({ "aud": "API://usher" }), "tokenAudience").await;
    check(json!({ "aud": null }), "tokenAudience").await;
    check(json!({ "aud": { "0": AUDIENCE } }), "tokenAudience").await;

    check(json!({ "iss": "https://attacker.example" }), "tokenIssuer").await;
    check(json!({ "iss": format!("{ISSUER}/") }), "tokenIssuer").await;
    check(json!({ "iss": [ISSUER] }), "tokenIssuer").await;
    check(json!({ "iss": null }), "tokenIssuer").await;

    check(json!({ "tid": PERSON }), "tokenTenant").await;
    check(json!({ "tid": null }), "tokenClaims").await;
    check(json!({ "tid": "contoso" }), "tokenClaims").await;
    check(json!({ "oid": null }), "tokenClaims").await;
    check(json!({ "oid": "ada" }), "tokenClaims").await;
}

#[tokio::test]
async fn the_type_in_the_header_must_allow_an_access_token() {
    let verifier = verifier();
    let cases = [
        (json!(null), "ok"),
        (json!("JWT"), "ok"),
        (json!("at+jwt"), "ok"),
        (json!("application/at+JWT"), "ok"),
        (json!("id+jwt"), "tokenType"),
        (json!("logout+jwt"), "tokenType"),
        (json!("dpop+jwt"), "tokenType"),
        (json!(""), "tokenType"),
    ];
    for (typ, expected) in cases {
        let token = forge(&json!({ "alg": "ES256", "kid": "p256", "typ": typ }), &claims(), es256);

        assert_eq!(outcome(&verifier, &token, at(0)).await, expected, "{typ}");
    }
}

#[tokio::test]
async fn an_id_token_is_no_access_token() {
    check(json!({ "aud": "client-1", "nonce": "n", "scp": null }), "tokenAudience").await;
    check(json!({ "nonce": "n" }), "tokenType").await;
    check(json!({ "at_hash": "h" }), "tokenType").await;
    check(json!({ "scp": null }), "tokenType").await;
}

#[tokio::test]
async fn a_token_counts_in_its_time_and_a_minute_around_it() {
    check(json!({ "exp": NOW - 59 , "iat": NOW - 600, "nbf": NOW - 600 }), "ok").await;
    check(json!({ "exp": NOW - 60 , "iat": NOW - 600, "nbf": NOW - 600 }), "tokenExpired").await;
    check(json!({ "exp": NOW - 7200, "iat": NOW - 9000, "nbf": NOW - 9000 }), "tokenExpired").await;
    check(json!({ "nbf": NOW + 60 }), "ok").await;
    check(json!({ "nbf": NOW + 61 }), "tokenNotYetValid").await;
    check(json!({ "iat": NOW + 60 }), "ok").await;
    check(json!({ "iat": NOW + 61 }), "tokenNotYetValid").await;
    check(json!({ "iat": null, "nbf": null }), "ok").await;
    check(json!({ "exp": (NOW + 3600) as f64 + 0.5 }), "ok").await;
    check(json!({ "exp": null }), "tokenClaims").await;
    check(json!({ "exp": "soon" }), "tokenClaims").await;
    check(json!({ "nbf": "soon" }), "tokenClaims").await;
}

#[tokio::test]
async fn a_text_with_a_nul_is_refused() {
    check(json!({"name": "Ada L", "azp": "an app"}), "ok").await;
    check(json!({"name": "Ada\0L"}), "tokenClaims").await;
    check(json!({"azp": "an\0app"}), "tokenClaims").await;
}

#[tokio::test]
async fn an_absurd_lifetime_is_refused() {
    check(json!({ "exp": NOW + 86_400 }), "ok").await;
    check(json!({ "exp": NOW + 86_401 }), "tokenClaims").await;
    check(json!({ "exp": NOW + 86_400, "iat": null }), "ok").await;
    check(json!({ "exp": NOW + 86_401, "iat": null }), "tokenClaims").await;
    check(json!({ "exp": i64::MAX }), "tokenClaims").await;
    check(json!({ "exp": 1e300 }), "tokenClaims").await;
    check(json!({ "exp": i64::MIN }), "tokenExpired").await;
    check(json!({ "exp": NOW + 100, "iat": i64::MIN }), "tokenClaims").await;
}

#[tokio::test]
async fn a_delegated_caller_is_the_person_with_the_scopes_we_know() {
    let caller = ask(&verifier(), &forge(&header(), &claims(), es256), at(0)).await.unwrap();

    let expected = Caller::Delegated(Delegated {
        tenant: TenantId(TENANT),
        person: PersonId(PERSON),
        app: Some(AppId("client-1".to_owned())),
        scopes: vec![Scope::MeetingsReadWrite, Scope::UserRead],
        profile: Profile {
            display_name: Some("Ada Lovelace".to_owned()),
            mail: Some("ada@meet.example".to_owned()),
            upn: Some("ada@meet.example".to_owned()),
            ..Profile::default()
        },
    });
    assert_eq!(*caller, expected);
}

#[tokio::test]
async fn an_address_that_its_issuer_has_not_verified_is_believed_nowhere() {
    let addresses = async |changes: Value| {
        let token = forge(&header(), &claims_with(changes), es256);
        let caller = ask(&verifier(), &token, at(0)).await.unwrap();
        let Caller::Delegated(person) = &*caller else { panic!("{caller:?}") };
        (person.profile.mail.clone(), person.profile.upn.clone())
    };
    let (typed, own) = ("boss@meet.example", "ada@meet.example");
    let some = |text: &str| Some(text.to_owned());

    for (verified, mail) in [
        (json!(null), typed),
        (json!(true), typed),
        (json!("true"), typed),
        (json!(false), own),
        (json!("false"), own),
        (json!(0), own),
        (json!({}), own),
    ] {
        let changes = json!({ "email": typed, "email_verified": verified });
        assert_eq!(addresses(changes).await, (some(mail), some(own)), "{verified}");
    }
    let as_name = |verified: bool| json!({ "email": typed, "email_verified": verified, "preferred_username": "Boss@meet.example", "upn": typed });
    assert_eq!(addresses(as_name(false)).await, (None, None), "nor where it is repeated as a name");
    assert_eq!(addresses(as_name(true)).await, (some(typed), some("Boss@meet.example")));
}

#[tokio::test]
async fn permissions_decide_whether_a_person_or_an_application_asks() {
    let app_only = json!({ "scp": null, "oid": null, "appid": "client-2", "azp": null,
        "roles": ["OnlineMeetings.Read.All", "Custom"] });
    let caller =
        ask(&verifier(), &forge(&header(), &claims_with(app_only.clone()), es256), at(0)).await.unwrap();
    let both = ask(
        &verifier(),
        &forge(
            &header(),
            &claims_with(json!({ "roles": ["OnlineMeetings.Read.All"],
        "scp": ["User.Read"] })),
            es256,
        ),
        at(0),
    )
    .await
    .unwrap();

    let expected = Application {
        tenant: TenantId(TENANT),
        app: AppId("client-2".to_owned()),
        roles: vec![Role::MeetingsReadAll],
    };
    assert_eq!(*caller, Caller::Application(expected));
    assert!(matches!(&*both, Caller::Delegated(person) if person.scopes == [Scope::UserRead]));
    check(json!({ "idtyp": "user" }), "ok").await;
    check(json!({ "idtyp": "app" }), "tokenClaims").await;
    check(json!({ "idtyp": "user", "scp": null, "roles": ["OnlineMeetings.Read.All"] }), "tokenClaims").await;
    check(json!({ "idtyp": "app", "scp": null, "roles": ["OnlineMeetings.Read.All"] }), "ok").await;
    check(json!({ "scp": null, "azp": null, "roles": ["OnlineMeetings.Read.All"] }), "tokenClaims").await;
    check(json!({ "scp": 7 }), "tokenClaims").await;
    check(json!({ "scp": ["User.Read", 7] }), "tokenClaims").await;
}

#[tokio::test]
async fn another_issuers_claims_can_be_mapped() {
    let mut keycloak = settings(ISSUER);
    keycloak.tenant = TenantRule::Fixed(TenantId(TENANT));
    keycloak.claims.person = "sub".to_owned();
    keycloak.claims.scope = "scope".to_owned();
    let keycloak = |change: fn(&mut IssuerSettings)| {
        let mut settings = keycloak.clone();
        change(&mut settings);
        verifier_of(all_keys(), settings)
    };
    let token = forge(
        &header(),
        &claims_with(json!({ "tid": null, "oid": null, "scp": null, "sub": PERSON,
            "scope": "openid OnlineMeetings.Read", "upn": "not an address", "preferred_username": null,
            "email": "ada@meet.example" })),
        es256,
    );

    let caller = ask(&keycloak(|_| {}), &token, at(0)).await.unwrap();
    let Caller::Delegated(person) = &*caller else { panic!("{caller:?}") };
    assert_eq!((person.tenant, person.person), (TenantId(TENANT), PersonId(PERSON)));
    assert_eq!(person.scopes, [Scope::MeetingsRead]);
    assert_eq!(person.profile.mail.as_deref(), Some("ada@meet.example"));
    assert_eq!(person.profile.upn.as_deref(), Some("not an address"));
    let unmapped = keycloak(|settings| settings.claims.scope = "scp".to_owned());
    assert_eq!(outcome(&unmapped, &token, at(0)).await, "tokenType");
}
