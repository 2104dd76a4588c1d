//! What must never leave. Each canary is first put where it could leak from, and each search is first shown to find what
//! is there.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;

use domain::Role;
use serde_json::{Value, json};
use server::clock::{Clock, Source};
use server::config::Config;
use testkit::{APP, PUBLIC_URL, TestApp, TestResponse, capture_logs};

const PASSWORD: &str = "canary-password-1a2b3c";
const SECRET: &str = "canary-client-secret-4d5e6f";
const ANSWER: &str = "canary answer 7a8b9c";
const SURNAME: &str = "Canarysurname";
const MAIL: &str = "canary.mail@pinewater.example";

/// Lives through everything that meets a secret, good and bad, and gives every secret and every answer.
async fn live_dangerously(app: &TestApp) -> (Vec<String>, Vec<TestResponse>) {
    let token = app.token(&app.people.ines);
    let meeting = app.meeting(&app.people.ines).await;
    let question = json!({"displayName": "Why?", "answerInputType": "text"});
    app.register(&meeting, &json!({"allowedRegistrant": "everyone", "customQuestions": [question]})).await;
    let questions = app.get(meeting.questions()).token(&token).await.expect(200).json();
    let mut body = json!({"firstName": "Odile", "lastName": SURNAME, "email": MAIL});
    body["customQuestionAnswers"] = json!([{"questionId": questions["value"][0]["id"], "value": ANSWER}]);
    let mut answers = vec![
        app.post(meeting.registrants())
            .token(&token)
            .header("idempotency-key", "canary-key-0d1e")
            .json(&body)
            .await
            .expect(200),
        app.post(meeting.registrants()).token(&format!("{token}x")).json(&body).await.expect(401),
        app.get(format!("/beta/me?access_token={token}")).await.expect(401),
        app.get(format!("/beta/users/{MAIL}/onlineMeetings")).token(&token).await,
    ];
    body["email"] = json!(format!("{MAIL} {MAIL}"));
    answers.push(app.post(meeting.registrants()).token(&token).json(&body).await.expect(400));
    body["customQuestionAnswers"][0]["questionId"] = json!("none");
    answers.push(app.post(meeting.registrants()).token(&token).json(&body).await.expect(400));

    let letter = app.mail().await.remove(0);
    let (join, manage) = (
        letter.join_url.strip_prefix(PUBLIC_URL).unwrap(),
        letter.manage_url.strip_prefix(PUBLIC_URL).unwrap(),
    );
    app.get(join).await.expect(200);
    app.get(manage).await.expect(200);
    for wrong in [format!("/m/{}", &join[3..]), format!("/j/{}", &manage[3..]), format!("{manage}x")] {
        answers.push(app.get(wrong).await.expect(404));
    }

    app.put_application(APP, SECRET).await;
    app.set_password(&app.people.ines, PASSWORD).await;
    let ask = |secret: &str| {
        let fields = [("grant_type", "client_credentials"), ("client_id", APP), ("client_secret", secret)];
        app.post("/identity/oauth2/v2.0/token").form(&fields).send()
    };
    let given = ask(SECRET).await.expect(200).json()["access_token"].as_str().unwrap().to_owned();
    answers.push(ask(&format!("{SECRET}-wrong")).await);
    let sign_in = [("request", "none"), ("user_name", app.people.ines.mail.as_str()), ("password", PASSWORD)];
    answers.push(app.post("/identity/oauth2/v2.0/authorize").form(&sign_in).await);

    let secrets = [&token, &given, join, manage, PASSWORD, SECRET, ANSWER, SURNAME, MAIL, "canary-key-0d1e"];
    let seal = |link: &str| link[link.len() - 21..].to_owned();
    let mut secrets: Vec<String> = secrets.into_iter().map(str::to_owned).collect();
    secrets.extend([seal(join), seal(manage), seal(&token), seal(&given)]);
    (secrets, answers)
}

#[tokio::test]
async fn no_secret_and_nobodys_data_is_logged_or_counted_or_told_in_an_error() {
    let app = TestApp::new().await;
    app.get("/metrics").await.expect(200);
    let logs = capture_logs();

    let (secrets, answers) = live_dangerously(&app).await;
    break_down(&app).await;

    tracing::info!("the control: a line with canary-control in it");
    let (logged, metrics) = (logs.text(), app.get("/metrics").await.expect(200).text());
    assert!(logged.contains("canary-control") && logged.contains("the database failed"));
    assert!(metrics.contains("usher_graph_requests_total"));
    for secret in &secrets {
        assert!(!logged.contains(secret), "`{secret:.12}…` is in the log: {}", line_with(&logged, secret));
        assert!(!metrics.contains(secret), "`{secret:.12}…` is in the metrics");
        for answer in &answers {
            assert!(!answer.text().contains(secret), "`{secret:.12}…` is in {}", answer.text());
        }
    }
}

fn line_with<'t>(text: &'t str, secret: &str) -> &'t str {
    text.lines().find(|line| line.contains(secret)).unwrap_or_default()
}

/// Takes a table away and asks for what was in it.
async fn break_down(app: &TestApp) -> TestResponse {
    let meeting = app.built_in("everyone").await;
    app.db_execute("ALTER TABLE registrant RENAME TO canary_table").await;
    app.get(meeting.registrants()).token(&app.token(&app.people.ines)).await
}

#[tokio::test]
async fn a_fault_of_the_database_is_answered_without_a_word_about_it() {
    let app = TestApp::new().await;
    let logs = capture_logs();

    let fault = break_down(&app).await.expect(500);

    let request_id = fault.header("request-id").unwrap();
    assert_eq!(
        fault.text(),
        format!(
            concat!(
                r#"{{"error":{{"code":"InternalServerError","message":"Internal Server Error","innerError":{{"#,
                r#""code":"generalException","date":"2027-02-01T09:10:00","request-id":"{0}","client-request-id":"{0}"}}}}}}"#
            ),
            request_id
        )
    );
    let cause = line_with(&logs.text(), request_id).to_owned();
    assert!(
        cause.contains("ERROR") && ["no such table", "does not exist"].iter().any(|why| cause.contains(why)),
        "the operator finds the cause by the id: {cause}"
    );
}

#[tokio::test]
async fn a_fault_of_the_issuers_database_is_logged_with_its_cause_and_nobodys_name() {
    let app = TestApp::new().await;
    app.put_application(APP, SECRET).await;
    let ask = || {
        let fields = [("grant_type", "client_credentials"), ("client_id", APP), ("client_secret", SECRET)];
        app.post("/identity/oauth2/v2.0/token").form(&fields).send()
    };
    let logs = capture_logs();
    ask().await.expect(200);
    let told = |logged: &str| line_with(logged, "cannot look anybody up").to_owned();
    assert_eq!(told(&logs.text()), "", "the control: nothing is wrong yet");

    app.db_execute("ALTER TABLE application RENAME TO canary_table").await;
    ask().await.expect(503);

    let line = told(&logs.text());
    let causes = ["no such table", "does not exist"];
    assert!(line.contains("ERROR") && causes.iter().any(|cause| line.contains(cause)), "{line}");
    assert!(!line.contains(APP) && !line.contains(SECRET), "{line}");
}

#[tokio::test]
async fn a_fault_on_the_way_in_is_told_on_every_surface_without_a_word_about_it() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let registration = app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    let page = registration["registrationPageWebUrl"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap();
    let body = app.people.tomas.enrolment();
    app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(&body).await.expect(200);
    let letter = app.mail().await.remove(0);
    let fields = [("firstName", "Odile"), ("lastName", "Marchetti"), ("email", "odile@pinewater.example")];

    app.db_execute("ALTER TABLE registrant RENAME TO canary_table").await;

    for answer in [
        app.post(meeting.registrants())
            .token(&app.token(&app.people.bram))
            .json(&app.people.bram.enrolment())
            .await,
        app.post(page).form(&fields).await,
        app.get(letter.join_url.strip_prefix(PUBLIC_URL).unwrap()).await,
        app.get(letter.manage_url.strip_prefix(PUBLIC_URL).unwrap()).await,
        app.post(letter.manage_url.strip_prefix(PUBLIC_URL).unwrap()).form(&[]).await,
    ] {
        let text = answer.clone().expect(500).text().to_lowercase();
        for word in ["sql", "table", "registrant (", "select", "usher.db", "rust", "panick", "canary"] {
            assert!(!text.contains(word), "`{word}` is in {text}");
        }
    }
    app.db_execute("ALTER TABLE canary_table RENAME TO registrant").await;
    app.get(letter.manage_url.strip_prefix(PUBLIC_URL).unwrap()).await.expect(200);
}

#[tokio::test]
async fn the_configuration_is_printed_without_its_secrets() {
    let text = format!(
        r#"
        [server]
        public_url = "https://usher.example"
        [mail]
        host = "smtp.example.org"
        from = "events@example.org"
        username = "usher"
        password = "{PASSWORD}"
        "#
    );
    let config = Config::from_toml_str(&text).unwrap();

    let (printed, debugged) = (config.effective(), format!("{config:?}"));

    assert!(printed.contains("smtp.example.org") && debugged.contains("smtp.example.org"), "the control");
    assert!(!printed.contains(PASSWORD) && !debugged.contains(PASSWORD));
}

#[tokio::test]
async fn what_is_wrong_with_a_configuration_is_told_without_its_secrets() {
    let text =
        format!("[mail]\npasword = \"{PASSWORD}\"\npassword = \"{PASSWORD}\"\nhost = \"smtp.example.org\"");

    let problems = Config::from_toml_str(&text).unwrap_err().to_string();

    assert!(problems.contains("pasword"), "{problems}");
    assert!(!problems.contains(PASSWORD), "{problems}");
}

#[tokio::test]
async fn the_data_folders_keys_are_readable_by_their_owner_alone() {
    let app = TestApp::new().await;
    let mode = |file: &str| std::fs::metadata(app.file(file)).unwrap().permissions().mode() & 0o777;

    for file in ["link.key", "issuer.pem"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}

#[tokio::test]
async fn a_key_that_others_can_read_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "[server]\npublic_url = \"{PUBLIC_URL}\"\ndata_dir = {:?}\n[identity.builtin]\nenabled = true\n",
        folder.path()
    );
    let config = Config::from_toml_str(&text).unwrap();
    let start = async || {
        let clock = Clock::frozen("2027-02-01T09:10:00Z".parse().unwrap());
        server::start::build(&config, clock, Source::seeded(1)).await.map(|_| ()).map_err(|problem| problem.0)
    };
    start().await.expect("the first start makes the keys");

    for name in ["link.key", "issuer.pem"] {
        let file = folder.path().join(name);
        set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        let problem = start().await.unwrap_err();
        let mends = format!("chmod 600 {}", file.display());
        assert!(problem.contains(&mends) && problem.contains("0644"), "{problem}");

        set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        start().await.expect("what the message says mends it");
    }
}

#[tokio::test]
async fn passwords_and_client_secrets_are_kept_as_hashes() {
    let app = TestApp::new().await;

    let (secrets, _) = live_dangerously(&app).await;

    for secret in [PASSWORD, SECRET] {
        assert!(secrets.iter().any(|known| known == secret) && !app.db_holds(secret));
    }
    assert!(app.db_holds("$argon2id$") && app.db_holds(ANSWER), "the control: what is kept is found");
}

/// Nothing of a panic reaches the client either; nobody knows one that can be made, so the answer alone is read.
#[tokio::test]
async fn the_answer_after_a_panic_says_nothing_and_it_is_counted() {
    let app = TestApp::new().await;
    app.metrics().await;

    let answer = server::ops::after_panic(Box::new("a cause with canary-panic in it"));

    let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["error"]["message"], "Internal Server Error");
    assert!(!body.to_string().contains("canary"));
    assert!(app.metrics().await.contains("\nusher_panics_total "));
}

#[tokio::test]
async fn an_application_that_may_not_is_told_what_it_lacks_and_nothing_it_asked_for() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.application(APP, &[Role::ArtifactReadAll]);

    let refused = app.get(meeting.registrants()).token(&token).await.expect(403);

    assert!(refused.text().contains("OnlineMeetings.ReadWrite.All"), "what would be right");
    assert!(!refused.text().contains("Reading a river"));
}
