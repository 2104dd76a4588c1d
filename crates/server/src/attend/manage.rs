//! The manage page: GET shows the own registration, POST cancels it.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::link::Purpose;
use domain::{Person, Registrant};
use http::StatusCode;
use pages::{CanceledView, Language, ManageStatus, ManageView};
use store::Hosted;

use super::gate::{find_by_link, is_its};
use super::page::{html, not_found, problem};
use super::reader::Reader;
use crate::app::App;
use crate::error::ApiError;

/// `GET /m/{token}`: changes nothing, whoever looks, mail scanners included.
pub async fn show(
    State(app): State<App>,
    token: Result<Path<String>, PathRejection>,
    reader: Reader,
) -> Response {
    let Ok(Path(token)) = token else { return not_found(&reader) };
    match find(&app, &token).await {
        Ok(Some((registrant, hosted))) => {
            let language = language(&reader, hosted.as_ref());
            html(StatusCode::OK, language, manage_page(&app, language, &registrant, hosted.as_ref()))
        }
        Ok(None) => not_found(&reader),
        Err(error) => problem(&app, &reader, &error),
    }
}

/// `POST /m/{token}`: cancels. A second press shows the same page.
pub async fn cancel(
    State(app): State<App>,
    token: Result<Path<String>, PathRejection>,
    reader: Reader,
) -> Response {
    let Ok(Path(token)) = token else { return not_found(&reader) };
    let (registrant, hosted) = match find(&app, &token).await {
        Ok(Some(found)) => found,
        Ok(None) => return not_found(&reader),
        Err(error) => return problem(&app, &reader, &error),
    };
    let fact = app.fact("registrant".to_owned());
    if let Err(fault) = app.store.cancel_registrant(registrant.meeting, registrant.id, &fact).await {
        return problem(&app, &reader, &fault.into());
    }
    app.mail_waits();
    let page_url = hosted.as_ref().and_then(|hosted| page_url(&app, hosted));
    let language = language(&reader, hosted.as_ref());
    let view = CanceledView {
        language,
        subject: subject(hosted.as_ref()),
        registration_page_url: page_url.as_deref(),
    };
    html(StatusCode::OK, language, pages::canceled_page(&view))
}

async fn find(app: &App, token: &str) -> Result<Option<(Registrant, Option<Hosted>)>, ApiError> {
    let Some(link) = app.links().key.open(Purpose::Manage, token) else { return Ok(None) };
    let Some(registrant) = find_by_link(app, link).await? else { return Ok(None) };
    let hosted = app.store.find_hosted(registrant.meeting).await?;
    let hosted = hosted.filter(|hosted| is_its(hosted, &registrant));
    Ok(Some((registrant, hosted)))
}

fn manage_page(app: &App, language: Language, registrant: &Registrant, hosted: Option<&Hosted>) -> String {
    let (first_name, last_name) = match &registrant.person {
        Person::Named { named, .. } => (named.first_name.as_str(), named.last_name.as_str()),
        Person::External { .. } => ("", ""),
    };
    let now = app.clock.now();
    let (start_at, end_at) = hosted
        .and_then(|hosted| {
            let registration = hosted.registration.as_ref()?;
            Some((registration.start_at(&hosted.meeting), registration.end_at(&hosted.meeting)))
        })
        .unwrap_or((now, now));
    let status = match hosted {
        None => ManageStatus::MeetingCanceled,
        Some(_) if !registrant.is_registered() => ManageStatus::Canceled,
        Some(_) if now >= end_at => ManageStatus::Over,
        Some(_) => ManageStatus::Registered,
    };
    let page_url = hosted.and_then(|hosted| page_url(app, hosted));
    pages::manage_page(&ManageView {
        language,
        zone: None,
        subject: subject(hosted),
        start_at,
        end_at,
        first_name,
        last_name,
        status,
        registration_page_url: page_url.as_deref(),
    })
}

fn language(reader: &Reader, hosted: Option<&Hosted>) -> Language {
    reader.language(hosted.and_then(|hosted| hosted.registration.as_ref()?.language()))
}

fn subject(hosted: Option<&Hosted>) -> &str {
    hosted.and_then(|hosted| hosted.registration.as_ref()?.subject(&hosted.meeting)).unwrap_or_default()
}

/// Where the person may register again: the page of a built-in registration for everyone.
fn page_url(app: &App, hosted: &Hosted) -> Option<String> {
    let registration = hosted.registration.as_ref().filter(|registration| registration.built_in().is_ok())?;
    let key = wire::registration::key(&hosted.meeting, registration);
    let id = wire::ids::write_registration(&key);
    Some(wire::links::registration_page(&app.settings.public_url, &id, &hosted.meeting))
}
