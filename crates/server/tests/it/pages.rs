//! The sign-up page, from the address in the API to the letter.

use serde_json::{Value, json};
use testkit::{PUBLIC_URL, TestApp, TestMeeting, TestResponse};

/// A registration with its page.
struct SignUp {
    meeting: TestMeeting,
    page: String,
    /// Ids of the two questions, the first of which must be answered.
    questions: [String; 2],
}

async fn sign_up(app: &TestApp, more: Value) -> SignUp {
    let meeting = app.meeting(&app.people.ines).await;
    let mut body = json!({
        "allowedRegistrant": "everyone",
        "subject": "Reading a river",
        "description": "One hour, online.",
        "speakers": [{"displayName": "Nils Abara", "bio": "Harbour pilot"}],
        "customQuestions": [
            {"displayName": "Deck or engine?", "answerInputType": "radioButton",
             "answerOptions": ["Deck", "Engine"], "isRequired": true},
            {"displayName": "Which river?", "answerInputType": "text"},
        ],
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let registration = app.register(&meeting, &body).await;
    let questions = app.get(meeting.questions()).token(&app.token(&app.people.ines)).await.expect(200).json();
    let question = |n: usize| questions["value"][n]["id"].as_str().unwrap().to_owned();
    let page = registration["registrationPageWebUrl"].as_str().unwrap();
    SignUp {
        meeting,
        page: page.strip_prefix(PUBLIC_URL).unwrap().to_owned(),
        questions: [question(0), question(1)],
    }
}

/// What stands in the hidden field that makes a form one request.
#[track_caller]
fn nonce(page: &TestResponse) -> String {
    let text = page.text();
    let (_, rest) = text.split_once(r#"name="nonce" value=""#).expect("the form has a nonce");
    rest.split('"').next().unwrap().to_owned()
}

impl SignUp {
    async fn send(&self, app: &TestApp, nonce: &str, name: &str, email: &str, choice: &str) -> TestResponse {
        let [first, second] = &self.questions;
        let fields = [
            ("nonce", nonce),
            ("firstName", name),
            ("lastName", "Marchetti"),
            ("email", email),
            (&*format!("answer-{first}"), choice),
            (&*format!("answer-{second}"), "Loire"),
        ];
        app.post(&self.page).form(&fields).await
    }
}

#[tokio::test]
async fn the_page_shows_what_the_organizer_says_and_asks() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;

    let page = app.get(&sign_up.page).await.expect(200);

    let text = page.text();
    for words in [
        "Reading a river",
        "One hour, online.",
        "Nils Abara",
        "Harbour pilot",
        "Deck or engine?",
        "Engine",
        "Which river?",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    for name in ["firstName", "lastName", "email", "nonce"] {
        assert!(text.contains(&format!(r#"name="{name}""#)), "{name}");
    }
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    assert_eq!(text.matches("<script").count(), 1);
    assert!(text.contains("<script src=\"/assets/usher.js\" defer></script>"), "no script but our own file");
    assert!(page.header("content-security-policy").unwrap().ends_with("; script-src 'self'"));
    assert!(!text.contains("meet.riverbend.example"), "where the meeting is is not told before");
}

#[tokio::test]
async fn a_filled_form_gives_a_place_and_a_letter() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;
    let nonce = nonce(&app.get(&sign_up.page).await.expect(200));

    let done = sign_up.send(&app, &nonce, "Odile", "odile@pinewater.example", "Deck").await.expect(200);

    assert!(done.text().contains("Check your mailbox") && done.text().contains("odile@pinewater.example"));
    assert!(!done.text().contains("/j/") && !done.text().contains("/m/"), "links go by mail alone");
    let registrants = app.registrants(&sign_up.meeting).await;
    assert_eq!(registrants.len(), 1);
    assert_eq!(
        [&registrants[0]["firstName"], &registrants[0]["lastName"], &registrants[0]["email"]],
        ["Odile", "Marchetti", "odile@pinewater.example"]
    );
    let answers: Vec<&Value> = registrants[0]["customQuestionAnswers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| &answer["value"])
        .collect();
    assert_eq!(answers, ["Deck", "Loire"]);
    let letters = app.mail().await;
    assert_eq!(letters.len(), 1);
    app.set_clock("2027-02-01T09:50:00Z");
    app.get(letters[0].join_url.strip_prefix(PUBLIC_URL).unwrap()).await.expect(303);
}

#[tokio::test]
async fn a_form_with_faults_comes_back_with_its_input_and_says_what_is_wrong() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;

    let back = sign_up.send(&app, "n", "  ", "nobody & co", "Bridge").await.expect(400);

    let text = back.text();
    for words in ["Please fill this in", "This is not an e-mail address", "Please choose one of the options"]
    {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    assert!(text.contains(r#"value="Marchetti""#) && text.contains(r#"value="Loire""#), "{text}");
    assert!(text.contains("nobody &#38; co") || text.contains("nobody &amp; co"), "{text}");
    assert!(text.contains("<title>Problem"), "the title is the first thing a screen reader says");
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0);
    let control = sign_up.send(&app, "n", "Odile", "odile@pinewater.example", "Deck").await.expect(200);
    assert!(!control.text().contains("Please fill this in"));
}

/// A double click, a reload or the back button.
#[tokio::test]
async fn the_same_form_sent_twice_is_one_registration_and_shows_the_same_page() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({"capacity": 1})).await;
    let nonce = nonce(&app.get(&sign_up.page).await.expect(200));

    let first = sign_up.send(&app, &nonce, "Odile", "odile@pinewater.example", "Deck").await.expect(200);
    let second = sign_up.send(&app, &nonce, "Odile", "odile@pinewater.example", "Deck").await.expect(200);

    assert_eq!(second.body, first.body, "though the last place is taken by now");
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 1);
    assert_eq!(app.mail().await.len(), 1);
}

/// Whoever asks for a place does not learn who has one.
#[tokio::test]
async fn an_address_that_is_registered_already_is_answered_like_a_new_one() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;

    let new = sign_up.send(&app, "a", "Odile", "odile@pinewater.example", "Deck").await.expect(200);
    let known = sign_up.send(&app, "b", "Mallory", "odile@pinewater.example", "Engine").await.expect(200);

    assert_eq!(known.body, new.body);
    let registrants = app.registrants(&sign_up.meeting).await;
    assert_eq!(
        (registrants.len(), &registrants[0]["firstName"]),
        (1, &json!("Odile")),
        "and nothing was changed"
    );
}

/// Somebody goes back and mends a typing error in the address.
#[tokio::test]
async fn a_form_that_was_changed_and_sent_again_is_a_request_of_its_own() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;
    sign_up.send(&app, "nonce", "Odile", "odile@pinewatre.example", "Deck").await.expect(200);

    sign_up.send(&app, "nonce", "Odile", "odile@pinewater.example", "Deck").await.expect(200);

    let registrants = app.registrants(&sign_up.meeting).await;
    let addresses: Vec<&serde_json::Value> =
        registrants.iter().map(|registrant| &registrant["email"]).collect();
    assert_eq!(addresses, ["odile@pinewatre.example", "odile@pinewater.example"]);
}

#[tokio::test]
async fn a_full_registration_says_so_and_takes_nobody() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({"capacity": 1})).await;
    sign_up.send(&app, "a", "Odile", "odile@pinewater.example", "Deck").await.expect(200);

    let full = sign_up.send(&app, "b", "Marc", "marc@pinewater.example", "Deck").await.expect(409);

    assert!(full.text().contains("All places are taken"));
    let looked = app.get(&sign_up.page).await.expect(200).text();
    assert!(
        looked.contains("All places are taken") && !looked.contains("<form method=\"post\""),
        "nobody fills in a form for nothing"
    );
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 1);
}

#[tokio::test]
async fn a_registration_that_is_over_shows_no_form_and_takes_nobody() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;
    app.set_clock("2027-02-01T11:00:00Z");

    let shown = app.get(&sign_up.page).await;
    let sent = sign_up.send(&app, "a", "Odile", "odile@pinewater.example", "Deck").await;

    for page in [shown, sent] {
        assert!(
            page.text().contains("This meeting is over") && !page.text().contains("<form method=\"post\""),
            "{}",
            page.text()
        );
    }
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0);
}

#[tokio::test]
async fn a_registration_for_the_organization_shows_no_form_and_takes_nobody() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({"allowedRegistrant": "organization"})).await;

    let shown = app.get(&sign_up.page).await;
    let sent = sign_up.send(&app, "a", "Tomas", &app.people.tomas.mail, "Deck").await;

    for page in [shown, sent] {
        assert!(page.text().contains("For members of ") && !page.text().contains("<form method=\"post\""));
    }
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0);
}

/// Whatever people type is text.
#[tokio::test]
async fn markup_and_template_syntax_stay_text_on_every_page() {
    let app = TestApp::new().await;
    let evil = r#"<script>alert(1)</script>"><img src=x onerror=alert(2)>{{1337*7331}}{% raw %}${1337*7331}"#;
    let text = |more: &str| format!("{evil}{more}");
    let sign_up = sign_up(
        &app,
        json!({
            "subject": text("subject"),
            "description": text("description"),
            "speakers": [{"displayName": text("speaker"), "bio": text("bio")}],
            "customQuestions": [
                {"displayName": text("question"), "answerInputType": "radioButton",
                 "answerOptions": [text("option")], "isRequired": true},
                {"displayName": text("line"), "answerInputType": "text"},
            ],
        }),
    )
    .await;

    let form = app.get(&sign_up.page).await.expect(200);
    let back = sign_up.send(&app, evil, evil, evil, evil).await.expect(400);
    let done = sign_up.send(&app, "n", evil, "odile@pinewater.example", &text("option")).await.expect(200);
    let letter = app.mail().await.remove(0);
    let manage = app.get(letter.manage_url.strip_prefix(PUBLIC_URL).unwrap()).await.expect(200);
    let early = app.get(letter.join_url.strip_prefix(PUBLIC_URL).unwrap()).await.expect(200);
    let canceled = app.post(letter.manage_url.strip_prefix(PUBLIC_URL).unwrap()).form(&[]).await.expect(200);

    for page in [
        form.text(),
        back.text(),
        done.text(),
        manage.text(),
        early.text(),
        canceled.text(),
        letter.html.clone(),
    ] {
        assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
        assert!(page.contains("{{1337*7331}}") && !page.contains("9801547"), "{page}");
    }
    assert!(letter.text.contains(evil), "in a text it is as harmless as it looks");
    assert_eq!(
        app.registrants(&sign_up.meeting).await[0]["firstName"],
        evil,
        "the organizer's program gets what was typed"
    );
}

#[tokio::test]
async fn a_page_that_is_not_there_is_always_the_same_page() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;
    let external = app.external("everyone").await;
    let known = sign_up.page.strip_prefix("/registration/").unwrap().split('?').next().unwrap();
    let nothing = app.get("/nothing/of/the/kind").await.expect(404);
    let parts: Vec<&str> = known.split(',').collect();
    let with_other = |n: usize| {
        let mut parts = parts.clone();
        parts[n] = "AAAAAAAAAAAAAAAAAAAAAA";
        format!("/registration/{}", parts.join(","))
    };
    let mut paths: Vec<String> = (0..6).map(with_other).collect();
    paths.push("/registration/x".to_owned());
    paths.push(format!("/registration/{}", external.id));
    paths.push(format!("/registration/{}", &known[..known.len() - 1]));

    for path in paths {
        assert_eq!(app.get(&path).await.expect(404).body, nothing.body, "{path}");
        assert_eq!(
            app.post(&path).form(&[("firstName", "Odile")]).await.expect(404).body,
            nothing.body,
            "{path}"
        );
    }
    app.get(format!("/registration/{known}")).await.expect(200);
    app.get(format!("/registration/{}", known.replace(',', "%2C"))).await.expect(200);
    app.delete(sign_up.meeting.registration()).token(&app.token(&app.people.ines)).await.expect(204);
    let withdrawn = app.get(&sign_up.page).await.expect(410);
    assert!(
        withdrawn.text().contains("This registration was withdrawn") && !withdrawn.text().contains("river")
    );
}

#[tokio::test]
async fn the_page_of_a_meeting_that_was_cancelled_says_so_and_which_it_was() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;
    app.delete(sign_up.meeting.path()).token(&app.token(&app.people.ines)).await.expect(204);

    let page = app.get(&sign_up.page).await.expect(410).text();

    for said in ["This meeting was cancelled", "Reading a river", "2027"] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[tokio::test]
async fn a_form_of_another_shape_is_refused_and_gives_no_place() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;
    let long = format!("firstName={}", "x".repeat(1 << 20));

    let json = app.post(&sign_up.page).json(&json!({"firstName": "Odile"})).await;
    let empty = app.post(&sign_up.page).form(&[]).await.expect(400);
    let long = app.post(&sign_up.page).text("application/x-www-form-urlencoded", &long).await;

    assert!(json.status.is_client_error() && long.status.is_client_error());
    assert!(empty.text().contains("Please fill this in"));
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0);
}
