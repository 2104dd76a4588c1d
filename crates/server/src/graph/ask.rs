//! A request whose token, path and permission are settled, and what operations ask of it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body as HttpBody, Bytes};
use domain::permission::acts_as_organizer;
use domain::refusal::Denial;
use domain::{Caller, Fact, Meeting, MeetingId, Operation, PersonId, Refusal, Registration};
use http::request::Parts;
use http::{HeaderMap, HeaderName, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use pages::Language;
use sha2::{Digest, Sha256};
use store::Hosted;
use wire::body::{MOST_VALUES, MOST_VALUES_OF_MANY};
use wire::etag::Conditions;
use wire::path::Cast;
use wire::query::Expanded;
use wire::{Body, GraphPath, Query, Root, UserRef};

use super::prefer::Preferences;
use crate::app::App;
use crate::connections::is_too_slow;
use crate::error::ApiError;

/// A request, ready for its operation.
pub struct Ask<'a> {
    /// The application.
    pub app: &'a App,
    /// Who asks.
    pub caller: Arc<Caller>,
    /// What for.
    pub operation: Operation,
    /// On what.
    pub path: GraphPath,
    /// The query options.
    pub query: Query,
    /// What is expanded of what is asked for.
    pub expanded: Option<Expanded>,
    /// What the client would like.
    pub preferences: Preferences,
    body: Option<Body>,
    raw_body: Bytes,
    parts: &'a Parts,
}

impl<'a> Ask<'a> {
    /// Reads the rest of the request: what it expands, and the body, if the operation has one.
    pub async fn read(
        app: &'a App,
        caller: Arc<Caller>,
        operation: Operation,
        path: GraphPath,
        query: Query,
        parts: &'a Parts,
        body: &mut HttpBody,
    ) -> Result<Self, ApiError> {
        let expanded = query.expanded(operation)?;
        let has_body = operation.takes_body();
        let raw_body = match has_body {
            true => collect_body(body, &parts.headers, app.settings.max_body_bytes).await?,
            false => Bytes::new(),
        };
        let preferences = Preferences::read(&parts.headers);
        let body = None;
        let mut ask =
            Self { app, caller, operation, path, query, expanded, preferences, body, raw_body, parts };
        if has_body {
            ask.read_body()?;
        }
        Ok(ask)
    }

    /// Reads the body where it is not read yet, or no longer.
    pub(super) fn read_body(&mut self) -> Result<(), ApiError> {
        if self.body.is_some() {
            return Ok(());
        }
        // Whoever only wants it done sends nothing.
        let is_left_out = self.raw_body.is_empty() && self.operation.resource().is_action_on_registrant();
        let most = if self.operation.has_rows() { MOST_VALUES_OF_MANY } else { MOST_VALUES };
        let read = || Body::read_of(&self.raw_body, most).filter(|_| is_json(&self.parts.headers));
        self.body = if is_left_out { Some(Body(Default::default())) } else { read() };
        self.body().map(drop)
    }

    /// Lets go of what was read of the body: while this request waits, others use its memory. Until it is read again nothing
    /// may ask for it.
    pub(super) fn let_go_of_body(&mut self) {
        self.body = None;
    }

    /// The body.
    pub fn body(&self) -> Result<&Body, ApiError> {
        self.body.as_ref().ok_or(ApiError::NotJson)
    }

    /// Where `@odata.context` says the metadata is: the version that was asked for, unless configured.
    pub fn root(&self) -> Root {
        let own = || [&self.app.settings.public_url, "/", self.version()].concat();
        Root(self.app.settings.metadata_root.clone().unwrap_or_else(own))
    }

    /// The address of this request with other query options.
    pub fn address_with(&self, query: &str) -> String {
        format!("{}?{query}", self.address())
    }

    /// The address of this request without its query, on the host the client used: the token that goes there came
    /// from there.
    pub fn address(&self) -> String {
        let public_url = &self.app.settings.public_url;
        let (scheme, _) = public_url.split_once("://").unwrap_or(("http", ""));
        let host = self.parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let is_authority =
            |host: &&str| host.parse::<http::uri::Authority>().is_ok_and(|a| !a.as_str().contains('@'));
        let origin =
            host.filter(is_authority).map_or(public_url.clone(), |host| format!("{scheme}://{host}"));
        format!("{origin}{}", self.parts.uri.path())
    }

    /// The raw query string.
    pub fn raw_query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What the request says of the version it means.
    pub fn conditions(&self) -> Conditions {
        let joined = |name: &HeaderName| {
            let values =
                self.parts.headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
            self.parts.headers.contains_key(name).then(|| values.collect::<Vec<_>>().join(","))
        };
        let (only, unless) = (joined(&header::IF_MATCH), joined(&header::IF_NONE_MATCH));
        Conditions::read(only.as_deref(), unless.as_deref())
    }

    /// The language of the caller, by `Accept-Language`, else of what is `own`, else of the organisation.
    pub fn language(&self, own: Option<&str>) -> Language {
        let tenant = || self.app.settings.languages.get(&self.caller.tenant()).copied();
        let asked = self.header("accept-language").and_then(Language::preferred);
        asked.or_else(|| own.and_then(Language::preferred)).or_else(tenant).unwrap_or_default()
    }

    /// The text of a header that may be sent once; blank when it was sent twice or is no ASCII, which no header
    /// that means anything is.
    pub fn only_header(&self, name: &str) -> Option<&str> {
        let mut values = self.parts.headers.get_all(name).iter();
        let first = values.next()?;
        Some(first.to_str().ok().filter(|_| values.next().is_none()).unwrap_or_default())
    }

    /// Hash of path and body: two enrolments with the same are one request, retried.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint_of(&self.raw_body)
    }

    /// The same of a part of the body, which is a request of its own.
    pub fn fingerprint_of(&self, part: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.parts.uri.path());
        hash.update([0]);
        hash.update(part);
        hash.finalize().into()
    }

    /// Marks a change by this caller.
    pub fn fact(&self) -> Fact {
        self.app.fact(self.caller.actor())
    }

    /// The organizer the path names. A user principal name names none: Graph wants the object id here.
    pub fn organizer(&self) -> Result<PersonId, ApiError> {
        match &self.path.user {
            UserRef::Me => self.caller.person().ok_or(Denial::MeNeedsPerson.into()),
            UserRef::Id(person) => Ok(*person),
            UserRef::Name(_) | UserRef::Nobody => Err(Refusal::NoMeeting.into()),
        }
    }

    /// The organizer the path names, if the caller may act as them: themselves, or an application with a
    /// policy. For operations that name no meeting.
    pub async fn acting_organizer(&self) -> Result<PersonId, ApiError> {
        let organizer = self.organizer()?;
        self.check_organizer(organizer).await?;
        Ok(organizer)
    }

    /// Whether the caller may act as that organizer.
    pub async fn check_organizer(&self, organizer: PersonId) -> Result<(), ApiError> {
        let allowed = match acts_as_organizer(&self.caller, organizer) {
            Ok(()) => self.check_policy(organizer).await,
            Err(denial) => Err(denial.into()),
        };
        match allowed {
            // Somebody of another organisation is nobody here, like any id that is made up.
            Err(ApiError::Refused(Refusal::Denied(_))) if !self.knows(organizer).await? => {
                Err(Refusal::NoPerson.into())
            }
            allowed => allowed,
        }
    }

    /// Whether the directory of the caller's organisation holds the person.
    async fn knows(&self, person: PersonId) -> Result<bool, ApiError> {
        Ok(self.app.store.find_person(self.caller.tenant(), person).await?.person.is_some())
    }

    /// The id of the meeting the path names. Ids that are none are told apart from meetings that are unknown
    /// (docs/graph-compat.md#ids-links-and-dates); an id of somebody else's meeting is unknown here.
    pub fn meeting_id(&self) -> Result<MeetingId, ApiError> {
        let id = self.path.meeting.as_deref().unwrap_or_default();
        let Some((organizer, meeting)) = wire::ids::read_meeting(id) else {
            return Err(ApiError::from(vec![domain::FieldProblem::new(
                "meetingId",
                domain::ProblemCode::InvalidId,
                "the path holds no meeting id: use the `id` of an onlineMeeting as it is",
            )]));
        };
        if organizer == self.organizer()? { Ok(meeting) } else { Err(Refusal::NoMeeting.into()) }
    }

    /// The meeting the path names, if the caller's organisation has it. What is not the caller's to know of
    /// does not exist.
    pub fn own<'h>(&self, hosted: Option<&'h Hosted>) -> Result<&'h Hosted, ApiError> {
        let organizer = self.organizer()?;
        hosted
            .filter(|hosted| hosted.meeting.tenant == self.caller.tenant())
            .filter(|hosted| hosted.meeting.organizer == organizer)
            .ok_or(Refusal::NoMeeting.into())
    }

    /// The meeting the path names, for a caller who may act as its organizer.
    pub async fn hosted_as_organizer(&self) -> Result<Hosted, ApiError> {
        let hosted = self.app.store.find_hosted(self.meeting_id()?).await?;
        let hosted = self.own(hosted.as_ref())?.clone();
        acts_as_organizer(&self.caller, hosted.meeting.organizer)?;
        self.check_policy(hosted.meeting.organizer).await?;
        Ok(hosted)
    }

    /// The meeting and its registration, for a caller who may act as the organizer.
    pub async fn registration_as_organizer(&self) -> Result<(Meeting, Registration), ApiError> {
        let hosted = self.hosted_as_organizer().await?;
        let registration = self.check_cast(hosted.registration.as_ref())?.clone();
        Ok((hosted.meeting, registration))
    }

    /// The registration, if it is of the kind that a type-cast segment of the path asks for.
    pub fn check_cast<'r>(
        &self,
        registration: Option<&'r Registration>,
    ) -> Result<&'r Registration, ApiError> {
        registration
            .filter(|registration| match self.path.cast {
                None => true,
                Some(Cast::BuiltIn) => registration.built_in().is_ok(),
                Some(Cast::External) => registration.built_in().is_err(),
            })
            .ok_or(Refusal::NoRegistration.into())
    }

    /// An application needs an access policy for the organizer, whatever it does (decision 15 of docs/graph-compat.md).
    pub async fn check_policy(&self, organizer: PersonId) -> Result<(), ApiError> {
        match self.caller.as_ref() {
            Caller::Application(_) => still_acts(self.app, &self.caller, organizer).await.map(|_| ()),
            Caller::Delegated(_) => Ok(()),
        }
    }

    /// A person whom the directory knows as disabled may do nothing, however long their token still lives. Whom
    /// it does not know at all is the operation's to judge.
    pub async fn check_account(&self) -> Result<(), ApiError> {
        match self.caller.as_ref() {
            Caller::Application(_) => Ok(()),
            Caller::Delegated(caller) => still_acts(self.app, &self.caller, caller.person).await.map(|_| ()),
        }
    }

    fn version(&self) -> &'static str {
        let version = self.parts.uri.path().split('/').nth(1).unwrap_or_default();
        if version.eq_ignore_ascii_case("v1.0") { "v1.0" } else { "beta" }
    }
}

/// The version of the directory by which an application may act for the organizer, or a person's account may be used: asked
/// anew, however long ago the caller was let in.
pub(super) async fn still_acts(app: &App, caller: &Caller, organizer: PersonId) -> Result<i64, ApiError> {
    match caller {
        Caller::Application(caller) => {
            // Seldom asked where thousands wait, and so in a box, as in `App::recall_access`.
            let asked = Box::pin(app.store.may_act_for(caller.tenant, &caller.app, organizer));
            let (is_allowed, version) = asked.await?;
            if is_allowed { Ok(version) } else { Err(Denial::NoAccessPolicy.into()) }
        }
        Caller::Delegated(caller) => {
            app.forget_account(caller.tenant, caller.person);
            let version = app.recall_account(caller.tenant, caller.person).await?;
            version.ok_or(Refusal::UnknownPerson.into())
        }
    }
}

/// Graph reads a body only when it is declared as JSON (docs/graph-compat.md#headers).
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let declared =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = declared.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

/// Refuses a body that is too long before it is read, or while it is, if it did not say how long it is.
pub(super) async fn collect_body(
    body: &mut HttpBody,
    headers: &HeaderMap,
    limit: usize,
) -> Result<Bytes, ApiError> {
    let declared =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(ApiError::TooLarge(limit));
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::TooLarge(limit)),
        Err(error) if is_too_slow(error.as_ref()) => Err(ApiError::Slow),
        Err(_) => Err(ApiError::NotJson),
    }
}

/// Lets a client finish sending what nobody read, or it might never read the answer, and its connection would be
/// worth nothing afterwards. Nothing is kept, and patience ends soon. Whether the end was reached.
pub(super) async fn throw_away(body: &mut HttpBody, limit: usize) -> bool {
    let mut left = 2 * limit;
    let read = async {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            let length = frame.data_ref().map_or(0, |data| data.len());
            if length >= left {
                return false;
            }
            left -= length;
        }
        true
    };
    tokio::time::timeout(Duration::from_secs(1), read).await.unwrap_or(false)
}
