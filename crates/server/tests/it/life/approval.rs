//! The organizer decides about each.

use domain::LetterKind;
use serde_json::json;
use testkit::TestApp;

use super::{act, letters, meeting, path, registrant, sign_up, statuses, told};

#[tokio::test]
async fn a_registration_waits_for_the_organizer_and_then_has_a_place() {
    let app = TestApp::new().await;
    let (meeting, page) = meeting(&app, json!({"isManualApprovalEnabled": true})).await;

    let form = app.get(&page).await.expect(200).text();
    assert!(
        form.contains("The organizer decides about each registration") && form.contains("Ask for a place"),
        "{form}"
    );
    let sent = sign_up(&app, &page, "odile").await.expect(200).text();
    assert!(
        sent.contains("The organizer decides about your registration") && !sent.contains("You have a place"),
        "{sent}"
    );
    let letter = app.mail().await.pop().unwrap();
    assert_eq!(letter.kind, LetterKind::PendingApproval);
    let (manage, join) = (path(&letter.manage_url), path(&letter.join_url));
    assert!(!letter.text.contains("/j/") && !letter.html.contains("/j/") && letter.calendar.is_none());
    let (_, pending) = registrant(&app, &meeting, "odile").await;
    assert_eq!((&pending["status"], &pending["joinWebUrl"]), (&json!("pendingApproval"), &json!(null)));
    let own = app.get(&manage).await.expect(200).text();
    assert!(own.contains("has not decided about your registration yet") && !own.contains("/j/"), "{own}");
    let shut = app.get(&join).await.expect(403).text();
    assert!(shut.contains("You have no place yet"), "{shut}");

    let approved = act(&app, &meeting, "odile", "approve", &json!({})).await.expect(200).json();
    assert_eq!(approved["status"], "registered");
    assert!(approved["joinWebUrl"].as_str().is_some_and(|link| link.contains("meetup-join")), "{approved}");

    let letter = app.mail().await.pop().unwrap();
    assert_eq!(letter.kind, LetterKind::Confirmation);
    assert!(letter.text.contains(&letter.join_url) && letter.calendar.is_some());
    act(&app, &meeting, "odile", "approve", &json!({})).await.expect(200);
    assert!(app.mail().await.is_empty(), "approving again changes nothing");
    app.set_clock("2027-02-03T09:55:00Z");
    app.get(&join).await.expect(303);
}

#[tokio::test]
async fn a_rejected_registration_has_its_letter_and_no_way_in() {
    let app = TestApp::new().await;
    let (meeting, page) = meeting(&app, json!({"isManualApprovalEnabled": true})).await;
    sign_up(&app, &page, "odile").await.expect(200);
    let letter = app.mail().await.pop().unwrap();

    let rejected =
        act(&app, &meeting, "odile", "reject", &json!({"reason": "Crew only"})).await.expect(200).json();

    assert_eq!(
        (&rejected["status"], &rejected["cancelationReason"]),
        (&json!("rejectedByOrganizer"), &json!("Crew only"))
    );
    assert_eq!(letters(&app).await, [told("odile", LetterKind::Rejected)]);
    let own = app.get(path(&letter.manage_url)).await.expect(200).text();
    assert!(own.contains("has not accepted your registration") && !own.contains("Crew only"), "{own}");
    assert!(!own.contains(r#"value="again""#));
    app.get(path(&letter.join_url)).await.expect(403);
    let late = act(&app, &meeting, "odile", "approve", &json!({})).await.expect(409);
    assert_eq!(late.inner_code(), "registrantStatus");
    assert_eq!(statuses(&app, &meeting).await, ["rejectedByOrganizer"]);
}

/// Of two organizers' clients that saw the same, one wins and the other is told to look again.
#[tokio::test]
async fn who_decides_on_what_has_changed_is_told_so() {
    let app = TestApp::new().await;
    let (meeting, page) = meeting(&app, json!({"isManualApprovalEnabled": true})).await;
    sign_up(&app, &page, "odile").await.expect(200);
    let (path, seen) = registrant(&app, &meeting, "odile").await;
    let etag = seen["@odata.etag"].as_str().unwrap();
    let decide = |action: &str| {
        let call = app.post(format!("{path}/{action}")).token(&app.token(&app.people.ines));
        call.header("if-match", etag).json(&json!({})).send()
    };

    decide("approve").await.expect(200);

    assert_eq!(decide("reject").await.expect(412).inner_code(), "preconditionFailed");
    assert_eq!(decide("cancel").await.expect(412).inner_code(), "preconditionFailed");
    assert_eq!(statuses(&app, &meeting).await, ["registered"]);
}

#[tokio::test]
async fn a_retry_of_a_decision_decides_nothing_and_shows_the_registrant_as_they_are() {
    let app = TestApp::new().await;
    let (meeting, page) = meeting(&app, json!({"isManualApprovalEnabled": true})).await;
    sign_up(&app, &page, "odile").await.expect(200);
    let (path, _) = registrant(&app, &meeting, "odile").await;
    let decide = |action: &str, key: &str, reason: &str| {
        let call = app.post(format!("{path}/{action}")).token(&app.token(&app.people.ines));
        call.header("idempotency-key", key).json(&json!({"reason": reason})).send()
    };

    let first = decide("approve", "a", "").await.expect(200);
    let again = decide("approve", "a", "").await.expect(200);
    let canceled = decide("cancel", "a", "Ill").await.expect(204);
    let later = decide("approve", "a", "").await.expect(200).json();

    assert_eq!((again.body.clone(), again.header("etag")), (first.body.clone(), first.header("etag")));
    assert_eq!((&later["status"], &later["firstName"]), (&json!("canceled"), &json!("odile")));
    let kept = "SELECT COUNT(*) FROM idempotency WHERE answer LIKE '%odile%' OR answer LIKE '%/j/%'";
    assert_eq!(app.db_count(kept).await, 0, "neither a name nor a link is kept with a key");
    assert_eq!(decide("cancel", "a", "Ill").await.expect(204).body, canceled.body);
    assert_eq!(decide("cancel", "a", "Well").await.expect(422).inner_code(), "idempotencyKeyReused");
    // The control: without the key it would be another request, and too late.
    decide("approve", "b", "").await.expect(409);
}

/// The same answer for whoever is registered, waits, was turned down, or is new.
#[tokio::test]
async fn a_stranger_learns_of_nobody() {
    let app = TestApp::new().await;
    let (meeting, page) = meeting(&app, json!({"isManualApprovalEnabled": true})).await;
    for name in ["odile", "berit"] {
        sign_up(&app, &page, name).await.expect(200);
    }
    act(&app, &meeting, "odile", "approve", &json!({})).await.expect(200);

    let stripped = |text: String, name: &str| text.replace(name, "NAME");
    let fresh = stripped(sign_up(&app, &page, "kaj").await.expect(200).text(), "kaj");
    for name in ["odile", "berit"] {
        assert_eq!(stripped(sign_up(&app, &page, name).await.expect(200).text(), name), fresh, "{name}");
    }
    let anonymous = |name: &str| json!({"firstName": name, "lastName": "M", "email": format!("{name}@pinewater.example")});
    let token = app.token(&app.people.tomas);
    let mut bodies = Vec::new();
    for name in ["odile", "berit", "lise"] {
        bodies.push(
            app.post(meeting.registrants()).token(&token).json(&anonymous(name)).await.expect(200).body,
        );
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert_eq!(statuses(&app, &meeting).await.len(), 4);
}
