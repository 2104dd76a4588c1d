//! Rooms that ask who comes. What they are sent is held against openssl, which signs by the same published rules and
//! shares no code with us.

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testkit::{NewMeeting, TestApp};
use url::Url;

use super::{external_place, leads_to, path, place};

pub const SECRET: &str = "639259d4-9dd8-4b25-bf01-95f9567eaf4b";

const JITSI: &str = r#"
[[join.jitsi]]
tenant = "6f0d2c58-3b1e-4a77-9c24-8d51b0e7f3a2"
url = "https://jitsi.riverbend.example"
app_id = "usher"
app_secret = "a-secret-that-both-sides-know-and-nobody-else"
"#;

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
