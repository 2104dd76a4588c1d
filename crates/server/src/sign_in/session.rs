//! Who is signed in on our pages, for an hour.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::caller::Profile;
use domain::{Delegated, PersonId, TenantId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::SignIn;
use super::flow::Flow;

/// Somebody who signed in. Whether their account may still be used is the directory's to say, each time.
#[derive(Clone, Debug)]
pub struct Session {
    id: String,
    /// Who it is: a person without any permission.
    pub caller: Delegated,
}

/// The cookie's content.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: String,
    issuer: String,
    tenant: Uuid,
    person: Uuid,
    good_until: i64,
    /// Only where people are taken from their tokens.
    known: Option<Known>,
}

#[derive(Serialize, Deserialize)]
struct Known {
    given_name: Option<String>,
    surname: Option<String>,
    mail: Option<String>,
    upn: Option<String>,
}

impl Session {
    /// How long one lasts.
    pub const SECONDS: i64 = 3600;
}

impl SignIn {
    /// A new session: its cookie's value. `with_profile` keeps what the token said of the person.
    pub fn open_session(
        &self,
        flow: &Flow,
        caller: Delegated,
        with_profile: bool,
        random: [u8; 16],
        now: Timestamp,
    ) -> Option<String> {
        let Profile { given_name, surname, mail, upn, display_name: _ } = caller.profile;
        self.sessions.close(&Kept {
            id: URL_SAFE_NO_PAD.encode(random),
            issuer: flow.issuer.clone(),
            tenant: caller.tenant.0,
            person: caller.person.0,
            good_until: now.as_second() + Session::SECONDS,
            known: with_profile.then_some(Known { given_name, surname, mail, upn }),
        })
    }

    /// The session of a cookie: one of ours, not over, and of an issuer that still signs that organisation in.
    pub fn session(&self, cookie: &str, now: Timestamp) -> Option<Session> {
        let kept: Kept = self.sessions.open(cookie)?;
        let tenant = TenantId(kept.tenant);
        let is_served = self.provider(tenant).is_some_and(|provider| provider.issuer == kept.issuer);
        if now.as_second() >= kept.good_until || !is_served {
            return None;
        }
        let profile = kept.known.map(|known| Profile {
            given_name: known.given_name,
            surname: known.surname,
            mail: known.mail,
            display_name: None,
            upn: known.upn,
        });
        let caller = Delegated {
            tenant,
            person: PersonId(kept.person),
            app: None,
            scopes: Vec::new(),
            profile: profile.unwrap_or_default(),
        };
        Some(Session { id: kept.id, caller })
    }

    /// What a form of this session carries, so that no other page can send one.
    pub fn form_mark(&self, session: &Session) -> String {
        self.sessions.mark("form", &session.id)
    }

    /// Whether the form is one of this session's.
    pub fn is_form_of(&self, session: &Session, mark: &str) -> bool {
        self.sessions.is_mark("form", &session.id, mark)
    }
}
