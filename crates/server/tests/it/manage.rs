//! What somebody does with their own registration, by the link in their letter. That mail scanners
//! change nothing is in `links`.

use serde_json::{Value, json};
use testkit::{PUBLIC_URL, TestApp, TestMeeting, TestResponse};

/// Odile's place in a meeting that asks two questions, the first of which must be answered.
struct Own {
    meeting: TestMeeting,
    page: String,
    manage: String,
    join: String,
    questions: [String; 2],
}

fn path(url: &str) -> String {
    url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

async fn own(app: &TestApp, capacity: Option<u32>) -> Own {
    let meeting = app.meeting(&app.people.ines).await;
    let registration = app
        .register(
            &meeting,
            &json!({
                "allowedRegistrant": "everyone",
                "subject": "Reading a river",
                "capacity": capacity,
                "customQuestions": [
                    {"displayName": "Deck or engine?", "answerInputType": "radioButton",
                     "answerOptions": ["Deck", "Engine"], "isRequired": true},
                    {"displayName": "Which river?", "answerInputType": "text"},
                ],
            }),
        )
        .await;
    let questions = app.get(meeting.questions()).token(&app.token(&app.people.ines)).await.expect(200).json();
    let question = |n: usize| questions["value"][n]["id"].as_str().unwrap().to_owned();
    let page = path(registration["registrationPageWebUrl"].as_str().unwrap());
    let questions = [question(0), question(1)];
    enroll(app, &page, &questions, "odile@pinewater.example").await.expect(200);
    let letter = app.mail().await.pop().unwrap();
    Own { meeting, page, manage: path(&letter.manage_url), join: path(&letter.join_url), questions }
}

async fn enroll(app: &TestApp, page: &str, questions: &[String; 2], email: &str) -> TestResponse {
    let [first, second] = questions.each_ref().map(|id| format!("answer-{id}"));
    let fields = [
        ("firstName", "Odile"),
        ("lastName", "Marchetti"),
        ("email", email),
        (&*first, "Deck"),
        (&*second, "Loire"),
    ];
    app.post(page).form(&fields).await
}

impl Own {
    async fn press(&self, app: &TestApp, button: &str) -> TestResponse {
        app.post(&self.manage).form(&[("do", button)]).await
    }

    async fn answer(&self, app: &TestApp, choice: &str, river: &str) -> TestResponse {
        let [first, second] = self.questions.each_ref().map(|id| format!("answer-{id}"));
        app.post(&self.manage).form(&[("do", "answers"), (&first, choice), (&second, river)]).await
    }

    /// The list as the organizer sees it.
    async fn list(&self, app: &TestApp) -> Vec<Value> {
        app.registrants(&self.meeting).await
    }

    async fn answers(&self, app: &TestApp) -> Vec<String> {
        let list = self.list(app).await;
        let answers = list[0]["customQuestionAnswers"].as_array().unwrap();
        answers.iter().map(|answer| answer["value"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn answers_are_shown_and_can_be_changed_until_the_meeting_begins() {
    let app = TestApp::new().await;
    let own = own(&app, None).await;

    let page = app.get(&own.manage).await.expect(200).text();
    let changed = own.answer(&app, "Engine", "Ebro").await.expect(200).text();

    assert!(page.contains("Deck or engine?") && page.contains(r#"value="Loire""#), "{page}");
    assert!(page.contains("odile@pinewater.example"));
    assert!(page.contains("You can change them until "), "{page}");
    assert!(changed.contains("Your answers are saved.") && changed.contains(r#"value="Ebro""#), "{changed}");
    assert_eq!(own.answers(&app).await, ["Engine", "Ebro"]);
    assert!(app.mail().await.is_empty(), "nobody is told what they did themselves");

    app.set_clock("2027-02-01T10:00:00Z");
    let late = own.answer(&app, "Deck", "Po").await.expect(409).text();

    assert!(late.contains("Not saved") && !late.contains("Deck or engine?"), "{late}");
    assert_eq!(own.answers(&app).await, ["Engine", "Ebro"]);
}

#[tokio::test]
async fn an_answer_that_breaks_a_rule_comes_back_with_what_is_wrong() {
    let app = TestApp::new().await;
    let own = own(&app, None).await;

    let page = own.answer(&app, "Galley", "Ebro").await.expect(400).text();

    assert!(page.contains("Please choose one of the options") && page.contains(r#"value="Ebro""#), "{page}");
    assert_eq!(own.answers(&app).await, ["Deck", "Loire"], "nothing is half stored");
}

#[tokio::test]
async fn an_answer_to_a_question_that_is_gone_stays_with_the_organizer() {
    let app = TestApp::new().await;
    let own = own(&app, None).await;
    let question = format!("{}/{}", own.meeting.questions(), own.questions[1]);
    app.delete(question).token(&app.token(&app.people.ines)).await.expect(204);

    own.answer(&app, "Engine", "not asked any more").await.expect(400);
    let first = format!("answer-{}", own.questions[0]);
    app.post(&own.manage).form(&[("do", "answers"), (&first, "Engine")]).await.expect(200);

    assert_eq!(own.answers(&app).await, ["Engine", "Loire"]);
}

#[tokio::test]
async fn the_letter_is_sent_again_once_in_ten_minutes() {
    let app = TestApp::new().await;
    let own = own(&app, None).await;

    for _ in 0..3 {
        let page = own.press(&app, "letter").await.expect(200).text();
        assert!(page.contains("The letter is on its way"), "{page}");
    }
    let letters = app.mail().await;

    assert_eq!(letters.len(), 1);
    assert_eq!((&path(&letters[0].manage_url), &path(&letters[0].join_url)), (&own.manage, &own.join));
    own.press(&app, "letter").await.expect(200);
    assert!(app.mail().await.is_empty(), "also after it has left");
    app.advance(jiff::SignedDuration::from_mins(10));
    own.press(&app, "letter").await.expect(200);
    assert_eq!(app.mail().await.len(), 1);
    own.press(&app, "cancel").await.expect(200);
    app.mail().await;
    app.advance(jiff::SignedDuration::from_mins(10));
    own.press(&app, "letter").await.expect(200);
    assert!(app.mail().await.is_empty(), "nobody who canceled is told that they are registered");
}

#[tokio::test]
async fn whoever_canceled_registers_again_with_one_press_while_there_is_a_place() {
    let app = TestApp::new().await;
    let own = own(&app, Some(1)).await;
    own.press(&app, "cancel").await.expect(200);
    app.mail().await;

    let page = own.press(&app, "again").await.expect(200).text();
    let letter = app.mail().await.pop().unwrap();

    assert!(page.contains("You are registered again"), "{page}");
    assert_ne!(path(&letter.join_url), own.join, "the links from before stay dead");
    let list = own.list(&app).await;
    let states: Vec<&str> = list.iter().map(|registrant| registrant["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["canceled", "registered"]);
    assert_eq!(list[0]["customQuestionAnswers"], list[1]["customQuestionAnswers"]);

    app.post(path(&letter.manage_url)).form(&[("do", "cancel")]).await.expect(200);
    enroll(&app, &own.page, &own.questions, "tomas@pinewater.example").await.expect(200);
    let full = own.press(&app, "again").await.expect(200).text();

    assert!(full.contains("All places are taken"), "{full}");
    assert_eq!(own.list(&app).await.len(), 3);
}

#[tokio::test]
async fn erased_data_is_gone_and_the_place_with_it() {
    let app = TestApp::new().await;
    let own = own(&app, Some(1)).await;

    let page = own.press(&app, "erase").await.expect(200).text();

    assert!(page.contains("Your data is erased") && !page.contains("Odile"), "{page}");
    let list = own.list(&app).await;
    assert_eq!(list.len(), 1);
    for member in ["firstName", "lastName", "email"] {
        assert_eq!(list[0][member], Value::Null, "{member}");
    }
    assert_eq!((&list[0]["status"], &list[0]["customQuestionAnswers"]), (&json!("canceled"), &json!([])));
    for kept in ["odile", "Odile", "Marchetti", "Loire"] {
        let rows = format!(
            "SELECT COUNT(*) FROM registrant WHERE COALESCE(live_key, '') || COALESCE(first_name, '')
                || COALESCE(last_name, '') || COALESCE(email, '') || answers LIKE '%{kept}%'"
        );
        assert_eq!(app.db_count(&rows).await, 0, "{kept}");
    }
    assert!(app.mail().await.is_empty());
    app.get(&own.manage).await.expect(404);
    app.get(&own.join).await.expect(404);
    own.press(&app, "erase").await.expect(404);
    enroll(&app, &own.page, &own.questions, "tomas@pinewater.example").await.expect(200);
    assert_eq!(app.mail().await.len(), 1, "the place is free");
}

/// Also while its letter still waits: there is nobody left to write to.
#[tokio::test]
async fn erased_after_a_cancellation_the_letter_about_it_is_not_sent() {
    let app = TestApp::new().await;
    let own = own(&app, None).await;

    own.press(&app, "cancel").await.expect(200);
    own.press(&app, "erase").await.expect(200);

    assert!(app.mail().await.is_empty());
    assert_eq!(app.db_count("SELECT COUNT(*) FROM outbox").await, 0, "and does not wait either");
}

#[tokio::test]
async fn a_button_that_is_not_there_does_nothing() {
    let app = TestApp::new().await;
    let own = own(&app, None).await;

    own.press(&app, "delete").await.expect(400);

    assert_eq!(own.list(&app).await[0]["status"], "registered");
}

/// A meeting that is deleted stays as it was; one that lives on without its registration is no business of theirs, beyond
/// what the registration told.
#[tokio::test]
async fn after_a_deletion_the_page_still_says_which_meeting_it_was_and_what_became_of_it() {
    for what in ["meeting", "registration"] {
        let app = TestApp::new().await;
        let own = own(&app, None).await;
        let ines = app.token(&app.people.ines);
        let path = if what == "meeting" { own.meeting.path() } else { own.meeting.registration() };
        app.delete(path).token(&ines).await.expect(204);
        if what == "registration" {
            app.patch(own.meeting.path()).token(&ines).json(&json!({"subject": "Layoffs"})).await.expect(200);
        }

        let page = app.get(&own.manage).await.expect(200).text();

        assert!(page.contains("Reading a river") && !page.contains("Untitled"), "{page}");
        assert!(!page.contains("Layoffs"), "{page}");
        let (said, kept) = match what {
            "meeting" => ("The organizer has cancelled this meeting.", true),
            _ => ("The organizer has cancelled all registrations for this meeting.", false),
        };
        assert!(page.contains(said), "{page}");
        assert_eq!(page.contains("Monday, 1 February 2027, 10:00–11:00 UTC"), kept, "{page}");
        assert_eq!(page.contains("<time"), kept, "no time of another day: {page}");
    }
}

#[tokio::test]
async fn whoever_gave_the_place_back_before_reads_so_when_the_registration_is_gone() {
    let app = TestApp::new().await;
    let own = own(&app, None).await;
    own.press(&app, "cancel").await.expect(200);

    app.delete(own.meeting.registration()).token(&app.token(&app.people.ines)).await.expect(204);
    let page = app.get(&own.manage).await.expect(200).text();

    assert!(page.contains("Your registration is cancelled.") && page.contains("Reading a river"), "{page}");
}

#[tokio::test]
async fn answers_that_are_sent_again_as_they_are_write_nothing() {
    let app = TestApp::new().await;
    let own = own(&app, None).await;
    let updates = "SELECT COUNT(*) FROM event WHERE kind = 'registrantUpdated'";

    own.answer(&app, "Deck", "Loire").await.expect(200);
    own.answer(&app, "Deck", "Loire").await.expect(200);
    assert_eq!(app.db_count(updates).await, 0);
    own.answer(&app, "Deck", "Rhine").await.expect(200);
    assert_eq!(app.db_count(updates).await, 1, "the control");
}

#[tokio::test]
async fn who_is_erased_is_not_named_by_who_registered_them() {
    let app = TestApp::new().await;
    let (meeting, tomas) = (app.built_in("organization").await, &app.people.tomas);
    app.post(meeting.registrants()).token(&app.token(tomas)).json(&tomas.enrolment()).await.expect(200);
    let letter = app.mail().await.remove(0);
    let person = format!("person:{}", tomas.id);
    let by_them = format!("SELECT COUNT(*) FROM registrant WHERE registered_by = '{person}'");
    let events = format!("SELECT COUNT(*) FROM event WHERE actor = '{person}'");
    assert_eq!((app.db_count(&by_them).await, app.db_count(&events).await), (1, 1), "the control");

    app.post(path(&letter.manage_url)).form(&[("do", "erase")]).await.expect(200);

    assert_eq!((app.db_count(&by_them).await, app.db_count(&events).await), (0, 0));
}
