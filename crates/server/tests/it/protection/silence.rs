//! Nothing tells a stranger who is registered.

use jiff::SignedDuration;
use serde_json::json;
use testkit::{TestApp, TestPerson, TestResponse};

use super::{SignUp, guest, open, sign_up};

const HERE: &str = "192.0.2.1";

async fn enroll(app: &TestApp, to: &SignUp, by: &TestPerson, email: &str, key: &str) -> TestResponse {
    let person = json!({"firstName": "Odile", "lastName": "Marchetti", "email": email});
    let call = app.post(to.meeting.registrants()).token(&app.token(by)).json(&person);
    call.header("idempotency-key", key).await
}

/// What a page says, but for the address that was typed.
fn said(page: &TestResponse, email: &str) -> (u16, usize, String) {
    let text = page.text().replace(email, "somebody");
    (page.status.as_u16(), page.body.len(), text)
}

#[tokio::test]
async fn a_page_says_the_same_of_whoever_is_registered_and_of_whoever_is_new() {
    let app = open("").await;
    for capacity in [None, Some(3), Some(1)] {
        let sign_up = sign_up(&app, capacity).await;
        sign_up.send(&app, HERE, &guest(0), &[]).await.expect(200);

        let known = sign_up.send(&app, HERE, &guest(0), &[("nonce", "another-page")]).await;
        let new = sign_up.send(&app, HERE, &guest(1), &[("nonce", "a-third-page")]).await;

        assert_eq!(said(&known, &guest(0)), said(&new, &guest(1)), "of {capacity:?}");
        assert_eq!(new.status, if capacity == Some(1) { 409 } else { 200 });
        let headers = |page: &TestResponse| page.headers.clone();
        assert_eq!(headers(&known), headers(&new));
    }
}

#[tokio::test]
async fn the_form_that_got_the_last_place_is_answered_as_before() {
    let app = open("").await;
    let sign_up = sign_up(&app, Some(1)).await;
    let nonce = [("nonce", "the-first-page")];
    let first = sign_up.send(&app, HERE, &guest(0), &nonce).await.expect(200);

    let again = sign_up.send(&app, HERE, &guest(0), &nonce).await.expect(200);

    assert_eq!(again.text(), first.text());
    sign_up.send(&app, HERE, &guest(0), &[("nonce", "another-page")]).await.expect(409);
    sign_up.send(&app, HERE, &guest(0), &[("nonce", "another-page")]).await.expect(409);
}

#[tokio::test]
async fn the_api_tells_of_a_full_meeting_only_those_who_may_read_the_list_who_is_in_it() {
    let app = open("").await;
    let sign_up = sign_up(&app, Some(1)).await;
    let (ines, tomas) = (&app.people.ines, &app.people.tomas);
    let first = enroll(&app, &sign_up, tomas, &guest(0), "1").await.expect(200);

    let known = enroll(&app, &sign_up, tomas, &guest(0), "2").await.expect(409);
    let new = enroll(&app, &sign_up, tomas, &guest(1), "3").await.expect(409);

    assert_eq!(known.timeless_error(), new.timeless_error());
    assert_eq!(known.body.len(), new.body.len());
    let retried = enroll(&app, &sign_up, tomas, &guest(0), "1").await.expect(200);
    assert_eq!(retried.body, first.body, "a retry gets the first answer");
    assert_eq!(
        enroll(&app, &sign_up, tomas, &guest(0), "2").await.expect(409).inner_code(),
        "registrationFull"
    );
    enroll(&app, &sign_up, ines, &guest(0), "4").await.expect(200);
    enroll(&app, &sign_up, ines, &guest(1), "5").await.expect(409);
}

#[tokio::test]
async fn an_application_that_may_not_read_the_list_is_told_as_little() {
    use domain::Role::{MeetingsReadAll, MeetingsReadWriteAll};
    let app = open("").await;
    app.allow(testkit::APP, &app.people.ines).await;
    let sign_up = sign_up(&app, Some(1)).await;
    let enroll = |role, email: String| {
        let person = json!({"firstName": "Odile", "lastName": "Marchetti", "email": email});
        app.post(sign_up.meeting.registrants())
            .token(&app.application(testkit::APP, &[role]))
            .json(&person)
            .send()
    };
    enroll(MeetingsReadAll, guest(0)).await.expect(200);

    enroll(MeetingsReadAll, guest(0)).await.expect(409);
    enroll(MeetingsReadWriteAll, guest(0)).await.expect(200);
    enroll(MeetingsReadWriteAll, guest(1)).await.expect(409);
}

/// It is whoever owns the mailbox who learns of it.
#[tokio::test]
async fn whoever_is_registered_and_comes_again_gets_their_letter_again_once_in_ten_minutes() {
    for (capacity, status) in [(None, 200), (Some(1), 409)] {
        let app = open("").await;
        let sign_up = sign_up(&app, capacity).await;
        sign_up.send(&app, HERE, &guest(0), &[("nonce", "1")]).await.expect(200);
        let first = app.mail().await.pop().unwrap();
        app.advance(SignedDuration::from_secs(599));
        sign_up.send(&app, HERE, &guest(0), &[("nonce", "2")]).await.expect(status);
        assert!(app.mail().await.is_empty(), "the same form sent twice is no wish for a letter");
        app.advance(SignedDuration::from_secs(1));

        for nonce in ["3", "4", "5"] {
            sign_up.send(&app, HERE, &guest(0), &[("nonce", nonce)]).await.expect(status);
        }

        let again = app.mail().await;
        assert_eq!(again.len(), 1, "of {capacity:?}");
        assert_eq!((&again[0].to, &again[0].manage_url), (&guest(0), &first.manage_url));
        let manage = again[0].manage_url.strip_prefix(testkit::PUBLIC_URL).unwrap();
        app.get(manage).await.expect(200);
        sign_up.send(&app, HERE, &guest(1), &[("nonce", "6")]).await.expect(status);
        assert_eq!(
            app.mail().await.len(),
            usize::from(capacity.is_none()),
            "a stranger of a full meeting gets none"
        );
        app.advance(SignedDuration::from_mins(10));
        sign_up.send(&app, HERE, &guest(0), &[("nonce", "7")]).await.expect(status);
        assert_eq!(app.mail().await.len(), 1);
        assert_eq!(sign_up.count(&app).await, if capacity.is_none() { 2 } else { 1 });
    }
}
