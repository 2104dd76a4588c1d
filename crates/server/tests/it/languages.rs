//! In which language somebody reads: the switch, the browser, the registration, the organisation, English.

use pages::Language;
use serde_json::{Value, json};
use testkit::{PUBLIC_URL, TestApp, TestMeeting};

/// As a person's browser calls itself.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0";
const COOKIE: &str = "__Host-usher-language";

/// A registration made by somebody who prefers `language`, and the path of its page.
async fn sign_up(app: &TestApp, language: Option<&str>) -> (TestMeeting, String) {
    let meeting = app.meeting(&app.people.ines).await;
    let call = app.post(meeting.registration()).token(&app.token(&app.people.ines));
    let call = match language {
        Some(language) => call.header("accept-language", language),
        None => call,
    };
    let body = json!({"allowedRegistrant": "everyone", "subject": "Reading a river"});
    let registration: Value = call.json(&body).await.expect(201).json();
    let page = registration["registrationPageWebUrl"].as_str().unwrap();
    (meeting, page.strip_prefix(PUBLIC_URL).unwrap().to_owned())
}

/// The language of a page, as header and document both say it.
async fn language_of(app: &TestApp, page: &str, headers: &[(&str, &str)]) -> String {
    let call = headers.iter().fold(app.get(page), |call, (name, value)| call.header(name, value));
    let answer = call.await;
    let language = answer.header("content-language").unwrap().to_owned();
    let direction = if language == "ar" { "rtl" } else { "ltr" };
    assert!(answer.text().contains(&format!("<html lang=\"{language}\" dir=\"{direction}\">")));
    assert_eq!(answer.header("vary"), Some("Accept-Language, Cookie"));
    language
}

#[tokio::test]
async fn the_switch_counts_before_the_browser_and_the_browser_before_the_registration() {
    let app = TestApp::new().await;
    let (_, page) = sign_up(&app, Some("pl-PL, de;q=0.5")).await;
    let cookie = format!("other=1; {COOKIE}=ar");

    assert_eq!(language_of(&app, &page, &[]).await, "pl");
    assert_eq!(language_of(&app, &page, &[("accept-language", "*")]).await, "pl");
    assert_eq!(language_of(&app, &page, &[("accept-language", "fi")]).await, "pl");
    assert_eq!(language_of(&app, &page, &[("accept-language", "fi, ja;q=0.8")]).await, "ja");
    assert_eq!(language_of(&app, &page, &[("accept-language", "ja"), ("cookie", &cookie)]).await, "ar");
    assert_eq!(
        language_of(&app, &page, &[("accept-language", "ja"), ("cookie", "usher-language=ar")]).await,
        "ja"
    );
    assert_eq!(language_of(&app, "/nowhere", &[]).await, "en");
    assert_eq!(language_of(&app, "/nowhere", &[("cookie", &cookie)]).await, "ar");
}

#[tokio::test]
async fn the_switch_is_remembered_and_leaves_the_address_as_it_was() {
    let app = TestApp::new().await;
    let (meeting, page) = sign_up(&app, None).await;
    let (_, query) = page.split_once('?').unwrap();
    let link = format!("href=\"?{}&#38;lang=de\"", query.replace('&', "&#38;"));
    assert!(app.get(&page).await.expect(200).text().contains(&link), "{link}");

    for language in Language::all() {
        let tag = language.tag();
        let switched = app
            .get(format!("{page}&lang={tag}"))
            .header("accept-language", "fr")
            .header("user-agent", BROWSER);
        let switched = switched.await.expect(303);
        assert_eq!(switched.header("location"), Some(&*page));
        let expected = format!("{COOKIE}={tag}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(switched.header("set-cookie"), Some(&*expected));
        assert_eq!(switched.header("cache-control"), Some("no-store"));

        let cookie = format!("{COOKIE}={tag}");
        assert_eq!(language_of(&app, &page, &[("accept-language", "fr"), ("cookie", &cookie)]).await, tag);
    }

    assert_eq!(language_of(&app, &format!("{page}&lang=xx"), &[]).await, "en");
    assert_eq!(
        app.get("//evil.example/?lang=de").await.expect(303).header("location"),
        Some("/evil.example/")
    );
    let registration =
        app.get(meeting.registration()).token(&app.token(&app.people.ines)).await.expect(200).json();
    assert_eq!(registration["registrationPageViewCount"], 0, "a switch is no look at the page");
}

#[tokio::test]
async fn the_switch_at_the_gate_keeps_a_link_in_graphs_spelling_whole() {
    let app = TestApp::new().await;
    let (meeting, _) = sign_up(&app, None).await;
    let found = app.get(meeting.path()).token(&app.token(&app.people.ines)).await.expect(200).json();
    let link = found["joinWebUrl"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    assert!(link.contains("?context="), "{link}");

    let gate = app.get(&link).await;
    let (_, query) = link.split_once('?').unwrap();
    let written = format!("href=\"?{}&#38;lang=de\"", query.replace('&', "&#38;").replace('\'', "&#39;"));
    assert!(gate.text().contains(&written), "{written} is not in {}", gate.text());

    let switched = app.get(format!("{link}&lang=de")).await.expect(303);
    assert_eq!(switched.header("location"), Some(&*link));
}

#[tokio::test]
async fn a_letter_is_in_the_language_of_the_page_it_was_asked_for_on() {
    let app = TestApp::new().await;
    let (_, page) = sign_up(&app, Some("de")).await;
    let fields = [("firstName", "Odile"), ("lastName", "Marchetti")];
    let subject = async |email: &str, headers: &[(&str, &str)]| {
        let call = headers.iter().fold(app.post(&page), |call, (name, value)| call.header(name, value));
        call.form(&[&fields[..], &[("email", email)]].concat()).await.expect(200);
        app.mail().await.remove(0).subject.clone()
    };

    assert_eq!(subject("a@pinewater.example", &[]).await, "Angemeldet: Reading a river");
    assert_eq!(
        subject("b@pinewater.example", &[("accept-language", "es-MX")]).await,
        "Inscripción confirmada: Reading a river"
    );
    let cookie = format!("{COOKIE}=zh-Hans");
    assert_eq!(
        subject("c@pinewater.example", &[("accept-language", "es-MX"), ("cookie", &cookie)]).await,
        "报名成功：Reading a river"
    );
}

#[tokio::test]
async fn a_letter_for_a_call_of_the_api_falls_back_to_the_registration_and_to_the_organisation() {
    let app = TestApp::builder().language("fr").build().await;
    let (german, _) = sign_up(&app, Some("de-AT, en;q=0.7")).await;
    let (plain, _) = sign_up(&app, Some("fi")).await;
    let subject = async |meeting: &TestMeeting, email: &str, language: Option<&str>| {
        let call = app.post(meeting.registrants()).token(&app.token(&app.people.tomas));
        let call = language.into_iter().fold(call, |call, language| call.header("accept-language", language));
        let body = json!({"firstName": "Odile", "lastName": "Marchetti", "email": email});
        call.json(&body).await.expect(200);
        app.mail().await.remove(0).subject.clone()
    };

    assert_eq!(
        subject(&german, "a@pinewater.example", Some("hi-IN")).await,
        "पंजीकरण हो गया: Reading a river"
    );
    assert_eq!(subject(&german, "b@pinewater.example", Some("fi")).await, "Angemeldet: Reading a river");
    assert_eq!(subject(&german, "c@pinewater.example", None).await, "Angemeldet: Reading a river");
    assert_eq!(
        subject(&plain, "d@pinewater.example", None).await,
        "Inscription confirmée\u{a0}: Reading a river"
    );
}
