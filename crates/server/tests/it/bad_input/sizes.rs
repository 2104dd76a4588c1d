//! Texts, lists and bodies at their limits, and one beyond.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use serde_json::{Value, json};
use testkit::TestApp;

use super::{asking, check, fault, with};

const MIB: usize = 1 << 20;

/// So many characters that need two bytes each in UTF-8: limits count characters.
fn text(length: usize) -> Value {
    json!("é".repeat(length))
}

#[tokio::test]
async fn a_registration_may_be_as_long_as_the_caps_and_no_longer() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let options: Vec<String> = (0..50).map(|n| format!("{n:é>255}")).collect();
    let question =
        json!({"displayName": text(255), "answerInputType": "radioButton", "answerOptions": options});
    let short = json!({"displayName": "?", "answerInputType": "text"});
    let speaker = json!({"displayName": text(128), "bio": text(4_000)});
    let nobody = json!({"displayName": "Nils"});
    let mut questions = vec![short.clone(); 99];
    questions.push(question.clone());
    let mut speakers = vec![nobody.clone(); 99];
    speakers.push(speaker.clone());
    let good = json!({
        "allowedRegistrant": "everyone",
        "subject": text(255),
        "description": text(4_000),
        "speakers": speakers,
        "customQuestions": questions,
        "capacity": i32::MAX,
    });
    let asking = |question: Value| with(&good, "customQuestions", json!([question]));
    let speaking = |speaker: Value| with(&good, "speakers", json!([speaker]));
    let (mut one_option_more, mut long_option) = (options.clone(), options);
    one_option_more.push("more".to_owned());
    long_option[0].push('é');

    let faults = [
        fault(with(&good, "subject", text(256)), "subject", "tooLong"),
        fault(with(&good, "description", text(4_001)), "description", "tooLong"),
        fault(speaking(with(&speaker, "displayName", text(129))), "speakers/0/displayName", "tooLong"),
        fault(speaking(with(&speaker, "bio", text(4_001))), "speakers/0/bio", "tooLong"),
        fault(with(&good, "speakers", json!(vec![nobody; 101])), "speakers", "tooLong"),
        fault(with(&good, "customQuestions", json!(vec![short; 101])), "customQuestions", "tooLong"),
        fault(asking(with(&question, "displayName", text(256))), "customQuestions/0/displayName", "tooLong"),
        fault(
            asking(with(&question, "answerOptions", json!(one_option_more))),
            "customQuestions/0/answerOptions",
            "tooLong",
        ),
        fault(
            asking(with(&question, "answerOptions", json!(long_option))),
            "customQuestions/0/answerOptions/0",
            "invalidOptions",
        ),
    ];

    check(&app, &faults, &good, || app.post(meeting.registration()).token(&token)).await;

    let kept = app.get(meeting.registration()).token(&token).await.expect(200).json();
    assert_eq!((&kept["subject"], &kept["speakers"][99]), (&text(255), &speaker));
}

#[tokio::test]
async fn an_enrolment_may_be_as_long_as_the_caps_and_no_longer() {
    let app = TestApp::new().await;
    let (meeting, mut good) = asking(&app).await;
    let domain = format!("{0}.{0}.{0}.{1}.example", "d".repeat(57), "d".repeat(53));
    let longest = format!("{}@{domain}", "o".repeat(64));
    good["firstName"] = text(128);
    good["lastName"] = text(128);
    good["email"] = json!(longest);
    good["customQuestionAnswers"][1]["value"] = text(2_000);
    let answering = |value: Value| {
        let mut body = good.clone();
        body["customQuestionAnswers"][1]["value"] = value;
        body
    };
    let faults = [
        fault(with(&good, "firstName", text(129)), "firstName", "tooLong"),
        fault(with(&good, "lastName", text(129)), "lastName", "tooLong"),
        fault(with(&good, "email", json!(format!("o{longest}"))), "email", "tooLong"),
        fault(with(&good, "email", json!(format!("o@{}", "d.".repeat(160)))), "email", "tooLong"),
        fault(answering(text(2_001)), "customQuestionAnswers/1/value", "answerTooLong"),
    ];

    check(&app, &faults, &good, || app.post(meeting.registrants()).token(&app.token(&app.people.tomas)))
        .await;

    assert_eq!(app.mail().await[0].to, longest, "the longest address is written to as it is");
}

#[tokio::test]
async fn an_external_id_may_be_as_long_as_its_cap_and_no_longer() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    let token = app.token(&app.people.ines);
    let good = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": text(256)});
    let faults = [fault(with(&good, "id", text(257)), "id", "tooLong")];

    check(&app, &faults, &good, || app.post(meeting.registrants()).token(&token)).await;
}

/// A good registration, made longer by blanks.
fn padded(length: usize) -> String {
    let body = r#"{"allowedRegistrant":"everyone"}"#;
    format!("{body}{}", " ".repeat(length - body.len()))
}

#[tokio::test]
async fn a_body_of_a_mebibyte_is_read_and_a_longer_one_is_not() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let post = || app.post(meeting.registration()).token(&token);

    let too_long = post().text("application/json", &padded(MIB + 1)).await.expect(413);
    let too_long_in_pieces = post().chunked([Bytes::from(padded(MIB + 1))].into_iter()).await.expect(413);

    for answer in [too_long, too_long_in_pieces] {
        assert_eq!(answer.inner_code(), "bodyTooLarge");
        assert_eq!(answer.json()["error"]["code"], "RequestEntityTooLarge");
    }
    app.get(meeting.registration()).token(&token).await.expect(404);
    post().text("application/json", &padded(MIB)).await.expect(201);
}

#[tokio::test]
async fn a_body_in_pieces_may_be_a_mebibyte_long() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let pieces: Vec<Bytes> = padded(MIB).as_bytes().chunks(1_000).map(Bytes::copy_from_slice).collect();

    let call = app.post(meeting.registration()).token(&app.token(&app.people.ines));

    call.chunked(pieces.into_iter()).await.expect(201);
}

/// How many of an endless body's pieces are taken: it would fill any memory. There is a little patience, or its
/// sender would never read the answer.
#[tokio::test]
async fn an_endless_body_is_left_soon_after_the_limit() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let endless = || {
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&taken);
        let pieces = std::iter::repeat_with(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            Bytes::from_static(&[b' '; 1024])
        });
        (taken, pieces)
    };
    let ((taken, silent), (taken_of_announced, announced)) = (endless(), endless());

    app.post(meeting.registration()).token(&token).chunked(silent).await.expect(413);
    let announced = app.post(meeting.registration()).token(&token).chunked(announced);
    announced.header("content-length", "99999999999").await.expect(413);

    let (taken, taken_of_announced) =
        (taken.load(Ordering::Relaxed), taken_of_announced.load(Ordering::Relaxed));
    assert!((1024..3100).contains(&taken), "{taken} pieces of a kibibyte");
    assert!(taken_of_announced <= 2 * 1024, "{taken_of_announced} pieces of a kibibyte");
}

#[tokio::test]
async fn the_limit_of_a_body_is_configured() {
    let app = TestApp::builder().server("max_body_bytes = 2048").build().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let post = |length| {
        app.post(meeting.registration()).token(&token).text("application/json", &padded(length)).send()
    };

    post(2_049).await.expect(413);
    post(2_048).await.expect(201);
}

/// Each value takes memory of its own: a body within the limit could grow a hundredfold.
#[tokio::test]
async fn a_body_of_countless_empty_values_is_refused() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.tomas);
    let of = |count: usize| format!(r#"{{"x":[{}0]}}"#, r#"{"":1},"#.repeat(count));
    let post =
        |body: String| app.post(meeting.registrants()).token(&token).text("application/json", &body).send();

    let refused = post(of(100_000)).await.expect(400);

    assert_eq!(refused.inner_code(), "invalidJson");
    let control = post(of(1_000)).await.expect(400);
    assert_eq!(control.inner_code(), "memberMissing", "members that nobody reads are no fault in themselves");
}
