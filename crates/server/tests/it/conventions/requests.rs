//! Headers, paths and tokens.

use std::time::Duration;

use domain::{AppId, Role, Scope};
use http::Method;
use jiff::SignedDuration;
use serde_json::json;
use server::issuer::Grant;
use testkit::{APP, PUBLIC_URL, TestApp};

#[tokio::test]
async fn the_clients_request_id_is_echoed_and_ours_stands_in_for_a_useless_one() {
    let app = TestApp::new().await;
    let token = app.token(&app.people.ines);

    let echoed = app.get("/beta/me").token(&token).header("client-request-id", "7f3c-mine").await.expect(200);
    assert_eq!(echoed.header("client-request-id"), Some("7f3c-mine"));
    assert!(uuid::Uuid::try_parse(echoed.header("request-id").unwrap()).is_ok());
    for useless in ["", "a b", &"x".repeat(129), "ü"] {
        let own = app.get("/beta/me").token(&token).header("client-request-id", useless).await.expect(200);
        assert_eq!(own.header("client-request-id"), own.header("request-id"), "{useless:?}");
    }
}

#[tokio::test]
async fn an_error_has_every_member_clients_read() {
    let app = TestApp::new().await;
    app.set_clock("2027-02-01T09:10:00.987654Z");
    let path = "/beta/me/onlineMeetings/x/registration";

    let error = app
        .get(path)
        .token(&app.token(&app.people.ines))
        .header("client-request-id", "mine")
        .await
        .expect(400);

    assert_eq!(
        error.text(),
        format!(
            concat!(
                r#"{{"error":{{"code":"BadRequest","message":"Invalid request: the path holds no meeting id: "#,
                r#"use the `id` of an onlineMeeting as it is.","target":"meetingId","innerError":{{"#,
                r#""code":"invalidId","date":"2027-02-01T09:10:00","request-id":"{}","client-request-id":"mine"}}}}}}"#
            ),
            error.header("request-id").unwrap(),
        )
    );
    assert_eq!(error.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(
        (error.header("odata-version"), error.header("cache-control")),
        (Some("4.0"), Some("no-cache"))
    );
}

#[tokio::test]
async fn what_is_done_without_an_answer_has_no_body_and_no_type() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;

    let done = app.delete(meeting.registration()).token(&app.token(&app.people.ines)).await.expect(204);

    assert!(done.body.is_empty() && done.header("content-type").is_none());
    assert!(done.header("request-id").is_some());
}

#[tokio::test]
async fn headers_of_the_clients_that_mean_nothing_here_change_nothing() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let get = || app.get(meeting.registration()).token(&app.token(&app.people.ines));
    let plain = get().await.expect(200);

    for (name, value) in [
        ("prefer", "return=minimal, include-unknown-enum-members"),
        ("accept", "application/json;odata.metadata=full"),
        ("accept", "text/html"),
        ("sdkversion", "graph-js/3.0.7"),
        ("consistencylevel", "eventual"),
        ("if-modified-since", "Tue, 01 Jan 2030 00:00:00 GMT"),
    ] {
        assert_eq!(get().header(name, value).await.expect(200).body, plain.body, "{name}: {value}");
    }
}

/// The API has no cookies and lets no page of elsewhere read it.
#[tokio::test]
async fn no_other_origin_is_let_in() {
    let app = TestApp::new().await;
    let call =
        app.get("/beta/me").token(&app.token(&app.people.ines)).header("origin", "https://evil.example");

    let answer = call.await.expect(200);

    assert!(answer.header("access-control-allow-origin").is_none() && answer.header("set-cookie").is_none());
}

#[tokio::test]
async fn version_1_is_beta_under_its_own_name() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let get = |version: &str| {
        app.get(meeting.registration().replace("/beta/", &format!("/{version}/"))).token(&token).send()
    };

    let (beta, v1) = (get("beta").await.expect(200), get("v1.0").await.expect(200));

    assert!(v1.text().contains(&format!("{PUBLIC_URL}/v1.0/$metadata#users")));
    assert_eq!(beta.text().replace("/beta/$metadata", "/v1.0/$metadata"), v1.text());
    get("v2.0").await.expect(404);
    assert_eq!(get("v2.0").await.header("content-type"), Some("text/html; charset=utf-8"), "no Graph at all");
}

#[tokio::test]
async fn every_spelling_of_a_path_leads_to_the_same_thing() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let question = json!({"displayName": "Which river?", "answerInputType": "text"});
    let question = app.post(meeting.questions()).token(&token).json(&question).await.expect(201).json();
    let (user, id, question) = (app.people.ines.id, &meeting.id, question["id"].as_str().unwrap());
    let below = [
        format!("/beta/me/onlineMeetings/{id}"),
        format!("/beta/ME/onlinemeetings/{id}/"),
        format!("/beta/me/onlineMeetings('{id}')"),
        format!("/beta/users/{user}/onlineMeetings/{id}"),
        format!("/beta/Users('{user}')/OnlineMeetings('{id}')"),
        format!("/beta//me/onlineMeetings/{}", id.replace('=', "%3D")),
        format!("/beta/users/{}/onlineMeetings/{id}", user.to_string().to_uppercase()),
    ];

    for tail in [
        "".to_owned(),
        "/registration".to_owned(),
        "/registration/registrants".to_owned(),
        "/registration/customQuestions".to_owned(),
        format!("/registration/customQuestions/{question}"),
    ] {
        let cast = tail.replacen("/registration", "/registration/microsoft.graph.meetingRegistration", 1);
        let lower = tail.replacen("customQuestions", "customquestions", 1);
        let answers =
            below.iter().flat_map(|below| [&tail, &cast, &lower].map(|tail| format!("{below}{tail}")));
        let mut first = None;
        for path in answers {
            let body = app.get(&path).token(&token).await.expect(200).body;
            assert_eq!(first.get_or_insert_with(|| body.clone()), &body, "{path}");
        }
    }
}

#[tokio::test]
async fn a_cast_to_the_other_kind_of_registration_finds_none() {
    let app = TestApp::new().await;
    let token = app.token(&app.people.ines);

    for (meeting, fits, fits_not) in [
        (app.built_in("everyone").await, "meetingRegistration", "externalMeetingRegistration"),
        (app.external("everyone").await, "externalMeetingRegistration", "meetingRegistration"),
    ] {
        let path = |kind: &str| format!("{}/microsoft.graph.{kind}", meeting.registration());
        app.get(path(fits)).token(&token).await.expect(200);
        app.get(path(fits_not)).token(&token).await.expect(404);
        app.get(format!("{}/registrants", path(fits_not))).token(&token).await.expect(404);
        app.delete(path(fits_not)).token(&token).await.expect(404);
        app.delete(path(fits)).token(&token).await.expect(204);
    }
}

/// The kind is named by the path, by the body, or by both, and then they agree.
#[tokio::test]
async fn a_cast_in_the_path_of_a_new_registration_means_what_its_body_means() {
    let app = TestApp::new().await;
    let token = app.token(&app.people.ines);
    let (built_in, external) = ("meetingRegistration", "externalMeetingRegistration");

    for (cast, named, kind) in [
        (None, None, Some(built_in)),
        (None, Some(built_in), Some(built_in)),
        (None, Some(external), Some(external)),
        (Some(built_in), None, Some(built_in)),
        (Some(built_in), Some(built_in), Some(built_in)),
        (Some(built_in), Some(external), None),
        (Some(external), None, None),
        (Some(external), Some(built_in), None),
        (Some(external), Some(external), Some(external)),
    ] {
        let meeting = app.meeting(&app.people.ines).await;
        let mut path = meeting.registration();
        path.extend(cast.map(|cast| format!("/microsoft.graph.{cast}")));
        let mut body = json!({"allowedRegistrant": "everyone"});
        if let Some(named) = named {
            body["@odata.type"] = json!(format!("#microsoft.graph.{named}"));
        }
        // PATCH creates as well where there is none (decision 10 of docs/graph-compat.md).
        for method in [Method::POST, Method::PATCH] {
            let answer = app.call(method.clone(), &path).token(&token).json(&body).await;
            let Some(kind) = kind else {
                let refused = answer.expect(400);
                let told = (refused.inner_code(), refused.target());
                assert_eq!(told, ("registrationType".into(), "@odata.type".into()), "{cast:?} {named:?}");
                app.get(meeting.registration()).token(&token).await.expect(404);
                continue;
            };
            assert_eq!(
                answer.expect(201).json()["@odata.type"],
                format!("#microsoft.graph.{kind}"),
                "{method}"
            );
            app.delete(&path).token(&token).await.expect(204);
        }
    }
}

#[tokio::test]
async fn contexts_name_the_configured_host() {
    let app = TestApp::builder()
        .config("[compat]\nmetadata_root = \"https://graph.microsoft.com/beta\"")
        .build()
        .await;
    let meeting = app.built_in("everyone").await;

    let got = app.get(meeting.registration()).token(&app.token(&app.people.ines)).await.expect(200).json();

    assert!(
        got["@odata.context"]
            .as_str()
            .unwrap()
            .starts_with("https://graph.microsoft.com/beta/$metadata#users('")
    );
}

/// Tokens at the front door; the rest of what is asked of them is the verifier's own.
#[tokio::test]
async fn a_token_that_proves_nothing_is_refused_with_a_challenge() {
    let app = TestApp::new().await;
    let ines = &app.people.ines;
    let good = app.token(ines);
    let grant = Grant::Application {
        tenant: ines.tenant,
        app: AppId(APP.to_owned()),
        roles: vec![Role::MeetingsReadAll],
    };
    let absurd = app.mint(&grant, Duration::from_secs(365 * 24 * 3600));
    let unserved = Grant::Application {
        tenant: domain::TenantId(uuid::Uuid::from_u128(9)),
        app: AppId(APP.to_owned()),
        roles: vec![Role::MeetingsReadAll],
    };
    let unserved = app.mint(&unserved, Duration::from_secs(60));
    let elsewhere = TestApp::builder().seed(4711).build().await;
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    let (head, claims) = signed.split_once('.').unwrap();
    let changed = format!("{head}.{}.{signature}", claims.replacen('A', "B", 1));
    assert_ne!(changed, good);

    for (header, code) in [
        ("Bearer", "tokenMissing"),
        ("Bearer ", "tokenMissing"),
        (&*format!("Basic {good}"), "tokenMissing"),
        ("Bearer x", "tokenMalformed"),
        (&*format!("Bearer {good}x"), "tokenMalformed"),
        (&*format!("Bearer {signed}.{}A", "A".repeat(85)), "tokenSignature"),
        (&*format!("Bearer {}", &good[..good.rfind('.').unwrap() + 1]), "tokenSignature"),
        (&*format!("Bearer {}", elsewhere.token(ines)), "tokenKeyUnknown"),
        (&*format!("Bearer {absurd}"), "tokenClaims"),
        (&*format!("Bearer {unserved}"), "tokenTenant"),
    ] {
        let answer = app.get("/beta/me").header("authorization", header).await.expect(401);
        assert_eq!(answer.inner_code(), code, "{header:.40}");
        assert_eq!(answer.json()["error"]["code"], "InvalidAuthenticationToken");
        assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer realm=\"usher\""));
    }
    app.get("/beta/me").token(&forged).await.expect(401);
    app.get("/beta/me").token(&changed).await.expect(401);
    app.get(format!("/beta/me?access_token={good}")).await.expect(401);
    app.get("/beta/nothing/of/the/kind").await.expect(401);
    app.get("/beta/me").header("authorization", &format!("bearer  {good}")).await.expect(200);
}

#[tokio::test]
async fn a_token_ends_a_minute_after_it_says_and_begins_no_more_than_a_minute_early() {
    let app = TestApp::new().await;
    let token = app.delegated(&app.people.ines, &[Scope::UserRead]);
    let me = || app.get("/beta/me").token(&token).send();
    let (from, to) = (SignedDuration::from_secs(-60), SignedDuration::from_secs(3600 + 60));
    let start = app.now();
    let at = |after: SignedDuration| app.set_clock(&(start + after).to_string());

    for (after, wanted) in [
        (from - SignedDuration::from_secs(1), 401),
        (from, 200),
        (SignedDuration::ZERO, 200),
        (to - SignedDuration::from_secs(1), 200),
        (to, 401),
    ] {
        at(after);
        me().await.expect(wanted);
    }
}

/// RFC 6797.
#[tokio::test]
async fn whoever_came_over_https_once_comes_back_over_https_alone() {
    let app = TestApp::new().await;

    for path in ["/", "/beta/me", "/health/live", "/nowhere"] {
        let answer = app.get(path).await;
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"), "{path}");
    }
}
