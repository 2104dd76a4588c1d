//! The waiting list and its offers.

use domain::LetterKind;
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{TestApp, TestMeeting};

use super::{act, letters, meeting, path, registrant, sign_up, statuses, told};

/// One place, which odile has; berit and kaj wait, with their pages.
struct List {
    meeting: TestMeeting,
    page: String,
    manage: [String; 3],
    join: [String; 3],
}

async fn list(app: &TestApp) -> List {
    let (meeting, page) = meeting(app, json!({"capacity": 1, "isWaitlistEnabled": true})).await;
    let mut letters = Vec::new();
    for name in ["odile", "berit", "kaj"] {
        sign_up(app, &page, name).await.expect(200);
        letters.extend(app.mail().await);
    }
    let kinds: Vec<_> = letters.iter().map(|letter| letter.kind).collect();
    assert_eq!(kinds, [LetterKind::Confirmation, LetterKind::Waitlisted, LetterKind::Waitlisted]);
    List {
        meeting,
        page,
        manage: std::array::from_fn(|n| path(&letters[n].manage_url)),
        join: std::array::from_fn(|n| path(&letters[n].join_url)),
    }
}

#[tokio::test]
async fn a_full_meeting_has_a_list_to_wait_on() {
    let app = TestApp::new().await;
    let (meeting, page) = meeting(&app, json!({"capacity": 1, "isWaitlistEnabled": true})).await;
    let open = app.get(&page).await.expect(200).text();
    assert!(!open.contains("Join the waiting list"), "{open}");
    let hints = [
        "The link to the meeting goes to this address.",
        "Letters about your registration go to this address.",
    ];
    assert_eq!(hints.map(|hint| open.contains(hint)), [true, false]);
    sign_up(&app, &page, "odile").await.expect(200);

    let full = app.get(&page).await.expect(200).text();
    assert!(full.contains("All places are taken") && full.contains("Join the waiting list"), "{full}");
    assert_eq!(hints.map(|hint| full.contains(hint)), [false, true]);
    let sent = sign_up(&app, &page, "berit").await.expect(200).text();
    assert!(sent.contains("You are on the waiting list for") && !sent.contains("You have a place"), "{sent}");

    assert_eq!(statuses(&app, &meeting).await, ["registered", "waitlisted"]);
    let (_, berit) = registrant(&app, &meeting, "berit").await;
    assert_eq!((&berit["joinWebUrl"], berit.get("offerExpirationDateTime")), (&json!(null), None));
    let again = sign_up(&app, &page, "odile").await.expect(200).text();
    assert_eq!(
        again.replace("odile", "NAME"),
        sent.replace("berit", "NAME"),
        "who is in reads what somebody new reads"
    );
}

/// The control: without a list a full meeting takes nobody.
#[tokio::test]
async fn a_full_meeting_without_a_list_takes_nobody() {
    let app = TestApp::new().await;
    let (meeting, page) = meeting(&app, json!({"capacity": 1})).await;
    sign_up(&app, &page, "odile").await.expect(200);

    sign_up(&app, &page, "berit").await.expect(409);
    assert_eq!(statuses(&app, &meeting).await, ["registered"]);
}

#[tokio::test]
async fn a_place_given_back_is_offered_and_accepted_on_the_page() {
    let app = TestApp::new().await;
    let List { meeting, page, manage, join } = list(&app).await;

    app.post(&manage[0]).form(&[("do", "cancel")]).await.expect(200);

    let mail = app.mail().await;
    let offer = mail.iter().find(|letter| letter.kind == LetterKind::PlaceOffered).unwrap();
    assert_eq!((mail.len(), &*offer.to), (2, "berit@pinewater.example"));
    assert!(offer.text.contains("Accept it by Tuesday, 2 February 2027, 09:10 UTC."), "{}", offer.text);
    assert!(!offer.text.contains("/j/") && !offer.html.contains("/j/") && offer.calendar.is_none());
    let (_, berit) = registrant(&app, &meeting, "berit").await;
    let expected = (json!("waitlisted"), json!("2027-02-02T09:10:00Z"));
    assert_eq!((&berit["status"], &berit["offerExpirationDateTime"]), (&expected.0, &expected.1));
    // The place is held: nobody else gets it.
    let late = sign_up(&app, &page, "lise").await.expect(200).text();
    assert!(late.contains("You are on the waiting list for"), "{late}");
    let held = app.get(&manage[1]).await.expect(200).text();
    assert!(held.contains("A place is held for you") && held.contains(r#"value="accept""#), "{held}");
    assert!(!app.get(&manage[2]).await.expect(200).text().contains(r#"value="accept""#));
    app.mail().await;

    let accepted = app.post(&manage[1]).form(&[("do", "accept")]).await.expect(200).text();
    app.post(&manage[1]).form(&[("do", "accept")]).await.expect(200);

    assert!(accepted.contains("The place is yours") && accepted.contains("/j/"), "{accepted}");
    assert_eq!(letters(&app).await, [told("berit", LetterKind::Confirmation)]);
    assert_eq!(statuses(&app, &meeting).await, ["canceled", "registered", "waitlisted", "waitlisted"]);
    app.set_clock("2027-02-03T09:55:00Z");
    app.get(&join[1]).await.expect(303);
    app.get(&join[2]).await.expect(403);
}

#[tokio::test]
async fn an_offer_that_is_over_goes_to_the_next_in_line() {
    let app = TestApp::new().await;
    let other = app.beside().await;
    let List { meeting, manage, .. } = list(&app).await;
    act(&app, &meeting, "odile", "cancel", &json!({})).await.expect(204);
    app.mail().await;

    app.advance(SignedDuration::from_hours(24));
    other.set_clock(&app.now().to_string());
    let gone = app.post(&manage[1]).form(&[("do", "accept")]).await.expect(200).text();
    assert!(gone.contains("has gone to somebody else") && !gone.contains("/j/"), "{gone}");
    let by_api = act(&app, &meeting, "berit", "accept", &json!({})).await.expect(409);
    assert_eq!(by_api.inner_code(), "offerExpired");
    let (mine, theirs) = tokio::join!(app.mail(), other.mail());

    let mut kinds: Vec<_> =
        mine.iter().chain(&theirs).map(|letter| (letter.to.clone(), letter.kind)).collect();
    kinds.sort_by_key(|(to, _)| to.clone());
    let expected = [
        ("berit@pinewater.example".to_owned(), LetterKind::OfferExpired),
        ("kaj@pinewater.example".to_owned(), LetterKind::PlaceOffered),
    ];
    assert_eq!(kinds, expected, "each once, whichever node it was");
    assert_eq!(statuses(&app, &meeting).await, ["canceled", "canceled", "waitlisted"]);
    let (_, berit) = registrant(&app, &meeting, "berit").await;
    assert_eq!(berit["canceledBy"], "waitlist");
    let page = app.get(&manage[1]).await.expect(200).text();
    assert!(page.contains(r#"value="again""#), "{page}");
    let again = app.post(&manage[1]).form(&[("do", "again")]).await.expect(200).text();
    assert!(again.contains("You are on the waiting list."), "{again}");
}

async fn move_to(app: &TestApp, meeting: &TestMeeting, start: &str, end: &str) {
    let times = json!({"startDateTime": start, "endDateTime": end});
    app.patch(meeting.path()).token(&app.token(&app.people.ines)).json(&times).await.expect(200);
}

#[tokio::test]
async fn an_offer_ends_with_a_start_that_comes_earlier_and_whoever_has_it_is_told() {
    let app = TestApp::new().await;
    let List { meeting, manage, .. } = list(&app).await;
    act(&app, &meeting, "odile", "cancel", &json!({})).await.expect(204);
    app.mail().await;

    move_to(&app, &meeting, "2027-02-01T20:00:00Z", "2027-02-01T21:00:00Z").await;

    let mail = app.mail().await;
    let offer = mail.iter().find(|letter| letter.kind == LetterKind::PlaceOffered).unwrap();
    assert_eq!((mail.len(), &*offer.to), (1, "berit@pinewater.example"));
    assert!(offer.text.contains("Accept it by Monday, 1 February 2027, 20:00 UTC."), "{}", offer.text);
    assert!(offer.text.contains("Accept or decline here:"), "{}", offer.text);
    let (_, berit) = registrant(&app, &meeting, "berit").await;
    assert_eq!(berit["offerExpirationDateTime"], "2027-02-01T20:00:00Z");
    app.set_clock("2027-02-01T20:00:00Z");
    let by_api = act(&app, &meeting, "berit", "accept", &json!({})).await.expect(409);
    assert_eq!(by_api.inner_code(), "offerExpired");
    let gone = app.post(&manage[1]).form(&[("do", "accept")]).await.expect(200).text();
    assert!(gone.contains("has gone to somebody else") && !gone.contains("/j/"), "{gone}");
    app.mail().await;
    assert_eq!(statuses(&app, &meeting).await, ["canceled", "canceled", "registered"]);
}

#[tokio::test]
async fn a_meeting_that_is_put_off_offers_its_free_places_again() {
    let app = TestApp::new().await;
    let List { meeting, manage, .. } = list(&app).await;
    app.set_clock("2027-02-03T11:00:00Z");
    app.post(&manage[0]).form(&[("do", "cancel")]).await.expect(200);
    assert!(!letters(&app).await.contains(&told("berit", LetterKind::PlaceOffered)), "it is over");

    move_to(&app, &meeting, "2027-02-09T10:00:00Z", "2027-02-09T11:00:00Z").await;

    assert!(letters(&app).await.contains(&told("berit", LetterKind::PlaceOffered)));
    app.post(&manage[1]).form(&[("do", "accept")]).await.expect(200);
    assert_eq!(statuses(&app, &meeting).await, ["canceled", "registered", "waitlisted"]);
}

#[tokio::test]
async fn who_declines_or_leaves_makes_way() {
    let app = TestApp::new().await;
    let List { meeting, manage, .. } = list(&app).await;
    act(&app, &meeting, "odile", "cancel", &json!({})).await.expect(204);
    app.mail().await;

    let left = app.post(&manage[1]).form(&[("do", "cancel")]).await.expect(200).text();

    assert!(
        left.contains("Your registration is withdrawn") && !left.contains("out of your calendar"),
        "{left}"
    );
    let page = app.get(&manage[1]).await.expect(200).text();
    assert!(page.contains("You have withdrawn your registration for this meeting."), "{page}");
    assert!(!page.contains("is cancelled") && !page.contains("personal link"), "{page}");
    let mail = app.mail().await;
    let withdrawn = mail.iter().find(|letter| letter.kind == LetterKind::Cancellation).unwrap();
    assert!(withdrawn.text.contains("You have withdrawn your registration") && withdrawn.calendar.is_none());
    assert!(
        mail.iter().any(|letter| letter.kind == LetterKind::PlaceOffered && letter.to.starts_with("kaj"))
    );
    assert_eq!(statuses(&app, &meeting).await, ["canceled", "canceled", "waitlisted"]);
}

#[tokio::test]
async fn more_places_are_offered_at_once_to_as_many() {
    let app = TestApp::new().await;
    let List { meeting, page, .. } = list(&app).await;
    sign_up(&app, &page, "lise").await.expect(200);
    app.mail().await;

    let token = app.token(&app.people.ines);
    let patch = |body: Value| app.patch(meeting.registration()).token(&token).json(&body).send();
    let changed = patch(json!({"capacity": 3, "waitlistOfferMinutes": 30})).await.expect(200).json();

    assert_eq!((&changed["isWaitlistEnabled"], &changed["waitlistOfferMinutes"]), (&json!(true), &json!(30)));
    let offers = [told("berit", LetterKind::PlaceOffered), told("kaj", LetterKind::PlaceOffered)];
    let mut sent = letters(&app).await;
    sent.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert_eq!(sent, offers);
    let (_, berit) = registrant(&app, &meeting, "berit").await;
    assert_eq!(berit["offerExpirationDateTime"], "2027-02-01T09:40:00Z");
    act(&app, &meeting, "berit", "accept", &json!({})).await.expect(200);
    for bad in [json!(4), json!(43_201), json!("1")] {
        let refused = patch(json!({"waitlistOfferMinutes": bad})).await.expect(400);
        assert_eq!(refused.target(), "waitlistOfferMinutes");
    }
    let early = act(&app, &meeting, "lise", "accept", &json!({})).await.expect(409);
    assert_eq!(early.inner_code(), "registrantStatus");
}

/// Whoever comes again in a while gets the letter that tells how they stand, and the page tells nobody.
#[tokio::test]
async fn who_waits_and_comes_again_gets_their_letter_again() {
    let app = TestApp::new().await;
    let List { page, .. } = list(&app).await;
    app.advance(SignedDuration::from_mins(11));

    sign_up(&app, &page, "berit").await.expect(200);

    assert_eq!(letters(&app).await, [told("berit", LetterKind::Waitlisted)]);
}

#[tokio::test]
async fn who_waits_can_have_their_letter_sent_again_from_their_page() {
    let app = TestApp::new().await;
    let List { manage, .. } = list(&app).await;
    assert!(app.get(&manage[1]).await.expect(200).text().contains("value=\"letter\""));

    app.post(&manage[1]).form(&[("do", "letter")]).await.expect(200);

    assert_eq!(letters(&app).await, [told("berit", LetterKind::Waitlisted)]);
}

#[tokio::test]
async fn a_member_who_waits_has_no_link_yet() {
    let app = TestApp::new().await;
    let body = json!({"allowedRegistrant": "organization", "capacity": 1, "isWaitlistEnabled": true});
    let (meeting, _) = meeting(&app, body).await;
    let enroll = |person: &testkit::TestPerson| {
        app.post(meeting.registrants()).token(&app.token(person)).json(&person.enrolment()).send()
    };
    let seated = enroll(&app.people.ines).await.expect(200).json();
    let first = enroll(&app.people.tomas).await.expect(200).json();
    let again = enroll(&app.people.tomas).await.expect(200).json();

    assert!(seated["joinWebUrl"].is_string(), "{seated}");
    assert_eq!((&first["status"], &first["joinWebUrl"]), (&json!("waitlisted"), &json!(null)));
    assert_eq!(first, again, "and is told the same again");
}

#[tokio::test]
async fn the_report_of_who_came_leaves_out_whoever_had_no_place() {
    let app = TestApp::new().await;
    let List { meeting, .. } = list(&app).await;
    app.set_clock("2027-02-03T09:55:00Z");
    let token = app.token(&app.people.ines);
    let reports =
        app.get(format!("{}/attendanceReports", meeting.path())).token(&token).await.expect(200).json();
    let id = reports["value"][0]["id"].as_str().unwrap();

    let records = format!("{}/attendanceReports/{id}/attendanceRecords", meeting.path());
    let records = app.get(records).token(&token).await.expect(200).json();

    assert_eq!(records["value"].as_array().unwrap().len(), 1, "{records}");
}

/// Whoever asks for a status gets those who have it, offers included.
#[tokio::test]
async fn lists_are_asked_by_the_statuses_of_those_who_wait() {
    let app = TestApp::new().await;
    let List { meeting, page, .. } = list(&app).await;
    let token = app.token(&app.people.ines);
    app.patch(meeting.registration())
        .token(&token)
        .json(&json!({"isManualApprovalEnabled": true}))
        .await
        .expect(200);
    for name in ["lise", "olga"] {
        sign_up(&app, &page, name).await.expect(200);
    }
    act(&app, &meeting, "olga", "reject", &json!({})).await.expect(200);
    act(&app, &meeting, "odile", "cancel", &json!({})).await.expect(204);

    for (status, expected) in [
        ("registered", vec![]),
        ("waitlisted", vec!["berit", "kaj"]),
        ("pendingApproval", vec!["lise"]),
        ("rejectedByOrganizer", vec!["olga"]),
        ("canceled", vec!["odile"]),
    ] {
        let path = format!("{}?$filter=status%20eq%20'{status}'", meeting.registrants());
        let found = app.get(path).token(&token).await.expect(200).json();
        let names: Vec<_> = found["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["firstName"].as_str().unwrap())
            .collect();
        assert_eq!(names, expected, "{status}");
    }
}
