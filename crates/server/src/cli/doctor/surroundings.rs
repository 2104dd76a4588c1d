//! What is asked over HTTP: ourselves from outside, identity providers, rooms; and by the way, what time it is there.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use reqwest::redirect::Policy;
use serde_json::Value;
use url::Url;

use super::findings::Finding;
use crate::attend::room::BigBlueButton;
use crate::auth::{KeyClient, in_words};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::start::{StartProblem, because};

/// Each answer may take this long.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
/// So much of an answer is read: what counts stands at its beginning, and our own reference is no longer.
const MOST_BYTES: usize = 1 << 20;
/// HMAC with SHA-256 wants a key of at least its own length: <https://www.rfc-editor.org/rfc/rfc7518#section-3.2>.
const SHORTEST_SECRET: usize = 32;

pub(super) struct Surroundings {
    http: reqwest::Client,
    clock: Clock,
    /// How far each clock is ahead of ours, by the machine.
    skews: Vec<(String, SignedDuration)>,
}

impl Surroundings {
    pub(super) fn new(clock: Clock) -> Result<Self, StartProblem> {
        let builder = reqwest::Client::builder().redirect(Policy::none()).timeout(PATIENCE);
        let http = builder.build().map_err(because("cannot set up TLS"))?;
        Ok(Self { http, clock, skews: Vec::new() })
    }

    /// Everything, one finding each.
    pub(super) async fn look(&mut self, config: &Config) -> Vec<Finding> {
        let mut findings = vec![self.public_url(&config.server.public_url).await];
        for issuer in &config.identity.issuers {
            findings.push(self.issuer(issuer.url.as_str()).await);
        }
        for jitsi in &config.join.jitsi {
            findings.push(self.jitsi(jitsi).await);
        }
        for bigbluebutton in &config.join.bigbluebutton {
            findings.push(self.bigbluebutton(bigbluebutton).await);
        }
        findings.push(self.clocks());
        findings
    }

    /// Whether this Usher answers there: its reference says where it believes to be.
    async fn public_url(&mut self, url: &Url) -> Finding {
        let base = url.as_str().trim_end_matches('/');
        let what = format!("public address {base}");
        let text = match self.get(&format!("{base}/openapi.json")).await {
            Ok((_, text)) => text,
            Err(problem) => return Finding::wrong(what, problem),
        };
        let document: Value = serde_json::from_str(&text).unwrap_or_default();
        if document["info"]["title"] != "Usher" {
            return Finding::wrong(
                what,
                "something answers, and it is not Usher: look at what stands in front of it",
            );
        }
        match document["servers"][0]["url"].as_str() {
            Some(theirs) if theirs == format!("{base}/beta") => Finding::good(what, "this Usher answers"),
            theirs => Finding::wrong(
                what,
                format!("an Usher answers that believes to be `{}`", theirs.unwrap_or_default()),
            ),
        }
    }

    async fn issuer(&mut self, issuer: &str) -> Finding {
        let what = format!("identity provider {issuer}");
        let client = match KeyClient::build(reqwest::Client::builder()) {
            Ok(client) => client,
            Err(error) => return Finding::wrong(what, error.to_string()),
        };
        match client.fetch(issuer).await {
            Ok(keys) if keys.keys.is_empty() => Finding::wrong(what, "it publishes no key that can be read"),
            Ok(keys) => Finding::good(what, format!("it publishes its keys, {}", keys.keys.len())),
            Err(problem) => Finding::wrong(what, problem),
        }
    }

    async fn jitsi(&mut self, jitsi: &config::Jitsi) -> Finding {
        let what = format!("Jitsi {}", jitsi.url);
        let length = jitsi.app_secret.reveal().len();
        if length < SHORTEST_SECRET {
            let words = format!("`app_secret` has {length} bytes: {SHORTEST_SECRET} or more are needed");
            return Finding::wrong(what, words);
        }
        match self.get(jitsi.url.as_str()).await {
            Ok((status, _)) if status < 400 => {
                Finding::good(what, "it answers; whether it takes our tokens shows when somebody joins")
            }
            Ok((status, _)) => Finding::wrong(what, format!("it answers with {status}")),
            Err(problem) => Finding::wrong(what, problem),
        }
    }

    async fn bigbluebutton(&mut self, server: &config::BigBlueButton) -> Finding {
        let what = format!("BigBlueButton {}", server.url);
        // No parameters, and nothing changes: <https://docs.bigbluebutton.org/development/api/#getmeetings>.
        let call = BigBlueButton::from_config(server).call("getMeetings", &[]);
        match self.get(&call).await {
            Ok((_, text)) if element(&text, "returncode") == Some("SUCCESS") => {
                Finding::good(what, "it answers a signed call")
            }
            Ok((status, text)) => match element(&text, "messageKey") {
                Some("checksumError") => Finding::wrong(
                    what,
                    "it refuses our signature: compare `secret` with what `bbb-conf --secret` prints, and see that \
                     `supportedChecksumAlgorithms` has `sha256`",
                ),
                Some(key) => Finding::wrong(what, format!("it refuses a signed call: `{key}`")),
                None => Finding::wrong(
                    what,
                    format!(
                        "what answers there with {status} is no BigBlueButton: see `bbb-conf --secret` for `url`"
                    ),
                ),
            },
            Err(problem) => Finding::wrong(what, problem),
        }
    }

    /// Tokens and doors go by the clock.
    fn clocks(&self) -> Finding {
        let Some((machine, skew)) = self.skews.iter().max_by_key(|(_, skew)| skew.abs()) else {
            return Finding::note("clock", "nobody could be asked for the time");
        };
        let seconds = skew.abs().as_secs();
        if skew.abs() > SignedDuration::try_from(config::LEEWAY).unwrap_or(SignedDuration::MAX) {
            let words =
                format!("{seconds} seconds off that of {machine}: tokens and entries will be refused");
            return Finding::wrong("clock", words);
        }
        Finding::good("clock", format!("at most {seconds} seconds off those of the machines above"))
    }

    /// Status and body of an answer. The address may be signed, so errors name the machine alone.
    async fn get(&mut self, address: &str) -> Result<(u16, String), String> {
        let asked_at = self.clock.now();
        let answer = self.http.get(address).send().await;
        let mut answer = answer.map_err(|error| in_words(&error.without_url()))?;
        let said_at = answer.headers().get("date").and_then(|date| date.to_str().ok());
        if let Some(said_at) = said_at.and_then(|date| rfc2822::parse(date).ok()) {
            self.note_time(address, asked_at, said_at.timestamp());
        }
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| in_words(&error.without_url()))? {
            body.extend_from_slice(&piece);
            if body.len() > MOST_BYTES {
                break;
            }
        }
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    /// Its clock stood there at some moment between our question and now.
    fn note_time(&mut self, address: &str, asked_at: Timestamp, said_at: Timestamp) {
        let now = self.clock.now();
        let skew = said_at.duration_since(said_at.clamp(asked_at.min(now), now.max(asked_at)));
        let machine = Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
        self.skews.push((machine.unwrap_or_default(), skew));
    }
}

/// The text of the first element of that name, which holds no others.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text.trim())
}
