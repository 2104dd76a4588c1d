//! Who looks at a sign-up page, as far as it decides what they find there.

use domain::enrolment::{FilledForm, read_form};
use domain::{AllowedRegistrant, Caller, Meeting, PersonId, Refusal, Registration};
use pages::TurnedAway;

use super::cookie;
use super::form::{self, Fields};
use super::reader::Reader;
use super::sign_in::SESSION;
use crate::app::App;
use crate::error::ApiError;
use crate::member::Member;
use crate::sign_in::Session;

/// Who looks at a sign-up page.
pub enum Visitor {
    /// Somebody at a registration for everyone.
    Anybody,
    /// Somebody who has to sign in first.
    Stranger,
    /// A member of the meeting's organisation, of whom the directory knows all it takes.
    Member(Session, Member),
    /// Somebody signed in for whom there is no form.
    TurnedAway(Session, TurnedAway),
}

impl Visitor {
    /// Whoever sent the request. What the directory says is asked anew each time.
    pub async fn of(
        app: &App,
        reader: &Reader,
        meeting: &Meeting,
        registration: &Registration,
    ) -> Result<Self, ApiError> {
        if registration.allowed_registrant == AllowedRegistrant::Everyone {
            return Ok(Self::Anybody);
        }
        let cookie = cookie::read(app.settings.is_https(), &reader.headers, SESSION);
        let session = cookie.and_then(|cookie| app.sign_in.session(cookie, app.clock.now()));
        let Some(session) = session else { return Ok(Self::Stranger) };
        if session.caller.tenant != meeting.tenant {
            return Ok(Self::TurnedAway(session, TurnedAway::OtherOrganization));
        }
        match Member::find(app, &session.caller).await {
            Ok(member) if read_form(&member.person.own_form(), &[]).is_err() => {
                Ok(Self::TurnedAway(session, TurnedAway::EntryIncomplete))
            }
            Ok(member) => Ok(Self::Member(session, member)),
            Err(ApiError::Refused(Refusal::UnknownPerson)) => {
                Ok(Self::TurnedAway(session, TurnedAway::UnknownPerson))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether there is a form for them.
    pub fn may_register(&self) -> bool {
        matches!(self, Self::Anybody | Self::Member(..))
    }

    /// Whether the form is one that they were given: one of their session, if they have one.
    pub fn sent(&self, app: &App, fields: &Fields) -> bool {
        let mark = form::value(fields, "session").unwrap_or_default();
        match self {
            Self::Anybody | Self::Stranger => true,
            Self::Member(session, _) | Self::TurnedAway(session, _) => app.sign_in.is_form_of(session, mark),
        }
    }

    /// The form with the names and the address that are the directory's and not theirs to say.
    pub fn complete(&self, form: FilledForm) -> FilledForm {
        let Self::Member(_, member) = self else { return form };
        FilledForm { answers: form.answers, ..member.person.own_form() }
    }

    /// The person who registers, where it is known who they are.
    pub fn person(&self) -> Option<PersonId> {
        let Self::Member(session, _) = self else { return None };
        Some(session.caller.person)
    }

    /// The version of the directory that knew them.
    pub fn seen_directory(&self) -> Option<i64> {
        let Self::Member(_, member) = self else { return None };
        Some(member.seen_directory)
    }

    /// Who it was, for the audit trail.
    pub fn actor(&self) -> String {
        match self {
            Self::Member(session, _) => Caller::Delegated(session.caller.clone()).actor(),
            _ => "page".to_owned(),
        }
    }
}
