//! Which application calls the token endpoint, and its proof.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::directory::App;
use super::oauth_error::OauthError;
use super::service::IssuerService;
use super::throttle::Suspect;
use crate::client_address::ClientAddress;

/// What a client says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Credentials {
    id: String,
    secret: Option<String>,
}

impl Credentials {
    /// From the header (`client_secret_basic`) or the body (`client_secret_post`, or a client without a secret),
    /// never from both.
    pub(super) fn read(
        headers: &HeaderMap,
        id: Option<String>,
        secret: Option<String>,
    ) -> Result<Self, OauthError> {
        let Some(header) = headers.get(AUTHORIZATION) else {
            let id = id.ok_or_else(|| OauthError::invalid_request("`client_id` is missing"))?;
            return Ok(Self { id, secret });
        };
        let basic = read_basic(header.as_bytes()).ok_or_else(OauthError::invalid_client)?;
        if secret.is_some() || id.is_some_and(|id| id != basic.id) {
            return Err(OauthError::invalid_request("the client names itself in the header and in the body"));
        }
        Ok(basic)
    }
}

/// RFC 6749, section 2.3.1: both halves are form-encoded before base64.
fn read_basic(header: &[u8]) -> Option<Credentials> {
    let (scheme, encoded) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some(Credentials { id: form_decode(id)?, secret: Some(form_decode(secret)?) })
}

fn form_decode(text: &str) -> Option<String> {
    let blanks = text.replace('+', " ");
    percent_encoding::percent_decode_str(&blanks).decode_utf8().ok().map(|text| text.into_owned())
}

/// The application, if it proved itself: by its secret if it has one, by nothing if it has none.
///
/// Guesses are slowed down by address only. A client id is no secret, and counting by it would let any stranger
/// stop an application; its secret should be a random one, which no number of guesses finds.
pub(super) async fn authenticate(
    service: &IssuerService,
    credentials: Credentials,
    address: ClientAddress,
) -> Result<App, OauthError> {
    let suspects = Suspect::applications_at(address.0);
    let app = service.directory.find_app(&credentials.id).await?;
    let Some(secret) = credentials.secret else {
        return app.filter(|app| app.secret_hash.is_none()).ok_or_else(OauthError::invalid_client);
    };
    let hash = app.as_ref().and_then(|app| app.secret_hash.clone());
    let fits = service.prove(&suspects, hash, secret).await.map_err(OauthError::too_many)?;
    app.filter(|_| fits).ok_or_else(OauthError::invalid_client)
}
