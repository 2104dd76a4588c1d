//! `usher mail`

use clap::{Args, Subcommand};
use domain::{AddressHash, AddressUse, Email, Person};
use store::Suppressed;

use super::{ConfigFile, failed, say};
use crate::clock::{Clock, Source};
use crate::mailroom::open_dkim;
use crate::start::{StartProblem, open_letter_links};

/// See which addresses get no letters and allow them again; print the DKIM record
#[derive(Debug, Subcommand)]
pub(super) enum Mail {
    /// List the addresses that get no letters, because letters to them came back
    Suppressed {
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Let letters go to an address again
    Allow(Allow),
    /// Print the DNS record for the key of `[mail.dkim]`
    Dkim {
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Args, Debug)]
pub(super) struct Allow {
    #[command(flatten)]
    config: ConfigFile,
    /// The address
    address: String,
}

impl Mail {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        match self {
            Self::Suppressed { config } => list(&config).await,
            Self::Allow(allow) => allow.run().await,
            Self::Dkim { config } => print_record(&config),
        }
    }
}

impl Allow {
    async fn run(self) -> Result<(), StartProblem> {
        let email = Email::parse(&self.address)
            .map_err(|_| StartProblem(format!("`{}` is no mail address", self.address)))?;
        let (config, store) = self.config.open().await?;
        let links = open_letter_links(&config, &store, &Source::from_system()).await?;
        match store
            .allow(&AddressHash::of(&links.key, AddressUse::Suppression, &email))
            .await
            .map_err(failed)?
        {
            true => say("letters go there again, from the next one on\n"),
            false => {
                Err(StartProblem("nothing keeps letters from there: see `usher mail suppressed`".to_owned()))
            }
        }
    }
}

/// The addresses themselves stand with the registrants alone: whoever was erased has none.
async fn list(config: &ConfigFile) -> Result<(), StartProblem> {
    let (_, store) = config.open().await?;
    let now = Clock::System.now();
    let mut lines = String::new();
    for Suppressed { since, status, meeting, registrant } in store.list_suppressed().await.map_err(failed)? {
        let found = store.find_registrant(meeting, registrant).await.map_err(failed)?;
        let address = match found.and_then(|registrant| registrant.person) {
            Some(Person::Named { named, .. }) => named.email.as_typed().to_owned(),
            Some(Person::External { .. }) | None => "(erased)".to_owned(),
        };
        let days = now.duration_since(since).as_hours() / 24;
        lines += &format!("{address}  {status}  {since:.0}  ({days} days)\n");
    }
    say(if lines.is_empty() { "letters go to every address\n".to_owned() } else { lines })
}

fn print_record(config: &ConfigFile) -> Result<(), StartProblem> {
    let dkim = open_dkim(&config.load()?.mail).map_err(|problem| StartProblem(problem.0))?;
    let dkim = dkim.ok_or_else(|| StartProblem("`[mail.dkim]` names no key".to_owned()))?;
    let (name, text) = dkim.record();
    say(format!("{name}. TXT {}\n", in_strings(&text)))
}

/// A string of a record has 255 bytes at most; several are read as one (RFC 6376, section 3.6.2.2).
fn in_strings(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let strings = letters.chunks(255).map(|piece| format!("\"{}\"", piece.iter().collect::<String>()));
    strings.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_record_is_cut_into_strings() {
        assert_eq!(in_strings("abc"), "\"abc\"");
        let long = in_strings(&"x".repeat(300));
        assert_eq!(long, format!("\"{}\" \"{}\"", "x".repeat(255), "x".repeat(45)));
    }
}
