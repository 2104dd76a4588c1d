//! Who has looked at a sign-up page today: so that a page counts people and not their reloads.
//!
//! No cookie is set and nothing is stored. A visitor is a hash of address and browser under a salt that nobody knows and
//! that is thrown away when the day (UTC) ends, so that none of it can be traced or compared later. People who share both
//! an address and a browser's name count as one.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::RegistrationId;
use http::{HeaderMap, Method, header};
use jiff::Timestamp;
use quick_cache::unsync::Cache;
use sha2::{Digest, Sha256};

/// How many looks of a day are remembered; beyond that the one that was seen least is forgotten and would count again.
const MOST: usize = 100_000;

/// The looks of today.
pub struct Visits(Mutex<Today>);

struct Today {
    day: i64,
    salt: [u8; 16],
    seen: Cache<u64, ()>,
}

impl Default for Visits {
    fn default() -> Self {
        Self(Mutex::new(Today { day: i64::MIN, salt: [0; 16], seen: Cache::new(MOST) }))
    }
}

impl Visits {
    /// Whether this is a person's first look at the page today. `salt` is drawn when a day begins.
    pub fn is_first(
        &self,
        registration: RegistrationId,
        (address, headers): (IpAddr, &HeaderMap),
        now: Timestamp,
        salt: impl FnOnce() -> [u8; 16],
    ) -> bool {
        let day = now.as_second().div_euclid(24 * 60 * 60);
        let browser = headers.get(header::USER_AGENT).map(|name| name.as_bytes()).unwrap_or_default();
        let mut today = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if today.day != day {
            *today = Today { day, salt: salt(), seen: Cache::new(MOST) };
        }
        let hash = Sha256::new()
            .chain_update(today.salt)
            .chain_update(registration.0)
            .chain_update(address.to_string())
            .chain_update([0])
            .chain_update(browser)
            .finalize();
        let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(hash);
        let visitor = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let is_first = today.seen.get(&visitor).is_none();
        if is_first {
            today.seen.insert(visitor, ());
        }
        is_first
    }
}

/// Whether a person looks: they use a browser, which asks for the page because they want to see it.
pub fn is_of_a_person(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::GET && !is_ahead_of_time(headers) && !is_of_a_program(headers)
}

/// Whether a browser fetches what might be wanted next.
pub fn is_ahead_of_time(headers: &HeaderMap) -> bool {
    ["purpose", "sec-purpose", "x-purpose", "x-moz"]
        .into_iter()
        .filter_map(|name| headers.get(name)?.to_str().ok())
        .any(|purpose| ["prefetch", "prerender", "preview"].iter().any(|word| purpose.contains(word)))
}

/// By which words programs name themselves that look at pages for search, previews, archives and checks.
const PROGRAMS: [&str; 30] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "scan",
    "preview",
    "fetch",
    "monitor",
    "check",
    "validator",
    "archiv",
    "facebookexternalhit",
    "whatsapp",
    "embedly",
    "quora link",
    "outbrain",
    "curl",
    "wget",
    "python",
    "java/",
    "go-http",
    "okhttp",
    "libwww",
    "perl",
    "ruby",
    "node",
    "axios",
    "headless",
    "lighthouse",
    "feed",
];

/// Every browser of a person calls itself `Mozilla`, for reasons of 1994.
fn is_of_a_program(headers: &HeaderMap) -> bool {
    let name = headers.get(header::USER_AGENT).and_then(|name| name.to_str().ok()).unwrap_or_default();
    let name = name.to_ascii_lowercase();
    !name.starts_with("mozilla/") || PROGRAMS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use uuid::Uuid;

    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0";
    const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
        Version/19.0 Mobile/15E148 Safari/604.1";

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_person_is_told_from_a_program() {
        for browser in [FIREFOX, SAFARI] {
            assert!(is_of_a_person(&Method::GET, &headers(&[("user-agent", browser)])), "{browser}");
            assert!(!is_of_a_person(&Method::HEAD, &headers(&[("user-agent", browser)])));
            for (name, value) in
                [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("x-moz", "prefetch")]
            {
                assert!(!is_of_a_person(&Method::GET, &headers(&[("user-agent", browser), (name, value)])));
            }
        }
        for program in [
            "",
            "curl/8.5.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "WhatsApp/2.23.20.0",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
            "python-requests/2.32",
        ] {
            assert!(!is_of_a_person(&Method::GET, &headers(&[("user-agent", program)])), "{program}");
        }
    }

    #[test]
    fn a_visitor_is_new_once_a_day_on_each_page() {
        let visits = Visits::default();
        let first = |page: u128, address: &str, browser: &'static str, now: &str| {
            let headers = headers(&[("user-agent", browser)]);
            let of = (address.parse().unwrap(), &headers);
            visits.is_first(RegistrationId(Uuid::from_u128(page)), of, now.parse().unwrap(), || [7; 16])
        };
        const MORNING: &str = "2027-02-01T09:00:00Z";

        assert!(first(1, "192.0.2.1", FIREFOX, MORNING));
        for now in [MORNING, "2027-02-01T23:59:59.999999Z"] {
            assert!(!first(1, "192.0.2.1", FIREFOX, now), "{now}");
        }
        assert!(first(1, "192.0.2.2", FIREFOX, MORNING));
        assert!(first(1, "192.0.2.1", SAFARI, MORNING));
        assert!(first(2, "192.0.2.1", FIREFOX, MORNING));
        assert!(first(1, "192.0.2.1", FIREFOX, "2027-02-02T00:00:00Z"), "another day, another salt");
    }

    #[test]
    fn however_many_come_memory_has_an_end() {
        let visits = Visits::default();
        let headers = headers(&[("user-agent", FIREFOX)]);
        let now = "2027-02-01T09:00:00Z".parse().unwrap();
        for n in 0..(MOST as u32 + 20_000) {
            let of = (IpAddr::from(n.to_be_bytes()), &headers);
            visits.is_first(RegistrationId(Uuid::nil()), of, now, || [7; 16]);
        }

        assert!(visits.0.lock().unwrap().seen.len() <= MOST);
    }
}
