//! Signing in for a registration of the organisation, as a browser does it.

mod attacks;
mod browser;
mod external;
mod issuer;

use serde_json::json;
use testkit::{PUBLIC_URL, TestApp, TestMeeting, TestPerson};

use self::browser::{Browser, field};

const PASSWORD: &str = "tide and timber, rope and rain";

/// A registration for members, with one question that must be answered.
struct SignUp {
    meeting: TestMeeting,
    /// Its page, without the public URL.
    page: String,
    /// The name of the answer's field.
    answer: String,
}

async fn sign_up(app: &TestApp) -> SignUp {
    let meeting = app.meeting(&app.people.ines).await;
    let body = json!({
        "allowedRegistrant": "organization",
        "subject": "Reading a river",
        "customQuestions": [{"displayName": "Which river?", "answerInputType": "text", "isRequired": true}],
    });
    let page = app.register(&meeting, &body).await["registrationPageWebUrl"].as_str().unwrap().to_owned();
    let questions = app.get(meeting.questions()).token(&app.token(&app.people.ines)).await.expect(200).json();
    let answer = format!("answer-{}", questions["value"][0]["id"].as_str().unwrap());
    SignUp { meeting, page: page.strip_prefix(PUBLIC_URL).unwrap().to_owned(), answer }
}

impl SignUp {
    fn id(&self) -> &str {
        self.page.strip_prefix("/registration/").unwrap().split('?').next().unwrap()
    }

    /// Fills in what the page asks for and sends it.
    async fn enrol(&self, browser: &mut Browser<'_>) -> testkit::TestResponse {
        let page = browser.get(&self.page).await.expect(200).text();
        let (nonce, mark) = (field(&page, "nonce"), field(&page, "session"));
        browser.post(&self.page, &[("nonce", &nonce), ("session", &mark), (&self.answer, "Loire")]).await
    }
}

async fn with_passwords() -> TestApp {
    let app = TestApp::new().await;
    for person in app.people.all() {
        app.set_password(person, PASSWORD).await;
    }
    app
}

#[tokio::test]
async fn a_member_signs_in_and_registers_as_the_directory_knows_them() {
    let app = with_passwords().await;
    let (sign_up, tomas) = (sign_up(&app).await, app.people.tomas.clone());
    let mut browser = Browser::new(&app);
    assert!(!browser.get(&sign_up.page).await.expect(200).text().contains("<form method=\"post\""));

    browser.sign_in(&sign_up.page, &tomas).await.expect(303);
    let form = browser.get(&sign_up.page).await.expect(200).text();
    let done = sign_up.enrol(&mut browser).await.expect(200).text();

    for known in ["Tomas Virtanen", &*tomas.mail] {
        assert!(form.contains(known), "{known} is not in {form}");
    }
    for name in ["firstName", "lastName", "email"] {
        assert!(!form.contains(&format!(r#"name="{name}""#)), "{name} is not theirs to say");
    }
    assert!(done.contains(&tomas.mail) && done.contains("You are registered"), "{done}");
    let letter = app.mail().await.remove(0);
    assert_eq!(letter.to, tomas.mail);
    let by_api = app.post(sign_up.meeting.registrants()).token(&app.token(&tomas));
    let body = json!({"firstName": "Tomas", "lastName": "Virtanen", "email": tomas.mail,
        "customQuestionAnswers": [{"questionId": &sign_up.answer["answer-".len()..], "value": "Loire"}]});
    let known = by_api.json(&body).await.expect(200).json();
    let link = known["joinWebUrl"].as_str().unwrap().replace('&', "&#38;");
    assert!(done.contains(&link), "the link as the API gives it, {link}, is not in {done}");
    assert!(
        done.contains(&format!("{}/meeting.ics", letter.manage_url)),
        "the entry for the calendar: {done}"
    );
    assert!(done.contains("https://calendar.google.com/calendar/render?"), "{done}");
    let registrants = app.registrants(&sign_up.meeting).await;
    assert_eq!((registrants.len(), &registrants[0]["id"]), (1, &known["id"]));
    assert_eq!(registrants[0]["customQuestionAnswers"][0]["value"], "Loire");
}

#[tokio::test]
async fn names_and_address_in_a_form_of_ones_own_making_are_not_read() {
    let app = with_passwords().await;
    let sign_up = sign_up(&app).await;
    let mut browser = Browser::new(&app);
    browser.sign_in(&sign_up.page, &app.people.tomas).await.expect(303);
    let mark = field(&browser.get(&sign_up.page).await.text(), "session");
    let bram = [("firstName", "Bram"), ("lastName", "Oyelaran"), ("email", &*app.people.bram.mail)];

    let fields = [("session", &*mark), (&*sign_up.answer, "Loire"), bram[0], bram[1], bram[2]];
    browser.post(&sign_up.page, &fields).await.expect(200);

    let registrants = app.registrants(&sign_up.meeting).await;
    assert_eq!((registrants.len(), &registrants[0]["email"]), (1, &json!(app.people.tomas.mail)));
}

#[tokio::test]
async fn a_form_with_faults_comes_back_to_whoever_is_signed_in() {
    let app = with_passwords().await;
    let sign_up = sign_up(&app).await;
    let mut browser = Browser::new(&app);
    browser.sign_in(&sign_up.page, &app.people.tomas).await.expect(303);
    let mark = field(&browser.get(&sign_up.page).await.text(), "session");

    let back = browser.post(&sign_up.page, &[("session", &mark), (&sign_up.answer, " ")]).await.expect(400);

    assert!(back.text().contains("Please fill this in") && back.text().contains("Tomas Virtanen"));
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0);
    sign_up.enrol(&mut browser).await.expect(200);
}

#[tokio::test]
async fn the_organizer_registers_for_her_own_meeting() {
    let app = with_passwords().await;
    let sign_up = sign_up(&app).await;
    let mut browser = Browser::new(&app);

    browser.sign_in(&sign_up.page, &app.people.ines).await.expect(303);
    sign_up.enrol(&mut browser).await.expect(200);

    assert_eq!(app.registrants(&sign_up.meeting).await[0]["email"], app.people.ines.mail);
}

#[tokio::test]
async fn a_session_of_another_organisation_is_told_so_and_gets_no_place() {
    let app = with_passwords().await;
    let sign_up = sign_up(&app).await;
    let away = app.meeting(&app.people.sanna).await;
    let theirs = app.register(&away, &json!({"allowedRegistrant": "organization"})).await;
    let theirs =
        theirs["registrationPageWebUrl"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let mut browser = Browser::new(&app);
    browser.sign_in(&theirs, &app.people.sanna).await.expect(303);
    browser.get(&theirs).await.expect(200);

    let page = browser.get(&sign_up.page).await.expect(403).text();
    let mark = field(&page, "session");
    let sent =
        browser.post(&sign_up.page, &[("session", &mark), (&sign_up.answer, "Loire")]).await.expect(403);

    for page in [page, sent.text()] {
        assert!(page.contains("You belong to another organisation") && page.contains("Sign out"), "{page}");
    }
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0);
    let account = app.people.sanna.clone();
    assert_eq!(
        browser.try_password(&sign_up.page, &account).await,
        403,
        "nor is she anybody at this issuer's door"
    );
}

#[tokio::test]
async fn an_account_that_is_disabled_meanwhile_or_lacks_a_name_gets_no_place() {
    let app = with_passwords().await;
    let (sign_up, tomas) = (sign_up(&app).await, app.people.tomas.clone());
    let mut browser = Browser::new(&app);
    browser.sign_in(&sign_up.page, &tomas).await.expect(303);
    let mark = field(&browser.get(&sign_up.page).await.text(), "session");

    for (changed, words) in [
        (TestPerson { is_active: false, ..tomas.clone() }, "Your account cannot be used here"),
        (TestPerson { surname: String::new(), ..tomas.clone() }, "Something is missing in the directory"),
    ] {
        app.put_person(&changed).await;
        let shown = browser.get(&sign_up.page).await.expect(403).text();
        let fields = [("session", &*mark), (&*sign_up.answer, "Loire")];
        let sent = browser.post(&sign_up.page, &fields).await.expect(403).text();
        assert!(shown.contains(words) && sent.contains(words), "{shown}");
    }

    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0);
    app.put_person(&tomas).await;
    sign_up.enrol(&mut browser).await.expect(200);
}

#[tokio::test]
async fn a_session_ends_after_an_hour_or_by_signing_out() {
    let app = with_passwords().await;
    app.set_clock("2027-02-01T07:00:00Z");
    let sign_up = sign_up(&app).await;
    let mut browser = Browser::new(&app);
    let signs_in = |page: String| page.contains("Sign in</a>") && !page.contains("<form method=\"post\"");
    browser.sign_in(&sign_up.page, &app.people.tomas).await.expect(303);
    let mark = field(&browser.get(&sign_up.page).await.text(), "session");

    app.set_clock("2027-02-01T07:59:59Z");
    browser.get(&sign_up.page).await.expect(200);
    app.set_clock("2027-02-01T08:00:00Z");
    let over = browser.get(&sign_up.page).await.expect(200).text();
    let sent =
        browser.post(&sign_up.page, &[("session", &mark), (&sign_up.answer, "Loire")]).await.expect(403);
    assert!(signs_in(over) && signs_in(sent.text()));

    browser.sign_in(&sign_up.page, &app.people.tomas).await.expect(303);
    let mark = field(&browser.get(&sign_up.page).await.text(), "session");
    let out = [("session", &*mark), ("registration", sign_up.id())];
    let back = browser.post("/sign-out", &out).await.expect(303);
    assert_eq!(back.header("location"), Some(&*format!("{PUBLIC_URL}/registration/{}", sign_up.id())));
    assert!(signs_in(browser.get(&sign_up.page).await.expect(200).text()));
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0);
}

#[tokio::test]
async fn the_session_is_in_a_cookie_that_only_this_host_sees_and_no_script() {
    let app = with_passwords().await;
    let sign_up = sign_up(&app).await;
    let mut browser = Browser::new(&app);

    browser.sign_in(&sign_up.page, &app.people.tomas).await.expect(303);

    for (name, age) in [("__Host-usher-session", "Max-Age=3600"), ("__Host-usher-sign-in-", "Max-Age=600")] {
        let line = browser.lines.iter().find(|line| line.starts_with(name)).unwrap();
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", age] {
            assert!(line.contains(part), "{part} is not in {line}");
        }
        assert!(!line.contains("Domain"), "{line}");
        assert!(!line.contains(&app.people.tomas.mail), "{line}");
    }
    let names: Vec<&String> = browser.cookies.keys().collect();
    assert_eq!(names, ["__Host-usher-session"], "what the sign-in needed is gone");
    let page = app.get(format!("/registration/{}", sign_up.id())).await.expect(200);
    assert!(page.header("set-cookie").is_none(), "and who only looks gets none");
}

#[tokio::test]
async fn two_sign_ins_at_once_in_one_browser_both_come_to_their_end() {
    let app = with_passwords().await;
    let (first, second) = (sign_up(&app).await, sign_up(&app).await);
    let mut browser = Browser::new(&app);

    let one = browser.begin(&first.page).await;
    let two = browser.begin(&second.page).await;

    for (begun, page) in [(one, &first), (two, &second)] {
        let answer = browser.password(&begun, &app.people.tomas).await;
        let back = browser.get(&answer).await.expect(303);
        assert!(back.header("location").unwrap().ends_with(page.id()));
    }
}
