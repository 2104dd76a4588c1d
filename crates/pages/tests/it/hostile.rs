//! What people type stays what it is: words.

use pages::*;

use crate::markup::{escaped, skeleton, tags};
use crate::samples::{self, JOIN, MANAGE, REGISTER, every_letter, every_page, facts, mailbox_letter};

const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=1>",
    "' autofocus onfocus='alert(1)",
    "</title></textarea></pre><svg onload=alert(1)>",
    "<!-- --><iframe srcdoc=x>",
    "{{7*7}}",
    "{% raw %}",
    "{# comment #}",
    "${7*7}",
    "{ $name } { letter-what }",
    "&lt;b&gt; &amp;amp;",
    "javascript:alert(7*7)",
];

#[test]
fn nothing_people_type_changes_a_page() {
    let harmless = every_page("word");

    for payload in PAYLOADS {
        for (page, harmless) in every_page(payload).into_iter().zip(&harmless) {
            let name = format!("{} with {payload}", page.name);
            assert_eq!(skeleton(&page.html), skeleton(&harmless.html), "{name}");
            assert!(!page.html.contains("49"), "{name}");
            assert_eq!(page.html.contains(&escaped(payload)), page.hears, "{name}");
            if escaped(payload) != *payload {
                assert!(!page.html.contains(payload), "{name}");
            }
        }
    }
}

#[test]
fn nothing_people_type_changes_a_letter() {
    let harmless = every_letter("word");

    for payload in PAYLOADS {
        for ((name, letter), (_, harmless)) in every_letter(payload).into_iter().zip(&harmless) {
            assert_eq!(skeleton(&letter.html), skeleton(&harmless.html), "{name} with {payload}");
            assert!(letter.html.contains(&escaped(payload)), "{name} with {payload}");
            assert!(letter.text.contains(payload), "{name} with {payload}");
            assert!(letter.subject.contains(payload), "{name} with {payload}");
            assert_eq!(letter.text.lines().count(), harmless.text.lines().count(), "{name} with {payload}");
            let calendar = letter.calendar.map(|part| part.text).unwrap_or_default();
            for part in [&letter.html, &letter.text, &letter.subject, &calendar] {
                assert!(!part.contains("49"), "{name} with {payload}");
            }
        }
    }
}

/// The control: the same comparison, with the escaping undone, must fail.
#[test]
fn an_unescaped_value_would_be_noticed() {
    let harmless = every_page("word");

    for payload in PAYLOADS.iter().filter(|payload| payload.contains('<')) {
        for (page, harmless) in every_page(payload).into_iter().zip(&harmless).filter(|(page, _)| page.hears)
        {
            let opened = page.html.replace(&escaped(payload), payload);
            assert_ne!(skeleton(&opened), skeleton(&harmless.html), "{} with {payload}", page.name);
            assert!(opened.contains(payload));
        }
    }
    assert!("{{7*7}}".replace("{{7*7}}", &(7 * 7).to_string()).contains("49"));
}

#[test]
fn a_link_that_is_none_leads_nowhere() {
    let bad =
        ["javascript:alert(1)", "data:text/html,<script>", "//evil.example", "vbscript:x", "\tjavascript:x"];

    for url in bad {
        let language = Language::English;
        let pages = [
            home_page(&HomeView {
                links: vec![HomeLink { label: HomeLabel::Mailbox, url }],
                samples: vec![HomeSample { state: SampleState::Full, subject: "word", language, url }],
                is_demo: true,
            }),
            gate_page(&samples::gate(
                "word",
                GateState::PersonalLinkNeeded { registration_page_url: Some(url) },
            )),
            canceled_page(&CanceledView {
                language,
                subject: "word",
                brand: None,
                had_a_place: true,
                registration_page_url: Some(url),
            }),
            letter(&LetterFacts { join_url: url, manage_url: url, ..facts("word") }).html,
        ];
        for html in pages {
            let links: Vec<_> =
                tags(&html).into_iter().filter_map(|tag| tag.get("href").map(str::to_owned)).collect();
            assert!(links.iter().any(|link| link == "#"), "{url}: {links:?}");
            let ours = |link: &str| link == "#" || link == STYLESHEET_PATH || is_switch(link);
            assert!(links.iter().all(|link| ours(link)), "{url}: {links:?}");
        }
    }
}

#[test]
fn the_mailbox_links_only_what_it_was_given() {
    let stranger = "https://evil.example/join";
    let letter = letter(&LetterFacts { description: Some(stranger), ..facts("word") });

    let html = mailbox_letter_page(&mailbox_letter("word", &letter));

    let links: Vec<_> =
        tags(&html).into_iter().filter_map(|tag| tag.get("href").map(str::to_owned)).collect();
    assert_eq!(links, [STYLESHEET_PATH, "/mailbox", JOIN, MANAGE]);
    let frame = tags(&html).into_iter().find(|tag| tag.name == "iframe").unwrap();
    assert_eq!(frame.get("sandbox"), Some(""));
    assert_eq!(crate::markup::unescaped(frame.get("srcdoc").unwrap()), letter.html);
}

#[test]
fn no_page_at_the_gate_links_anywhere_but_to_the_form() {
    for page in samples::shut_gates(Language::English, "word") {
        let known = ["", STYLESHEET_PATH, REGISTER];
        for link in tags(&page.html).iter().filter_map(|tag| tag.get("href")) {
            assert!(known.contains(&link) || is_switch(link), "{}: {link}", page.name);
        }
    }
}

fn is_switch(link: &str) -> bool {
    link.strip_prefix("?lang=").is_some_and(|tag| Language::with_tag(tag).is_some())
}
