//! What a page may load, run and lead to, and who may show it: the content security policy.

use axum::response::Response;
use domain::Origin;
use http::{HeaderValue, header};

/// Nothing from elsewhere, no script, no frame.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";

/// A page with a button that leads to another address. Naming that address would tell it to whoever only looks.
pub fn with_way_out(page: Response) -> Response {
    leading_on(page, "https: http:")
}

/// A page with a form that leads on to `targets`: browsers hold that against the policy as well.
pub fn leading_on(page: Response, targets: &str) -> Response {
    with_policy(page, |policy| policy.replace("form-action 'self'", &format!("form-action 'self' {targets}")))
}

/// A page that runs a script of ours.
pub fn scripted(page: Response) -> Response {
    with_policy(page, |policy| format!("{policy}; script-src 'self'"))
}

/// A page that these sites may show in a frame; none where the list is empty. Older browsers than those that know
/// `frame-ancestors` would take `X-Frame-Options` for all of them.
pub fn framed_by(page: Response, origins: &[Origin]) -> Response {
    if origins.is_empty() {
        return page;
    }
    let listed: Vec<&str> = origins.iter().map(Origin::as_str).collect();
    let frame = format!("frame-ancestors {}", listed.join(" "));
    let mut page = with_policy(page, |policy| policy.replace("frame-ancestors 'none'", &frame));
    page.headers_mut().remove(header::X_FRAME_OPTIONS);
    page
}

/// The page under another policy than it has.
fn with_policy(mut page: Response, change: impl FnOnce(&str) -> String) -> Response {
    let headers = page.headers_mut();
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    // Only a text of ours is put in: what cannot stand in a header leaves the stricter policy.
    if let Some(policy) = policy.and_then(|policy| HeaderValue::from_str(&change(policy)).ok()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    page
}
