//! Each language whole: a letter as it reads, and values that run against its direction.

use pages::*;

use crate::markup::{escaped, tags};
use crate::samples::{BERLIN, end_at, every_letter, every_page, gate, plain_facts, registration, start_at};

/// The text part in each language, one file each.
const CONFIRMATIONS: &[&str] = &[
    include_str!("confirmation/en.txt"),
    include_str!("confirmation/de.txt"),
    include_str!("confirmation/fr.txt"),
    include_str!("confirmation/es.txt"),
    include_str!("confirmation/pt-BR.txt"),
    include_str!("confirmation/pl.txt"),
    include_str!("confirmation/ja.txt"),
    include_str!("confirmation/zh-Hans.txt"),
    include_str!("confirmation/hi.txt"),
    include_str!("confirmation/ar.txt"),
];

#[test]
fn a_confirmation_reads_well_in_every_language() {
    assert_eq!(CONFIRMATIONS.len(), Language::all().len());
    for (language, expected) in Language::all().iter().zip(CONFIRMATIONS) {
        let letter = letter(&LetterFacts { language: *language, ..plain_facts() });
        let told = letter.calendar.as_ref().map_or("", |calendar| &calendar.text).replace("\r\n ", "");
        let told = told.lines().find(|line| line.starts_with("DESCRIPTION:")).unwrap();

        let written = format!("{}\n\n{}\n{told}\n", letter.subject, letter.text);
        assert_eq!(written, *expected, "confirmation/{}.txt should be:\n{written}", language.tag());
    }
}

#[test]
fn a_letter_says_which_way_it_runs() {
    for language in Language::all() {
        let html = letter(&LetterFacts { language: *language, ..plain_facts() }).html;
        let root = tags(&html).into_iter().find(|tag| tag.name == "html").unwrap();
        assert_eq!((root.get("lang"), root.get("dir")), (Some(language.tag()), Some(language.direction())));
    }
}

/// Both ways at once, with punctuation at the ends, which is what jumps when nothing holds it.
const MIXED: &[&str] = &["!שלום (world) 3.", "(مرحبا) hello!", "Ada (אדה)?"];

#[test]
fn what_people_type_reorders_nothing_around_it() {
    for value in MIXED {
        let pages = every_page(value).into_iter().filter(|page| page.name.contains(" in "));
        let pages = pages.filter(|page| !page.name.starts_with("mailbox")).map(|page| (page.name, page.html));
        let letters = every_letter(value).into_iter().map(|(name, letter)| (name, letter.html));
        for (name, html) in pages.chain(letters) {
            assert_eq!(loose(&html, &escaped(value)), Vec::<String>::new(), "{name}");
        }
        for (name, letter) in every_letter(value) {
            for line in letter.text.lines().filter(|line| !line.starts_with("    ")) {
                let held = format!("\u{2068}{value}\u{2069}");
                let full_name = format!("\u{2068}{value} {value}\u{2069}");
                let rest = line.replace(&full_name, "").replace(&held, "");
                assert!(!rest.contains(value), "{name}: {line}");
                assert_eq!(
                    line.matches('\u{2068}').count(),
                    line.matches('\u{2069}').count(),
                    "{name}: {line}"
                );
            }
        }
    }
}

/// The control: a value without its isolates is seen.
#[test]
fn a_value_that_nothing_holds_is_noticed() {
    assert_eq!(loose("<p>from x!</p>", "x!").len(), 1);
    assert_eq!(
        loose("<p dir=\"auto\">x!</p><bdi>x!</bdi><p>\u{2068}x!\u{2069}</p><a title=\"x!\">y</a>", "x!")
            .len(),
        0
    );
}

/// Where `value` stands among other words with nothing that isolates it.
fn loose(html: &str, value: &str) -> Vec<String> {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    let mut found = Vec::new();
    for (at, _) in body.match_indices(value) {
        let before = &body[..at];
        let tag = before.rfind('<').map(|start| &before[start..]).unwrap_or_default();
        let is_attribute = !tag.contains('>');
        // Twice the value is a first and a last name.
        let before_name = before.strip_suffix(&format!("{value} ")).unwrap_or(before);
        let is_held = before_name.ends_with('\u{2068}');
        let opening = before_name.rfind('<').map(|start| &before_name[start..]).unwrap_or_default();
        let is_alone =
            opening.ends_with('>') && (opening.contains("dir=\"auto\"") || opening.starts_with("<bdi"));
        if !(is_attribute || is_held || is_alone) {
            found.push(before.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect());
        }
    }
    found
}

#[test]
fn every_page_leads_to_itself_in_every_language() {
    for page in every_page("word").iter().filter(|page| page.name.contains(" in ")) {
        let tags = tags(&page.html);
        let links: Vec<_> = tags.iter().filter(|tag| tag.get("hreflang").is_some()).collect();
        if page.name.starts_with("problem") || page.name.starts_with("mailbox") {
            assert!(links.is_empty(), "{}", page.name);
            continue;
        }
        let known: Vec<_> =
            Language::all().iter().map(|language| format!("?lang={}", language.tag())).collect();
        assert_eq!(links.iter().map(|tag| tag.get("href").unwrap()).collect::<Vec<_>>(), known);
        let current: Vec<_> = links.iter().filter(|tag| tag.get("aria-current").is_some()).collect();
        assert_eq!((current.len(), current[0].get("lang")), (1, Some(page.language.tag())), "{}", page.name);
    }
}

#[test]
fn the_switch_keeps_the_query_of_the_address() {
    let query = "context=%7b%7d&k=\"><script>";
    let pages = [
        gate_page(&GateView { query, ..gate("word", GateState::Over) }),
        registration_page(&RegistrationView { query, ..registration("word", RegistrationState::Full) }),
        enrolled_page(&EnrolledView {
            span: (start_at(), end_at()),
            zones: BERLIN,
            language: Language::English,
            subject: "word",
            email: None,
            join_url: None,
            brand: None,
            is_framed: false,
            found: domain::seats::Admission::Seat,
            calendar: None,
            query,
        }),
    ];

    for html in pages {
        assert!(html.contains("?context=%7b%7d&#38;k=&#34;&#62;&#60;script&#62;&#38;lang=de\""), "{html}");
        assert!(!html.contains("<script>"));
    }
}
