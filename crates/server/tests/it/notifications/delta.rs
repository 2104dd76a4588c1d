//! What changed since the last time.

use domain::Role;
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{APP, PUBLIC_URL, TestApp, TestMeeting};

use super::enroll;

/// Follows a link to its last page: what was there and what was gone, and where to ask next.
async fn follow(app: &TestApp, link: &str) -> (Vec<Value>, String) {
    let token = app.token(&app.people.ines);
    let (mut items, mut link) = (Vec::new(), link.to_owned());
    loop {
        let path = link.strip_prefix(PUBLIC_URL).unwrap_or(&link).to_owned();
        let page = app.get(path).token(&token).await.expect(200).json();
        items.extend(page["value"].as_array().unwrap().clone());
        match (page["@odata.nextLink"].as_str(), page["@odata.deltaLink"].as_str()) {
            (Some(next), None) => link = next.to_owned(),
            (None, Some(delta)) => return (items, delta.to_owned()),
            links => panic!("one of the links: {links:?}"),
        }
    }
}

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn delta_of(meeting: &TestMeeting) -> String {
    format!("{}/delta", meeting.registrants())
}

async fn cancel(app: &TestApp, meeting: &TestMeeting, registrant: &str) {
    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);
    app.delete(format!("{}/{registrant}", meeting.registrants())).token(&token).await.expect(204);
}

#[tokio::test]
async fn a_list_is_followed_and_then_what_changes_of_it() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let mut known = Vec::new();
    for name in ["odile", "bram", "kaya"] {
        known.push(enroll(&app, &meeting, name).await);
    }

    let (all, link) = follow(&app, &format!("{}?$top=2", delta_of(&meeting))).await;
    let (nothing, link) = follow(&app, &link).await;
    let new = enroll(&app, &meeting, "nils").await;
    cancel(&app, &meeting, &known[0]).await;
    let (changed, link) = follow(&app, &link).await;
    let (nothing_more, _) = follow(&app, &link).await;

    assert_eq!(ids(&all), known);
    assert_eq!(all[0]["email"], "odile@pinewater.example");
    assert_eq!((nothing, nothing_more), (vec![], vec![]));
    assert_eq!(ids(&changed), [new, known[0].clone()]);
    assert_eq!(changed[0]["status"], "registered");
    assert_eq!(changed[1], json!({"id": known[0], "@removed": {"reason": "changed"}}));
    let page = app.get(delta_of(&meeting)).token(&app.token(&app.people.ines)).await.expect(200).json();
    let context = page["@odata.context"].as_str().unwrap();
    assert!(context.ends_with("registration/registrants/$delta"), "{context}");
}

/// Whoever enrols while the pages are read stands on one of them, or among the changes.
#[tokio::test]
async fn who_comes_while_the_list_is_read_is_not_missed() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let mut known = Vec::new();
    for name in ["odile", "bram", "kaya"] {
        known.push(enroll(&app, &meeting, name).await);
    }
    let token = app.token(&app.people.ines);
    let first = app.get(format!("{}?$top=1", delta_of(&meeting))).token(&token).await.expect(200).json();
    let mut seen = ids(first["value"].as_array().unwrap());
    known.push(enroll(&app, &meeting, "nils").await);
    cancel(&app, &meeting, &known[0]).await;

    let (rest, link) = follow(&app, first["@odata.nextLink"].as_str().unwrap()).await;
    let (changed, _) = follow(&app, &link).await;

    seen.extend(ids(&rest));
    seen.extend(ids(&changed));
    assert!(known.iter().all(|id| seen.contains(id)), "{seen:?}");
    let last = changed.iter().rfind(|item| item["id"] == known[0].as_str()).unwrap();
    assert_eq!(last["@removed"]["reason"], "changed", "the first page showed them, so their end is told");
}

#[tokio::test]
async fn external_registrants_are_known_by_their_own_ids() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    let token = app.token(&app.people.ines);
    let (_, link) = follow(&app, &delta_of(&meeting)).await;
    let body = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": "crm/4711"});
    app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);
    let (came, link) = follow(&app, &link).await;
    app.delete(format!("{}/crm%2F4711", meeting.registrants())).token(&token).await.expect(204);
    let (left, _) = follow(&app, &link).await;

    assert_eq!(ids(&came), ["crm/4711"]);
    assert_eq!(left, [json!({"id": "crm/4711", "@removed": {"reason": "deleted"}})]);
}

#[tokio::test]
async fn meetings_are_followed_in_the_same_way() {
    let app = TestApp::new().await;
    let ines = &app.people.ines;
    let token = app.token(ines);
    let (one, two) = (app.meeting(ines).await, app.meeting(ines).await);
    app.meeting(&app.people.tomas).await;

    let (all, link) = follow(&app, "/v1.0/me/onlineMeetings/delta?$top=1").await;
    app.notify().await;
    let (again, link) = follow(&app, &link).await;
    let three = app.meeting(ines).await;
    app.patch(one.path()).token(&token).json(&json!({"subject": "Other"})).await.expect(200);
    app.delete(two.path()).token(&token).await.expect(204);
    app.notify().await;
    let (changed, link) = follow(&app, &link).await;
    let (nothing, _) = follow(&app, &link).await;

    let mut known = [one.id.clone(), two.id.clone()];
    known.sort();
    let mut listed = ids(&all);
    listed.sort();
    assert_eq!(listed, known);
    assert!(again.iter().all(|item| known.contains(&item["id"].as_str().unwrap().to_owned())));
    let find = |id: &str| changed.iter().find(|item| item["id"] == id).unwrap();
    assert_eq!(changed.len(), 3);
    assert_eq!(find(&one.id)["subject"], "Other");
    assert_eq!(find(&three.id)["subject"], "Reading a river");
    assert_eq!(*find(&two.id), json!({"id": two.id, "@removed": {"reason": "deleted"}}));
    assert_eq!(nothing, Vec::<Value>::new());
}

#[tokio::test]
async fn a_token_is_good_for_what_it_was_made_for() {
    let app = TestApp::new().await;
    let (meeting, other) = (app.built_in("everyone").await, app.built_in("everyone").await);
    let token = app.token(&app.people.ines);
    let (_, link) = follow(&app, &delta_of(&meeting)).await;
    let sealed = link.split("$deltatoken=").nth(1).unwrap().to_owned();
    let ask =
        |path: String, sealed: &str| app.get(format!("{path}?$deltatoken={sealed}")).token(&token).send();

    ask(delta_of(&meeting), &sealed).await.expect(200);
    let forged = ask(delta_of(&meeting), &sealed.replace('.', "x.")).await.expect(400);
    let elsewhere = ask(delta_of(&other), &sealed).await.expect(410);
    let meetings = ask("/beta/me/onlineMeetings/delta".to_owned(), &sealed).await.expect(410);
    let sanna = app.token(&app.people.sanna);
    let foreign = app.get(format!("/beta/me/onlineMeetings/delta?$deltatoken={sealed}")).token(&sanna);
    foreign.await.expect(400);

    assert_eq!((forged.target(), forged.inner_code()), ("$deltatoken".into(), "unsupportedQuery".into()));
    for gone in [elsewhere, meetings] {
        assert_eq!(gone.json()["error"]["code"], "syncStateNotFound");
        assert_eq!(gone.inner_code(), "resyncRequired");
    }
    let latest =
        app.get(format!("{}?$deltatoken=latest", delta_of(&meeting))).token(&token).await.expect(200).json();
    assert_eq!(latest["value"], json!([]));
    assert!(latest["@odata.deltaLink"].is_string());
}

#[tokio::test]
async fn what_is_too_long_ago_asks_to_begin_anew() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    enroll(&app, &meeting, "odile").await;
    let (_, link) = follow(&app, &delta_of(&meeting)).await;
    app.advance(SignedDuration::from_hours(31 * 24));
    app.forget_changes().await;

    let path = link.strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let gone = app.get(path).token(&app.token(&app.people.ines)).await.expect(410);
    let (anew, _) = follow(&app, &delta_of(&meeting)).await;

    assert_eq!(gone.inner_code(), "resyncRequired");
    assert_eq!(anew.len(), 1);
}

/// Of a registration that was made anew, nothing that was remembered of the one before is right.
#[tokio::test]
async fn another_registration_asks_to_begin_anew() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let (_, link) = follow(&app, &delta_of(&meeting)).await;
    app.delete(meeting.registration()).token(&token).await.expect(204);
    let path = link.strip_prefix(PUBLIC_URL).unwrap().to_owned();
    app.get(path.clone()).token(&token).await.expect(404);
    app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;

    app.get(path).token(&token).await.expect(410);
}
