//! Cookies of our own: for this host alone, out of reach of scripts, not sent with what other sites post.

use http::{HeaderMap, HeaderValue, header};

use crate::app::App;

/// The cookie of that name.
pub fn read<'h>(app: &App, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let name = full_name(app, name);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(known, value)| (known == name).then_some(value))
}

/// The header that sets one for so long; for zero seconds, the header that removes it.
pub fn set(app: &App, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let secure = if is_encrypted(app) { "; Secure" } else { "" };
    let name = full_name(app, name);
    let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&line).ok()
}

/// With `__Host-` no other host of the domain can set it, and browsers keep it only where it came encrypted.
fn full_name(app: &App, name: &str) -> String {
    let prefix = if is_encrypted(app) { "__Host-" } else { "" };
    format!("{prefix}usher-{name}")
}

fn is_encrypted(app: &App) -> bool {
    app.settings.public_url.starts_with("https:")
}
