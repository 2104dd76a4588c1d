//! Whoever sends rows, and what they are held against.

use std::sync::Arc;

use domain::permission::{may_change_many, sees_registrants};
use domain::{MeetingId, Refusal, Registration};
use pages::Language;
use store::Hosted;

use crate::app::App;
use crate::error::ApiError;
use crate::graph::Ask;
use crate::graph::ask::still_acts;

/// Whoever sends the rows.
pub enum Enroller<'a> {
    /// A caller, who has to be the organizer or act for them.
    Caller(&'a Ask<'a>),
    /// The operator of the service, who may see and do what the organizer may.
    Operator,
}

/// What rows are held against, and the versions by which it is known to be so.
pub(super) struct Look {
    pub(super) hosted: Arc<Hosted>,
    pub(super) registration: Registration,
    /// The version of the directory and policies by which whoever sends the rows may.
    pub(super) seen_directory: Option<i64>,
    pub(super) sees_list: bool,
    pub(super) language: String,
    pub(super) actor: String,
}

impl Enroller<'_> {
    /// Looks at the meeting, and whether the rows may be sent at all.
    pub(super) async fn look(&self, app: &App, meeting: MeetingId) -> Result<Look, ApiError> {
        let hosted = app.store.find_hosted(meeting).await?;
        let Self::Caller(ask) = self else {
            let hosted = hosted.ok_or(Refusal::NoMeeting)?;
            let registration = hosted.registration.clone().ok_or(Refusal::NoRegistration)?;
            let own = registration.language().and_then(Language::preferred);
            let of_tenant = || app.settings.languages.get(&hosted.meeting.tenant).copied();
            return Ok(Look {
                language: own.or_else(of_tenant).unwrap_or_default().tag().to_owned(),
                hosted: Arc::new(hosted),
                registration,
                seen_directory: None,
                sees_list: true,
                actor: "operator".to_owned(),
            });
        };
        let hosted = ask.own(hosted.as_ref())?.clone();
        let organizer = hosted.meeting.organizer;
        let seen_directory = still_acts(app, &ask.caller, organizer).await?;
        let registration = ask.check_cast(hosted.registration.as_ref())?.clone();
        may_change_many(&ask.caller, organizer, &registration)?;
        Ok(Look {
            language: ask.language(registration.language()).tag().to_owned(),
            hosted: Arc::new(hosted),
            registration,
            seen_directory: Some(seen_directory),
            sees_list: sees_registrants(&ask.caller, app.settings.permissions, organizer),
            actor: ask.caller.actor(),
        })
    }
}
