//! Who came.

use domain::{Role, Scope};
use http::Method;
use serde_json::{Value, json};
use testkit::{APP, PUBLIC_URL, TestApp, TestMeeting};

use super::{ROOM, came, external_place, leads_to, place, reports};

#[tokio::test]
async fn a_report_tells_who_came_when_and_who_did_not() {
    let app = TestApp::new().await;
    let (meeting, short, graph) = place(&app, ROOM).await;
    let ines = &app.people.ines;
    let token = app.token(ines);
    app.post(meeting.registrants()).token(&token).json(&ines.enrolment()).await.expect(200);
    let listed = app.registrants(&meeting).await;
    app.set_clock("2027-02-01T09:50:00Z");
    for (link, at) in [
        (&short, "2027-02-01T09:50:00Z"),
        (&graph, "2027-02-01T09:50:40Z"),
        (&graph, "2027-02-01T10:20:00.5Z"),
    ] {
        app.set_clock(at);
        leads_to(&app.get(link).await);
    }

    let token = app.token(ines);
    let all = app.get(reports(&meeting)).token(&token).await.expect(200).json();

    let root = format!("{PUBLIC_URL}/beta/$metadata#users('{}')/onlineMeetings('{}')", ines.id, meeting.id);
    let id = all["value"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        all,
        json!({
            "@odata.context": format!("{root}/attendanceReports"),
            "value": [{
                "id": id, "totalParticipantCount": 1,
                "meetingStartDateTime": "2027-02-01T10:00:00Z", "meetingEndDateTime": "2027-02-01T11:00:00Z",
            }],
        })
    );
    let one = app.get(format!("{}/{id}", reports(&meeting))).token(&token).await.expect(200).json();
    assert_eq!(one["@odata.context"], format!("{root}/attendanceReports/$entity"));
    assert_eq!(one["totalParticipantCount"], 1);
    let records = format!("{}/{id}/attendanceRecords", reports(&meeting));
    let records = app.get(records).token(&token).await.expect(200).json();
    let ids: Vec<&str> =
        records["value"].as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap()).collect();
    let interval = |at: &str| json!({"joinDateTime": at, "leaveDateTime": null, "durationInSeconds": null});
    assert_eq!(
        records,
        json!({
            "@odata.context": format!("{root}/attendanceReports('{id}')/attendanceRecords"),
            "value": [
                {
                    "id": ids[0], "emailAddress": app.people.tomas.mail, "registrantId": listed[0]["id"],
                    "identity": {"id": app.people.tomas.id.to_string(), "displayName": "Tomas Virtanen"},
                    "role": "Attendee", "totalAttendanceInSeconds": null,
                    // Twice within a minute is once.
                    "attendanceIntervals": [interval("2027-02-01T09:50:00Z"), interval("2027-02-01T10:20:00.5Z")],
                },
                {
                    "id": ids[1], "emailAddress": ines.mail, "registrantId": listed[1]["id"],
                    "identity": {"id": ines.id.to_string(), "displayName": "Ines Calloway"},
                    "role": "Attendee", "totalAttendanceInSeconds": 0, "attendanceIntervals": [],
                },
            ],
        })
    );
}

#[tokio::test]
async fn a_report_holds_its_first_records_if_they_are_expanded() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    let mut links = Vec::new();
    for n in 0..103 {
        links.push(external_place(&app, &meeting, &format!("ticket {n:03}")).await);
    }
    app.set_clock("2027-02-01T09:50:00Z");
    leads_to(&app.get(&links[1]).await);
    let token = app.token(&app.people.ines);
    let get = async |path: String| app.get(path).token(&token).await;
    let all = get(format!("{}?$expand=attendanceRecords", reports(&meeting))).await.expect(200).json();
    let id = all["value"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("{}/{id}", reports(&meeting));

    let one = get(format!("{path}?$expand=attendanceRecords")).await.expect(200).json();

    let records = one["attendanceRecords"].as_array().unwrap();
    assert_eq!((records.len(), &all["value"][0]["attendanceRecords"]), (100, &one["attendanceRecords"]));
    let listed = get(format!("{path}/attendanceRecords")).await.expect(200).json();
    assert_eq!(listed["value"], one["attendanceRecords"]);
    assert_eq!(records[1]["attendanceIntervals"].as_array().unwrap().len(), 1);
    for report in [&one, &all["value"][0]] {
        let next = report["attendanceRecords@odata.nextLink"].as_str().unwrap();
        let rest = get(next.split_once("usher.example").unwrap().1.to_owned()).await.expect(200).json();
        let ids: Vec<&Value> =
            rest["value"].as_array().unwrap().iter().map(|record| &record["registrantId"]).collect();
        assert_eq!(ids, ["ticket 100", "ticket 101", "ticket 102"]);
    }
    let refused = get(format!("{path}?$expand=registration")).await.expect(400).json();
    assert!(
        refused["error"]["message"].as_str().unwrap().contains("only `attendanceRecords` can be expanded")
    );
}

#[tokio::test]
async fn records_are_read_page_by_page_and_those_who_canceled_are_not_missed() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    let token = app.token(&app.people.ines);
    let mut links = Vec::new();
    for n in 0..5 {
        links.push(external_place(&app, &meeting, &format!("ticket {n}")).await);
    }
    app.set_clock("2027-02-01T09:50:00Z");
    for link in [&links[1], &links[3]] {
        leads_to(&app.get(link).await);
    }
    for gone in ["ticket%202", "ticket%203"] {
        app.delete(format!("{}/{gone}", meeting.registrants())).token(&token).await.expect(204);
    }
    let id =
        app.get(reports(&meeting)).token(&token).await.json()["value"][0]["id"].as_str().unwrap().to_owned();

    let mut seen = Vec::new();
    let mut next = Some(format!("{}/{id}/attendanceRecords?$top=2", reports(&meeting)));
    while let Some(page) = next {
        let page = app.get(page).token(&token).await.expect(200).json();
        let records = page["value"].as_array().unwrap();
        assert!(records.len() <= 2);
        let shown = |record: &Value| {
            let came = record["attendanceIntervals"].as_array().unwrap().len();
            (record["registrantId"].as_str().unwrap().to_owned(), came, record["emailAddress"].clone())
        };
        seen.extend(records.iter().map(shown));
        next = page["@odata.nextLink"]
            .as_str()
            .map(|link| link.split_once("usher.example").unwrap().1.to_owned());
    }

    let expected = [("ticket 0", 0), ("ticket 1", 1), ("ticket 3", 1), ("ticket 4", 0)];
    assert_eq!(seen, expected.map(|(id, came)| (id.to_owned(), came, Value::Null)));
    let records = format!("{}/{id}/attendanceRecords", reports(&meeting));
    let ask = async |options: &str| {
        let list = app.get(format!("{records}?{options}")).token(&token).await.expect(200).json();
        let shown = |record: &Value| record["registrantId"].as_str().unwrap().to_owned();
        (list["value"].as_array().unwrap().iter().map(shown).collect::<Vec<_>>(), list)
    };
    for (options, expected) in [
        ("$filter=totalAttendanceInSeconds%20eq%20null", vec!["ticket 1", "ticket 3"]),
        ("$filter=totalAttendanceInSeconds%20eq%200&$top=1&$skip=1", vec!["ticket 4"]),
        ("$filter=registrantId%20in%20('ticket%203','ticket%202')", vec!["ticket 3"]),
        (
            "$orderby=totalAttendanceInSeconds,registrantId%20desc",
            vec!["ticket 3", "ticket 1", "ticket 4", "ticket 0"],
        ),
        ("$orderby=id%20desc", vec!["ticket 4", "ticket 3", "ticket 1", "ticket 0"]),
        ("$filter=emailAddress%20ne%20null", vec![]),
    ] {
        assert_eq!(ask(options).await.0, expected, "{options}");
    }
    let (first, list) = ask("$orderby=registrantId%20desc&$top=3&$count=true").await;
    assert_eq!((first.len(), &list["@odata.count"]), (3, &json!(4)));
    let next = list["@odata.nextLink"].as_str().unwrap().split_once('?').unwrap().1.to_owned();
    assert_eq!(ask(&next).await.0, ["ticket 0"]);
    let count =
        async |options: &str| app.get(format!("{records}/$count{options}")).token(&token).await.text();
    assert_eq!(count("").await, "4");
    assert_eq!(count("?$filter=totalAttendanceInSeconds%20eq%20null").await, "2");
    for (options, target) in [("$search=ticket", "$search"), ("$filter=identity%20eq%20null", "$filter")] {
        let refused = app.get(format!("{records}?{options}")).token(&token).await.expect(400);
        assert_eq!(
            (refused.inner_code(), refused.target()),
            ("unsupportedQuery".to_owned(), target.to_owned())
        );
    }
}

#[tokio::test]
async fn before_the_door_opens_there_is_no_report_and_never_one_without_a_registration() {
    let app = TestApp::new().await;
    let (meeting, _, _) = place(&app, ROOM).await;
    let unregistered = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let count = async |meeting: &TestMeeting| {
        let list = app.get(reports(meeting)).token(&token).await.expect(200).json();
        list["value"].as_array().unwrap().len()
    };

    assert_eq!(count(&meeting).await, 0);
    app.set_clock("2027-02-01T09:45:00Z");
    assert_eq!((count(&meeting).await, count(&unregistered).await), (1, 0));
    for nothing in ["none", "6f0d2c58-3b1e-4a77-9c24-8d51b0e7f3a2"] {
        for below in ["", "/attendanceRecords"] {
            let answer =
                app.get(format!("{}/{nothing}{below}", reports(&meeting))).token(&token).await.expect(404);
            assert_eq!(answer.inner_code(), "attendanceReportNotFound");
        }
    }
}

/// An application that may read meetings does not learn who was there; the permission for it is another.
#[tokio::test]
async fn applications_need_the_permission_for_artifacts() {
    let app = TestApp::new().await;
    let (meeting, _, _) = place(&app, ROOM).await;
    app.allow(APP, &app.people.ines).await;
    app.set_clock("2027-02-01T09:45:00Z");

    for (role, status) in
        [(Role::ArtifactReadAll, 200), (Role::MeetingsReadAll, 403), (Role::MeetingsReadWriteAll, 403)]
    {
        app.get(reports(&meeting)).token(&app.application(APP, &[role])).await.expect(status);
    }
    let organizer = app.delegated(&app.people.ines, &[Scope::ArtifactReadAll]);
    app.get(reports(&meeting)).token(&organizer).await.expect(200);
    let colleague = app.delegated(&app.people.tomas, &[Scope::ArtifactReadAll]);
    app.get(reports(&meeting)).token(&colleague).await.expect(403);
}

/// Programs that only want to know where a link leads, or fetch what might be wanted next, are nobody's presence.
#[tokio::test]
async fn whoever_only_peeps_is_not_recorded() {
    let app = TestApp::new().await;
    let (meeting, short, _) = place(&app, ROOM).await;
    app.set_clock("2027-02-01T09:50:00Z");

    leads_to(&app.call(Method::HEAD, &short).await);
    leads_to(&app.get(&short).header("sec-purpose", "prefetch;prerender").await);
    leads_to(&app.get(&short).header("purpose", "prefetch").await);

    assert_eq!(came(&app, &meeting).await, [""; 0]);
    leads_to(&app.get(&short).await);
    assert_eq!(came(&app, &meeting).await, ["2027-02-01T09:50:00Z"], "the control");
}

/// Nobody waits outside because a list cannot be kept.
#[tokio::test]
async fn people_come_in_where_their_coming_cannot_be_recorded() {
    let app = TestApp::new().await;
    let (_, short, _) = place(&app, ROOM).await;
    app.set_clock("2027-02-01T09:50:00Z");
    app.db_execute("ALTER TABLE attendance RENAME TO lost").await;

    assert_eq!(leads_to(&app.get(&short).await).as_str(), ROOM);
}
