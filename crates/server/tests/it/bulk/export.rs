use std::io::Write;
use std::process::{Command, Stdio};

use domain::Role;
use http::Method;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use testkit::{APP, Call, TestApp, TestMeeting};

use super::{each, enroll, guest, results};

pub fn export(app: &TestApp, meeting: &TestMeeting, format: &str) -> Call {
    let path = format!("{}/exportRegistrants(format='{format}')", meeting.registration());
    app.get(path).token(&app.token(&app.people.ines))
}

/// A meeting of Ines that asks a question in words that are a formula, and two people who answer in kind.
pub async fn furnish(app: &TestApp) -> TestMeeting {
    let meeting = app.meeting(&app.people.ines).await;
    let questions = json!([{"displayName": "=Which river?", "answerInputType": "text"}, {"displayName": "Email", "answerInputType": "text"}]);
    let registration = json!({"allowedRegistrant": "everyone", "customQuestions": questions});
    app.register(&meeting, &registration).await;
    let asked = app.get(meeting.questions()).token(&app.token(&app.people.ines)).await.expect(200).json();
    let rows: Vec<Value> = [("=HYPERLINK(\"https://x.example\")", "'=a"), ("a, \"b\"\nc", "+44\t<&>_x0041_")]
        .into_iter()
        .enumerate()
        .map(|(n, (river, other))| {
            let mut row = guest(n);
            row["preferredTimezone"] = if n == 0 { json!("Tokyo Standard Time") } else { Value::Null };
            row["lastName"] = json!(if n == 0 { "@SUM(A1)" } else { "Ωmega" });
            row["customQuestionAnswers"] = json!([
                {"questionId": asked["value"][0]["id"], "value": river},
                {"questionId": asked["value"][1]["id"], "value": other},
            ]);
            row
        })
        .collect();
    let told = results(enroll(app, &meeting, &rows)).await;
    assert!(told.iter().all(|result| result["status"] == "registered"), "{told:?}");
    meeting
}

#[tokio::test]
async fn csv_has_stable_columns_and_no_formula() {
    let app = TestApp::new().await;
    let meeting = furnish(&app).await;
    let ids = app.registrants(&meeting).await;
    let [first, second] = [0, 1].map(|n| ids[n]["id"].as_str().unwrap());

    let answer = export(&app, &meeting, "csv").await.expect(200);
    let with_bom = export(&app, &meeting, "CSVwithBOM").await.expect(200);

    // The ids hold commas.
    let expected = format!(
        "id,status,firstName,lastName,email,userId,tenantId,registrationDateTime,cancelationDateTime,preferredTimezone,\
         '=Which river?,Email (2)\r\n\
         \"{first}\",registered,Guest,'@SUM(A1),guest0@pinewater.example,,,2027-02-01T09:10:00Z,,Asia/Tokyo,\
         \"'=HYPERLINK(\"\"https://x.example\"\")\",''=a\r\n\
         \"{second}\",registered,Guest,Ωmega,guest1@pinewater.example,,,2027-02-01T09:10:00Z,,,\
         \"a, \"\"b\"\"\nc\",'+44\t<&>_x0041_\r\n"
    );
    assert_eq!(answer.text(), expected);
    assert_eq!(with_bom.text(), format!("\u{feff}{expected}"));
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"registrants.csv\""));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
}

/// Reads the cells of the first sheet with nothing of ours: Python's own ZIP and XML.
const READER: &str = r#"
import io, json, sys, zipfile
from xml.etree import ElementTree
book = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert book.testzip() is None
space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
for part in book.namelist():
    ElementTree.fromstring(book.read(part))
sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
cells = [[(cell.get("t"), "".join(text.text or "" for text in cell.iter(space + "t"))) for cell in row]
         for row in sheet.iter(space + "row")]
print(json.dumps({"parts": sorted(book.namelist()), "cells": cells,
    "formulas": len(list(sheet.iter(space + "f")))}))
"#;

fn read_workbook(bytes: &[u8]) -> Value {
    let mut reader = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`python3` is there");
    reader.stdin.take().unwrap().write_all(bytes).unwrap();
    let read = reader.wait_with_output().unwrap();
    assert!(read.status.success(), "the workbook can be read");
    serde_json::from_slice(&read.stdout).unwrap()
}

#[tokio::test]
async fn a_workbook_holds_texts_alone() {
    let app = TestApp::new().await;
    let meeting = furnish(&app).await;

    let answer = export(&app, &meeting, "xlsx").await.expect(200);

    let book = read_workbook(&answer.body);
    assert_eq!(book["formulas"], 0);
    let cells = book["cells"].as_array().unwrap();
    assert!(cells.iter().flat_map(|row| row.as_array().unwrap()).all(|cell| cell[0] == "inlineStr"));
    let texts: Vec<Vec<&Value>> =
        cells.iter().map(|row| row.as_array().unwrap().iter().map(|cell| &cell[1]).collect()).collect();
    assert_eq!(texts[0][10..], ["=Which river?", "Email (2)"]);
    assert_eq!(texts[1][3], "@SUM(A1)", "a text is no formula: nothing is put before it");
    assert_eq!(texts[1][10..], ["=HYPERLINK(\"https://x.example\")", "'=a"]);
    // The underscore of what looks like an escape is escaped (ISO/IEC 29500, part 1, 22.9.2.19).
    assert_eq!(texts[2][10..], ["a, \"b\"\nc", "+44\t<&>_x005F_x0041_"]);
    assert_eq!(
        answer.header("content-type"),
        Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    );
}

#[tokio::test]
async fn columns_can_be_chosen() {
    let app = TestApp::new().await;
    let meeting = furnish(&app).await;
    let path = format!("{}/exportRegistrants(format='csv')?$select=email,firstName", meeting.registration());

    let answer = app.get(path).token(&app.token(&app.people.ines)).await.expect(200).text();

    assert_eq!(answer.lines().next(), Some("firstName,email"), "in the order of all columns");
    assert_eq!(answer.lines().count(), 3);
}

#[tokio::test]
async fn it_holds_what_the_list_holds() {
    let app = TestApp::new().await;
    let (built_in, external) = (app.built_in("everyone").await, app.external("everyone").await);
    // More than a page of the database.
    let rows: Vec<Value> = (0..1_000).map(guest).collect();
    enroll(&app, &built_in, &rows).await.expect(200);
    enroll(&app, &built_in, &[guest(2_000)]).await.expect(200);
    enroll(&app, &external, &[json!({"id": "crm/1"}), json!({"id": "crm/2"})]).await.expect(200);
    let first = app.registrants(&built_in).await[0]["id"].clone();
    for (meeting, id) in [(&built_in, first), (&external, json!("crm/1"))] {
        let path = format!("{}/cancelRegistrants", meeting.registration());
        let body = json!({"registrants": [{"id": id}]});
        app.post(path).token(&app.token(&app.people.ines)).json(&body).await.expect(200);
    }

    let all = export(&app, &built_in, "csv").await.expect(200).text();
    let of_a_system = export(&app, &external, "csv").await.expect(200).text();

    assert_eq!(all.lines().count(), 1_002);
    assert_eq!(all.lines().filter(|line| line.contains(",canceled,")).count(), 1);
    assert!(all.lines().last().unwrap().contains("guest2000@"), "in order of arrival");
    let lines: Vec<&str> = of_a_system.lines().skip(1).collect();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("crm/2,registered,"), "{}", lines[0]);
}

#[tokio::test]
async fn whoever_may_list_may_export() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    app.allow(APP, &app.people.ines).await;
    let path = format!("{}/exportRegistrants(format='csv')", meeting.registration());
    let people = &app.people;
    for (token, status) in [
        (app.application(APP, &[Role::MeetingsReadWriteAll]), 200),
        (app.application(APP, &[Role::MeetingsReadAll]), 403),
        (app.token(&people.tomas), 403),
        (app.token(&people.sanna), 404),
    ] {
        app.get(&path).token(&token).await.expect(status);
    }

    let unknown = export(&app, &meeting, "pdf").await.expect(400);
    let written =
        app.call(Method::POST, &path).token(&app.token(&people.ines)).json(&json!({})).await.expect(405);
    assert_eq!((unknown.target().as_str(), unknown.inner_code().as_str()), ("format", "unknownEnumMember"));
    assert_eq!(written.header("allow"), Some("GET"));
}

/// However long the list is, little of it is in memory: nothing is written ahead of who reads. And whoever loses the
/// right meanwhile gets no more.
#[tokio::test]
async fn it_is_written_while_it_is_read_by_somebody_who_may() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    for thousand in 0..4 {
        let rows: Vec<Value> = (0..1_000).map(|n| guest(1_000 * thousand + n)).collect();
        enroll(&app, &meeting, &rows).await.expect(200);
    }
    let read = async |until: Option<usize>| {
        let mut body = export(&app, &meeting, "csv").begin().await.into_body();
        let (mut pieces, mut lines) = (Vec::new(), 0);
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return (pieces, lines, true) };
            let text = frame.into_data().unwrap();
            lines += text.iter().filter(|byte| **byte == b'\n').count();
            pieces.push(text.len());
            if until == Some(pieces.len()) {
                let mut ines = app.people.ines.clone();
                ines.is_active = false;
                app.put_person(&ines).await;
            }
        }
        (pieces, lines, false)
    };

    let (pieces, lines, is_broken) = read(None).await;
    let (before, lines_before, was_broken) = read(Some(1)).await;

    assert_eq!((lines, is_broken), (4_001, false));
    assert!(pieces.len() >= 8 && pieces.iter().all(|piece| *piece < 256 << 10), "{pieces:?}");
    assert!(was_broken, "a file that is not whole ends otherwise than one that is");
    assert!(before.len() < 6 && lines_before < 2_501, "{before:?}");
}

#[tokio::test]
async fn it_is_no_part_of_a_batch() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let path = format!("{}/exportRegistrants(format='csv')", meeting.registration());
    let requests = json!({"requests": [
        {"id": "1", "method": "GET", "url": path},
        {
            "id": "2", "method": "POST", "url": format!("{}/enrollRegistrants", meeting.registration()),
            "headers": {"Content-Type": "application/json"}, "body": {"registrants": [guest(0)]}
        },
    ]});

    let answer =
        app.post("/beta/$batch").token(&app.token(&app.people.ines)).json(&requests).await.expect(200);

    let responses = answer.json()["responses"].as_array().unwrap().clone();
    let of = |id: &str| responses.iter().find(|response| response["id"] == id).unwrap();
    assert_eq!(of("1")["status"], 400);
    assert_eq!(of("1")["body"]["error"]["target"], "url");
    assert_eq!(each(of("2")["body"]["value"].as_array().unwrap(), "status"), ["registered"]);
}

/// Each holds some pages in memory for as long as nobody reads on.
#[tokio::test]
async fn an_organisation_has_so_many_exports_under_way_and_no_more() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    for thousand in 0..3 {
        let rows: Vec<Value> = (0..1_000).map(|n| guest(1_000 * thousand + n)).collect();
        enroll(&app, &meeting, &rows).await.expect(200);
    }
    let mut unread = Vec::new();
    for _ in 0..4 {
        unread.push(export(&app, &meeting, "csv").begin().await);
    }

    let refused = export(&app, &meeting, "csv").await.expect(503);

    assert_eq!(refused.inner_code(), "busy");
    assert!(refused.header("retry-after").is_some());
    drop(unread);
    while export(&app, &meeting, "csv").await.status != 200 {
        tokio::task::yield_now().await;
    }
}
