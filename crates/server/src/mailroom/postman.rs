//! Who takes letters out of the house.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lettre::transport::smtp::client::Certificate;

use super::answer::{Outcome, Trouble};
use super::mailbox::Mailbox;
use super::mime::SealedLetter;
use super::smtp::{SmtpServer, SmtpTransport, Unusable};
use crate::clock::{Clock, Source};
use crate::config::Mail;

/// Who takes the letters.
#[derive(Clone)]
pub enum Postman {
    /// A mail server.
    Smtp(Arc<SmtpTransport>),
    /// The built-in mailbox: nothing leaves the house.
    Mailbox(Arc<Mailbox>),
    /// Nobody. Letters stay in the outbox, and the log says so every minute.
    Nobody,
}

impl Postman {
    /// As configured. `hello_name` is how we introduce ourselves to the mail server; `extra_roots` are
    /// authorities trusted beside the system's.
    pub fn from_config(
        mail: &Mail,
        hello_name: &str,
        extra_roots: Vec<Certificate>,
        clock: &Clock,
    ) -> Result<Self, Unusable> {
        if mail.mailbox {
            return Ok(Self::Mailbox(Arc::default()));
        }
        match SmtpServer::from_config(mail, hello_name, clock)? {
            Some(server) => Ok(Self::Smtp(Arc::new(SmtpTransport::new(server, extra_roots)?))),
            None => Ok(Self::Nobody),
        }
    }

    /// How many letters it takes at once.
    pub(super) fn hands(&self) -> usize {
        match self {
            Self::Smtp(transport) => transport.connections(),
            // Writing letters is all there is to do, and that has two cores on the smallest machine.
            Self::Mailbox(_) => 2,
            Self::Nobody => 0,
        }
    }

    /// The longest that handing one letter over can take.
    pub(super) fn longest_send(&self) -> SignedDuration {
        match self {
            Self::Smtp(transport) => transport.longest_send(),
            Self::Mailbox(_) | Self::Nobody => SignedDuration::ZERO,
        }
    }

    /// Whether a letter could be handed over now. Asked while none is, so that no letter is leased in vain.
    pub(super) async fn is_ready(&self) -> Result<(), Trouble> {
        match self {
            Self::Smtp(transport) => transport.is_ready().await,
            Self::Mailbox(_) | Self::Nobody => Ok(()),
        }
    }

    /// Whether a letter could be handed over now: connects, encrypts and logs in. Otherwise why not.
    pub async fn check(&self) -> Result<(), String> {
        self.is_ready().await.map_err(|trouble| trouble.what)
    }

    pub(super) async fn send(&self, letter: SealedLetter, source: &Source, now: Timestamp) -> Outcome {
        match self {
            Self::Smtp(transport) => transport.send(&letter).await,
            Self::Mailbox(mailbox) => {
                mailbox.put(letter, source.ordered_id(now), now);
                Outcome::Sent(String::new())
            }
            Self::Nobody => Outcome::Later("no mail server is configured".to_owned()),
        }
    }

    /// Ends connections that nobody has used for a while.
    pub(super) async fn tidy_up(&self) {
        if let Self::Smtp(transport) = self {
            transport.tidy_up().await;
        }
    }
}
