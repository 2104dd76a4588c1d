//! Addresses that fill in an entry in somebody's calendar on the web, read back by the URL standard's own reader.

use std::collections::HashMap;

use pages::*;
use url::Url;

use crate::markup::{tags, unescaped};
use crate::samples::{JOIN, MANAGE, entry, facts, manage};

const WEB: [WebCalendar; 3] = [WebCalendar::Google, WebCalendar::Outlook, WebCalendar::Office365];

fn read(calendar: WebCalendar, entry: &CalendarEntry<'_>) -> (String, HashMap<String, String>) {
    let address = calendar_address(calendar, entry);
    assert!(address.len() <= 2_000, "{} bytes: {address}", address.len());
    assert!(address.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>+".contains(&byte)), "{address}");
    let url = Url::parse(&address).unwrap();
    let page = format!("{}{}", url.host_str().unwrap(), url.path());
    (page, url.query_pairs().into_owned().collect())
}

#[test]
fn each_calendar_is_told_in_its_own_words_and_in_utc() {
    let said = "Engines & looms; 50% + more? #1";
    let google = read(WebCalendar::Google, &entry(Language::English, said));
    let outlook = read(WebCalendar::Outlook, &entry(Language::English, said));
    let office = read(WebCalendar::Office365, &entry(Language::English, said));

    assert_eq!(google.0, "calendar.google.com/calendar/render");
    assert_eq!(outlook.0, "outlook.live.com/calendar/0/deeplink/compose");
    assert_eq!(office.0, "outlook.office.com/calendar/0/deeplink/compose");
    let expected = [("action", "TEMPLATE"), ("text", said), ("location", JOIN)];
    for (name, value) in expected.into_iter().chain([("dates", "20260804T140000Z/20260804T153000Z")]) {
        assert_eq!(google.1[name], value);
    }
    for (_, told) in [outlook, office] {
        for (name, value) in [
            ("path", "/calendar/action/compose"),
            ("rru", "addevent"),
            ("subject", said),
            ("location", JOIN),
            ("startdt", "2026-08-04T14:00:00Z"),
            ("enddt", "2026-08-04T15:30:00Z"),
        ] {
            assert_eq!(told[name], value);
        }
    }
}

#[test]
fn the_words_of_an_entry_stay_words_where_a_calendar_reads_html() {
    let said = "<b>Bring</b> paper & ink\nand \"pens\"";
    let (_, google) = read(WebCalendar::Google, &entry(Language::English, said));
    let (_, outlook) = read(WebCalendar::Outlook, &entry(Language::English, said));

    assert!(google["details"].ends_with(&format!("\n\n{said}")), "{google:?}");
    let written = "&lt;b&gt;Bring&lt;/b&gt; paper &amp; ink<br>and \"pens\"";
    assert!(outlook["body"].ends_with(&format!("<br><br>{written}")), "{outlook:?}");
}

/// However much the organizer wrote, and in whatever letters.
#[test]
fn long_words_are_cut_so_that_the_address_stays_short() {
    for language in Language::all() {
        for word in ["word ", "会議", "🎈", "&<\"", "é"] {
            let said = word.repeat(4_000);
            for calendar in WEB {
                let (_, told) = read(calendar, &entry(*language, &said));
                let text = told.get("details").or(told.get("body")).unwrap();
                assert!(text.contains(JOIN), "the link is not what is cut: {text}");
                assert_eq!(told["location"], JOIN);
                let title = told.get("text").or(told.get("subject")).unwrap();
                assert!(title.ends_with('…') && title.chars().count() > 10, "{title}");
                assert!(!text.contains("&am…") && !text.contains('\u{fffd}'), "{text}");
            }
        }
    }
}

/// The control: what fits is told whole.
#[test]
fn short_words_are_told_whole() {
    for calendar in WEB {
        let (_, told) = read(calendar, &entry(Language::English, "word"));
        assert!(!told.values().any(|value| value.contains('…')), "{told:?}");
    }
}

/// Whoever runs that calendar learns the link to join, which the entry is for, and not the one to cancel.
#[test]
fn nobody_elses_calendar_learns_how_to_cancel() {
    for calendar in WEB {
        assert!(!calendar_address(calendar, &entry(Language::English, "word")).contains("%2Fm%2F"));
    }
}

#[test]
fn a_page_leads_straight_there_and_a_letter_by_way_of_us() {
    let links = |html: &str| -> Vec<(String, Option<String>)> {
        let of = |tag: crate::markup::Tag| {
            let href = tag.get("href").map(unescaped)?;
            let is_ours = href.starts_with(MANAGE) && href.len() > MANAGE.len();
            let is_theirs = Url::parse(&href).is_ok_and(|url| url.host_str() != Some("usher.example"));
            (tag.name == "a" && (is_ours || is_theirs)).then(|| (href, tag.get("rel").map(str::to_owned)))
        };
        tags(html).into_iter().filter_map(of).collect()
    };
    let page = links(&manage_page(&manage("word", ManageStatus::Registered)));
    let letter = letter(&facts("word"));
    let in_letter = links(&letter.html);

    let mut expected = vec![format!("{MANAGE}/meeting.ics")];
    expected.extend(WEB.map(|calendar| calendar_address(calendar, &entry(Language::English, "word"))));
    assert_eq!(page.iter().map(|(href, _)| href).collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
    let below = ["google", "outlook", "office365"].map(|word| format!("{MANAGE}/{word}"));
    assert_eq!(in_letter.iter().map(|(href, _)| href).collect::<Vec<_>>(), below.iter().collect::<Vec<_>>());
    for (href, rel) in page.iter().chain(&in_letter) {
        assert_eq!(rel.as_deref(), Some("noopener noreferrer"), "{href}");
    }
    for link in below {
        assert!(letter.text.lines().any(|line| line == link), "{link} stands alone: {}", letter.text);
    }
}

#[test]
fn a_letter_that_brings_no_entry_offers_none() {
    for kind in [LetterKind::Reminder, LetterKind::Cancellation] {
        let letter = letter(&LetterFacts { kind, ..facts("word") });
        assert!(!letter.text.contains("/google") && !letter.html.contains("/google"), "{kind:?}");
    }
}
