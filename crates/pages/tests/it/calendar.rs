//! The calendar part, read back by somebody else's parser and measured by hand.

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarEntry, ICalendarParameterName, ICalendarProperty,
};
use calcard::{Entry, Parser};
use pages::*;

use crate::samples::{JOIN, MANAGE, calendar, facts, plain_facts};

/// The invitation as another program reads it. Not in that parser's strict mode, which refuses every component
/// inside another; what it would check is counted by hand in `check_lines`.
fn read(text: &str) -> ICalendar {
    let mut parser = Parser::new(text);
    let calendar = match parser.entry() {
        Entry::ICalendar(calendar) => calendar,
        other => panic!("{other:?} in:\n{text}"),
    };
    assert_eq!(parser.entry(), Entry::Eof, "more than one thing:\n{text}");
    calendar
}

fn event(calendar: &ICalendar) -> &ICalendarComponent {
    assert_eq!(calendar.components.len(), 2, "one VCALENDAR and one VEVENT");
    assert_eq!(calendar.components[1].component_type.as_str(), "VEVENT");
    &calendar.components[1]
}

fn names(component: &ICalendarComponent) -> Vec<String> {
    component.entries.iter().map(|entry| entry.name.as_str().to_owned()).collect()
}

fn entry(component: &ICalendarComponent, name: ICalendarProperty) -> &ICalendarEntry {
    component.property(&name).unwrap()
}

fn text(component: &ICalendarComponent, name: ICalendarProperty) -> &str {
    let entry = entry(component, name);
    assert_eq!(entry.values.len(), 1, "{entry:?}");
    entry.values[0].as_text().unwrap()
}

/// A common name after undoing RFC 6868, which this parser leaves to its caller.
fn common_name(component: &ICalendarComponent, name: ICalendarProperty) -> String {
    let value = entry(component, name).parameter(&ICalendarParameterName::Cn).unwrap();
    let mut letters = value.as_text().unwrap().chars();
    let mut name = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '^' => name.push(match letters.next() {
                Some('\'') => '"',
                Some('^') => '^',
                other => panic!("^{other:?} is no escape"),
            }),
            other => name.push(other),
        }
    }
    name
}

/// RFC 5545 section 3.1, counted in octets.
fn check_lines(text: &str) {
    check_lines_with(text, 1);
}

fn check_lines_with(text: &str, attendees: usize) {
    assert!(text.ends_with("\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert_eq!(text.matches('\r').count(), text.matches("\r\n").count());
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.chars().any(|letter| letter.is_control() && letter != '\t'), "{line:?}");
    }
    let unfolded = text.replace("\r\n ", "");
    let lines = |begin: &str| unfolded.lines().filter(|line| line.starts_with(begin)).count();
    assert_eq!((lines("BEGIN:"), lines("END:"), lines("UID:"), lines("ATTENDEE")), (2, 2, 1, attendees));
}

#[test]
fn an_invitation_is_one_event_with_everything_in_it() {
    let text_form = calendar(&plain_facts());
    check_lines(&text_form);
    let unfolded = text_form.replace("\r\n ", "");

    let expected = "BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Usher//Meeting registration//EN\r
CALSCALE:GREGORIAN\r
METHOD:REQUEST\r
BEGIN:VEVENT\r
ATTENDEE;CN=Ada Lovelace;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:ada@example.com\r
CLASS:PRIVATE\r
DESCRIPTION:Join with your personal link:\\nhttps://usher.example/j/aaaa\\nThe link was made for you alone. Please do not pass it on.\\n\\nWhat an engine can do.\\n\\nBring paper\\; we have pens.\r
DTEND:20260804T153000Z\r
DTSTAMP:20260701T080000Z\r
DTSTART:20260804T140000Z\r
LAST-MODIFIED:20260701T080000Z\r
LOCATION:https://usher.example/j/aaaa\r
ORGANIZER;CN=Grace Hopper:mailto:grace@example.com\r
SEQUENCE:3\r
STATUS:CONFIRMED\r
SUMMARY:Engines\\, and what they weave\r
TRANSP:OPAQUE\r
UID:place-1@usher.example\r
URL:https://usher.example/j/aaaa\r
END:VEVENT\r
END:VCALENDAR\r
";
    // Calendars are shared: whoever sees the entry shall not be able to cancel for them.
    assert!(!unfolded.contains(MANAGE));
    assert_eq!(unfolded, expected);
}

#[test]
fn a_cancellation_takes_back_the_same_entry() {
    let invitation = calendar(&plain_facts());
    let notice = calendar(&LetterFacts { kind: LetterKind::Cancellation, sequence: 4, ..plain_facts() });
    let (invitation, notice) = (read(&invitation), read(&notice));
    let (before, after) = (event(&invitation), event(&notice));

    assert_eq!(before.uid(), after.uid());
    for property in [ICalendarProperty::Dtstart, ICalendarProperty::Organizer, ICalendarProperty::Summary] {
        assert_eq!(entry(before, property.clone()), entry(after, property));
    }
    assert_eq!(entry(after, ICalendarProperty::Sequence).values[0].as_integer(), Some(4));
    assert_eq!(entry(after, ICalendarProperty::Status).values[0].as_text(), Some("CANCELLED"));
    let method = notice.components[0].property(&ICalendarProperty::Method).unwrap();
    assert_eq!(method.values[0].as_text(), Some("CANCEL"));
    assert!(after.property(&ICalendarProperty::Location).is_none());
    assert!(after.property(&ICalendarProperty::Url).is_none());
}

#[test]
fn the_sender_stands_in_for_an_organizer_without_an_address() {
    let text = calendar(&LetterFacts { organizer_mail: None, ..plain_facts() });

    assert!(text.contains("ORGANIZER;CN=Grace Hopper:mailto:usher@usher.example\r\n"), "{text}");
}

/// It asks nobody for an answer; else it is what the letter brings, so whichever is there later stands for the other.
#[test]
fn a_file_to_keep_is_the_invitation_without_an_attendee() {
    for facts in [plain_facts(), facts("a\r\nATTENDEE:mailto:evil@example.com;,\\")] {
        let (letter, file) = (calendar(&facts), calendar_file(&facts));
        check_lines_with(&file, 0);
        let (letter, file) = (read(&letter), read(&file));
        let (invited, kept) = (event(&letter), event(&file));

        let method = file.components[0].property(&ICalendarProperty::Method).unwrap();
        assert_eq!(method.values[0].as_text(), Some("PUBLISH"));
        let others: Vec<_> =
            invited.entries.iter().filter(|entry| entry.name != ICalendarProperty::Attendee).collect();
        assert_eq!(others, kept.entries.iter().collect::<Vec<_>>());
        assert_eq!(others.len() + 1, invited.entries.len(), "the control: an invitation has one");
    }
}

/// What came in must come out, in one event with the same properties, whatever it was.
#[test]
fn no_value_leaves_its_property() {
    let long = "Wolfeschlegelsteinhausen ".repeat(400);
    let emoji: Vec<String> =
        (50..80).map(|length| format!("{}👩‍🚀{}", "x".repeat(length), "é".repeat(90))).collect();
    let mut values = vec![
        "plain",
        "a\r\nATTENDEE:mailto:evil@example.com",
        "a\nEND:VEVENT\nBEGIN:VEVENT\nUID:evil",
        "a\r\n ATTENDEE:folded",
        "a;b,c\\d\\n\\,e:f",
        "\\",
        "ends in a backslash\\",
        "quoted; and ends in a backslash\\",
        "\"x\";ROLE=CHAIR:mailto:evil@example.com;X=\"y\"",
        "\"quoted\"",
        "^n^^'\"^",
        "a\u{2028}b\u{2029}c\u{85}d\0e",
        "BEGIN:VALARM",
        " leading and trailing ",
        "中文名字中文名字中文名字中文名字中文名字中文名字中文名字中文名字中文名字中文名字中文名字",
        "{{7*7}}",
        &long,
    ];
    values.extend(emoji.iter().map(String::as_str));
    let plain_text = calendar(&facts("plain"));
    let plain = read(&plain_text);

    for value in values {
        let text_form = calendar(&facts(value));
        check_lines(&text_form);
        let calendar = read(&text_form);
        let event = event(&calendar);
        let line = one_line(value);

        assert_eq!(names(event), names(&plain.components[1]), "{value:?}");
        assert_eq!(names(&calendar.components[0]), names(&plain.components[0]), "{value:?}");
        assert_eq!(text(event, ICalendarProperty::Summary), line);
        let name = line.replace('\\', "/");
        assert_eq!(common_name(event, ICalendarProperty::Organizer), name);
        let full_name = if name.starts_with('中') { name.repeat(2) } else { format!("{name} {name}") };
        assert_eq!(common_name(event, ICalendarProperty::Attendee), full_name);
        assert_eq!(entry(event, ICalendarProperty::Attendee).params.len(), 5, "{value:?}");
        assert_eq!(text(event, ICalendarProperty::Location), JOIN);
    }
}

/// The control: undoing one protection makes the same reader see another person.
#[test]
fn the_reader_would_notice_an_attendee_too_many() {
    let text_form = calendar(&facts("plain")).replace("SUMMARY:plain", "SUMMARY:a\r\nATTENDEE:mailto:evil");

    let calendar = read(&text_form);

    assert_eq!(event(&calendar).properties(&ICalendarProperty::Attendee).count(), 2);
}

#[test]
fn a_description_keeps_its_lines_and_has_an_end() {
    let event_text = |description: &str| {
        let calendar = read(&calendar(&LetterFacts { description: Some(description), ..plain_facts() }));
        text(event(&calendar), ICalendarProperty::Description).to_owned()
    };

    assert!(
        event_text("one\r\ntwo\u{2028}three; four, five\\n").ends_with("\n\none\ntwo\nthree; four, five\\n")
    );
    let long = event_text(&"🎈 ".repeat(50_000));
    assert!(long.ends_with('…'));
    assert!(long.chars().count() < 9_000);
}

/// What is left of a value that must fit one line, written down apart from the crate's own.
fn one_line(value: &str) -> String {
    let breaks = ['\r', '\n', '\0', '\u{85}', '\u{2028}', '\u{2029}', ' '];
    value.split(breaks).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn where_answers_are_taken_calendars_are_asked_for_them_and_told_where() {
    let takes = calendar(&LetterFacts { reply_mail: Some("usher+abc@mail.example"), ..plain_facts() });
    let takes = takes.replace("\r\n ", "");
    let takes_none = calendar(&plain_facts()).replace("\r\n ", "");

    assert!(takes.contains("ORGANIZER;CN=Grace Hopper:mailto:usher+abc@mail.example\r\n"), "{takes}");
    assert!(takes.contains("RSVP=TRUE") && !takes.contains("grace@example.com"), "{takes}");
    assert!(takes_none.contains(":mailto:grace@example.com\r\n") && takes_none.contains("RSVP=FALSE"));
}
