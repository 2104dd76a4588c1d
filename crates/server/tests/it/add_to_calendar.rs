//! The meeting in somebody's own calendar: the file, and the way to a calendar on the web. What two readers that are not
//! ours make of the file is held against what they make of the letter's invitation.

use std::collections::HashMap;

use calcard::icalendar::{ICalendar, ICalendarProperty};
use serde_json::{Value, json};
use testkit::{NewMeeting, PUBLIC_URL, TestApp, TestMeeting, TestResponse};
use url::Url;

use crate::program::{javascript, run};

/// Odile's place in a meeting, and the links in her letter.
struct Place {
    meeting: TestMeeting,
    manage: String,
    join_url: String,
    invitation: String,
}

fn path(url: &str) -> String {
    url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

async fn place(app: &TestApp) -> Place {
    let new =
        NewMeeting { join_url: Some("https://meet.riverbend.example/gauging"), ..NewMeeting::default() };
    let meeting = app.meeting_with(&app.people.ines, new).await;
    let words = json!({
        "allowedRegistrant": "everyone", "subject": "Reading a river; banks, beds & \"bars\"",
        "description": "Bring boots.\r\n\r\nATTENDEE:mailto:nobody@example.org 🎈",
    });
    app.register(&meeting, &words).await;
    let body = json!({"firstName": "Odile", "lastName": "Marchetti", "email": "odile@pinewater.example"});
    app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(&body).await.expect(200);
    let letter = app.mail().await.pop().unwrap();
    let invitation = letter.calendar.clone().unwrap();
    Place { meeting, manage: path(&letter.manage_url), join_url: letter.join_url.clone(), invitation }
}

impl Place {
    async fn file(&self, app: &TestApp) -> TestResponse {
        app.get(format!("{}/meeting.ics", self.manage)).await
    }

    async fn way(&self, app: &TestApp, word: &str) -> (String, HashMap<String, String>) {
        let way = app.get(format!("{}/{word}", self.manage)).await.expect(303);
        assert_eq!(way.header("referrer-policy"), Some("no-referrer"));
        let url = Url::parse(way.header("location").unwrap()).unwrap();
        (url.host_str().unwrap().to_owned(), url.query_pairs().into_owned().collect())
    }
}

/// What a strict reader in another language makes of it.
fn read(text: &str) -> Value {
    let said = run(&mut javascript("ics.mjs"), text.as_bytes());
    serde_json::from_str(&said).unwrap()
}

/// The same event to a second reader: every property but the attendee, and the method.
fn read_again(text: &str) -> (String, Vec<String>) {
    let calendar = ICalendar::parse(text).unwrap();
    let method = calendar.components[0].property(&ICalendarProperty::Method).unwrap();
    let event = &calendar.components[1];
    assert_eq!(calendar.components.len(), 2);
    let told = event.entries.iter().filter(|entry| entry.name != ICalendarProperty::Attendee);
    (method.values[0].as_text().unwrap().to_owned(), told.map(|entry| format!("{entry:?}")).collect())
}

#[tokio::test]
async fn the_file_is_the_letters_entry_for_two_other_readers() {
    let app = TestApp::new().await;
    let place = place(&app).await;

    let file = place.file(&app).await.expect(200);

    for (name, value) in [
        ("content-type", "text/calendar; charset=utf-8; method=PUBLISH"),
        ("content-disposition", "attachment; filename=\"meeting.ics\""),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(file.header(name), Some(value), "{name}");
    }
    let (mut kept, mut invited) = (read(&file.text()), read(&place.invitation));
    assert_eq!((kept["method"].take(), invited["method"].take()), (json!("PUBLISH"), json!("REQUEST")));
    assert_eq!(kept["attendee"], Value::Null, "nobody is asked for an answer");
    assert_eq!(invited["attendee"].take()["mail"], "odile@pinewater.example");
    let has_attendee = |name: &Value| name == "ATTENDEE";
    invited["properties"].as_array_mut().unwrap().retain(|name| !has_attendee(name));
    assert_eq!(kept, invited);
    let (kept, invited) = (read_again(&file.text()), read_again(&place.invitation));
    assert_eq!((kept.0.as_str(), invited.0.as_str()), ("PUBLISH", "REQUEST"));
    assert_eq!(kept.1, invited.1);
}

#[tokio::test]
async fn the_file_and_the_ways_tell_the_time_that_holds_now() {
    let app = TestApp::new().await;
    let place = place(&app).await;
    let before = read(&place.file(&app).await.expect(200).text());
    let later = json!({"startDateTime": "2027-02-02T16:00:00Z", "endDateTime": "2027-02-02T17:30:00Z"});
    app.patch(place.meeting.path()).token(&app.token(&app.people.ines)).json(&later).await.expect(200);
    let update = app.mail().await.pop().unwrap().calendar.clone().unwrap();

    let after = read(&place.file(&app).await.expect(200).text());
    let (host, google) = place.way(&app, "google").await;
    let (_, outlook) = place.way(&app, "outlook").await;
    let (office, _) = place.way(&app, "office365").await;

    assert_eq!(after["uid"], before["uid"]);
    assert_eq!(after["sequence"], read(&update)["sequence"], "whichever comes second stands for both");
    assert!(after["sequence"].as_i64() > before["sequence"].as_i64(), "{after}");
    assert_eq!(after["dtstart"], "2027-02-02T16:00:00Z");
    assert_eq!((host.as_str(), office.as_str()), ("calendar.google.com", "outlook.office.com"));
    assert_eq!(google["dates"], "20270202T160000Z/20270202T173000Z");
    assert_eq!(google["location"], place.join_url);
    assert_eq!((&*outlook["startdt"], &*outlook["enddt"]), ("2027-02-02T16:00:00Z", "2027-02-02T17:30:00Z"));
}

#[tokio::test]
async fn the_page_offers_them_while_the_place_is_theirs() {
    let app = TestApp::new().await;
    let place = place(&app).await;
    let offers = |page: &str| page.contains("/meeting.ics") && page.contains("https://calendar.google.com/");

    let page = app.get(&place.manage).await.expect(200).text();
    app.set_clock("2027-02-01T12:00:00Z");
    let over = app.get(&place.manage).await.expect(200).text();

    assert!(offers(&page), "{page}");
    assert_eq!(page.matches("rel=\"noopener noreferrer\"").count(), 4);
    assert!(!offers(&over), "{over}");
}

/// As the door: nobody who gave the place back has a use for it, and nothing is said of the meeting's room.
#[tokio::test]
async fn whoever_canceled_gets_no_entry_any_more() {
    let app = TestApp::new().await;
    let place = place(&app).await;
    app.post(&place.manage).form(&[("do", "cancel")]).await.expect(200);

    for word in ["meeting.ics", "google", "outlook", "office365"] {
        let page = app.get(format!("{}/{word}", place.manage)).await.expect(403);
        assert!(page.text().contains("This link no longer works"), "{word}");
        assert!(!page.text().contains("BEGIN:") && page.header("location").is_none());
    }
    app.post(&place.manage).form(&[("do", "erase")]).await.expect(200);
    place.file(&app).await.expect(404);
}

#[tokio::test]
async fn of_a_deleted_meeting_there_is_no_entry() {
    let app = TestApp::new().await;
    let place = place(&app).await;
    app.delete(place.meeting.path()).token(&app.token(&app.people.ines)).await.expect(204);

    place.file(&app).await.expect(403);
    app.get(format!("{}/google", place.manage)).await.expect(403);
}

/// The entry holds the link to cancel, which whoever was passed a link to join must not get.
#[tokio::test]
async fn a_link_to_join_opens_no_entry() {
    let app = TestApp::new().await;
    let place = place(&app).await;
    let token = place.join_url.rsplit_once('/').unwrap().1;

    for word in ["meeting.ics", "google", "outlook", "office365"] {
        app.get(format!("/m/{token}/{word}")).await.expect(404);
        app.get(format!("/j/{token}/{word}")).await.expect(404);
    }
    app.get(format!("{}/yahoo", place.manage)).await.expect(404);
    app.get(format!("{}x/meeting.ics", place.manage)).await.expect(404);
    place.file(&app).await.expect(200);
}

/// Members see it at once, because they are known; of others the address is not proven.
#[tokio::test]
async fn who_is_not_signed_in_gets_the_entry_by_letter_alone() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let registration = app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    let page = path(registration["registrationPageWebUrl"].as_str().unwrap());
    let fields = [("firstName", "Odile"), ("lastName", "Marchetti"), ("email", "odile@pinewater.example")];

    let enrolled = app.post(page).form(&fields).await.expect(200).text();

    assert!(!enrolled.contains("meeting.ics") && !enrolled.contains("google"), "{enrolled}");
}
