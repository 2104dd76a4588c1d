//! What lists have in common: pages, and where the next one starts. docs/queries.md#pages.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::link::LinkKey;
use domain::query::{OrderKey, Position};
use domain::{FieldProblem, Operation, ProblemCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use wire::query::list::List;
use wire::{Collection, Query};

use super::prefer::page_size;
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// Items of a page when `$top` is absent.
pub(super) const PAGE: u32 = 100;
/// Says where a page begins.
pub(super) const SKIP_TOKEN: &str = "$skiptoken";
/// Says since when changes are asked for.
pub(super) const DELTA_TOKEN: &str = "$deltatoken";
/// The most `$top` gives; a larger one is cut, as Graph allows. Long answers cut it further, in the store.
pub(super) const LARGEST_PAGE: u32 = 1_000;

/// A list that is held in memory: what is asked for of it, counted or page by page. Nobody needs a page of it, so without
/// `$top` it comes as a whole.
pub(super) fn answer_from<T: Serialize>(
    ask: &Ask<'_>,
    context: String,
    items: Vec<T>,
    list: &'static List,
) -> Answer {
    let asked = ask.query.asked(list, &|_, _| None)?;
    let chosen = wire::query::choose(items, list, &asked);
    let length = chosen.len();
    let counted = i64::try_from(length).unwrap_or(i64::MAX);
    if ask.path.counts {
        return Ok(Reply::count(counted));
    }
    let first = ask.query.skip.unwrap_or_default() as usize;
    let behind = first.saturating_add(page_size(ask, LARGEST_PAGE) as usize);
    let value = chosen.into_iter().take(behind).skip(first).collect();
    let next_link =
        (behind < length).then(|| ask.address_with(&query_from(ask.raw_query(), &format!("$skip={behind}"))));
    Ok(Reply::list(&Collection { context, count: ask.query.count.then_some(counted), next_link, value }))
}

/// Where pages of registrants start, as clients carry it: sealed, because it holds what somebody is ordered by, and for one
/// question alone. The same place has the same text; AES-GCM-SIV may be used so (RFC 8452).
pub(crate) struct PageTokens(Option<LessSafeKey>);

#[derive(Serialize, Deserialize)]
struct Place(Uuid, Vec<Key>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Number(i64),
    Text(String),
}

impl PageTokens {
    /// The tokens of a service: every node of it has the same key.
    pub(crate) fn new(key: &LinkKey) -> Self {
        Self(UnboundKey::new(&AES_256_GCM_SIV, &key.derive(b"pages 1")).ok().map(LessSafeKey::new))
    }

    /// The token of a place in a list.
    pub(crate) fn write(&self, question: &Question, position: &Position) -> Option<String> {
        let key = |key: &OrderKey| match key {
            OrderKey::Number(number) => Key::Number(*number),
            OrderKey::Text(text) => Key::Text(text.clone()),
        };
        let place = Place(position.id, position.keys.iter().map(key).collect());
        let mut content = serde_json::to_vec(&place).ok()?;
        let key = self.0.as_ref()?;
        key.seal_in_place_append_tag(nonce(), Aad::from(question.0), &mut content).ok()?;
        Some(URL_SAFE_NO_PAD.encode(content))
    }

    /// The place, if the token is of this service and of this question.
    pub(crate) fn read(&self, question: &Question, token: &str) -> Option<Position> {
        let mut content = URL_SAFE_NO_PAD.decode(token).ok()?;
        let opened = self.0.as_ref()?.open_in_place(nonce(), Aad::from(question.0), &mut content).ok()?;
        let Place(id, keys) = serde_json::from_slice(opened).ok()?;
        let key = |key| match key {
            Key::Number(number) => OrderKey::Number(number),
            Key::Text(text) => OrderKey::Text(text),
        };
        Some(Position { id, keys: keys.into_iter().map(key).collect() })
    }
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

/// What was asked, as a hash: a place of one question is none of another.
pub(crate) struct Question([u8; 32]);

impl Question {
    /// What is asked of a list of that registration or subscription.
    pub(crate) fn new(operation: Operation, of: Uuid, query: &Query) -> Self {
        let mut hash = Sha256::new();
        hash.update(operation.name());
        hash.update(of);
        for option in [&query.filter, &query.search, &query.orderby] {
            let text = option.as_deref().unwrap_or_default();
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        }
        Self(hash.finalize().into())
    }
}

/// Where the page that is asked for starts.
pub(super) fn start(ask: &Ask<'_>, of: Uuid) -> Result<Option<Position>, ApiError> {
    let Some(token) = ask.query.skip_token.as_deref() else { return Ok(None) };
    let question = Question::new(ask.operation, of, &ask.query);
    let position = PageTokens::new(&ask.app.mailroom.links().key).read(&question, token);
    if ask.query.skip.is_some() {
        let message = "`$skiptoken` and `$skip` both say where the page starts: leave `$skip` out";
        return Err(refuse(SKIP_TOKEN, message.to_owned()));
    }
    position.map(Some).ok_or_else(|| foreign(SKIP_TOKEN))
}

/// A token that is not of this service, or of another question.
pub(super) fn foreign(option: &'static str) -> ApiError {
    let links = if option == DELTA_TOKEN { "`@odata.deltaLink`" } else { "`@odata.nextLink`" };
    refuse(option, format!("`{option}` is none of ours for this question: follow {links} as it is"))
}

fn refuse(option: &'static str, message: String) -> ApiError {
    vec![FieldProblem::new(option, ProblemCode::UnsupportedQuery, message)].into()
}

/// The address of the page that starts behind a place.
pub(super) fn next_link(
    ask: &Ask<'_>,
    of: Uuid,
    next: Option<&Position>,
) -> Result<Option<String>, ApiError> {
    let Some(next) = next else { return Ok(None) };
    let question = Question::new(ask.operation, of, &ask.query);
    let token = PageTokens::new(&ask.app.mailroom.links().key).write(&question, next);
    link(ask, SKIP_TOKEN, token).map(Some)
}

/// The address of what begins at a token, which has to be there: whoever got none would take the answer for the whole.
pub(super) fn link(ask: &Ask<'_>, option: &str, token: Option<String>) -> Result<String, ApiError> {
    let token = token.ok_or(ApiError::NoToken)?;
    Ok(ask.address_with(&query_from(ask.raw_query(), &format!("{option}={token}"))))
}

/// The client's own options, with where the next answer begins in place of where this one did.
fn query_from(raw: &str, start: &str) -> String {
    let is_start = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        let name = name.trim_start_matches("%24").trim_start_matches('$');
        ["skiptoken", "skip", "deltatoken"].iter().any(|start| name.eq_ignore_ascii_case(start))
    };
    let kept = raw.split('&').filter(|pair| !pair.is_empty()).filter(|pair| !is_start(pair));
    kept.chain([start]).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_link_keeps_the_options_and_replaces_the_start() {
        for (raw, expected) in [
            ("", "$skiptoken=x"),
            ("$top=1", "$top=1&$skiptoken=x"),
            ("%24top=1&%24skiptoken=y", "%24top=1&$skiptoken=x"),
            ("skipToken=y&top=1&$skip=4", "top=1&$skiptoken=x"),
            ("$deltaToken=y&%24deltatoken=z&top=1", "top=1&$skiptoken=x"),
        ] {
            assert_eq!(query_from(raw, "$skiptoken=x"), expected, "{raw}");
        }
    }

    #[test]
    fn a_place_is_of_one_question_and_one_service_and_tells_nothing() {
        let of = Uuid::from_u128(7);
        let question = |raw: &str| Question::new(Operation::ListRegistrants, of, &Query::read(raw).unwrap());
        let keys = vec![OrderKey::Text(".virtanen".to_owned()), OrderKey::Number(-5)];
        let position = Position { id: Uuid::from_u128(42), keys };
        let tokens = PageTokens::new(&LinkKey::new([7; 32]));

        let token = tokens.write(&question("$orderby=lastName,registrationDateTime"), &position).unwrap();

        let read = |raw: &str, token: &str| tokens.read(&question(raw), token);
        assert_eq!(read("orderby=lastName,registrationDateTime&$top=3", &token), Some(position));
        assert_eq!(read("$orderby=lastName", &token), None);
        assert_eq!(read("$filter=lastName,registrationDateTime", &token), None);
        let other = PageTokens::new(&LinkKey::new([8; 32]));
        assert_eq!(other.read(&question("$orderby=lastName,registrationDateTime"), &token), None);
        for n in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[n] = if changed[n] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(read("$orderby=lastName,registrationDateTime", &changed), None, "at {n}");
        }
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        assert!(!bytes.windows(8).any(|part| part == b"virtanen"), "nobody reads a name in it");
    }
}
