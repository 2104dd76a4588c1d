//! Several requests in one: `POST /$batch`.

use serde_json::{Value, json};
use testkit::{PUBLIC_URL, TestApp, TestResponse};

/// Sends the requests of Ines and gives the answers by id.
async fn send(app: &TestApp, requests: Value) -> TestResponse {
    let token = app.token(&app.people.ines);
    app.post("/beta/$batch").token(&token).json(&json!({ "requests": requests })).await
}

fn by_id(batch: &TestResponse, id: &str) -> Value {
    let body = batch.json();
    let answers = body["responses"].as_array().unwrap();
    let mut found = answers.iter().filter(|answer| answer["id"] == id);
    let answer = found.next().unwrap_or_else(|| panic!("no answer `{id}` in {body}")).clone();
    assert!(found.next().is_none(), "`{id}` is answered twice");
    answer
}

fn enrolment(path: &str, id: &str, email: &str) -> Value {
    json!({
        "id": id, "method": "POST", "url": path, "headers": {"content-type": "application/json"},
        "body": {"firstName": "Guest", "lastName": id, "email": email},
    })
}

#[tokio::test]
async fn each_request_is_answered_as_it_would_be_by_itself_in_every_spelling_of_its_address() {
    let app = TestApp::new().await;
    let token = app.token(&app.people.ines);
    let alone = app.get("/beta/me").token(&token).await.expect(200);

    let spellings = ["/me", "me", "/beta/me", "https://usher.example/beta/me"];
    let requests: Vec<Value> = (0..).zip(spellings).map(|(n, url)| {
        json!({"id": n.to_string(), "method": "GET", "url": url, "headers": {}, "depends_on": ["nothing"]})
    }).collect();
    let batch = send(&app, json!(requests)).await.expect(200);

    for n in 0..spellings.len() {
        let answer = by_id(&batch, &n.to_string());
        assert_eq!(answer["status"], 200);
        assert_eq!(answer["body"], alone.json());
        assert_eq!(answer["headers"]["Content-Type"], alone.header("content-type").unwrap());
        assert_eq!(answer["headers"]["OData-Version"], "4.0");
    }
}

#[tokio::test]
async fn a_page_inside_a_batch_leads_to_the_next_one_outside_of_it() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let guests: Vec<Value> = (0..3)
        .map(|n| enrolment(&meeting.registrants(), &n.to_string(), &format!("g{n}@pinewater.example")))
        .collect();
    send(&app, json!(guests)).await.expect(200);

    let list = json!([{"id": "a", "method": "get", "url": format!("{}?$top=2", meeting.registrants())}]);
    let page = by_id(&send(&app, list).await, "a");

    let next = page["body"]["@odata.nextLink"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let rest = app.get(next).token(&app.token(&app.people.ines)).await.expect(200).json();
    assert_eq!(rest["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_waits_for_a_failed_request_is_not_tried_and_everything_else_is() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let path = meeting.registrants();
    let mut second = enrolment(&path, "b", "b@pinewater.example");
    second["dependsOn"] = json!(["A"]);
    let mut third = enrolment(&path, "c", "c@pinewater.example");
    third["dependsOn"] = json!(["b"]);
    let mut sixth = enrolment(&path, "f", "f@pinewater.example");
    sixth["dependsOn"] = json!(["e"]);

    let batch = send(
        &app,
        json!([
            third,
            second,
            enrolment(&path, "a", "nobody"),
            enrolment(&path, "e", "e@pinewater.example"),
            sixth,
        ]),
    )
    .await
    .expect(200);

    assert_eq!(by_id(&batch, "a")["body"]["error"]["innerError"]["code"], "invalidEmail");
    for id in ["b", "c"] {
        let answer = by_id(&batch, id);
        assert_eq!(
            (&answer["status"], &answer["body"]["error"]["code"]),
            (&json!(424), &json!("FailedDependency"))
        );
    }
    let emails: Vec<Value> =
        app.registrants(&meeting).await.iter().map(|guest| guest["email"].clone()).collect();
    assert_eq!(emails, ["e@pinewater.example", "f@pinewater.example"]);
}

/// Twenty of the longest pages would be 80 MiB, for a request of a kilobyte.
#[tokio::test]
async fn behind_so_many_bytes_of_answers_a_batch_begins_nothing_more() {
    let app = TestApp::new().await;
    let meeting = crate::lists::with_long_answers(&app).await;
    let last = enrolment(&meeting.registrants(), "last", "last@pinewater.example");
    let page = |n: u8| json!({"id": n.to_string(), "method": "GET", "url": meeting.registrants()});
    let mut requests: Vec<Value> = (0..10).map(page).collect();
    requests.push(last.clone());

    let batch = send(&app, json!(requests)).await.expect(200);

    assert_eq!(by_id(&batch, "0")["status"], 200);
    let refused = by_id(&batch, "last");
    assert_eq!((&refused["status"], &refused["headers"]["Retry-After"]), (&json!(429), &json!("1")));
    assert_eq!(refused["body"]["error"]["innerError"]["code"], "batchBudget");
    assert!(batch.body.len() < 30 << 20, "{}", batch.body.len());
    let again = by_id(&send(&app, json!([page(0), last])).await, "last");
    assert_eq!(again["status"], 200, "it is stored now, and was not before: {again}");
}

#[tokio::test]
async fn an_answer_without_a_body_has_no_such_member() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;

    let batch = send(&app, json!([{"id": "a", "method": "DELETE", "url": meeting.registration()}])).await;

    let answer = by_id(&batch, "a");
    assert_eq!(answer["status"], 204);
    assert!(answer.get("body").is_none() && answer["headers"].get("Content-Type").is_none(), "{answer}");
}

/// Nobody acts as somebody else by a header of one request, and no batch hides in a batch.
#[tokio::test]
async fn each_request_is_authorised_as_the_batch_is() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let ines = format!("Bearer {}", app.token(&app.people.ines));
    let requests = json!([
        {"id": "own", "method": "GET", "url": "/me"},
        {"id": "other", "method": "GET", "url": meeting.registration(), "headers": {"Authorization": ines}},
        {"id": "batch", "method": "POST", "url": "/$batch", "headers": {"content-type": "application/json"},
            "body": {"requests": []}},
        {"id": "elsewhere", "method": "GET", "url": "https://elsewhere.example/beta/me"},
        {"id": "verb", "method": "PUT", "url": "/me"},
        {"id": "odd", "method": "NO VERB", "url": "/me"},
        {"id": "untyped", "method": "PATCH", "url": meeting.registration(), "body": {}},
    ]);

    let body = json!({ "requests": requests });
    let batch = app.post("/beta/$batch").token(&app.token(&app.people.tomas)).json(&body).await.expect(200);

    for (id, status, code) in [
        ("other", 403, "notOrganizer"),
        ("batch", 400, "unknownSegment"),
        ("elsewhere", 400, "unknownSegment"),
        ("verb", 405, "methodNotAllowed"),
        ("odd", 400, "invalidValue"),
        ("untyped", 400, "invalidJson"),
    ] {
        let answer = by_id(&batch, id);
        assert_eq!(
            (answer["status"].as_u64(), answer["body"]["error"]["innerError"]["code"].as_str()),
            (Some(status), Some(code)),
            "{id}"
        );
    }
    assert_eq!(by_id(&batch, "own")["body"]["id"], app.people.tomas.id.to_string());
    app.post("/beta/$batch").json(&body).await.expect(401);
    let allowed = app.get("/beta/$batch").token(&app.token(&app.people.tomas)).await.expect(405);
    assert_eq!(allowed.header("allow"), Some("POST"));
}

#[tokio::test]
async fn a_batch_that_does_not_fit_together_is_refused_whole() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let guest = |id: &str| enrolment(&meeting.registrants(), id, "guest@pinewater.example");

    for body in [
        json!({"requests": (0..21).map(|n| guest(&n.to_string())).collect::<Vec<_>>()}),
        json!({"requests": [guest("a"), guest("A")]}),
        json!({"requests": [guest("a"), {"id": "b", "method": "GET", "url": "/me", "dependsOn": ["c"]}]}),
        json!({"requests": [guest("a"), {"id": "b", "method": "GET", "url": "/me", "dependsOn": ["b"]}]}),
        json!({"requests": [guest("a"), {"id": "b", "url": "/me"}]}),
        json!({}),
    ] {
        app.post("/v1.0/%24batch/").token(&token).json(&body).await.expect(400);
    }
    app.post("/v1.0/$batch").token(&token).text("application/json", "{\"requests\":[").await.expect(400);

    assert!(app.registrants(&meeting).await.is_empty(), "nothing of it was tried");
}
