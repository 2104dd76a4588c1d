//! One conversation.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use super::desk::{Addressee, Desk, Taken};
use crate::app::App;

/// The longest message: a report repeats a letter of ours at most.
const LONGEST_MESSAGE: usize = 1 << 20;
/// The longest line of a command, in bytes (RFC 5321, section 4.5.3.1.4, with room for parameters).
const LONGEST_LINE: usize = 2_048;
/// The most recipients of a message.
const MOST_RECIPIENTS: usize = 100;
/// The most commands that mean nothing here.
const MOST_FAULTS: u32 = 20;
/// How long we wait for the next line.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long for the first: a mail server has something to say when it comes.
const PATIENCE_AT_FIRST: Duration = Duration::from_secs(10);

/// The connection is over, or of no use.
struct Over;

pub(super) struct Session<'a, S> {
    stream: BufReader<&'a mut S>,
    desk: Desk<'a>,
    /// The sender, once it is named; empty for reports.
    sender: Option<String>,
    recipients: Vec<Addressee>,
    faults: u32,
    has_said_something: bool,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Session<'a, S> {
    pub(super) fn new(stream: &'a mut S, app: &'a App) -> Self {
        Self {
            stream: BufReader::new(stream),
            desk: Desk::new(app),
            sender: None,
            recipients: Vec::new(),
            faults: 0,
            has_said_something: false,
        }
    }

    /// To the end of the conversation.
    pub(super) async fn run(mut self) {
        let host = self.desk.host();
        if self.say(&format!("220 {host} LMTP Usher")).await.is_err() {
            return;
        }
        while let Ok(line) = self.line().await {
            if self.obey(&line, &host).await.unwrap_or(true) || self.faults > MOST_FAULTS {
                return;
            }
        }
    }

    /// Does what a command says; whether it was the last.
    async fn obey(&mut self, line: &str, host: &str) -> Result<bool, Over> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "LHLO" => {
                self.reset();
                let lines = format!(
                    "250-{host}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n\
                     250 SIZE {LONGEST_MESSAGE}"
                );
                self.say(&lines).await?;
            }
            "MAIL" => self.mail(rest).await?,
            "RCPT" => self.rcpt(rest).await?,
            "DATA" => self.data().await?,
            "RSET" => {
                self.reset();
                self.say("250 2.0.0 forgotten").await?;
            }
            "NOOP" => self.say("250 2.0.0 nothing done").await?,
            "VRFY" => self.say("252 2.5.0 send it and see").await?,
            "QUIT" => {
                self.say("221 2.0.0 bye").await?;
                return Ok(true);
            }
            "HELO" | "EHLO" => self.fault("500 5.5.1 this is LMTP: say LHLO").await?,
            _ => self.fault("500 5.5.2 not a command here").await?,
        }
        Ok(false)
    }

    async fn mail(&mut self, rest: &str) -> Result<(), Over> {
        let Some((sender, parameters)) = path(rest, "FROM:") else {
            return self.fault("501 5.5.4 say MAIL FROM:<address>").await;
        };
        let size = parameters.split(' ').find_map(|one| {
            let (name, value) = one.split_once('=')?;
            name.eq_ignore_ascii_case("SIZE").then(|| value.parse::<usize>().ok())?
        });
        if size.is_some_and(|size| size > LONGEST_MESSAGE) {
            return self.say("552 5.3.4 too long").await;
        }
        self.reset();
        self.sender = Some(sender.to_owned());
        self.say("250 2.1.0 go on").await
    }

    async fn rcpt(&mut self, rest: &str) -> Result<(), Over> {
        if self.sender.is_none() {
            return self.fault("503 5.5.1 say MAIL first").await;
        }
        let Some((recipient, _)) = path(rest, "TO:") else {
            return self.fault("501 5.5.4 say RCPT TO:<address>").await;
        };
        if self.recipients.len() >= MOST_RECIPIENTS {
            return self.say("452 4.5.3 the others with the next message").await;
        }
        match self.desk.find(recipient).await {
            Ok(Some(addressee)) => {
                self.recipients.push(addressee);
                self.say("250 2.1.5 go on").await
            }
            Ok(None) => self.fault("550 5.1.1 nobody here by that name").await,
            Err(fault) => {
                tracing::warn!(%fault, "mail waits at the mail server");
                self.say("451 4.3.0 the database does not answer").await
            }
        }
    }

    /// One answer for each recipient (RFC 2033, section 4.2).
    async fn data(&mut self) -> Result<(), Over> {
        if self.recipients.is_empty() {
            return self.fault("503 5.5.1 nobody to take it").await;
        }
        self.say("354 end with a dot alone on a line").await?;
        let message = self.message().await?;
        let sender = self.sender.take().unwrap_or_default();
        for recipient in std::mem::take(&mut self.recipients) {
            let answer = match &message {
                None => "552 5.3.4 too long",
                Some(message) => match self.desk.take(&sender, &recipient, message).await {
                    Ok(Taken::Noted) => "250 2.0.0 noted",
                    Ok(Taken::Ignored) => "250 2.0.0 nothing to note",
                    Err(fault) => {
                        tracing::warn!(%fault, "mail waits at the mail server");
                        "451 4.3.0 the database does not answer"
                    }
                },
            };
            self.say(answer).await?;
        }
        self.reset();
        Ok(())
    }

    /// The message without its end; `None` for one that is too long, which is read and thrown away.
    ///
    /// A line ends by CR and LF alone: whoever takes a single LF for an end as well can be made to take one message for
    /// two (RFC 5321, section 4.1.1.4).
    async fn message(&mut self) -> Result<Option<Vec<u8>>, Over> {
        let mut message = Vec::new();
        let (mut is_too_long, mut at_start, mut is_torn) = (false, true, false);
        loop {
            let mut piece = Vec::new();
            let mut bounded = (&mut self.stream).take(LONGEST_MESSAGE as u64);
            match timeout(PATIENCE, bounded.read_until(b'\n', &mut piece)).await {
                Ok(Ok(length)) if length > 0 => {}
                _ => return Err(Over),
            }
            if at_start && piece == b".\r\n" {
                return Ok((!is_too_long).then_some(message));
            }
            let stuffed = usize::from(at_start && piece.starts_with(b"."));
            at_start = piece.ends_with(b"\r\n") || is_torn && piece == b"\n";
            // A piece that is as long as may be can end between the two.
            is_torn = piece.ends_with(b"\r");
            is_too_long |= message.len() + piece.len() > LONGEST_MESSAGE;
            if is_too_long {
                message.clear();
            } else {
                message.extend_from_slice(&piece[stuffed..]);
            }
        }
    }

    async fn line(&mut self) -> Result<String, Over> {
        let mut line = Vec::new();
        let mut bounded = (&mut self.stream).take(LONGEST_LINE as u64);
        let patience = if self.has_said_something { PATIENCE } else { PATIENCE_AT_FIRST };
        self.has_said_something = true;
        match timeout(patience, bounded.read_until(b'\n', &mut line)).await {
            Ok(Ok(length)) if length > 0 && line.ends_with(b"\n") => {}
            Ok(Ok(length)) if length == LONGEST_LINE => {
                let _ = self.say("500 5.5.2 the line is too long").await;
                return Err(Over);
            }
            Err(_) => {
                let _ = self.say("421 4.4.2 nothing came for too long").await;
                return Err(Over);
            }
            _ => return Err(Over),
        }
        Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    async fn fault(&mut self, line: &str) -> Result<(), Over> {
        self.faults += 1;
        self.say(line).await
    }

    async fn say(&mut self, line: &str) -> Result<(), Over> {
        let stream = self.stream.get_mut();
        let said = async {
            stream.write_all(format!("{line}\r\n").as_bytes()).await?;
            stream.flush().await
        };
        match timeout(PATIENCE, said).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Over),
        }
    }
}

/// The address in `FROM:<address> parameters`, and the parameters.
fn path<'l>(rest: &'l str, word: &str) -> Option<(&'l str, &'l str)> {
    let (named, rest) = rest.split_at_checked(word.len())?;
    if !named.eq_ignore_ascii_case(word) {
        return None;
    }
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    Some((address, parameters.trim()))
}
