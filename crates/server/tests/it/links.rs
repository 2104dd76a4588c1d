//! Capability links and the join gate.

use http::Method;
use serde_json::{Value, json};
use testkit::{NewMeeting, PUBLIC_URL, TestApp, TestMeeting, TestResponse};

const ROOM: &str = "https://meet.riverbend.example/gauging";

/// Somebody's place: both spellings of the join link, and the manage link, as paths.
struct Place {
    meeting: TestMeeting,
    short: String,
    graph: String,
    manage: String,
}

fn path(url: &str) -> String {
    url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

/// Tomas's place in a new meeting of Ines.
async fn place(app: &TestApp, new: NewMeeting<'_>) -> Place {
    let meeting = app.meeting_with(&app.people.ines, new).await;
    app.register(&meeting, &json!({"allowedRegistrant": "organization"})).await;
    let tomas = &app.people.tomas;
    let enrolled =
        app.post(meeting.registrants()).token(&app.token(tomas)).json(&tomas.enrolment()).await.expect(200);
    let letter = app.mail().await.pop().unwrap();
    Place {
        meeting,
        short: path(&letter.join_url),
        graph: path(enrolled.json()["joinWebUrl"].as_str().unwrap()),
        manage: path(&letter.manage_url),
    }
}

/// A place in a meeting whose door is open.
async fn open_place(app: &TestApp) -> Place {
    let place = place(app, NewMeeting::default()).await;
    app.set_clock("2027-02-01T09:50:00Z");
    place
}

/// Links are capabilities, and no page may pass one on.
#[track_caller]
fn assert_guarded(response: &TestResponse) {
    assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(response.header("x-frame-options"), Some("DENY"));
    assert!(response.header("set-cookie").is_none());
    if response.status != 303 {
        let policy = response.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    }
}

#[track_caller]
fn assert_leads_to(response: &TestResponse, address: &str) {
    assert_eq!((response.status.as_u16(), response.header("location")), (303, Some(address)));
    assert!(response.body.is_empty());
    assert_guarded(response);
}

#[tokio::test]
async fn both_spellings_of_a_join_link_lead_to_the_meeting() {
    let app = TestApp::new().await;
    let place = open_place(&app).await;

    assert_leads_to(&app.get(&place.short).await, ROOM);
    assert_leads_to(&app.get(&place.graph).await, ROOM);
    // Upper-case escapes, as many programs write them back.
    assert_leads_to(&app.get(place.graph.replace("%3a", "%3A").replace("%7b", "%7B")).await, ROOM);
}

#[tokio::test]
async fn the_meetings_own_link_names_nobody_and_opens_nothing_where_people_register() {
    let app = TestApp::new().await;
    let place = open_place(&app).await;
    let unregistered = app.meeting(&app.people.ines).await;

    let refused = app.get(path(&place.meeting.join_web_url)).await.expect(403);

    assert!(!refused.text().contains(ROOM));
    assert!(refused.text().contains("You need your personal link"));
    assert_guarded(&refused);
    assert_leads_to(&app.get(path(&unregistered.join_web_url)).await, ROOM);
}
#[tokio::test]
async fn a_link_leads_wherever_the_meeting_is_today() {
    let app = TestApp::new().await;
    let place = open_place(&app).await;
    let elsewhere = json!({"joinUrl": "https://teams.microsoft.com/l/meetup-join/elsewhere"});

    app.patch(place.meeting.path()).token(&app.token(&app.people.ines)).json(&elsewhere).await.expect(200);

    for link in [&place.short, &place.graph] {
        assert_leads_to(&app.get(link).await, "https://teams.microsoft.com/l/meetup-join/elsewhere");
    }
    assert!(app.mail().await.is_empty(), "no new letter is needed");
}
#[tokio::test]
async fn before_the_door_opens_and_after_the_end_a_page_says_so_and_hides_the_address() {
    let app = TestApp::new().await;
    let place = place(&app, NewMeeting::default()).await;

    for (at, status, words) in [
        ("2027-02-01T09:44:59.999999Z", 200, "The door is not open yet"),
        ("2027-02-01T11:00:00Z", 410, "This meeting is over"),
        ("2027-06-01T00:00:00Z", 410, "This meeting is over"),
    ] {
        app.set_clock(at);
        for link in [&place.short, &place.graph] {
            let page = app.get(link).await.expect(status);
            assert!(page.text().contains(words), "{at}: {}", page.text());
            assert!(!page.text().contains("meet.riverbend.example") && page.header("location").is_none());
            assert_guarded(&page);
        }
    }
    for at in ["2027-02-01T09:45:00Z", "2027-02-01T10:59:59.999999Z"] {
        app.set_clock(at);
        assert_leads_to(&app.get(&place.short).await, ROOM);
    }
}

#[tokio::test]
async fn how_early_the_door_opens_is_configured() {
    let app = TestApp::builder().config("[join]\nopens_minutes_before = 0").build().await;
    let place = place(&app, NewMeeting::default()).await;

    app.set_clock("2027-02-01T09:59:59Z");
    app.get(&place.short).await.expect(200);
    app.set_clock("2027-02-01T10:00:00Z");
    assert_leads_to(&app.get(&place.short).await, ROOM);
}

#[tokio::test]
async fn a_meeting_without_an_address_says_that_the_link_is_right() {
    let app = TestApp::new().await;
    let place = place(&app, NewMeeting { join_url: None, ..NewMeeting::default() }).await;
    app.set_clock("2027-02-01T10:00:00Z");

    let page = app.get(&place.short).await.expect(200);

    assert!(page.text().contains("The meeting room is not ready"));
    assert_guarded(&page);
}

/// A token opens what it was made for.
#[tokio::test]
async fn a_link_for_one_purpose_opens_nothing_else() {
    let app = TestApp::new().await;
    let place = open_place(&app).await;
    let (join, manage) =
        (place.short.strip_prefix("/j/").unwrap(), place.manage.strip_prefix("/m/").unwrap());
    let seal = place.graph.split_once("&k=").unwrap().1;

    app.get(format!("/m/{join}")).await.expect(404);
    app.post(format!("/m/{join}")).form(&[]).await.expect(404);
    app.get(format!("/j/{manage}")).await.expect(404);
    for other in [join, manage, &manage[44..], ""] {
        app.get(place.graph.replace(seal, other)).await.expect(404);
    }
    app.get(place.graph.split("&k=").next().unwrap()).await.expect(404);

    assert_eq!(app.registrants(&place.meeting).await[0]["status"], "registered");
    app.get(&place.manage).await.expect(200);
    assert_leads_to(&app.get(&place.short).await, ROOM);
}

/// Nothing tells a token that was nearly right from one that never was.
#[tokio::test]
async fn a_changed_token_is_answered_like_any_other_that_is_none() {
    // What becomes of whoever tries as many from one address is tested elsewhere.
    let app = TestApp::builder().config("[protection]\nwrong_links_per_minute = 1000").build().await;
    let place = open_place(&app).await;
    let foreign = TestApp::builder().seed(4711).build().await;
    let elsewhere = open_place(&foreign).await;

    for (good, elsewhere) in [(&place.short, &elsewhere.short), (&place.manage, &elsewhere.manage)] {
        let nothing = app.get(format!("{}x", &good[..3])).await.expect(404);
        assert_guarded(&nothing);
        for at in 3..good.len() {
            let mut changed = good.clone();
            let to = if &good[at..=at] == "A" { "B" } else { "A" };
            changed.replace_range(at..=at, to);
            let answer = app.get(&changed).await.expect(404);
            assert_eq!((&answer.body, &answer.headers), (&nothing.body, &nothing.headers), "{changed}");
        }
        for none in [
            format!("{good}A"),
            good[..good.len() - 1].to_owned(),
            good[..3].to_owned() + &"A".repeat(66),
            elsewhere.clone(),
        ] {
            assert_eq!(app.get(&none).await.expect(404).body, nothing.body, "{none}");
        }
    }
}

#[tokio::test]
async fn a_seal_fits_its_own_registrant_only() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    app.set_clock("2027-02-01T09:50:00Z");
    let token = app.token(&app.people.ines);
    let mut links = Vec::new();
    for id in ["7731", "7732"] {
        let body = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": id});
        let enrolled = app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);
        links.push(path(enrolled.json()["joinWebUrl"].as_str().unwrap()));
    }

    assert_leads_to(&app.get(&links[0]).await, ROOM);
    app.get(links[0].replace("7731", "7732")).await.expect(404);
    app.get(links[0].replace("7731", "7733")).await.expect(404);
}

/// With what the scanners of mail providers call themselves.
#[tokio::test]
async fn looking_changes_nothing_whoever_looks() {
    let app = TestApp::new().await;
    let place = open_place(&app).await;
    let traces = app.db_traces().await;

    for agent in [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0 Safari/537.36",
        "Barracuda Sentinel (EE)",
        "Mimecast",
        "ProofpointURLDefense",
        "Mozilla/5.0 (compatible; GoogleImageProxy)",
        "BingPreview/1.0b",
        "facebookexternalhit/1.1",
    ] {
        for method in [Method::GET, Method::HEAD] {
            for link in [&place.manage, &place.short, &place.graph] {
                let call =
                    app.call(method.clone(), link).header("user-agent", agent).header("purpose", "prefetch");
                let answer = call.await;
                assert!(matches!(answer.status.as_u16(), 200 | 303), "{method} {link}: {}", answer.status);
            }
        }
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            app.call(method, &place.manage).header("user-agent", agent).await.expect(405);
        }
    }

    assert_eq!(app.db_traces().await, traces);
    assert_eq!(app.registrants(&place.meeting).await[0]["status"], "registered");
    app.post(&place.manage).form(&[]).await.expect(200);
    assert_eq!(app.registrants(&place.meeting).await[0]["status"], "canceled");
}
#[tokio::test]
async fn whoever_cancels_is_let_in_no_more_by_no_process_and_told_so() {
    let app = TestApp::new().await;
    let place = open_place(&app).await;
    let other = app.beside().await;
    assert_leads_to(&other.get(&place.short).await, ROOM);

    let canceled = app.post(&place.manage).form(&[]).await.expect(200);
    let again = app.post(&place.manage).form(&[]).await.expect(200);

    assert!(canceled.text().contains("Your registration is cancelled"));
    assert_eq!(again.body, canceled.body);
    assert_guarded(&canceled);
    for app in [&app, &other] {
        for link in [&place.short, &place.graph] {
            let page = app.get(link).await.expect(403);
            assert!(
                page.text().contains("This link no longer works")
                    && !page.text().contains("meet.riverbend.example")
            );
            assert_guarded(&page);
        }
    }
    assert!(app.get(&place.manage).await.expect(200).text().contains("Your registration is cancelled."));
    assert_eq!(app.mail().await.len(), 1, "one letter, however often the button is pressed");
}

#[tokio::test]
async fn the_links_of_a_deleted_meeting_open_nothing() {
    for what in ["meeting", "registration"] {
        let app = TestApp::new().await;
        let place = open_place(&app).await;
        let path = if what == "meeting" { place.meeting.path() } else { place.meeting.registration() };

        app.delete(path).token(&app.token(&app.people.ines)).await.expect(204);

        for link in [&place.short, &place.graph] {
            let page = app.get(link).await;
            assert!(matches!(page.status.as_u16(), 403 | 404), "{}", page.status);
            assert!(!page.text().contains("meet.riverbend.example"));
        }
        assert!(app.get(&place.manage).await.expect(200).text().contains("cancelled"));
    }
}

#[tokio::test]
async fn the_manage_page_shows_the_own_registration_and_nothing_of_the_link() {
    let app = TestApp::new().await;
    let place = open_place(&app).await;

    let page = app.get(&place.manage).await.expect(200);

    assert!(page.text().contains("Tomas") && page.text().contains("You are registered."));
    let join = format!("href=\"{PUBLIC_URL}{}\">Join the meeting</a>", place.short);
    assert!(page.text().contains(&join), "{}", page.text());
    let rest = page.text().replace(&format!("{PUBLIC_URL}{}/meeting.ics", place.manage), "");
    assert!(
        !rest.contains(place.manage.strip_prefix("/m/").unwrap()),
        "the form posts to where it stands, and only the file lies below it"
    );
    assert_guarded(&page);
    app.set_clock("2027-02-01T11:00:00Z");
    let over = app.get(&place.manage).await.expect(200).text();
    assert!(!over.contains(&place.short), "there is nothing left to join: {over}");
    assert!(over.contains("This meeting is over.") && !over.contains(r#"value="cancel""#), "{over}");
}

#[tokio::test]
async fn links_outlive_a_restart() {
    let app = TestApp::new().await;
    let place = open_place(&app).await;

    let app = app.restart().await;

    assert_leads_to(&app.get(&place.short).await, ROOM);
    app.get(&place.manage).await.expect(200);
}

/// Whoever steals the database has no link.
#[tokio::test]
async fn the_database_holds_no_usable_link() {
    let app = TestApp::new().await;
    let place = open_place(&app).await;
    let seal = place.graph.split_once("&k=").unwrap().1;

    for link in [&place.short[3..], &place.manage[3..], seal] {
        assert!(!app.db_holds(link));
        // What makes it good are its last 16 bytes; 21 characters of base64 hold 15 of them whole.
        assert!(!app.db_holds(&link[link.len() - 21..]));
    }
    assert_eq!(place.short.len() - 3, 66, "33 bytes that name the place, and 128 bits that nobody guesses");
    assert!(app.db_holds("tomas.virtanen@riverbend.example"), "the control: what is stored is found");
}

#[tokio::test]
async fn a_join_link_may_begin_elsewhere_and_find_its_way_home() {
    let app = TestApp::builder().config("[join]\nbase_url = \"https://teams.microsoft.com\"").build().await;
    let meeting = app.external("everyone").await;
    app.set_clock("2027-02-01T09:50:00Z");
    let body = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": "7731"});

    let enrolled =
        app.post(meeting.registrants()).token(&app.token(&app.people.ines)).json(&body).await.expect(200);

    let link: Value = enrolled.json()["joinWebUrl"].clone();
    let path = link.as_str().unwrap().strip_prefix("https://teams.microsoft.com").unwrap();
    assert_leads_to(&app.get(path).await, ROOM);
}

/// Whoever saw the sign-up page can write the meeting's own link.
#[tokio::test]
async fn a_registration_that_is_gone_does_not_open_the_room() {
    let app = TestApp::new().await;
    let place = open_place(&app).await;
    let token = app.token(&app.people.ines);
    let meeting = app.get(place.meeting.path()).token(&token).await.json();
    let nameless = path(meeting["joinWebUrl"].as_str().unwrap());
    app.get(&nameless).await.expect(403);

    app.delete(place.meeting.registration()).token(&token).await.expect(204);

    for link in [&nameless, &place.short, &place.graph] {
        let answer = app.get(link).await.expect(403);
        assert!(!answer.text().contains("meet.riverbend.example"), "{}", answer.text());
    }
    let control = app.meeting_with(&app.people.ines, NewMeeting::default()).await;
    let control = app.get(control.path()).token(&token).await.json();
    assert_leads_to(&app.get(path(control["joinWebUrl"].as_str().unwrap())).await, ROOM);
}

#[tokio::test]
async fn an_old_link_shows_nothing_of_the_registration_that_came_after() {
    let app = TestApp::new().await;
    let place = open_place(&app).await;
    app.delete(place.meeting.registration()).token(&app.token(&app.people.ines)).await.expect(204);
    let secret = json!({"allowedRegistrant": "organization", "subject": "Layoffs"});
    app.register(&place.meeting, &secret).await;

    for link in [&place.short, &place.graph, &place.manage] {
        let answer = app.get(link).await;
        assert!(!answer.text().contains("Layoffs"), "{link}: {}", answer.text());
    }
}

/// Any string is an id in an external system, the looks of a path segment included.
#[tokio::test]
async fn an_external_registrant_can_be_removed_whatever_the_id_looks_like() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    let token = app.token(&app.people.ines);

    for id in ["users('me')", "onlineMeetings('x')", "$count", "createOrGet"] {
        let body = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": id});
        let enrolled = app.post(meeting.registrants()).token(&token).json(&body).await.expect(200).json();
        let encoded = id.replace('$', "%24");
        app.delete(format!("{}/{encoded}", meeting.registrants())).token(&token).await.expect(204);
        app.get(path(enrolled["joinWebUrl"].as_str().unwrap())).await.expect(404);
    }
}
