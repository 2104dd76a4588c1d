//! Signing in at an issuer elsewhere.

use serde_json::{Value, json};
use testkit::{PUBLIC_URL, People, TestApp, TestPerson, TestResponse};
use uuid::Uuid;

use super::browser::{Browser, field};
use super::issuer::{CLIENT, Elsewhere, SECRET};
use super::sign_up;

const SESSION: &str = "__Host-usher-session";

async fn open(elsewhere: &Elsewhere, more: &str) -> TestApp {
    // As the program does at its start; another test of this process may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let tenant = People::default().ines.tenant;
    let config = format!(
        "[[identity.issuer]]\nurl = {:?}\naudience = [\"api://usher\"]\ntenant = \"{tenant}\"\n\
         algorithms = [\"ES256\"]\nsign_in_client_id = {CLIENT:?}\nsign_in_secret = {SECRET:?}\n{more}",
        elsewhere.url
    );
    TestApp::builder().config(&config).build().await
}

/// What an id token says of the person.
fn of(app: &TestApp, person: &TestPerson) -> Value {
    let now = app.now().as_second();
    json!({"oid": person.id.to_string(), "iat": now, "exp": now + 300, "given_name": person.given_name,
        "family_name": person.surname, "email": person.mail})
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

#[tokio::test]
async fn a_member_signs_in_at_the_issuer_of_their_organisation() {
    for more in [json!({}), json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]})] {
        let elsewhere = Elsewhere::start(more).await;
        let app = open(&elsewhere, "").await;
        let sign_up = sign_up(&app).await;
        let mut browser = Browser::new(&app);
        elsewhere.say(of(&app, &app.people.tomas));

        let begun = browser.begin(&sign_up.page).await;
        assert!(begun.contains("?kept=1&"), "{begun}");
        browser.get(&elsewhere.answer(&begun)).await.expect(303);
        sign_up.enrol(&mut browser).await.expect(200);

        assert_eq!(app.registrants(&sign_up.meeting).await[0]["email"], app.people.tomas.mail);
    }
}

#[tokio::test]
async fn only_an_id_token_of_this_very_sign_in_counts() {
    let elsewhere = Elsewhere::start(json!({})).await;
    let app = open(&elsewhere, "").await;
    let sign_up = sign_up(&app).await;
    let right = of(&app, &app.people.tomas);
    let past = json!(app.now().as_second() - 61);

    for (name, value) in [
        ("nonce", json!("another")),
        ("nonce", Value::Null),
        ("aud", json!("another client")),
        ("aud", json!("api://usher")),
        ("aud", json!([CLIENT, "another client"])),
        ("azp", json!("another client")),
        ("iss", json!("https://elsewhere.example")),
        ("iss", json!("https://usher.example/identity")),
        ("exp", past),
        ("exp", Value::Null),
        ("oid", json!("no id")),
        ("oid", Value::Null),
        ("", Value::Null),
    ] {
        let mut browser = Browser::new(&app);
        elsewhere.say(with(right.clone(), name, value.clone()));
        let begun = browser.begin(&sign_up.page).await;
        let back = browser.get(&elsewhere.answer(&begun)).await;
        back.expect(if name.is_empty() { 303 } else { 403 });
        assert_eq!(browser.cookies.contains_key(SESSION), name.is_empty(), "{name} {value}");
    }
}

#[tokio::test]
async fn a_session_of_the_pages_opens_nothing_of_the_api() {
    let elsewhere = Elsewhere::start(json!({})).await;
    let app = open(&elsewhere, "").await;
    let sign_up = sign_up(&app).await;
    elsewhere.say(with(of(&app, &app.people.tomas), "scp", json!("OnlineMeetings.ReadWrite")));
    let mut browser = Browser::new(&app);
    let begun = browser.begin(&sign_up.page).await;

    browser.get(&elsewhere.answer(&begun)).await.expect(303);

    let session = browser.cookies[SESSION].clone();

    app.get("/beta/me").token(&session).await.expect(401);
    app.get("/beta/me").header("cookie", &format!("{SESSION}={session}")).await.expect(401);
    app.get("/beta/me").token(&app.token(&app.people.tomas)).await.expect(200);
}

#[tokio::test]
async fn an_issuer_that_promises_its_name_has_to_say_it() {
    let elsewhere = Elsewhere::start(json!({"authorization_response_iss_parameter_supported": true})).await;
    let app = open(&elsewhere, "").await;
    let sign_up = sign_up(&app).await;
    elsewhere.say(of(&app, &app.people.tomas));

    for (iss, status) in [("", 403), ("&iss=https://usher.example/identity", 403), ("own", 303)] {
        let mut browser = Browser::new(&app);
        let begun = browser.begin(&sign_up.page).await;
        let named = if iss == "own" { format!("&iss={}", elsewhere.url) } else { iss.to_owned() };
        browser.get(&format!("{}{named}", elsewhere.answer(&begun))).await.expect(status);
    }
}

#[tokio::test]
async fn somebody_the_directory_does_not_know_is_taken_from_their_token_where_configured() {
    for (more, status, words) in [
        ("", 403, "Your account cannot be used here"),
        ("[identity]\npeople_from_claims = true", 200, "Nils Virtanen"),
    ] {
        let elsewhere = Elsewhere::start(json!({})).await;
        let app = open(&elsewhere, more).await;
        let sign_up = sign_up(&app).await;
        let nils = TestPerson {
            id: domain::PersonId(Uuid::from_u128(77)),
            given_name: "Nils".to_owned(),
            mail: "nils@riverbend.example".to_owned(),
            ..app.people.tomas.clone()
        };
        elsewhere.say(of(&app, &nils));
        let mut browser = Browser::new(&app);
        let begun = browser.begin(&sign_up.page).await;
        browser.get(&elsewhere.answer(&begun)).await.expect(303);

        let page = browser.get(&sign_up.page).await.expect(status).text();

        assert!(page.contains(words), "{page}");
        if status == 200 {
            sign_up.enrol(&mut browser).await.expect(200);
            assert_eq!(app.registrants(&sign_up.meeting).await[0]["email"], nils.mail);
        }
    }
}

#[tokio::test]
async fn while_the_issuer_is_away_the_page_says_so() {
    let elsewhere = Elsewhere::start(json!({})).await;
    let app = open(&elsewhere, "").await;
    let sign_up = sign_up(&app).await;
    let mut browser = Browser::new(&app);
    let begun = browser.begin(&sign_up.page).await;
    let answer = elsewhere.answer(&begun);
    let other = open(&elsewhere, "").await;
    let there = super::sign_up(&other).await;
    drop(elsewhere);
    tokio::task::yield_now().await;

    browser.get(&answer).await.expect(503);
    let away = other.get(format!("/sign-in?registration={}", there.id())).await.expect(503);

    assert!(away.header("retry-after").is_some());
    app.get(&sign_up.page).await.expect(200);
}

/// Signs in, signs out, and gives the answer to that.
async fn sign_out(app: &TestApp, elsewhere: &Elsewhere, browser: &mut Browser<'_>) -> TestResponse {
    let sign_up = sign_up(app).await;
    elsewhere.say(of(app, &app.people.tomas));
    let begun = browser.begin(&sign_up.page).await;
    browser.get(&elsewhere.answer(&begun)).await.expect(303);
    let mark = field(&browser.get(&sign_up.page).await.text(), "session");
    browser.post("/sign-out", &[("session", &mark), ("registration", sign_up.id())]).await.expect(303)
}

#[tokio::test]
async fn whoever_signs_out_is_shown_how_to_end_the_providers_session_as_well() {
    let more = json!({"end_session_endpoint": "https://idp.example/out?realm=1"});
    let elsewhere = Elsewhere::start(more).await;
    let app = open(&elsewhere, "").await;
    let mut browser = Browser::new(&app);

    let out = sign_out(&app, &elsewhere, &mut browser).await;
    let way = out.header("location").unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let page = browser.get(&way).await.expect(200).text();

    assert!(out.header("set-cookie").unwrap().starts_with(&format!("{SESSION}=; ")), "signed out here first");
    assert!(page.contains("You are signed out") && page.contains("lang=de"), "{page}");
    let link = "href=\"https://idp.example/out?realm=1&#38;client_id=usher+pages\"";
    assert!(page.contains(link), "{page}");
    assert!(page.contains("/registration/"), "and back to the meeting: {page}");
    let nobodys = way.split_once("&tenant=").unwrap().0;
    for query in [nobodys.to_owned(), format!("{nobodys}&tenant={}", Uuid::nil())] {
        let back = browser.get(&query).await.expect(303);
        assert!(back.header("location").unwrap().contains("/registration/"), "{query}");
    }
    browser.get("/signed-out?registration=x").await.expect(404);
}

#[tokio::test]
async fn where_no_such_session_is_known_signing_out_leads_back_to_the_meeting() {
    let elsewhere = Elsewhere::start(json!({})).await;
    let app = open(&elsewhere, "").await;
    let mut browser = Browser::new(&app);

    let out = sign_out(&app, &elsewhere, &mut browser).await;

    assert!(out.header("location").unwrap().starts_with(&format!("{PUBLIC_URL}/registration/")));
}
