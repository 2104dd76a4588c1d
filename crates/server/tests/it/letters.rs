//! Letters as independent readers see them: one for MIME, one for calendars.

use std::sync::Arc;

use calcard::icalendar::{ICalendarComponent, ICalendarProperty};
use calcard::{Entry, Parser};
use mail_parser::{Message, MessageParser, MimeHeaders};
use serde_json::{Value, json};
use server::mailroom::MailboxLetter;
use testkit::{PUBLIC_URL, TestApp, TestMeeting};

/// The headers of every letter, each once, in this order; a cancellation has two more.
const HEADERS: [&str; 9] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
];

fn parse(letter: &MailboxLetter) -> Message<'_> {
    MessageParser::default().parse(&letter.message).expect("an independent parser reads the letter")
}

fn header_names(letter: &MailboxLetter) -> Vec<String> {
    parse(letter).headers_raw().map(|(name, _)| name.to_owned()).collect()
}

fn calendar(letter: &MailboxLetter) -> &str {
    letter.calendar.as_deref().expect("a letter with a calendar part")
}

/// The calendar part out of the message, and the one event in it.
#[track_caller]
fn event(letter: &MailboxLetter) -> (String, ICalendarComponent) {
    let message = parse(letter);
    let part = message.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| kind.ctype() == "text" && kind.subtype() == Some("calendar"))
    });
    let part = part.expect("every letter has a calendar part");
    let method = part.content_type().unwrap().attribute("method").unwrap().to_owned();
    let text = String::from_utf8(part.contents().to_vec()).unwrap();
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "RFC 5545 folds at 75 octets: {line}");
    }
    assert!(text.contains(&format!("\r\nMETHOD:{method}\r\n")), "the part's type repeats METHOD");
    let Entry::ICalendar(calendar) = Parser::new(&text).entry() else { panic!("no calendar: {text}") };
    assert_eq!(calendar.components.len(), 2, "one VCALENDAR with one VEVENT: {text}");
    (method, calendar.components[1].clone())
}

fn text<'c>(event: &'c ICalendarComponent, property: &ICalendarProperty) -> &'c str {
    event.property(property).and_then(|entry| entry.values[0].as_text()).unwrap_or_default()
}

fn number(event: &ICalendarComponent, property: &ICalendarProperty) -> i64 {
    event.property(property).and_then(|entry| entry.values[0].as_integer()).expect("a number")
}

async fn enroll(
    app: &TestApp,
    meeting: &TestMeeting,
    first: &str,
    last: &str,
    email: &str,
) -> Arc<MailboxLetter> {
    let body = json!({"firstName": first, "lastName": last, "email": email});
    app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(&body).await.expect(200);
    let mut letters = app.mail().await;
    assert_eq!(letters.len(), 1);
    letters.remove(0)
}

async fn odile(app: &TestApp, meeting: &TestMeeting) -> Arc<MailboxLetter> {
    enroll(app, meeting, "Odile", "Marchetti", "odile@pinewater.example").await
}

async fn cancel(app: &TestApp, letter: &MailboxLetter) -> Arc<MailboxLetter> {
    app.post(letter.manage_url.strip_prefix(PUBLIC_URL).unwrap()).form(&[]).await.expect(200);
    let mut letters = app.mail().await;
    assert_eq!(letters.len(), 1);
    letters.remove(0)
}

#[tokio::test]
async fn a_confirmation_says_what_when_and_where_to() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;

    let letter = odile(&app, &meeting).await;

    let message = parse(&letter);
    assert_eq!(header_names(&letter), HEADERS);
    assert_eq!(message.subject(), Some("Registered: Reading a river"));
    let to = message.to().unwrap().first().unwrap();
    assert_eq!((to.name(), to.address()), (Some("Odile Marchetti"), Some("odile@pinewater.example")));
    assert_eq!(message.from().unwrap().first().unwrap().address(), Some("events@riverbend.example"));
    assert_eq!(message.date().unwrap().to_rfc3339(), "2027-02-01T09:10:00Z");
    let (plain, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    for link in [&letter.join_url, &letter.manage_url] {
        assert!(
            plain.lines().any(|line| line.trim_end() == link),
            "a link stands alone on its line: {plain}"
        );
        assert!(html.contains(&format!(r#"href="{link}""#)), "{html}");
    }
    assert!(plain.contains("Monday, 1 February 2027, 10:00–11:00 UTC"), "{plain}");
    assert!(plain.contains("Ines Calloway"), "{plain}");
}

#[tokio::test]
async fn an_invitation_enters_the_meeting_and_its_notice_takes_it_out_again() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let confirmation = odile(&app, &meeting).await;
    app.advance(jiff::SignedDuration::from_mins(1));

    let cancellation = cancel(&app, &confirmation).await;

    let ((request, invited), (notice, taken_out)) = (event(&confirmation), event(&cancellation));
    assert_eq!((request.as_str(), notice.as_str()), ("REQUEST", "CANCEL"));
    let (uid, sequence) = (ICalendarProperty::Uid, ICalendarProperty::Sequence);
    assert_eq!(text(&invited, &uid), text(&taken_out, &uid), "the same entry");
    assert!(text(&invited, &uid).ends_with("@usher.example"));
    assert!(number(&taken_out, &sequence) > number(&invited, &sequence));
    assert_eq!(text(&invited, &ICalendarProperty::Summary), "Reading a river");
    assert_eq!(text(&invited, &ICalendarProperty::Location), confirmation.join_url);
    assert!(calendar(&confirmation).contains("\r\nDTSTART:20270201T100000Z\r\n"));
    assert!(calendar(&confirmation).contains("\r\nDTEND:20270201T110000Z\r\n"));
    assert!(!calendar(&cancellation).contains("/j/"), "a dead link is not repeated");
    let (first, second) = (parse(&confirmation), parse(&cancellation));
    assert_eq!(second.subject(), Some("Registration cancelled: Reading a river"));
    assert_eq!(second.in_reply_to().as_text(), first.message_id());
    assert_ne!(second.message_id(), first.message_id());
}

#[tokio::test]
async fn a_meeting_that_was_changed_raises_the_number_of_the_next_letter() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let before = odile(&app, &meeting).await;
    let later = json!({"startDateTime": "2027-02-01T10:05:00Z"});
    app.patch(meeting.path()).token(&app.token(&app.people.ines)).json(&later).await.expect(200);

    assert_eq!(app.mail().await.len(), 1, "the update");
    let after = enroll(&app, &meeting, "Marc", "Dossou", "marc@pinewater.example").await;
    let canceled = cancel(&app, &before).await;

    let sequence = |letter| number(&event(letter).1, &ICalendarProperty::Sequence);
    assert!(sequence(&before) < sequence(&after) && sequence(&after) < sequence(&canceled));
}

/// The API refuses line ends in names, so the organizer's texts are where they get in.
#[tokio::test]
async fn no_text_of_the_organizer_adds_a_header_a_line_or_a_second_event() {
    for hostile in [
        "Reading a river",
        "River\r\nBcc: victim@example.org",
        "River\nX-Evil: 1",
        "River\rX-Evil: 1",
        "River\u{85}Bcc: victim@example.org",
        "River\u{2028}Bcc: victim@example.org\u{2029}",
        "River\r\n\r\nA body of my own",
        "River\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:victim@example.org",
        "=?utf-8?q?River=0D=0ABcc:_victim@example.org?=",
        "River\\, \\; \\n ; , \" ' ^n",
        "{{1337*7331}} {% raw %} ${1337*7331} %s %n",
        &"👩‍🚀".repeat(60),
    ] {
        let app = TestApp::new().await;
        let meeting = app.meeting(&app.people.ines).await;
        let registration = json!({
            "allowedRegistrant": "everyone", "subject": hostile, "description": format!("{hostile}\n").repeat(10),
        });
        app.register(&meeting, &registration).await;

        let letter = odile(&app, &meeting).await;

        let message = parse(&letter);
        assert_eq!(header_names(&letter), HEADERS, "{hostile:?}");
        assert!(message.bcc().is_none() && message.cc().is_none());
        assert_eq!(message.parts.len(), 6, "{hostile:?}");
        assert!(letter.message.is_ascii() && !letter.text.contains("9801547"));
        let (_, event) = event(&letter);
        let attendees =
            event.entries.iter().filter(|entry| entry.name == ICalendarProperty::Attendee).count();
        assert_eq!(attendees, 1, "{hostile:?}");
        if !hostile.contains(char::is_control) && !hostile.contains('\u{2028}') {
            assert_eq!(text(&event, &ICalendarProperty::Summary), hostile.trim_end());
            assert!(message.subject().unwrap().starts_with("Registered: "));
        }
    }
}

#[tokio::test]
async fn a_name_is_written_as_it_was_typed_and_never_becomes_another_address() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;

    for (n, (first, last)) in [
        ("Marchetti,", "Odile"),
        ("Od\"ile", "O'Brien \\ Sons"),
        ("odile@home.example", "<victim@example.org>"),
        ("小田", "👩‍🚀"),
        ("{{1337*7331}}", "${1337*7331}"),
        ("=?utf-8?q?x=0D=0ABcc:_v@example.org?=", "Marchetti"),
    ]
    .into_iter()
    .enumerate()
    {
        let letter = enroll(&app, &meeting, first, last, &format!("guest{n}@pinewater.example")).await;
        let message = parse(&letter);
        assert_eq!(header_names(&letter), HEADERS);
        let to: Vec<_> = message.to().unwrap().iter().map(|to| (to.name(), to.address())).collect();
        let address = format!("guest{n}@pinewater.example");
        assert_eq!(to, [(Some(&*format!("{first} {last}")), Some(&*address))]);
        event(&letter);
    }
}

/// A mail server that gets a letter twice can tell by its id.
#[tokio::test]
async fn a_letter_keeps_its_message_id_for_life() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let first = odile(&app, &meeting).await;
    // As after a crash between the mail server's answer and our note of it.
    let back = "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)
        SELECT slot, event_id, meeting_id, registrant_id, 'confirmation', at, 1 FROM event
        WHERE kind = 'registrantEnrolled'";
    app.db_execute(back).await;

    let app = app.restart().await;
    let second = app.mail().await.remove(0);

    assert_eq!(parse(&second).message_id(), parse(&first).message_id());
    assert_eq!(second.calendar, first.calendar);
}

#[tokio::test]
async fn nobody_who_canceled_is_told_that_they_are_registered() {
    let app = TestApp::new().await;
    let meeting = app.built_in("organization").await;
    let tomas = app.token(&app.people.tomas);
    let body = app.people.tomas.enrolment();
    let enrolled: Value = app.post(meeting.registrants()).token(&tomas).json(&body).await.expect(200).json();
    let path = format!("{}/{}", meeting.registrants(), enrolled["id"].as_str().unwrap());

    app.delete(path).token(&tomas).await.expect(204);

    let kinds: Vec<&str> = app.mail().await.iter().map(|letter| letter.kind.name()).collect();
    assert_eq!(kinds, ["cancellation"], "the confirmation was still waiting, and is no longer true");
}
