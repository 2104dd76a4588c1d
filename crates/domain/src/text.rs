//! Length limits and comparison of human text.

use unicode_normalization::UnicodeNormalization;

/// The caps of docs/graph-compat.md#limits, counted in Unicode scalar values.
pub mod limit {
    /// Subject of a meeting or registration, text of a question or of one of its options.
    pub const SUBJECT: usize = 255;
    /// Description of a registration, biography of a speaker.
    pub const DESCRIPTION: usize = 4_000;
    /// First name, last name, display name of a speaker.
    pub const NAME: usize = 128;
    /// An e-mail address.
    pub const EMAIL: usize = 320;
    /// One answer.
    pub const ANSWER: usize = 2_000;
    /// Id of a registrant in an external registration system.
    pub const EXTERNAL_ID: usize = 256;
    /// A web address.
    pub const URL: usize = 2_048;
    /// Questions of one registration.
    pub const QUESTIONS: usize = 100;
    /// Options of one question.
    pub const OPTIONS: usize = 50;
    /// Speakers of one registration.
    pub const SPEAKERS: usize = 100;
    /// Origins that may frame a sign-up page.
    pub const ORIGINS: usize = 20;
    /// Reminders of one registration.
    pub const REMINDERS: usize = 10;
    /// Attendees named on one meeting.
    pub const ATTENDEES: usize = 1_000;
}

/// The text in Unicode normal form C without blanks around it: how names are kept.
pub fn tidy(text: &str) -> String {
    composed(text.trim())
}

/// The text in Unicode normal form C.
pub fn composed(text: &str) -> String {
    // ASCII is in normal form as it is.
    if text.is_ascii() { text.to_owned() } else { text.nfc().collect() }
}

/// Whether two names are the same to a reader: compatibility forms, case and runs of blanks make no difference.
pub fn same_name(a: &str, b: &str) -> bool {
    comparable(a) == comparable(b)
}

/// Whether the text holds a character that ends a line or steers a terminal: never part of a name.
pub fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

fn comparable(name: &str) -> String {
    let folded: String =
        name.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_as_a_reader_would() {
        for (a, b, same) in [
            ("Zoë", "Zoe\u{308}", true),
            ("VIRTANEN", "virtanen", true),
            ("  Anna  Maria ", "Anna Maria", true),
            ("ﬁne", "fine", true),
            ("Νικος", "ΝΙΚΟΣ", true),
            ("Weiß", "WEISS", true),
            ("Zoë", "Zoe", false),
            ("Ann", "Anne", false),
        ] {
            assert_eq!(same_name(a, b), same, "{a} / {b}");
        }
    }

    #[test]
    fn line_ends_of_every_kind_count_as_control() {
        for text in ["a\r\nb", "a\u{85}b", "a\u{2028}b", "a\0b"] {
            assert!(has_control(text), "{text:?}");
        }
        assert!(!has_control("Jean-Luc d’Été"));
    }
}
