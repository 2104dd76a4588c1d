//! `POST …/registration/registrants`: seeds 002 and 004. The hot path: "One enrolment, end to end" in ARCHITECTURE.md.
//!
//! The API and the sign-up page both come through [`take_place`].

use domain::enrolment::{FilledForm, IdempotencyKey, Named, read_form};
use domain::link::Link;
use domain::permission::{may_enroll, sees_registrants};
use domain::person::ForeignPerson;
use domain::refusal::Denial;
use domain::seats::Admission;
use domain::{
    AllowedRegistrant, Answer as Answered, Caller, ConsentVersion, Enrolment, FieldProblem, Meeting,
    MeetingId, Person, PersonId, Refusal, Registrant, RegistrantId, Registration, RegistrationId,
    RegistrationKind, Standing,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{Hosted, Verdict};
use uuid::Uuid;
use wire::Entity;
use wire::registrant::AnyRegistrant;

use super::meeting::TRIES;
use super::once::{REMEMBERED, sent_key};
use super::{Answer, Ask, Reply};
use crate::app::App;
use crate::error::ApiError;
use crate::member::Member;

/// What an enrolment asks for, whoever asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who asks for the place.
    pub person: Person,
    /// Answers, checked against the questions of `registration`.
    pub answers: Vec<Answered>,
    /// Version of the directory and policies that were asked, if any were.
    pub seen_directory: Option<i64>,
    /// What they agreed to, where their organisation asks for it.
    pub consent: Option<ConsentVersion>,
    /// Language tag for letters.
    pub language: Option<String>,
    /// See [`Enrolment::time_zone`].
    pub time_zone: Option<String>,
    /// Whether whoever asks may learn if the person is registered; see [`Enrolment::sees_list`].
    pub sees_list: bool,
    /// Who asked, for the audit trail.
    pub actor: String,
    /// The key for retries, if one was sent.
    pub idempotency: Option<IdempotencyKey>,
}

/// A place that was given, now or before.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The registrant.
    pub registrant: RegistrantId,
    /// Generation of their links.
    pub generation: u8,
    /// It was given just now.
    pub is_new: bool,
    /// What whoever asks is told: that there is a place, or why there is none yet.
    pub told: Admission,
}

impl Place {
    /// The one that somebody has.
    pub fn held_by(registrant: &Registrant) -> Self {
        let told = match registrant.standing {
            Standing::Waitlisted | Standing::Offered { .. } => Admission::Wait,
            Standing::PendingApproval => Admission::Ask,
            _ => Admission::Seat,
        };
        Self { registrant: registrant.id, generation: registrant.generation, is_new: false, told }
    }

    /// The name of the status on the wire that goes with what is told.
    pub(super) fn status(&self) -> &'static str {
        match self.told {
            Admission::Seat | Admission::Full => Standing::Registered.status(),
            Admission::Wait => Standing::Waitlisted.status(),
            Admission::Ask => Standing::PendingApproval.status(),
        }
    }

    /// What their links are made from.
    pub fn link(&self, meeting: MeetingId) -> Link {
        Link { meeting, registrant: self.registrant, generation: self.generation }
    }
}

/// `POST …/registration/registrants`
pub async fn enroll(ask: &mut Ask<'_>) -> Answer {
    let meeting_id = ask.meeting_id()?;
    for attempt in 0..TRIES {
        ask.read_body()?;
        match try_enroll(ask, meeting_id).await {
            Ok(Some(reply)) => return Ok(reply),
            // A yes is held against the versions in the database, a no is not: it may rest on old memory.
            Err(error) if attempt > 0 || !may_rest_on_memory(&error) => return Err(error),
            Ok(None) | Err(_) => forget(ask, meeting_id)?,
        }
    }
    Err(ApiError::Busy)
}

async fn try_enroll(ask: &mut Ask<'_>, meeting_id: MeetingId) -> Result<Option<Reply>, ApiError> {
    let hosted = ask.app.recall_hosted(meeting_id).await?;
    let hosted = ask.own(hosted.as_deref())?;
    let seen_policy = seen_policy(ask, hosted.meeting.organizer).await?;
    let registration = ask.check_cast(hosted.registration.as_ref())?;
    may_enroll(&ask.caller, hosted.meeting.organizer, registration)?;
    let seen_account = seen_account(ask, registration).await?;
    if let Some(registrant) = find_answered(ask, registration).await? {
        // What was remembered is held against nothing on this way.
        ask.check_account().await?;
        ask.check_policy(hosted.meeting.organizer).await?;
        let place = Place::held_by(&registrant);
        let named = NamedAs::of(registrant.person.as_ref());
        return Ok(Some(Reply::entity(&show(ask, &hosted.meeting, registration, &named, place))));
    }
    let mut asked = read(ask, &hosted.meeting, registration).await?;
    asked.seen_directory = asked.seen_directory.or(seen_policy).or(seen_account);
    ask.let_go_of_body();
    let named = NamedAs::of(Some(&asked.person));
    let place = take_place(ask.app, hosted, registration, asked).await?;
    Ok(place.map(|place| Reply::entity(&show(ask, &hosted.meeting, registration, &named, place))))
}

/// The registrant that a request with the same idempotency key got. Asked before the form and the end of the
/// registration are looked at, since a retry gets the first answer whatever has changed meanwhile.
async fn find_answered(ask: &Ask<'_>, registration: &Registration) -> Result<Option<Registrant>, ApiError> {
    let Some(key) = idempotency_key(ask, registration.id)? else { return Ok(None) };
    let store = &ask.app.store;
    match store.find_answered(registration.meeting, &key, ask.app.clock.now()).await? {
        None => Ok(None),
        Some((request, _)) if request != key.request => Err(Refusal::IdempotencyKeyReused.into()),
        Some((_, registrant)) => Ok(store.find_registrant(registration.meeting, registrant).await?),
    }
}

/// Whether the refusal was given before the database was asked.
fn may_rest_on_memory(error: &ApiError) -> bool {
    match error {
        ApiError::Refused(refusal) => {
            !matches!(refusal, Refusal::RegistrationFull | Refusal::IdempotencyKeyReused)
        }
        _ => false,
    }
}

/// Queues at the turnstile at once, and then waits for the place; `None` when what the request was checked against has
/// changed meanwhile. What was asked for is not kept beside the answer: thousands may wait for theirs.
pub fn take_place(
    app: &App,
    hosted: &Hosted,
    registration: &Registration,
    asked: Asked,
) -> impl Future<Output = Result<Option<Place>, ApiError>> {
    let is_member = matches!(asked.person, Person::Named { user: Some(_), .. });
    let meeting = hosted.meeting.id;
    let queued = ready(app, hosted, registration, asked)
        .map_err(ApiError::from)
        .and_then(|(enrolment, until)| Ok(app.turnstile.queue(enrolment, until, true)?));
    async move {
        match queued?.verdict().await? {
            // Somebody signed in is told how they stand.
            Verdict::Known { registrant, .. } if is_member => {
                let found = app.store.find_registrant(meeting, registrant).await?;
                Ok(found.as_ref().map(Place::held_by))
            }
            verdict => place_of(verdict),
        }
    }
}

/// What queues at the turnstile, and until when it may; a refusal where nobody can enrol now.
pub(super) fn ready(
    app: &App,
    hosted: &Hosted,
    registration: &Registration,
    asked: Asked,
) -> Result<(Enrolment, Timestamp), Refusal> {
    let now = app.clock.now();
    registration.accepts_at(&hosted.meeting, now)?;
    let enrolment = Enrolment {
        // The turnstile gives the real id.
        id: RegistrantId(Uuid::nil()),
        meeting: hosted.meeting.id,
        registration: registration.id,
        seen_version: registration.version,
        seen_directory: asked.seen_directory,
        person: asked.person,
        answers: asked.answers,
        consent: asked.consent,
        language: asked.language,
        time_zone: asked.time_zone,
        sees_list: asked.sees_list,
        at: now,
        actor: asked.actor,
        idempotency: asked.idempotency,
    };
    Ok((enrolment, registration.accepts_until(&hosted.meeting)))
}

/// The place that a verdict gives; `None` when what the request was checked against has changed meanwhile.
pub(super) fn place_of(verdict: Verdict) -> Result<Option<Place>, ApiError> {
    match verdict {
        Verdict::Seated(registrant) => {
            Ok(Some(Place { registrant, generation: 0, is_new: true, told: Admission::Seat }))
        }
        Verdict::Waits { registrant, admission, is_new } => {
            Ok(Some(Place { registrant, generation: 0, is_new, told: admission }))
        }
        Verdict::Known { registrant, generation } => {
            Ok(Some(Place { registrant, generation, is_new: false, told: Admission::Seat }))
        }
        Verdict::Full { .. } => Err(Refusal::RegistrationFull.into()),
        Verdict::KeyReused => Err(Refusal::IdempotencyKeyReused.into()),
        Verdict::Stale => Ok(None),
    }
}

fn forget(ask: &Ask<'_>, meeting: MeetingId) -> Result<(), ApiError> {
    ask.app.forget(meeting);
    match ask.caller.as_ref() {
        Caller::Application(caller) => {
            ask.app.forget_access(caller.tenant, &caller.app, ask.organizer()?);
        }
        Caller::Delegated(caller) => ask.app.forget_account(caller.tenant, caller.person),
    }
    Ok(())
}

/// The version of the policies that let an application act for the organizer.
async fn seen_policy(ask: &Ask<'_>, organizer: PersonId) -> Result<Option<i64>, ApiError> {
    let Caller::Application(caller) = ask.caller.as_ref() else { return Ok(None) };
    let version = ask.app.recall_access(caller.tenant, &caller.app, organizer).await?;
    let version = version.ok_or(Denial::NoAccessPolicy)?;
    Ok(Some(version))
}

/// The version of the directory by which a signed-in person's account may be used. Who enrolls as a member of the
/// organisation is looked up by [`Member::find`].
async fn seen_account(ask: &Ask<'_>, registration: &Registration) -> Result<Option<i64>, ApiError> {
    let Caller::Delegated(caller) = ask.caller.as_ref() else { return Ok(None) };
    let is_for_members = registration.allowed_registrant == AllowedRegistrant::Organization;
    if is_for_members && registration.built_in().is_ok() {
        return Ok(None);
    }
    let version = ask.app.recall_account(caller.tenant, caller.person).await?;
    Ok(Some(version.ok_or(Refusal::UnknownPerson)?))
}

async fn read(ask: &Ask<'_>, meeting: &Meeting, registration: &Registration) -> Result<Asked, ApiError> {
    let asked = |person, answers, seen_directory| {
        // Under `organization` and with an external system nobody asks for a stranger.
        let is_of_strangers = matches!(person, Person::Named { user: None, .. });
        let edition = ask.app.settings.permissions;
        Ok(Asked {
            person,
            answers,
            seen_directory,
            // Whoever enrolls people over the API has a form of their own, and asks there.
            consent: None,
            sees_list: !is_of_strangers || sees_registrants(&ask.caller, edition, meeting.organizer),
            language: Some(ask.language(registration.language()).tag().to_owned()),
            time_zone: None,
            actor: ask.caller.actor(),
            idempotency: idempotency_key(ask, registration.id)?,
        })
    };
    let built_in = match &registration.kind {
        RegistrationKind::External => {
            return asked(
                wire::registrant::read_external(ask.body()?, meeting, registration)?,
                Vec::new(),
                None,
            );
        }
        RegistrationKind::BuiltIn(built_in) => built_in,
    };
    let (form, mut problems) = wire::registrant::read_form(ask.body()?, meeting.id)?;
    let time_zone = wire::zone::read_preferred(ask.body()?, &mut problems).value();
    let (named, answers) = check_form(&form, problems, &built_in.questions)?;
    let asked = |person, answers, seen_directory| -> Result<Asked, ApiError> {
        Ok(Asked { time_zone, ..asked(person, answers, seen_directory)? })
    };
    match (registration.allowed_registrant, ask.caller.as_ref()) {
        (AllowedRegistrant::Organization, Caller::Delegated(caller)) => {
            let member = Box::pin(Member::find(ask.app, caller)).await?;
            member.check(caller, meeting, &named)?;
            let person = Person::Named { named, user: Some(caller.person) };
            asked(person, answers, Some(member.seen_directory))
        }
        (AllowedRegistrant::Organization, Caller::Application(_)) => {
            Err(Denial::OnlyMembersThemselves.into())
        }
        (AllowedRegistrant::Everyone, _) => asked(Person::Named { named, user: None }, answers, None),
    }
}

/// Every fault at once: those of the JSON and those of the form. A member whose JSON was at fault is not
/// reported as missing as well.
pub(super) fn check_form(
    form: &FilledForm,
    mut problems: Vec<FieldProblem>,
    questions: &[domain::Question],
) -> Result<(Named, Vec<Answered>), ApiError> {
    match read_form(form, questions) {
        Ok(read) if problems.is_empty() => Ok(read),
        Ok(_) => Err(problems.into()),
        Err(more) => {
            let is_told = |problem: &FieldProblem| problems.iter().any(|told| told.target == problem.target);
            let more: Vec<FieldProblem> = more.into_iter().filter(|problem| !is_told(problem)).collect();
            problems.extend(more);
            Err(problems.into())
        }
    }
}

/// The `Idempotency-Key` header, private to the caller.
fn idempotency_key(ask: &Ask<'_>, registration: RegistrationId) -> Result<Option<IdempotencyKey>, ApiError> {
    let seal =
        |key| private_key(&ask.caller.actor(), registration, key, ask.fingerprint(), ask.app.clock.now());
    Ok(sent_key(ask)?.map(seal))
}

/// A key for retries as it is remembered: hashed together with who sent it and for which registration. One
/// that was deleted and made again knows nothing of the keys before.
pub fn private_key(
    actor: &str,
    registration: RegistrationId,
    key: &str,
    request: [u8; 32],
    now: Timestamp,
) -> IdempotencyKey {
    let mut hash = Sha256::new();
    hash.update(registration.0.as_bytes());
    hash.update(actor);
    hash.update([0]);
    hash.update(key);
    IdempotencyKey { key: hash.finalize().into(), request, expires_at: now + REMEMBERED }
}

/// What the answer says of whom it is about.
enum NamedAs {
    /// The id that their own system has for them, and their account, if they have one.
    External(String, Option<ForeignPerson>),
    /// Somebody signed in.
    Member,
    /// Nobody the caller learns anything of.
    Stranger,
}

impl NamedAs {
    fn of(person: Option<&Person>) -> Self {
        match person {
            Some(Person::External { external_id, user }) => Self::External(external_id.clone(), *user),
            Some(Person::Named { user: Some(_), .. }) => Self::Member,
            Some(Person::Named { user: None, .. }) | None => Self::Stranger,
        }
    }
}

/// What the caller is told: everything of an external registrant, id and link of a signed-in person, and
/// nothing at all of an anonymous one, whose links travel by mail alone.
fn show(
    ask: &Ask<'_>,
    meeting: &Meeting,
    registration: &Registration,
    named: &NamedAs,
    place: Place,
) -> Entity<AnyRegistrant> {
    let entity = match named {
        NamedAs::External(external_id, user) => {
            let link = ask.app.graph_link(meeting, registration, external_id, place);
            AnyRegistrant::external(external_id, *user, Some(link))
        }
        NamedAs::Stranger => AnyRegistrant::anonymous(),
        NamedAs::Member => {
            let key = wire::registration::key(meeting, registration);
            let id = wire::ids::write_registrant(&key, place.registrant);
            match place.told {
                Admission::Seat | Admission::Full => {
                    let link = ask.app.graph_link(meeting, registration, &id, place);
                    AnyRegistrant::with_link(id, link)
                }
                Admission::Wait => AnyRegistrant::without_place(id, Standing::Waitlisted.status()),
                Admission::Ask => AnyRegistrant::without_place(id, Standing::PendingApproval.status()),
            }
        }
    };
    Entity { context: ask.root().registrant(meeting), etag: None, entity }
}
