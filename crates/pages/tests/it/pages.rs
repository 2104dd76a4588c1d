//! Every page keeps the same manners, and the form says what is wrong where it is wrong.

use std::collections::HashSet;

use pages::*;

use crate::markup::{Tag, tags};
use crate::samples::{every_page, facts, form, gate, manage, registration};

fn count(tags: &[Tag], name: &str) -> usize {
    tags.iter().filter(|tag| tag.name == name).count()
}

#[test]
fn every_page_has_manners() {
    for page in every_page("word") {
        let tags = tags(&page.html);
        let name = &page.name;

        assert!(page.html.starts_with("<!DOCTYPE html>\n"), "{name}");
        assert_eq!(
            (tags[1].get("lang"), tags[1].get("dir")),
            (Some(page.language.tag()), Some(page.language.direction())),
            "{name}"
        );
        for one in ["h1", "title", "main", "html", "body"] {
            assert_eq!(count(&tags, one), 1, "{one} in {name}");
        }
        for banned in ["script", "style", "base", "object", "img"] {
            assert_eq!(count(&tags, banned), 0, "{banned} in {name}");
        }
        assert!(!page.html.contains("<h1></h1>"), "{name}");
    }
}

#[test]
fn every_page_fits_a_strict_content_policy() {
    for page in every_page("word") {
        for tag in tags(&page.html) {
            let inline = tag.attributes.iter().any(|(name, _)| name == "style" || name.starts_with("on"));
            assert!(!inline, "{tag:?} in {}", page.name);
            if tag.name == "link" {
                assert_eq!(tag.get("href"), Some(STYLESHEET_PATH));
            }
            assert_eq!(tag.get("src"), None, "{tag:?} in {}", page.name);
        }
    }
}

#[test]
fn every_tag_is_closed_in_order() {
    const VOID: &[&str] = &["!DOCTYPE", "meta", "link", "input", "br", "hr"];
    for page in every_page("word") {
        let mut open = Vec::new();
        for tag in tags(&page.html) {
            if let Some(name) = tag.name.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name), "{}", page.name);
            } else if !VOID.contains(&&*tag.name) {
                open.push(tag.name);
            }
        }
        assert!(open.is_empty(), "{open:?} in {}", page.name);
    }
}

#[test]
fn every_reference_inside_a_page_has_a_target() {
    for page in every_page("word") {
        let tags = tags(&page.html);
        let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        let unique: HashSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "doubled id in {}: {ids:?}", page.name);

        for tag in &tags {
            let fragment = tag.get("href").and_then(|href| href.strip_prefix('#'));
            let named = ["for", "aria-labelledby"].into_iter().filter_map(|name| tag.get(name));
            let described = tag.get("aria-describedby").unwrap_or_default().split_whitespace();
            for id in fragment.into_iter().chain(named).chain(described) {
                assert!(ids.contains(&id), "#{id} in {}", page.name);
            }
        }
    }
}

#[test]
fn every_field_has_a_label() {
    for page in every_page("word") {
        let tags = tags(&page.html);
        let labelled: Vec<_> = tags.iter().filter_map(|tag| tag.get("for")).collect();
        for input in tags.iter().filter(|tag| tag.name == "input" && tag.get("type") != Some("hidden")) {
            assert!(labelled.contains(&input.get("id").unwrap()), "{input:?} in {}", page.name);
        }
        assert_eq!(count(&tags, "fieldset"), count(&tags, "legend"), "{}", page.name);
    }
}

#[test]
fn the_form_asks_for_what_the_service_reads() {
    let html = registration_page(&registration("word", RegistrationState::Open(form("word"))));
    let tags = tags(&html);
    let inputs: Vec<_> = tags.iter().filter(|tag| tag.name == "input").collect();

    let names: Vec<_> = inputs.iter().map(|tag| tag.get("name").unwrap()).collect();
    assert_eq!(names, ["nonce", "firstName", "lastName", "email", "answer-word", "answer-two", "answer-two"]);
    let values: Vec<_> = inputs.iter().map(|tag| tag.get("value").unwrap()).collect();
    assert_eq!(values, ["nonce-1", "word", "word", "word", "word", "Yes", "word"]);
    let required: Vec<_> = inputs.iter().map(|tag| tag.get("required").is_some()).collect();
    assert_eq!(required, [false, true, true, true, true, false, false]);
    assert_eq!(inputs[6].get("checked"), Some(""));
    assert_eq!(inputs[5].get("checked"), None);
    let form = tags.iter().find(|tag| tag.name == "form").unwrap();
    assert_eq!((form.get("method"), form.get("action")), (Some("post"), None));
}

#[test]
fn a_problem_stands_beside_its_field_and_in_the_summary() {
    let html = registration_page(&registration("word", RegistrationState::Open(form("word"))));
    let tags = tags(&html);
    let input = |id: &str| tags.iter().find(|tag| tag.get("id") == Some(id)).unwrap();

    assert_eq!(input("firstName").get("aria-describedby"), Some("firstName-problem"));
    assert_eq!(input("firstName").get("aria-invalid"), Some("true"));
    assert_eq!(input("lastName").get("aria-invalid"), None);
    assert_eq!(input("lastName").get("aria-describedby"), None);
    assert_eq!(input("email").get("aria-describedby"), Some("email-hint email-problem"));
    assert_eq!(input("question-2").get("aria-describedby"), Some("question-2-hint question-2-problem"));
    let links = tags.iter().filter(|tag| tag.name == "a").filter_map(|tag| tag.get("href"));
    let summary: Vec<_> = links.filter(|link| link.starts_with('#')).collect();
    assert_eq!(summary, ["#firstName", "#email", "#question-2-1"]);
    assert!(html.contains("<title>Problem – register: word · Usher</title>"));
    assert!(html.contains("First name: at most 100 characters"));
}

#[test]
fn a_form_without_problems_says_nothing_of_them() {
    let form = EnrolmentForm { problems: vec![], ..form("word") };
    let html = registration_page(&registration("word", RegistrationState::Open(form)));

    assert!(!html.contains("role=\"alert\"") && !html.contains("aria-invalid"));
    assert!(html.contains("<title>Register: word · Usher</title>"));
}

#[test]
fn a_meeting_without_a_name_or_words_leaves_no_holes() {
    let view = RegistrationView { description: Some(" \n"), ..registration("", RegistrationState::Full) };
    let html = registration_page(&view);

    assert!(html.contains("<h1 dir=\"auto\">Untitled meeting</h1>"));
    assert!(html.contains("<title>Register: Untitled meeting · Usher</title>"));
    assert!(!html.contains("About this meeting"));
    assert_eq!(letter(&facts("")).subject, "Registered: Untitled meeting");
}

#[test]
fn a_closed_registration_has_no_form() {
    for state in [
        RegistrationState::Full,
        RegistrationState::Over,
        RegistrationState::SignInNeeded { sign_in_url: None },
    ] {
        assert_eq!(count(&tags(&registration_page(&registration("word", state))), "form"), 0);
    }
}

#[test]
fn what_can_be_done_follows_from_where_a_registration_stands() {
    let buttons = |status| {
        let page = manage_page(&manage("word", status));
        let has = |action: &&str| page.contains(&format!(r#"name="do" value="{action}""#));
        ["answers", "letter", "cancel", "again", "erase"].into_iter().filter(has).collect::<Vec<_>>()
    };

    assert_eq!(buttons(ManageStatus::Registered), ["answers", "letter", "cancel", "erase"]);
    assert_eq!(buttons(ManageStatus::Canceled), ["again", "erase"]);
    for status in [ManageStatus::Over, ManageStatus::MeetingCanceled] {
        assert_eq!(buttons(status), ["erase"]);
    }
}

#[test]
fn a_time_is_given_to_machines_in_utc_and_to_people_in_their_zone() {
    let html = registration_page(&registration("word", RegistrationState::Full));

    assert!(html.contains(
        "<time datetime=\"2026-08-04T14:00:00Z\">Tuesday, 4 August 2026, 16:00–17:30 Berlin (UTC+2)</time> \
         <span class=\"aside\">(Tuesday, 4 August 2026, 14:00–15:30 UTC)</span>"
    ));
    let early = GateState::Early { opens_at: "2026-08-04T13:45:00Z".parse().unwrap() };
    assert!(gate_page(&gate("word", early)).contains("from Tuesday, 4 August 2026, 15:45 Berlin (UTC+2)."));
}

#[test]
fn the_reference_lists_each_operation_with_its_permissions() {
    let operation = ApiOperation {
        id: "registrant_enroll",
        method: "POST",
        path: "/users/{userId}/onlineMeetings/{meetingId}/registration/registrants",
        summary: "Enrol a person",
        description: "Gives a place.",
        delegated: vec!["OnlineMeetings.ReadWrite"],
        application: vec![],
        anonymous: false,
        success: 200,
    };
    let html = api_page(&ApiView { operations: vec![operation] });

    assert!(html.contains("<b>POST</b> /users/{userId}/onlineMeetings"));
    assert!(html.contains("<code>OnlineMeetings.ReadWrite</code>"));
    assert!(html.contains("<dd>not available</dd>"));
    assert!(html.contains("href=\"/openapi.json\"") && html.contains("Answers 200"));
}
