//! The letters of a meeting's life: what is told when it changes, before it begins and when it is taken back.

use std::sync::Arc;

use domain::LetterKind;
use serde_json::{Value, json};
use server::mailroom::MailboxLetter;
use testkit::{NewMeeting, PUBLIC_URL, TestApp, TestMeeting};

const IN_MARCH: NewMeeting<'static> = NewMeeting {
    start: "2027-03-09T10:00:00Z",
    end: "2027-03-09T11:00:00Z",
    join_url: Some("https://meet.riverbend.example/gauging"),
};

/// A meeting in March, with a registration that says nothing of its own.
pub async fn meeting(app: &TestApp) -> TestMeeting {
    let meeting = app.meeting_with(&app.people.ines, IN_MARCH).await;
    app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    meeting
}

pub async fn enroll(app: &TestApp, meeting: &TestMeeting, name: &str) {
    let body =
        json!({"firstName": name, "lastName": "Marchetti", "email": format!("{name}@pinewater.example")});
    app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(&body).await.expect(200);
}

/// Enrols and gives the confirmation.
pub async fn confirmation(app: &TestApp, meeting: &TestMeeting, name: &str) -> Arc<MailboxLetter> {
    enroll(app, meeting, name).await;
    app.mail().await.remove(0)
}

async fn change(app: &TestApp, path: String, body: Value) {
    app.patch(path).token(&app.token(&app.people.ines)).json(&body).await.expect(200);
}

/// What arrived: to whom and of what kind, in no order.
async fn arrived(app: &TestApp) -> Vec<(String, &'static str)> {
    let mut letters: Vec<_> =
        app.mail().await.iter().map(|letter| (letter.to.clone(), letter.kind.name())).collect();
    letters.sort();
    letters
}

fn to(name: &str, kind: LetterKind) -> (String, &'static str) {
    (format!("{name}@pinewater.example"), kind.name())
}

fn line<'l>(letter: &'l MailboxLetter, property: &str) -> &'l str {
    let calendar = letter.calendar.as_deref().expect("a letter with a calendar part");
    let found = calendar.lines().find_map(|line| line.strip_prefix(property)?.strip_prefix(':'));
    found.unwrap_or_else(|| panic!("no {property} in {calendar}"))
}

fn message_id(letter: &MailboxLetter) -> String {
    let message = String::from_utf8(letter.message.clone()).unwrap();
    message.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned()
}

#[tokio::test]
async fn a_change_of_title_start_or_end_is_told_and_nothing_else_is() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    confirmation(&app, &meeting, "odile").await;
    let told = [to("odile", LetterKind::Update)];

    for (path, body, is_told) in [
        (meeting.path(), json!({"subject": "Reading a lake"}), true),
        (meeting.path(), json!({"subject": "Reading a lake"}), false),
        (meeting.path(), json!({"joinUrl": "https://meet.riverbend.example/elsewhere"}), false),
        (meeting.path(), json!({"allowMeetingChat": "disabled"}), false),
        (meeting.path(), json!({"startDateTime": "2027-03-09T09:30:00Z"}), true),
        (meeting.path(), json!({"endDateTime": "2027-03-09T11:30:00Z"}), true),
        (meeting.registration(), json!({"description": "Bring boots."}), false),
        (meeting.registration(), json!({"subject": "A walk along the lake"}), true),
        (meeting.path(), json!({"subject": "Nobody is told this title"}), false),
        (meeting.registration(), json!({"startDateTime": "2027-03-09T09:45:00Z"}), true),
    ] {
        change(&app, path, body.clone()).await;
        assert_eq!(arrived(&app).await, if is_told { &told[..] } else { &[] }, "{body}");
    }
}

#[tokio::test]
async fn an_update_tells_the_newest_state_to_those_who_were_registered_before() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    let first = confirmation(&app, &meeting, "odile").await;
    let marc = confirmation(&app, &meeting, "marc").await;
    app.post(marc.manage_url.strip_prefix(PUBLIC_URL).unwrap()).form(&[]).await.expect(200);
    app.mail().await;
    change(&app, meeting.path(), json!({"subject": "Reading a lake"})).await;
    change(&app, meeting.path(), json!({"startDateTime": "2027-03-09T09:30:00Z"})).await;
    enroll(&app, &meeting, "late").await;

    let letters = app.mail().await;

    let mut kinds: Vec<_> = letters.iter().map(|letter| (letter.to.clone(), letter.kind.name())).collect();
    kinds.sort();
    assert_eq!(kinds, [to("late", LetterKind::Confirmation), to("odile", LetterKind::Update)]);
    let update = letters.iter().find(|letter| letter.kind == LetterKind::Update).unwrap();
    assert_eq!(update.subject, "Changed: Reading a lake");
    assert!(update.text.contains("Tuesday, 9 March 2027, 09:30–11:00 UTC"), "{}", update.text);
    assert_eq!(update.join_url, first.join_url);
    assert!(
        String::from_utf8_lossy(&update.message).contains(&format!("In-Reply-To: {}", message_id(&first)))
    );
}

/// RFC 5546: the same entry, its number raised by each change of what it tells.
#[tokio::test]
async fn the_calendar_entry_is_the_same_one_all_its_life() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    let invitation = confirmation(&app, &meeting, "odile").await;
    app.set_clock("2027-02-02T08:00:00Z");
    change(&app, meeting.path(), json!({"joinUrl": "https://meet.riverbend.example/elsewhere"})).await;
    change(&app, meeting.path(), json!({"startDateTime": "2027-03-09T09:00:00Z"})).await;
    let update = app.mail().await.remove(0);
    app.set_clock("2027-02-03T08:00:00Z");
    app.post(invitation.manage_url.strip_prefix(PUBLIC_URL).unwrap()).form(&[]).await.expect(200);
    let notice = app.mail().await.remove(0);

    for (letter, method, sequence, stamp, start) in [
        (&invitation, "REQUEST", "0", "20270201T091000Z", "20270309T100000Z"),
        (&update, "REQUEST", "1", "20270202T080000Z", "20270309T090000Z"),
        (&notice, "CANCEL", "2", "20270203T080000Z", "20270309T090000Z"),
    ] {
        assert_eq!(line(letter, "UID"), line(&invitation, "UID"));
        assert_eq!((line(letter, "METHOD"), line(letter, "SEQUENCE")), (method, sequence));
        assert_eq!((line(letter, "DTSTAMP"), line(letter, "LAST-MODIFIED")), (stamp, stamp));
        assert_eq!(line(letter, "DTSTART"), start);
    }
    let ids = [&invitation, &update, &notice].map(|letter| message_id(letter));
    let registrant = line(&invitation, "UID").split('@').next().unwrap();
    let expected = ["confirmation", "update.1", "cancellation"]
        .map(|kind| format!("<{registrant}.{kind}@usher.example>"));
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn nobody_is_told_of_a_change_once_the_meeting_is_over() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    confirmation(&app, &meeting, "odile").await;
    app.set_clock("2027-03-09T11:00:00Z");
    change(&app, meeting.path(), json!({"subject": "What was said"})).await;
    assert_eq!(arrived(&app).await, []);

    change(
        &app,
        meeting.path(),
        json!({"startDateTime": "2027-03-10T10:00:00Z", "endDateTime": "2027-03-10T11:00:00Z"}),
    )
    .await;
    assert_eq!(
        arrived(&app).await,
        [to("odile", LetterKind::Update)],
        "the control: it takes place after all"
    );
}

#[tokio::test]
async fn people_are_reminded_a_day_and_an_hour_before() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    confirmation(&app, &meeting, "odile").await;
    let canceled = confirmation(&app, &meeting, "marc").await;
    app.post(canceled.manage_url.strip_prefix(PUBLIC_URL).unwrap()).form(&[]).await.expect(200);
    app.mail().await;
    let reminder = [to("odile", LetterKind::Reminder)];

    for (now, expected) in [
        ("2027-03-08T09:59:59Z", &[][..]),
        ("2027-03-08T10:00:00Z", &reminder),
        ("2027-03-08T10:00:01Z", &[]),
        // A clock that is put back and forth.
        ("2027-03-08T09:00:00Z", &[]),
        ("2027-03-08T10:00:00Z", &[]),
        ("2027-03-09T08:59:59Z", &[]),
        ("2027-03-09T09:00:00Z", &reminder),
        ("2027-03-09T09:59:59Z", &[]),
        ("2027-03-09T10:00:00Z", &[]),
    ] {
        app.set_clock(now);
        assert_eq!(arrived(&app).await, expected, "{now}");
    }
}

#[tokio::test]
async fn a_reminder_repeats_the_link_and_carries_no_invitation() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    let first = confirmation(&app, &meeting, "odile").await;
    app.set_clock("2027-03-08T10:00:00Z");

    let reminder = app.mail().await.remove(0);

    assert_eq!((reminder.subject.as_str(), &reminder.calendar), ("Reminder: Reading a river", &None));
    assert_eq!(reminder.join_url, first.join_url);
    assert!(!String::from_utf8_lossy(&reminder.message).contains("text/calendar"));
    assert_ne!(message_id(&reminder), message_id(&first));
}

#[tokio::test]
async fn whoever_registers_shortly_before_is_not_reminded_of_what_they_just_read() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    let mut reminded = Vec::new();
    for (now, name) in [
        ("2027-03-07T10:00:00Z", Some("early")),
        ("2027-03-08T10:00:00Z", None),
        ("2027-03-08T20:00:00Z", Some("today")),
        ("2027-03-09T09:00:00Z", None),
        ("2027-03-09T09:40:00Z", Some("late")),
        ("2027-03-09T09:59:00Z", None),
    ] {
        app.set_clock(now);
        if let Some(name) = name {
            enroll(&app, &meeting, name).await;
        }
        let letters = arrived(&app).await;
        reminded.extend(letters.into_iter().filter(|(_, kind)| *kind == "reminder").map(|(to, _)| to));
    }

    assert_eq!(reminded, ["early", "early", "today"].map(|name| format!("{name}@pinewater.example")));
}

#[tokio::test]
async fn reminders_follow_a_meeting_that_moves() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    confirmation(&app, &meeting, "odile").await;
    app.set_clock("2027-03-08T09:59:00Z");
    let later = json!({"startDateTime": "2027-03-12T16:00:00Z", "endDateTime": "2027-03-12T17:00:00Z"});
    change(&app, meeting.path(), later).await;
    assert_eq!(arrived(&app).await, [to("odile", LetterKind::Update)]);

    for (now, is_reminded) in [
        ("2027-03-08T10:00:00Z", false),
        ("2027-03-09T09:00:00Z", false),
        ("2027-03-11T16:00:00Z", true),
        ("2027-03-12T15:00:00Z", true),
    ] {
        app.set_clock(now);
        let letters = app.mail().await;
        assert_eq!(letters.len(), usize::from(is_reminded), "{now}");
        for letter in letters {
            assert!(letter.text.contains("Friday, 12 March 2027, 16:00–17:00 UTC"), "{}", letter.text);
        }
    }
}

#[tokio::test]
async fn a_server_that_was_down_sends_the_reminder_that_still_means_something() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    confirmation(&app, &meeting, "odile").await;
    app.set_clock("2027-03-08T15:00:00Z");
    assert_eq!(arrived(&app).await, [to("odile", LetterKind::Reminder)], "the day's, late but true");

    let app = app.restart().await;
    app.set_clock("2027-03-09T09:30:00Z");
    assert_eq!(arrived(&app).await, [to("odile", LetterKind::Reminder)], "the hour's");
}

#[tokio::test]
async fn a_reminder_takes_the_place_of_those_before_it_and_comes_before_the_meeting_or_not_at_all() {
    for (now, expected) in
        [("2027-03-09T09:30:00Z", &[to("odile", LetterKind::Reminder)][..]), ("2027-03-09T10:00:00Z", &[])]
    {
        let app = TestApp::new().await;
        let meeting = meeting(&app).await;
        confirmation(&app, &meeting, "odile").await;

        app.set_clock(now);

        assert_eq!(arrived(&app).await, expected, "two were due by {now}");
    }
}

#[tokio::test]
async fn an_organizer_of_this_service_chooses_other_reminders_or_none() {
    for (reminders, expected) in [("[]", 0), ("[10]", 1), ("[10, 30, 2880]", 3)] {
        let app = TestApp::builder().mail(&format!("reminders = {reminders}")).build().await;
        let meeting = meeting(&app).await;
        confirmation(&app, &meeting, "odile").await;
        let mut count = 0;
        for now in
            ["2027-03-07T10:00:00Z", "2027-03-08T10:00:00Z", "2027-03-09T09:30:00Z", "2027-03-09T09:50:00Z"]
        {
            app.set_clock(now);
            count += app.mail().await.len();
        }
        assert_eq!(count, expected, "{reminders}");
    }
}

/// How many letters each of these moments brings.
async fn counted(app: &TestApp, moments: &[&str]) -> Vec<usize> {
    let mut counts = Vec::new();
    for now in moments {
        app.set_clock(now);
        counts.push(app.mail().await.len());
    }
    counts
}

#[tokio::test]
async fn a_meeting_has_reminders_of_its_own_or_none_whatever_the_service_does() {
    let moments =
        ["2027-03-07T10:00:00Z", "2027-03-08T10:00:00Z", "2027-03-09T09:00:00Z", "2027-03-09T09:50:00Z"];
    for (of_the_service, own, expected) in [
        ("[1440, 60]", json!([10, 2880]), [1, 0, 0, 1]),
        ("[1440, 60]", json!([]), [0, 0, 0, 0]),
        ("[]", json!([60]), [0, 0, 1, 0]),
        ("[10]", Value::Null, [0, 0, 0, 1]),
    ] {
        let app = TestApp::builder().mail(&format!("reminders = {of_the_service}")).build().await;
        let meeting = app.meeting_with(&app.people.ines, IN_MARCH).await;
        let body = json!({"allowedRegistrant": "everyone", "reminderMinutesBeforeStart": own});
        app.register(&meeting, &body).await;
        confirmation(&app, &meeting, "odile").await;

        assert_eq!(counted(&app, &moments).await, expected, "{own} beside {of_the_service}");
    }
}

#[tokio::test]
async fn other_reminders_hold_from_when_they_are_chosen_and_tell_nobody_that_they_were() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    confirmation(&app, &meeting, "odile").await;
    let choose =
        |minutes: Value| change(&app, meeting.registration(), json!({"reminderMinutesBeforeStart": minutes}));
    app.set_clock("2027-03-08T10:00:00Z");
    assert_eq!(arrived(&app).await, [to("odile", LetterKind::Reminder)], "the day's, of the service's list");

    app.set_clock("2027-03-09T08:30:00Z");
    choose(json!([120, 30])).await;
    assert_eq!(arrived(&app).await, [], "two hours before has passed, and is not made up for");
    let moments = ["2027-03-09T09:00:00Z", "2027-03-09T09:30:00Z"];
    assert_eq!(counted(&app, &moments).await, [0, 1]);

    choose(json!(null)).await;
    app.set_clock("2027-03-09T09:59:00Z");
    assert_eq!(arrived(&app).await, [], "the hour's has passed as well");
}

/// A letter that was queued under another list is no longer true when it would leave.
#[tokio::test]
async fn a_reminder_that_is_no_longer_wanted_is_not_sent_even_if_it_waits() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    confirmation(&app, &meeting, "odile").await;
    app.set_clock("2027-03-09T09:00:00Z");
    let waiting =
        "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts, about)
        SELECT slot, registrant_id, meeting_id, registrant_id, 'reminder', 0, 0,
            (SELECT m.start_at - 3600000000 FROM meeting m) FROM registrant";

    change(&app, meeting.registration(), json!({"reminderMinutesBeforeStart": []})).await;
    app.db_execute(waiting).await;
    assert_eq!(arrived(&app).await, []);

    change(&app, meeting.registration(), json!({"reminderMinutesBeforeStart": [60]})).await;
    app.db_execute(waiting).await;
    assert_eq!(arrived(&app).await, [to("odile", LetterKind::Reminder)], "the control");
}

#[tokio::test]
async fn a_cancellation_says_who_canceled() {
    let app = TestApp::new().await;
    let ines = app.token(&app.people.ines);
    let opening = |letters: Vec<Arc<MailboxLetter>>| {
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].kind, LetterKind::Cancellation);
        letters[0].text.split("\n\n").nth(1).unwrap().to_owned()
    };
    let meeting = meeting(&app).await;

    let themself = confirmation(&app, &meeting, "odile").await;
    app.post(themself.manage_url.strip_prefix(PUBLIC_URL).unwrap()).form(&[]).await.expect(200);
    let by_themself = opening(app.mail().await);
    confirmation(&app, &meeting, "lena").await;
    app.delete(meeting.registration()).token(&ines).await.expect(204);
    let for_all = opening(app.mail().await);

    assert_eq!(
        [by_themself, for_all],
        [
            "You have given your place in this meeting back: your registration is cancelled.",
            "The organizer has cancelled all registrations for this meeting.",
        ]
    );
}

/// Of a long list the end is canceled a moment later.
#[tokio::test]
async fn the_link_of_a_deleted_registration_is_dead_before_its_place_is_given_back() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    app.set_clock("2027-03-09T10:00:00Z");
    let join = letter.join_url.strip_prefix(PUBLIC_URL).unwrap().to_owned();
    app.get(join.clone()).await.expect(303);
    let ines = app.token(&app.people.ines);
    app.delete(meeting.registration()).token(&ines).await.expect(204);
    app.db_execute("UPDATE registrant SET live_key = 'odile', canceled_at = NULL, canceled_by = NULL").await;

    app.get(join.clone()).await.expect(403);
    app.post(meeting.registration())
        .token(&ines)
        .json(&json!({"allowedRegistrant": "everyone"}))
        .await
        .expect(201);
    app.get(join).await.expect(403);
}

#[tokio::test]
async fn a_signed_in_person_who_cancels_is_told_that_they_did() {
    let app = TestApp::new().await;
    let meeting = app.built_in("organization").await;
    let tomas = app.token(&app.people.tomas);
    let body = app.people.tomas.enrolment();
    let enrolled: Value = app.post(meeting.registrants()).token(&tomas).json(&body).await.expect(200).json();
    app.mail().await;

    let path = format!("{}/{}", meeting.registrants(), enrolled["id"].as_str().unwrap());
    app.delete(path).token(&tomas).await.expect(204);

    assert!(app.mail().await[0].text.contains("You have given your place in this meeting back"));
}

/// Whatever was changed, canceled and queued meanwhile: one node writes each letter, or the other.
#[tokio::test]
async fn two_nodes_tell_everybody_once() {
    let app = TestApp::new().await;
    let meeting = meeting(&app).await;
    for n in 0..40 {
        enroll(&app, &meeting, &format!("p{n}")).await;
    }
    assert_eq!(app.mail().await.len(), 40);
    let other = app.beside().await;
    change(&app, meeting.path(), json!({"subject": "Reading a lake"})).await;

    let (here, there) = tokio::join!(app.mail(), other.mail());

    let mut told: Vec<_> = here.iter().chain(&there).map(|letter| letter.to.clone()).collect();
    // A node that saw the other at work went home; whatever it left is here.
    told.extend(app.mail().await.iter().map(|letter| letter.to.clone()));
    told.sort();
    let mut expected: Vec<_> = (0..40).map(|n| format!("p{n}@pinewater.example")).collect();
    expected.sort();
    assert_eq!(told, expected);
}
