//! Talking to the mail server.
//!
//! The conversation is led here and not by lettre's transport, which does not tell at which step a letter was
//! refused (a wrong password is not the recipient's fault), waits for answers without end, and, dropped while
//! waiting, would hand a connection with an unread answer to the next letter.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection as Connection, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::answer::{Answer, Outcome, Stage, Trouble};
use super::mime::SealedLetter;
use crate::config::{self, Security};

/// Servers look a letter over before they take it, and giving up on them then means that it arrives twice: the
/// last answer gets so many times the patience of the others (RFC 5321, section 4.5.3.2.6).
const LAST_PATIENCE: u32 = 4;
/// Steps of the longest conversation: four to log in, three for the letter, one on a connection that turns out to
/// be dead, one to clear up; and the last answer.
const LONGEST_CONVERSATION: u32 = 9 + LAST_PATIENCE;
/// A connection is ended after so many rounds of tidying in which nobody used it.
const MOST_IDLE_ROUNDS: u8 = 2;

/// A mail server and how it is to be talked to.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
    /// Name and password, where it wants them.
    pub credentials: Option<Credentials>,
    /// How long one step may take; the answer to the whole letter may take four times as long.
    pub timeout: Duration,
    /// How many connections may be open at once, at least one.
    pub connections: u32,
    /// How we introduce ourselves.
    pub hello_name: String,
}

/// The settings cannot be used; what to change.
#[derive(Clone, Debug)]
pub struct Unusable(pub String);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unusable {}

/// Connections to a mail server, kept open between letters.
pub struct SmtpTransport {
    server: SmtpServer,
    hello_name: ClientId,
    tls: Option<TlsParameters>,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: Connection,
    rounds: u8,
}

impl SmtpServer {
    /// As configured; `None` without a host.
    pub fn from_config(mail: &config::Mail, hello_name: &str) -> Option<Self> {
        let credentials = mail.username.clone().zip(mail.password.as_ref());
        Some(Self {
            host: mail.host.clone()?,
            port: mail.port,
            security: mail.security,
            credentials: credentials
                .map(|(name, password)| Credentials::new(name, password.reveal().to_owned())),
            timeout: mail.timeout,
            connections: mail.per_host_connections,
            hello_name: hello_name.to_owned(),
        })
    }
}

impl SmtpTransport {
    /// A transport to `server`, which need not be reachable yet. `extra_roots` are authorities trusted beside
    /// the system's.
    pub fn new(server: SmtpServer, extra_roots: Vec<Certificate>) -> Result<Self, Unusable> {
        let tls = (server.security != Security::None).then(|| tls(&server.host, extra_roots)).transpose()?;
        let hello_name = match server.hello_name.trim_matches(['[', ']']).parse() {
            Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
            Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
            Err(_) => ClientId::Domain(server.hello_name.clone()),
        };
        Ok(Self { server, hello_name, tls, idle: Mutex::default() })
    }

    pub(super) fn connections(&self) -> usize {
        self.server.connections.max(1) as usize
    }

    pub(super) fn longest_send(&self) -> SignedDuration {
        let longest = self.server.timeout.saturating_mul(LONGEST_CONVERSATION);
        SignedDuration::try_from(longest).unwrap_or(SignedDuration::MAX)
    }

    /// Whether a connection is open or can be opened.
    pub(super) async fn is_ready(&self) -> Result<(), Trouble> {
        if self.idle().is_empty() {
            match self.connect().await {
                Ok(connection) => self.keep(connection),
                Err(answer) => match answer.outcome() {
                    Outcome::Down(trouble) => return Err(trouble),
                    Outcome::Sent | Outcome::Later(_) | Outcome::Refused(_) => {}
                },
            }
        }
        Ok(())
    }

    /// Hands a letter over.
    pub(super) async fn send(&self, letter: &SealedLetter) -> Outcome {
        let kept = self.idle().pop();
        if let Some(idle) = kept {
            match self.hand_over(idle.connection, letter).await {
                // The server had ended the connection meanwhile, or has had enough letters on it.
                Err(answer) if answer.stage == Stage::Sender && answer.is_the_end() => {}
                outcome => return outcome_of(outcome),
            }
        }
        match self.connect().await {
            Ok(connection) => outcome_of(self.hand_over(connection, letter).await),
            Err(answer) => answer.outcome(),
        }
    }

    /// Ends connections that were idle too long, before the server does.
    pub(super) async fn tidy_up(&self) {
        let old: Vec<Idle> = {
            let mut idle = self.idle();
            idle.iter_mut().for_each(|idle| idle.rounds += 1);
            idle.extract_if(.., |idle| idle.rounds >= MOST_IDLE_ROUNDS).collect()
        };
        for mut idle in old {
            // Whether it hears our good-bye makes no difference.
            let _ = timeout(self.server.timeout, idle.connection.quit()).await;
        }
    }

    async fn connect(&self) -> Result<Connection, Answer> {
        let SmtpServer { security, credentials, .. } = &self.server;
        let mut connection = self.greet().await?;
        if let Some(tls) = self.tls.clone().filter(|_| *security == Security::StartTls) {
            // Fails without a word about letters or passwords where the server does not offer it.
            self.step(Stage::Encryption, connection.starttls(tls, &self.hello_name)).await?;
        }
        if let Some(credentials) = credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            self.step(Stage::LogIn, connection.auth(&mechanisms, credentials)).await?;
        }
        Ok(connection)
    }

    /// Connects and hears who is there.
    async fn greet(&self) -> Result<Connection, Answer> {
        let SmtpServer { host, port, security, timeout: patience, .. } = &self.server;
        let address = (host.as_str(), *port);
        if let Some(tls) = self.tls.clone().filter(|_| *security == Security::Tls) {
            let connect =
                Connection::connect_tokio1(address, Some(*patience), &self.hello_name, Some(tls), None);
            return self.step(Stage::Greeting, connect).await;
        }
        let stream = match timeout(*patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(Answer::unreachable(&error)),
            Err(_) => return Err(Answer::silence(Stage::Greeting)),
        };
        // Without this, small pieces wait for the other side's acknowledgement, which takes its time. Where it
        // cannot be had, letters are slower and no worse.
        let _ = stream.set_nodelay(true);
        self.step(Stage::Greeting, Connection::connect_with_transport(Box::new(stream), &self.hello_name))
            .await
    }

    /// Says everything there is to say of a letter, and keeps the connection if it can serve another.
    async fn hand_over(&self, mut connection: Connection, letter: &SealedLetter) -> Result<(), Answer> {
        let outcome = self.say(&mut connection, letter).await;
        let is_usable = match &outcome {
            Ok(()) => true,
            Err(answer) if answer.is_the_end() => false,
            // The letter that was refused must be forgotten before the next is announced.
            Err(_) => matches!(timeout(self.server.timeout, connection.command(Rset)).await, Ok(Ok(_))),
        };
        if is_usable {
            self.keep(connection);
        }
        outcome
    }

    async fn say(&self, connection: &mut Connection, letter: &SealedLetter) -> Result<(), Answer> {
        let sender = Mail::new(Some(letter.sender.clone()), Vec::new());
        self.step(Stage::Sender, connection.command(sender)).await?;
        let recipient = Rcpt::new(letter.recipient.clone(), Vec::new());
        self.step(Stage::Recipient, connection.command(recipient)).await?;
        self.step(Stage::Announcement, connection.command(Data)).await?;
        self.step(Stage::Handover, connection.command(Whole(&letter.message))).await?;
        Ok(())
    }

    async fn step<T>(&self, stage: Stage, step: impl Future<Output = Result<T, Error>>) -> Result<T, Answer> {
        let patience = if stage == Stage::Handover { LAST_PATIENCE } else { 1 };
        match timeout(self.server.timeout.saturating_mul(patience), step).await {
            Ok(outcome) => outcome.map_err(|error| Answer::of(stage, &error)),
            Err(_) => Err(Answer::silence(stage)),
        }
    }

    fn keep(&self, connection: Connection) {
        self.idle().push(Idle { connection, rounds: 0 });
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A letter as it goes over the line, with its end. lettre's own way writes the end by itself, and the system then
/// keeps it back until the letter is acknowledged: 40 ms for every letter.
struct Whole<'a>(&'a str);

impl fmt::Display for Whole<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.split_terminator("\r\n") {
            // A line that is one dot is the end (RFC 5321, section 4.5.2).
            let dot = if line.starts_with('.') { "." } else { "" };
            write!(f, "{dot}{line}\r\n")?;
        }
        f.write_str(".\r\n")
    }
}

fn outcome_of(outcome: Result<(), Answer>) -> Outcome {
    let Err(answer) = outcome else { return Outcome::Sent };
    if answer.stage == Stage::Handover && answer.code.is_none() {
        metrics::counter!("usher_letters_unanswered_total").increment(1);
        tracing::warn!("the mail server broke off after a whole letter: it may arrive twice");
    }
    answer.outcome()
}

fn tls(host: &str, extra_roots: Vec<Certificate>) -> Result<TlsParameters, Unusable> {
    let builder = TlsParametersBuilder::new(host.to_owned());
    let builder = extra_roots.into_iter().fold(builder, TlsParametersBuilder::add_root_certificate);
    builder
        .build_rustls()
        .map_err(|error| Unusable(format!("no encrypted mail connection can be made: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_letter_is_taken_for_its_end() {
        let said = Whole("Subject: x\r\n\r\n.\r\n..\r\na.\r\n\r\n").to_string();

        assert_eq!(said, "Subject: x\r\n\r\n..\r\n...\r\na.\r\n\r\n.\r\n");
        assert_eq!(Whole("no end").to_string(), "no end\r\n.\r\n");
    }
}
