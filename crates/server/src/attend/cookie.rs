//! Cookies of our own: for this host alone, out of reach of scripts, not sent with what other sites post.

use http::{HeaderMap, HeaderValue, header};

/// The cookie of that name.
pub fn read<'h>(is_https: bool, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let name = full_name(is_https, name);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(known, value)| (known == name).then_some(value))
}

/// The header that sets one for so long; for zero seconds, the header that removes it.
pub fn set(is_https: bool, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let secure = if is_https { "; Secure" } else { "" };
    let name = full_name(is_https, name);
    let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&line).ok()
}

/// With `__Host-` no other host of the domain can set it, and browsers keep it only where it came encrypted.
fn full_name(is_https: bool, name: &str) -> String {
    let prefix = if is_https { "__Host-" } else { "" };
    format!("{prefix}usher-{name}")
}
