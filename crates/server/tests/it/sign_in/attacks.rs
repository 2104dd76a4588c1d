//! What must not work.

use serde_json::json;
use testkit::{APP, PUBLIC_URL, TestApp, capture_logs};

use super::browser::{Browser, field};
use super::{PASSWORD, sign_up, with_passwords};

const SESSION: &str = "__Host-usher-session";

#[tokio::test]
async fn a_form_counts_only_with_the_session_it_was_made_for() {
    let app = with_passwords().await;
    let sign_up = sign_up(&app).await;
    let (mut tomas, mut bram) = (Browser::new(&app), Browser::new(&app));
    tomas.sign_in(&sign_up.page, &app.people.tomas).await.expect(303);
    bram.sign_in(&sign_up.page, &app.people.bram).await.expect(303);
    let own = field(&tomas.get(&sign_up.page).await.text(), "session");
    let of_bram = field(&bram.get(&sign_up.page).await.text(), "session");
    let shorter = &own[..own.len() - 1];

    for mark in [Some(""), Some("x"), Some(&*of_bram), Some(shorter), None] {
        let mut fields = vec![(&*sign_up.answer, "Loire"), ("registration", sign_up.id())];
        fields.extend(mark.map(|mark| ("session", mark)));
        tomas.post(&sign_up.page, &fields).await.expect(403);
        tomas.post("/sign-out", &fields).await.expect(403);
    }

    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0);
    assert!(tomas.cookies.contains_key(SESSION), "nobody else signs them out");
    tomas.post(&sign_up.page, &[("session", &own), (&sign_up.answer, "Loire")]).await.expect(200);
}

#[tokio::test]
async fn what_another_site_posts_is_refused_on_every_page() {
    let app = with_passwords().await;
    let members = sign_up(&app).await;
    let mut browser = Browser::new(&app);
    browser.sign_in(&members.page, &app.people.tomas).await.expect(303);
    members.enrol(&mut browser).await.expect(200);
    let manage = app.mail().await[0].manage_url.strip_prefix(PUBLIC_URL).unwrap().to_owned();

    for page in [&*members.page, &*manage, "/sign-out", "/registration/x"] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://elsewhere.example"),
            ("origin", "https://usher.example.elsewhere.example"),
            ("origin", "http://usher.example"),
        ] {
            app.post(page).header(name, value).form(&[("do", "cancel")]).await.expect(403);
        }
    }

    assert_eq!(app.registrants(&members.meeting).await[0]["status"], "registered");
    let headers = [("sec-fetch-site", "same-origin"), ("origin", "null"), ("origin", PUBLIC_URL)];
    for (name, value) in headers {
        app.post(&manage).header(name, value).form(&[("do", "letter")]).await.expect(200);
    }
    app.get(&members.page).header("sec-fetch-site", "cross-site").await.expect(200);
}

#[tokio::test]
async fn an_answer_counts_once_and_only_in_the_browser_that_asked() {
    let app = with_passwords().await;
    let sign_up = sign_up(&app).await;
    let mut browser = Browser::new(&app);
    let begun = browser.begin(&sign_up.page).await;
    let answer = browser.password(&begun, &app.people.tomas).await;
    let cookies = browser.cookies.clone();

    // Somebody's own answer in another browser would sign its owner in as them.
    let mut victim = Browser::new(&app);
    victim.get(&answer).await.expect(403);
    victim.begin(&sign_up.page).await;
    victim.get(&answer).await.expect(403);
    assert!(!victim.cookies.contains_key(SESSION));

    browser.get(&answer).await.expect(303);
    assert!(browser.cookies.contains_key(SESSION));
    let mut again = Browser::new(&app);
    again.get(&answer).await.expect(403);
    again.cookies = cookies;
    again.get(&answer).await.expect(403);
    assert!(!again.cookies.contains_key(SESSION), "the code is spent");
}

#[tokio::test]
async fn an_answer_with_another_state_issuer_or_code_signs_nobody_in() {
    let app = with_passwords().await;
    let sign_up = sign_up(&app).await;
    let other = {
        let mut attacker = Browser::new(&app);
        let begun = attacker.begin(&sign_up.page).await;
        attacker.password(&begun, &app.people.bram).await
    };
    let part = |answer: &str, name: &str| {
        let (_, query) = answer.split_once('?').unwrap();
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let found = pairs.filter(|(known, _)| known == name).map(|(_, value)| value.into_owned()).next();
        found.unwrap()
    };
    let changes: Vec<(&str, Option<String>)> = vec![
        ("state", None),
        ("state", Some(part(&other, "state"))),
        ("state", Some("x".to_owned())),
        ("state", Some("ö".repeat(43))),
        ("iss", None),
        ("iss", Some("https://elsewhere.example".to_owned())),
        ("code", None),
        ("code", Some(part(&other, "code"))),
        ("code", Some("guess".to_owned())),
        ("", None),
    ];

    for (name, value) in changes {
        let mut browser = Browser::new(&app);
        let begun = browser.begin(&sign_up.page).await;
        let answer = browser.password(&begun, &app.people.tomas).await;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for known in ["state", "iss", "code"].into_iter().filter(|known| *known != name) {
            query.append_pair(known, &part(&answer, known));
        }
        query.extend_pairs(value.as_ref().map(|value| (name, value)));
        let back = browser.get(&format!("/sign-in/callback?{}", query.finish())).await;
        let expected = if name.is_empty() { 303 } else { 403 };
        let back = back.expect(expected);
        assert_eq!(browser.cookies.contains_key(SESSION), name.is_empty(), "{name} {value:?}");
        assert!(name.is_empty() || back.text().contains("You are not signed in"));
    }
    let mut twice = Browser::new(&app);
    let begun = twice.begin(&sign_up.page).await;
    let answer = twice.password(&begun, &app.people.tomas).await;
    twice.get(&format!("{answer}&code=guess")).await.expect(403);
    let begun = twice.begin(&sign_up.page).await;
    let answer = twice.password(&begun, &app.people.tomas).await;
    twice.get(&format!("{answer}&iss=https://elsewhere.example")).await.expect(403);
}

#[tokio::test]
async fn a_sign_in_that_took_longer_than_ten_minutes_begins_again() {
    let app = with_passwords().await;
    app.set_clock("2027-02-01T07:00:00Z");
    let sign_up = sign_up(&app).await;
    let mut browser = Browser::new(&app);

    let begun = browser.begin(&sign_up.page).await;
    app.set_clock("2027-02-01T07:09:30Z");
    let answer = browser.password(&begun, &app.people.tomas).await;
    app.set_clock("2027-02-01T07:10:00Z");
    browser.get(&answer).await.expect(403);

    assert!(!browser.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn a_refusal_by_the_issuer_leads_back_to_the_page() {
    let app = with_passwords().await;
    let sign_up = sign_up(&app).await;
    let mut browser = Browser::new(&app);
    let begun = browser.begin(&sign_up.page).await;
    let state = begun.split("state=").nth(1).unwrap().split('&').next().unwrap();

    let query = format!("error=access_denied&error_description=%3Cscript%3E&state={state}");
    let failed = browser.get(&format!("/sign-in/callback?{query}")).await.expect(403).text();

    assert!(failed.contains("You are not signed in") && failed.contains(sign_up.id()), "{failed}");
    assert!(!failed.contains("script"), "what it says about it is not repeated");
}

#[tokio::test]
async fn a_cookie_of_another_service_or_of_ones_own_making_is_no_session() {
    let app = with_passwords().await;
    let other = TestApp::builder().seed(7).build().await;
    other.set_password(&other.people.tomas, PASSWORD).await;
    let (here, there) = (sign_up(&app).await, sign_up(&other).await);
    let mut elsewhere = Browser::new(&other);
    elsewhere.sign_in(&there.page, &other.people.tomas).await.expect(303);
    assert!(elsewhere.get(&there.page).await.expect(200).text().contains("Tomas"));
    let is_stranger = |page: String| page.contains("For members of ");

    let mut browser = elsewhere.moved(&app);
    assert!(is_stranger(browser.get(&here.page).await.expect(200).text()), "a session of another service");

    let mut browser = Browser::new(&app);
    let begun = browser.begin(&here.page).await;
    let flow = browser.cookies.values().next().unwrap().clone();
    let answer = browser.password(&begun, &app.people.tomas).await;
    browser.get(&answer).await.expect(303);
    let own = browser.cookies[SESSION].clone();
    let (content, mark) = own.split_once('.').unwrap();
    let unsigned = format!("{content}.");
    let longer = format!("{content}A.{mark}");
    for forged in [flow, unsigned, longer, content.to_owned(), String::new(), "..".to_owned()] {
        browser.cookies.insert(SESSION.to_owned(), forged.clone());
        assert!(is_stranger(browser.get(&here.page).await.expect(200).text()), "{forged}");
    }
    browser.cookies.insert(SESSION.to_owned(), own);
    assert!(!is_stranger(browser.get(&here.page).await.expect(200).text()), "the control");
}

#[tokio::test]
async fn nothing_leads_anywhere_but_to_the_registration() {
    let app = with_passwords().await;
    let members = sign_up(&app).await;
    let meeting = app.meeting(&app.people.ines).await;
    let open = app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    let open = open["registrationPageWebUrl"].as_str().unwrap();
    let open = open.split("/registration/").nth(1).unwrap().split('?').next().unwrap();

    for elsewhere in ["https://elsewhere.example", "//elsewhere.example", "x", "", "../../m/x"] {
        let query = url::form_urlencoded::byte_serialize(elsewhere.as_bytes()).collect::<String>();
        app.get(format!("/sign-in?registration={query}")).await.expect(404);
        app.post("/sign-out").form(&[("registration", elsewhere)]).await.expect(404);
    }
    let id = members.id();
    app.get(format!("/sign-in?registration={id}&registration={open}")).await.expect(404);
    app.get("/sign-in").await.expect(404);
    let back = app.get(format!("/sign-in?registration={open}")).await.expect(303);
    assert_eq!(back.header("location"), Some(&*format!("{PUBLIC_URL}/registration/{open}")));
    assert!(back.header("set-cookie").is_none());

    let query = "response_type=code&code_challenge_method=S256&\
         code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&client_id=usher-sign-in-";
    let tenant = app.people.ines.tenant;
    let authorize = |client: String, uri: &str| {
        app.get(format!("/identity/oauth2/v2.0/authorize?{query}{client}&redirect_uri={uri}")).send()
    };
    let own = format!("{PUBLIC_URL}/sign-in/callback");
    authorize(tenant.to_string(), &own).await.expect(200);
    for uri in ["https://elsewhere.example/sign-in/callback", &format!("{own}/more"), PUBLIC_URL] {
        authorize(tenant.to_string(), uri).await.expect(400);
    }
    authorize(domain::TenantId(uuid::Uuid::from_u128(9)).to_string(), &own).await.expect(400);
    authorize(tenant.to_string().to_uppercase(), &own).await.expect(400);
}

#[tokio::test]
async fn a_code_of_another_application_signs_nobody_in() {
    let app = with_passwords().await;
    app.put_application(APP, "a long and random client secret").await;
    let sign_up = sign_up(&app).await;
    let mut browser = Browser::new(&app);
    let begun = browser.begin(&sign_up.page).await;
    let state = begun.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let challenge = begun.split("code_challenge=").nth(1).unwrap().split('&').next().unwrap().to_owned();

    // The very challenge of this sign-in, asked for by another client.
    let asked = format!(
        "{PUBLIC_URL}/identity/oauth2/v2.0/authorize?client_id={APP}&response_type=code&scope=openid&\
         redirect_uri=https://app.example/back&code_challenge_method=S256&code_challenge={challenge}"
    );
    let mut attacker = Browser::new(&app);
    let form = attacker.get(&super::browser::path(&asked)).await.expect(200).text();
    let request = field(&form, "request");
    let fields = [("request", &*request), ("user_name", &app.people.bram.mail), ("password", PASSWORD)];
    let answer = attacker.post("/identity/oauth2/v2.0/authorize", &fields).await.expect(303);
    let code = answer.header("location").unwrap().split("code=").nth(1).unwrap().split('&').next().unwrap();

    let issuer = format!("{PUBLIC_URL}/identity");
    browser.get(&format!("/sign-in/callback?code={code}&state={state}&iss={issuer}")).await.expect(403);
    assert!(!browser.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn no_log_and_no_page_holds_what_a_sign_in_was_made_of() {
    let app = with_passwords().await;
    let sign_up = sign_up(&app).await;
    let logs = capture_logs();
    let mut browser = Browser::new(&app);

    let begun = browser.begin(&sign_up.page).await;
    let answer = browser.password(&begun, &app.people.tomas).await;
    let failed = Browser::new(&app).get(&answer).await.expect(403);
    let back = browser.get(&answer).await.expect(303);
    let done = sign_up.enrol(&mut browser).await.expect(200);
    browser.get(&answer).await.expect(403);

    let part =
        |text: &str, name: &str| text.split(name).nth(1).unwrap().split('&').next().unwrap().to_owned();
    let secrets = [
        part(&answer, "code="),
        part(&answer, "state="),
        part(&begun, "nonce="),
        browser.cookies[SESSION].clone(),
    ];
    let logged = logs.text();
    for secret in &secrets {
        assert!(!logged.contains(secret), "{secret} was logged");
        for page in [failed.text(), done.text(), back.header("location").unwrap().to_owned()] {
            assert!(!page.contains(secret), "{secret} is in {page}");
        }
    }
    for page in [&failed, &back, &done] {
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
    assert!(logged.contains("sign-in asked for"), "the control: the log was looked at");
}
