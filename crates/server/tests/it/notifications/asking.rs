//! The lists of subscriptions, and of what was sent to one, asked about.

use jiff::SignedDuration;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use testkit::{Answer, Receiver, TestApp, TestResponse};

use super::{app, enroll, registrants_of, subscribe, wish};

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn items(list: &TestResponse) -> Vec<Value> {
    list.json()["value"].as_array().unwrap().clone()
}

async fn ask(app: &TestApp, path: &str) -> TestResponse {
    app.get(path).token(&app.token(&app.people.ines)).await
}

/// Three deliveries, a minute apart; the last one waits for a receiver that fails.
struct Log {
    app: TestApp,
    path: String,
}

impl Log {
    async fn new() -> (Self, Receiver) {
        let app = app().await;
        let receiver = Receiver::new().await;
        let meeting = app.built_in("everyone").await;
        let made = subscribe(&app, &wish(&registrants_of(&meeting), &receiver)).await;
        for name in ["odile", "bram", "kaya"] {
            if name == "kaya" {
                receiver.answer(Answer::Status(500));
            }
            enroll(&app, &meeting, name).await;
            app.notify().await;
            app.advance(SignedDuration::from_secs(60));
        }
        let path = format!("/beta/subscriptions/{}/deliveries", made["id"].as_str().unwrap());
        (Self { app, path }, receiver)
    }

    async fn ask(&self, options: &str) -> TestResponse {
        ask(&self.app, &format!("{}{options}", self.path)).await
    }

    /// The numbers of what is asked for.
    async fn find(&self, options: &str) -> Vec<u32> {
        numbers(&self.ask(options).await.expect(200))
    }
}

fn numbers(list: &TestResponse) -> Vec<u32> {
    let number = |item: &Value| item["id"].as_str().unwrap().rsplit_once('.').unwrap().1.parse().unwrap();
    items(list).iter().map(number).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_found_by_what_became_of_them() {
    let (log, _receiver) = Log::new().await;

    assert_eq!(log.find("").await, [1, 2, 3], "the control");
    for (filter, expected) in [
        ("status eq 'waiting'", vec![3]),
        ("status ne 'waiting' and createdDateTime gt 2027-02-01T09:10:30Z", vec![2]),
        ("status in ('dropped', 'WAITING')", vec![3]),
        ("nextAttemptDateTime ne null", vec![3]),
        ("nextAttemptDateTime eq null", vec![1, 2]),
        ("lastAttemptDateTime le 2027-02-01T09:10:00Z", vec![1]),
        ("attemptCount ge 1 and not (attemptCount gt 1)", vec![1, 2, 3]),
        ("contains(answer,'ANSWERED 500')", vec![3]),
        ("kind eq 'change' and startswith(kind,'c')", vec![1, 2, 3]),
        ("kind eq 'Change'", vec![]),
    ] {
        assert_eq!(log.find(&format!("?$filter={}", encoded(filter))).await, expected, "{filter}");
        let counted = log.ask(&format!("/$count?$filter={}", encoded(filter))).await.expect(200).text();
        assert_eq!(counted, expected.len().to_string(), "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_come_in_the_order_that_is_asked_for_page_by_page() {
    let (log, receiver) = Log::new().await;

    for (orders, expected) in [
        ("createdDateTime desc", [3, 2, 1]),
        ("status,createdDateTime desc", [2, 1, 3]),
        ("nextAttemptDateTime", [1, 2, 3]),
        ("nextAttemptDateTime desc,createdDateTime desc", [3, 2, 1]),
        ("kind", [1, 2, 3]),
        ("answer desc,attemptCount,lastAttemptDateTime desc", [3, 2, 1]),
    ] {
        let option = format!("$orderby={}", encoded(orders));
        assert_eq!(log.find(&format!("?{option}")).await, expected, "{orders}");
        let mut read = Vec::new();
        let mut next = Some(format!("{}?{option}&$top=1&$count=true", log.path));
        while let Some(path) = next {
            let page = ask(&log.app, &path).await.expect(200);
            assert_eq!(page.json()["@odata.count"], 3, "{path}");
            read.extend(numbers(&page));
            next = page.json()["@odata.nextLink"].as_str().map(str::to_owned);
            next = next.map(|link| link.trim_start_matches(testkit::PUBLIC_URL).to_owned());
        }
        assert_eq!(read, expected, "{orders}");
    }
    assert_eq!(log.find("?$skip=1").await, [2, 3]);
    assert_eq!(log.find("?$skip=1&$top=1&$orderby=createdDateTime%20desc").await, [2]);

    // What waited is delivered meanwhile: whoever reads by another order is told everything once all the same.
    let newest = log.ask("?$orderby=createdDateTime%20desc&$top=1").await.expect(200).json();
    receiver.answer(Answer::Status(200));
    log.app.advance(SignedDuration::from_hours(1));
    assert_eq!(log.app.notify().await, 1);
    let next = newest["@odata.nextLink"].as_str().unwrap().trim_start_matches(testkit::PUBLIC_URL);
    assert_eq!(numbers(&ask(&log.app, next).await.expect(200)), [2]);
    let token = next.split_once("$skiptoken=").unwrap().1;
    let foreign = log.ask(&format!("?$orderby=kind&$skiptoken={token}")).await.expect(400);
    assert_eq!(foreign.target(), "$skiptoken");
    assert_eq!(log.find("?$filter=status%20eq%20'waiting'").await, [0; 0]);
    let chosen = items(&log.ask("?$top=1&$select=status").await.expect(200));
    assert_eq!(chosen, [json!({"status": "delivered"})]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_of_deliveries_and_subscriptions_is_refused_by_name() {
    let (log, _receiver) = Log::new().await;

    for (list, option, target) in [
        (&*log.path, "$filter=body%20eq%20'x'", "$filter"),
        (&log.path, "$filter=status%20gt%20'waiting'", "$filter"),
        (&log.path, "$orderby=id", "$orderby"),
        (&log.path, "$search=change", "$search"),
        (&log.path, "$expand=subscription", "$expand"),
        ("/beta/subscriptions", "$filter=clientState%20eq%20'x'", "$filter"),
        ("/beta/subscriptions", "$orderby=signingSecret", "$orderby"),
        ("/beta/subscriptions", "$search=x", "$search"),
        ("/beta/subscriptions", "$skiptoken=x", "$skiptoken"),
    ] {
        let refused = ask(&log.app, &format!("{list}?{option}")).await.expect(400);
        assert_eq!((&*refused.inner_code(), &*refused.target()), ("unsupportedQuery", target), "{option}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_are_found_by_what_they_watch_and_when_they_end() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let meeting = app.built_in("everyone").await;
    let registrants = registrants_of(&meeting);
    let mut ids = Vec::new();
    for (resource, types, end) in [
        ("me/onlineMeetings", "created", "2027-02-20T00:00:00Z"),
        (&*registrants, "created,deleted", "2027-02-10T00:00:00Z"),
        (&*registrants, "updated", "2027-03-01T00:00:00Z"),
    ] {
        let mut asked = wish(resource, &receiver);
        asked["changeType"] = json!(types);
        asked["expirationDateTime"] = json!(end);
        ids.push(subscribe(&app, &asked).await["id"].clone());
        // The list begins with the oldest.
        app.advance(SignedDuration::from_secs(1));
    }
    let others = app.token(&app.people.bram);
    app.post("/beta/subscriptions")
        .token(&others)
        .json(&wish("me/onlineMeetings", &receiver))
        .await
        .expect(201);
    let find = async |options: &str| {
        let list = ask(&app, &format!("/beta/subscriptions?{options}")).await.expect(200);
        let number = |item: &Value| ids.iter().position(|id| *id == item["id"]).unwrap();
        items(&list).iter().map(number).collect::<Vec<_>>()
    };

    assert_eq!(find("").await, [0, 1, 2], "the control");
    for (options, expected) in [
        (format!("$filter={}", encoded("endswith(resource,'/registrants')")), vec![1, 2]),
        (format!("$filter={}", encoded("expirationDateTime lt 2027-02-21T00:00:00Z")), vec![0, 1]),
        (
            format!("$filter={}", encoded("changeType eq 'updated' or resource eq 'me/onlineMeetings'")),
            vec![0, 2],
        ),
        (format!("$filter=id%20eq%20'{}'", ids[1].as_str().unwrap()), vec![1]),
        ("$filter=applicationId%20ne%20'a-desk-app'".to_owned(), vec![]),
        ("orderby=expirationDateTime%20desc".to_owned(), vec![2, 0, 1]),
        ("$orderby=resource%20desc,expirationDateTime&$skip=1&$top=1".to_owned(), vec![2]),
    ] {
        assert_eq!(find(&options).await, expected, "{options}");
    }
    let first = ask(&app, "/beta/subscriptions?$top=2&$count=true").await.expect(200).json();
    assert_eq!((&first["@odata.count"], first["value"].as_array().unwrap().len()), (&json!(3), 2));
    let next = first["@odata.nextLink"].as_str().unwrap();
    let rest = items(&ask(&app, next.trim_start_matches(testkit::PUBLIC_URL)).await.expect(200));
    assert_eq!((rest.len(), &rest[0]["id"]), (1, &ids[2]));
    let count = async |path: &str| ask(&app, path).await.expect(200).text();
    assert_eq!(count("/v1.0/subscriptions/$count").await, "3");
    assert_eq!(count("/v1.0/subscriptions/$count?$filter=changeType%20eq%20'updated'").await, "1");
}
