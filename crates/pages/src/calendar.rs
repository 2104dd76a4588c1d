//! The calendar part of a letter: an invitation, or the notice that takes it back (RFC 5545, 5546).

use icalendar::{Calendar, Class, Component, Event, EventStatus, Property};
use jiff::Timestamp;

use crate::clean;
use crate::letter::{CalendarMethod, LetterFacts, Words};

/// Who writes the entry; nobody reads it, so it is not a text.
const PRODID: &str = "-//Usher//Meeting registration//EN";

/// In octets, without the line break (RFC 5545, section 3.1).
const LONGEST_LINE: usize = 75;

/// The most characters of the organizer's words an entry repeats. Calendars cut sooner, and `icalendar` folds in
/// quadratic time.
const LONGEST_DESCRIPTION: usize = 8_000;

/// The calendar object: `words` for what people read, `facts` for what machines compare.
pub(crate) fn write(facts: &LetterFacts<'_>, words: &Words, method: CalendarMethod) -> String {
    let mut calendar = Calendar::empty();
    for (name, value) in
        [("VERSION", "2.0"), ("PRODID", PRODID), ("CALSCALE", "GREGORIAN"), ("METHOD", method.as_str())]
    {
        calendar.append_property((name, value));
    }
    if method == CalendarMethod::Publish {
        // Outlook's own word: it opens the entry, where it would add a calendar beside the person's own.
        calendar.append_property(("X-MS-OLK-FORCEINSPECTOROPEN", "TRUE"));
    }
    calendar.push(event(facts, words, method));
    refold(&calendar.to_string())
}

/// `icalendar` 0.17 forgets the leading space when it measures a last line, which then has 76 octets.
fn refold(text: &str) -> String {
    let unfolded = text.replace("\r\n ", "");
    let mut folded = String::with_capacity(text.len() + 16);
    for line in unfolded.split_terminator("\r\n") {
        let mut length = 0;
        for letter in line.chars() {
            if length + letter.len_utf8() > LONGEST_LINE {
                folded.push_str("\r\n ");
                length = 1;
            }
            folded.push(letter);
            length += letter.len_utf8();
        }
        folded.push_str("\r\n");
    }
    folded
}

fn event(facts: &LetterFacts<'_>, words: &Words, method: CalendarMethod) -> Event {
    let mut event = Event::new();
    // UID and DTSTAMP must be ours: `icalendar` fills a missing one from the clock and the random generator.
    event
        .add_property("UID", clean::one_line(facts.uid))
        .add_property("DTSTAMP", instant(facts.stamped_at))
        .add_property("LAST-MODIFIED", instant(facts.stamped_at))
        .add_property("SEQUENCE", facts.sequence.to_string())
        .add_property("DTSTART", instant(facts.start_at))
        .add_property("DTEND", instant(facts.end_at))
        .add_property("SUMMARY", &*words.subject)
        .add_property("DESCRIPTION", description(facts, words, method))
        .append_property(organizer(facts, words))
        // Colleagues who share the calendar would otherwise see a link that is personal.
        .class(Class::Private);
    match method {
        CalendarMethod::Request | CalendarMethod::Publish => event
            .add_property("LOCATION", &*words.join_url)
            .add_property("URL", &*words.join_url)
            .add_property("TRANSP", "OPAQUE")
            .status(EventStatus::Confirmed),
        CalendarMethod::Cancel => event.add_property("TRANSP", "TRANSPARENT").status(EventStatus::Cancelled),
    };
    match method {
        CalendarMethod::Request => event.append_property(attendee(facts, words, "ACCEPTED")).done(),
        CalendarMethod::Cancel => event.append_property(attendee(facts, words, "DECLINED")).done(),
        CalendarMethod::Publish => event.done(),
    }
}

fn description(facts: &LetterFacts<'_>, words: &Words, method: CalendarMethod) -> String {
    let t = facts.language.texts();
    if method == CalendarMethod::Cancel {
        return t.say("invite-canceled");
    }
    let mut text = format!("{}\n{}\n{}", t.say("invite-join"), words.join_url, t.say("invite-personal"),);
    if let Some(description) = &words.description {
        text.push_str("\n\n");
        text.push_str(&clean::clip(description, LONGEST_DESCRIPTION));
    }
    text
}

fn organizer(facts: &LetterFacts<'_>, words: &Words) -> Property {
    let mail = facts.reply_mail.or(words.organizer_mail.as_deref()).unwrap_or(facts.sender_mail);
    person("ORGANIZER", mail, &words.organizer)
}

/// The place is taken already, so there is nothing to answer; but where an answer is taken, it is asked for, or some
/// calendars would keep a no to themselves.
fn attendee(facts: &LetterFacts<'_>, words: &Words, status: &str) -> Property {
    let mut attendee = person("ATTENDEE", facts.email, &words.full_name);
    attendee
        .add_parameter("CUTYPE", "INDIVIDUAL")
        .add_parameter("ROLE", "REQ-PARTICIPANT")
        .add_parameter("PARTSTAT", status)
        .add_parameter("RSVP", if facts.reply_mail.is_some() { "TRUE" } else { "FALSE" })
        .done()
}

fn person(property: &str, mail: &str, name: &str) -> Property {
    let mut person = Property::new(property, clean::mailto(mail));
    if !name.is_empty() {
        person.add_parameter("CN", &parameter(name));
    }
    person.done()
}

/// A parameter value cannot hold a double quote, and `icalendar` passes one through: a name that begins and ends
/// with quotes would even be taken for one already quoted, and add parameters of its own. RFC 6868 spells it.
///
/// A backslash means nothing in a parameter, yet some readers take `\"` for a quote that goes on. Nobody's name
/// has one, so it goes rather than be read in two ways.
fn parameter(value: &str) -> String {
    value.replace('\\', "/").replace('^', "^^").replace('"', "^'")
}

fn instant(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_folded_within_its_limit_and_unfolds_to_itself() {
        for length in 1..400 {
            for filler in ["x", "é", "👩‍🚀", " "] {
                let line = format!("SUMMARY:{}{}\r\n", "a".repeat(length % 75), filler.repeat(length));
                let folded = refold(&line);

                assert!(folded.split("\r\n").all(|part| part.len() <= LONGEST_LINE), "{folded}");
                assert_eq!(folded.replace("\r\n ", ""), line);
            }
        }
    }

    /// The day this fails, `refold` can go.
    #[test]
    fn icalendar_still_folds_a_line_too_long() {
        let folded = |length| {
            let text: String =
                Property::new("X", "x".repeat(length)).try_into().expect("a string takes any text");
            text.lines().map(str::len).max()
        };

        assert!((70..400).any(|length| folded(length) > Some(LONGEST_LINE)));
    }
}
