//! From proven claims to a [`Caller`].

use std::borrow::Cow;
use std::time::Duration;

use domain::caller::{Application, Caller, Delegated, Profile, Role, Scope};
use domain::email::Email;
use domain::ids::{AppId, PersonId, TenantId};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::refusal::TokenRefusal;
use super::settings::{IssuerSettings, TenantRule};

/// How far an issuer's clock may be from ours, either way.
const SKEW_SECONDS: i64 = 60;

/// What a proven token comes to.
pub(super) struct Reading {
    /// Who is asking.
    pub(super) caller: Caller,
    /// The second the token itself says it ends, without skew.
    pub(super) expires_at: i64,
}

/// Reads the claims of a token whose signature is proven.
pub(super) fn read(
    claims: &Map<String, Value>,
    settings: &IssuerSettings,
    now: Timestamp,
) -> Result<Reading, TokenRefusal> {
    let claims = readable(claims)?;
    check_audience(claims, &settings.audiences)?;
    let expires_at = check_times(claims, settings.max_lifetime, now.as_second())?;
    let tenant = read_tenant(claims, &settings.tenant)?;
    let caller = read_caller(claims, settings, tenant)?;
    Ok(Reading { caller, expires_at })
}

/// What an id token must say to be the end of one sign-in.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedSignIn<'a> {
    /// The issuer that was asked.
    pub issuer: &'a str,
    /// The client it was asked for.
    pub client_id: &'a str,
    /// What was to be repeated.
    pub nonce: &'a str,
}

/// Reads the claims of an id token whose signature is proven (OpenID Connect Core, section 3.1.3.7).
pub(super) fn read_sign_in(
    claims: &Map<String, Value>,
    settings: &IssuerSettings,
    expected: &ExpectedSignIn<'_>,
    now: Timestamp,
) -> Result<Delegated, TokenRefusal> {
    let claims = readable(claims)?;
    check_audience(claims, &[expected.client_id.to_owned()])?;
    let is_for_many =
        claims.get("aud").and_then(Value::as_array).is_some_and(|audiences| audiences.len() > 1);
    let is_for_another = claims.text("azp").map_or(is_for_many, |party| party != expected.client_id);
    if is_for_another {
        return Err(TokenRefusal::Audience);
    }
    check_times(claims, settings.max_lifetime, now.as_second())?;
    if claims.text("nonce") != Some(expected.nonce) {
        return Err(claim("`nonce` is not the one of this sign-in"));
    }
    Ok(Delegated {
        tenant: read_tenant(claims, &settings.tenant)?,
        person: PersonId(claims.uuid(&settings.claims.person)?),
        app: None,
        scopes: Vec::new(),
        profile: profile(claims),
    })
}

/// No name holds a NUL, and not every database can keep one.
fn readable(claims: &Map<String, Value>) -> Result<Claims<'_>, TokenRefusal> {
    if claims.values().filter_map(Value::as_str).any(|text| text.contains('\0')) {
        return Err(claim("a text holds a NUL character"));
    }
    Ok(Claims(claims))
}

fn check_audience(claims: Claims<'_>, ours: &[String]) -> Result<(), TokenRefusal> {
    let is_ours = |audience: &str| ours.iter().any(|our| our == audience);
    let meant_for_us = match claims.get("aud") {
        Some(Value::String(audience)) => is_ours(audience),
        Some(Value::Array(audiences)) => audiences.iter().filter_map(Value::as_str).any(is_ours),
        _ => false,
    };
    if meant_for_us { Ok(()) } else { Err(TokenRefusal::Audience) }
}

/// Gives the second of expiry.
fn check_times(claims: Claims<'_>, max_lifetime: Duration, now: i64) -> Result<i64, TokenRefusal> {
    let expires_at = claims.instant("exp")?.ok_or_else(|| claim("`exp` is missing"))?;
    let not_before = claims.instant("nbf")?;
    let issued_at = claims.instant("iat")?;
    if now >= expires_at.saturating_add(SKEW_SECONDS) {
        return Err(TokenRefusal::Expired);
    }
    let latest_start = now.saturating_add(SKEW_SECONDS);
    if [not_before, issued_at].into_iter().flatten().any(|start| start > latest_start) {
        return Err(TokenRefusal::NotYetValid);
    }
    let lifetime = expires_at.saturating_sub(issued_at.unwrap_or(now));
    if lifetime > i64::try_from(max_lifetime.as_secs()).unwrap_or(i64::MAX) {
        return Err(claim("it is valid for longer than this service allows"));
    }
    Ok(expires_at)
}

fn read_tenant(claims: Claims<'_>, rule: &TenantRule) -> Result<TenantId, TokenRefusal> {
    match rule {
        TenantRule::Fixed(tenant) => Ok(*tenant),
        TenantRule::Claim { name, allowed } => {
            let tenant = TenantId(claims.uuid(name)?);
            if allowed.contains(&tenant) { Ok(tenant) } else { Err(TokenRefusal::Tenant) }
        }
    }
}

fn read_caller(
    claims: Claims<'_>,
    settings: &IssuerSettings,
    tenant: TenantId,
) -> Result<Caller, TokenRefusal> {
    // A nonce or a hash of another token is the mark of an id token, which proves a log-in to a client and
    // grants nothing.
    if ["nonce", "at_hash", "c_hash"].into_iter().any(|mark| claims.get(mark).is_some()) {
        return Err(TokenRefusal::Type);
    }
    let names = &settings.claims;
    let kind = claims.text("idtyp");
    let app = names.app.iter().find_map(|name| claims.text(name)).map(|id| AppId(id.to_owned()));

    if let Some(scopes) = claims.words(&names.scope)? {
        if kind == Some("app") {
            return Err(claim("`idtyp` says `app`, yet there are delegated permissions"));
        }
        let person = PersonId(claims.uuid(&names.person)?);
        let scopes = scopes.into_iter().filter_map(Scope::from_name).collect();
        return Ok(Caller::Delegated(Delegated { tenant, person, app, scopes, profile: profile(claims) }));
    }

    let roles = claims.words(&names.roles)?.ok_or(TokenRefusal::Type)?;
    // The roles a person has in an application are not permissions of the application.
    if kind == Some("user") {
        return Err(claim("`idtyp` says `user`, yet there are no delegated permissions"));
    }
    let app = app.ok_or_else(|| claim("the application's id is missing"))?;
    let roles = roles.into_iter().filter_map(Role::from_name).collect();
    Ok(Caller::Application(Application { tenant, app, roles }))
}

fn profile(claims: Claims<'_>) -> Profile {
    let owned = |name| claims.text(name).map(str::to_owned);
    let unverified = unverified_email(claims);
    let is_known = |text: &&str| !unverified.is_some_and(|email| email.eq_ignore_ascii_case(text));
    let believed = |name| claims.text(name).filter(is_known);
    let is_address = |text: &&str| Email::parse(text).is_ok();
    let mut mail = ["email", "preferred_username", "upn"].into_iter().filter_map(believed);
    Profile {
        given_name: owned("given_name"),
        surname: owned("family_name"),
        mail: mail.find(is_address).map(str::to_owned),
        display_name: owned("name"),
        upn: believed("preferred_username").or_else(|| believed("upn")).map(str::to_owned),
    }
}

/// An address that its issuer says it has not verified: the person may have typed anybody's. It is believed nowhere,
/// since an issuer may let people sign in by it and then repeats it as their name. Where nothing is said, as Entra
/// does, what stands in the directory of the organisation is taken to be its own.
fn unverified_email(claims: Claims<'_>) -> Option<&str> {
    // Some issuers write the truth as a text.
    let is_true = |value: &Value| value == &Value::Bool(true) || value.as_str() == Some("true");
    claims.get("email_verified").filter(|verified| !is_true(verified))?;
    claims.text("email")
}

fn claim(problem: impl Into<Cow<'static, str>>) -> TokenRefusal {
    TokenRefusal::Claims(problem.into())
}

#[derive(Clone, Copy)]
struct Claims<'a>(&'a Map<String, Value>);

impl<'a> Claims<'a> {
    /// A claim that is there and not `null`.
    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text that says something.
    fn text(self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    }

    fn uuid(self, name: &str) -> Result<Uuid, TokenRefusal> {
        let text = self.text(name).ok_or_else(|| claim(format!("`{name}` is missing")))?;
        Uuid::try_parse(text).map_err(|_| claim(format!("`{name}` is not a UUID")))
    }

    /// A moment in seconds since 1970. Fractions, which RFC 7519 allows, are dropped.
    fn instant(self, name: &str) -> Result<Option<i64>, TokenRefusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        // `as` saturates, and what is so far away is refused either way.
        let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64));
        seconds.map(Some).ok_or_else(|| claim(format!("`{name}` is not a number of seconds")))
    }

    /// A list of words, or one text of words separated by blanks; `None` when there is no such claim.
    fn words(self, name: &str) -> Result<Option<Vec<&'a str>>, TokenRefusal> {
        let words = match self.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) => Some(text.split_ascii_whitespace().collect()),
            Some(Value::Array(list)) => list.iter().map(Value::as_str).collect(),
            Some(_) => None,
        };
        words.map(Some).ok_or_else(|| claim(format!("`{name}` is neither a text nor a list of texts")))
    }
}
