use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};
use testkit::{NewMeeting, TestApp, TestMeeting};

use super::each;
use super::export::{export, furnish};
use crate::program::USHER;

/// A meeting of Ines that is still to come by the clock of this machine, which the command goes by.
async fn to_come(app: &TestApp, registration: &Value) -> TestMeeting {
    let new =
        NewMeeting { start: "2099-02-01T10:00:00Z", end: "2099-02-01T11:00:00Z", ..NewMeeting::default() };
    let meeting = app.meeting_with(&app.people.ines, new).await;
    app.register(&meeting, registration).await;
    meeting
}

fn file(app: &TestApp, text: &str) -> PathBuf {
    let file = app.file("people.csv");
    std::fs::write(&file, text).unwrap();
    file
}

fn usher(app: &TestApp, meeting: &TestMeeting, arguments: &[&str]) -> Output {
    let (config, verb) = (app.config_file(), arguments[0]);
    let rest = &arguments[1..];
    let mut command = Command::new(USHER);
    command.args(["registrants", verb, "--meeting", &meeting.id, "--config"]).arg(config).args(rest);
    command.output().unwrap()
}

fn import(app: &TestApp, meeting: &TestMeeting, csv: &str, rest: &[&str]) -> (bool, String, String) {
    let file = file(app, csv);
    let arguments: Vec<&str> =
        ["import", file.to_str().unwrap()].into_iter().chain(rest.iter().copied()).collect();
    let ended = usher(app, meeting, &arguments);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (ended.status.success(), text(&ended.stdout), text(&ended.stderr))
}

#[tokio::test]
async fn the_same_file_can_be_imported_again() {
    let app = TestApp::new().await;
    let question = json!({"displayName": "Which river?", "answerInputType": "text", "isRequired": true});
    let registration = json!({"allowedRegistrant": "everyone", "customQuestions": [question]});
    let meeting = to_come(&app, &registration).await;
    let csv = "\u{feff}Email,firstName,lastName,which river?,shoe size\r\n\
        a@x.example,Ada,Ångström,Ardle,44\r\n\
        b@x.example,Bo,\"Lind, Jr.\",'=Tummel,45\r\n\
        A@X.example,Ada,Ångström,Ardle,44\r\n";

    let (_, rehearsed, told) = import(&app, &meeting, csv, &["--dry-run"]);
    let before = app.registrants(&meeting).await.len();
    let (first, said, _) = import(&app, &meeting, csv, &[]);
    let (again, said_again, _) = import(&app, &meeting, csv, &[]);

    assert_eq!(rehearsed, "would enroll 2 people; 1 are registered already; nothing was stored\n");
    assert!(told.contains("these columns are passed over: `shoe size`"), "{told}");
    assert_eq!(before, 0, "a rehearsal stores nothing");
    assert!(first && again);
    assert_eq!(said, "enrolled 2 people; 1 were registered already\n");
    assert_eq!(said_again, "enrolled 0 people; 3 were registered already\n");
    let listed = app.registrants(&meeting).await;
    assert_eq!(each(&listed, "email"), ["a@x.example", "b@x.example"]);
    assert_eq!(listed[1]["lastName"], "Lind, Jr.");
    assert_eq!(listed[1]["customQuestionAnswers"][0]["value"], "=Tummel");
    // The command went by the clock of this machine.
    app.set_clock("2099-01-01T00:00:00Z");
    assert_eq!(app.mail().await.len(), 2, "the service sends the letters");
}

#[tokio::test]
async fn every_line_at_fault_is_named_and_nobody_is_enrolled() {
    let app = TestApp::new().await;
    let meeting = to_come(&app, &json!({"allowedRegistrant": "everyone", "capacity": 1})).await;
    let csv = "email,firstName,lastName\n\
        a@x.example,Ada,Ångström\n\
        nobody,Bo,\n\
        c@x.example,Cy\n\
        d@x.example,Di,Dahl\n";
    let expected = "line 3: `lastName` is missing: give the person's name\n\
        line 3: `email` is no e-mail address: it has the form `name@example.org`\n\
        line 4: Invalid request: it has 2 cells, and the first line 3.";

    let (went_well, _, told) = import(&app, &meeting, csv, &["--dry-run"]);
    assert!(!went_well);
    assert!(told.contains("would enroll 2 people"), "{told}");
    assert!(told.contains("only 1 places are left"), "{told}");
    assert!(told.contains(expected), "{told}");
    let (went_well, _, told) = import(&app, &meeting, csv, &[]);

    assert!(!went_well);
    assert!(told.contains(&format!("nobody was enrolled:\n{expected}")), "{told}");
    assert_eq!(app.registrants(&meeting).await.len(), 0);
}

#[tokio::test]
async fn whoever_finds_no_place_is_named() {
    let app = TestApp::new().await;
    let meeting = to_come(&app, &json!({"allowedRegistrant": "everyone", "capacity": 1})).await;
    let csv = "email,firstName,lastName\na@x.example,Ada,Ångström\nb@x.example,Bo,Lind\n";

    let (went_well, _, told) = import(&app, &meeting, csv, &[]);

    assert!(!went_well);
    assert!(told.contains("enrolled 1 people"), "{told}");
    assert!(told.contains("line 3: Every place of this registration is taken."), "{told}");
    assert_eq!(app.registrants(&meeting).await.len(), 1);
}

#[tokio::test]
async fn what_was_exported_can_be_imported_elsewhere() {
    let app = TestApp::new().await;
    let from = furnish(&app).await;
    let exported = export(&app, &from, "csvWithBom").await.expect(200).text();
    let questions = json!([{"displayName": "=Which river?", "answerInputType": "text"}, {"displayName": "Email", "answerInputType": "text"}]);
    let to = to_come(&app, &json!({"allowedRegistrant": "everyone", "customQuestions": questions})).await;

    let (went_well, said, told) = import(&app, &to, &exported, &[]);

    assert!(went_well, "{told}");
    assert_eq!(said, "enrolled 2 people; 0 were registered already\n");
    let bare = |mut listed: Vec<Value>| {
        for one in &mut listed {
            let one = one.as_object_mut().unwrap();
            one.retain(|name, _| {
                ["firstName", "lastName", "email", "customQuestionAnswers"].contains(&&**name)
            });
            let answers = one["customQuestionAnswers"].as_array_mut().unwrap();
            answers.iter_mut().for_each(|answer| answer["questionId"] = Value::Null);
        }
        listed
    };
    assert_eq!(bare(app.registrants(&to).await), bare(app.registrants(&from).await));
}

#[tokio::test]
async fn the_command_exports_what_the_service_does() {
    let app = TestApp::new().await;
    let meeting = furnish(&app).await;
    let out = app.file("out.xlsx");

    let csv = usher(&app, &meeting, &["export"]);
    let book = usher(&app, &meeting, &["export", "--format", "xlsx", out.to_str().unwrap()]);
    let again = usher(&app, &meeting, &["export", "--format", "xlsx", out.to_str().unwrap()]);

    assert_eq!(
        String::from_utf8(csv.stdout).unwrap(),
        export(&app, &meeting, "csv").await.expect(200).text()
    );
    assert!(book.status.success() && !again.status.success(), "a file that is there is left alone");
    assert_eq!(std::fs::read(out).unwrap(), export(&app, &meeting, "xlsx").await.expect(200).body);
}

#[tokio::test]
async fn a_meeting_that_is_none_is_told() {
    let app = TestApp::new().await;
    let mut meeting = app.meeting(&app.people.ines).await;
    let bare = usher(&app, &meeting, &["export"]);
    meeting.id = "none".to_owned();
    let none = usher(&app, &meeting, &["export"]);

    let told = |ended: &Output| String::from_utf8(ended.stderr.clone()).unwrap();
    assert!(told(&bare).contains("the meeting has no registration"), "{}", told(&bare));
    assert!(told(&none).contains("there is no meeting `none`"), "{}", told(&none));
}
