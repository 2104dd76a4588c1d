//! What a mail server's answer means for a letter.

use std::error::Error as _;
use std::io;

use domain::suppression::says_no_mailbox;
use lettre::transport::smtp::Error;

/// The most characters of an answer that are kept.
const LONGEST: usize = 200;

/// How far a conversation had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Connecting, or the greeting.
    Greeting,
    /// Upgrading the connection to TLS.
    Encryption,
    /// Logging in.
    LogIn,
    /// Naming the sender.
    Sender,
    /// Naming the recipient.
    Recipient,
    /// Announcing the letter.
    Announcement,
    /// The letter has been written, its end included.
    Handover,
}

/// A "no", or no answer at all.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) stage: Stage,
    /// The server's code; `None` when it did not answer.
    pub(super) code: Option<u16>,
    /// Code and text, without addresses.
    pub(super) text: String,
}

/// What became of a letter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The mail server took it, and said so in these words, without addresses.
    Sent(String),
    /// The mail server put it off, or the conversation broke.
    Later(String),
    /// The mail server will never take it.
    Refused(String),
    /// Nor any other letter to this address; its answer, and the status code in it (RFC 3463).
    NoMailbox { answer: String, status: String },
    /// It was not the letter's fault: the mail server cannot be reached, or takes nothing from us.
    Down(Trouble),
}

/// Why no letter gets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// For the operator, without addresses.
    pub(super) what: String,
    /// Whether it stays until somebody changes the configuration.
    pub(super) needs_somebody: bool,
    /// Whether it was said of one letter.
    pub(super) is_of_a_letter: bool,
}

impl Answer {
    /// The server said no, or broke off.
    pub(super) fn of(stage: Stage, error: &Error) -> Self {
        let said = error.source().map(ToString::to_string).unwrap_or_default();
        match error.status() {
            Some(code) => {
                let text = tidy(&format!("{code} {said}"));
                Self { stage, code: code.to_string().parse().ok(), text }
            }
            None => {
                // With encryption from the first byte, connecting and encrypting are one step.
                let stage = if stage == Stage::Greeting && is_tls(error) { Stage::Encryption } else { stage };
                Self { stage, code: None, text: tidy(&error.to_string()) }
            }
        }
    }

    /// Nobody is there.
    pub(super) fn unreachable(error: &io::Error) -> Self {
        Self { stage: Stage::Greeting, code: None, text: tidy(&error.to_string()) }
    }

    /// Nobody gives us a token to log in by.
    pub(super) fn no_token(why: String) -> Self {
        Self { stage: Stage::LogIn, code: None, text: tidy(&why) }
    }

    /// The server said nothing for too long.
    pub(super) fn silence(stage: Stage) -> Self {
        Self { stage, code: None, text: "the mail server did not answer in time".to_owned() }
    }

    /// Whether the connection is of no use any more.
    pub(super) fn is_the_end(&self) -> bool {
        self.code.is_none_or(|code| code == 421)
    }

    /// What it means for the letter.
    pub(super) fn outcome(self) -> Outcome {
        let is_permanent = self.code.is_some_and(|code| code >= 500);
        // We are not logged in, not well enough, or may not send to the world: no recipient's fault.
        let wants_log_in = matches!(self.code, Some(530 | 534 | 535 | 538));
        let no_relay = is_permanent && says_no_relay(&self.text);
        let needs_somebody = match self.stage {
            Stage::Greeting => false,
            // A server that could not encrypt yesterday may be one that somebody has stepped in front of.
            Stage::Encryption => true,
            Stage::LogIn | Stage::Sender => is_permanent,
            Stage::Recipient | Stage::Announcement | Stage::Handover => wants_log_in || no_relay,
        };
        match self.stage {
            Stage::Greeting | Stage::Encryption | Stage::LogIn | Stage::Sender => self.down(needs_somebody),
            _ if needs_somebody => self.down(true),
            _ if is_permanent => self.refused(),
            _ => Outcome::Later(self.text),
        }
    }

    fn refused(self) -> Outcome {
        let status = self.text.split(' ').nth(1).unwrap_or_default().to_owned();
        if self.stage == Stage::Recipient && says_no_mailbox(&status) {
            return Outcome::NoMailbox { answer: self.text, status };
        }
        Outcome::Refused(self.text)
    }

    fn down(self, needs_somebody: bool) -> Outcome {
        let is_of_a_letter = matches!(self.stage, Stage::Recipient | Stage::Announcement | Stage::Handover);
        let what = format!("{}: {}", self.stage.name(), self.text);
        Outcome::Down(Trouble { what, needs_somebody, is_of_a_letter })
    }
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Greeting => "connecting",
            Self::Encryption => "encrypting",
            Self::LogIn => "logging in",
            Self::Sender => "naming the sender",
            Self::Recipient => "naming the recipient",
            Self::Announcement => "announcing a letter",
            Self::Handover => "handing a letter over",
        }
    }
}

/// Whether the server takes nothing from us for others, in the words of Postfix, Exim, Sendmail and Exchange.
/// The word alone says nothing: an unknown recipient may be "unknown in relay recipient table".
fn says_no_relay(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [
        "relay access denied",
        "unable to relay",
        "relaying denied",
        "relay not permitted",
        "relaying not allowed",
    ]
    .iter()
    .any(|words| text.contains(words))
}

/// Whether bytes came, but none that TLS can make sense of or a certificate that it trusts.
fn is_tls(error: &Error) -> bool {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let is_invalid = |cause: &io::Error| cause.kind() == io::ErrorKind::InvalidData;
    error.is_tls() || causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).any(is_invalid)
}

/// On one line, without addresses, not too long.
pub(crate) fn tidy(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let words = words.filter(|word| !word.is_empty()).map(|word| if word.contains('@') { "…" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stage: Stage, code: u16, text: &str, expected: &str) {
        let answer = Answer { stage, code: (code > 0).then_some(code), text: text.to_owned() };
        let outcome = match answer.outcome() {
            Outcome::Sent(_) => "sent",
            Outcome::Later(_) => "later",
            Outcome::Refused(_) => "refused",
            Outcome::NoMailbox { .. } => "no mailbox",
            Outcome::Down(Trouble { needs_somebody: false, .. }) => "down",
            Outcome::Down(Trouble { needs_somebody: true, .. }) => "down, somebody is needed",
        };
        assert_eq!(outcome, expected, "{stage:?} {code} {text}");
    }

    #[test]
    fn an_answer_concerns_the_letter_or_the_mail_server() {
        for (stage, code, text, expected) in [
            (Stage::Greeting, 0, "", "down"),
            (Stage::Greeting, 554, "no service", "down"),
            (Stage::Encryption, 0, "", "down, somebody is needed"),
            (Stage::LogIn, 535, "wrong password", "down, somebody is needed"),
            (Stage::LogIn, 454, "directory is away", "down"),
            (Stage::LogIn, 0, "", "down"),
            (Stage::Sender, 550, "not yours", "down, somebody is needed"),
            (Stage::Sender, 451, "too many", "down"),
            (Stage::Recipient, 450, "greylisted", "later"),
            (Stage::Recipient, 550, "unknown", "refused"),
            (Stage::Recipient, 550, "550 5.1.1 unknown", "no mailbox"),
            (Stage::Recipient, 550, "550 5.1.8 bad sender", "refused"),
            (Stage::Handover, 550, "550 5.1.1 unknown", "refused"),
            (Stage::Recipient, 530, "log in first", "down, somebody is needed"),
            (Stage::Recipient, 554, "Relay access denied", "down, somebody is needed"),
            (Stage::Recipient, 421, "bye", "later"),
            (Stage::Recipient, 0, "", "later"),
            (Stage::Announcement, 554, "no", "refused"),
            (Stage::Handover, 554, "spam", "refused"),
            (Stage::Handover, 452, "full", "later"),
            (Stage::Handover, 0, "", "later"),
        ] {
            check(stage, code, text, expected);
        }
    }

    #[test]
    fn what_is_kept_of_an_answer_names_nobody_and_is_short() {
        assert_eq!(tidy("550 5.1.1 <odile@pinewater.example>:\r\n user unknown"), "550 5.1.1 … user unknown");
        assert_eq!(tidy(&"ü".repeat(999)).chars().count(), 200);
    }
}
