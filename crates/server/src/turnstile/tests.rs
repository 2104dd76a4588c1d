use std::sync::OnceLock;

use axum::body::{Body, to_bytes};
use domain::enrolment::Named;
use domain::{Email, Person, RegistrationId};
use http::{Request, StatusCode};
use tempfile::TempDir;
use testpg::Cluster;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::*;
use crate::app::{App, Memory, Parts};
use crate::config::Config;
use crate::http::Surface;
use crate::start::build;

fn somebody() -> Enrolment {
    let email = Email::parse("odile@pinewater.example").unwrap();
    let named = Named { first_name: "Odile".to_owned(), last_name: "Marchetti".to_owned(), email };
    Enrolment {
        id: RegistrantId(Uuid::nil()),
        meeting: MeetingId::from_random([7; 16]),
        registration: RegistrationId(Uuid::nil()),
        seen_version: 1,
        seen_directory: None,
        person: Person::Named { named, user: None },
        answers: Vec::new(),
        consent: None,
        language: None,
        time_zone: None,
        sees_list: true,
        at: Clock::System.now(),
        actor: "page".to_owned(),
        idempotency: None,
    }
}

async fn enroll_somebody(turnstile: &Turnstile) -> Result<Verdict, Undecided> {
    turnstile.queue(somebody(), Timestamp::MAX, true)?.verdict().await
}

#[tokio::test]
async fn a_full_queue_turns_people_away_and_a_place_in_it_is_waited_in() {
    let (queue, _nobody_turns) = mpsc::channel(1);
    let turnstile = Turnstile(Kind::Storing { queue, probes: mpsc::channel(1).0 });
    let waiting = enroll_somebody(&turnstile);
    tokio::pin!(waiting);
    assert!(tokio::time::timeout(Duration::from_millis(1), &mut waiting).await.is_err());

    assert!(matches!(enroll_somebody(&turnstile).await, Err(Undecided::Busy)));
}

/// A turnstile, and what whoever turns it needs.
async fn service() -> (TempDir, App) {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "server.public_url = \"http://localhost\"\nserver.data_dir = {:?}\nidentity.builtin.enabled = true\n\
         [[identity.tenant]]\nid = \"{}\"\nname = \"Riverbend\"\n[mail]\nmailbox = true\n\
         from = \"events@riverbend.example\"",
        folder.path(),
        Uuid::from_u128(7)
    );
    let config = Config::from_toml_str(&config).unwrap();
    let app = build(&config, Clock::System, Source::from_system()).await.unwrap().app;
    (folder, app)
}

/// Whoever enters somebody is refused, the first time with one code and then with the other; how often that was is counted.
fn refusing([first, then]: [&str; 2]) -> String {
    format!(
        "CREATE SEQUENCE tries;
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'refused'
                USING ERRCODE = CASE nextval('tries') WHEN 1 THEN '{first}' ELSE '{then}' END;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON registrant EXECUTE FUNCTION refuse()"
    )
}

/// A lock on a table is waited for by every meeting's people, one meeting after the other, and by all who queue behind them.
#[tokio::test]
async fn people_of_many_meetings_wait_for_a_few_locks_and_not_for_one_each() {
    // The last one is the control: what the reason lies in with one of them is looked for among all.
    for (codes, tries) in [
        (["55P03", "55P03"], 1 + LOCKS_WAITED_FOR),
        (["55P03", "57P01"], 1 + 1),
        (["57P01", "57P01"], 1),
        (["XX001", "XX001"], 1 + 12),
    ] {
        let database = Cluster::shared().create();
        let store = Store::open_postgres(&database.url(), None, 2).await.unwrap();
        database.execute(&refusing(codes));
        let of_meeting = |n| Enrolment { meeting: MeetingId::from_random([n; 16]), ..somebody() };
        let batch: Vec<Enrolment> = (0..12).map(of_meeting).collect();

        let verdicts = enroll(&store, &batch).await;

        assert_eq!(verdicts.len(), 12);
        let may_pass = codes != ["XX001", "XX001"];
        assert!(verdicts.iter().all(|verdict| verdict.as_ref().is_err_and(|it| it.may_pass() == may_pass)));
        database.execute(&format!(
            "DO $$ BEGIN ASSERT (SELECT last_value FROM tries) = {tries}, '{codes}'; END $$",
            codes = codes.join(" ")
        ));
    }
}

/// As many as ever ask, each again as soon as they are answered.
fn flood<F: Future<Output = ()> + Send>(ask: impl Fn() -> F + Clone + Send + 'static) -> JoinSet<()> {
    (0..2 * PARTY)
        .map(|_| {
            let ask = ask.clone();
            async move {
                loop {
                    ask().await
                }
            }
        })
        .collect()
}

/// Whoever turns it works on the same thread as those who ask, so that there is always somebody who asks.
#[tokio::test]
async fn neither_people_nor_those_who_ask_for_health_keep_the_others_from_their_turn() {
    let (_folder, app) = service().await;
    let (queue, waiting) = mpsc::channel(4 * PARTY);
    let (probes, probing) = mpsc::channel(PARTY);
    let turnstile = Turnstile(Kind::Storing { queue, probes });
    let keeper = Keeper {
        store: app.store.clone(),
        clock: app.clock.clone(),
        ids: app.ids.clone(),
        mailroom: app.mailroom.clone(),
        returning: app.returning.clone(),
        callers: Handle::current(),
    };
    tokio::spawn(async move { keeper.turn(waiting, probing).await });
    let long = Duration::from_secs(10);

    let of_probes = turnstile.clone();
    let _probes = flood(move || {
        let turnstile = of_probes.clone();
        async move { turnstile.probe().await.unwrap() }
    });
    turnstile.probe().await.unwrap();
    for _ in 0..3 {
        let verdict = timeout(long, enroll_somebody(&turnstile)).await;
        assert!(matches!(verdict.expect("its turn"), Ok(Verdict::Stale)), "there is no such meeting");
    }

    let of_people = turnstile.clone();
    let _people = flood(move || {
        let turnstile = of_people.clone();
        async move { enroll_somebody(&turnstile).await.map(|_| ()).unwrap() }
    });
    enroll_somebody(&turnstile).await.unwrap();
    for _ in 0..3 {
        assert_eq!(turnstile.probe().await, Ok(()));
    }
}

#[tokio::test]
async fn whoever_asks_for_health_is_told_after_a_while_that_nothing_moves() {
    let (probes, _nobody_turns) = mpsc::channel(1);
    let turnstile = Turnstile(Kind::Storing { queue: mpsc::channel(1).0, probes });

    // The second does not even find room to ask.
    for _ in 0..2 {
        assert_eq!(turnstile.probe_within(Duration::from_millis(1)).await, Err(Blocked::Silent));
    }
}

/// As after a panic of the thread.
#[tokio::test]
async fn a_service_in_which_nobody_can_enrol_is_not_ready() {
    let (_folder, app) = service().await;
    let broken = Turnstile(Kind::Storing { queue: mpsc::channel(1).0, probes: mpsc::channel(1).0 });
    assert!(matches!(enroll_somebody(&broken).await, Err(Undecided::Busy)));
    let of = |turnstile: Turnstile| {
        App::new(Parts {
            store: app.store.clone(),
            clock: app.clock.clone(),
            ids: app.ids.clone(),
            verifier: app.verifier.clone(),
            sign_in: app.sign_in.clone(),
            turnstile,
            mailroom: app.mailroom.clone(),
            courier: app.courier.clone(),
            returning: app.returning.clone(),
            guard: app.guard.clone(),
            settings: app.settings.clone(),
            memory: Memory::default(),
            samples: OnceLock::new(),
        })
    };

    for (turnstile, path, status, text) in [
        (app.turnstile.clone(), "/health/ready", StatusCode::OK, "ready\n"),
        (
            broken.clone(),
            "/health/ready",
            StatusCode::SERVICE_UNAVAILABLE,
            "nobody can enrol: restart the service\n",
        ),
        (broken, "/health/live", StatusCode::OK, "live\n"),
    ] {
        let surface = Surface::new(of(turnstile), None);
        let answer = surface.answer(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), status);
        assert_eq!(to_bytes(answer.into_body(), 1_000).await.unwrap(), text);
    }
}
