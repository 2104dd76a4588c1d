//! One-click unsubscription from reminders (RFC 8058). docs/letters.md#reminders.

use std::sync::Arc;

use domain::LetterKind;
use serde_json::json;
use server::mailroom::MailboxLetter;
use testkit::{NewMeeting, PUBLIC_URL, TestApp, TestMeeting};

/// A meeting in March, and Odile's first reminder of it.
async fn reminded(app: &TestApp) -> (TestMeeting, Arc<MailboxLetter>) {
    let (meeting, [odile, _]) = both_reminded(app).await;
    (meeting, odile)
}

/// The same, and Mirja's behind it.
async fn both_reminded(app: &TestApp) -> (TestMeeting, [Arc<MailboxLetter>; 2]) {
    let new =
        NewMeeting { start: "2027-03-09T10:00:00Z", end: "2027-03-09T11:00:00Z", ..NewMeeting::default() };
    let meeting = app.meeting_with(&app.people.ines, new).await;
    app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    for name in ["odile", "mirja"] {
        let email = format!("{name}@pinewater.example");
        let body = json!({"firstName": name, "lastName": "Marchetti", "email": email});
        app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(&body).await.expect(200);
    }
    for letter in app.mail().await {
        assert_eq!(header(&letter, "List-Unsubscribe"), None, "a confirmation is no mailing");
    }
    app.set_clock("2027-03-08T10:00:01Z");
    let letters = app.mail().await;
    assert_eq!(letters.len(), 2);
    let to = |name| Arc::clone(letters.iter().find(|letter| letter.to.starts_with(name)).unwrap());
    (meeting, [to("odile"), to("mirja")])
}

fn header(letter: &MailboxLetter, name: &str) -> Option<String> {
    let message = String::from_utf8(letter.message.clone()).unwrap().replace("\r\n ", " ");
    let head = message.split("\r\n\r\n").next().unwrap().to_owned();
    head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(|value| value.trim().to_owned()))
}

fn stop_link(letter: &MailboxLetter) -> String {
    let value = header(letter, "List-Unsubscribe").expect("a reminder says how to get no more");
    value.strip_prefix(&format!("<{PUBLIC_URL}")).unwrap().strip_suffix('>').unwrap().to_owned()
}

async fn reminded_in_the_last_hour(app: &TestApp) -> Vec<String> {
    app.set_clock("2027-03-09T09:00:01Z");
    let letters = app.mail().await;
    assert!(letters.iter().all(|letter| letter.kind == LetterKind::Reminder));
    let mut to: Vec<String> = letters.iter().map(|letter| letter.to.clone()).collect();
    to.sort();
    to
}

#[tokio::test]
async fn one_post_from_anywhere_stops_the_reminders_and_nothing_else() {
    let app = TestApp::new().await;
    let (meeting, reminder) = reminded(&app).await;
    assert_eq!(header(&reminder, "List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    let link = stop_link(&reminder);

    let answer = app
        .post(&link)
        .header("origin", "https://mail.elsewhere.example")
        .header("sec-fetch-site", "cross-site")
        .form(&[("List-Unsubscribe", "One-Click")])
        .await
        .expect(200);

    assert!(answer.header("set-cookie").is_none());
    assert!(answer.text().contains("No more reminders"), "{}", answer.text());
    assert_eq!(reminded_in_the_last_hour(&app).await, ["mirja@pinewater.example"]);
    assert_eq!(app.registrants(&meeting).await[0]["status"], "registered");
    let change = json!({"endDateTime": "2027-03-09T11:30:00Z"});
    app.patch(meeting.path()).token(&app.token(&app.people.ines)).json(&change).await.expect(200);
    assert_eq!(app.mail().await.len(), 2, "what changes is still told to both");
    app.post(&link).await.expect(200);
}

/// A mail program may have pressed it, not the person.
#[tokio::test]
async fn reminders_that_were_stopped_are_on_again_from_the_manage_page() {
    let app = TestApp::new().await;
    let (_, reminder) = reminded(&app).await;
    let manage = reminder.manage_url.strip_prefix(PUBLIC_URL).unwrap();
    let button = "value=\"remind\"";
    assert!(!app.get(manage).await.expect(200).text().contains(button), "the control: nothing is stopped");
    app.post(stop_link(&reminder)).await.expect(200);
    assert!(app.get(manage).await.expect(200).text().contains(button));

    let page = app.post(manage).form(&[("do", "remind")]).await.expect(200).text();

    assert!(page.contains("You get reminders of this meeting again.") && !page.contains(button), "{page}");
    assert_eq!(reminded_in_the_last_hour(&app).await, ["mirja@pinewater.example", "odile@pinewater.example"]);
}

/// Anybody who has the link may press it all day: it keeps neither the meeting nor a writer busy.
#[tokio::test]
async fn asking_again_writes_nothing_and_nobody_waits_for_the_meeting() {
    let app = TestApp::builder().postgres().build().await;
    let (_, [odile, mirja]) = both_reminded(&app).await;
    let (link, other) = (stop_link(&odile), stop_link(&mirja));

    let meeting = app.db_hold("SELECT version FROM meeting FOR UPDATE").await;
    app.post(&link).await.expect(200);
    drop(meeting);
    let _no_writes = app.db_hold("LOCK TABLE registrant IN SHARE MODE").await;

    app.post(&link).await.expect(200);
    app.post(&other).await.expect(503);
}

#[tokio::test]
async fn whoever_only_looks_stops_nothing() {
    let app = TestApp::new().await;
    let (_, reminder) = reminded(&app).await;
    let link = stop_link(&reminder);

    for agent in ["Mozilla/5.0", "Mimecast", "Barracuda", "Microsoft Office SafeLinks", "GoogleImageProxy"] {
        let page = app.get(&link).header("user-agent", agent).await.expect(200);
        assert!(page.text().contains("<form method=\"post\">"), "{}", page.text());
        app.call(http::Method::HEAD, &link).header("user-agent", agent).await.expect(200);
    }

    let both = ["mirja@pinewater.example", "odile@pinewater.example"];
    assert_eq!(reminded_in_the_last_hour(&app).await, both);
}

#[tokio::test]
async fn a_link_to_stop_reminders_opens_no_other_door_and_no_other_link_opens_this_one() {
    let app = TestApp::new().await;
    let (meeting, reminder) = reminded(&app).await;
    let token = stop_link(&reminder)[3..].to_owned();
    let manage = reminder.manage_url.rsplit('/').next().unwrap();
    let join = reminder.join_url.rsplit('/').next().unwrap();

    for path in [format!("/m/{token}"), format!("/j/{token}")] {
        app.get(&path).await.expect(404);
        app.post(&path).await.expect(404);
    }
    for other in [manage, join, &token[1..], "x"] {
        app.post(format!("/u/{other}")).await.expect(404);
    }

    let both = ["mirja@pinewater.example", "odile@pinewater.example"];
    assert_eq!(reminded_in_the_last_hour(&app).await, both);
    assert_eq!(app.registrants(&meeting).await[0]["status"], "registered");
}

#[tokio::test]
async fn the_page_names_a_meeting_that_was_deleted() {
    let app = TestApp::new().await;
    let (meeting, reminder) = reminded(&app).await;
    let page = stop_link(&reminder);
    let before = app.get(&page).await.expect(200).text();
    app.delete(meeting.path()).token(&app.token(&app.people.ines)).await.expect(204);

    let after = app.get(&page).await.expect(200).text();

    let named = "<p class=\"subject\"><bdi>Reading a river</bdi></p>";
    assert!(before.contains(named) && after.contains(named), "{before}{after}");
}
