//! The sign-up page of a built-in registration. It enrols on the same path as the API.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::enrolment::read_form;
use domain::{BuiltIn, Consent, FieldProblem, Meeting, Person, Refusal, Registration, RegistrationKind};
use http::{HeaderMap, Method, StatusCode};
use pages::{ConsentBox, EnrolledView, EnrolmentForm, RegistrationState, RegistrationView, SessionView};
use sha2::{Digest, Sha256};
use store::Hosted;
use wire::ids::RegistrationKey;

use super::calendar::Links;
use super::form::{self, Fields};
use super::page::{forbidden, framed_by, html, look_again, not_found, problem, scripted};
use super::proof;
use super::reader::Reader;
use super::sign_in;
use super::visitor::Visitor;
use crate::app::App;
use crate::client_address::ClientAddress;
use crate::error::ApiError;
use crate::graph::{Asked, Place, private_key, take_place};
use crate::guard::Client;
use crate::visits::is_of_a_person;

/// `GET /registration/{id}`
pub async fn show(
    State(app): State<App>,
    id: Result<Path<String>, PathRejection>,
    method: Method,
    ClientAddress(address): ClientAddress,
    reader: Reader,
) -> Response {
    let Ok(Path(id)) = id else { return not_found(&reader) };
    match find_now(&app, &id).await {
        Ok(Some(hosted)) => {
            let Some(registration) = &hosted.registration else { return not_found(&reader) };
            count_visit(&app, &hosted, registration, &method, (address, &reader.headers));
            let accepts = registration.accepts_at(&hosted.meeting, app.clock.now()).is_ok();
            if accepts && registration.seemed_full() {
                let full = RegistrationState::Full;
                return show_state(StatusCode::OK, &app, &reader, &hosted.meeting, registration, full);
            }
            match Visitor::of(&app, &reader, &hosted.meeting, registration).await {
                Ok(visitor) => {
                    let proof = proof::Asked::of(&app, Client::of(address), registration.id, &visitor);
                    let sent = Sent { proof, ..Sent::default() };
                    page(&app, &reader, &hosted, registration, &visitor, sent)
                }
                Err(error) => problem(&app, &reader, &error),
            }
        }
        Ok(None) => gone(&app, &reader, &id).await.unwrap_or_else(|error| problem(&app, &reader, &error)),
        Err(error) => problem(&app, &reader, &error),
    }
}

/// Counts the look of a person who has not looked today.
fn count_visit(
    app: &App,
    hosted: &Hosted,
    registration: &Registration,
    method: &Method,
    visitor: (IpAddr, &HeaderMap),
) {
    let visits = &app.memory.visits;
    if is_of_a_person(method, visitor.1)
        && visits.is_first(registration.id, visitor, app.clock.now(), || app.ids.bytes())
    {
        app.memory.count_view(hosted.meeting.id, registration.id);
    }
}

/// For an address without a page: it had one once, or never.
async fn gone(app: &App, reader: &Reader, id: &str) -> Result<Response, ApiError> {
    let Some(key) = wire::ids::read_registration(id) else { return Ok(not_found(reader)) };
    let had_one = app.store.had_this_registration(key.meeting, key.registration).await?;
    let language = reader.language(None);
    let withdrawn = || html(StatusCode::GONE, language, pages::withdrawn_page(language));
    Ok(if had_one { withdrawn() } else { not_found(reader) })
}

/// `POST /registration/{id}`: whoever is registered already sees the same page as whoever is new.
pub async fn enroll(
    State(app): State<App>,
    id: Result<Path<String>, PathRejection>,
    client: ClientAddress,
    reader: Reader,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Ok(Path(id)) = id else { return not_found(&reader) };
    let fields = match form::read(&app, form) {
        Ok(fields) => fields,
        Err(error) => return problem(&app, &reader, &error),
    };
    match try_enroll(&app, &id, Client::of(client.0), &reader, &fields).await {
        Ok(Some(response)) => response,
        Ok(None) => gone(&app, &reader, &id).await.unwrap_or_else(|error| problem(&app, &reader, &error)),
        Err(error) => problem(&app, &reader, &error),
    }
}

async fn try_enroll(
    app: &App,
    id: &str,
    client: Client,
    reader: &Reader,
    fields: &Fields,
) -> Result<Option<Response>, ApiError> {
    for attempt in 0..3 {
        let Some(hosted) = find(app, id).await? else { return Ok(None) };
        let Some(registration) = &hosted.registration else { return Ok(None) };
        let RegistrationKind::BuiltIn(built_in) = &registration.kind else { return Ok(None) };
        let visitor = Visitor::of(app, reader, &hosted.meeting, registration).await?;
        let is_theirs = visitor.sent(app, fields);
        let is_open = is_theirs
            && visitor.may_register()
            && registration.accepts_at(&hosted.meeting, app.clock.now()).is_ok();
        let form = visitor.complete(form::filled_form(&hosted.meeting, fields));
        let house = app.settings.houses.of(hosted.meeting.tenant);
        let read = read_form(&form, &built_in.questions);
        let ((named, answers), consent) = match (read, house.agreed(form::value(fields, "consent"))) {
            (Ok(read), Ok(consent)) if is_open => (read, consent),
            // A yes is held against the versions in the database, a no is not: it may rest on old memory.
            _ if attempt == 0 => {
                app.forget(hosted.meeting.id);
                continue;
            }
            _ if !is_theirs => return Ok(Some(forbidden(app, reader))),
            (read, agreed) => {
                let mut problems = read.err().unwrap_or_default();
                problems.extend(agreed.err());
                let proof = proof::Asked::of(app, client, registration.id, &visitor);
                let sent = Sent { fields: Some(fields), problems: &problems, proof };
                return Ok(Some(page(app, reader, &hosted, registration, &visitor, sent)));
            }
        };
        if let Visitor::Member(session, member) = &visitor {
            member.check(&session.caller, &hosted.meeting, &named)?;
        }
        let (now, actor, request) = (app.clock.now(), visitor.actor(), fingerprint(fields));
        let key = form::value(fields, "nonce")
            .filter(|nonce| !nonce.is_empty() && nonce.len() <= 64)
            .map(|nonce| private_key(&actor, registration.id, nonce, request, now));
        let unproven =
            proof::check(app, client, registration, &visitor, fields, key.as_ref(), request).await?;
        if unproven.is_some() {
            let sent = Sent { fields: Some(fields), problems: &[], proof: unproven };
            return Ok(Some(page(app, reader, &hosted, registration, &visitor, sent)));
        }
        let asked = Asked {
            person: Person::Named { named, user: visitor.person() },
            answers,
            seen_directory: visitor.seen_directory(),
            consent,
            language: Some(reader.language(registration.language()).tag().to_owned()),
            sees_list: visitor.person().is_some(),
            actor,
            idempotency: key,
        };
        let place = match take_place(app, &hosted, registration, asked.clone()).await {
            // Sent, changed and sent again from the same page: another request, which needs no key.
            Err(ApiError::Refused(Refusal::IdempotencyKeyReused)) => {
                take_place(app, &hosted, registration, Asked { idempotency: None, ..asked }).await
            }
            // The same form once more, after the place was given back: they want it again.
            Ok(Some(place)) if !is_registered(app, &hosted, place).await? => {
                take_place(app, &hosted, registration, Asked { idempotency: None, ..asked }).await
            }
            place => place,
        };
        match place {
            Ok(Some(place)) => {
                // An address that somebody typed is not proven to be theirs: its link goes by mail alone.
                let link = visitor.person().map(|_| {
                    let key = wire::registration::key(&hosted.meeting, registration);
                    let id = wire::ids::write_registrant(&key, place.registrant);
                    app.graph_link(&hosted.meeting, registration, &id, place)
                });
                let language = reader.language(registration.language());
                let links = Links::of(app, &place.link(hosted.meeting.id));
                let calendar = links.offer(language, &hosted.meeting, registration);
                let view = EnrolledView {
                    language,
                    query: &reader.query,
                    subject: registration.subject(&hosted.meeting).unwrap_or_default(),
                    email: form.email.as_deref(),
                    brand: Some(&house.brand),
                    is_framed: leads_out_of_a_frame(reader, built_in),
                    join_url: link.as_deref(),
                    calendar: visitor.person().map(|_| calendar),
                };
                let page = html(StatusCode::OK, language, pages::enrolled_page(&view));
                return Ok(Some(framed_by(page, &built_in.embedding_origins)));
            }
            Err(ApiError::Refused(Refusal::RegistrationFull)) => {
                let (conflict, full) = (StatusCode::CONFLICT, RegistrationState::Full);
                return Ok(Some(show_state(conflict, app, reader, &hosted.meeting, registration, full)));
            }
            Err(error) => return Err(error),
            Ok(None) => app.forget(hosted.meeting.id),
        }
    }
    Err(ApiError::Busy)
}

async fn is_registered(app: &App, hosted: &Hosted, place: Place) -> Result<bool, ApiError> {
    let found = app.store.find_registrant(hosted.meeting.id, place.registrant).await?;
    Ok(found.is_some_and(|registrant| registrant.is_registered()))
}

/// The meeting and the built-in registration that the page's address names, possibly as they were a moment
/// ago: what is decided on them is held against the database.
async fn find(app: &App, id: &str) -> Result<Option<Arc<Hosted>>, ApiError> {
    let Some(key) = wire::ids::read_registration(id) else { return Ok(None) };
    Ok(app.recall_hosted(key.meeting).await?.filter(|hosted| has_page(hosted, &key)))
}

/// The same as they are now: for showing, where nothing is held against the database.
pub async fn find_now(app: &App, id: &str) -> Result<Option<Hosted>, ApiError> {
    let Some(key) = wire::ids::read_registration(id) else { return Ok(None) };
    Ok(app.store.find_hosted(key.meeting).await?.filter(|hosted| has_page(hosted, &key)))
}

fn has_page(hosted: &Hosted, key: &RegistrationKey) -> bool {
    hosted.registration.as_ref().is_some_and(|registration| {
        registration.built_in().is_ok() && wire::registration::key(&hosted.meeting, registration) == *key
    })
}

fn fingerprint(fields: &Fields) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (name, value) in fields {
        for text in [name, value] {
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        }
    }
    hash.finalize().into()
}

/// A form that was sent, and its faults; what it asks of the browser.
#[derive(Default)]
struct Sent<'a> {
    fields: Option<&'a Fields>,
    problems: &'a [FieldProblem],
    proof: Option<proof::Asked>,
}

/// The page as it stands for this visitor, with their input and its faults.
fn page(
    app: &App,
    reader: &Reader,
    hosted: &Hosted,
    registration: &Registration,
    visitor: &Visitor,
    sent: Sent<'_>,
) -> Response {
    let meeting = &hosted.meeting;
    let Ok(built_in) = registration.built_in() else { return not_found(reader) };
    let now = app.clock.now();
    if let Err(refusal) = registration.accepts_at(meeting, now) {
        let status = if sent.fields.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
        let page = show_state(status, app, reader, meeting, registration, shut(&refusal));
        return match refusal {
            Refusal::RegistrationNotOpen { opens_at } => {
                let [spread] = app.ids.bytes();
                look_again(page, opens_at.duration_since(now), spread)
            }
            _ => page,
        };
    }
    let id = wire::ids::write_registration(&wire::registration::key(meeting, registration));
    let mark = match visitor {
        Visitor::Member(session, _) | Visitor::TurnedAway(session, _) => app.sign_in.form_mark(session),
        Visitor::Anybody | Visitor::Stranger => String::new(),
    };
    let session = SessionView { mark: &mark, registration: &id };
    match visitor {
        Visitor::Stranger => {
            let address = app.sign_in.provider(meeting.tenant).map(|_| sign_in::address(&id));
            let state = RegistrationState::SignInNeeded { sign_in_url: address.as_deref() };
            let status = if sent.fields.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
            return show_state(status, app, reader, meeting, registration, state);
        }
        Visitor::TurnedAway(_, why) => {
            let state = RegistrationState::TurnedAway { why: *why, session };
            return show_state(StatusCode::FORBIDDEN, app, reader, meeting, registration, state);
        }
        Visitor::Anybody | Visitor::Member(..) => {}
    }
    // Each page is a request of its own: a reload or a double click sends the same one.
    let nonce = URL_SAFE_NO_PAD.encode(app.ids.bytes::<16>());
    let ids = form::question_ids(built_in, meeting);
    let nothing = Fields::new();
    let fields = sent.fields.unwrap_or(&nothing);
    let filled = visitor.complete(form::filled_form(meeting, fields));
    let flaws = form::field_problems(sent.problems, built_in, &ids, meeting, fields);
    let language = reader.language(registration.language());
    let consent = app.settings.houses.of(meeting.tenant).consent(language);
    let version = consent.map(Consent::version);
    let form = EnrolmentForm {
        nonce: &nonce,
        consent: consent.zip(version.as_ref()).map(|(consent, version)| ConsentBox {
            version: version.as_str(),
            text: &consent.text,
            notice_url: consent.notice_url.as_deref(),
            is_ticked: form::value(fields, "consent") == Some(version.as_str()),
        }),
        session: visitor.person().map(|_| session),
        first_name: filled.first_name.as_deref().unwrap_or_default(),
        last_name: filled.last_name.as_deref().unwrap_or_default(),
        email: filled.email.as_deref().unwrap_or_default(),
        questions: form::questions(built_in, &ids, fields),
        problems: flaws.iter().map(|(field, flaw)| pages::FieldProblem { field, flaw: *flaw }).collect(),
        proof: sent.proof.as_ref().map(proof::Asked::view),
    };
    let status = match &form.proof {
        _ if !flaws.is_empty() => StatusCode::BAD_REQUEST,
        Some(proof) if proof.again => StatusCode::FORBIDDEN,
        _ => StatusCode::OK,
    };
    show_state(status, app, reader, meeting, registration, RegistrationState::Open(form))
}

/// Why there is no form, as the page says it.
fn shut(refusal: &Refusal) -> RegistrationState<'static> {
    match refusal {
        Refusal::RegistrationNotOpen { opens_at } => RegistrationState::NotOpen { opens_at: *opens_at },
        Refusal::RegistrationClosed { closed_at } => RegistrationState::Closed { closed_at: *closed_at },
        _ => RegistrationState::Over,
    }
}

/// Whether links to other pages open a tab: in a frame on another site nobody stays signed in, and no other page of ours
/// may be shown there. A browser that does not tell is taken for one in a frame where there may be one.
fn leads_out_of_a_frame(reader: &Reader, built_in: &BuiltIn) -> bool {
    !built_in.embedding_origins.is_empty() && reader.is_framed().unwrap_or(true)
}

fn show_state(
    status: StatusCode,
    app: &App,
    reader: &Reader,
    meeting: &Meeting,
    registration: &Registration,
    state: RegistrationState<'_>,
) -> Response {
    let Ok(built_in) = registration.built_in() else { return not_found(reader) };
    let language = reader.language(registration.language());
    let house = app.settings.houses.of(meeting.tenant);
    let view = RegistrationView {
        language,
        query: &reader.query,
        zones: house.zones(reader.zone.as_deref()),
        brand: Some(&house.brand),
        is_framed: leads_out_of_a_frame(reader, built_in),
        subject: registration.subject(meeting).unwrap_or_default(),
        description: built_in.description.as_deref(),
        speakers: built_in.speakers.iter().map(speaker).collect(),
        start_at: registration.start_at(meeting),
        end_at: registration.end_at(meeting),
        state,
    };
    let page = scripted(html(status, language, pages::registration_page(&view)));
    framed_by(page, &built_in.embedding_origins)
}

fn speaker(speaker: &domain::Speaker) -> pages::Speaker<'_> {
    pages::Speaker { name: speaker.display_name.as_deref().unwrap_or_default(), bio: speaker.bio.as_deref() }
}
