//! Lists asked about over HTTP: `$filter`, `$orderby`, `$search`, `$skip`, `$count`. What filters mean is held against a
//! naive evaluation in the store's tests.

use domain::Role;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use testkit::{APP, PUBLIC_URL, TestApp, TestMeeting, TestResponse, capture_logs};

const PEOPLE: [(&str, &str, &str, &str); 5] = [
    ("Åsa", "Berg", "asa.berg@pinewater.example", "Loire"),
    ("Bo", "ängström", "bo@pinewater.example", "loire"),
    ("Mirja", "O'Dossou", "Mirja@harbour.example", "Rhine"),
    ("Nils", "Abara", "nils@harbour.example", ""),
    ("100%", "Zed_", "zed@pinewater.example", "50% wet"),
];

/// A meeting of Ines with five guests and a question that they answered.
struct Scene {
    app: TestApp,
    meeting: TestMeeting,
    token: String,
    question: String,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let meeting = app.meeting(&app.people.ines).await;
        let question = json!({"displayName": "Which river?", "answerInputType": "text"});
        app.register(&meeting, &json!({"allowedRegistrant": "everyone", "customQuestions": [question]}))
            .await;
        let token = app.token(&app.people.ines);
        let questions = app.get(meeting.questions()).token(&token).await.expect(200).json();
        let question = questions["value"][0]["id"].as_str().unwrap().to_owned();
        for (first, last, email, river) in PEOPLE {
            let mut body = json!({"firstName": first, "lastName": last, "email": email});
            body["customQuestionAnswers"] = json!([{"questionId": question, "value": river}]);
            app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);
        }
        Self { app, meeting, token, question }
    }

    async fn ask(&self, query: &str) -> TestResponse {
        self.app.get(format!("{}{query}", self.meeting.registrants())).token(&self.token).await
    }

    /// The last names that a filter finds.
    async fn find(&self, filter: &str) -> Vec<String> {
        last_names(&self.ask(&format!("?$filter={}", encoded(filter))).await.expect(200))
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn last_names(list: &TestResponse) -> Vec<String> {
    let value = list.json()["value"].clone();
    value.as_array().unwrap().iter().map(|item| item["lastName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_word_of_a_filter_is_understood() {
    let scene = Scene::new().await;
    let question = &scene.question;

    for (filter, expected) in [
        ("email eq 'MIRJA@harbour.example'", vec!["O'Dossou"]),
        ("lastName eq 'o''dossou'", vec!["O'Dossou"]),
        ("lastName eq 'ÄNGSTRÖM'", vec!["ängström"]),
        ("firstname EQ 'åsa'", vec!["Berg"]),
        ("status ne 'canceled' and endswith(email,'harbour.example')", vec!["O'Dossou", "Abara"]),
        (
            "status eq microsoft.graph.meetingRegistrantStatus'registered' and firstName gt 'n'",
            vec!["Berg", "Abara"],
        ),
        ("firstName in ('bo', 'nils')", vec!["ängström", "Abara"]),
        ("not (startswith(email,'m') or startswith(email,'n')) and lastName lt 'c'", vec!["Berg"]),
        ("contains(firstName,'%')", vec!["Zed_"]),
        ("contains(lastName,'_')", vec!["Zed_"]),
        ("registrationDateTime lt 2027-02-01T09:10:00Z", vec![]),
        ("registrationDateTime le 2027-02-01T10:10:00+01:00 and lastName eq 'abara'", vec!["Abara"]),
        ("customQuestionAnswers/any(a:a/value eq 'LOIRE')", vec!["Berg", "ängström"]),
        ("customQuestionAnswers/any(a: a/displayName eq 'which river?' and a/value eq '')", vec!["Abara"]),
        (
            &format!("customQuestionAnswers/any(x:x/questionId eq '{question}' and contains(x/value,'%'))"),
            vec!["Zed_"],
        ),
        ("customQuestionAnswers/any(a:a/questionId eq 'nonsense')", vec![]),
        ("not customQuestionAnswers/any()", vec![]),
        ("lastName eq null", vec![]),
    ] {
        assert_eq!(scene.find(filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_registrant_is_found_by_the_id_that_a_list_shows() {
    let scene = Scene::new().await;
    let list = scene.ask("").await.expect(200).json();
    let id = list["value"][3]["id"].as_str().unwrap();

    assert_eq!(scene.find(&format!("id eq '{id}'")).await, ["Abara"]);
    assert_eq!(scene.find(&format!("id in ('{id}','x') and lastName eq 'berg'")).await, [""; 0]);
    assert_eq!(scene.find("id ne 'nonsense'").await.len(), PEOPLE.len());
}

#[tokio::test]
async fn options_are_understood_in_every_spelling() {
    let scene = Scene::new().await;

    for query in [
        "?$filter=lastName%20eq%20'abara'&$count=true",
        "?%24filter=lastName%20eq%20%27abara%27&%24count=true",
        "?filter=lastName+eq+'abara'&count=true",
        "?$Filter=lastName%20eq%20'abara'&$Count=true&utm=x",
    ] {
        let list = scene.ask(query).await.expect(200);
        assert_eq!((last_names(&list), &list.json()["@odata.count"]), (vec!["Abara".to_owned()], &json!(1)));
    }
}

#[tokio::test]
async fn what_is_not_understood_is_named_by_its_column() {
    let scene = Scene::new().await;
    let canary = "c4n4ry";

    for (option, text, column) in [
        ("$filter", "phone eq '1'", 1),
        ("$filter", "email eq 5", 10),
        ("$filter", "email is 'x'", 7),
        ("$filter", "email eq 'c4n4ry", 10),
        ("$filter", "email eq \"c4n4ry\"", 10),
        ("$filter", "(email eq 'c4n4ry'", 19),
        ("$filter", "email eq 'a' email eq 'c4n4ry'", 14),
        ("$filter", "status eq 'c4n4ry'", 11),
        ("$filter", "status gt 'canceled'", 8),
        ("$filter", "registrationDateTime ge '2027-02-01T09:10:00Z'", 25),
        ("$filter", "tolower(email) eq 'c4n4ry'", 1),
        ("$filter", "contains(status,'c4n4ry')", 10),
        ("$filter", "customQuestionAnswers/any(a:b/value eq 'c4n4ry')", 29),
        ("$filter", "customQuestionAnswers/all(a:a/value eq 'c4n4ry')", 1),
        ("$filter", "email eq 'a\0c4n4ry'", 12),
        ("$filter", "", 1),
        ("$orderby", "lastName,phone", 10),
        ("$orderby", "email up", 7),
        ("$orderby", "email,email desc", 7),
        ("$search", "\"c4n4ry", 1),
        ("$search", "a OR", 3),
        ("$search", "a)", 2),
    ] {
        let refused = scene.ask(&format!("?{option}={}", encoded(text))).await.expect(400);
        let error = refused.json()["error"].clone();
        let message = error["message"].as_str().unwrap_or_default().to_owned();
        let said = format!("`{option}`, column {column}: ");
        assert_eq!(
            (refused.inner_code().as_str(), refused.target().as_str()),
            ("unsupportedQuery", option),
            "{text}"
        );
        assert!(message.contains(&said), "{text}: {message}");
        assert!(!refused.text().contains(canary), "what was typed is not said again: {message}");
        assert!(!refused.text().to_uppercase().contains("SELECT"), "{message}");
    }
}

#[tokio::test]
async fn a_filter_of_any_length_and_depth_is_answered_and_never_breaks() {
    let scene = Scene::new().await;
    let deep = |n: usize| format!("{}email eq 'x'{}", "(".repeat(n), ")".repeat(n));
    let long = |n: usize| vec!["email eq 'x'"; n].join(" or ");
    let quoted = |n: usize| format!("contains(email,'{}')", "ä".repeat(n));

    for filter in [deep(20), long(100), quoted(3_900), format!("{}email eq 'x'", "not ".repeat(20))] {
        assert_eq!(
            scene.ask(&format!("/$count?$filter={}", encoded(&filter))).await.expect(200).text().len(),
            1
        );
    }
    for filter in
        [deep(21), deep(1_900), long(101), quoted(4_000), format!("{}email eq 'x'", "not ".repeat(900))]
    {
        let refused = scene.ask(&format!("?$filter={}", encoded(&filter))).await.expect(400);
        assert_eq!(refused.target(), "$filter");
    }
}

/// Every letter of these is looked for in every row.
#[tokio::test]
async fn letters_that_have_to_be_folded_are_bounded() {
    let scene = Scene::new().await;
    let alphabet: String = ('А'..='Я').collect();
    let names = format!("lastName in ({})", vec![format!("'{alphabet}'"); 99].join(","));
    let once = format!("lastName eq '{alphabet}'");
    let ask = async |option: &str, text: &str| scene.ask(&format!("?${option}={}", encoded(text))).await;

    for filter in [&names, &format!("{once} or {once}")] {
        assert_eq!(last_names(&ask("filter", filter).await.expect(200)), [""; 0], "the control: {filter}");
    }
    ask("search", &alphabet[..20]).await.expect(200);
    for (option, text) in
        [("filter", format!("{once} or {once} or email eq 'å'")), ("search", alphabet.clone())]
    {
        let refused = ask(option, &text).await.expect(400);
        assert_eq!(
            (refused.inner_code().as_str(), refused.target()),
            ("unsupportedQuery", format!("${option}")),
            "{text}"
        );
    }
    let refused = ask("filter", &format!("{once} and {once} and {once}")).await.expect(400);
    assert!(refused.text().contains("64"), "{}", refused.text());
}

#[tokio::test]
async fn a_list_comes_in_the_order_that_is_asked_for_page_by_page() {
    let scene = Scene::new().await;
    let mut path =
        format!("{}?$orderby=lastName%20desc&$top=2&$skip=1&$count=true", scene.meeting.registrants());
    let mut pages = Vec::new();

    loop {
        let page = scene.app.get(&path).token(&scene.token).await.expect(200);
        assert_eq!(page.json()["@odata.count"], 5, "on every page");
        pages.push(last_names(&page));
        let body = page.json();
        let Some(next) = body.get("@odata.nextLink") else { break };
        let next = next.as_str().unwrap();
        assert!(!next.contains("skip="), "what was passed over once is not passed over again: {next}");
        path = next.strip_prefix(PUBLIC_URL).unwrap().to_owned();
    }

    // By bytes, so that both engines agree: letters beyond A to Z stand behind them.
    assert_eq!(pages, [vec!["Zed_", "O'Dossou"], vec!["Berg", "Abara"]]);
    let by_two = scene.ask("?$orderby=status,firstName&$select=firstName").await.expect(200).json();
    let first = by_two["value"].as_array().unwrap().iter().map(|item| item["firstName"].clone());
    assert_eq!(first.collect::<Vec<_>>(), ["100%", "Bo", "Mirja", "Nils", "Åsa"]);
    assert_eq!(last_names(&scene.ask("?$orderby=id%20desc&$top=2").await.expect(200)), ["Zed_", "Abara"]);
}

#[tokio::test]
async fn the_place_of_a_page_is_good_for_its_own_question_alone() {
    let scene = Scene::new().await;
    let other = scene.app.built_in("everyone").await;
    let page = scene.ask("?$orderby=lastName&$top=2").await.expect(200).json();
    let (_, token) = page["@odata.nextLink"].as_str().unwrap().split_once("$skiptoken=").unwrap();

    scene.ask(&format!("?$top=1&orderby=lastName&$skiptoken={token}")).await.expect(200);
    for query in [
        format!("?$skiptoken={token}"),
        format!("?$orderby=lastName%20desc&$skiptoken={token}"),
        format!("?$orderby=lastName&$filter=email%20ne%20'x'&$skiptoken={token}"),
        format!("?$orderby=lastName&$skip=1&$skiptoken={token}"),
        format!("?$orderby=lastName&$skiptoken={}", token.replacen(&token[..2], "zz", 1)),
    ] {
        let refused = scene.ask(&query).await.expect(400);
        assert_eq!(refused.target(), "$skiptoken", "{query}");
    }
    let elsewhere = format!("{}?$orderby=lastName&$skiptoken={token}", other.registrants());
    scene.app.get(elsewhere).token(&scene.token).await.expect(400);
}

#[tokio::test]
async fn words_are_searched_for_in_names_and_address() {
    let scene = Scene::new().await;

    for (search, expected) in [
        ("harbour", vec!["O'Dossou", "Abara"]),
        ("HARBOUR nils", vec!["Abara"]),
        ("\"Åsa\" OR zed", vec!["Berg", "Zed_"]),
        ("pinewater NOT (åsa OR bo)", vec!["Zed_"]),
        ("\"asa.berg@\"", vec!["Berg"]),
        ("100%", vec!["Zed_"]),
        ("nobody", vec![]),
    ] {
        let found = scene.ask(&format!("?$search={}", encoded(search))).await.expect(200);
        assert_eq!(last_names(&found), expected, "{search}");
    }
    let both = scene.ask("?$search=harbour&$filter=lastName%20eq%20'abara'&$count=true").await.expect(200);
    assert_eq!((last_names(&both), &both.json()["@odata.count"]), (vec!["Abara".to_owned()], &json!(1)));
}

#[tokio::test]
async fn items_are_counted_in_plain_text() {
    let scene = Scene::new().await;
    let count = async |path: String| scene.app.get(path).token(&scene.token).await.expect(200);
    let registrants = scene.meeting.registrants();

    let all = count(format!("{registrants}/$count")).await;
    assert_eq!((all.text().as_str(), all.header("content-type")), ("5", Some("text/plain;charset=utf-8")));
    for (path, expected) in [
        (format!("{registrants}/$count?$filter={}", encoded("endswith(email,'harbour.example')")), "2"),
        (format!("{registrants}/$count?search=pinewater"), "3"),
        (format!("{}/$count", scene.meeting.questions()), "1"),
        (format!("{}/$count?$filter=isRequired", scene.meeting.questions()), "0"),
        (format!("{}/attendanceReports/$count", scene.meeting.path()), "0"),
    ] {
        assert_eq!(count(path.clone()).await.text(), expected, "{path}");
    }
    let posted = scene.app.post(format!("{registrants}/$count")).token(&scene.token).json(&json!({})).await;
    assert_eq!(posted.expect(405).header("allow"), Some("GET"));
    let stranger = scene.app.token(&scene.app.people.tomas);
    scene.app.get(format!("{registrants}/$count")).token(&stranger).await.expect(403);
}

#[tokio::test]
async fn a_batch_counts_as_well() {
    let scene = Scene::new().await;
    let url = format!("{}/$count", scene.meeting.registrants());
    let body = json!({"requests": [{"id": "1", "method": "GET", "url": url}]});

    let answer = scene.app.post("/beta/$batch").token(&scene.token).json(&body).await.expect(200).json();

    assert_eq!(
        (&answer["responses"][0]["status"], &answer["responses"][0]["body"]),
        (&json!(200), &json!(5))
    );
}

#[tokio::test]
async fn an_external_registrant_is_found_by_id_and_by_person() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    app.allow(APP, &app.people.ines).await;
    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);
    for id in ["CRM/1", "crm/1", "a%b", "a_b"] {
        let body = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": id});
        app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);
    }

    for (filter, expected) in [
        ("id eq 'CRM/1'", vec!["CRM/1"]),
        ("id eq 'CRM/1' and userId ne null", vec![]),
        ("startswith(id,'crm')", vec!["crm/1"]),
        ("endswith(id,'b') and contains(id,'%')", vec!["a%b"]),
        ("id gt 'a_' and userId eq null", vec!["crm/1", "a_b"]),
        ("userId eq '2b9e61d4-70cf-4e0b-8a35-c1f7d92e4460'", vec![]),
    ] {
        let path = format!("{}?$filter={}", meeting.registrants(), encoded(filter));
        let list = app.get(path).token(&token).await.expect(200).json();
        let ids: Vec<&Value> = list["value"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
        assert_eq!(ids, expected, "{filter}");
    }
    let path = format!("{}?$filter={}", meeting.registrants(), encoded("email eq 'x'"));
    let by_person = format!("{}?$orderby=userId", meeting.registrants());
    assert_eq!(app.get(by_person).token(&token).await.expect(400).target(), "$orderby");
    let refused = app.get(path).token(&token).await.expect(400);
    assert!(refused.text().contains("there are id, userId, tenantId"), "{}", refused.text());
}

#[tokio::test]
async fn short_lists_are_asked_about_alike() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let question = |text: &str, is_required: bool| json!({"displayName": text, "answerInputType": "text", "isRequired": is_required});
    let questions = [question("Cabin?", true), question("Deck?", false), question("Anchor?", true)];
    app.register(&meeting, &json!({"allowedRegistrant": "everyone", "customQuestions": questions})).await;
    let token = app.token(&app.people.ines);
    let ask = async |query: &str| {
        let path = format!("{}?{query}", meeting.questions());
        let list = app.get(path).token(&token).await.expect(200).json();
        let names = list["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["displayName"].as_str().unwrap().to_owned());
        (names.collect::<Vec<_>>(), list)
    };

    assert_eq!(ask("$filter=isRequired%20eq%20true&$orderby=displayName").await.0, ["Anchor?", "Cabin?"]);
    assert_eq!(ask("$filter=contains(displayName,'DECK')").await.0, ["Deck?"]);
    assert_eq!(ask("$orderby=isRequired%20desc,displayName%20desc").await.0, ["Cabin?", "Anchor?", "Deck?"]);
    let (first, list) = ask("$orderby=displayName&$top=2&$count=true").await;
    assert_eq!((first, &list["@odata.count"]), (vec!["Anchor?".to_owned(), "Cabin?".to_owned()], &json!(3)));
    let next = list["@odata.nextLink"].as_str().unwrap().split_once('?').unwrap().1.to_owned();
    let (second, list) = ask(&next).await;
    assert_eq!((second, list.get("@odata.nextLink")), (vec!["Deck?".to_owned()], None));
}

#[tokio::test]
async fn letters_are_told_apart_by_kind_and_time() {
    let scene = Scene::new().await;
    let id = scene.ask("?$top=1").await.expect(200).json()["value"][0]["id"].as_str().unwrap().to_owned();
    let letters = async |query: &str| {
        let path = format!("{}/{id}/letters{query}", scene.meeting.registrants());
        scene.app.get(path).token(&scene.token).await.expect(200)
    };

    assert_eq!(letters("/$count?$filter=kind%20eq%20'confirmation'").await.text(), "1");
    assert_eq!(letters("/$count?$filter=kind%20ne%20'confirmation'").await.text(), "0");
    let list = letters("?$filter=statusDateTime%20ge%202027-01-01T00:00:00Z&$orderby=kind").await.json();
    assert_eq!(list["value"].as_array().unwrap().len(), 1);
}

/// Filters hold addresses, and stand in addresses of requests.
#[tokio::test]
async fn nothing_of_a_question_is_logged() {
    let logs = capture_logs();
    let scene = Scene::new().await;

    scene.ask("?$filter=email%20eq%20'c4n4ry-filter@pinewater.example'").await.expect(200);
    scene.ask("?$search=c4n4ry-search&$orderby=lastName").await.expect(200);
    scene.ask("?$filter=c4n4ry-name%20eq%20'c4n4ry-value").await.expect(400);
    scene.ask("?$orderby=lastName&$skiptoken=c4n4ry-token").await.expect(400);
    scene.app.restart().await;

    assert!(logs.text().contains("registrant r WHERE"), "the control: statements are logged at this level");
    assert!(
        !logs.text().contains("c4n4ry"),
        "{:?}",
        logs.text().lines().find(|line| line.contains("c4n4ry"))
    );
}
