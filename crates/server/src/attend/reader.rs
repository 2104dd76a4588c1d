//! Who reads a page, in which language and in whose time: by the page's own switches, the browser, the registration, or
//! English and the organizer's zone.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use pages::{LANGUAGE_QUERY, Language, ZONE_QUERY};
use url::form_urlencoded;
use wire::zone::zone_name;

use super::cookie;
use super::page::private;
use crate::app::App;

/// The cookies that remember the switches.
const LANGUAGE: &str = "language";
const ZONE: &str = "zone";

/// A year, in seconds.
const REMEMBERED: i64 = 365 * 24 * 60 * 60;

/// Who reads a page.
///
/// As an extractor it answers the switches: a look at any page with `?lang=…` or `?zone=…` comes back to the same address
/// without it, and a cookie remembers what was chosen. So an address that is passed on carries nobody's language. In a
/// frame on another site browsers keep no cookie of ours: there the address itself says what was chosen.
///
/// It is made once a request: layers and handlers get the same. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    remembered: Option<Language>,
    preferred: Option<Language>,
    /// The zone that they chose to read times in.
    pub zone: Option<Arc<str>>,
    /// The query of the address, empty without one.
    pub query: Arc<str>,
    /// Everything their browser said of itself.
    pub headers: Arc<HeaderMap>,
}

impl Reader {
    /// The language for this reader; `own` is the tag of what the page is about.
    pub fn language(&self, own: Option<&str>) -> Language {
        let own = || own.and_then(Language::preferred);
        self.remembered.or(self.preferred).or_else(own).unwrap_or_default()
    }

    /// Whether the page is asked for by a frame; `None` where the browser is too old to tell.
    pub fn is_framed(&self) -> Option<bool> {
        is_framed(&self.headers)
    }

    /// Who sent a request, or the answer to its switch.
    ///
    /// `path` is the whole one, of which a nested router hands on the end.
    #[expect(clippy::result_large_err, reason = "an answer takes the place of the one that was asked for")]
    pub fn of(parts: &Parts, path: &str, is_https: bool) -> Result<Self, Response> {
        let query = parts.uri.query().unwrap_or_default();
        if matches!(parts.method, Method::GET | Method::HEAD)
            && !is_framed(&parts.headers).unwrap_or_default()
            && let Some((switch, rest)) = switched(query)
        {
            return Err(remember(path, &rest, &switch, is_https));
        }
        Ok(Self::new(&parts.headers, query, is_https))
    }

    fn new(headers: &HeaderMap, query: &str, is_https: bool) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let here = is_framed(headers).unwrap_or_default().then(|| switched(query)).flatten();
        let (here, _) = here.unwrap_or_default();
        let remembered = || cookie::read(is_https, headers, LANGUAGE).and_then(Language::with_tag);
        Self {
            remembered: here.language.or_else(remembered),
            preferred: asked.and_then(Language::preferred),
            zone: here
                .zone
                .or_else(|| cookie::read(is_https, headers, ZONE).and_then(zone_name))
                .map(Arc::from),
            query: Arc::from(query),
            headers: Arc::new(headers.clone()),
        }
    }
}

fn is_framed(headers: &HeaderMap) -> Option<bool> {
    headers.get("sec-fetch-dest").map(|wanted| wanted == "iframe" || wanted == "frame")
}

impl FromRequestParts<App> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        if let Some(reader) = parts.extensions.get::<Self>() {
            return Ok(reader.clone());
        }
        let reader = Self::of(parts, parts.uri.path(), app.settings.is_https())?;
        parts.extensions.insert(reader.clone());
        Ok(reader)
    }
}

/// What a query switches to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Switch {
    language: Option<Language>,
    zone: Option<String>,
}

/// What the query switches to, and the query without it.
fn switched(query: &str) -> Option<(Switch, String)> {
    let mut switch = Switch::default();
    let mut rest = Vec::new();
    for part in query.split('&') {
        // A form writes the slash of a zone's name as `%2F`.
        let pair = form_urlencoded::parse(part.as_bytes()).next();
        let (name, value) = pair.as_ref().map_or(("", ""), |(name, value)| (name, value));
        let language = (name == LANGUAGE_QUERY).then(|| Language::with_tag(value)).flatten();
        let zone = (name == ZONE_QUERY).then(|| zone_name(value)).flatten();
        if language.is_none() && zone.is_none() {
            rest.push(part);
        }
        switch = Switch { language: language.or(switch.language), zone: zone.or(switch.zone) };
    }
    (switch != Switch::default()).then(|| (switch, rest.join("&")))
}

/// Back to the same page. One slash and no more: two would begin the name of another host.
fn remember(path: &str, query: &str, switch: &Switch, is_https: bool) -> Response {
    let path = path.trim_start_matches(['/', '\\']);
    let mark = if query.is_empty() { "" } else { "?" };
    // What came in as a request's address is one in a header too.
    let Ok(target) = HeaderValue::from_str(&format!("/{path}{mark}{query}")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let chosen = [(LANGUAGE, switch.language.map(Language::tag)), (ZONE, switch.zone.as_deref())];
    let kept = chosen
        .into_iter()
        .filter_map(|(name, value)| cookie::set(is_https, name, value?, REMEMBERED))
        .map(|kept| (header::SET_COOKIE, kept));
    let mut response = StatusCode::SEE_OTHER.into_response();
    for (name, value) in kept.chain([(header::LOCATION, target)]) {
        response.headers_mut().append(name, value);
    }
    private(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_is_taken_out_of_the_query_and_the_rest_stays() {
        let switch = |query| {
            switched(query)
                .map(|(switch, rest)| (switch.language.map(Language::tag).unwrap_or_default(), rest))
        };

        assert_eq!(switch("lang=de"), Some(("de", String::new())));
        assert_eq!(
            switch("context=%7b%22a%22%7d&k=x&lang=pt-BR"),
            Some(("pt-BR", "context=%7b%22a%22%7d&k=x".into()))
        );
        assert_eq!(switch("lang=de&lang=zh-hans"), Some(("zh-Hans", String::new())));
        for query in ["", "lang", "lang=", "lang=xx", "lang=de-CH", "language=de", "xlang=de", "k=lang=de"] {
            assert_eq!(switch(query), None, "{query}");
        }
    }

    #[test]
    fn the_way_back_never_leads_to_another_host() {
        let switch = Switch { language: Some(Language::German), zone: None };
        for path in ["//evil.example/x", "/\\evil.example/x", "///\\/evil.example/x", "/evil.example/x"] {
            let response = remember(path, "", &switch, true);
            assert_eq!(response.headers()[header::LOCATION], "/evil.example/x");
        }
    }

    #[test]
    fn the_cookie_is_read_only_under_the_name_it_was_given() {
        let read = |cookie: &'static str, is_https| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
            Reader::new(&headers, "", is_https).language(None).tag()
        };

        assert_eq!(read("a=b; __Host-usher-language=ja; c=d", true), "ja");
        assert_eq!(read("usher-language=ja", false), "ja");
        assert_eq!(read("usher-language=ja", true), "en");
        assert_eq!(read("usher-language=<script>", false), "en");
    }

    #[test]
    fn a_zone_is_switched_to_by_its_name_and_by_nothing_else() {
        let switch = |query| switched(query).map(|(switch, rest)| (switch.zone, rest));
        let tokyo = Some("Asia/Tokyo".to_owned());

        assert_eq!(switch("zone=Asia/Tokyo"), Some((tokyo.clone(), String::new())));
        assert_eq!(switch("k=x&zone=Asia%2FTokyo&lang=de"), Some((tokyo, "k=x".into())));
        for query in
            ["zone=", "zone=Tokyo", "zone=../../etc/passwd", "zone=%00", "zones=Asia/Tokyo", "zone=UTC+9"]
        {
            assert_eq!(switch(query), None, "{query}");
        }
    }

    #[test]
    fn in_a_frame_the_address_says_what_was_chosen() {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-dest", HeaderValue::from_static("iframe"));
        let framed = Reader::new(&headers, "mode=read&lang=ja&zone=Asia%2FTokyo", true);
        assert_eq!((framed.language(None).tag(), framed.zone.as_deref()), ("ja", Some("Asia/Tokyo")));
        assert_eq!(&*framed.query, "mode=read&lang=ja&zone=Asia%2FTokyo", "for what is sent from it");

        headers.insert("sec-fetch-dest", HeaderValue::from_static("document"));
        assert_eq!(Reader::new(&headers, "lang=ja", true).language(None).tag(), "en");
    }
}
