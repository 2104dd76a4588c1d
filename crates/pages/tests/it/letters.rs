//! Letters as their readers see them.

use pages::*;

use crate::markup::tags;
use crate::samples::{JOIN, MANAGE, STOP, facts, plain_facts};

#[test]
fn a_confirmation_reads_well() {
    let letter = letter(&plain_facts());

    assert_eq!(letter.subject, "Registered: Engines, and what they weave");
    assert_eq!(letter.calendar.unwrap().method, CalendarMethod::Request);
    assert_eq!(
        letter.text,
        "Hello Ada Lovelace,

You have a place in this meeting.

What: Engines, and what they weave
When: Tuesday, 4 August 2026, 16:00–17:30 Berlin (UTC+2)
That is: 14:00–15:30 UTC
Organizer: Grace Hopper, grace@example.com

Join with your personal link:

https://usher.example/j/aaaa

The link was made for you alone: whoever has it can join in your name. Please do not pass this letter on.
The attached invitation puts the meeting into your calendar.

Change your registration, or give your place back:

https://usher.example/m/bbbb

You can also add the meeting to Google Calendar, Outlook.com or Outlook for work or school yourself:

https://usher.example/m/bbbb/google
https://usher.example/m/bbbb/outlook
https://usher.example/m/bbbb/office365

About this meeting, in the organizer’s words:

    What an engine can do.

    Bring paper; we have pens.

-- 
If you know nothing of this, somebody typed your address by mistake; you need not do anything.
Sent by Usher, which keeps the registrations for this meeting.
"
    );
}

#[test]
fn a_cancellation_reads_well_and_holds_no_link() {
    let letter =
        letter(&LetterFacts { kind: LetterKind::Cancellation, zones: Zones::default(), ..plain_facts() });

    assert_eq!(letter.subject, "Registration cancelled: Engines, and what they weave");
    let calendar = letter.calendar.unwrap();
    assert_eq!(calendar.method, CalendarMethod::Cancel);
    assert_eq!(
        letter.text,
        "Hello Ada Lovelace,

You have given your place in this meeting back: your registration is cancelled.

What: Engines, and what they weave
When: Tuesday, 4 August 2026, 14:00–15:30 UTC
Organizer: Grace Hopper, grace@example.com

Your personal link no longer works, and your place is free for somebody else.
Changed your mind? You may register again where you registered before.
The attached notice takes the meeting out of your calendar.

-- 
Sent by Usher, which keeps the registrations for this meeting.
"
    );
    for part in [&letter.text, &letter.html, &calendar.text] {
        assert!(!part.contains(JOIN) && !part.contains(MANAGE));
    }
}

/// What a letter says above the facts of the meeting, and between them and the small print.
fn core(facts: &LetterFacts<'_>) -> (String, Vec<String>) {
    let text = letter(facts).text;
    let paragraphs: Vec<String> = text.split("\n\n").map(str::to_owned).collect();
    (paragraphs[1].clone(), paragraphs[3..].to_vec())
}

#[test]
fn whoever_is_canceled_is_told_by_whom_and_what_to_do() {
    for (canceled_by, opening, advice) in [
        (
            CanceledBy::Organizer,
            "The organizer has cancelled your registration for this meeting.",
            "Your personal link no longer works, and your place is free for somebody else.
If you did not expect this, please ask the organizer.
The attached notice takes the meeting out of your calendar.",
        ),
        (
            CanceledBy::OrganizerForAll,
            "The organizer has cancelled all registrations for this meeting.",
            "Your personal link no longer works. You need not do anything.
Please ask the organizer whether and how the meeting takes place.
The attached notice takes the meeting out of your calendar.",
        ),
    ] {
        let facts = LetterFacts { kind: LetterKind::Cancellation, canceled_by, ..plain_facts() };
        let (said, rest) = core(&facts);
        assert_eq!((said.as_str(), rest[0].as_str()), (opening, advice));
    }
}

#[test]
fn an_update_tells_the_state_of_now_and_brings_the_calendar_up_to_date() {
    let facts = LetterFacts { kind: LetterKind::Update, ..plain_facts() };
    let letter = letter(&facts);

    assert_eq!(letter.subject, "Changed: Engines, and what they weave");
    assert_eq!(letter.calendar.unwrap().method, CalendarMethod::Request);
    let (opening, rest) = core(&facts);
    assert!(opening.starts_with("The organizer has changed this meeting."), "{opening}");
    assert_eq!(rest[1], JOIN);
    assert!(
        rest[2].ends_with("The attached invitation brings the entry in your calendar up to date."),
        "{rest:?}"
    );
}

#[test]
fn a_reminder_repeats_the_link_and_leaves_the_calendar_alone() {
    let facts = LetterFacts { kind: LetterKind::Reminder, ..plain_facts() };
    let letter = letter(&facts);

    assert_eq!(letter.subject, "Reminder: Engines, and what they weave");
    assert_eq!(letter.calendar, None);
    assert!(!letter.text.contains("attached") && !letter.html.contains("attached"));
    assert_eq!(core(&facts).1[1], JOIN);
}

#[test]
fn a_reminder_says_how_to_get_no_more_of_them_and_no_other_letter_does() {
    let reminder = letter(&LetterFacts { kind: LetterKind::Reminder, stop_url: Some(STOP), ..plain_facts() });

    assert!(
        reminder.text.ends_with(&format!("No more reminders of this meeting:\n\n{STOP}\n")),
        "{}",
        reminder.text
    );
    assert!(reminder.html.contains(&format!("href=\"{STOP}\"")), "{}", reminder.html);
    let confirmation = letter(&plain_facts());
    assert!(
        !confirmation.text.contains("No more reminders") && !confirmation.html.contains("No more reminders")
    );
}

#[test]
fn whoever_declined_is_offered_to_give_the_place_back_and_keeps_it() {
    let facts = LetterFacts { kind: LetterKind::Offer, ..plain_facts() };
    let letter = letter(&facts);

    assert_eq!(letter.subject, "Not coming? Engines, and what they weave");
    assert_eq!(letter.calendar, None);
    let (opening, rest) = core(&facts);
    assert_eq!(
        opening,
        "Your calendar has declined the invitation to this meeting. You still have your place."
    );
    assert_eq!(rest[1], MANAGE);
    assert_eq!(rest[2], "If you are coming after all, you need not do anything.");
    assert!(!letter.text.contains(JOIN) && !letter.html.contains(JOIN), "it is not about coming");
}

#[test]
fn the_same_facts_give_the_same_letter() {
    assert_eq!(letter(&plain_facts()), letter(&plain_facts()));
}

#[test]
fn no_value_can_add_a_line_that_looks_like_ours() {
    let breaks = ["\r\n", "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{0B}", "\u{0C}", "\0"];
    let expected = letter(&facts("a Join with your personal link: b")).text;

    for line_break in breaks {
        let value = format!("a{line_break}Join with your personal link:{line_break}b");
        let letter = letter(&LetterFacts { description: None, ..facts(&value) });

        assert!(letter.subject.ends_with(": a Join with your personal link: b"), "{:?}", letter.subject);
        assert!(!letter.subject.chars().any(char::is_control));
        let ours = |text: &str| text.lines().filter(|line| *line == "Join with your personal link:").count();
        assert_eq!((ours(&letter.text), ours(&expected)), (1, 1), "{line_break:?}");
    }
}

#[test]
fn the_description_keeps_its_lines_but_never_reaches_the_margin() {
    let description = "one\r\n-- \r\nJoin with your personal link:\r\nhttps://evil.example\u{2028}end\0";
    let text = letter(&LetterFacts { description: Some(description), ..plain_facts() }).text;

    assert!(
        text.contains(
            "\n    one\n    --\n    Join with your personal link:\n    https://evil.example\n    end\n"
        ),
        "{text}"
    );
}

#[test]
fn each_link_stands_alone_on_its_line_once() {
    let letter = letter(&plain_facts());

    for link in [JOIN, MANAGE] {
        assert_eq!(letter.text.lines().filter(|line| *line == link).count(), 1);
        let repeated = letter.text.matches(link).count() - letter.text.matches(&format!("{link}/")).count();
        assert_eq!(repeated, 1, "the calendars' links lie below it");
        assert!(tags(&letter.html).iter().any(|tag| tag.name == "a" && tag.get("href") == Some(link)));
    }
}

#[test]
fn a_stranger_cannot_put_a_link_into_the_greeting() {
    let first_name = "Win a prize at evil.example";
    let letter = letter(&LetterFacts { first_name, ..plain_facts() });

    assert!(letter.text.starts_with("Hello,\n"));
    assert!(!letter.text.contains("evil.example") && !letter.html.contains("evil.example"));
}

#[test]
fn a_name_that_runs_the_other_way_is_isolated_in_the_body_and_bare_in_the_subject() {
    let facts =
        LetterFacts { first_name: "שרה", last_name: "כהן", subject: "פגישה", ..plain_facts() };
    let letter = letter(&facts);

    assert!(letter.text.starts_with("Hello \u{2068}שרה כהן\u{2069},\n"));
    assert_eq!(letter.subject, "Registered: פגישה");
    assert!(!letter.calendar.unwrap().text.contains('\u{2068}'));
}

#[test]
fn a_subject_line_has_an_end() {
    let letter = letter(&LetterFacts { subject: &"long ".repeat(5_000), ..plain_facts() });

    assert!(letter.subject.chars().count() <= 200);
    assert!(letter.subject.ends_with('…'));
}

#[test]
fn the_html_part_needs_nothing_from_elsewhere() {
    for tag in tags(&letter(&plain_facts()).html) {
        assert!(!["img", "link", "script", "style", "iframe", "table"].contains(&&*tag.name));
        assert_eq!(tag.get("src"), None);
        assert!(!tag.get("style").unwrap_or_default().contains("url("));
        assert!(!tag.attributes.iter().any(|(name, _)| name.starts_with("on")));
    }
}

#[test]
fn a_letter_leads_with_the_organisation_s_own_time_and_says_utc_below_it() {
    let own = letter(&plain_facts());
    let bold = "<strong>Tuesday, 4 August 2026, 16:00–17:30 Berlin (UTC+2)</strong>";
    assert!(own.html.contains(bold), "{}", own.html);
    assert!(own.html.find(bold) < own.html.find("14:00–15:30 UTC"));

    let none = letter(&LetterFacts { zones: Zones::default(), ..plain_facts() });
    assert!(none.html.contains("<strong>Tuesday, 4 August 2026, 14:00–15:30 UTC</strong>"), "{}", none.html);
    assert!(!none.text.contains("That is:") && !none.html.contains("That is:"));
}

#[test]
fn a_letter_leads_with_the_recipient_s_time_and_says_the_organisation_s_below_it() {
    let of = |registered, organizer| {
        letter(&LetterFacts { zones: Zones { reader: None, registered, organizer }, ..plain_facts() })
    };

    let both = of(Some("Asia/Tokyo"), Some("Europe/Berlin"));
    let tokyo = "Tuesday, 4 August 2026, 23:00 – Wednesday, 5 August 2026, 00:30 Tokyo (UTC+9)";
    let berlin = "That is: Tuesday, 4 August 2026, 16:00–17:30 Berlin (UTC+2)";
    assert!(both.html.contains(&format!("<strong>{tokyo}</strong><br>{berlin}")), "{}", both.html);
    assert!(both.text.contains(&format!("When: {tokyo}\n{berlin}\n")), "{}", both.text);
    assert!(!both.text.contains("14:00"), "{}", both.text);
    assert_eq!(both.calendar, of(None, Some("Europe/Berlin")).calendar);

    let alone = of(Some("Asia/Kolkata"), None).text;
    assert!(alone.contains("19:30–21:00 Kolkata (UTC+5:30)\nThat is: 14:00–15:30 UTC\n"), "{alone}");
    let same = of(Some("Europe/Berlin"), Some("Europe/Berlin")).text;
    assert!(same.contains("Berlin (UTC+2)\nThat is: 14:00–15:30 UTC\n"), "{same}");
}

/// Before a place is theirs, nobody gets the way in or an entry for their calendar.
#[test]
fn letters_to_whoever_waits_hold_no_link_to_the_meeting() {
    for (kind, has_way_back) in [
        (LetterKind::Waitlisted, true),
        (LetterKind::PlaceOffered, true),
        (LetterKind::PendingApproval, true),
        (LetterKind::OfferExpired, false),
        (LetterKind::Rejected, false),
    ] {
        let letter = letter(&LetterFacts { kind, zones: Zones::default(), ..plain_facts() });

        for part in [&letter.text, &letter.html] {
            assert!(!part.contains(JOIN), "{kind:?}: {part}");
            assert_eq!(part.contains(MANAGE), has_way_back, "{kind:?}: {part}");
        }
        assert_eq!(letter.calendar, None, "{kind:?}");
    }
}

#[test]
fn an_offered_place_says_until_when_and_where_to_accept_it() {
    let facts = LetterFacts { kind: LetterKind::PlaceOffered, zones: Zones::default(), ..plain_facts() };
    let letter = letter(&facts);

    assert_eq!(letter.subject, "A place for you: Engines, and what they weave");
    assert!(letter.text.contains("Accept it by Sunday, 2 August 2026, 09:00 UTC."), "{}", letter.text);
    assert!(letter.text.contains(MANAGE));
}

/// Whoever never had a place gives none back.
#[test]
fn who_leaves_the_waiting_list_is_told_so() {
    let facts = LetterFacts { kind: LetterKind::Cancellation, had_a_place: false, ..plain_facts() };
    let letter = letter(&facts);

    assert!(
        letter.text.contains("You have withdrawn your registration for this meeting."),
        "{}",
        letter.text
    );
    assert!(
        !letter.text.contains("place is free") && !letter.text.contains("no longer works"),
        "{}",
        letter.text
    );
    assert_eq!(letter.calendar, None);
}
