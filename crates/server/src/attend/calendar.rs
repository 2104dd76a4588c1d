//! The meeting in somebody's own calendar, by the link to their own registration: a file, or on to a calendar on the web.
//!
//! What scans mail follows its links by GET, and would tell that calendar the personal link: so it is a POST that leads on.
//!
//! The link to join would not do: the entry holds both links, and whoever was passed one must not get the other.

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::link::Link;
use domain::{Meeting, Registration};
use http::{HeaderValue, StatusCode, header};
use pages::{AddTo, CalendarEntry, CalendarOffer, GateState, Language};

use super::gate::show;
use super::manage::{Own, find};
use super::page::{html, not_found, private, problem, see_other};
use super::policy::with_way_out;
use super::reader::Reader;
use crate::app::App;
use crate::error::ApiError;

type Named = Result<Path<(String, String)>, PathRejection>;

/// `GET /m/{token}/{word}`: what the word of [`AddTo`] names, as long as the place is theirs; of a calendar on the web, a
/// button that leads there.
pub async fn show_way(State(app): State<App>, path: Named, reader: Reader) -> Response {
    answer(&app, path, &reader, false).await
}

/// `POST /m/{token}/{word}`: on to the calendar on the web.
pub async fn lead_on(State(app): State<App>, path: Named, reader: Reader) -> Response {
    answer(&app, path, &reader, true).await
}

async fn answer(app: &App, path: Named, reader: &Reader, is_pressed: bool) -> Response {
    let Ok(Path((token, word))) = path else { return not_found(reader) };
    let Some(to) = AddTo::with_word(&word) else { return not_found(reader) };
    let answered = async {
        match find(app, &token).await? {
            Some(own) => add(app, reader, &own, to, is_pressed).await,
            None => Ok(not_found(reader)),
        }
    };
    answered.await.unwrap_or_else(|error: ApiError| problem(app, reader, &error))
}

async fn add(
    app: &App,
    reader: &Reader,
    own: &Own,
    to: AddTo,
    is_pressed: bool,
) -> Result<Response, ApiError> {
    let Own { registrant, hosted, .. } = own;
    let found = hosted.as_ref().and_then(|hosted| Some((hosted, hosted.registration.as_ref()?)));
    let live = found.filter(|_| registrant.is_registered());
    let response = match (live, to) {
        (Some(_), AddTo::File) => app.mailroom.calendar_file(registrant).await?.map(file),
        (Some((hosted, registration)), AddTo::Web(calendar)) => {
            let language = reader.language(registration.language());
            let links = Links::of(app, &registrant.link());
            let entry = links.offer(language, &hosted.meeting, registration).entry;
            if is_pressed {
                see_other(&pages::calendar_address(calendar, &entry))
            } else {
                let brand = Some(&app.settings.houses.of(hosted.meeting.tenant).brand);
                let page = pages::calendar_way_page(language, brand, entry.subject, calendar);
                Some(with_way_out(html(StatusCode::OK, language, page)))
            }
        }
        (None, _) => None,
    };
    let state = if registrant.standing.is_live() && hosted.is_some() && !registrant.is_registered() {
        GateState::NoPlaceYet
    } else {
        GateState::Canceled
    };
    Ok(response.unwrap_or_else(|| show(app, reader, hosted.as_ref(), Some(registrant), state)))
}

/// A file to save or to open with a calendar program.
fn file(text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8; method=PUBLISH"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"meeting.ics\""),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    private(headers);
    response
}

/// Both links of somebody, for the entry in their calendar.
pub(super) struct Links {
    /// The personal link to the meeting.
    pub(super) join: String,
    manage: String,
}

impl Links {
    pub(super) fn of(app: &App, link: &Link) -> Self {
        Self { join: app.links().join(link), manage: app.links().manage(link) }
    }

    /// What a page offers.
    pub(super) fn offer<'a>(
        &'a self,
        language: Language,
        meeting: &'a Meeting,
        registration: &'a Registration,
    ) -> CalendarOffer<'a> {
        let description = registration.built_in().ok().and_then(|built_in| built_in.description.as_deref());
        let entry = CalendarEntry {
            language,
            subject: registration.subject(meeting).unwrap_or_default(),
            description,
            start_at: registration.start_at(meeting),
            end_at: registration.end_at(meeting),
            join_url: &self.join,
        };
        CalendarOffer { entry, manage_url: &self.manage }
    }
}
