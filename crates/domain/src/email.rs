//! E-mail addresses that can be written to.

use crate::text::{limit, tidy};

/// An address that parsed: [`Email::parse`] is the only door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    typed: String,
    local: String,
    domain: String,
}

/// Why a text is not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailProblem {
    /// Not of the form `name@domain`.
    Malformed,
    /// The part before the `@` holds characters beyond ASCII, which many mail servers cannot carry (RFC 6531).
    NonAsciiLocalPart,
    /// Longer than 320 characters, or its local part longer than 64 bytes.
    TooLong,
}

impl Email {
    /// Reads an address. Domains may be international and are normalised by IDNA; blanks around are dropped.
    /// Quoted local parts and address literals are refused: no registration form needs them.
    pub fn parse(text: &str) -> Result<Self, EmailProblem> {
        let typed = tidy(text);
        if typed.chars().count() > limit::EMAIL {
            return Err(EmailProblem::TooLong);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(EmailProblem::Malformed)?;
        check_local(local)?;
        let domain = ascii_domain(domain).ok_or(EmailProblem::Malformed)?;
        Ok(Self { local: local.to_owned(), domain, typed })
    }

    /// The address as its owner wrote it.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }

    /// The address for a mail envelope: the domain in its ASCII form.
    pub fn to_ascii(&self) -> String {
        [&self.local, "@", &self.domain].concat()
    }

    /// Equal for addresses that reach the same mailbox as far as a sender can know: case makes no difference.
    pub fn key(&self) -> String {
        let mut key = self.to_ascii();
        key.make_ascii_lowercase();
        key
    }

    /// Where letters to it end up, for counting them: as [`Self::key`], without what many mail servers let people add to
    /// their name behind a plus sign (RFC 5233), and without what Gmail does not look at. Where it is another mailbox after
    /// all, two are counted as one.
    pub fn mailbox(&self) -> String {
        let key = self.key();
        let Some((local, domain)) = key.split_once('@') else { return key };
        let name =
            local.split_once('+').map_or(local, |(name, _)| if name.is_empty() { local } else { name });
        match domain {
            // One service under two names, to which dots make no difference:
            // <https://support.google.com/mail/answer/7436150>.
            "gmail.com" | "googlemail.com" => format!("{}@gmail.com", name.replace('.', "")),
            _ => format!("{name}@{domain}"),
        }
    }
}

fn check_local(local: &str) -> Result<(), EmailProblem> {
    if !local.is_ascii() {
        return Err(EmailProblem::NonAsciiLocalPart);
    }
    if local.len() > 64 {
        return Err(EmailProblem::TooLong);
    }
    let is_atom = |part: &str| !part.is_empty() && part.bytes().all(is_atext);
    local.split('.').all(is_atom).then_some(()).ok_or(EmailProblem::Malformed)
}

/// RFC 5322, section 3.2.3.
fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// The domain in lower-case ASCII; `None` for what is no host name of at least two labels.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    let is_label = |label: &str| {
        let edges = [label.bytes().next(), label.bytes().last()];
        edges.iter().flatten().count() == 2
            && edges.iter().flatten().all(u8::is_ascii_alphanumeric)
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let labels: Vec<&str> = ascii.split('.').collect();
    let top_is_a_name = labels.last().is_some_and(|top| top.bytes().any(|b| b.is_ascii_alphabetic()));
    (labels.len() >= 2 && top_is_a_name && labels.iter().all(|label| is_label(label))).then_some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, EmailProblem>) {
        assert_eq!(Email::parse(text).map(|email| email.to_ascii()), expected.map(str::to_owned), "{text:?}");
    }

    #[test]
    fn addresses_that_can_be_written_to() {
        check("odile@pinewater.example", Ok("odile@pinewater.example"));
        check("  Odile.M+news@Pinewater.EXAMPLE ", Ok("Odile.M+news@pinewater.example"));
        check("a@bücher.example", Ok("a@xn--bcher-kva.example"));
        check("a@例え.テスト", Ok("a@xn--r8jz45g.xn--zckzah"));
        check("o'brien@example.org", Ok("o'brien@example.org"));
    }

    #[test]
    fn texts_that_are_no_address() {
        use EmailProblem::*;
        for text in [
            "",
            "plain",
            "@example.org",
            "a@",
            "a@b",
            "a@.example",
            "a@example.",
            "a..b@example.org",
            ".a@example.org",
            "a b@example.org",
            "a@exa mple.org",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "\"a b\"@example.org",
            "a@example.org,b@example.org",
            "a@example.org\r\nBcc: x@y.example",
            "a@-x.example",
            "<a@example.org>",
        ] {
            check(text, Err(Malformed));
        }
        check("zoë@example.org", Err(NonAsciiLocalPart));
        check(&format!("{}@example.org", "a".repeat(65)), Err(TooLong));
        check(&format!("a@{}.example", "b".repeat(320)), Err(TooLong));
    }

    #[test]
    fn what_stands_behind_a_plus_sign_makes_no_second_mailbox() {
        let mailbox = |text: &str| Email::parse(text).unwrap().mailbox();

        assert_eq!(mailbox("Odile.M+news+more@Pinewater.example"), "odile.m@pinewater.example");
        assert_eq!(mailbox("odile.m@pinewater.example"), "odile.m@pinewater.example");
        assert_eq!(
            mailbox("+odile@pinewater.example"),
            "+odile@pinewater.example",
            "a name of nothing is none"
        );
    }

    #[test]
    fn spellings_that_gmail_does_not_tell_apart_are_one_mailbox() {
        let mailbox = |text: &str| Email::parse(text).unwrap().mailbox();

        for spelling in ["o.d.i.l.e@gmail.com", "Odile@googlemail.com", "od.ile+news@gmail.com"] {
            assert_eq!(mailbox(spelling), "odile@gmail.com");
        }
        assert_eq!(mailbox("o.dile@pinewater.example"), "o.dile@pinewater.example");
    }

    #[test]
    fn case_and_spelling_of_the_domain_make_no_second_person() {
        let a = Email::parse("Odile@BÜCHER.example").map(|email| email.key());
        let b = Email::parse("odile@xn--bcher-kva.example").map(|email| email.key());

        assert_eq!(a, b);
    }
}
