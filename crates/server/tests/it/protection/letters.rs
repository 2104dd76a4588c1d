//! Nobody's mailbox is filled by others, and no organisation sends more than it may.

use jiff::SignedDuration;
use serde_json::json;
use testkit::TestApp;

use super::{SignUp, guest, open, sign_up};

const VICTIM: &str = "victim@pinewater.example";

async fn enroll(app: &TestApp, to: &SignUp, email: &str) {
    let person = json!({"firstName": "Odile", "lastName": "Marchetti", "email": email});
    app.post(to.meeting.registrants()).token(&app.token(&app.people.tomas)).json(&person).await.expect(200);
}

async fn letters_to_victim(app: &TestApp) -> usize {
    app.mail().await.iter().filter(|letter| letter.to.to_lowercase().starts_with("victim")).count()
}

#[tokio::test]
async fn however_many_sign_ups_name_one_mailbox_it_gets_so_many_letters_an_hour() {
    let app = open("letters_per_hour = 4").await;
    let other = app.beside().await;
    let mut meetings = Vec::new();
    for n in 0..24 {
        let sign_up = sign_up(&app, None).await;
        // In whatever spelling, from wherever, by page and API.
        let email =
            ["victim@pinewater.example", "Victim@Pinewater.example", "victim+7@pinewater.example"][n % 3];
        if n % 2 == 0 {
            sign_up.send(&app, &format!("192.0.2.{n}"), email, &[]).await.expect(200);
        } else {
            enroll(&other, &sign_up, email).await;
        }
        meetings.push(sign_up);
    }
    enroll(&app, &meetings[0], &guest(1)).await;

    let mine = app.mail().await;
    let theirs = letters_to_victim(&other).await;

    let to_victim = mine.iter().filter(|letter| letter.to != guest(1)).count();
    assert_eq!(to_victim + theirs, 4);
    assert!(mine.iter().any(|letter| letter.to == guest(1)), "the control: another mailbox gets its letter");
    let withheld = "SELECT count(*) FROM event WHERE kind = 'letterWithheld' AND detail = 'confirmation'";
    assert_eq!(app.db_count(withheld).await, 20, "each leaves a line in the audit trail");
    assert_eq!(app.db_count("SELECT count(*) FROM outbox").await, 0, "none is sent later");

    app.advance(SignedDuration::from_mins(61));
    for n in 0..6 {
        let another = sign_up(&app, None).await;
        another.send(&app, &format!("198.51.100.{n}"), VICTIM, &[]).await;
    }
    assert_eq!(letters_to_victim(&app).await, 4, "an hour later there may be others");
}

#[tokio::test]
async fn what_the_organizer_says_is_not_counted() {
    let app = open("letters_per_hour = 1").await;
    let sign_up = sign_up(&app, None).await;
    enroll(&app, &sign_up, VICTIM).await;
    assert_eq!(letters_to_victim(&app).await, 1);

    for title in ["Reading two rivers", "Reading three rivers"] {
        let token = app.token(&app.people.ines);
        app.patch(sign_up.meeting.registration())
            .token(&token)
            .json(&json!({"subject": title}))
            .await
            .expect(200);
        assert_eq!(letters_to_victim(&app).await, 1, "{title}");
    }
    app.delete(sign_up.meeting.registration()).token(&app.token(&app.people.ines)).await.expect(204);
    assert_eq!(letters_to_victim(&app).await, 1, "the cancellation");
}

/// Whoever typed them in causes these as well.
#[tokio::test]
async fn of_what_an_organizer_says_a_mailbox_gets_so_much_an_hour() {
    let app = open("letters_per_hour = 1").await;
    let sign_up = sign_up(&app, None).await;
    enroll(&app, &sign_up, VICTIM).await;
    let mut letters = letters_to_victim(&app).await;

    for n in 0..8 {
        let title = json!({"subject": format!("Reading {n} rivers")});
        let token = app.token(&app.people.ines);
        app.patch(sign_up.meeting.registration()).token(&token).json(&title).await.expect(200);
        letters += letters_to_victim(&app).await;
    }

    assert_eq!(letters, 1 + 5);
    let withheld = "SELECT count(*) FROM event WHERE kind = 'letterWithheld' AND detail = 'update'";
    assert_eq!(app.db_count(withheld).await, 3);
}

#[tokio::test]
async fn a_member_of_the_organisation_gets_every_letter() {
    let app = open("letters_per_hour = 1").await;
    let tomas = &app.people.tomas;
    for _ in 0..3 {
        let meeting = app.built_in("organization").await;
        app.post(meeting.registrants()).token(&app.token(tomas)).json(&tomas.enrolment()).await.expect(200);
    }

    assert_eq!(app.mail().await.len(), 3, "they are who they say");
}

#[tokio::test]
async fn what_an_organisation_may_not_send_today_goes_out_tomorrow() {
    let app = TestApp::builder().tenant("letters_per_day = 3").build().await;
    let other = app.beside().await;
    let (first, second) = (sign_up(&app, None).await, sign_up(&app, None).await);
    let day = SignedDuration::from_hours(24);
    let mut sent = Vec::new();

    enroll(&app, &first, &guest(0)).await;
    enroll(&app, &second, &guest(1)).await;
    sent.push(app.mail().await.len());
    for n in 2..6 {
        enroll(&other, [&first, &second][n % 2], &guest(n)).await;
    }
    sent.push(other.mail().await.len());
    let letters = "SELECT count(*) FROM outbox";
    assert_eq!(app.db_count(letters).await, 3, "the others wait");
    for _ in 0..2 {
        app.advance(day);
        sent.push(app.mail().await.len());
    }

    assert_eq!(sent, [2, 1, 3, 0], "the control: nothing is sent twice, nothing is lost");
    let token = app.token(&app.people.ines);
    let listed = app.get(first.meeting.registrants()).token(&token).await.expect(200).json();
    assert_eq!(listed["value"].as_array().unwrap().len(), 3);
}
