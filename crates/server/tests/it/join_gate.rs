//! The join gate beyond the link: waiting in front of it, rooms that ask who comes, one device at a time, and who came.

mod attendance;
mod device;
mod rooms;
mod waiting;

use serde_json::{Value, json};
use testkit::{NewMeeting, PUBLIC_URL, TestApp, TestMeeting, TestResponse};
use url::Url;

pub use rooms::{SECRET, checksum};

const ROOM: &str = "https://meet.riverbend.example/gauging";

fn path(url: &str) -> String {
    url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

/// A place of Tomas in a meeting of Ines at that address: the paths of its join link, short and in Graph's spelling.
async fn place(app: &TestApp, address: &str) -> (TestMeeting, String, String) {
    let new = NewMeeting { join_url: Some(address), ..NewMeeting::default() };
    let meeting = app.meeting_with(&app.people.ines, new).await;
    app.register(&meeting, &json!({"allowedRegistrant": "organization"})).await;
    let tomas = &app.people.tomas;
    let enrolled =
        app.post(meeting.registrants()).token(&app.token(tomas)).json(&tomas.enrolment()).await.expect(200);
    let letter = app.mail().await.pop().unwrap();
    (meeting, path(&letter.join_url), path(enrolled.json()["joinWebUrl"].as_str().unwrap()))
}

/// The path of the join link of an external registrant.
async fn external_place(app: &TestApp, meeting: &TestMeeting, id: &str) -> String {
    let body = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": id});
    let token = app.token(&app.people.ines);
    let enrolled = app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);
    path(enrolled.json()["joinWebUrl"].as_str().unwrap())
}

#[track_caller]
fn leads_to(response: &TestResponse) -> Url {
    assert_eq!(response.status.as_u16(), 303, "{}", response.text());
    assert!(response.body.is_empty());
    Url::parse(response.header("location").unwrap()).unwrap()
}

/// A browser presses the button of the page, with what cookie it has.
async fn press(app: &TestApp, link: &str, cookie: Option<&str>, takes_over: bool) -> TestResponse {
    let fields: &[(&str, &str)] = if takes_over { &[("take", "over")] } else { &[] };
    let call = app.post(link).form(fields);
    match cookie {
        Some(cookie) => call.header("cookie", &format!("theme=dark; {cookie}")).await,
        None => call.await,
    }
}

/// When people came in, in order.
async fn came(app: &TestApp, meeting: &TestMeeting) -> Vec<String> {
    let token = app.token(&app.people.ines);
    let reports = app.get(reports(meeting)).token(&token).await.expect(200).json();
    let id = reports["value"][0]["id"].as_str().unwrap();
    let records = app.get(format!("{}/{id}/attendanceRecords", self::reports(meeting))).token(&token);
    let records = records.await.expect(200).json();
    let intervals = |record: &Value| record["attendanceIntervals"].as_array().unwrap().clone();
    let all = records["value"].as_array().unwrap().iter().flat_map(intervals);
    all.map(|interval| interval["joinDateTime"].as_str().unwrap().to_owned()).collect()
}

fn reports(meeting: &TestMeeting) -> String {
    format!("{}/attendanceReports", meeting.path())
}
