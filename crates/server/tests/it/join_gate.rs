//! The join gate beyond the link: waiting in front of it, rooms that ask who comes, one device at a time, and who came.
//! What rooms are sent is held against openssl, which signs by the same published rules and shares no code with us.

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Role, Scope};
use http::Method;
use serde_json::{Value, json};
use testkit::{APP, NewMeeting, PUBLIC_URL, TestApp, TestMeeting, TestResponse};
use url::Url;

const ROOM: &str = "https://meet.riverbend.example/gauging";
pub const SECRET: &str = "639259d4-9dd8-4b25-bf01-95f9567eaf4b";

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

/// What openssl makes of `text`.
fn openssl(arguments: &[&str], text: &str) -> Vec<u8> {
    let mut command = Command::new("openssl");
    let mut child = command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl is there");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

// In front of the door.

/// Seconds after which the page asks for itself again.
async fn looks_again_after(app: &TestApp, link: &str) -> i64 {
    let page = app.get(link).await.expect(200);
    assert!(page.text().contains("The door is not open yet") && !page.text().contains("http-equiv"));
    page.header("refresh").unwrap().parse().unwrap()
}

/// Property 31, and nobody has to come back by hand.
#[tokio::test]
async fn an_early_page_asks_again_when_the_door_opens_and_then_lets_in() {
    let app = TestApp::new().await;
    let (_, short, graph) = place(&app, ROOM).await;

    let far = looks_again_after(&app, &short).await;
    assert!((300..320).contains(&far), "every few minutes, in case the meeting is moved: {far}");
    app.set_clock("2027-02-01T09:33:00Z");
    let counted = app.get(&short).await.expect(200).text();
    assert!(
        counted.contains("It opens in 12 minutes.") && counted.contains("data-left=\"720\""),
        "{counted}"
    );
    app.set_clock("2027-02-01T09:44:20.5Z");
    for link in [&short, &graph] {
        let near = looks_again_after(&app, link).await;
        assert!((40..60).contains(&near), "{near}");
        app.set_clock("2027-02-01T09:44:20.5Z");
        app.advance(jiff::SignedDuration::from_secs(near));
        assert_eq!(leads_to(&app.get(link).await).as_str(), ROOM);
        app.set_clock("2027-02-01T09:44:20.5Z");
    }
}

#[tokio::test]
async fn a_crowd_before_the_door_does_not_come_in_the_same_second() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    app.set_clock("2027-02-01T09:44:00Z");

    let mut seconds = std::collections::BTreeSet::new();
    for n in 0..40 {
        let link = external_place(&app, &meeting, &format!("ticket {n}")).await;
        let wait = looks_again_after(&app, &link).await;
        assert_eq!(looks_again_after(&app, &link).await, wait, "one person keeps to one second");
        seconds.insert(wait);
    }

    assert!(seconds.len() > 5, "{seconds:?}");
    assert!(seconds.iter().all(|wait| (61..=75).contains(wait)), "{seconds:?}");
}

#[tokio::test]
async fn whoever_waits_for_the_address_is_let_in_when_it_is_there() {
    let app = TestApp::new().await;
    let (meeting, short, _) = place(&app, ROOM).await;
    let ines = app.token(&app.people.ines);
    app.patch(meeting.path()).token(&ines).json(&json!({"joinUrl": null})).await.expect(200);
    app.set_clock("2027-02-01T10:00:00Z");

    let page = app.get(&short).await.expect(200);
    let wait: i64 = page.header("refresh").unwrap().parse().unwrap();
    assert!((61..=75).contains(&wait), "{wait}");
    app.patch(meeting.path()).token(&ines).json(&json!({"joinUrl": ROOM})).await.expect(200);

    assert_eq!(leads_to(&app.get(&short).await).as_str(), ROOM);
}

// Rooms that ask who comes.

const JITSI: &str = r#"
[[join.jitsi]]
tenant = "6f0d2c58-3b1e-4a77-9c24-8d51b0e7f3a2"
url = "https://jitsi.riverbend.example"
app_id = "usher"
app_secret = "a-secret-that-both-sides-know-and-nobody-else"
"#;

fn token_of(entry: &Url) -> String {
    entry.query_pairs().find(|(name, _)| name == "jwt").expect("there is a token").1.into_owned()
}

fn claims_of(token: &str) -> Value {
    let middle = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(middle).unwrap()).unwrap()
}

#[tokio::test]
async fn a_jitsi_room_is_entered_with_a_token_that_openssl_signs_alike() {
    let app = TestApp::builder().config(JITSI).build().await;
    let (meeting, short, graph) =
        place(&app, "https://jitsi.riverbend.example/RiverGauging#config.a=1").await;
    app.set_clock("2027-02-01T09:50:00Z");

    let entry = leads_to(&app.get(&short).await);

    assert_eq!((entry.host_str(), entry.path()), (Some("jitsi.riverbend.example"), "/RiverGauging"));
    assert_eq!(entry.fragment(), Some("config.a=1"), "what the organizer set stays");
    let token = token_of(&entry);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = "key:a-secret-that-both-sides-know-and-nobody-else";
    let theirs = openssl(&["dgst", "-sha256", "-mac", "HMAC", "-macopt", key, "-binary"], signed);
    assert_eq!(signature, URL_SAFE_NO_PAD.encode(&theirs));
    let head = URL_SAFE_NO_PAD.decode(signed.split('.').next().unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&head).unwrap(), json!({"typ": "JWT", "alg": "HS256"}));
    let claims = claims_of(&token);
    let id = claims["context"]["user"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        claims,
        json!({
            "aud": "usher", "iss": "usher", "sub": "jitsi.riverbend.example", "room": "rivergauging",
            // A minute ago, for a clock that is behind; and the end of the meeting.
            "nbf": 1_801_475_340, "exp": 1_801_479_600,
            "context": {"user": {"id": id, "name": "Tomas Virtanen"}},
        })
    );
    let again = claims_of(&token_of(&leads_to(&app.get(&graph).await)));
    assert_eq!(again["context"]["user"]["id"], id, "one person, however often they come");
    let page = app.get(path(&meeting.join_web_url)).await.expect(403);
    assert!(!page.text().contains("jitsi"), "nobody's link opens no room");
}

#[tokio::test]
async fn an_address_is_told_to_jitsi_where_the_operator_says_so() {
    let config = format!("{JITSI}share_email = true\naudience = \"jitsi\"\nsubject = \"team\"");
    let app = TestApp::builder().config(&config).build().await;
    let (_, short, _) = place(&app, "https://jitsi.riverbend.example/gauging").await;
    app.set_clock("2027-02-01T09:50:00Z");

    let claims = claims_of(&token_of(&leads_to(&app.get(&short).await)));

    assert_eq!(claims["context"]["user"]["email"], app.people.tomas.mail);
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!("jitsi"), &json!("team")));
}

/// The secret of one organisation signs nothing for another.
#[tokio::test]
async fn a_server_of_one_organisation_is_an_address_like_any_other_for_the_next() {
    let app = TestApp::builder().config(JITSI).build().await;
    let address = "https://jitsi.riverbend.example/gauging";
    let new = NewMeeting { join_url: Some(address), ..NewMeeting::default() };
    let meeting = app.meeting_with(&app.people.sanna, new).await;
    let external = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistration", "allowedRegistrant": "everyone"});
    app.register(&meeting, &external).await;
    let body = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": "7731"});
    let token = app.token(&app.people.sanna);
    let enrolled = app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);
    app.set_clock("2027-02-01T09:50:00Z");

    let link = path(enrolled.json()["joinWebUrl"].as_str().unwrap());

    assert_eq!(leads_to(&app.get(link).await).as_str(), address);
}

/// BigBlueButton's rule, by openssl.
pub fn checksum(digest: &str, call: &str, query: &str) -> String {
    hex(&openssl(&["dgst", digest, "-binary"], &format!("{call}{query}{SECRET}")))
}

#[tokio::test]
async fn a_bigbluebutton_meeting_is_entered_by_a_call_that_openssl_signs_alike() {
    // The example of BigBlueButton's documents: the rule is understood.
    let published = "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444";
    assert_eq!(checksum("-sha1", "create", published), "1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17");
    let config = format!(
        "[[join.bigbluebutton]]\nurl = \"https://bbb.riverbend.example/bigbluebutton/\"\nsecret = \"{SECRET}\""
    );
    let app = TestApp::builder().config(&config).build().await;
    let (_, short, _) = place(&app, "https://bbb.riverbend.example/bigbluebutton/river%20%26%20lake").await;
    app.set_clock("2027-02-01T09:50:00Z");

    let entry = leads_to(&app.get(&short).await);

    assert!(entry.as_str().starts_with("https://bbb.riverbend.example/bigbluebutton/api/join?"), "{entry}");
    let (query, sum) = entry.query().unwrap().rsplit_once("&checksum=").unwrap();
    assert_eq!(sum, checksum("-sha256", "join", query));
    let pairs: Vec<(String, String)> = entry.query_pairs().into_owned().collect();
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).unwrap().1.as_str();
    assert_eq!(
        ["fullName", "meetingID", "role", "redirect"].map(value),
        ["Tomas Virtanen", "river & lake", "VIEWER", "true"]
    );
    assert_eq!(pairs.len(), 6, "{pairs:?}");
    assert_eq!(value("userID").len(), 36);
}

#[tokio::test]
async fn whose_name_nobody_knows_comes_as_a_guest_and_a_colleague_by_the_directory_s_name() {
    let config =
        format!("[[join.bigbluebutton]]\nurl = \"https://meet.riverbend.example\"\nsecret = \"{SECRET}\"");
    let app = TestApp::builder().config(&config).build().await;
    let meeting = app.external("everyone").await;
    let colleagues = app.external("organization").await;
    let tomas = &app.people.tomas;
    let body = json!({
        "@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": "7732",
        "tenantId": tomas.tenant.to_string(), "userId": tomas.id.to_string(),
    });
    let token = app.token(&app.people.ines);
    let enrolled = app.post(colleagues.registrants()).token(&token).json(&body).await.expect(200);
    let known = path(enrolled.json()["joinWebUrl"].as_str().unwrap());
    let unknown = external_place(&app, &meeting, "crm/7731").await;
    app.set_clock("2027-02-01T09:50:00Z");

    let name = async |link: String| {
        let entry = leads_to(&app.get(link).await);
        entry.query_pairs().find(|(key, _)| key == "fullName").unwrap().1.into_owned()
    };

    assert_eq!(name(unknown).await, "Guest", "the id in another system is nobody's to read");
    assert_eq!(name(known).await, "Tomas Virtanen");
}

#[tokio::test]
async fn the_secret_of_a_room_leaves_in_no_form() {
    let app = TestApp::builder().config(JITSI).build().await;
    let (_, short, _) = place(&app, "https://jitsi.riverbend.example/gauging").await;

    let page = app.get(&short).await.expect(200);

    assert!(!page.text().contains("jitsi") && !page.text().contains("secret"));
    assert!(!app.db_holds("a-secret-that-both-sides-know"));
}

// One device at a time.

const ONE_DEVICE: &str = "[join]\none_device = true";

/// A browser presses the button of the page, with what cookie it has.
async fn press(app: &TestApp, link: &str, cookie: Option<&str>, takes_over: bool) -> TestResponse {
    let fields: &[(&str, &str)] = if takes_over { &[("take", "over")] } else { &[] };
    let call = app.post(link).form(fields);
    match cookie {
        Some(cookie) => call.header("cookie", &format!("theme=dark; {cookie}")).await,
        None => call.await,
    }
}

#[track_caller]
fn cookie_of(response: &TestResponse) -> String {
    let set = response.header("set-cookie").expect("the device is known from now on");
    let (pair, attributes) = set.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure");
    pair.to_owned()
}

/// Property 30.
#[tokio::test]
async fn a_second_device_is_told_of_the_first_and_takes_over_only_when_asked_to() {
    let app = TestApp::builder().config(ONE_DEVICE).build().await;
    let (_, short, graph) = place(&app, ROOM).await;
    app.set_clock("2027-02-01T09:50:00Z");
    let phone = press(&app, &short, None, false).await;
    assert_eq!(leads_to(&phone).as_str(), ROOM);
    let phone = cookie_of(&phone);

    for link in [&short, &graph] {
        let told = press(&app, link, None, false).await.expect(409);
        assert!(told.text().contains("You are in on another device"), "{}", told.text());
        assert!(!told.text().contains("meet.riverbend.example") && told.header("set-cookie").is_none());
    }
    assert_eq!(leads_to(&press(&app, &graph, Some(&phone), false).await).as_str(), ROOM, "the same device");
    let desk = press(&app, &graph, None, true).await;
    assert_eq!(leads_to(&desk).as_str(), ROOM);
    let desk = cookie_of(&desk);
    assert_ne!(desk, phone);

    press(&app, &short, Some(&phone), false).await.expect(409);
    press(&app.beside().await, &short, Some(&phone), false).await.expect(409);
    leads_to(&press(&app, &short, Some(&desk), false).await);
    app.set_clock("2027-02-01T09:55:00Z");
    leads_to(&press(&app, &short, Some(&phone), false).await);
    press(&app, &short, Some(&desk), false).await.expect(409);
    assert!(!app.db_holds(phone.split_once('=').unwrap().1), "no cookie is stored");
}

/// What looks into mails follows links, keeps no cookie and presses no button.
#[tokio::test]
async fn whoever_only_follows_the_link_locks_nobody_out_and_counts_for_nothing() {
    let app = TestApp::builder().config(ONE_DEVICE).build().await;
    let (meeting, short, graph) = place(&app, ROOM).await;
    app.set_clock("2027-02-01T09:50:00Z");

    for link in [&short, &graph, &short] {
        let page = app.get(link).await.expect(200);
        assert!(page.text().contains("The door is open") && page.text().contains("<form method=\"post\">"));
        assert!(!page.text().contains("meet.riverbend.example") && page.header("set-cookie").is_none());
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("form-action 'self' https: http:") && !policy.contains("riverbend"),
            "{policy}"
        );
    }

    assert_eq!(came(&app, &meeting).await, [""; 0]);
    leads_to(&press(&app, &short, None, false).await);
    assert_eq!(came(&app, &meeting).await, ["2027-02-01T09:50:00Z"]);
}

#[tokio::test]
async fn how_long_a_device_is_in_is_configured() {
    let app = TestApp::builder().config(&format!("{ONE_DEVICE}\ndevice_minutes = 60")).build().await;
    let (_, short, _) = place(&app, ROOM).await;
    app.set_clock("2027-02-01T09:50:00Z");
    leads_to(&press(&app, &short, None, false).await);

    app.set_clock("2027-02-01T10:49:59Z");
    press(&app, &short, None, false).await.expect(409);
    app.set_clock("2027-02-01T10:50:00Z");
    leads_to(&press(&app, &short, None, false).await);
}

#[tokio::test]
async fn the_button_opens_nothing_that_the_link_does_not() {
    let app = TestApp::builder().config(ONE_DEVICE).build().await;
    let (meeting, short, _) = place(&app, ROOM).await;

    let early = press(&app, &short, None, true).await.expect(200);
    assert!(early.text().contains("The door is not open yet"));
    press(&app, &format!("{}A", &short[..short.len() - 1]), None, true).await.expect(404);
    app.set_clock("2027-02-01T09:50:00Z");
    press(&app, &path(&meeting.join_web_url), None, true).await.expect(403);
    app.set_clock("2027-02-01T11:00:00Z");
    press(&app, &short, None, true).await.expect(410);

    assert_eq!(app.db_count("SELECT count(*) FROM entry").await, 0);
}

// Who came.

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
    let refused = app.get(format!("{}/{id}/attendanceRecords?$count=true", reports(&meeting))).token(&token);
    assert_eq!(refused.await.expect(400).inner_code(), "unsupportedQuery");
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

/// What a meeting says goes before what the service says, in either direction.
#[tokio::test]
async fn a_meeting_has_a_door_of_its_own() {
    for (of_the_service, own, turned_away) in [("false", true, 409), ("true", false, 303)] {
        let app = TestApp::builder().config(&format!("[join]\none_device = {of_the_service}")).build().await;
        let (meeting, short, _) = place(&app, ROOM).await;
        let ines = app.token(&app.people.ines);
        let change = |body: Value| app.patch(meeting.path()).token(&ines).json(&body).send();
        let reports = format!("{}/attendanceReports", meeting.path());
        let count = async || {
            app.get(&reports).token(&ines).await.expect(200).json()["value"].as_array().unwrap().len()
        };
        app.set_clock("2027-02-01T09:15:00Z");
        let early = press(&app, &short, None, false).await.expect(200).text();

        change(json!({"joinOpensMinutesBeforeStart": 45, "joinOneDeviceAtATime": own})).await.expect(200);

        assert!(early.contains("The door is not open yet"), "the control: {early}");
        assert_eq!(count().await, 1, "a report from when its own door opens");
        press(&app, &short, None, false).await.expect(303);
        assert_eq!(press(&app, &short, None, false).await.status.as_u16(), turned_away);
        change(json!({"joinOpensMinutesBeforeStart": 44})).await.expect(200);
        let early = press(&app, &short, None, false).await.expect(200).text();
        assert!(early.contains("09:16 UTC"), "{early}");
        assert_eq!(count().await, 0);
        change(json!({"joinOpensMinutesBeforeStart": null, "joinOneDeviceAtATime": null})).await.expect(200);
        app.set_clock("2027-02-01T09:50:00Z");
        let other = press(&app, &short, None, false).await.status.as_u16();
        assert_eq!(other, 303, "nobody passed within five minutes");
        let again = press(&app, &short, None, false).await.status.as_u16();
        assert_eq!(again, if of_the_service == "true" { 409 } else { 303 }, "as the service again");
    }
}
