//! Tokens signed with RS256, as Entra ID signs them: what is measured of proving every token is measured of what most
//! sites prove.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::TenantId;
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::{ClaimNames, IssuerSettings, KeySource, TenantRule, Verifier};
use crate::cli::demo::LIFETIME;
use crate::issuer::Grant;
use crate::start::{StartProblem, because};

const ISSUER: &str = "https://login.example/v2.0";
const AUDIENCE: &str = "api://usher";
const KEY: &str = "measured";

/// A verifier that proves every token anew and believes one issuer, and a token of that issuer for `grant`.
pub(super) fn issue(app: &App, tenant: TenantId, grant: &Grant) -> Result<(Verifier, String), StartProblem> {
    let pair = RsaPair::generate(KeySize::Rsa2048).map_err(because("cannot make a key"))?;
    let settings = IssuerSettings {
        url: ISSUER.to_owned(),
        audiences: vec![AUDIENCE.to_owned()],
        tenant: TenantRule::Fixed(tenant),
        algorithms: vec![Algorithm::RS256],
        claims: ClaimNames::default(),
        keys_refresh: LIFETIME,
        keys_min_interval: LIFETIME,
        max_lifetime: LIFETIME,
    };
    let verifier = Verifier::new(vec![(settings, KeySource::Static(published(&pair)?))], false);
    Ok((verifier.map_err(because("cannot use the issuer"))?, sign(&pair, app, grant)?))
}

fn published(pair: &RsaPair) -> Result<JwkSet, StartProblem> {
    let public = pair.public_key();
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let key = json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY,
        "n": text(public.modulus().big_endian_without_leading_zero()),
        "e": text(public.exponent().big_endian_without_leading_zero()),
    });
    serde_json::from_value(json!({ "keys": [key] })).map_err(because("cannot publish the key"))
}

fn sign(pair: &RsaPair, app: &App, grant: &Grant) -> Result<String, StartProblem> {
    let now = app.clock.now().as_second();
    let mut claims = grant.claims();
    claims["iss"] = json!(ISSUER);
    claims["aud"] = json!(AUDIENCE);
    claims["iat"] = json!(now);
    claims["nbf"] = json!(now);
    claims["exp"] = json!(now + LIFETIME.as_secs().cast_signed());
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "typ": "JWT", "alg": "RS256", "kid": KEY })), part(&claims));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .map_err(because("cannot sign"))?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
