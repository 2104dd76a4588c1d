//! Every page keeps the same manners, and the form says what is wrong where it is wrong.

use std::collections::HashSet;

use pages::*;

use crate::markup::{Tag, tags};
use crate::samples::{JOIN, at, end_at, every_page, facts, form, gate, manage, registration, start_at};

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
        for banned in ["style", "base", "object", "img"] {
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
            if tag.name == "script" {
                let is_ours =
                    [PROOF_SCRIPT_PATH, SCRIPT_PATH, PROOF_SCRIPT_PATH].map(Some).contains(&tag.get("src"));
                assert!(is_ours, "{tag:?} in {}", page.name);
            } else {
                assert_eq!(tag.get("src"), None, "{tag:?} in {}", page.name);
            }
        }
    }
}

#[test]
fn every_tag_is_closed_in_order() {
    const VOID: &[&str] = &["!DOCTYPE", "img", "meta", "link", "input", "br", "hr"];
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
        let is_field =
            |tag: &&Tag| tag.name == "select" || tag.name == "input" && tag.get("type") != Some("hidden");
        for input in tags.iter().filter(is_field) {
            assert!(labelled.contains(&input.get("id").unwrap()), "{input:?} in {}", page.name);
        }
        assert_eq!(count(&tags, "fieldset"), count(&tags, "legend"), "{}", page.name);
    }
}

#[test]
fn the_form_asks_for_what_the_service_reads() {
    let html = registration_page(&registration("word", RegistrationState::Open(Box::new(form("word")))));
    let tags = tags(&html);
    let inputs: Vec<_> = tags.iter().filter(|tag| tag.name == "input").collect();

    let names: Vec<_> = inputs.iter().map(|tag| tag.get("name").unwrap()).collect();
    assert_eq!(
        names,
        [
            "nonce",
            "preferredTimezone",
            "firstName",
            "lastName",
            "email",
            "answer-word",
            "answer-two",
            "answer-two",
            "consent"
        ]
    );
    let values: Vec<_> = inputs.iter().map(|tag| tag.get("value").unwrap_or_default()).collect();
    assert_eq!(values, ["nonce-1", "", "word", "word", "word", "word", "Yes", "word", "version-1"]);
    let required: Vec<_> = inputs.iter().map(|tag| tag.get("required").is_some()).collect();
    assert_eq!(required, [false, false, true, true, true, true, false, false, true]);
    assert_eq!(inputs[7].get("checked"), Some(""));
    assert_eq!(inputs[6].get("checked"), None);
    assert_eq!(inputs[8].get("checked"), None, "nobody agrees by default");
    let form = tags.iter().filter(|tag| tag.name == "form").nth(1).unwrap();
    assert_eq!((form.get("method"), form.get("action")), (Some("post"), None));
}

#[test]
fn a_problem_stands_beside_its_field_and_in_the_summary() {
    let html = registration_page(&registration("word", RegistrationState::Open(Box::new(form("word")))));
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
    assert_eq!(summary, ["#firstName", "#email", "#question-2-1", "#agreed"]);
    assert!(html.contains("<title>Problem – register: word · Usher</title>"));
    assert!(html.contains("First name – At most 100 characters."));
}

#[test]
fn a_choice_that_nobody_made_is_asked_for_as_one() {
    let missing = |field| vec![FieldProblem { field, flaw: Flaw::Missing }];
    let page = |problems| {
        registration_page(&registration(
            "word",
            RegistrationState::Open(Box::new(EnrolmentForm { problems, ..form("word") })),
        ))
    };

    let (choice, control) = (page(missing("answer-two")), page(missing("firstName")));

    assert!(choice.contains("Please choose one of the options.") && !choice.contains("Please fill this in."));
    assert!(
        control.contains("Please fill this in.") && !control.contains("Please choose one of the options.")
    );
}

#[test]
fn a_form_without_problems_says_nothing_of_them() {
    let form = EnrolmentForm { problems: vec![], ..form("word") };
    let html = registration_page(&registration("word", RegistrationState::Open(Box::new(form))));

    assert!(!html.contains("role=\"alert\"") && !html.contains("aria-invalid"));
    assert!(html.contains("<title>Register: word · Usher</title>"));
}

#[test]
fn a_meeting_without_a_name_or_words_leaves_no_holes() {
    let view = RegistrationView { description: Some(" \n"), ..registration("", RegistrationState::Full) };
    let html = registration_page(&view);

    assert!(html.contains("<h1><bdi>Untitled meeting</bdi></h1>"));
    assert!(html.contains("<title>Register: Untitled meeting · Usher</title>"));
    assert!(!html.contains("About this meeting"));
    assert_eq!(letter(&facts("")).subject, "Registered: Untitled meeting");
}

#[test]
fn a_closed_registration_has_no_form() {
    let (opens_at, closed_at) = (start_at(), end_at());
    for state in [
        RegistrationState::Full,
        RegistrationState::NotOpen { opens_at },
        RegistrationState::Closed { closed_at },
        RegistrationState::Over,
        RegistrationState::SignInNeeded { sign_in_url: None },
    ] {
        let tags = tags(&registration_page(&registration("word", state)));
        assert!(!tags.iter().any(|tag| tag.name == "form" && tag.get("method") == Some("post")));
    }
}

#[test]
fn what_can_be_done_follows_from_where_a_registration_stands() {
    let buttons = |status| {
        let page = manage_page(&manage("word", status));
        let has = |action: &&str| page.contains(&format!(r#"name="do" value="{action}""#));
        ["accept", "answers", "letter", "cancel", "again", "erase"]
            .into_iter()
            .filter(has)
            .collect::<Vec<_>>()
    };

    assert_eq!(buttons(ManageStatus::Registered), ["answers", "letter", "cancel", "erase"]);
    let expires_at = at("2026-08-02T09:00:00Z");
    assert_eq!(
        buttons(ManageStatus::Offered { expires_at }),
        ["accept", "answers", "letter", "cancel", "erase"]
    );
    for status in [ManageStatus::Waitlisted, ManageStatus::Pending] {
        assert_eq!(buttons(status), ["answers", "letter", "cancel", "erase"], "{status:?}");
    }
    let withdrawn = ManageStatus::Withdrawn { by_themself: true };
    for status in [ManageStatus::Canceled, withdrawn, ManageStatus::OfferExpired] {
        assert_eq!(buttons(status), ["again", "erase"], "{status:?}");
    }
    assert_eq!(buttons(ManageStatus::Rejected), ["erase"]);
    for status in [ManageStatus::Over, ManageStatus::MeetingCanceled, ManageStatus::AllCanceled] {
        assert_eq!(buttons(status), ["erase"]);
    }
}

/// Nobody is told of a place, or of a link, that was never theirs.
#[test]
fn who_has_no_place_yet_reads_what_is_true_of_them() {
    let page = |status| manage_page(&manage("word", status));
    let has = |page: &str, sentences: &[&str]| -> Vec<bool> {
        sentences.iter().map(|sentence| page.contains(&format!(">{sentence}<"))).collect()
    };
    let explained = [
        "When a place becomes free for you, we write to you and hold it for a while. Until then you need not do anything.",
        "You have no place yet. We write to you as soon as the organizer has decided.",
    ];
    let left = [
        "You lose your turn on the list.",
        "Your registration is withdrawn at once.",
        "The place goes to the next person.",
    ];
    let headings = ["Changed your mind?", "Cannot come?"];

    let listed = page(ManageStatus::Waitlisted);
    assert_eq!(has(&listed, &explained), [true, false]);
    assert_eq!((has(&listed, &left), has(&listed, &headings)), (vec![true, false, false], vec![true, false]));
    let pending = page(ManageStatus::Pending);
    assert_eq!(has(&pending, &explained), [false, true]);
    assert_eq!(
        (has(&pending, &left), has(&pending, &headings)),
        (vec![false, true, false], vec![true, false])
    );
    let offered = page(ManageStatus::Offered { expires_at: at("2026-08-02T09:00:00Z") });
    assert_eq!(has(&offered, &explained), [false, false]);
    assert_eq!(
        (has(&offered, &left), has(&offered, &headings)),
        (vec![false, false, true], vec![false, true])
    );

    let gone = ["Your personal link no longer works.", "Your registration is cancelled."];
    let withdrawn =
        ["You have withdrawn your registration for this meeting.", "Your registration is withdrawn"];
    let told = |status| (has(&page(status), &gone), has(&page(status), &withdrawn));
    assert_eq!(told(ManageStatus::Canceled), (vec![true, true], vec![false, false]));
    let by_themself = told(ManageStatus::Withdrawn { by_themself: true });
    assert_eq!(by_themself, (vec![false, false], vec![true, false]));
    let by_another = told(ManageStatus::Withdrawn { by_themself: false });
    assert_eq!(by_another, (vec![false, false], vec![false, true]));
}

/// What somebody comes for when the meeting begins, and the one thing on the page that is filled.
#[test]
fn the_way_into_the_meeting_stands_first_while_there_is_one() {
    let page = |status| manage_page(&manage("word", status));
    let button = format!(r#"<a class="button" href="{JOIN}">Join the meeting</a>"#);

    let registered = page(ManageStatus::Registered);
    assert!(registered.find(&button).unwrap() < registered.find("<dl").unwrap(), "{registered}");
    let filled =
        |tag: &Tag| tag.name == "button" && !tag.get("class").unwrap_or_default().contains("outline");
    assert!(!tags(&registered).iter().any(filled));
    for status in [
        ManageStatus::Waitlisted,
        ManageStatus::Offered { expires_at: at("2026-08-02T09:00:00Z") },
        ManageStatus::Pending,
        ManageStatus::Rejected,
        ManageStatus::OfferExpired,
        ManageStatus::Canceled,
        ManageStatus::Withdrawn { by_themself: true },
        ManageStatus::Over,
        ManageStatus::MeetingCanceled,
        ManageStatus::AllCanceled,
    ] {
        assert!(!page(status).contains(&format!(r#""{JOIN}""#)), "{status:?}");
    }
}

#[test]
fn a_time_is_given_to_machines_in_utc_and_to_people_in_their_zone() {
    let html = registration_page(&registration("word", RegistrationState::Full));

    assert!(html.contains(
        "<time datetime=\"2026-08-04T14:00:00Z\">Tuesday, 4 August 2026, 16:00–17:30 Berlin (UTC+2)</time> \
         <span class=\"aside\">(14:00–15:30 UTC)</span>"
    ));
    let early = GateState::Early { opens_at: at("2026-08-04T13:45:00Z"), now: at("2026-08-04T13:00:00Z") };
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

#[test]
fn a_consent_stands_whole_beside_its_box_with_the_way_to_more() {
    let html = registration_page(&registration("word", RegistrationState::Open(Box::new(form("word")))));

    assert!(html.contains(r#"<label for="agreed"><bdi lang="fr">word</bdi></label>"#));
    let notice = r#"<a href="https://example.org/privacy" target="_blank" rel="noopener">Privacy notice</a>"#;
    assert!(html.contains(notice), "{html}");
    let none = EnrolmentForm { consent: None, ..form("word") };
    assert!(
        !registration_page(&registration("word", RegistrationState::Open(Box::new(none))))
            .contains("consent")
    );
}

#[test]
fn a_page_that_is_not_open_or_closed_says_when() {
    let (opens_at, closed_at) = (start_at(), end_at());
    let page = |state| registration_page(&registration("word", state));

    let early = page(RegistrationState::NotOpen { opens_at });
    assert!(early.contains("You can register from Tuesday, 4 August 2026, 16:00 Berlin (UTC+2)."), "{early}");
    let late = page(RegistrationState::Closed { closed_at });
    assert!(late.contains("It closed on Tuesday, 4 August 2026, 17:30 Berlin (UTC+2)."), "{late}");
}

#[test]
fn the_script_has_somewhere_to_write_only_where_nobody_chose_a_zone() {
    let of = |zones| {
        registration_page(&RegistrationView { zones, ..registration("word", RegistrationState::Full) })
    };

    let unknown = of(Zones { organizer: Some("Europe/Berlin"), ..Zones::default() });
    assert!(unknown.contains(
        r#"<span class="own" data-zone="Europe/Berlin" data-start="2026-08-04T14:00:00Z" data-end="2026-08-04T15:30:00Z" data-words="Your time in {zone}: {time}" hidden></span> <span class="aside">(14:00–15:30 UTC)</span>"#
    ), "{unknown}");
    let registered =
        of(Zones { reader: None, registered: Some("Asia/Tokyo"), organizer: Some("Europe/Berlin") });
    assert!(registered.contains(r#"data-zone="Asia/Tokyo Europe/Berlin""#), "{registered}");
    assert!(registered.contains("00:30 Tokyo (UTC+9)</time>") && registered.contains("Berlin (UTC+2))"));
    let chosen = of(Zones {
        reader: Some("Asia/Tokyo"),
        registered: Some("Europe/Paris"),
        organizer: Some("Europe/Berlin"),
    });
    assert!(!chosen.contains("data-zone"));
    assert!(chosen.contains("23:00 – Wednesday, 5 August 2026, 00:30 Tokyo (UTC+9)"), "{chosen}");
    assert!(chosen.contains(r#"<option value="Asia/Tokyo" selected>Tokyo (UTC+9)</option>"#));
}

#[test]
fn a_page_wears_its_organisation_s_logo_and_colours() {
    let brand = Brand {
        name: "Riverbend & Co".to_owned(),
        logo: Some(Logo { path: "/assets/x/logo?v=1".to_owned(), width: 320, height: 80 }),
        stylesheet: Some("/assets/x/colours.css?v=1".to_owned()),
    };
    let view = RegistrationView { brand: Some(&brand), ..registration("word", RegistrationState::Full) };
    let html = registration_page(&view);

    assert!(html.contains(
        r#"<img class="logo" src="/assets/x/logo?v=1" alt="Riverbend &#38; Co" width="320" height="80">"#
    ));
    let own = html.find("/assets/usher.css").unwrap();
    assert!(own < html.find("/assets/x/colours.css").unwrap(), "what comes later counts");
}

#[test]
fn a_page_says_whose_it_is_and_who_organizes() {
    let brand = Brand { name: "Riverbend".to_owned(), ..Brand::default() };
    let state = RegistrationState::SignInNeeded { sign_in_url: Some("/sign-in") };
    let view = RegistrationView {
        brand: Some(&brand),
        organizer: Some("Ines Calloway"),
        ..registration("word", state)
    };
    let html = registration_page(&view);

    assert!(html.contains(r#"<span class="brand"><bdi>Riverbend</bdi></span>"#), "{html}");
    assert!(html.contains("Organized by Ines Calloway"), "{html}");
    assert!(
        html.contains("For members of Riverbend") && html.contains("Only members of Riverbend can"),
        "{html}"
    );
    let nobody = RegistrationView { brand: None, organizer: None, ..view };
    let html = registration_page(&nobody);
    assert!(html.contains(r#"<span class="brand">Usher</span>"#) && !html.contains("Organized by"), "{html}");
    assert!(html.contains("Only members of the organisation can"), "{html}");
}

#[test]
fn the_gate_says_how_long_it_is_until_it_opens() {
    let opens_at = at("2026-08-04T13:45:00Z");
    let page = |language, now| {
        gate_page(&GateView { language, ..gate("word", GateState::Early { opens_at, now: at(now) }) })
    };

    for (now, left, said) in [
        ("2026-08-04T13:45:00Z", 0, "in 1 minute"),
        ("2026-08-04T13:44:59Z", 1, "in 1 minute"),
        ("2026-08-04T13:44:00Z", 60, "in 1 minute"),
        ("2026-08-04T13:33:00.5Z", 719, "in 12 minutes"),
        ("2026-08-04T11:45:01Z", 7_199, "in 120 minutes"),
        ("2026-08-04T10:46:00Z", 10_740, "in 2 hours"),
        ("2026-08-02T13:45:00Z", 172_800, "in 2 days"),
    ] {
        let page = page(Language::English, now);
        assert!(page.contains(&format!(
            r#"<span role="status" data-left="{left}" data-words="It opens {{time}}.">It opens {said}.</span>"#
        )), "{page}");
    }
    for (language, said) in [
        (Language::Polish, "Otwarcie za 2 minuty."),
        (Language::Arabic, "يُفتح الاجتماع خلال دقيقتين."),
        (Language::Japanese, "2 分後に入室できます。"),
    ] {
        assert!(page(language, "2026-08-04T13:43:00Z").contains(said), "{}", language.tag());
    }
}

#[test]
fn a_form_below_a_long_story_has_a_way_to_it() {
    let jump = r##"<a class="button outline" href="#form">Register</a>"##;
    let page = |view: &RegistrationView<'_>| registration_page(view).contains(jump);
    let open = || RegistrationState::Open(Box::new(EnrolmentForm { problems: vec![], ..form("word") }));

    assert!(page(&registration("word", open())));
    let nothing = RegistrationView { description: None, speakers: vec![], ..registration("word", open()) };
    assert!(!page(&nothing), "there is nothing to pass");
    assert!(!page(&registration("word", RegistrationState::Full)), "there is no form");
}
