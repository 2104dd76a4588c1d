//! Proof of work on the sign-up page: asked where the guard wants it, of nobody who is signed in.

use domain::enrolment::IdempotencyKey;
use domain::{Registration, RegistrationId};

use super::form::{self, Fields};
use super::visitor::Visitor;
use crate::app::App;
use crate::client::Client;
use crate::error::ApiError;
use crate::guard::proof::{Challenge, Shown};

/// What a form asks of the browser.
#[derive(Clone, Debug)]
pub struct Asked {
    challenge: Challenge,
    /// It was sent without.
    again: bool,
}

impl Asked {
    /// What a form for this visitor asks, if anything.
    pub fn of(app: &App, client: Client, registration: RegistrationId, visitor: &Visitor) -> Option<Self> {
        let challenge =
            is_asked(app, client, visitor).then(|| fresh_challenge(app, client, registration))??;
        Some(Self { challenge, again: false })
    }

    /// The same as the page takes it.
    pub fn view(&self) -> pages::ProofView<'_> {
        pages::ProofView { challenge: &self.challenge.text, bits: self.challenge.bits, again: self.again }
    }
}

fn is_asked(app: &App, client: Client, visitor: &Visitor) -> bool {
    matches!(visitor, Visitor::Anybody) && app.guard.asks_for_proof(client)
}

fn fresh_challenge(app: &App, client: Client, registration: RegistrationId) -> Option<Challenge> {
    app.guard.challenge(registration, client, app.ids.bytes())
}

/// Whether a form without faults may be taken; otherwise what it asks now. The same form again, which was answered before,
/// is not asked anything.
pub async fn check(
    app: &App,
    client: Client,
    registration: &Registration,
    visitor: &Visitor,
    fields: &Fields,
    key: Option<&IdempotencyKey>,
    request: [u8; 32],
) -> Result<Option<Asked>, ApiError> {
    if !is_asked(app, client, visitor) {
        return Ok(None);
    }
    let field = |name| form::value(fields, name).unwrap_or_default().trim();
    let shown = Shown { challenge: field("challenge"), number: field("proof"), request };
    let Err(former) = app.guard.accept(shown, registration.id, client) else { return Ok(None) };
    if let Some(key) = key
        && let Some((known, _)) = app.store.find_answered(registration.meeting, key, app.clock.now()).await?
        && known == request
    {
        return Ok(None);
    }
    let challenge = former.or_else(|| fresh_challenge(app, client, registration.id));
    Ok(challenge.map(|challenge| Asked { challenge, again: true }))
}
