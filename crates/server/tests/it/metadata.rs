//! `$metadata`, as a reader of OData that is not ours understands it.

use domain::Operation;
use domain::operation::{Method, QueryOption, Resource};
use serde_json::{Value, json};
use testkit::TestApp;

use crate::program::{javascript, run};

async fn text(app: &TestApp, path: &str, accept: &str) -> String {
    app.get(path).header("accept", accept).await.expect(200).text()
}

/// What the reader found in the XML.
async fn found(app: &TestApp) -> Value {
    let xml = text(app, "/beta/$metadata", "*/*").await;
    let said = run(&mut javascript("csdl.mjs"), xml.as_bytes());
    serde_json::from_str(said.lines().next().unwrap_or_default()).unwrap_or_else(|_| panic!("{said}"))
}

fn names_of(template: &str) -> String {
    let names = template.split('/').filter(|segment| !segment.is_empty() && !segment.starts_with('{'));
    names.collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_odata_finds_every_operation_and_no_other() {
    let app = TestApp::new().await;
    let found = found(&app).await;
    let mut expected = json!({});
    let is_walked = |operation: &Operation| {
        let resource = operation.resource();
        !resource.is_at_root()
            && !resource.is_action()
            && !resource.is_delta()
            && resource != Resource::Export
    };
    for operation in Operation::ALL.into_iter().filter(is_walked) {
        let (path, word) = (
            names_of(operation.resource().template()),
            match operation.method() {
                Method::Get => "Readable",
                Method::Post => "Insertable",
                Method::Patch => "Updatable",
                Method::Delete => "Deletable",
            },
        );
        let options = [
            (QueryOption::Filter, "Filterable"),
            (QueryOption::Search, "Searchable"),
            (QueryOption::OrderBy, "Sortable"),
        ];
        let asked = options.iter().filter(|(option, _)| operation.query_options().contains(option));
        let words = expected[path.as_str()].as_array().cloned().unwrap_or_default();
        let all = words.into_iter().chain([json!(word)]).chain(asked.map(|(_, word)| json!(word)));
        expected[path.as_str()] = all.collect();
    }
    expected.as_object_mut().unwrap().shift_remove("");
    let sorted = |found: &Value| {
        let mut found = found.clone();
        for words in found.as_object_mut().unwrap().values_mut() {
            let words = words.as_array_mut().unwrap();
            words.sort_by_key(|word| word.as_str().map(str::to_owned));
            words.dedup();
        }
        found
    };

    assert_eq!(sorted(&found["users"]), sorted(&expected));
    assert_eq!(found["me"], found["users"]);
    let subscription = "microsoft.graph.subscription";
    let registration = "microsoft.graph.meetingRegistrationBase";
    let registrant = "microsoft.graph.meetingRegistrantBase";
    let actions = json!([
        ["createOrGet", "Collection(microsoft.graph.onlineMeeting)"],
        ["enrollRegistrants", registration],
        ["cancelRegistrants", registration],
        ["approve", registrant],
        ["reject", registrant],
        ["accept", registrant],
        ["cancel", registrant],
        ["reauthorize", subscription],
        ["rotateSigningSecret", subscription],
        ["replay", subscription],
        ["exportRegistrants", registration],
        ["delta", "Collection(microsoft.graph.onlineMeeting)"],
        ["delta", "Collection(microsoft.graph.meetingRegistrantBase)"],
    ]);
    assert_eq!(found["actions"], actions);
    assert_eq!(found["sets"]["subscriptions"], subscription);
    assert_eq!(found["subscriptions"], json!({"deliveries": ["Readable", "Filterable", "Sortable"]}));
    assert!(
        found["users"]["onlineMeetings/registration"].as_array().unwrap().contains(&json!("Insertable")),
        "the POST that the description of the old service lacked"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn types_are_graphs_own() {
    let found = found(&TestApp::new().await).await;
    let types = &found["types"];

    let base = &types["meetingRegistrationBase"];
    assert_eq!(base["keys"], json!(["id"]));
    assert_eq!(
        base["properties"]["allowedRegistrant"],
        json!({"of": "microsoft.graph.meetingAudience", "nullable": false})
    );
    assert_eq!(
        base["ways"]["registrants"],
        json!({"of": "microsoft.graph.meetingRegistrantBase", "isCollection": true})
    );
    let built_in = &types["meetingRegistration"];
    assert_eq!(
        built_in["properties"]["startDateTime"],
        json!({"of": "Edm.DateTimeOffset", "nullable": true})
    );
    assert_eq!(built_in["properties"]["speakers"]["of"], "Collection(microsoft.graph.meetingSpeaker)");
    assert_eq!(built_in["ways"]["customQuestions"]["of"], "microsoft.graph.meetingRegistrationQuestion");
    assert!(built_in["properties"].get("id").is_none(), "its base has it");
    let meeting = &types["onlineMeeting"];
    assert_eq!(
        meeting["ways"]["registration"],
        json!({"of": "microsoft.graph.meetingRegistrationBase", "isCollection": false})
    );
    for (of_type, way) in
        [("meetingAttendanceReport", "attendanceRecords"), ("meetingRegistrantBase", "letters")]
    {
        assert_eq!(types[of_type]["ways"][way]["isCollection"], true, "{way}");
    }
    assert_eq!(types["user"]["ways"]["onlineMeetings"]["isCollection"], true);
    assert_eq!(types["meetingSpeaker"]["isEntity"], false);
    assert_eq!(
        found["enumerations"]["meetingAudience"],
        json!(["everyone", "organization", "unknownFutureValue"])
    );
}

/// The JSON form says of every type and member what the XML says.
#[tokio::test(flavor = "multi_thread")]
async fn both_forms_say_the_same() {
    let app = TestApp::new().await;
    let found = found(&app).await;
    let written: Value =
        serde_json::from_str(&text(&app, "/v1.0/$metadata?$format=json", "application/xml").await).unwrap();
    let schema = &written["microsoft.graph"];

    for (name, of_type) in found["types"].as_object().unwrap() {
        let same = &schema[name];
        assert_eq!(same["$Kind"], if of_type["isEntity"] == true { "EntityType" } else { "ComplexType" });
        let mut members = 0;
        for (name, property) in of_type["properties"].as_object().unwrap() {
            let same = &same[name];
            let of = same["$Type"].as_str().unwrap_or("Edm.String");
            let of = if same["$Collection"] == true { format!("Collection({of})") } else { of.to_owned() };
            assert_eq!(
                (property["of"].as_str(), &property["nullable"]),
                (Some(&*of), &json!(same["$Nullable"] == true)),
                "{name}"
            );
            members += 1;
        }
        for (name, way) in of_type["ways"].as_object().unwrap() {
            assert_eq!(
                (&same[name]["$Type"], &same[name]["$Kind"]),
                (&way["of"], &json!("NavigationProperty")),
                "{name}"
            );
            members += 1;
        }
        let written = same.as_object().unwrap().keys().filter(|key| !key.starts_with(['$', '@'])).count();
        assert_eq!(written, members, "{name}");
    }
    assert_eq!(schema["GraphService"]["users"]["$Type"], "microsoft.graph.user");
}

/// What is answered is described: every member of every kind of answer has its property.
#[tokio::test(flavor = "multi_thread")]
async fn every_member_of_an_answer_is_described() {
    let app = TestApp::new().await;
    let types = found(&app).await["types"].clone();
    let token = app.token(&app.people.ines);
    let meeting = app.built_in("everyone").await;
    let question = json!({"displayName": "Which river?", "answerInputType": "text"});
    app.post(meeting.questions()).token(&token).json(&question).await.expect(201);
    app.post(meeting.registrants()).token(&token).json(&app.people.bram.enrolment()).await.expect(200);
    for (path, kinds) in [
        ("/beta/me".to_owned(), vec!["user"]),
        (format!("{}?$expand=registration", meeting.path()), vec!["onlineMeeting"]),
        (
            format!("{}?$expand=customQuestions", meeting.registration()),
            vec!["meetingRegistration", "meetingRegistrationBase"],
        ),
        (meeting.questions(), vec!["meetingRegistrationQuestion"]),
        (meeting.registrants(), vec!["meetingRegistrant", "meetingRegistrantBase"]),
    ] {
        let answer = app.get(&path).token(&token).await.expect(200).json();
        let entity = answer["value"].get(0).unwrap_or(&answer);
        for name in entity.as_object().unwrap().keys().filter(|name| !name.contains('@')) {
            let is_there = |part: &str| kinds.iter().any(|kind| types[kind][part].get(name).is_some());
            assert!(is_there("properties") || is_there("ways"), "`{name}` of {kinds:?}");
        }
    }
}

#[tokio::test]
async fn it_is_for_everybody_and_comes_in_the_form_that_is_asked_for() {
    let app = TestApp::new().await;
    for (path, accept, media_type) in [
        ("/beta/$metadata", "*/*", "application/xml; charset=utf-8"),
        ("/BETA/%24metadata/", "application/xml, application/json", "application/xml; charset=utf-8"),
        ("/beta/$metadata", "application/json;odata.metadata=minimal", "application/json"),
        ("/beta/$metadata?%24format=application/json", "*/*", "application/json"),
        ("/beta/$metadata?format=xml", "application/json", "application/xml; charset=utf-8"),
    ] {
        let answer = app.get(path).header("accept", accept).await.expect(200);
        assert_eq!(
            (answer.header("content-type"), answer.header("odata-version")),
            (Some(media_type), Some("4.0"))
        );
    }
    assert_eq!(app.post("/beta/$metadata").await.expect(405).header("allow"), Some("GET"));
}
