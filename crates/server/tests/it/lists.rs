//! Lists of registrants, page by page, and one registrant by itself.

use domain::Role;
use serde_json::{Value, json};
use testkit::{APP, PUBLIC_URL, TestApp, TestMeeting, TestResponse, capture_logs};
use tracing::Instrument;

/// A meeting of Ines with so many guests.
async fn with_guests(app: &TestApp, guests: usize) -> TestMeeting {
    let meeting = app.built_in("everyone").await;
    for n in 0..guests {
        let email = format!("guest{n}@pinewater.example");
        let body = json!({"firstName": "Guest", "lastName": n.to_string(), "email": email});
        app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(&body).await.expect(200);
    }
    meeting
}

fn last_names(list: &TestResponse) -> Vec<String> {
    let value = list.json()["value"].clone();
    value.as_array().unwrap().iter().map(|item| item["lastName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_list_comes_in_order_of_arrival_page_by_page() {
    let app = TestApp::new().await;
    let meeting = with_guests(&app, 5).await;
    let token = app.token(&app.people.ines);
    let mut path = format!("{}?$top=2&$count=true", meeting.registrants());
    let mut pages = Vec::new();

    loop {
        let page = app.get(&path).token(&token).await.expect(200);
        assert_eq!(page.json()["@odata.count"], 5, "on every page");
        pages.push(last_names(&page));
        let body = page.json();
        let Some(next) = body.get("@odata.nextLink") else { break };
        let next = next.as_str().unwrap();
        assert!(next.contains("$top=2&$count=true&$skiptoken="), "the options go on: {next}");
        path = next.strip_prefix(PUBLIC_URL).expect("absolute, on the host that was asked").to_owned();
    }

    assert_eq!(pages, [vec!["0", "1"], vec!["2", "3"], vec!["4"]]);
}

/// A meeting with 25 guests who answer at length: 200 kB each.
pub(crate) async fn with_long_answers(app: &TestApp) -> TestMeeting {
    let meeting = app.meeting(&app.people.ines).await;
    let questions = vec![json!({"displayName": "Which river?", "answerInputType": "text"}); 100];
    app.register(&meeting, &json!({"allowedRegistrant": "everyone", "customQuestions": questions})).await;
    let token = app.token(&app.people.ines);
    let questions = app.get(meeting.questions()).token(&token).await.expect(200).json()["value"].clone();
    let answers = questions.as_array().unwrap().iter().map(|question| question["id"].clone());
    let answers: Vec<Value> =
        answers.map(|id| json!({"questionId": id, "value": "Loire ".repeat(333)})).collect();
    for n in 0..25 {
        let email = format!("guest{n}@pinewater.example");
        let mut body = json!({"firstName": "Guest", "lastName": n.to_string(), "email": email});
        body["customQuestionAnswers"] = json!(answers);
        app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);
    }
    meeting
}

/// However long the answers are, a page stays one that can be held in memory.
#[tokio::test]
async fn a_page_of_long_answers_ends_early_and_the_next_one_goes_on() {
    let app = TestApp::new().await;
    let meeting = with_long_answers(&app).await;
    let token = app.token(&app.people.ines);
    let first = app.get(format!("{}?$top=25", meeting.registrants())).token(&token).await.expect(200);
    let mut pages = vec![first];

    while let Some(next) = pages.last().unwrap().json().get("@odata.nextLink") {
        let next = next.as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
        pages.push(app.get(next).token(&token).await.expect(200));
    }

    assert_eq!(
        pages.iter().flat_map(last_names).collect::<Vec<_>>(),
        (0..25).map(|n| n.to_string()).collect::<Vec<_>>()
    );
    let lengths: Vec<usize> = pages.iter().map(|page| page.body.len()).collect();
    assert!(lengths.iter().all(|length| *length < 5 << 20), "{lengths:?}");
    assert!(
        lengths.iter().sum::<usize>() > 5 << 20,
        "the control: on one page it would be more: {lengths:?}"
    );
}

#[tokio::test]
async fn the_last_page_has_no_link_even_where_it_is_full() {
    let app = TestApp::new().await;
    let meeting = with_guests(&app, 4).await;
    let token = app.token(&app.people.ines);

    for (top, goes_on) in [("3", true), ("4", false), ("5", false), ("1000000", false)] {
        let page =
            app.get(format!("{}?$top={top}", meeting.registrants())).token(&token).await.expect(200).json();
        assert_eq!(page.get("@odata.nextLink").is_some(), goes_on, "$top={top}");
        assert_eq!(page.get("@odata.count"), None, "nobody asked");
    }
}

#[tokio::test]
async fn who_arrives_while_somebody_turns_pages_is_on_a_later_one() {
    let app = TestApp::new().await;
    let meeting = with_guests(&app, 3).await;
    let token = app.token(&app.people.ines);
    let first = app.get(format!("{}?$top=2", meeting.registrants())).token(&token).await.expect(200);
    let body = json!({"firstName": "Guest", "lastName": "late", "email": "late@pinewater.example"});
    app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);

    let next = first.json()["@odata.nextLink"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let second = app.get(next).token(&token).await.expect(200);

    assert_eq!(
        (last_names(&first), last_names(&second)),
        (vec!["0".into(), "1".into()], vec!["2".into(), "late".into()])
    );
}

/// The official clients refuse to take a token to another host than they sent it to.
#[tokio::test]
async fn the_link_to_the_next_page_stays_on_the_host_the_client_used() {
    let app = TestApp::new().await;
    let meeting = with_guests(&app, 2).await;
    let token = app.token(&app.people.ines);

    for (host, start) in [
        ("graph.riverbend.example:8443", "https://graph.riverbend.example:8443/"),
        ("[::1]:8080", "https://[::1]:8080/"),
        ("evil.example/x?", "https://usher.example/"),
        ("user@evil.example", "https://usher.example/"),
    ] {
        let call = app.get(format!("{}?$top=1", meeting.registrants())).token(&token).header("host", host);
        let next = call.await.expect(200).json()["@odata.nextLink"].as_str().unwrap().to_owned();
        assert!(next.starts_with(start), "{host}: {next}");
    }
}

#[tokio::test]
async fn an_item_shows_everything_the_organizer_may_see() {
    let app = TestApp::new().await;
    let (meeting, question) = answered(&app).await;
    let token = app.token(&app.people.ines);

    let list = app.get(meeting.registrants()).token(&token).await.expect(200);
    let item = list.json()["value"][0].clone();

    let (id, link) = (item["id"].as_str().unwrap(), item["joinWebUrl"].as_str().unwrap());
    assert_eq!(
        item.to_string(),
        format!(
            concat!(
                r##"{{"@odata.etag":{},"@odata.type":"#microsoft.graph.meetingRegistrant","id":"{}","##,
                r#""registrationDateTime":"2027-02-01T09:10:00Z","joinWebUrl":"{}","#,
                r#""firstName":"Tomas","lastName":"Virtanen","email":"tomas.virtanen@riverbend.example","#,
                r#""status":"registered","customQuestionAnswers":[{{"questionId":"{}","#,
                r#""displayName":"Which river?","value":"Loire"}},{{"questionId":{},"#,
                r#""displayName":"Which lake?","value":""}}]}}"#
            ),
            item["@odata.etag"], id, link, question, item["customQuestionAnswers"][1]["questionId"]
        )
    );
    let context = list.json()["@odata.context"].as_str().unwrap().to_owned();
    assert!(context.ends_with("/registration/registrants"), "{context}");
    let one = app.get(format!("{}/{id}", meeting.registrants())).token(&token).await.expect(200).json();
    assert_eq!(one["@odata.context"], format!("{context}/$entity"));
    let without_context: Value = one
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| *name != "@odata.context")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    assert_eq!(without_context, item);
}

/// Tomas, enrolled into a meeting of Ines with two questions, of which he answered the first.
async fn answered(app: &TestApp) -> (TestMeeting, String) {
    let meeting = app.meeting(&app.people.ines).await;
    let question = |text: &str| json!({"displayName": text, "answerInputType": "text"});
    let questions = [question("Which river?"), question("Which lake?")];
    let registration = json!({"allowedRegistrant": "organization", "customQuestions": questions});
    app.register(&meeting, &registration).await;
    let questions = app.get(meeting.questions()).token(&app.token(&app.people.ines)).await.expect(200).json();
    let id = questions["value"][0]["id"].as_str().unwrap().to_owned();
    let mut body = app.people.tomas.enrolment();
    body["customQuestionAnswers"] = json!([{"questionId": id, "value": "Loire"}]);
    app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(&body).await.expect(200);
    (meeting, id)
}

#[tokio::test]
async fn the_edition_of_2021_lists_nulls_where_the_old_service_did() {
    let app = TestApp::builder().config("[compat]\nlists = \"2021\"").build().await;
    let (meeting, _) = answered(&app).await;
    let external = app.external("everyone").await;
    let token = app.token(&app.people.ines);
    let ticket = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": "7731"});
    app.post(external.registrants()).token(&token).json(&ticket).await.expect(200);

    let (item, ticket) = (&app.registrants(&meeting).await[0], &app.registrants(&external).await[0]);

    assert_eq!((&item["joinWebUrl"], &ticket["joinWebUrl"]), (&Value::Null, &Value::Null));
    let answer = &item["customQuestionAnswers"][0];
    assert_eq!(
        (&answer["questionId"], &answer["displayName"], &answer["value"]),
        (&Value::Null, &json!("Which river?"), &json!("Loire"))
    );
}

#[tokio::test]
async fn whoever_canceled_stays_in_a_built_in_list_and_leaves_an_external_one() {
    let app = TestApp::new().await;
    let (built_in, _) = answered(&app).await;
    let external = app.external("everyone").await;
    let (ines, tomas) = (app.token(&app.people.ines), app.token(&app.people.tomas));
    for id in ["1", "2"] {
        let ticket = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": id});
        app.post(external.registrants()).token(&ines).json(&ticket).await.expect(200);
    }
    let id = app.registrants(&built_in).await[0]["id"].as_str().unwrap().to_owned();

    app.delete(format!("{}/{id}", built_in.registrants())).token(&tomas).await.expect(204);
    app.delete(format!("{}/1", external.registrants())).token(&ines).await.expect(204);

    let list =
        |meeting: &TestMeeting| app.get(format!("{}?$count=true", meeting.registrants())).token(&ines).send();
    let (built_in_list, external_list) =
        (list(&built_in).await.expect(200).json(), list(&external).await.expect(200).json());
    assert_eq!(
        (&built_in_list["@odata.count"], &built_in_list["value"][0]["status"]),
        (&json!(1), &json!("canceled"))
    );
    assert_eq!(
        (&external_list["@odata.count"], external_list["value"].as_array().unwrap().len()),
        (&json!(1), 1)
    );
    assert_eq!(external_list["value"][0]["id"], "2");
    app.get(format!("{}/{id}", built_in.registrants())).token(&ines).await.expect(200);
    app.get(format!("{}/1", external.registrants())).token(&ines).await.expect(404);
}

/// Seed 004: "any form of string".
#[tokio::test]
async fn an_external_id_may_be_any_text_and_is_found_by_it() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    app.allow(APP, &app.people.ines).await;
    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);
    let strange = [
        "crm/7731",
        "a b",
        "ü–☃",
        "100%",
        "%2F",
        "a?b#c&d=e",
        "'; DROP TABLE registrant;--",
        "..",
        "\\",
        "\"",
        "<b>",
        "registrants",
        "$count",
        "line\nbreak",
        " ",
        "A",
        "a",
    ];

    for id in strange {
        let body = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": id});
        let enrolled = app.post(meeting.registrants()).token(&token).json(&body).await.expect(200).json();
        let path = format!(
            "{}/{}",
            meeting.registrants(),
            percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC)
        );
        let one = app.get(&path).token(&token).await.expect(200).json();
        assert_eq!((&one["id"], &one["joinWebUrl"]), (&json!(id), &enrolled["joinWebUrl"]));
        let link = enrolled["joinWebUrl"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap();
        assert!(
            app.get(link).await.expect(200).text().contains("The door is not open yet"),
            "{id:?}: {link}"
        );
    }

    assert_eq!(app.registrants(&meeting).await.len(), strange.len());
    for id in strange {
        let path = format!(
            "{}/{}",
            meeting.registrants(),
            percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC)
        );
        app.delete(&path).token(&token).await.expect(204);
    }
    assert_eq!(app.registrants(&meeting).await.len(), 0);
}

#[tokio::test]
async fn a_list_without_anybody_is_an_empty_list() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;

    let list = app
        .get(format!("{}?$count=true", meeting.registrants()))
        .token(&app.token(&app.people.ines))
        .await
        .expect(200)
        .json();

    assert_eq!((&list["@odata.count"], &list["value"]), (&json!(0), &json!([])));
}

/// The statements that a list of so many guests, their count and a guest by himself are read with.
async fn statements(guests: usize) -> Vec<String> {
    let logs = capture_logs();
    let app = TestApp::new().await;
    let meeting = with_guests(&app, guests).await;
    let token = app.token(&app.people.ines);
    let path = format!("{}?$count=true", meeting.registrants());

    let asked = tracing::info_span!("list_of", guests);
    let list = app.get(path).token(&token).send().instrument(asked).await.expect(200);

    assert_eq!(last_names(&list).len(), guests);
    // The driver logs a statement behind its last row; once the database is closed it has logged them all.
    app.restart().await;
    let (logs, asked) = (logs.text(), format!("list_of{{guests={guests}}}"));
    let question = |line: &str| {
        let (_, said) = line.split_once("summary=\"")?;
        let (text, _) = said.split_once(" rows_affected=")?;
        ["SELECT", "WITH"].iter().any(|word| text.starts_with(word)).then(|| text.to_owned())
    };
    let mut questions: Vec<String> =
        logs.lines().filter(|line| line.contains(&asked)).filter_map(question).collect();
    // Each connection logs by itself, so of two the later statement may be told first.
    questions.sort_unstable();
    questions
}

#[tokio::test]
async fn a_list_of_one_and_of_three_cost_the_same_statements() {
    let (one, three) = (statements(1).await, statements(3).await);

    assert!(one.len() > 2, "meeting, registration, questions, page and count: {one:#?}");
    assert_eq!(one, three);
}
