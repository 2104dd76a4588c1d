//! Versions: `@odata.etag`, `If-Match`, `If-None-Match`; and what a client prefers to be told.

use domain::Role;
use serde_json::{Value, json};
use testkit::{APP, PUBLIC_URL, TestApp, TestMeeting, TestResponse};

use crate::at_once::{all_at_once, tally};

/// A meeting of Ines with a question and a registrant, who is an application's, and the paths of everything that has
/// a version.
async fn furnished(app: &TestApp) -> (TestMeeting, Vec<String>) {
    app.allow(APP, &app.people.ines).await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let body = json!({"displayName": "Which river?", "answerInputType": "text"});
    let question = app.post(meeting.questions()).token(&token).json(&body).await.expect(201).json();
    let enrolment = app.people.bram.enrolment();
    app.post(meeting.registrants()).token(&token).json(&enrolment).await.expect(200);
    let registrant = app.registrants(&meeting).await[0]["id"].as_str().unwrap().to_owned();
    let paths = vec![
        meeting.path(),
        meeting.registration(),
        format!("{}/{}", meeting.questions(), question["id"].as_str().unwrap()),
        format!("{}/{registrant}", meeting.registrants()),
    ];
    (meeting, paths)
}

fn writer(app: &TestApp) -> String {
    app.application(APP, &[Role::MeetingsReadWriteAll])
}

async fn tag(app: &TestApp, path: &str) -> String {
    let answer = app.get(path).token(&writer(app)).await.expect(200);
    let tag = answer.header("etag").expect("it has a version").to_owned();
    assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{tag}");
    assert_eq!(answer.json()["@odata.etag"], tag, "in the body as in the header");
    tag
}

fn code(answer: &TestResponse) -> Value {
    answer.json()["error"]["innerError"]["code"].clone()
}

#[tokio::test]
async fn whoever_has_the_version_already_is_told_nothing_new() {
    let app = TestApp::new().await;
    let (_, paths) = furnished(&app).await;
    for path in paths {
        let tag = tag(&app, &path).await;
        let get = || app.get(&path).token(&writer(&app));

        let same = get().header("if-none-match", &format!("\"x\", {tag}")).await.expect(304);
        assert!(same.body.is_empty() && same.header("content-type").is_none());
        assert_eq!(same.header("etag"), Some(tag.as_str()));
        get().header("if-none-match", "*").await.expect(304);
        get().header("if-none-match", "W/\"0\"").await.expect(200);
        get().header("if-match", &tag).await.expect(200);
        assert_eq!(code(&get().header("if-match", "W/\"0\"").await.expect(412)), "preconditionFailed");
    }
}

#[tokio::test]
async fn lists_tell_the_version_of_each_item() {
    let app = TestApp::new().await;
    let (meeting, paths) = furnished(&app).await;
    for (list, item) in [(meeting.questions(), &paths[2]), (meeting.registrants(), &paths[3])] {
        let list = app.get(list).token(&writer(&app)).await.expect(200);

        assert_eq!(list.json()["value"][0]["@odata.etag"], tag(&app, item).await);
        assert_eq!(list.header("etag"), None);
    }
}

/// Every change is refused for a version that is not there any more, and leaves everything as it was.
#[tokio::test]
async fn a_change_meant_for_another_version_is_refused() {
    let app = TestApp::new().await;
    let (meeting, paths) = furnished(&app).await;
    let token = writer(&app);
    for (path, body) in paths.iter().zip([
        Some(json!({"subject": "Later"})),
        Some(json!({"subject": "Later"})),
        Some(json!({"displayName": "Which lake?"})),
        None,
    ]) {
        let before = app.get(path).token(&token).await.expect(200);
        if let Some(body) = &body {
            let refused = app.patch(path).token(&token).header("if-match", "W/\"0\"").json(body).await;
            assert_eq!(code(&refused.expect(412)), "preconditionFailed", "{path}");
        }
        app.delete(path).token(&token).header("if-match", "W/\"0\"").await.expect(412);
        app.delete(path).token(&token).header("if-none-match", "*").await.expect(412);
        assert_eq!(app.get(path).token(&token).await.expect(200).header("etag"), before.header("etag"));

        if let Some(body) = &body {
            let tag = tag(&app, path).await;
            let changed = app.patch(path).token(&token).header("if-match", &tag).json(body).await.expect(200);
            assert_ne!(changed.header("etag"), Some(tag.as_str()), "{path}");
            assert_eq!(changed.header("etag"), app.get(path).token(&token).await.header("etag"), "{path}");
            app.patch(path).token(&token).header("if-match", &tag).json(body).await.expect(412);
        }
    }
    // From the last to the first: each is still there, since it is deleted before what it belongs to.
    for path in paths.iter().rev() {
        let tag = tag(&app, path).await;
        app.delete(path).token(&token).header("if-match", &tag).await.expect(204);
    }
    app.get(meeting.path()).token(&token).await.expect(404);
}

#[tokio::test]
async fn a_registration_made_anew_is_not_of_the_version_before() {
    let app = TestApp::new().await;
    let (meeting, paths) = furnished(&app).await;
    let token = writer(&app);
    let tag = tag(&app, &paths[1]).await;
    app.delete(meeting.registration()).token(&token).await.expect(204);
    for _ in 0..2 {
        app.patch(meeting.registration())
            .token(&token)
            .header("if-match", "*")
            .json(&json!({}))
            .await
            .expect(412);
    }
    let body = json!({"allowedRegistrant": "everyone"});
    let patch = || app.patch(meeting.registration()).token(&token).header("if-none-match", "*").json(&body);
    patch().await.expect(201);
    patch().await.expect(412);

    app.delete(meeting.registration()).token(&token).header("if-match", &tag).await.expect(412);
}

/// Decided with the change and not before it: of many that saw the same version one may change it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_changes_of_one_version_one_is_made() {
    let app = TestApp::new().await;
    let other = app.beside().await;
    let (_, paths) = furnished(&app).await;
    let token = writer(&app);
    for path in &paths[..3] {
        let tag = tag(&app, path).await;
        let node = |n| if n % 2 == 0 { &app } else { &other };
        let calls = (0..20).map(|n| {
            let body = json!({"subject": format!("{n}"), "displayName": format!("{n}")});
            node(n).patch(path).token(&token).header("if-match", &tag).json(&body)
        });

        let answers = all_at_once(calls.collect()).await;

        let tally = tally(&answers);
        assert_eq!((tally.get(&200), tally.get(&412)), (Some(&1), Some(&19)), "{path}: {tally:?}");
    }
}

#[tokio::test]
async fn a_look_at_the_page_is_no_other_version_and_a_cancellation_is() {
    let app = TestApp::new().await;
    let (_, paths) = furnished(&app).await;
    let before = tag(&app, &paths[1]).await;
    let page = app.get(&paths[1]).token(&writer(&app)).await.json()["registrationPageWebUrl"].clone();
    app.get(page.as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap()).await.expect(200);
    assert_eq!(tag(&app, &paths[1]).await, before);

    let before = tag(&app, &paths[3]).await;
    app.delete(&paths[3]).token(&writer(&app)).await.expect(204);
    assert_ne!(tag(&app, &paths[3]).await, before);
    app.delete(&paths[3]).token(&writer(&app)).header("if-match", &before).await.expect(412);
}

#[tokio::test]
async fn who_prefers_little_is_told_where_the_rest_is() {
    let app = TestApp::new().await;
    let (meeting, _) = furnished(&app).await;
    let token = writer(&app);
    let meetings = format!("/beta/users/{}/onlineMeetings", app.people.ines.id);
    let question = json!({"displayName": "Which lake?", "answerInputType": "text"});
    for (path, body) in [
        (meetings.clone(), json!({"subject": "Planning"})),
        (format!("{meetings}/createOrGet"), json!({"externalId": "crm-7"})),
        (meeting.questions(), question),
    ] {
        let told =
            app.post(&path).token(&token).header("prefer", "return=minimal").json(&body).await.expect(204);

        assert!(told.body.is_empty() && told.header("content-type").is_none());
        assert_eq!(told.header("preference-applied"), Some("return=minimal"));
        let address = told.header("location").unwrap();
        assert_eq!(told.header("odata-entityid"), Some(address));
        let made = app.get(address.strip_prefix(PUBLIC_URL).unwrap()).token(&token).await.expect(200);
        assert_eq!(made.header("etag"), told.header("etag"));
    }
    let body = json!({"subject": "Later"});
    let patch = |prefer: &'static str| {
        app.patch(meeting.registration()).token(&token).header("prefer", prefer).json(&body)
    };
    let told = patch("return=minimal").await.expect(204);
    assert_eq!((told.header("location"), told.header("odata-entityid").is_some()), (None, true));
    let told = patch("return=representation, include-unknown-enum-members").await.expect(200);
    assert_eq!(
        told.header("preference-applied"),
        Some("return=representation, include-unknown-enum-members")
    );
    assert_eq!(patch("wait=5").await.expect(200).header("preference-applied"), None);
}

#[tokio::test]
async fn a_page_is_as_long_as_is_preferred() {
    let app = TestApp::new().await;
    let (meeting, _) = furnished(&app).await;
    for n in 0..3 {
        let body = json!({"firstName": "Guest", "lastName": "Of Honour", "email": format!("g{n}@pinewater.example")});
        app.post(meeting.registrants()).token(&writer(&app)).json(&body).await.expect(200);
    }
    for (query, prefer, length, applied) in [
        ("", "odata.maxpagesize=2", 2, Some("odata.maxpagesize=2")),
        ("?$top=3", "odata.maxpagesize=2", 2, Some("odata.maxpagesize=2")),
        ("?$top=1", "maxpagesize=3", 1, Some("odata.maxpagesize=1")),
        ("", "odata.maxpagesize=0", 4, None),
    ] {
        let path = format!("{}{query}", meeting.registrants());
        let page = app.get(path).token(&writer(&app)).header("prefer", prefer).await.expect(200);

        assert_eq!(page.json()["value"].as_array().unwrap().len(), length, "{query} {prefer}");
        assert_eq!(page.header("preference-applied"), applied);
    }
}
