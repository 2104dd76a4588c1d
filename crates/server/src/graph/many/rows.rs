//! Enrolling row by row, whoever sent the rows: a caller of the API or the operator at the command line.

use std::collections::VecDeque;

use domain::enrolment::IdempotencyKey;
use domain::{
    AllowedRegistrant, Answer as Answered, Enrolment, FieldProblem, MeetingId, Person, Refusal,
    RegistrationKind,
};
use jiff::Timestamp;
use pages::Language;
use wire::Body;
use wire::many::{RegistrantResult, RowError};

use super::colleagues::Colleagues;
use super::look::{Enroller, Look};
use super::{failed, numbered};
use crate::app::App;
use crate::error::ApiError;
use crate::graph::enroll::{Asked, Place, check_form, place_of, private_key, ready};
use crate::graph::meeting::TRIES;
use crate::graph::registrant::id_as_shown;
use crate::turnstile::{Queued, Undecided};

/// How many rows of one request queue at once: two parties of the turnstile, so that it never waits for the next row, and
/// whoever comes by themselves never waits for a thousand.
const AT_ONCE: usize = 256;

/// Somebody to enroll.
#[derive(Debug)]
pub struct NewRow {
    /// The members of an enrolment by itself; the type may be left out.
    pub body: Body,
    /// The key for retries, and the hash of the request that it was sent with.
    pub key: Option<(String, [u8; 32])>,
}

/// Enrolls everybody, and tells for each row in its order what became of it. What was checked against what has changed
/// meanwhile is checked again.
///
/// # Errors
///
/// Nobody was enrolled: the rows may not be sent, or there is no such registration.
pub async fn enroll_rows(
    app: &App,
    enroller: &Enroller<'_>,
    meeting: MeetingId,
    rows: &[Result<NewRow, FieldProblem>],
) -> Result<Vec<RegistrantResult>, ApiError> {
    let mut results: Vec<Option<RegistrantResult>> = rows.iter().map(|_| None).collect();
    let mut open: Vec<usize> = (0..rows.len()).collect();
    for attempt in 0..TRIES {
        match pass(app, enroller, meeting, rows, &open, &mut results).await {
            Ok(stale) => open = stale,
            Err(error) if attempt == 0 => return Err(error),
            // Some rows have their places: each of the others is told why it has none.
            Err(error) => {
                open.iter().for_each(|n| results[*n] = Some(failed(*n, &error)));
                break;
            }
        }
        if open.is_empty() {
            break;
        }
        app.forget(meeting);
    }
    let told = results.into_iter().enumerate();
    Ok(told.map(|(n, result)| result.unwrap_or_else(|| failed(n, &ApiError::Busy))).collect())
}

/// Lets the rows that are open through, and tells which of them have to be checked again.
async fn pass(
    app: &App,
    enroller: &Enroller<'_>,
    meeting: MeetingId,
    rows: &[Result<NewRow, FieldProblem>],
    open: &[usize],
    results: &mut [Option<RegistrantResult>],
) -> Result<Vec<usize>, ApiError> {
    let look = enroller.look(app, meeting).await?;
    Ok(Pass::new(app, &look, rows, open).await?.run(open, results).await)
}

/// Holds everybody against the rules and stores nothing: the person that each row would enroll, or what is at fault.
pub async fn check_rows(
    app: &App,
    enroller: &Enroller<'_>,
    meeting: MeetingId,
    rows: &[Result<NewRow, FieldProblem>],
) -> Result<Vec<Result<Person, RowError>>, ApiError> {
    let look = enroller.look(app, meeting).await?;
    let open: Vec<usize> = (0..rows.len()).collect();
    let pass = Pass::new(app, &look, rows, &open).await?;
    let check = |n: usize| {
        let (enrolment, _) = pass.read(n).and_then(|asked| pass.ready(asked)).map_err(|e| e.for_row(n))?;
        Ok(enrolment.person)
    };
    Ok(open.into_iter().map(check).collect())
}

/// One go of the rows, all held against the same look.
struct Pass<'a> {
    app: &'a App,
    look: &'a Look,
    rows: &'a [Result<NewRow, FieldProblem>],
    colleagues: Colleagues,
}

/// A row that queues.
struct InLine {
    index: usize,
    /// Of an external registrant.
    external_id: Option<String>,
    queued: Queued,
}

impl<'a> Pass<'a> {
    async fn new(
        app: &'a App,
        look: &'a Look,
        rows: &'a [Result<NewRow, FieldProblem>],
        open: &[usize],
    ) -> Result<Self, ApiError> {
        let of_members = look.registration.allowed_registrant == AllowedRegistrant::Organization
            && look.registration.built_in().is_ok();
        let bodies = open.iter().filter_map(|n| rows[*n].as_ref().ok()).map(|row| &row.body);
        let colleagues = if of_members {
            Colleagues::find(app, look.hosted.meeting.tenant, bodies).await?
        } else {
            Colleagues::default()
        };
        Ok(Self { app, look, rows, colleagues })
    }

    /// Tells which rows have to be checked again.
    async fn run(&self, open: &[usize], results: &mut [Option<RegistrantResult>]) -> Vec<usize> {
        let mut line: VecDeque<InLine> = VecDeque::with_capacity(AT_ONCE.min(open.len()));
        let mut stale = Vec::new();
        for index in open.iter().copied() {
            let ready = self.read(index).and_then(|asked| self.ready(asked));
            let (enrolment, until) = match ready {
                Ok(ready) => ready,
                Err(error) => {
                    results[index] = Some(self.refuse(index, error).await);
                    continue;
                }
            };
            let external_id = enrolment.person.external_id().map(str::to_owned);
            if line.len() == AT_ONCE {
                self.settle(line.pop_front(), results, &mut stale).await;
            }
            let is_written_to_again = !self.look.sees_list;
            loop {
                match self.app.turnstile.queue(enrolment.clone(), until, is_written_to_again) {
                    Ok(queued) => {
                        line.push_back(InLine { index, external_id, queued });
                        break;
                    }
                    // The queue is full, perhaps of our own.
                    Err(Undecided::Busy) if !line.is_empty() => {
                        self.settle(line.pop_front(), results, &mut stale).await;
                    }
                    Err(undecided) => {
                        results[index] = Some(failed(index, &undecided.into()));
                        break;
                    }
                }
            }
        }
        while !line.is_empty() {
            self.settle(line.pop_front(), results, &mut stale).await;
        }
        stale
    }

    async fn settle(
        &self,
        first: Option<InLine>,
        results: &mut [Option<RegistrantResult>],
        stale: &mut Vec<usize>,
    ) {
        let Some(InLine { index, external_id, queued }) = first else { return };
        let told = match queued.verdict().await.map_err(ApiError::from).and_then(place_of) {
            Ok(Some(place)) => self.status_of(place).await.map(|status| (place, status)),
            Ok(None) => {
                stale.push(index);
                return;
            }
            Err(error) => Err(error),
        };
        results[index] = Some(match told {
            Ok((place, status)) => self.show(index, external_id.as_deref(), place, status),
            Err(error) => {
                error.log_cause();
                failed(index, &error)
            }
        });
    }

    /// The status of somebody who came; of whoever was there before, as it is now.
    async fn status_of(&self, place: Place) -> Result<&'static str, ApiError> {
        let told = place.status();
        if place.is_new || !self.look.sees_list {
            return Ok(told);
        }
        let found = self.app.store.find_registrant(self.look.hosted.meeting.id, place.registrant).await?;
        Ok(found.map_or(told, |found| found.status()))
    }

    /// Holds a row against the rules of its registration.
    fn read(&self, index: usize) -> Result<Asked, ApiError> {
        let NewRow { body, .. } = self.rows[index].as_ref().map_err(|problem| vec![problem.clone()])?;
        let (meeting, registration) = (&self.look.hosted.meeting, &self.look.registration);
        let mut language = self.look.language.clone();
        let mut time_zone = None;
        let mut seen_directory = self.look.seen_directory;
        let (person, answers): (Person, Vec<Answered>) = match &registration.kind {
            RegistrationKind::External => {
                let body = with_type(body, "#microsoft.graph.externalMeetingRegistrant");
                (wire::registrant::read_external(&body, meeting, registration)?, Vec::new())
            }
            RegistrationKind::BuiltIn(built_in) => {
                let (mut form, mut problems) = wire::registrant::read_form(body, meeting.id)?;
                time_zone = wire::zone::read_preferred(body, &mut problems).value();
                let colleague = match registration.allowed_registrant {
                    AllowedRegistrant::Organization => Some(self.colleagues.of(body)?),
                    AllowedRegistrant::Everyone => None,
                };
                if let Some(colleague) = colleague {
                    let own = colleague.own_form();
                    form.first_name = form.first_name.or(own.first_name);
                    form.last_name = form.last_name.or(own.last_name);
                    form.email = form.email.or(own.email);
                }
                let (named, answers) = check_form(&form, problems, &built_in.questions)?;
                if let Some(colleague) = colleague {
                    colleague.matches(&named)?;
                    let own = colleague.language.as_deref().and_then(Language::preferred);
                    language = own.map_or(language, |own| own.tag().to_owned());
                    // The same counter counts both: the older look is the one to be held to.
                    let version = self.colleagues.version;
                    seen_directory = Some(seen_directory.map_or(version, |seen| seen.min(version)));
                }
                (Person::Named { named, user: colleague.and_then(|person| person.id) }, answers)
            }
        };
        let is_of_strangers = matches!(person, Person::Named { user: None, .. });
        Ok(Asked {
            sees_list: !is_of_strangers || self.look.sees_list,
            person,
            answers,
            seen_directory,
            // Whoever enrolls people has asked them elsewhere.
            consent: None,
            language: Some(language),
            time_zone,
            actor: self.look.actor.clone(),
            idempotency: self.key(index),
        })
    }

    fn ready(&self, asked: Asked) -> Result<(Enrolment, Timestamp), ApiError> {
        Ok(ready(self.app, &self.look.hosted, &self.look.registration, asked)?)
    }

    fn key(&self, index: usize) -> Option<IdempotencyKey> {
        let (key, request) = self.rows[index].as_ref().ok()?.key.as_ref()?;
        let now = self.app.clock.now();
        Some(private_key(&self.look.actor, self.look.registration.id, key, *request, now))
    }

    /// A retry gets the first answer, whatever has changed meanwhile.
    async fn refuse(&self, index: usize, error: ApiError) -> RegistrantResult {
        match self.find_answered(index).await {
            Ok(None) => failed(index, &error),
            Ok(Some(told)) => told,
            Err(error) => {
                error.log_cause();
                failed(index, &error)
            }
        }
    }

    async fn find_answered(&self, index: usize) -> Result<Option<RegistrantResult>, ApiError> {
        let Some(key) = self.key(index) else { return Ok(None) };
        let (store, meeting) = (&self.app.store, self.look.hosted.meeting.id);
        let registrant = match store.find_answered(meeting, &key, self.app.clock.now()).await? {
            None => return Ok(None),
            Some((request, _)) if request != key.request => {
                return Err(Refusal::IdempotencyKeyReused.into());
            }
            Some((_, registrant)) => store.find_registrant(meeting, registrant).await?,
        };
        Ok(registrant.map(|registrant| {
            let external_id = registrant.person.as_ref().and_then(Person::external_id);
            self.show(index, external_id, Place::held_by(&registrant), registrant.status())
        }))
    }

    /// What becomes of a row is told to whoever may read it in the list.
    fn show(
        &self,
        index: usize,
        external_id: Option<&str>,
        place: Place,
        status: &'static str,
    ) -> RegistrantResult {
        let Look { hosted, registration, sees_list, .. } = self.look;
        // An external registrant's link is for whoever enrolls them, as by themselves.
        if !sees_list && external_id.is_none() {
            return numbered(index);
        }
        let id = id_as_shown(&hosted.meeting, registration, external_id, place.registrant);
        let link = external_id.map(|_| self.app.graph_link(&hosted.meeting, registration, &id, place));
        RegistrantResult {
            status: Some(status),
            id: Some(id),
            join_web_url: link,
            was_registered: sees_list.then_some(!place.is_new),
            ..numbered(index)
        }
    }
}

/// The row with the type that the registration takes, where it names none.
fn with_type(body: &Body, odata_type: &str) -> Body {
    let mut body = body.clone();
    body.0.entry("@odata.type").or_insert_with(|| odata_type.into());
    body
}
