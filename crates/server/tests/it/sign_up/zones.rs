//! In whose time pages and letters speak.

use domain::LetterKind;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use server::mailroom::MailboxLetter;
use testkit::{PUBLIC_URL, TestApp};

use super::{SignUp, sign_up};

const COOKIE: &str = "__Host-usher-zone";

#[tokio::test]
async fn times_stand_in_the_organisation_s_zone_and_in_the_one_that_was_chosen() {
    let app = TestApp::builder().tenant("zone = \"Europe/Berlin\"").build().await;
    let sign_up = sign_up(&app, json!({})).await;

    let unknown = app.get(&sign_up.page).await.expect(200).text();
    assert!(unknown.contains("Monday, 1 February 2027, 11:00–12:00 Berlin (UTC+1)</time>"), "{unknown}");
    assert!(unknown.contains("(10:00–11:00 UTC)") && unknown.contains("data-zone=\"Europe/Berlin\""));

    let chosen = app.get(format!("{}&zone=America%2FNew_York", sign_up.page)).await.expect(303);
    assert_eq!(chosen.header("location"), Some(&*sign_up.page));
    let kept = "America/New_York; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure";
    assert_eq!(chosen.header("set-cookie"), Some(&*format!("{COOKIE}={kept}")));
    let cookie = format!("{COOKIE}=America/New_York");
    sign_up.send(&app, "Odile", &[]).await.expect(200);
    let letter = app.mail().await.remove(0);
    let manage = letter.manage_url.strip_prefix(PUBLIC_URL).unwrap();
    let join = letter.join_url.strip_prefix(PUBLIC_URL).unwrap();
    for (path, time) in [
        (&*sign_up.page, "05:00–06:00 New York (UTC−5)</time>"),
        (manage, "05:00–06:00 New York (UTC−5)</time>"),
        (join, "05:00–06:00 New York (UTC−5)</time>"),
        (join, "You can join from Monday, 1 February 2027, 04:45 New York (UTC−5)."),
    ] {
        let page = app.get(path).header("cookie", &cookie).await.expect(200).text();
        assert!(page.contains(time) && page.contains("(11:00–12:00 Berlin (UTC+1))"), "{page}");
        assert!(!page.contains("data-zone="), "the browser's own zone is not asked for any more");
    }
    assert!(
        letter.text.contains("11:00–12:00 Berlin (UTC+1)") && letter.text.contains("10:00–11:00 UTC"),
        "{}",
        letter.text
    );
}

#[tokio::test]
async fn what_is_no_zone_chooses_nothing() {
    let app = TestApp::builder().tenant("zone = \"Europe/Berlin\"").build().await;
    let sign_up = sign_up(&app, json!({})).await;

    for zone in ["Atlantis/Capital", "..%2F..%2Fetc%2Fpasswd", "", "Singapore", "UTC%2B2"] {
        app.get(format!("{}&zone={zone}", sign_up.page)).await.expect(if zone == "Singapore" {
            303
        } else {
            200
        });
    }
    let forged =
        app.get(&sign_up.page).header("cookie", &format!("{COOKIE}=../../etc/localtime")).await.expect(200);
    assert!(forged.text().contains("Berlin (UTC+1)</time>"));
}

const TOKYO: &str = "Monday, 1 February 2027, 19:00–20:00 Tokyo (UTC+9)";
const BERLIN: &str = "Monday, 1 February 2027, 11:00–12:00 Berlin (UTC+1)";

/// Both readable parts, as an independent parser reads them.
fn parts(letter: &MailboxLetter) -> [String; 2] {
    let message = MessageParser::default().parse(&letter.message).expect("a letter");
    [message.body_text(0).unwrap().replace("\r\n", "\n"), message.body_html(0).unwrap().into_owned()]
}

fn path(url: &str) -> &str {
    url.strip_prefix(PUBLIC_URL).unwrap()
}

async fn kept(app: &TestApp, sign_up: &SignUp) -> Vec<Value> {
    app.registrants(&sign_up.meeting).await.iter().map(|one| one["preferredTimezone"].clone()).collect()
}

#[tokio::test]
async fn letters_and_one_s_own_pages_tell_the_time_where_somebody_registered() {
    let app = TestApp::builder().tenant("zone = \"Europe/Berlin\"").build().await;
    let sign_up = sign_up(&app, json!({})).await;

    sign_up.send(&app, "Odile", &[("preferredTimezone", "Asia/Tokyo")]).await.expect(200);
    for (name, unknown) in [("Bram", None), ("Ada", Some("")), ("Mirja", Some("Atlantis/Capital"))] {
        let more: Vec<_> = unknown.map(|zone| ("preferredTimezone", zone)).into_iter().collect();
        sign_up.send(&app, name, &more).await.expect(200);
    }

    assert_eq!(kept(&app, &sign_up).await, [json!("Asia/Tokyo"), Value::Null, Value::Null, Value::Null]);
    let letters = app.mail().await;
    let letter = letters.iter().find(|letter| letter.to.starts_with("odile")).unwrap();
    let [text, html] = parts(letter);
    assert!(text.contains(&format!("When: {TOKYO}\nThat is: 11:00–12:00 Berlin (UTC+1)\n")), "{text}");
    assert!(html.contains(&format!("<strong>{TOKYO}</strong>")) && html.contains("Berlin (UTC+1)"), "{html}");
    assert!(letter.calendar.as_ref().unwrap().contains("\r\nDTSTART:20270201T100000Z\r\n"));
    for other in letters.iter().filter(|other| !other.to.starts_with("odile")) {
        let [text, _] = parts(other);
        assert!(text.contains(&format!("When: {BERLIN}\nThat is: 10:00–11:00 UTC\n")), "{text}");
    }

    let (manage, join) = (path(&letter.manage_url), path(&letter.join_url));
    for (page, time) in [
        (manage, "19:00–20:00 Tokyo (UTC+9)</time>"),
        (join, "19:00–20:00 Tokyo (UTC+9)</time>"),
        (join, "You can join from Monday, 1 February 2027, 18:45 Tokyo (UTC+9)."),
    ] {
        let page = app.get(page).await.expect(200).text();
        assert!(page.contains(time) && page.contains("(11:00–12:00 Berlin (UTC+1))"), "{page}");
        assert!(page.contains("data-zone=\"Asia/Tokyo Europe/Berlin\""), "where they are now: {page}");
        assert!(!page.contains("UTC)</span>"), "{page}");
    }
    let cookie = format!("{COOKIE}=America/New_York");
    let chosen = app.get(manage).header("cookie", &cookie).await.expect(200).text();
    assert!(chosen.contains("New York (UTC−5)</time>") && !chosen.contains("Tokyo (UTC+9)</time>"));

    app.post(manage).form(&[("do", "cancel")]).await.expect(200);
    app.post(manage).form(&[("do", "again")]).await.expect(200);
    let letters = app.mail().await;
    // Both are due in the same moment here.
    for kind in [LetterKind::Cancellation, LetterKind::Confirmation] {
        assert_eq!(letters.iter().filter(|letter| letter.kind == kind).count(), 1, "{kind:?}");
    }
    assert!(letters.iter().all(|letter| parts(letter)[0].contains(TOKYO)), "and so do all that follow");
}

#[tokio::test]
async fn a_zone_that_was_chosen_counts_before_the_browser_s() {
    let app = TestApp::builder().tenant("zone = \"Europe/Berlin\"").build().await;
    let sign_up = sign_up(&app, json!({})).await;
    let form = [("firstName", "Odile"), ("lastName", "Marchetti"), ("email", "odile@pinewater.example")];
    let form = form.into_iter().chain([("preferredTimezone", "Asia/Tokyo")]).collect::<Vec<_>>();

    let cookie = format!("{COOKIE}=America/New_York");
    app.post(&sign_up.page).header("cookie", &cookie).form(&form).await.expect(200);

    assert_eq!(kept(&app, &sign_up).await, [json!("America/New_York")]);
    let [text, _] = parts(&app.mail().await[0]);
    assert!(text.contains("05:00–06:00 New York (UTC−5)\nThat is: 11:00–12:00 Berlin (UTC+1)\n"), "{text}");
}

#[tokio::test]
async fn over_the_api_a_zone_is_sent_shown_and_changed() {
    let app = TestApp::builder().tenant("zone = \"Europe/Berlin\"").build().await;
    let sign_up = sign_up(&app, json!({})).await;
    let token = app.token(&app.people.ines);
    let enroll = |name: &str, zone: Value| {
        let email = format!("{}@pinewater.example", name.to_lowercase());
        let body =
            json!({"firstName": name, "lastName": "Marchetti", "email": email, "preferredTimezone": zone});
        app.post(sign_up.meeting.registrants()).token(&token).json(&body).send()
    };

    enroll("Odile", json!("Tokyo Standard Time")).await.expect(200);
    enroll("Bram", Value::Null).await.expect(200);
    for wrong in [json!("Atlantis/Capital"), json!("UTC+2"), json!(""), json!(9)] {
        let refused = enroll("Ada", wrong).await.expect(400);
        assert_eq!(refused.inner_code(), "invalidValue");
        assert_eq!(refused.json()["error"]["target"], "preferredTimezone");
    }

    assert_eq!(kept(&app, &sign_up).await, [json!("Asia/Tokyo"), Value::Null]);
    let letters = app.mail().await;
    assert_eq!(letters.len(), 2);
    for (name, time) in [("odile", TOKYO), ("bram", BERLIN)] {
        let letter = letters.iter().find(|letter| letter.to.starts_with(name)).unwrap();
        assert!(parts(letter)[0].contains(&format!("When: {time}\n")), "{}", letter.text);
    }
    let listed = app.registrants(&sign_up.meeting).await.remove(0);
    let one = format!("{}/{}", sign_up.meeting.registrants(), listed["id"].as_str().unwrap());
    let patch = |body: Value| app.patch(&one).token(&token).json(&body).send();
    let named = patch(json!({"firstName": "Odette"})).await.expect(200).json();
    assert_eq!(named["preferredTimezone"], "Asia/Tokyo", "what is not sent stays");
    let moved = patch(json!({"preferredTimezone": "america/new_york"})).await.expect(200).json();
    assert_eq!(moved["preferredTimezone"], "America/New_York");
    assert_ne!(moved["@odata.etag"], named["@odata.etag"], "it is part of the version");
    assert_eq!(app.get(&one).token(&token).await.expect(200).json()["@odata.etag"], moved["@odata.etag"]);
    let refused = patch(json!({"preferredTimezone": "Atlantis/Capital", "email": "x@y.example"})).await;
    let targets: Vec<_> = refused.expect(400).json()["error"]["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| detail["target"].clone())
        .collect();
    assert_eq!(targets, ["preferredTimezone", "email"]);
    let cleared = patch(json!({"preferredTimezone": null})).await.expect(200).json();
    assert_eq!(cleared.get("preferredTimezone"), None);
    assert_eq!(kept(&app, &sign_up).await, [Value::Null, Value::Null]);
}

#[tokio::test]
async fn of_many_in_one_request_each_has_a_zone_of_their_own() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;
    let row = |name: &str, zone: &str| {
        let email = format!("{name}@pinewater.example");
        json!({"firstName": name, "lastName": "Marchetti", "email": email, "preferredTimezone": zone})
    };
    let rows = [row("odile", "Asia/Kolkata"), row("bram", "Nowhere"), row("ada", "Europe/Lisbon")];

    let path = format!("{}/enrollRegistrants", sign_up.meeting.registration());
    let token = app.token(&app.people.ines);
    let told = app.post(path).token(&token).json(&json!({"registrants": rows})).await.expect(200).json();

    assert_eq!(told["value"][1]["error"]["target"], "registrants/1/preferredTimezone");
    assert_eq!(kept(&app, &sign_up).await, [json!("Asia/Kolkata"), json!("Europe/Lisbon")]);
    assert_eq!(app.mail().await.len(), 2);
}
