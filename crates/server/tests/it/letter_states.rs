//! What the organizer sees of a registrant's letters. docs/letters.md.

use serde_json::{Value, json};
use testkit::{TestApp, TestMeeting};

async fn enrolled(app: &TestApp) -> (TestMeeting, String) {
    let meeting = app.built_in("everyone").await;
    let body = json!({"firstName": "Odile", "lastName": "Marchetti", "email": "odile@pinewater.example"});
    app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(&body).await.expect(200);
    let id = app.registrants(&meeting).await[0]["id"].as_str().unwrap().replace('/', "%2F");
    let path = format!("{}/{id}/letters", meeting.registrants());
    (meeting, path)
}

async fn letters(app: &TestApp, path: &str) -> Value {
    app.get(path).token(&app.token(&app.people.ines)).await.expect(200).json()
}

#[tokio::test]
async fn a_letter_is_queued_and_then_sent() {
    let app = TestApp::new().await;
    let (meeting, path) = enrolled(&app).await;

    let queued = letters(&app, &path).await;
    app.mail().await;
    let sent = letters(&app, &path).await;

    let id = app.registrants(&meeting).await[0]["id"].as_str().unwrap().to_owned();
    let context = format!(
        "https://usher.example/beta/$metadata#users('{}')/onlineMeetings('{}')/registration/registrants('{id}')/letters",
        app.people.ines.id, meeting.id
    );
    let letter = |status: &str| {
        json!({
            "id": queued["value"][0]["id"],
            "kind": "confirmation",
            "status": status,
            "statusDateTime": "2027-02-01T09:10:00Z",
            "answer": null,
            "withheldReason": null,
        })
    };
    assert_eq!(queued, json!({"@odata.context": context, "value": [letter("queued")]}));
    assert_eq!(sent, json!({"@odata.context": context, "value": [letter("sent")]}));
}

#[tokio::test]
async fn the_letters_of_a_life_stand_newest_first_each_under_its_own_id() {
    let app = TestApp::new().await;
    let (meeting, path) = enrolled(&app).await;
    let manage = app.mail().await[0].manage_url.strip_prefix(testkit::PUBLIC_URL).unwrap().to_owned();
    app.advance(jiff::SignedDuration::from_mins(11));
    app.post(&manage).form(&[("do", "letter")]).await.expect(200);
    app.mail().await;
    app.advance(jiff::SignedDuration::from_mins(1));
    let change = json!({"endDateTime": "2027-02-01T11:30:00Z"});
    app.patch(meeting.path()).token(&app.token(&app.people.ines)).json(&change).await.expect(200);
    app.mail().await;
    app.advance(jiff::SignedDuration::from_mins(1));
    app.post(&manage).form(&[("do", "cancel")]).await.expect(200);

    let list = letters(&app, &path).await;
    let list = list["value"].as_array().unwrap();

    let told: Vec<_> = list
        .iter()
        .map(|letter| (letter["kind"].as_str().unwrap(), letter["status"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [("cancellation", "queued"), ("update", "sent"), ("confirmation", "sent"), ("confirmation", "sent")]
    );
    let mut ids: Vec<_> = list.iter().map(|letter| letter["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn a_registrant_of_another_system_has_no_letters_of_ours_and_one_that_is_none_is_not_found() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    let body = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": "crm/1"});
    let token = app.token(&app.people.ines);
    app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);

    let list = letters(&app, &format!("{}/crm%2F1/letters", meeting.registrants())).await;
    assert_eq!(list["value"], json!([]));
    app.get(format!("{}/crm%2F2/letters", meeting.registrants())).token(&token).await.expect(404);
}
