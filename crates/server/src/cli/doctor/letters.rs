//! What belongs to letters beside the mail server: their signature, and where they come back to.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::findings::Finding;
use crate::config::{Config, Listen};
use crate::mailroom::open_dkim;

const PATIENCE: Duration = Duration::from_secs(5);

/// A finding for each that is configured.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    match open_dkim(&config.mail) {
        Ok(Some(dkim)) => {
            let (name, _) = dkim.record();
            let words = format!("letters are signed; `usher mail dkim` prints the record for `{name}`");
            findings.push(Finding::good("signature", words));
        }
        Ok(None) => {}
        Err(problem) => findings.push(Finding::wrong("signature", problem.0)),
    }
    if let Some(listen) = &config.mail.lmtp.listen {
        let what = format!("incoming mail {listen}");
        findings.push(match greeting(listen).await {
            Some(line) if line.starts_with("220 ") && line.contains("LMTP Usher") => {
                Finding::good(what, "this Usher takes it")
            }
            Some(_) => Finding::wrong(what, "something answers, and it is not Usher"),
            None => Finding::wrong(what, "nobody answers: does the service run?"),
        });
    }
    findings
}

async fn greeting(listen: &Listen) -> Option<String> {
    let asked = async {
        match listen {
            Listen::Tcp(address) => first_line(TcpStream::connect(address).await.ok()?).await,
            Listen::Unix(path) => first_line(UnixStream::connect(path).await.ok()?).await,
        }
    };
    timeout(PATIENCE, asked).await.ok()?
}

async fn first_line(stream: impl AsyncRead + Unpin) -> Option<String> {
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.ok()?;
    Some(line)
}
