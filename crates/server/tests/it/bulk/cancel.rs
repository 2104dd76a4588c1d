use domain::Role;
use serde_json::{Value, json};
use testkit::{APP, Call, TestApp, TestMeeting};

use super::{each, enroll, guest, results, targets};

fn cancel(app: &TestApp, meeting: &TestMeeting, token: &str, ids: &[Value]) -> Call {
    let rows: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    app.post(format!("{}/cancelRegistrants", meeting.registration()))
        .token(token)
        .json(&json!({"registrants": rows}))
}

#[tokio::test]
async fn everybody_named_gives_their_place_back_and_it_is_told_who_did_it() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let (ines, foreign) = (app.token(&app.people.ines), app.built_in("everyone").await);
    let rows: Vec<Value> = (0..70).map(guest).collect();
    let enrolled = results(enroll(&app, &meeting, &rows)).await;
    let elsewhere = results(enroll(&app, &foreign, &[guest(0)])).await;
    assert_eq!(app.mail().await.len(), 71);
    let mut ids: Vec<Value> = enrolled[..69].iter().map(|result| result["id"].clone()).collect();
    ids.extend([ids[0].clone(), elsewhere[0]["id"].clone(), json!("none"), json!(null), json!(5)]);

    let told = results(cancel(&app, &meeting, &ines, &ids)).await;

    let actor = json!(format!("person:{}", app.people.ines.id));
    assert!(told[..70].iter().all(|result| result["status"] == "canceled" && result["canceledBy"] == actor));
    assert_eq!(told[69]["cancelationDateTime"], told[0]["cancelationDateTime"], "once is enough");
    let codes: Vec<&Value> = told[70..].iter().map(|result| &result["error"]["innerError"]["code"]).collect();
    assert_eq!(codes, ["registrantNotFound", "registrantNotFound", "memberMissing", "invalidValue"]);
    assert_eq!(targets(&told)[72..], ["registrants/72/id", "registrants/73/id"]);
    let listed = app.registrants(&meeting).await;
    let left: Vec<&Value> = listed.iter().filter(|one| one["status"] == "registered").collect();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["email"], "guest69@pinewater.example");
    assert_eq!(app.registrants(&foreign).await[0]["status"], "registered", "of another meeting");
    assert_eq!(app.mail().await.len(), 69, "each has a letter of it, and one letter");
}

#[tokio::test]
async fn an_application_cancels_what_its_system_knows() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    app.allow(APP, &app.people.ines).await;
    enroll(&app, &meeting, &[json!({"id": "crm/1"}), json!({"id": "crm/2"})]).await.expect(200);
    let (writer, reader) =
        (app.application(APP, &[Role::MeetingsReadWriteAll]), app.application(APP, &[Role::MeetingsReadAll]));

    cancel(&app, &meeting, &reader, &[json!("crm/2")]).await.expect(403);
    let told = results(cancel(&app, &meeting, &writer, &[json!("crm/1")])).await;

    assert_eq!(each(&told, "canceledBy"), [&json!(format!("app:{APP}"))]);
    assert_eq!(each(&app.registrants(&meeting).await, "id"), ["crm/2"]);
}

#[tokio::test]
async fn nobody_but_the_organizer_cancels_many() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let enrolled = results(enroll(&app, &meeting, &[guest(0)])).await;
    let ids = [enrolled[0]["id"].clone()];

    cancel(&app, &meeting, &app.token(&app.people.tomas), &ids).await.expect(403);
    cancel(&app, &meeting, &app.token(&app.people.sanna), &ids).await.expect(404);

    assert_eq!(app.registrants(&meeting).await[0]["status"], "registered");
}
