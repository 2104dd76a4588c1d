//! Who may do what, walked whole: every operation, on every path, by every kind of caller, for every kind of
//! registration. What is expected stands in `table.rs` here, written from the documents and not from the code.

mod stage;
mod table;

use std::collections::HashMap;

use domain::operation::Operation;
use domain::{Role, Scope};
use http::Method;
use serde_json::json;
use testkit::{APP, TestApp, TestPerson};

use self::stage::{Stage, request};
use self::table::{Audience, Caller, Edition, Path, expected};

const PATHS: [Path; 3] = [Path::Me, Path::UsersOwn, Path::UsersOther];

/// Callers who bring no good token.
const UNKNOWN: [Caller; 3] = [Caller::Nobody, Caller::EmptyBearer, Caller::Garbled];

/// Every caller there is.
fn callers() -> Vec<Caller> {
    let people = [Caller::Organizer, Caller::Colleague, Caller::Foreigner];
    let people = people.into_iter().flat_map(|caller| Scope::ALL.into_iter().map(caller));
    let apps = [Caller::App, Caller::AppWithoutPolicy, Caller::ForeignApp];
    let apps = apps.into_iter().flat_map(|caller| Role::ALL.into_iter().map(caller));
    UNKNOWN.into_iter().chain(people).chain(apps).collect()
}

/// Sends every request of the matrix and gives those that were not answered as `edition` has it.
async fn walk(app: &TestApp, audience: Audience, edition: Edition) -> Vec<(Operation, String)> {
    app.allow(APP, &app.people.ines).await;
    let mut surprises = Vec::new();
    let mut stage = Stage::set(app, audience).await;
    let mut cells = 0;
    for operation in Operation::ALL {
        for path in PATHS {
            for caller in callers() {
                let Some(call) = request(app, &stage, operation, path, caller) else { continue };
                let answer = call.await;
                cells += 1;
                let (status, wanted) =
                    (answer.status.as_u16(), expected(operation, path, caller, audience, edition));
                if status != wanted {
                    let said = answer.text();
                    surprises.push((
                        operation,
                        format!(
                            "{operation:?} {path:?} {caller:?} {audience:?}: {status} for {wanted}: {said}"
                        ),
                    ));
                }
                if status == 401 {
                    assert!(
                        answer
                            .header("www-authenticate")
                            .is_some_and(|challenge| challenge.starts_with("Bearer"))
                    );
                }
                if answer.status.is_success() && operation.method() != domain::operation::Method::Get {
                    stage = Stage::set(app, audience).await;
                }
            }
        }
    }
    assert!(cells > 1_500, "only {cells} requests were sent");
    surprises
}

fn told(surprises: &[(Operation, String)]) -> String {
    surprises.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_matrix_holds_for_a_built_in_registration_for_everyone() {
    let surprises = walk(&TestApp::new().await, Audience::Everyone, Edition::Strict).await;

    assert!(surprises.is_empty(), "{}", told(&surprises));
}

#[tokio::test]
async fn the_matrix_holds_for_a_built_in_registration_for_the_organization() {
    let surprises = walk(&TestApp::new().await, Audience::Organization, Edition::Strict).await;

    assert!(surprises.is_empty(), "{}", told(&surprises));
}

#[tokio::test]
async fn the_matrix_holds_for_an_external_registration() {
    let surprises = walk(&TestApp::new().await, Audience::External, Edition::Strict).await;

    assert!(surprises.is_empty(), "{}", told(&surprises));
}

/// The first seed's table, and the control of the whole walk: held against the wrong edition it must find
/// exactly what differs.
#[tokio::test]
async fn the_first_seeds_edition_differs_in_creating_a_registration_alone() {
    let seed = || TestApp::builder().config("[compat]\npermissions = \"seed\"");

    let surprises = walk(&seed().build().await, Audience::Everyone, Edition::Seed).await;
    let against_the_other = walk(&seed().build().await, Audience::Everyone, Edition::Strict).await;

    assert!(surprises.is_empty(), "{}", told(&surprises));
    assert!(!against_the_other.is_empty());
    for (operation, text) in against_the_other {
        assert_eq!(operation, Operation::CreateRegistration, "{text}");
    }
}

/// Nothing is looked up for whoever brings no good token, so that nothing can be told by the answer.
#[tokio::test]
async fn without_a_good_token_every_request_is_answered_alike_and_leaves_no_trace() {
    let app = TestApp::new().await;
    let stage = Stage::set(&app, Audience::Everyone).await;
    let traces = app.db_traces().await;
    let mut bodies = HashMap::new();

    for caller in UNKNOWN {
        let code = if caller == Caller::Garbled { "tokenMalformed" } else { "tokenMissing" };
        for operation in Operation::ALL {
            for path in PATHS {
                let Some(call) = request(&app, &stage, operation, path, caller) else { continue };
                let answer = call.await.expect(401);
                assert_eq!(answer.inner_code(), code, "{operation:?} {path:?} {caller:?}");
                let body = answer.timeless_error();
                let first = bodies.entry(code).or_insert_with(|| body.clone());
                assert_eq!(*first, body, "{operation:?} {path:?} {caller:?}");
            }
        }
    }

    assert_eq!(app.db_traces().await, traces);
    // The control: a good token leaves one.
    let ines = Caller::Organizer(Scope::MeetingsReadWrite);
    request(&app, &stage, Operation::CreateMeeting, Path::Me, ines).unwrap().await.expect(201);
    assert_ne!(app.db_traces().await, traces);
}

#[tokio::test]
async fn a_policy_counts_from_the_next_request_on_granted_or_taken_away() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);
    let enroll = |n: usize| {
        let email = format!("odile{n}@pinewater.example");
        let body = json!({"firstName": "Odile", "lastName": "Marchetti", "email": email});
        app.post(meeting.registrants()).token(&token).json(&body).send()
    };
    let list = || app.get(meeting.registrants()).token(&token).send();

    for round in 0..3 {
        let (refused, unread) = (enroll(round).await.expect(403), list().await.expect(403));
        assert_eq!(
            (refused.inner_code(), unread.inner_code()),
            ("noAccessPolicy".into(), "noAccessPolicy".into())
        );
        app.allow(APP, &app.people.ines).await;
        enroll(round).await.expect(200);
        list().await.expect(200);
        app.disallow(&app.people.ines).await;
    }

    assert_eq!(app.registrants(&meeting).await.len(), 3);
}

/// The directory decides, not the time until which a token was made.
#[tokio::test]
async fn a_disabled_account_may_do_nothing_however_long_its_token_lives() {
    let app = TestApp::new().await;
    let ines = &app.people.ines;
    let caller = Caller::Organizer(Scope::MeetingsReadWrite);

    for audience in [Audience::Everyone, Audience::Organization, Audience::External] {
        let stage = Stage::set(&app, audience).await;
        let everything = || {
            let cells = Operation::ALL.into_iter().flat_map(|op| [(op, Path::Me), (op, Path::UsersOwn)]);
            cells.filter_map(|(op, path)| Some((op, request(&app, &stage, op, path, caller)?)))
        };
        app.put_person(&TestPerson { is_active: false, ..ines.clone() }).await;
        let traces = app.db_traces().await;

        for (operation, call) in everything() {
            assert_eq!(call.await.expect(403).inner_code(), "unknownPerson", "{operation:?}");
        }

        assert_eq!(app.db_traces().await, traces);
        app.put_person(ines).await;
        for (operation, call) in everything() {
            let answer = call.await;
            let is_let_in = answer.status.is_success() || answer.inner_code() != "unknownPerson";
            assert!(is_let_in, "the control: {operation:?} {}", answer.text());
        }
    }
}

/// Another process grants and revokes: nothing an application remembers may outlive that.
#[tokio::test]
async fn a_policy_taken_away_by_another_process_counts_at_once() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    app.allow(APP, &app.people.ines).await;
    let token = app.application(APP, &[Role::MeetingsReadAll]);
    let enroll = |mail: &str| {
        let body = json!({"firstName": "Odile", "lastName": "Marchetti", "email": mail});
        app.post(meeting.registrants()).token(&token).json(&body).header("idempotency-key", mail).send()
    };
    enroll("first@pinewater.example").await.expect(200);
    enroll("first@pinewater.example").await.expect(200);

    let other = app.beside().await;
    other.disallow(&other.people.ines).await;

    enroll("first@pinewater.example").await.expect(403);
    enroll("second@pinewater.example").await.expect(403);
    assert_eq!(app.registrants(&meeting).await.len(), 1);
}

/// What belongs to another organisation is answered like what is not there, to the byte.
#[tokio::test]
async fn another_organisations_meeting_is_no_different_from_none() {
    let app = TestApp::new().await;
    let mine = app.built_in("everyone").await;
    let stage = Stage::set(&app, Audience::Everyone).await;
    let token = app.delegated(&app.people.sanna, &[Scope::MeetingsReadWrite, Scope::UserReadAll]);
    // An id of the right shape that no meeting has.
    let nowhere = "MSoyYjllNjFkNC03MGNmLTRlMGItOGEzNS1jMWY3ZDkyZTQ0NjAqMCoqMTk6bWVldGluZ19NR00xWVRsa00yVXRPR1kwTWkwMFlqWmtMV0V4WlRjdE5XUXlNR001TXpSaVpqRTRAdGhyZWFkLnYy";

    for operation in Operation::ALL {
        let Some(call) =
            request(&app, &stage, operation, Path::UsersOther, Caller::Foreigner(Scope::MeetingsReadWrite))
        else {
            continue;
        };
        let theirs = call.token(&token).await.expect(404);
        let method: Method = operation.method().name().parse().unwrap();
        let path = stage.path(operation).replace(&stage.meeting.id, nowhere);
        let path = path.replace(&mine.organizer.id.to_string(), "2b9e61d4-70cf-4e0b-8a35-c1f7d92e4461");
        let none = app.call(method, path).token(&token).json(&stage.body(operation)).await.expect(404);
        assert_eq!(theirs.timeless_error(), none.timeless_error(), "{operation:?}");
    }
}

#[tokio::test]
async fn a_person_invited_by_name_may_read_the_meeting_and_nothing_else() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let attendees = json!({"participants": {"attendees": [{"upn": app.people.tomas.mail.to_uppercase()}]}});
    let tomas = app.token(&app.people.tomas);
    app.get(meeting.path()).token(&tomas).await.expect(403);

    app.patch(meeting.path()).token(&app.token(&app.people.ines)).json(&attendees).await.expect(200);

    app.get(meeting.path()).token(&tomas).await.expect(200);
    app.get(meeting.registration()).token(&tomas).await.expect(403);
    app.patch(meeting.path()).token(&tomas).json(&json!({"subject": "Mine now"})).await.expect(403);
    app.get(meeting.path()).token(&app.token(&app.people.bram)).await.expect(403);
}
