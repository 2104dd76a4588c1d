//! Taking the sting out of what people typed, before it meets a format where line breaks mean something.

use std::borrow::Cow;

/// `text` as one line: every control character and Unicode line break becomes a space, runs of spaces become one.
///
/// The invisible characters that reorder what follows them go away, so that a name cannot turn our words around.
pub(crate) fn one_line(text: &str) -> String {
    let flat: String = text
        .chars()
        .filter(|letter| !reorders(*letter))
        .map(|letter| if letter.is_control() || breaks_line(letter) { ' ' } else { letter })
        .collect();
    flat.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` with its line breaks, all of them as `\n`, at most one empty line in a row, and no other controls.
pub(crate) fn paragraphs(text: &str) -> String {
    let unified = text.replace("\r\n", "\n");
    let mut out = String::with_capacity(unified.len());
    let mut empty_lines = 0;
    for line in unified.split(|letter: char| letter == '\n' || letter == '\r' || breaks_line(letter)) {
        let line = one_line_keeping_indent(line);
        empty_lines = if line.is_empty() { empty_lines + 1 } else { 0 };
        if empty_lines < 2 {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out.trim_matches('\n').to_owned()
}

fn one_line_keeping_indent(line: &str) -> String {
    let flat: String = line
        .chars()
        .filter(|letter| !reorders(*letter))
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    flat.trim_end().to_owned()
}

/// At most `limit` characters, the last of them an ellipsis if something was cut.
pub(crate) fn clip(text: &str, limit: usize) -> Cow<'_, str> {
    if text.chars().nth(limit).is_none() {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
    Cow::Owned(format!("{}…", kept.trim_end()))
}

/// Both names in the order in which their owner writes them: in Chinese, Japanese and Korean letters the family
/// name first and nothing in between, otherwise the given name first. Katakana alone is a name from elsewhere.
pub(crate) fn full_name(first: &str, last: &str) -> String {
    let (first, last) = (one_line(first), one_line(last));
    let is_eastern = |name: &str| !name.is_empty() && name.chars().all(is_eastern);
    if is_eastern(&first) && is_eastern(&last) {
        format!("{last}{first}")
    } else {
        format!("{first} {last}").trim().to_owned()
    }
}

/// Han, hiragana and hangul, in the blocks that names use.
fn is_eastern(letter: char) -> bool {
    matches!(u32::from(letter), 0x3005 | 0x3041..=0x309F | 0x3400..=0x9FFF | 0xAC00..=0xD7A3 | 0x20000..=0x323AF)
}

/// The name to greet with, or `None` when it is empty, too long for one, or would become a link.
///
/// Anybody may enrol anybody's address, so the name is the one place where a stranger chooses words in our
/// letter. Mail programs turn `example.com` into a link by themselves.
pub(crate) fn greeting_name(name: &str) -> Option<&str> {
    const LONGEST: usize = 80;
    let links = name.contains(['/', '@', '\\']) || name.split_whitespace().any(looks_like_host);
    (!name.is_empty() && name.chars().nth(LONGEST).is_none() && !links).then_some(name)
}

/// Two letters on both sides of a dot: `example.com`, but not `J.R.R.` or `Jr.`
fn looks_like_host(word: &str) -> bool {
    let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    word.split('.').filter(|label| label.chars().count() > 1).count() > 1
}

/// An address for the web with nothing in it that ends a line, an attribute or a word.
pub(crate) fn url(url: &str) -> String {
    encode(url, |letter| letter.is_whitespace() || letter.is_control() || "\"<>\\^`{|}".contains(letter))
}

/// What may stand in `href`: http, https or a path on this server. Everything else leads nowhere.
pub(crate) fn href(address: &str) -> String {
    let lower = address.trim_start().get(..8).unwrap_or(address).to_ascii_lowercase();
    let web = lower.starts_with("https://") || lower.starts_with("http://");
    let path = address.starts_with('/') && !address.starts_with("//") && !address.starts_with("/\\");
    if web || path { url(address.trim_start()) } else { "#".to_owned() }
}

/// A `mailto:` address as RFC 6068 spells it.
pub(crate) fn mailto(address: &str) -> String {
    let reserved = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || !letter.is_ascii()
            || "%?#&;,:/\"<>\\^`{|}[]".contains(letter)
    };
    format!("mailto:{}", encode(address.trim(), reserved))
}

fn encode(text: &str, must: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if must(letter) {
            let mut bytes = [0; 4];
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        } else {
            out.push(letter);
        }
    }
    out
}

/// Line breaks that are not `char::is_control`, and the ones that are but that Rust's `lines` does not know.
fn breaks_line(letter: char) -> bool {
    matches!(letter, '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Embeddings, overrides and isolates; the plain direction marks stay, names need them.
fn reorders(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_one_line() {
        for (text, expected) in [
            ("Ada", "Ada"),
            ("  Ada \t Lovelace ", "Ada Lovelace"),
            ("Ada\r\nBcc: eve@example.com", "Ada Bcc: eve@example.com"),
            ("a\u{2028}b\u{2029}c\u{85}d\0e\u{0B}f\u{7F}g", "a b c d e f g"),
            ("\u{202E}gpj.exe", "gpj.exe"),
            ("שלום\u{200F}", "שלום\u{200F}"),
        ] {
            assert_eq!(one_line(text), expected);
        }
    }

    #[test]
    fn paragraphs_keep_their_lines_and_nothing_else() {
        assert_eq!(paragraphs("\r\na\r\nb\rc\u{2028}d\n\n\n\n  e\0\n"), "a\nb\nc\nd\n\n  e");
    }

    #[test]
    fn a_clipped_text_says_so() {
        assert_eq!(clip("abcde", 5), "abcde");
        assert_eq!(clip("abc def", 5), "abc…");
        assert_eq!(clip("👩‍🚀👩‍🚀", 2), "👩…");
    }

    #[test]
    fn a_name_is_written_as_its_owner_writes_it() {
        for (first, last, expected) in [
            ("Ada", "Lovelace", "Ada Lovelace"),
            ("太郎", "山田", "山田太郎"),
            ("さくら", "佐々木", "佐々木さくら"),
            ("雷", "李", "李雷"),
            ("지훈", "김", "김지훈"),
            ("エイダ", "ラブレス", "エイダ ラブレス"),
            ("Lei", "李", "Lei 李"),
            ("", "Lovelace", "Lovelace"),
            ("雷", "", "雷"),
            ("", "", ""),
        ] {
            assert_eq!(full_name(first, last), expected);
        }
    }

    #[test]
    fn a_name_that_would_become_a_link_is_no_greeting() {
        for name in ["Ada Lovelace", "J.R.R. Tolkien", "Sammy Davis Jr.", "R.Daneel Olivaw", "O'Neil", "李雷"]
        {
            assert_eq!(greeting_name(name), Some(name));
        }
        let long = "a".repeat(81);
        for name in ["", "Win at evil.example", "http://evil", "www.evil.example!", "me@evil", &long] {
            assert_eq!(greeting_name(name), None, "{name}");
        }
    }

    #[test]
    fn only_the_web_may_be_linked() {
        for address in ["https://a.example/x?y=1&z#f", "/r/abc", "HTTP://a.example"] {
            assert_eq!(href(address), address);
        }
        for address in [
            "javascript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "/\\evil",
            "",
            "é",
        ] {
            assert_eq!(href(address), "#", "{address}");
        }
        assert_eq!(
            href("https://a.example/\" onclick=\"x\r\n"),
            "https://a.example/%22%20onclick=%22x%0D%0A"
        );
    }

    #[test]
    fn a_mail_address_cannot_leave_its_property() {
        assert_eq!(mailto("ada@example.com"), "mailto:ada@example.com");
        assert_eq!(mailto("a?b&c\r\nX:y@example.com"), "mailto:a%3Fb%26c%0D%0AX%3Ay@example.com");
        assert_eq!(mailto("é@example.com"), "mailto:%C3%A9@example.com");
    }
}
