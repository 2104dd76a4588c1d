//! The manage page: GET shows the own registration, POST acts on it. Which of its buttons was pressed stands in the field
//! `do`; without one it is the first there ever was, which cancels.

mod view;

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path, State};
use axum::response::Response;
use domain::enrolment::change_answers;
use domain::link::Purpose;
use domain::seats::Admission;
use domain::{
    AllowedRegistrant, ConsentVersion, Fact, FieldProblem, Person, Refusal, Registrant, Registration,
    Standing,
};
use http::StatusCode;
use jiff::Timestamp;
use pages::{CanceledView, Language, ManageNotice};
use store::{Act, Asking, Changed, Hosted, Made, Past, Stepped};

use self::view::{Shown, manage_page, page_url};
use super::form::{self, Fields};
use super::gate::{find_by_link, is_its};
use super::page::{html, not_found, problem};
use super::reader::Reader;
use crate::app::App;
use crate::erasures::Erased;
use crate::error::ApiError;
use crate::graph::{Asked, take_place};
use crate::house::House;

/// Somebody by their link, with the meeting as long as it has their registration.
pub(super) struct Own {
    pub(super) registrant: Registrant,
    pub(super) hosted: Option<Hosted>,
    /// What is left of it after that.
    pub(super) past: Option<Past>,
}

/// `GET /m/{token}`: changes nothing, whoever looks, mail scanners included.
pub async fn show(
    State(app): State<App>,
    token: Result<Path<String>, PathRejection>,
    reader: Reader,
) -> Response {
    let Ok(Path(token)) = token else { return not_found(&reader) };
    match find(&app, &token).await {
        Ok(Some(own)) => manage_page(&app, &reader, &own, Shown::default()),
        Ok(None) => not_found(&reader),
        Err(error) => problem(&app, &reader, &error),
    }
}

/// `POST /m/{token}`. A second press shows the same page as the first.
pub async fn act(
    State(app): State<App>,
    token: Result<Path<String>, PathRejection>,
    reader: Reader,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Ok(Path(token)) = token else { return not_found(&reader) };
    let acted = async {
        let fields = match form::read(&app, form) {
            // A request without a form: the button had none at first.
            Err(ApiError::NotJson) => Vec::new(),
            fields => fields?,
        };
        let Some(own) = find(&app, &token).await? else { return Ok(not_found(&reader)) };
        match form::value(&fields, "do") {
            None | Some("cancel") => cancel(&app, &reader, &own).await,
            Some("accept") => accept(&app, &reader, own).await,
            Some("answers") => answer(&app, &reader, &token, own, &fields).await,
            Some("letter") => send_again(&app, &reader, &own).await,
            Some("remind") => remind_again(&app, &reader, own).await,
            Some("again") => register_again(&app, &reader, &own).await,
            Some("erase") => erase(&app, &reader, &own).await,
            Some(_) => Err(ApiError::NotJson),
        }
    };
    acted.await.unwrap_or_else(|error| problem(&app, &reader, &error))
}

/// Whose link it is.
pub(super) async fn find(app: &App, token: &str) -> Result<Option<Own>, ApiError> {
    let Some(link) = app.links().key.open(Purpose::Manage, token) else { return Ok(None) };
    match find_by_link(app, link).await? {
        Some(registrant) => Ok(Some(Own::of(app, registrant).await?)),
        None => Ok(None),
    }
}

impl Own {
    /// With the meeting, or what is left to tell of it.
    pub(super) async fn of(app: &App, registrant: Registrant) -> Result<Self, ApiError> {
        let hosted = app.store.find_hosted(registrant.meeting).await?;
        let hosted = hosted.filter(|hosted| is_its(hosted, &registrant));
        let past = match &hosted {
            Some(_) => None,
            None => app.store.find_past(registrant.meeting, registrant.registration).await?,
        };
        Ok(Self { registrant, hosted, past })
    }

    /// The organisation whose meeting it is, or was.
    pub(super) fn house<'a>(&self, app: &'a App) -> Option<&'a House> {
        let tenant = match (&self.hosted, &self.past) {
            (Some(hosted), _) => hosted.meeting.tenant,
            (None, past) => past.as_ref()?.tenant,
        };
        Some(app.settings.houses.of(tenant))
    }

    /// What the meeting is called, or was.
    pub(super) fn subject(&self) -> Option<&str> {
        match &self.hosted {
            Some(hosted) => Some(hosted.registration.as_ref()?.subject(&hosted.meeting).unwrap_or_default()),
            None => self.past.as_ref()?.subject.as_deref(),
        }
    }

    /// The language of the organizer's words.
    fn words_language(&self) -> Option<&str> {
        let live = self.hosted.as_ref().and_then(|hosted| hosted.registration.as_ref()?.language());
        live.or(self.past.as_ref().and_then(|past| past.language.as_deref()))
    }

    /// When it is, or was to be.
    pub(super) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let Some(hosted) = &self.hosted else { return self.past.as_ref()?.span };
        let registration = hosted.registration.as_ref()?;
        Some((registration.start_at(&hosted.meeting), registration.end_at(&hosted.meeting)))
    }

    /// In which language the reader reads of it.
    pub(super) fn language(&self, reader: &Reader) -> Language {
        reader.language(self.words_language())
    }

    /// The live registration, before the meeting begins: after that nothing can be changed any more.
    fn changeable(&self, app: &App) -> Option<(&Hosted, &Registration)> {
        let hosted = self.hosted.as_ref()?;
        let registration = hosted.registration.as_ref()?;
        let is_early = app.clock.now() < registration.start_at(&hosted.meeting);
        (self.registrant.standing.is_live() && is_early).then_some((hosted, registration))
    }
}

fn by_registrant(app: &App) -> Fact {
    app.fact("registrant".to_owned())
}

async fn cancel(app: &App, reader: &Reader, own: &Own) -> Result<Response, ApiError> {
    let Own { registrant, hosted, .. } = own;
    app.store.cancel_registrant(registrant.meeting, registrant.id, &by_registrant(app)).await?;
    app.mail_waits();
    let page_url = hosted.as_ref().and_then(|hosted| page_url(app, hosted));
    let language = own.language(reader);
    let view = CanceledView {
        language,
        brand: own.house(app).map(|house| &house.brand),
        subject: own.subject().unwrap_or_default(),
        had_a_place: matches!(registrant.standing, Standing::Registered | Standing::Canceled(_)),
        registration_page_url: page_url.as_deref(),
    };
    Ok(html(StatusCode::OK, language, pages::canceled_page(&view)))
}

/// Takes the place that is held for them. A second press shows the same page as the first.
async fn accept(app: &App, reader: &Reader, own: Own) -> Result<Response, ApiError> {
    if own.hosted.is_none() {
        return Ok(manage_page(app, reader, &own, Shown::default()));
    }
    let asking = Asking { act: Act::Accept, reason: None, is_conditional: false };
    let stepped = app.store.take_step(&own.registrant, asking, &by_registrant(app), None).await?;
    app.mail_waits();
    let (notice, registrant) = match stepped {
        Made::Now(Stepped::Done(now) | Stepped::Unchanged(now)) => (Some(ManageNotice::Accepted), *now),
        Made::Now(Stepped::Refused(Refusal::OfferExpired { .. })) => {
            (Some(ManageNotice::OfferGone), own.registrant)
        }
        _ => (None, own.registrant),
    };
    let own = Own { registrant, ..own };
    Ok(manage_page(app, reader, &own, Shown { notice, ..Shown::default() }))
}

async fn answer(
    app: &App,
    reader: &Reader,
    token: &str,
    mut own: Own,
    fields: &Fields,
) -> Result<Response, ApiError> {
    for _ in 0..3 {
        let Some((hosted, registration)) = own.changeable(app) else { break };
        let given = form::filled_form(&hosted.meeting, fields).answers;
        let answers =
            match change_answers(&own.registrant.answers, &given, &registration.built_in()?.questions) {
                Ok(answers) => answers,
                Err(problems) => return Ok(with_problems(app, reader, &own, fields, &problems)),
            };
        // Whoever presses again and again writes nothing.
        if answers == own.registrant.answers {
            return Ok(with_notice(app, reader, &own, ManageNotice::AnswersChanged));
        }
        let fact = by_registrant(app);
        match app.store.change_answers(own.registrant.id, registration, &answers, &fact).await? {
            Changed::Now => {
                own.registrant.answers = answers;
                return Ok(with_notice(app, reader, &own, ManageNotice::AnswersChanged));
            }
            Changed::Stale | Changed::Canceled => {
                let Some(as_it_is) = find(app, token).await? else { return Ok(not_found(reader)) };
                own = as_it_is;
            }
        }
    }
    let notice = own.registrant.is_registered().then_some(ManageNotice::TooLate);
    Ok(manage_page(app, reader, &own, Shown { notice, ..Shown::default() }))
}

async fn send_again(app: &App, reader: &Reader, own: &Own) -> Result<Response, ApiError> {
    if !own.registrant.standing.is_live() || own.hosted.is_none() {
        return Ok(manage_page(app, reader, own, Shown::default()));
    }
    let fact = by_registrant(app);
    let fact = Fact { id: own.registrant.letter_request(fact.at), ..fact };
    app.store.ask_for_letter(&own.registrant, &fact).await?;
    app.mail_waits();
    Ok(with_notice(app, reader, own, ManageNotice::LetterSent))
}

async fn remind_again(app: &App, reader: &Reader, mut own: Own) -> Result<Response, ApiError> {
    if !own.registrant.is_registered() || own.hosted.is_none() {
        return Ok(manage_page(app, reader, &own, Shown::default()));
    }
    app.store.resume_reminders(&own.registrant, &by_registrant(app)).await?;
    own.registrant.wants_reminders = true;
    Ok(with_notice(app, reader, &own, ManageNotice::RemindersResumed))
}

/// The same person with the same answers: who knows the link is who was registered.
async fn register_again(app: &App, reader: &Reader, own: &Own) -> Result<Response, ApiError> {
    let Own { registrant, hosted, .. } = own;
    let registration = hosted.as_ref().and_then(|hosted| Some((hosted, hosted.registration.as_ref()?)));
    let (Some((hosted, registration)), Some(Person::Named { named, .. }), false) =
        (registration, &registrant.person, registrant.standing.is_live())
    else {
        return Ok(manage_page(app, reader, own, Shown::default()));
    };
    if registration.allowed_registrant != AllowedRegistrant::Everyone {
        return Ok(with_notice(app, reader, own, ManageNotice::Closed));
    }
    let questions = &registration.built_in()?.questions;
    let is_asked = |answer: &&domain::Answer| questions.iter().any(|question| question.id == answer.question);
    let former = registrant.answers.iter().filter(is_asked);
    let given: Vec<_> = former.map(|answer| (Some(answer.question), answer.value.clone())).collect();
    // Whoever would have to answer or agree to something new does so on the page of the meeting.
    let Ok(answers) = change_answers(&[], &given, questions) else {
        return Ok(with_notice(app, reader, own, ManageNotice::OnItsPage));
    };
    let former = registrant.consent.as_ref().map(ConsentVersion::as_str);
    let Ok(consent) = app.settings.houses.of(hosted.meeting.tenant).agreed(former) else {
        return Ok(with_notice(app, reader, own, ManageNotice::OnItsPage));
    };
    let asked = Asked {
        person: Person::Named { named: named.clone(), user: None },
        answers,
        consent,
        seen_directory: None,
        language: registrant.language.clone(),
        time_zone: registrant.time_zone.clone(),
        sees_list: true,
        actor: "registrant".to_owned(),
        idempotency: None,
    };
    match take_place(app, hosted, registration, asked).await {
        Ok(Some(place)) => {
            let notice = match place.told {
                Admission::Wait => ManageNotice::OnTheList,
                Admission::Ask => ManageNotice::Asked,
                Admission::Seat | Admission::Full => ManageNotice::RegisteredAgain,
            };
            Ok(with_notice(app, reader, own, notice))
        }
        Ok(None) => Err(ApiError::Busy),
        Err(ApiError::Refused(Refusal::RegistrationFull)) => {
            Ok(with_notice(app, reader, own, ManageNotice::Full))
        }
        Err(ApiError::Refused(_)) => Ok(with_notice(app, reader, own, ManageNotice::Closed)),
        Err(error) => Err(error),
    }
}

async fn erase(app: &App, reader: &Reader, own: &Own) -> Result<Response, ApiError> {
    let registrant = &own.registrant;
    let (cancellation, erasure) = (by_registrant(app), by_registrant(app));
    let erased = Erased { meeting: registrant.meeting, registrant: registrant.id };
    app.settings.erasures.add(erased, erasure.at).await;
    app.store.erase_registrant(registrant.meeting, registrant.id, &cancellation, &erasure).await?;
    let language = own.language(reader);
    Ok(html(StatusCode::OK, language, pages::erased_page(language)))
}

fn with_notice(app: &App, reader: &Reader, own: &Own, notice: ManageNotice) -> Response {
    manage_page(app, reader, own, Shown { notice: Some(notice), ..Shown::default() })
}

fn with_problems(
    app: &App,
    reader: &Reader,
    own: &Own,
    fields: &Fields,
    problems: &[FieldProblem],
) -> Response {
    manage_page(app, reader, own, Shown { notice: None, fields: Some(fields), problems })
}
