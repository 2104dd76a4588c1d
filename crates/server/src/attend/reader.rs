//! Who reads a page, and in which language: by the page's own switch, the browser, the registration, or English.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use pages::{LANGUAGE_QUERY, Language};

use super::cookie;
use super::page::guard;
use crate::app::App;

/// The cookie that remembers the switch.
const COOKIE: &str = "language";

/// A year, in seconds.
const REMEMBERED: i64 = 365 * 24 * 60 * 60;

/// Who reads a page.
///
/// As an extractor it answers the switch: a look at any page with `?lang=…` comes back to the same address
/// without it, and a cookie remembers the language. So an address that is passed on carries nobody's language.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    remembered: Option<Language>,
    preferred: Option<Language>,
    /// The query of the address, empty without one.
    pub query: String,
    /// Everything their browser said of itself.
    pub headers: HeaderMap,
}

impl Reader {
    /// The language for this reader; `own` is the tag of what the page is about.
    pub fn language(&self, own: Option<&str>) -> Language {
        let own = || own.and_then(Language::preferred);
        self.remembered.or(self.preferred).or_else(own).unwrap_or_default()
    }

    /// Who sent a request, or the answer to its switch.
    #[expect(clippy::result_large_err, reason = "an answer takes the place of the one that was asked for")]
    ///
    /// `path` is the whole one, of which a nested router hands on the end.
    pub fn of(parts: &Parts, path: &str, is_https: bool) -> Result<Self, Response> {
        let query = parts.uri.query().unwrap_or_default();
        if matches!(parts.method, Method::GET | Method::HEAD)
            && let Some((language, rest)) = switched(query)
        {
            return Err(remember(path, &rest, language, is_https));
        }
        Ok(Self::new(&parts.headers, query, is_https))
    }

    fn new(headers: &HeaderMap, query: &str, is_https: bool) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self {
            remembered: cookie::read(is_https, headers, COOKIE).and_then(Language::with_tag),
            preferred: asked.and_then(Language::preferred),
            query: query.to_owned(),
            headers: headers.clone(),
        }
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        Self::of(parts, parts.uri.path(), app.settings.is_https())
    }
}

/// The language that the query switches to, and the query without it.
fn switched(query: &str) -> Option<(Language, String)> {
    let value =
        |part: &str| part.strip_prefix(LANGUAGE_QUERY)?.strip_prefix('=').and_then(Language::with_tag);
    let (switches, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(|part| value(part).is_some());
    Some((switches.last().and_then(|part| value(part))?, rest.join("&")))
}

/// Back to the same page. One slash and no more: two would begin the name of another host.
fn remember(path: &str, query: &str, language: Language, is_https: bool) -> Response {
    let path = path.trim_start_matches(['/', '\\']);
    let mark = if query.is_empty() { "" } else { "?" };
    let target = HeaderValue::from_str(&format!("/{path}{mark}{query}"));
    let kept = cookie::set(is_https, COOKIE, language.tag(), REMEMBERED);
    // What came in as a request's address is one in a header too.
    let (Ok(target), Some(kept)) = (target, kept) else { return StatusCode::BAD_REQUEST.into_response() };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().extend([(header::LOCATION, target), (header::SET_COOKIE, kept)]);
    guard(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_is_taken_out_of_the_query_and_the_rest_stays() {
        let switch = |query| switched(query).map(|(language, rest)| (language.tag(), rest));

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
        for path in ["//evil.example/x", "/\\evil.example/x", "///\\/evil.example/x", "/evil.example/x"] {
            let response = remember(path, "", Language::German, true);
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
}
