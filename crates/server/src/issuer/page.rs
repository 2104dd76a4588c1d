//! The pages of the sign-in.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_FRAME_OPTIONS};
use axum::response::{Html, IntoResponse, Response};
use url::Url;

/// What the sign-in page shows.
pub(super) struct SignInPage<'a> {
    /// The application that asks.
    pub(super) app_name: &'a str,
    /// The sealed request the form carries.
    pub(super) request: &'a str,
    /// What was typed, or hinted at.
    pub(super) user_name: &'a str,
    /// Why the page is shown again.
    pub(super) problem: Option<&'a str>,
    /// Where the sign-in returns to: browsers want to know before they follow.
    pub(super) redirect_uri: &'a str,
}

/// The form.
pub(super) fn sign_in(status: StatusCode, page: &SignInPage<'_>) -> Response {
    let problem =
        page.problem.map(|text| format!("<p role=\"alert\">{}</p>\n", escape(text))).unwrap_or_default();
    let body = format!(
        r#"<h1>Sign in</h1>
<p>to continue to <strong>{app_name}</strong></p>
{problem}<form method="post" action="authorize">
<input type="hidden" name="request" value="{request}">
<p><label for="user_name">User name</label>
<input id="user_name" name="user_name" value="{user_name}" autocomplete="username" autocapitalize="none" required></p>
<p><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required></p>
<p><button type="submit">Sign in</button></p>
</form>"#,
        app_name = escape(page.app_name),
        request = escape(page.request),
        user_name = escape(page.user_name),
    );
    show(status, &body, &form_action(page.redirect_uri))
}

/// A page that says why there is no form.
pub(super) fn dead_end(status: StatusCode, text: &str) -> Response {
    show(status, &format!("<h1>Sign-in is not possible</h1>\n<p>{}</p>", escape(text)), "'none'")
}

fn show(status: StatusCode, body: &str, form_action: &str) -> Response {
    let page = format!(
        r#"<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Sign in</title>
<link rel="stylesheet" href="/assets/usher.css">
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"#
    );
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {form_action}"
    );
    let headers = [
        (CONTENT_SECURITY_POLICY, policy.as_str()),
        (X_FRAME_OPTIONS, "DENY"),
        (CACHE_CONTROL, "no-store"),
        // The address holds the client's `state`, which is nobody else's business.
        (REFERRER_POLICY, "same-origin"),
    ];
    (status, headers, Html(page)).into_response()
}

/// Chromium applies `form-action` to the redirect that answers the form as well.
fn form_action(redirect_uri: &str) -> String {
    let Ok(target) = Url::parse(redirect_uri) else { return "'self'".to_owned() };
    match target.origin() {
        url::Origin::Tuple(..) => format!("'self' {}", target.origin().ascii_serialization()),
        // An application's own scheme.
        url::Origin::Opaque(_) => format!("'self' {}:", target.scheme()),
    }
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}
