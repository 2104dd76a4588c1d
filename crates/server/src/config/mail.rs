//! How letters leave.

mod dkim;
mod lmtp;
mod oauth2;
mod return_path;

use std::marker::PhantomData;
use std::path::PathBuf;
use std::time::Duration;

use lettre::message::Mailbox;

pub use self::dkim::Dkim;
pub use self::lmtp::{Listen, Lmtp};
pub use self::oauth2::OAuth2;
pub use self::return_path::ReturnPath;

use self::return_path::ReturnAddress;
use super::reading::{
    AnyOf, Choice, Flag, Folder, ListOf, Machine, Named, Password, Person, Scope, Seconds, Secret, Text,
    Whole, default, derived, optional, section, table,
};

section! {
    /// How letters leave. Without a `host` they stay queued, unless the built-in mailbox takes them.
    Mail, check check_mail {
        /// Sender of every letter; required with a `host`.
        from: Option<Mailbox> = optional(Person, "no letter can be sent", "Usher <no-reply@example.org>");
        /// Where answers to a letter go.
        reply_to: Option<Mailbox> = optional(Person, "to `from`", "events@example.org");
        /// Where mail servers report a letter that does not arrive: the sender on the envelope of each letter is made
        /// from it, `bounces+…@mail.example.org`. The name has 8 characters at most. The mail server of its domain hands
        /// over to `mail.lmtp`.
        return_path: Option<ReturnPath> = optional(ReturnAddress, "to `from`", "bounces@mail.example.org");
        /// The mail server that takes letters.
        host: Option<String> = optional(Machine, "letters stay queued", "smtp.example.org");
        /// How the connection is encrypted: `starttls` insists on the upgrade, `tls` encrypts from the first byte,
        /// `none` is for a server on the same machine.
        security: Security = default(SECURITY, "starttls");
        /// Port of the mail server.
        port: u16 = derived(Whole::new(1..=u16::MAX, ""), "587 for `starttls`, 465 for `tls`, 25 for `none`", "2525",
            |scope| Some(scope.here(&SECURITY, "security").unwrap_or(Security::StartTls).usual_port()));
        /// PEM file with certificate authorities to trust beside the system's, for a mail server with a
        /// certificate of your own making.
        ca_file: Option<PathBuf> = optional(Folder, "the system's authorities alone", "/etc/usher/mail-ca.pem");
        /// Name for logging in; needs a password, or `mail.oauth2`.
        username: Option<String> = optional(Text("a name"), "no log-in", "usher");
        /// Password for logging in.
        password: Option<Secret> = optional(Password, "no log-in", "a password");
        /// How long one step of the conversation with the mail server may take.
        timeout as "timeout_seconds": Duration = default(Seconds(1..=600), "30");
        /// How many connections to the mail server may be open at once.
        per_host_connections: u32 = default(Whole::new(1..=64, "connections"), "4");
        /// How many minutes before the start of a meeting people are reminded of it: a day and an hour. An empty list
        /// switches reminders off.
        reminders: Vec<u32> = default(AnyOf(ListOf(Whole::new(1..=43_200, "minutes"))), "1440,60");
        /// How often a letter is tried before it is given up.
        max_attempts: u32 = default(Whole::new(1..=100, "attempts"), "12");
        /// Show letters on a page of Usher instead of sending them. Everybody who reaches the page reads them all:
        /// for demonstrations and development.
        mailbox: bool = default(Flag, "false");
        /// The section `[mail.oauth2]`.
        oauth2: OAuth2 = table();
        /// The section `[mail.dkim]`.
        dkim: Dkim = table();
        /// The section `[mail.lmtp]`.
        lmtp: Lmtp = table();
    }
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Starts readable and must be upgraded before anything is said.
    StartTls,
    /// Encrypted from the first byte.
    Tls,
    /// Readable on the way.
    None,
}

impl Security {
    fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

impl Named for Security {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::StartTls, "starttls"), (Self::Tls, "tls"), (Self::None, "none")];
}

const SECURITY: Choice<Security> = Choice(PhantomData);

fn check_mail(scope: &mut Scope<'_, '_>) {
    let has_password = scope.has("password") || scope.has("password_file");
    if scope.has("host") && !scope.has("from") {
        scope.complain("from", "is required with `mail.host`, for example \"Usher <no-reply@example.org>\"");
    }
    let has_oauth2 = scope.has_below("oauth2", "token_url");
    if scope.has("username") && !has_password && !has_oauth2 {
        scope.complain("username", "needs `mail.password`, `mail.password_file` or `[mail.oauth2]`");
    }
    if has_oauth2 && has_password {
        scope.complain("password", "is set beside `[mail.oauth2]`: keep one of the two");
    }
    if has_oauth2 && !scope.has("username") {
        scope
            .complain("username", "is required with `[mail.oauth2]`: the mailbox that letters are sent from");
    }
    if scope.has_below("lmtp", "listen") && !scope.has("return_path") {
        scope.complain(
            "return_path",
            "is required with `[mail.lmtp]`, for example \"bounces@mail.example.org\"",
        );
    }
    if has_password && !has_oauth2 && !scope.has("username") {
        scope.complain("username", "is required with a password");
    }
    if scope.has("host") && scope.here(&Flag, "mailbox") == Some(true) {
        scope.complain("mailbox", "takes the letters that `mail.host` should send: keep one of the two");
    }
}
