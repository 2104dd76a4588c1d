//! The sign-up page of a built-in registration. It enrols on the same path as the API.

mod enroll;
mod view;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path, State};
use axum::response::Response;
use domain::Registration;
use domain::seats::Admission;
use http::{HeaderMap, Method, StatusCode};
use pages::{CalledOffView, RegistrationState};
use store::Hosted;
use wire::ids::RegistrationKey;

use self::enroll::try_enroll;
use self::view::{Page, Sent};
use super::form::{self, Fields};
use super::page::{html, not_found, problem};
use super::policy::scripted;
use super::proof;
use super::reader::Reader;
use super::visitor::Visitor;
use crate::app::App;
use crate::client::Client;
use crate::client_address::ClientAddress;
use crate::error::ApiError;
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
    let shown = async {
        let Some(hosted) = find_now(&app, &id).await? else { return gone(&app, &reader, &id).await };
        let Some(page) = Page::of(&app, &reader, &hosted) else { return Ok(not_found(&reader)) };
        let (meeting, registration) = (&hosted.meeting, page.registration);
        count_visit(&app, &hosted, registration, &method, (address, &*reader.headers));
        let organizer = page.find_organizer().await?;
        let page = Page { organizer: organizer.as_deref(), ..page };
        if registration.accepts_at(meeting, app.clock.now()).is_ok()
            && registration.seemed() == Admission::Full
        {
            return Ok(page.state(StatusCode::OK, RegistrationState::Full));
        }
        let visitor = Visitor::of(&app, &reader, meeting, registration).await?;
        let proof = proof::Asked::of(&app, Client::of(address), registration.id, &visitor);
        Ok(page.form(&visitor, &Sent { proof, ..Sent::default() }))
    };
    shown.await.unwrap_or_else(|error: ApiError| problem(&app, &reader, &error))
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
    let Some(past) = app.store.find_past(key.meeting, key.registration).await? else {
        return Ok(not_found(reader));
    };
    let language = reader.language(past.language.as_deref());
    let page = match past.span.filter(|_| past.is_meeting_deleted) {
        Some(span) => {
            let house = app.settings.houses.of(past.tenant);
            pages::called_off_page(&CalledOffView {
                language,
                zones: house.zones(reader.zone.as_deref()),
                brand: Some(&house.brand),
                subject: past.subject.as_deref().unwrap_or_default(),
                span,
                query: &reader.query,
            })
        }
        None => pages::withdrawn_page(language),
    };
    Ok(scripted(html(StatusCode::GONE, language, page)))
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
