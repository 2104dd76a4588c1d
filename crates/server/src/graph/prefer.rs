//! `Prefer`: what a client would like, RFC 7240 and OData. What is done of it, `Preference-Applied` tells; what is not known
//! is passed over.

use domain::operation::{Method, Operation, QueryOption};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::paging::{LARGEST_PAGE, PAGE};
use super::{Ask, Reply};

const PREFER: HeaderName = HeaderName::from_static("prefer");
pub(super) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// Where what was written is, for whoever gets no body to read it from.
pub(super) const ENTITY_ID: HeaderName = HeaderName::from_static("odata-entityid");

const IN_SEGMENTS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What a client would like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    returns: Option<Returning>,
    page: Option<u32>,
    shows_unknown: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Returning {
    Minimal,
    Representation,
}

impl Preferences {
    /// Reads the header. Of a preference that is there twice the first counts.
    pub fn read(headers: &HeaderMap) -> Self {
        let mut read = Self::default();
        let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
        for preference in values.flat_map(|value| value.split(',')) {
            let preference = preference.split(';').next().unwrap_or_default();
            let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "return" if value.eq_ignore_ascii_case("minimal") => {
                    read.returns.get_or_insert(Returning::Minimal);
                }
                "return" if value.eq_ignore_ascii_case("representation") => {
                    read.returns.get_or_insert(Returning::Representation);
                }
                "odata.maxpagesize" | "maxpagesize" => {
                    read.page = read.page.or_else(|| value.parse().ok().filter(|page| *page > 0));
                }
                "include-unknown-enum-members" => read.shows_unknown = true,
                _ => {}
            }
        }
        read
    }
}

/// How many items a page may have: the least of what the client asks for in either way and what there is to be had; so many
/// where it does not ask.
pub(super) fn page_size(ask: &Ask<'_>, unasked: u32) -> u32 {
    let wanted = [ask.query.top, ask.preferences.page].into_iter().flatten().min();
    wanted.unwrap_or(unasked).min(LARGEST_PAGE)
}

/// The answer as the client would like it.
pub(super) fn apply(ask: &Ask<'_>, mut reply: Reply) -> Reply {
    let wishes = ask.preferences;
    if wishes == Preferences::default() {
        return reply;
    }
    let mut applied = Vec::new();
    // Whoever wants results for each row wants them in the answer.
    let writes = matches!(ask.operation.method(), Method::Post | Method::Patch) && !ask.operation.has_rows();
    match wishes.returns {
        Some(Returning::Minimal) if writes && reply.body.is_some() => {
            leave_out(ask, &mut reply);
            applied.push("return=minimal".to_owned());
        }
        Some(Returning::Representation) if writes => applied.push("return=representation".to_owned()),
        _ => {}
    }
    if ask.operation.query_options().contains(&QueryOption::Top) && wishes.page.is_some() {
        applied.push(format!("odata.maxpagesize={}", page_size(ask, PAGE)));
    }
    // Members of that kind are shown to everybody: there are none yet that an older client could not know.
    if wishes.shows_unknown {
        applied.push("include-unknown-enum-members".to_owned());
    }
    if !applied.is_empty() {
        tell(&mut reply, PREFERENCE_APPLIED, &applied.join(", "));
    }
    reply
}

/// Takes the body away and says where it could be read.
fn leave_out(ask: &Ask<'_>, reply: &mut Reply) {
    let body: Value =
        reply.body.take().and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
    let own = ask.address();
    let below = |parent: &str| {
        let id = body["id"].as_str().filter(|id| !id.is_empty())?;
        Some(format!("{parent}/{}", utf8_percent_encode(id, IN_SEGMENTS)))
    };
    let address = match ask.operation {
        Operation::CreateMeeting | Operation::CreateQuestion | Operation::EnrollRegistrant => below(&own),
        Operation::CreateOrGetMeeting => own.rsplit_once('/').and_then(|(meetings, _)| below(meetings)),
        _ => Some(own),
    };
    if let Some(address) = address {
        tell(reply, ENTITY_ID, &address);
        if reply.status == StatusCode::CREATED {
            tell(reply, header::LOCATION, &address);
        }
    }
    reply.status = StatusCode::NO_CONTENT;
}

fn tell(reply: &mut Reply, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        reply.told.push((name, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_come_in_every_form() {
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(PREFER, HeaderValue::from_str(value).unwrap());
            }
            Preferences::read(&headers)
        };
        let minimal = Preferences { returns: Some(Returning::Minimal), ..Preferences::default() };

        assert_eq!(read(&["return=minimal"]), minimal);
        assert_eq!(read(&["respond-async, Return=\"minimal\"; foo=1", "return=representation"]), minimal);
        assert_eq!(read(&["odata.maxpagesize=0,maxpagesize=7", "odata.maxpagesize=9"]).page, Some(7));
        assert!(read(&["include-unknown-enum-members"]).shows_unknown);
        assert_eq!(read(&["", "wait=5", "return=maximal"]), Preferences::default());
    }
}
