//! Names of hosts that could be taken for another one: those of look-alike letters, by the rules of Unicode Technical
//! Standard #39. docs/protection.md#look-alike-addresses.

use unicode_security::confusable_detection::skeleton;
use unicode_security::{GeneralSecurityProfile, MixedScript};

/// Why the name of a host is not what a reader takes it for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disguise {
    /// It puts letters of several scripts beside each other.
    MixedScripts,
    /// All of it looks like this name in ASCII.
    LooksLike(String),
    /// It has letters that no language writes names with today.
    UnusualLetters,
}

/// What speaks against a host, each of its labels looked at by itself; `None` of a name in one script, whichever it is,
/// and of an address in numbers. It comes as it goes over the wire, with `xn--…` for letters beyond ASCII.
pub fn disguise(host: &str) -> Option<Disguise> {
    host.split('.').find_map(|label| {
        // Only what is spelled so has any other letters.
        let label = label.starts_with("xn--").then(|| idna::domain_to_unicode(label).0)?;
        if !label.chars().all(char::identifier_allowed) {
            Some(Disguise::UnusualLetters)
        } else if !label.as_str().is_single_script() {
            Some(Disguise::MixedScripts)
        } else {
            looks_like(&label).map(Disguise::LooksLike)
        }
    })
}

/// Whether two names read alike, in whichever letters: those of organisations that people are to tell apart.
pub fn read_alike(one: &str, other: &str) -> bool {
    let seen = |name: &str| {
        skeleton(&name.to_lowercase()).filter(|letter| !letter.is_whitespace()).collect::<String>()
    };
    seen(one) == seen(other)
}

/// The ASCII name that a label is taken for letter by letter. Two letters that stand for one, as in `kjær`, are seen.
fn looks_like(label: &str) -> Option<String> {
    label.chars().map(|letter| if letter.is_ascii() { Some(letter) } else { ascii_like(letter) }).collect()
}

/// The one letter of ASCII that a letter looks like.
fn ascii_like(letter: char) -> Option<char> {
    let mut place = [0; 4];
    let mut seen = skeleton(letter.encode_utf8(&mut place));
    seen.next().filter(|first| first.is_ascii() && seen.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(host: &str) -> Option<Disguise> {
        disguise(&idna::domain_to_ascii(host).expect("a sample host"))
    }

    #[test]
    fn a_name_in_one_script_is_what_it_looks_like() {
        for host in [
            "meet.example.org",
            "192.0.2.7",
            "[2001:db8::1]",
            "xn--mller-kva.example",
            "bücher.example",
            "kjær.example",
            "smørrebrød.example",
            "straße.example",
            "łódź.example",
            "会議.example",
            "ミーティング.example",
            "会議のページ.jp",
            "회의.example",
            "встреча.example",
            "встреча-2027.рф",
            "συνάντηση.example",
            "اجتماع.example",
            "बैठक.भारत",
        ] {
            assert_eq!(of(host), None, "{host}");
        }
    }

    #[test]
    fn names_that_read_alike_are_the_same_to_the_eye() {
        for (one, other, alike) in [
            ("Contoso", "contoso ", true),
            ("Contoso", "C\u{43e}ntoso", true),
            ("Contoso", "Contosо GmbH", false),
            ("Contoso", "Fabrikam", false),
        ] {
            assert_eq!(read_alike(one, other), alike, "{one} and {other}");
        }
    }

    #[test]
    fn a_name_that_is_taken_for_another_is_found_out() {
        let like = |name: &str| Some(Disguise::LooksLike(name.to_owned()));
        for (host, disguise) in [
            // Cyrillic а, all else Latin.
            ("p\u{430}ypal.example", Some(Disguise::MixedScripts)),
            ("xn--pple-43d.example", Some(Disguise::MixedScripts)),
            // Greek ο.
            ("www.g\u{3bf}\u{3bf}gle.example", Some(Disguise::MixedScripts)),
            // Katakana ノ, which looks like a slash.
            ("example.com\u{30ce}room.example", Some(Disguise::MixedScripts)),
            // All of it Cyrillic.
            ("\u{441}\u{43e}\u{441}\u{43e}.example", like("coco")),
            ("meet.\u{440}\u{430}\u{443}.example", like("pay")),
            // The dotless i.
            ("p\u{131}nterest.example", like("pinterest")),
            // Beside letters and digits of ASCII that look like others themselves.
            ("m\u{131}crosoft-01.example", like("microsoft-01")),
            // The Latin script g of phonetics.
            ("\u{261}oo\u{261}le.example", Some(Disguise::UnusualLetters)),
        ] {
            assert_eq!(of(host), disguise, "{host}");
        }
    }
}
