use domain::Role;
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{APP, TestApp};

use super::export::export;
use super::{each, enroll, enroll_as, guest, results, targets};

#[tokio::test]
async fn a_result_comes_for_each_row_and_a_faulty_one_spoils_no_other() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let rows = [
        guest(0),
        json!({"firstName": "Guest", "email": "nobody"}),
        json!(7),
        json!({"firstName": "A", "lastName": "B", "email": "a@x.example", "idempotencyKey": ""}),
        guest(1),
        guest(0),
    ];

    let answer = enroll(&app, &meeting, &rows).await.expect(200).json();

    let context = answer["@odata.context"].as_str().unwrap();
    assert!(context.ends_with("/$metadata#Collection(microsoft.graph.registrantResult)"), "{context}");
    let results = answer["value"].as_array().unwrap();
    assert_eq!(each(results, "index"), [0, 1, 2, 3, 4, 5]);
    assert_eq!(
        each(results, "wasRegistered"),
        [&json!(false), &Value::Null, &Value::Null, &Value::Null, &json!(false), &json!(true)]
    );
    assert_eq!(
        targets(results),
        [
            &Value::Null,
            &json!("registrants/1/lastName"),
            &json!("registrants/2"),
            &json!("registrants/3/idempotencyKey"),
            &Value::Null,
            &Value::Null
        ]
    );
    let details = results[1]["error"]["details"].as_array().unwrap();
    assert_eq!(each(details, "target"), ["registrants/1/lastName", "registrants/1/email"]);
    assert_eq!(results[1]["error"]["innerError"]["code"], "memberMissing");
    let listed = app.registrants(&meeting).await;
    assert_eq!(each(&listed, "email"), ["guest0@pinewater.example", "guest1@pinewater.example"]);
    assert_eq!(results[0]["id"], listed[0]["id"]);
    assert_eq!(results[5]["id"], listed[0]["id"]);
    assert_eq!(results[0]["status"], "registered");
    assert_eq!(results[0].get("joinWebUrl"), None, "as a single enrolment: their link goes to them");
    assert_eq!(app.mail().await.len(), 2, "each of the two has their letter");
}

#[tokio::test]
async fn places_go_to_the_first_rows() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    app.register(&meeting, &json!({"allowedRegistrant": "everyone", "capacity": 3})).await;
    enroll(&app, &meeting, &[guest(999)]).await.expect(200);

    // More than one party of the turnstile, and somebody who has a place among those who find none.
    let rows: Vec<Value> = (0..300).map(|n| guest(if n == 200 { 999 } else { n })).collect();
    let told = results(enroll(&app, &meeting, &rows)).await;

    let places: Vec<usize> = (0..300).filter(|n| told[*n]["status"] == "registered").collect();
    assert_eq!(places, [0, 1, 200]);
    assert_eq!(told[2]["error"]["innerError"]["code"], "registrationFull");
    assert_eq!(told[2]["error"]["target"], "registrants/2");
    assert_eq!(app.registrants(&meeting).await.len(), 3);
}

#[tokio::test]
async fn a_row_that_is_sent_again_gets_its_first_answer() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let keyed = |n: usize, key: &str| {
        let mut row = guest(n);
        row["idempotencyKey"] = json!(key);
        row
    };
    let first = results(enroll(&app, &meeting, &[keyed(0, "a"), keyed(1, "b")])).await;

    // Nobody can register any more, and a retry does not ask.
    app.set_clock("2027-02-01T11:30:00Z");
    let again = results(enroll(&app, &meeting, &[keyed(1, "b"), keyed(2, "a"), guest(0)])).await;

    assert_eq!(again[0]["id"], first[1]["id"]);
    assert_eq!(again[1]["error"]["innerError"]["code"], "idempotencyKeyReused");
    assert_eq!(again[1]["error"]["target"], "registrants/1/idempotencyKey");
    assert_eq!(
        again[2]["error"]["innerError"]["code"], "registrationEnded",
        "without a key it is a new request"
    );
}

#[tokio::test]
async fn the_header_is_a_key_for_every_row() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let send = |rows: Vec<Value>| enroll(&app, &meeting, &rows).header("idempotency-key", "import 7");
    let first = results(send(vec![guest(0), guest(1)])).await;

    app.set_clock("2027-02-01T11:30:00Z");
    let again = results(send(vec![guest(0), guest(5)])).await;

    assert_eq!(again[0]["id"], first[0]["id"]);
    assert_eq!(again[1]["error"]["innerError"]["code"], "idempotencyKeyReused");
}

#[tokio::test]
async fn whoever_is_registered_gets_no_second_letter() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    enroll(&app, &meeting, &[guest(0)]).await.expect(200);
    let at_first = app.mail().await.len();
    app.advance(SignedDuration::from_mins(20));

    let told = results(enroll(&app, &meeting, &[guest(0)])).await;
    let letters = app.mail().await.len();
    // The control: by itself the same enrolment sends the letter again.
    app.post(meeting.registrants()).token(&app.token(&app.people.ines)).json(&guest(0)).await.expect(200);

    assert_eq!(told[0]["wasRegistered"], true);
    assert_eq!((at_first, letters, app.mail().await.len()), (1, 0, 1));
}

#[tokio::test]
async fn an_external_system_gets_its_links_and_is_told_who_was_there() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    app.allow(APP, &app.people.ines).await;
    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);
    let rows = [json!({"id": "crm/1"}), json!({"id": "crm/2", "firstName": "passed over"}), json!({})];

    let told = results(enroll_as(&app, &meeting, &token, &rows)).await;
    let again = results(enroll_as(&app, &meeting, &token, &rows[..1])).await;

    assert_eq!(each(&told, "id"), [&json!("crm/1"), &json!("crm/2"), &Value::Null]);
    assert!(told[0]["joinWebUrl"].as_str().unwrap().contains("crm%2f1"), "{}", told[0]);
    assert_eq!(told[2]["error"]["target"], "registrants/2/id");
    assert_eq!((&again[0]["wasRegistered"], &again[0]["joinWebUrl"]), (&json!(true), &told[0]["joinWebUrl"]));
}

#[tokio::test]
async fn the_organizer_enrolls_colleagues_by_id_or_address() {
    let app = TestApp::new().await;
    let meeting = app.built_in("organization").await;
    let people = &app.people;
    let rows = [
        json!({"userId": people.tomas.id.to_string()}),
        json!({"email": people.ines.mail.to_uppercase()}),
        json!({"userId": people.sanna.id.to_string()}),
        json!({"email": "guest@pinewater.example"}),
        json!({"userId": people.tomas.id.to_string(), "firstName": "Somebody"}),
        json!({"firstName": "Nobody"}),
    ];

    let told = results(enroll(&app, &meeting, &rows)).await;

    assert_eq!(each(&told, "status")[..2], ["registered", "registered"]);
    assert_eq!(
        targets(&told)[2..],
        ["registrants/2/userId", "registrants/3/email", "registrants/4/firstName", "registrants/5/userId"]
    );
    let listed = app.registrants(&meeting).await;
    // As it was typed: it reaches the same mailbox.
    let typed = people.ines.mail.to_uppercase();
    assert_eq!(each(&listed, "email"), [people.tomas.mail.as_str(), &typed]);
    // Whoever comes by themselves afterwards has the place already.
    let own =
        app.post(meeting.registrants()).token(&app.token(&people.tomas)).json(&people.tomas.enrolment());
    assert_eq!(own.await.expect(200).json()["id"], told[0]["id"]);
}

#[tokio::test]
async fn who_may_not_read_the_list_learns_nothing_of_it() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    app.allow(APP, &app.people.ines).await;
    enroll(&app, &meeting, &[guest(0)]).await.expect(200);
    let reader = app.application(APP, &[Role::MeetingsReadAll]);

    let told = results(enroll_as(&app, &meeting, &reader, &[guest(0), guest(1)])).await;

    let nothing = |index: usize| json!({"index": index, "status": null, "id": null});
    assert_eq!(told, [nothing(0), nothing(1)]);
    assert_eq!(app.registrants(&meeting).await.len(), 2);
}

#[tokio::test]
async fn nobody_but_the_organizer_enrolls_many() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let [tomas, sanna] = [&app.people.tomas, &app.people.sanna].map(|person| app.token(person));

    let colleague = enroll_as(&app, &meeting, &tomas, &[guest(0)]).await.expect(403);
    let foreigner = enroll_as(&app, &meeting, &sanna, &[guest(0)]).await.expect(404);

    assert_eq!(colleague.inner_code(), "notOrganizer");
    assert_eq!(foreigner.inner_code(), "meetingNotFound");
    assert_eq!(app.registrants(&meeting).await.len(), 0);
}

#[tokio::test]
async fn a_request_has_its_measure() {
    let app = TestApp::builder().config("[limits]\napp_per_minute = 30").build().await;
    let meeting = app.built_in("everyone").await;
    let rows = |many: usize| (0..many).map(guest).collect::<Vec<_>>();

    let none = enroll(&app, &meeting, &[]).await.expect(400);
    let too_many = enroll(&app, &meeting, &rows(1_001)).await.expect(400);
    let never = enroll(&app, &meeting, &rows(50)).await.expect(400);
    enroll(&app, &meeting, &rows(10)).await.expect(200);
    let over = enroll(&app, &meeting, &rows(20)).await.expect(429);
    let long = json!({"registrants": [{"firstName": "x".repeat(1 << 20)}]});
    app.advance(SignedDuration::from_mins(5));
    let path = format!("{}/enrollRegistrants", meeting.registration());
    let long = app.post(path).token(&app.token(&app.people.ines)).json(&long).await.expect(413);

    assert_eq!((none.target().as_str(), none.inner_code().as_str()), ("registrants", "memberMissing"));
    assert_eq!((too_many.target().as_str(), too_many.inner_code().as_str()), ("registrants", "tooLong"));
    assert_eq!(never.inner_code(), "tooLong");
    assert_eq!(over.inner_code(), "appBudget");
    assert!(over.header("retry-after").is_some());
    assert_eq!(long.inner_code(), "bodyTooLarge");
    assert_eq!(app.registrants(&meeting).await.len(), 10, "what is refused is stored in no part");
}

/// Thirty answers to each of a thousand people are no more values than a request may hold.
#[tokio::test]
async fn a_thousand_people_answer_their_questions() {
    let app = TestApp::builder().server("max_body_bytes = 16777216").server("queue = 7").build().await;
    let meeting = app.meeting(&app.people.ines).await;
    let questions: Vec<Value> =
        (0..30).map(|n| json!({"displayName": format!("Q{n}"), "answerInputType": "text"})).collect();
    app.register(&meeting, &json!({"allowedRegistrant": "everyone", "customQuestions": questions})).await;
    let asked = app.get(meeting.questions()).token(&app.token(&app.people.ines)).await.expect(200).json();
    let ids: Vec<&str> =
        asked["value"].as_array().unwrap().iter().map(|q| q["id"].as_str().unwrap()).collect();
    let rows: Vec<Value> = (0..1_000)
        .map(|n| {
            let mut row = guest(n);
            let answers: Vec<Value> =
                ids.iter().map(|id| json!({"questionId": id, "value": format!("{n}")})).collect();
            row["customQuestionAnswers"] = json!(answers);
            row
        })
        .collect();

    let told = results(enroll(&app, &meeting, &rows)).await;

    assert!(told.iter().all(|result| result["status"] == "registered"), "with a queue of seven, too");
    let listed = export(&app, &meeting, "csv").await.expect(200).text();
    let numbers =
        listed.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<usize>().unwrap());
    assert!(numbers.eq(0..1_000), "everybody is there, in the order of the rows");
}
