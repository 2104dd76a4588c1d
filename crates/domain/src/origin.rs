//! Origins: which site a page belongs to, as browsers compare it.

use std::fmt;

/// The origin of a site: `https`, a host, and a port where it is not the usual one. It is put into headers as it stands, so
/// nothing else is one: no path, no wildcard, no name with a blank or a semicolon.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin in the spelling that browsers send; `None` for anything else. Plain `http` is for this machine alone,
    /// where somebody tries a page out.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        };
        let is_this_machine = host == "localhost" || host == "127.0.0.1";
        let usual_port = match scheme {
            "https" => "443",
            "http" if is_this_machine => "80",
            _ => return None,
        };
        let is_fine = is_host(host) && port.is_none_or(|port| port != usual_port && is_port(port));
        is_fine.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name as it goes over the wire: letters of other scripts are spelled `xn--…` there.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

fn is_port(port: &str) -> bool {
    port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_perhaps_a_port() {
        for text in [
            "https://example.org",
            "https://www.example.org:8443",
            "https://xn--mller-kva.example",
            "https://192.0.2.7",
            "http://localhost:3000",
            "http://127.0.0.1:8081",
        ] {
            assert_eq!(Origin::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn whatever_could_mean_more_than_one_site_or_another_header_is_none() {
        for text in [
            "",
            "*",
            "https://",
            "https://*",
            "https://*.example.org",
            "https://example.org/",
            "https://example.org/page",
            "https://example.org:443",
            "https://example.org:",
            "https://example.org:0",
            "https://example.org:080",
            "https://example.org:99999",
            "https://EXAMPLE.org",
            "HTTPS://example.org",
            "https://müller.example",
            "https://example.org; script-src *",
            "https://example.org https://evil.example",
            "https://user@example.org",
            "https://a..b",
            "https://-a.example",
            "http://example.org",
            "http://localhost:80",
            "http://localhost.evil.example",
            "example.org",
            "data:text/html,x",
            "null",
            "'self'",
            "https://example.org\r\nX: y",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }
}
