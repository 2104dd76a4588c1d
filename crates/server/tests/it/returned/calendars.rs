//! Answers of calendars: a no leads to an offer, and to nothing else.

use domain::LetterKind;
use serde_json::json;
use server::mailroom::MailboxLetter;
use testkit::{PUBLIC_URL, TestApp};

use super::{app, deliver};
use crate::letters_life::{confirmation, meeting};

/// Whom the invitation says to answer, and its UID.
fn invited(letter: &MailboxLetter) -> (String, String) {
    let calendar = letter.calendar.as_deref().unwrap().replace("\r\n ", "");
    let line = |start: &str| calendar.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
    let organizer = line("ORGANIZER").rsplit_once("mailto:").unwrap().1.to_owned();
    (organizer, line("UID:")[4..].to_owned())
}

/// An answer as calendars send it.
fn answer(from: &str, attendee: &str, uid: &str, status: &str) -> String {
    format!(
        "From: Odile <{from}>
Subject: Declined
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=\"b1\"

--b1
Content-Type: text/plain

I cannot come.
--b1
Content-Type: text/calendar; method=REPLY; charset=UTF-8

BEGIN:VCALENDAR
PRODID:-//Example//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20270201T091500Z
SEQUENCE:0
ORGANIZER:mailto:x@mail.riverbend.example
ATTENDEE;PARTSTAT={status};CN=Odile:MAILTO:{attendee}
END:VEVENT
END:VCALENDAR

--b1--
"
    )
}

const ODILE: &str = "odile@pinewater.example";

async fn kinds(app: &TestApp) -> Vec<LetterKind> {
    app.mail().await.iter().map(|letter| letter.kind).collect()
}

#[tokio::test]
async fn whoever_declines_in_their_calendar_is_offered_to_cancel_once_and_keeps_the_place() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let (organizer, uid) = invited(&letter);
    assert!(organizer.starts_with("bounces+") && organizer.ends_with("@mail.riverbend.example"));
    assert!(organizer.split('@').next().unwrap().len() <= 64);
    assert_ne!(organizer, letter.sender, "an answer and a report go to addresses of their own");

    let said =
        deliver(port, ODILE, &organizer, &answer(ODILE, "Odile@Pinewater.example", &uid, "DECLINED")).await;

    assert_eq!(said, "250 2.0.0 noted");
    let offers = app.mail().await;
    assert_eq!(offers.len(), 1);
    assert_eq!((offers[0].kind, offers[0].to.as_str()), (LetterKind::Offer, ODILE));
    assert_eq!(offers[0].calendar, None);
    assert!(offers[0].text.contains(&letter.manage_url) && !offers[0].text.contains(&letter.join_url));
    assert_eq!(app.registrants(&meeting).await[0]["status"], "registered", "it cancels nothing");
    for n in 0..3 {
        let again = answer(ODILE, ODILE, &uid, "DECLINED").replace("I cannot", &format!("{n} I cannot"));
        deliver(port, ODILE, &organizer, &again).await;
    }
    assert_eq!(kinds(&app).await, [], "once for what they were told");
    let change = json!({"startDateTime": "2027-03-09T09:30:00Z"});
    app.patch(meeting.path()).token(&app.token(&app.people.ines)).json(&change).await.expect(200);
    assert_eq!(kinds(&app).await, [LetterKind::Update]);
    deliver(port, ODILE, &organizer, &answer(ODILE, ODILE, &uid, "DECLINED")).await;
    assert_eq!(kinds(&app).await, [LetterKind::Offer], "and once for what they are told now");
    let manage = letter.manage_url.strip_prefix(PUBLIC_URL).unwrap();
    app.post(manage).form(&[("do", "cancel")]).await.expect(200);
    assert_eq!(kinds(&app).await, [LetterKind::Cancellation]);
    let late = deliver(port, ODILE, &organizer, &answer(ODILE, ODILE, &uid, "DECLINED")).await;
    assert_eq!((late.as_str(), kinds(&app).await), ("250 2.0.0 nothing to note", vec![]));
}

#[tokio::test]
async fn an_answer_of_somebody_else_or_to_something_else_offers_nothing() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let (organizer, uid) = invited(&letter);
    let good = answer(ODILE, ODILE, &uid, "DECLINED");

    for message in [
        answer("mallory@elsewhere.example", ODILE, &uid, "DECLINED"),
        answer(ODILE, "mallory@elsewhere.example", &uid, "DECLINED"),
        answer(ODILE, ODILE, "another@usher.example", "DECLINED"),
        answer(ODILE, ODILE, &uid, "NEEDS-ACTION"),
        answer(ODILE, ODILE, &uid, "DELEGATED"),
        good.replace("METHOD:REPLY", "METHOD:REQUEST"),
        good.replace("BEGIN:VEVENT", "BEGIN:VTODO").replace("END:VEVENT", "END:VTODO"),
        good.replace("text/calendar", "text/plain"),
        "From: odile@pinewater.example\n\nSee you there!\n".to_owned(),
        format!("From: {ODILE}\nContent-Type: text/calendar\n\n{}", "BEGIN:VEVENT\n".repeat(20_000)),
    ] {
        let said = deliver(port, ODILE, &organizer, &message).await;
        assert_eq!(
            (said.as_str(), kinds(&app).await),
            ("250 2.0.0 nothing to note", vec![]),
            "{message:.900}"
        );
    }
    // An invitation is not answered at the address for reports.
    deliver(port, ODILE, &letter.sender, &good).await;
    assert_eq!(kinds(&app).await, []);
    deliver(port, ODILE, &organizer, &good).await;
    assert_eq!(kinds(&app).await, [LetterKind::Offer], "the control");
}

#[tokio::test]
async fn a_yes_and_a_perhaps_are_noted_and_nobody_is_written_to() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let (organizer, uid) = invited(&letter);

    for status in ["ACCEPTED", "TENTATIVE"] {
        let said = deliver(port, ODILE, &organizer, &answer(ODILE, ODILE, &uid, status)).await;
        assert_eq!((said.as_str(), kinds(&app).await), ("250 2.0.0 noted", vec![]), "{status}");
    }
}

#[tokio::test]
async fn where_nobody_takes_answers_calendars_answer_the_organizer() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;

    let (organizer, _) = invited(&letter);

    assert_eq!(organizer, app.people.ines.mail);
    assert_eq!(letter.sender, "events@riverbend.example");
}
