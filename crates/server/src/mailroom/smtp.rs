//! Talking to the mail server.
//!
//! The conversation is led here and not by lettre's transport, which does not tell at which step a letter was
//! refused (a wrong password is not the recipient's fault), waits for answers without end, and, dropped while
//! waiting, would hand a connection with an unread answer to the next letter.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection as Connection, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Auth, Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::answer::{Answer, Outcome, Stage, Trouble, tidy};
use super::mime::SealedLetter;
use super::oauth2::{LONGEST_FETCH, TokenSource};
use crate::clock::Clock;
use crate::config::{self, Security};

/// Servers look a letter over before they take it, and giving up on them then means that it arrives twice: the
/// last answer gets so many times the patience of the others (RFC 5321, section 4.5.3.2.6).
const LAST_PATIENCE: u32 = 4;
/// Steps of the longest conversation: five to log in, and once more with another token, three for the letter, one on a
/// connection that turns out to be dead, one to clear up; and the last answer.
const LONGEST_CONVERSATION: u32 = 15 + LAST_PATIENCE;
/// A connection is ended after so many rounds of tidying in which nobody used it.
const MOST_IDLE_ROUNDS: u8 = 2;

/// A mail server and how it is to be talked to.
#[derive(Clone)]
pub struct SmtpServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
    /// Who we are there.
    pub log_in: LogIn,
    /// How long one step may take; the answer to the whole letter may take four times as long.
    pub timeout: Duration,
    /// How many connections may be open at once, at least one.
    pub connections: u32,
    /// How we introduce ourselves.
    pub hello_name: String,
}

/// Who we are at a mail server.
#[derive(Clone)]
pub enum LogIn {
    /// Nobody: it takes letters from this machine.
    None,
    /// A name and a password.
    Password(Credentials),
    /// The mailbox of that name, by a token (`XOAUTH2`).
    Token(String, Arc<TokenSource>),
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
    pub fn from_config(
        mail: &config::Mail,
        hello_name: &str,
        clock: &Clock,
    ) -> Result<Option<Self>, Unusable> {
        let Some(host) = mail.host.clone() else { return Ok(None) };
        let tokens = TokenSource::from_config(&mail.oauth2, clock)?;
        let log_in = match (mail.username.clone(), tokens, &mail.password) {
            (Some(name), Some(tokens), _) => LogIn::Token(name, Arc::new(tokens)),
            (Some(name), None, Some(password)) => {
                LogIn::Password(Credentials::new(name, password.reveal().to_owned()))
            }
            _ => LogIn::None,
        };
        Ok(Some(Self {
            host,
            port: mail.port,
            security: mail.security,
            log_in,
            timeout: mail.timeout,
            connections: mail.per_host_connections,
            hello_name: hello_name.to_owned(),
        }))
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
        let longest = self.server.timeout.saturating_mul(LONGEST_CONVERSATION) + 2 * LONGEST_FETCH;
        SignedDuration::try_from(longest).unwrap_or(SignedDuration::MAX)
    }

    /// Whether a connection is open or can be opened.
    pub(super) async fn is_ready(&self) -> Result<(), Trouble> {
        if self.idle().is_empty() {
            match self.connect().await {
                Ok(connection) => self.keep(connection),
                Err(answer) => match answer.outcome() {
                    Outcome::Down(trouble) => return Err(trouble),
                    Outcome::Sent(_)
                    | Outcome::Later(_)
                    | Outcome::Refused(_)
                    | Outcome::NoMailbox { .. } => {}
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
        let LogIn::Token(name, tokens) = &self.server.log_in else { return self.log_in(None).await };
        let token = tokens.token().await.map_err(Answer::no_token)?;
        match self.log_in(Some((name, &token))).await {
            // It may have been taken out of use before its time: another one is tried, once.
            Err(answer) if answer.stage == Stage::LogIn && answer.code == Some(535) => {
                let other = tokens.other_than(&token).await.map_err(Answer::no_token)?;
                self.log_in(Some((name, &other))).await
            }
            outcome => outcome,
        }
    }

    async fn log_in(&self, token: Option<(&str, &str)>) -> Result<Connection, Answer> {
        let mut connection = self.greet().await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.server.security == Security::StartTls) {
            // Fails without a word about letters or passwords where the server does not offer it.
            self.step(Stage::Encryption, connection.starttls(tls, &self.hello_name)).await?;
        }
        if let LogIn::Password(credentials) = &self.server.log_in {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            self.step(Stage::LogIn, connection.auth(&mechanisms, credentials)).await?;
        }
        if let Some((name, token)) = token {
            let credentials = Credentials::new(name.to_owned(), token.to_owned());
            let auth = Auth::new(Mechanism::Xoauth2, credentials, None);
            let auth = auth.map_err(|error| Answer::of(Stage::LogIn, &error))?;
            let answer = self.step(Stage::LogIn, connection.command(auth)).await?;
            // A no comes as a challenge, and has to be acknowledged before it is said.
            if answer.has_code(334) {
                self.step(Stage::LogIn, connection.command("\r\n")).await?;
            }
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
    async fn hand_over(&self, mut connection: Connection, letter: &SealedLetter) -> Result<String, Answer> {
        let outcome = self.say(&mut connection, letter).await;
        let is_usable = match &outcome {
            Ok(_) => true,
            Err(answer) if answer.is_the_end() => false,
            // The letter that was refused must be forgotten before the next is announced.
            Err(_) => matches!(timeout(self.server.timeout, connection.command(Rset)).await, Ok(Ok(_))),
        };
        if is_usable {
            self.keep(connection);
        }
        outcome
    }

    /// What the server said in the end.
    async fn say(&self, connection: &mut Connection, letter: &SealedLetter) -> Result<String, Answer> {
        let sender = Mail::new(Some(letter.sender.clone()), Vec::new());
        self.step(Stage::Sender, connection.command(sender)).await?;
        let recipient = Rcpt::new(letter.recipient.clone(), Vec::new());
        self.step(Stage::Recipient, connection.command(recipient)).await?;
        self.step(Stage::Announcement, connection.command(Data)).await?;
        let taken = self.step(Stage::Handover, connection.command(Whole(&letter.message))).await?;
        let words: Vec<&str> = taken.message().collect();
        Ok(tidy(&format!("{} {}", taken.code(), words.join(" "))))
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

fn outcome_of(outcome: Result<String, Answer>) -> Outcome {
    let answer = match outcome {
        Ok(words) => return Outcome::Sent(words),
        Err(answer) => answer,
    };
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
