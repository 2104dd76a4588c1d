//! The join gate: who comes with a good link is sent to the meeting, wherever it is today.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::enrolment::external_key;
use domain::link::{Link, Purpose};
use domain::meeting::Gate;
use domain::{AllowedRegistrant, MeetingId, Registrant, Registration};
use http::StatusCode;
use pages::{GateState, GateView};
use serde::Deserialize;
use store::{Fault, Hosted};

use super::page::{html, not_found, problem, see_other};
use super::reader::Reader;
use crate::app::App;

/// The query of Graph's spelling of a join link.
#[derive(Deserialize)]
pub struct GraphLink {
    context: Option<String>,
    k: Option<String>,
}

/// The one member of the context that is needed; the others are in the meeting.
#[derive(Deserialize)]
struct Context {
    prid: Option<String>,
}

/// `GET /j/{token}`: the short spelling.
pub async fn short(
    State(app): State<App>,
    token: Result<Path<String>, PathRejection>,
    reader: Reader,
) -> Response {
    let Ok(Path(token)) = token else { return not_found(&reader) };
    let Some(link) = app.links().key.open(Purpose::Join, &token) else { return not_found(&reader) };
    match find_by_link(&app, link).await {
        Ok(Some(registrant)) => admit(&app, &reader, &registrant).await,
        Ok(None) => not_found(&reader),
        Err(fault) => problem(&app, &reader, &fault.into()),
    }
}

/// `GET /l/meetup-join/{thread}/0?context=…&k=…`: Graph's spelling. Without a registrant it is the meeting's
/// own link, which opens only meetings that have no registration.
pub async fn graph(
    State(app): State<App>,
    path: Result<Path<(String, String)>, PathRejection>,
    query: Result<Query<GraphLink>, QueryRejection>,
    reader: Reader,
) -> Response {
    let (Ok(Path((thread, _))), Ok(Query(query))) = (path, query) else { return not_found(&reader) };
    let Some(meeting) = wire::ids::read_thread(&thread) else { return not_found(&reader) };
    let context = query.context.as_deref().and_then(|text| serde_json::from_str::<Context>(text).ok());
    let prid = context.and_then(|context| context.prid).filter(|prid| !prid.contains('\0'));
    let answer = match (prid, query.k) {
        (Some(prid), Some(seal)) => match find_by_seal(&app, meeting, &prid, &seal).await {
            Ok(Some(registrant)) => return admit(&app, &reader, &registrant).await,
            Ok(None) => Ok(None),
            Err(fault) => Err(fault),
        },
        (Some(_), None) => Ok(None),
        (None, _) => app.store.find_hosted(meeting).await,
    };
    match answer {
        Ok(Some(hosted)) => admit_without_name(&app, &reader, &hosted).await,
        Ok(None) => not_found(&reader),
        Err(fault) => problem(&app, &reader, &fault.into()),
    }
}

/// The registrant of a link whose MAC is good, if the link is of the living generation.
pub async fn find_by_link(app: &App, link: Link) -> Result<Option<Registrant>, Fault> {
    let registrant = app.store.find_registrant(link.meeting, link.registrant).await?;
    Ok(registrant.filter(|registrant| registrant.generation == link.generation))
}

/// Built-in registrants are named by Graph's id, external ones by their own system's.
async fn find_by_seal(
    app: &App,
    meeting: MeetingId,
    prid: &str,
    seal: &str,
) -> Result<Option<Registrant>, Fault> {
    let id = match wire::ids::read_registrant(prid) {
        Some((key, id)) if key.meeting == meeting => Some(id),
        _ => app.store.find_live_registrant(meeting, &external_key(prid)).await?.map(|found| found.id),
    };
    let link = id.and_then(|id| app.links().key.open_beside(Purpose::Join, meeting, id, seal));
    match link {
        Some(link) => find_by_link(app, link).await,
        None => Ok(None),
    }
}

async fn admit(app: &App, reader: &Reader, registrant: &Registrant) -> Response {
    let hosted = match app.store.find_hosted(registrant.meeting).await {
        Ok(hosted) => hosted,
        Err(fault) => return problem(app, reader, &fault.into()),
    };
    match hosted {
        Some(hosted) if registrant.is_registered() => {
            let (start_at, end_at) = hosted
                .registration
                .as_ref()
                .map_or((hosted.meeting.start_at, hosted.meeting.end_at), |registration| {
                    (registration.start_at(&hosted.meeting), registration.end_at(&hosted.meeting))
                });
            let opens = app.settings.opens_minutes_before;
            match hosted.meeting.gate(start_at, end_at, opens, app.clock.now()) {
                Gate::Open(address) => {
                    see_other(&address).unwrap_or_else(|| show(reader, Some(&hosted), GateState::NoAddress))
                }
                Gate::Early(opens_at) => show(reader, Some(&hosted), GateState::Early { opens_at }),
                Gate::Over => show(reader, Some(&hosted), GateState::Over),
                Gate::NoAddress => show(reader, Some(&hosted), GateState::NoAddress),
            }
        }
        // What the meeting holds now may be another registration, which is not theirs to see.
        hosted => {
            let own = hosted.filter(|hosted| is_its(hosted, registrant));
            show(reader, own.as_ref(), GateState::Canceled)
        }
    }
}

/// Whether the registrant belongs to the registration that the meeting has now.
pub fn is_its(hosted: &Hosted, registrant: &Registrant) -> bool {
    hosted.registration.as_ref().is_some_and(|registration| registration.id == registrant.registration)
}

async fn admit_without_name(app: &App, reader: &Reader, hosted: &Hosted) -> Response {
    if let Some(registration) = &hosted.registration {
        let is_public =
            registration.built_in().is_ok() && registration.allowed_registrant == AllowedRegistrant::Everyone;
        let page = is_public.then(|| {
            let key = wire::registration::key(&hosted.meeting, registration);
            let id = wire::ids::write_registration(&key);
            wire::links::registration_page(&app.settings.public_url, &id, &hosted.meeting)
        });
        let state = GateState::PersonalLinkNeeded { registration_page_url: page.as_deref() };
        return show(reader, Some(hosted).filter(|_| is_public), state);
    }
    // Whoever saw a sign-up page can write this link. A registration that is gone does not open the room to
    // them.
    match app.store.had_registration(hosted.meeting.id).await {
        Ok(false) => {
            let address = hosted.meeting.join_url.as_deref().and_then(see_other);
            address.unwrap_or_else(|| show(reader, Some(hosted), GateState::NoAddress))
        }
        Ok(true) => show(reader, None, GateState::PersonalLinkNeeded { registration_page_url: None }),
        Err(fault) => problem(app, reader, &fault.into()),
    }
}

fn show(reader: &Reader, hosted: Option<&Hosted>, state: GateState<'_>) -> Response {
    let told = hosted.map(|hosted| {
        let meeting = &hosted.meeting;
        match &hosted.registration {
            Some(registration) => (
                registration.subject(meeting),
                (registration.start_at(meeting), registration.end_at(meeting)),
            ),
            None => (meeting.subject.as_deref(), (meeting.start_at, meeting.end_at)),
        }
    });
    let status = match state {
        GateState::Canceled | GateState::PersonalLinkNeeded { .. } => StatusCode::FORBIDDEN,
        GateState::Over => StatusCode::GONE,
        GateState::Early { .. } | GateState::NoAddress => StatusCode::OK,
    };
    let registration = hosted.and_then(|hosted| hosted.registration.as_ref());
    let language = reader.language(registration.and_then(Registration::language));
    let view = GateView {
        language,
        zone: None,
        subject: told.and_then(|(subject, _)| subject),
        span: told.map(|(_, span)| span),
        state,
        query: &reader.query,
    };
    html(status, language, pages::gate_page(&view))
}
