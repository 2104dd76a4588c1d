//! Budgets: how much each application, organisation and address may ask in a minute.

use domain::{Role, Scope};
use http::Method;
use jiff::SignedDuration;
use serde_json::json;
use testkit::{APP, Call, TestApp, TestResponse};

async fn limited(limits: &str) -> TestApp {
    // Without a connection every request comes from 0.0.0.0, which may speak for others here.
    TestApp::builder()
        .server("trusted_proxies = [\"0.0.0.0\"]")
        .config(&format!("[limits]\n{limits}"))
        .build()
        .await
}

fn from(app: &TestApp, address: &str) -> Call {
    app.get("/beta/me").header("x-forwarded-for", address)
}

fn get(app: &TestApp, token: &str) -> Call {
    from(app, "192.0.2.1").token(token)
}

#[track_caller]
fn assert_refused(answer: &TestResponse, code: &str, scope: &str) {
    assert_eq!(answer.status, 429, "{}", answer.text());
    let error = &answer.json()["error"];
    assert_eq!((&error["code"], &error["innerError"]["code"]), (&json!("TooManyRequests"), &json!(code)));
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(answer.header("x-ms-throttle-scope"), Some(scope));
}

#[tokio::test]
async fn an_application_beyond_its_budget_waits_and_nobody_else_does() {
    let app = limited("app_per_minute = 5").await;
    let other = app.application(APP, &[Role::UserReadAll]);
    let token = app.token(&app.people.ines);
    for left in (0..5).rev() {
        let answer = get(&app, &token).await.expect(200);
        let told = answer.header("ratelimit").unwrap();
        assert!(told.starts_with(&format!("\"app\";r={left};t=")), "{told}");
        assert!(
            answer
                .header("ratelimit-policy")
                .unwrap()
                .starts_with("\"app\";q=5;w=60, \"tenant\";q=600000;w=60")
        );
        assert_eq!(answer.header("x-ms-throttle-limit-percentage").is_some(), left < 2);
    }

    let refused = get(&app, &token).await;

    assert_refused(&refused, "appBudget", "Tenant_Application");
    assert_eq!(refused.header("ratelimit"), Some("\"app\";r=0;t=60"));
    // Of the same application, whoever is signed in.
    assert_refused(&get(&app, &app.token(&app.people.tomas)).await, "appBudget", "Tenant_Application");
    get(&app, &app.token(&app.people.sanna)).await.expect(200);
    let path = format!("/beta/users/{}", app.people.ines.id);
    app.get(path).token(&other).await.expect(200);

    // A fifth of a minute brings one back.
    let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((12..=14).contains(&wait), "{wait}");
    app.advance(SignedDuration::from_secs(wait));
    get(&app, &token).await.expect(200);
    get(&app, &token).await.expect(429);
}

#[tokio::test]
async fn an_organisation_beyond_its_budget_waits_whichever_its_applications() {
    let app = limited("tenant_per_minute = 3").await;
    for _ in 0..3 {
        get(&app, &app.token(&app.people.ines)).await.expect(200);
    }

    let refused = get(&app, &app.application(APP, &[Role::UserReadAll])).await;

    assert_refused(&refused, "tenantBudget", "Tenant");
    get(&app, &app.token(&app.people.sanna)).await.expect(200);
}

#[tokio::test]
async fn an_address_beyond_its_budget_waits_with_a_token_and_without() {
    let app = limited("address_per_minute = 3").await;
    let token = app.token(&app.people.ines);
    for _ in 0..3 {
        from(&app, "2001:db8::1").await.expect(401);
    }

    // All of its network is one.
    assert_refused(&from(&app, "2001:db8::2").await, "addressBudget", "Address");
    assert_refused(&from(&app, "2001:db8::1").token(&token).await, "addressBudget", "Address");
    from(&app, "2001:db8:0:1::1").token(&token).await.expect(200);
    let without = from(&app, "192.0.2.9").await.expect(401);
    assert_eq!(without.header("ratelimit"), Some("\"address\";r=2;t=20"));
    app.get("/health/ready").header("x-forwarded-for", "2001:db8::1").await.expect(200);
}

#[tokio::test]
async fn the_description_of_what_is_served_is_counted_like_everything_else() {
    let app = limited("address_per_minute = 3").await;
    let describe =
        |method: Method| app.call(method, "/beta/$metadata").header("x-forwarded-for", "192.0.2.1");

    for (method, status, left) in [(Method::GET, 200, 2), (Method::POST, 405, 1), (Method::GET, 200, 0)] {
        let answer = describe(method).await.expect(status);
        let told = answer.header("ratelimit").unwrap();
        assert!(told.starts_with(&format!("\"address\";r={left};t=")), "{told}");
        assert!(answer.header("ratelimit-policy").is_some());
    }

    assert_refused(&describe(Method::GET).await, "addressBudget", "Address");
    assert_refused(&from(&app, "192.0.2.1").await, "addressBudget", "Address");
}

/// Nothing is done for whoever is refused, and each request of a batch is refused by itself.
#[tokio::test]
async fn each_request_of_a_batch_is_counted_and_what_is_refused_is_not_done() {
    let app = limited("app_per_minute = 5").await;
    let meeting = app.built_in("everyone").await;
    let token = app.delegated(&app.people.tomas, &[Scope::MeetingsReadWrite]);
    // Two requests made the meeting; the batch is the third.
    let requests: Vec<_> = (0..6).map(|n| {
        json!({
            "id": n.to_string(), "method": "POST", "url": meeting.registrants(),
            "headers": {"Content-Type": "application/json"},
            "body": {"firstName": "Guest", "lastName": "Of Honour", "email": format!("g{n}@pinewater.example")},
        })
    }).collect();

    let batch =
        app.post("/beta/$batch").token(&token).json(&json!({"requests": requests})).await.expect(200).json();

    let answers = batch["responses"].as_array().unwrap();
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer["status"] == 200);
    assert_eq!((done.len(), refused.len()), (2, 4), "{batch}");
    for answer in refused {
        assert_eq!(answer["body"]["error"]["innerError"]["code"], "appBudget");
        assert!(answer["headers"]["Retry-After"].is_string());
    }
    app.advance(SignedDuration::from_mins(2));
    assert_eq!(app.registrants(&meeting).await.len(), 2);
}

#[tokio::test]
async fn without_a_limit_nobody_waits_and_nothing_is_told() {
    let app = limited("app_per_minute = 0\ntenant_per_minute = 0\naddress_per_minute = 0").await;

    let answer = get(&app, &app.token(&app.people.ines)).await.expect(200);

    assert!(answer.header("ratelimit").is_none() && answer.header("ratelimit-policy").is_none());
}

#[tokio::test]
async fn a_page_of_a_list_and_an_export_weigh_more_than_a_request() {
    let app = limited("app_per_minute = 1050").await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let left = |answer: &TestResponse| -> u32 {
        let told = answer.header("ratelimit").unwrap();
        told.strip_prefix("\"app\";r=").unwrap().split(';').next().unwrap().parse().unwrap()
    };
    let before = left(&get(&app, &token).await.expect(200));

    let listed = left(&app.get(meeting.registrants()).token(&token).await.expect(200));
    let exported = app
        .get(format!("{}/exportRegistrants(format='csv')", meeting.registration()))
        .token(&token)
        .await
        .expect(200);
    let refused = app.get(meeting.registrants()).token(&token).await;
    let other = get(&app, &token).await;

    assert_eq!((before - listed, listed - left(&exported)), (25, 1_000));
    assert_refused(&refused, "appBudget", "Tenant_Application");
    assert_eq!(other.status, 200, "the control: something is left for what weighs less");
}

#[tokio::test]
async fn what_weighs_more_than_a_budget_is_answered_once_it_is_whole() {
    let app = limited("app_per_minute = 4").await;
    let meeting = app.built_in("everyone").await;
    app.advance(SignedDuration::from_secs(61));
    let token = app.token(&app.people.ines);

    let first = app.get(meeting.registrants()).token(&token).await.expect(200);

    assert!(first.header("ratelimit").unwrap().starts_with("\"app\";r=0;t="));
    assert_refused(&app.get(meeting.registrants()).token(&token).await, "appBudget", "Tenant_Application");
}
