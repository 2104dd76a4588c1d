//! Who may enroll where, and as whom.

use domain::{PersonId, Role};
use serde_json::json;
use testkit::{APP, TestApp, TestPerson};
use uuid::Uuid;

use super::{by_tomas, guest, ticket};

#[tokio::test]
async fn under_organization_a_person_enrolls_as_the_directory_knows_them_in_any_spelling() {
    let app = TestApp::new().await;
    let mut zoe = app.people.tomas.clone();
    (zoe.given_name, zoe.surname, zoe.mail) = ("Zoë".into(), "Ångström".into(), "zoe@bücher.example".into());
    app.put_person(&zoe).await;
    let meeting = app.built_in("organization").await;
    let enroll = |first: &str, last: &str, mail: &str| {
        let body = json!({"firstName": first, "lastName": last, "email": mail});
        app.post(meeting.registrants()).token(&app.token(&zoe)).json(&body).send()
    };

    // Composed and decomposed, lower and upper case, blanks around, and the domain in its ASCII form.
    let first = enroll("Zoë", "Ångström", "zoe@bücher.example").await.expect(200);
    for (given, last, mail) in [
        ("Zoe\u{308}", "A\u{30a}ngstro\u{308}m", "zoe@bücher.example"),
        ("ZOË", "ångström", "ZOE@BÜCHER.example"),
        (" Zoë ", "Ångström\t", " zoe@xn--bcher-kva.example "),
        ("Zoë", "\u{212b}ngström", "zoe@bücher.example"),
    ] {
        let again = enroll(given, last, mail).await.expect(200);
        assert_eq!(again.body, first.body, "{given} {last} {mail}");
    }

    assert_eq!(app.registrants(&meeting).await.len(), 1);
}

#[tokio::test]
async fn what_differs_from_the_directory_is_named_and_nothing_is_stored() {
    let app = TestApp::new().await;
    let meeting = app.built_in("organization").await;
    let traces = app.db_traces().await;

    for (member, value) in [
        ("firstName", "Thomas"),
        ("firstName", "Tom"),
        ("lastName", "Virtanén"),
        ("email", "tomas@riverbend.example"),
        ("email", "ines.calloway@riverbend.example"),
        ("email", "tomas.virtanen@riverbend.example.evil.example"),
    ] {
        let mut body = app.people.tomas.enrolment();
        body[member] = json!(value);
        let answer = by_tomas(&app, &meeting, &body).await.expect(400);
        assert_eq!(
            (answer.inner_code().as_str(), answer.target().as_str()),
            ("directoryMismatch", member),
            "{value}"
        );
        let said = answer.text();
        assert!(
            !said.contains("Virtanen") && !said.contains("riverbend.example"),
            "the directory is not told: {said}"
        );
    }

    assert_eq!(app.db_traces().await, traces);
    by_tomas(&app, &meeting, &app.people.tomas.enrolment()).await.expect(200);
}

#[tokio::test]
async fn a_person_the_directory_does_not_know_or_no_longer_trusts_is_refused() {
    let app = TestApp::new().await;
    let meeting = app.built_in("organization").await;
    let stranger = TestPerson { id: PersonId(Uuid::from_u128(77)), ..app.people.tomas.clone() };
    let disabled = TestPerson { is_active: false, ..app.people.bram.clone() };
    app.put_person(&disabled).await;
    let traces = app.db_traces().await;

    for person in [&stranger, &disabled] {
        let call = app.post(meeting.registrants()).token(&app.token(person)).json(&person.enrolment());
        assert_eq!(call.await.expect(403).inner_code(), "unknownPerson");
    }

    assert_eq!(app.db_traces().await, traces);
    let enabled = TestPerson { is_active: true, ..disabled };
    app.put_person(&enabled).await;
    app.post(meeting.registrants()).token(&app.token(&enabled)).json(&enabled.enrolment()).await.expect(200);
}

/// Who may enrol is remembered, and yet nobody enrols on old memory.
#[tokio::test]
async fn an_account_that_another_process_disables_enrolls_nobody_any_more() {
    let app = TestApp::new().await;
    let (everyone, external) = (app.built_in("everyone").await, app.external("everyone").await);
    let (tomas, ines) = (app.people.tomas.clone(), app.people.ines.clone());
    let enroll = |n: usize| by_tomas(&app, &everyone, &guest(n)).send();
    let repeat = || by_tomas(&app, &everyone, &guest(0)).header("idempotency-key", "key").send();
    let add = |id: &str| {
        app.post(external.registrants()).token(&app.token(&app.people.ines)).json(&ticket(id)).send()
    };
    for given in [repeat().await, enroll(1).await, add("1").await] {
        given.expect(200);
    }
    let (other, traces) = (app.beside().await, app.db_traces().await);

    for person in [&tomas, &ines] {
        other.put_person(&TestPerson { is_active: false, ..person.clone() }).await;
    }

    for refused in [repeat().await, enroll(2).await, add("2").await] {
        assert_eq!(refused.expect(403).inner_code(), "unknownPerson");
    }
    assert_eq!(app.db_traces().await, traces);
    for person in [&tomas, &ines] {
        other.put_person(person).await;
    }
    for given in [repeat().await, enroll(2).await, add("2").await] {
        given.expect(200);
    }
}

#[tokio::test]
async fn whether_an_account_may_be_used_is_asked_once_and_remembered() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    by_tomas(&app, &meeting, &guest(1)).await.expect(200);

    app.db_execute("ALTER TABLE person RENAME TO nobody").await;

    by_tomas(&app, &meeting, &guest(2)).await.expect(200);
    let bram = app.token(&app.people.bram);
    app.post(meeting.registrants()).token(&bram).json(&guest(3)).await.expect(500);
}

#[tokio::test]
async fn a_person_unknown_to_the_directory_is_taken_from_their_token_where_configured() {
    let app = TestApp::builder().config("[identity]\npeople_from_claims = true").build().await;
    let meeting = app.built_in("organization").await;
    let stranger = TestPerson {
        id: PersonId(Uuid::from_u128(77)),
        given_name: "Nils".to_owned(),
        mail: "nils@riverbend.example".to_owned(),
        ..app.people.tomas.clone()
    };
    let enroll = |body| app.post(meeting.registrants()).token(&app.token(&stranger)).json(&body).send();

    enroll(app.people.tomas.enrolment()).await.expect(400);
    enroll(stranger.enrolment()).await.expect(200);
}

#[tokio::test]
async fn under_organization_nobody_enrolls_anybody_else() {
    let app = TestApp::new().await;
    let meeting = app.built_in("organization").await;
    app.allow(APP, &app.people.ines).await;
    let tomas = app.people.tomas.enrolment();
    let enroll = |token: String| app.post(meeting.registrants()).token(&token).json(&tomas).send();

    let by_organizer = enroll(app.token(&app.people.ines)).await.expect(403);
    let by_colleague = enroll(app.token(&app.people.bram)).await.expect(400);
    let by_app = enroll(app.application(APP, &[Role::MeetingsReadWriteAll])).await.expect(403);

    assert_eq!(by_organizer.inner_code(), "colleagueEnrolment");
    assert!(by_organizer.text().contains("their own delegated token"), "the message says who may");
    assert_eq!(by_colleague.inner_code(), "directoryMismatch");
    assert_eq!(by_app.inner_code(), "onlyMembersThemselves");
    assert_eq!(app.registrants(&meeting).await.len(), 0);
    by_tomas(&app, &meeting, &tomas).await.expect(200);
}

#[tokio::test]
async fn the_organizer_enrolls_herself_into_her_own_meeting() {
    let app = TestApp::new().await;
    let meeting = app.built_in("organization").await;
    let path = format!("/beta/me/onlineMeetings/{}/registration/registrants", meeting.id);

    app.post(path).token(&app.token(&app.people.ines)).json(&app.people.ines.enrolment()).await.expect(200);

    assert_eq!(app.registrants(&meeting).await[0]["email"], app.people.ines.mail);
}

#[tokio::test]
async fn people_of_another_organisation_reach_no_registration_of_whatever_kind() {
    let app = TestApp::new().await;
    let token = app.token(&app.people.sanna);

    for meeting in
        [app.built_in("everyone").await, app.built_in("organization").await, app.external("everyone").await]
    {
        app.post(meeting.registrants()).token(&token).json(&guest(1)).await.expect(404);
        assert_eq!(app.registrants(&meeting).await.len(), 0);
    }
}

#[tokio::test]
async fn external_registrants_are_enrolled_by_the_organizer_and_get_no_letter() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    let mut body = ticket("crm/7731");
    // Under `everyone` only the id counts (seed 004).
    body["userId"] = json!(app.people.tomas.id.to_string());
    body["tenantId"] = json!("no guid");

    let enrolled =
        app.post(meeting.registrants()).token(&app.token(&app.people.ines)).json(&body).await.expect(200);

    assert_eq!((&enrolled.json()["userId"], &enrolled.json()["tenantId"]), (&json!(null), &json!(null)));
    assert!(app.mail().await.is_empty());
    by_tomas(&app, &meeting, &ticket("crm/7732")).await.expect(403);
}

#[tokio::test]
async fn an_international_domain_is_written_to_in_its_ascii_form() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let mut body = guest(1);
    body["email"] = json!("Odile@BÜCHER.example");

    by_tomas(&app, &meeting, &body).await.expect(200);
    body["email"] = json!("odile@xn--bcher-kva.example");
    by_tomas(&app, &meeting, &body).await.expect(200);

    let letters = app.mail().await;
    assert_eq!(
        letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(),
        ["Odile@xn--bcher-kva.example"]
    );
    assert_eq!(app.registrants(&meeting).await[0]["email"], "Odile@BÜCHER.example", "shown as it was typed");
}
