//! The mailroom: letters leave the outbox here. What is sent when: docs/letters.md.
//!
//! A letter committed with the fact it tells of; a letter to everybody as one row, which is *worked off* in pieces
//! that queue the letters. From there: *lease* it, so that nobody else sends it; *write* it
//! from the live row, or drop it if it is no longer true; *send* it; *settle* what became of it.
//!
//! **What arrives twice.** A letter is handed over at most once, but for one window that SMTP cannot close: the
//! mail server has the whole letter and we have not stored that it said so, because the connection, this process
//! or the database broke in between. Such a letter goes out again under the same Message-ID, by which mail
//! programs and servers know it for the same one. `usher_letters_unanswered_total` counts the connections that
//! broke in that window.

mod allowance;
mod answer;
mod backoff;
mod clerk;
mod dkim;
mod links;
mod mailbox;
mod mailings;
mod mime;
mod oauth2;
mod postman;
mod shift;
mod smtp;
#[cfg(test)]
mod tests;
mod watch;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use domain::Reminders;
use jiff::Timestamp;
use store::{Fault, Store};
use tokio::sync::Notify;

use self::backoff::Rest;
use self::shift::{Shift, Until};
use crate::clock::{Clock, Source};

pub(crate) use self::answer::tidy;
pub(crate) use self::backoff::{between, grown};
pub use self::dkim::DkimSigner;
pub use self::links::LetterLinks;
pub use self::mailbox::{Mailbox, MailboxLetter};
pub use self::oauth2::TokenSource;
pub use self::postman::Postman;
pub use self::smtp::{LogIn, SmtpServer, SmtpTransport, Unusable};
pub use self::write::{Letterhead, open_dkim};

/// The letters' way out of the house. Cheap to clone; clones are the same mailroom.
#[derive(Clone)]
pub struct Mailroom(Arc<Room>);

/// Where the mailroom stops trying.
#[derive(Clone, Copy, Debug)]
pub struct MailLimits {
    /// How often a letter is tried that the mail server puts off.
    pub attempts: u32,
    /// How many letters that strangers can cause a mailbox gets in an hour.
    pub letters_per_hour: u32,
}

/// What everybody who works in the mailroom shares.
struct Room {
    store: Store,
    clock: Clock,
    source: Source,
    postman: Postman,
    letterhead: Letterhead,
    reminders: Reminders,
    limits: MailLimits,
    rest: Rest,
    nudge: Notify,
    /// Microseconds since 1970; 0 before the first round.
    last_round_at: AtomicI64,
    /// Whether a mailing is known to have something to do.
    has_mailing: AtomicBool,
    /// When mailings were last looked for, in microseconds since 1970.
    last_look_at: AtomicI64,
}

impl Mailroom {
    /// A mailroom that sends through `postman`, and reminds people of meetings by `reminders`, within
    /// `limits`.
    pub fn new(
        store: Store,
        clock: Clock,
        source: Source,
        postman: Postman,
        letterhead: Letterhead,
        reminders: Reminders,
        limits: MailLimits,
    ) -> Self {
        Self(Arc::new(Room {
            store,
            clock,
            source,
            postman,
            letterhead,
            reminders,
            limits,
            rest: Rest::default(),
            nudge: Notify::new(),
            last_round_at: AtomicI64::new(0),
            has_mailing: AtomicBool::new(false),
            last_look_at: AtomicI64::new(0),
        }))
    }

    /// Something was put in the outbox: look at once, not at the next poll. Costs nothing and never waits.
    pub fn nudge(&self) {
        self.0.nudge.notify_one();
    }

    /// The same where it may be a letter to everybody.
    pub fn nudge_for_everybody(&self) {
        self.0.has_mailing.store(true, Ordering::Release);
        self.nudge();
    }

    /// Sends letters until `shutdown` is ready; then finishes the conversations that are under way, gives leased
    /// letters back and returns. Await it to its end: dropped halfway, it may cut a conversation in two.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let shift = Shift::new(self, Until::Stopped);
        let work = async {
            tokio::join!(shift.work(), async {
                shutdown.await;
                shift.stop()
            })
        };
        tokio::select! {
            (outcome, ()) = work => if let Err(fault) = outcome {
                tracing::error!(error = %watch::chain(&fault), "the mailroom stopped");
            },
            () = self.watch() => {}
        }
    }

    /// Sends until nothing is due, or the mail server needs a rest, and tells how many letters it took.
    pub async fn deliver_due(&self) -> Result<usize, Fault> {
        Shift::new(self, Until::Idle).work().await
    }

    /// The built-in mailbox, where letters go there.
    pub fn mailbox(&self) -> Option<&Arc<Mailbox>> {
        match &self.0.postman {
            Postman::Mailbox(mailbox) => Some(mailbox),
            Postman::Smtp(_) | Postman::Nobody => None,
        }
    }

    /// What all letters have in common.
    pub fn letterhead(&self) -> &Letterhead {
        &self.0.letterhead
    }

    /// The links in letters.
    pub fn links(&self) -> &LetterLinks {
        &self.0.letterhead.links
    }

    /// When [`Self::run`] last looked for letters, which it does at least once a second: what a health check
    /// asks. `None` before the first look.
    pub fn last_round_at(&self) -> Option<Timestamp> {
        let micros = self.0.last_round_at.load(Ordering::Relaxed);
        if micros == 0 { None } else { Timestamp::from_microsecond(micros).ok() }
    }
}
