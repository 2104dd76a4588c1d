//! The join gate: who comes with a good link is sent to the meeting, wherever it is today.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use domain::enrolment::external_key;
use domain::link::{Link, Purpose};
use domain::meeting::Gate;
use domain::{AllowedRegistrant, MeetingId, Registrant, Registration};
use http::{Method, StatusCode};
use jiff::SignedDuration;
use pages::{GateState, GateView, Zones};
use serde::Deserialize;
use store::{Fault, Hosted};

use super::let_in::{Wish, let_in};
use super::page::{html, look_again, not_found, problem, see_other};
use super::policy::{scripted, with_way_out};
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

/// What the button of a page sends.
#[derive(Deserialize)]
pub struct Button {
    take: Option<String>,
}

type Token = Result<Path<String>, PathRejection>;
type Thread = Result<Path<(String, String)>, PathRejection>;
type GraphQuery = Result<Query<GraphLink>, QueryRejection>;

/// What a link leads to.
enum Found {
    /// The place of one person.
    Registrant(Box<Registrant>),
    /// A meeting, and nobody's place in it.
    Meeting(Box<Hosted>),
}

/// `GET /j/{token}`: the short spelling.
pub async fn short(State(app): State<App>, token: Token, method: Method, reader: Reader) -> Response {
    let found = find_short(&app, token).await;
    answer(&app, &reader, found, Wish::read(&method, &reader.headers)).await
}

/// `POST /j/{token}`: the button of the page there.
pub async fn join_by_short(
    State(app): State<App>,
    token: Token,
    reader: Reader,
    button: Result<Form<Button>, FormRejection>,
) -> Response {
    let found = find_short(&app, token).await;
    answer(&app, &reader, found, pressed(button)).await
}

/// `GET /l/meetup-join/{thread}/0?context=…&k=…`: Graph's spelling. Without a registrant it is the meeting's
/// own link, which opens only meetings that have no registration.
pub async fn graph(
    State(app): State<App>,
    path: Thread,
    query: GraphQuery,
    method: Method,
    reader: Reader,
) -> Response {
    let found = find_graph(&app, path, query).await;
    answer(&app, &reader, found, Wish::read(&method, &reader.headers)).await
}

/// `POST` to the same: the button of the page there.
pub async fn join_by_graph(
    State(app): State<App>,
    path: Thread,
    query: GraphQuery,
    reader: Reader,
    button: Result<Form<Button>, FormRejection>,
) -> Response {
    let found = find_graph(&app, path, query).await;
    answer(&app, &reader, found, pressed(button)).await
}

/// A button of another making takes nothing over.
fn pressed(button: Result<Form<Button>, FormRejection>) -> Wish {
    let takes_over = button.is_ok_and(|Form(button)| button.take.as_deref() == Some("over"));
    Wish::Join { takes_over }
}

async fn answer(app: &App, reader: &Reader, found: Result<Option<Found>, Fault>, wish: Wish) -> Response {
    match found {
        Ok(Some(Found::Registrant(registrant))) => admit(app, reader, &registrant, wish).await,
        Ok(Some(Found::Meeting(hosted))) => admit_without_name(app, reader, &hosted).await,
        Ok(None) => not_found(reader),
        Err(fault) => problem(app, reader, &fault.into()),
    }
}

async fn find_short(app: &App, token: Token) -> Result<Option<Found>, Fault> {
    let Ok(Path(token)) = token else { return Ok(None) };
    let Some(link) = app.links().key.open(Purpose::Join, &token) else { return Ok(None) };
    let registrant = find_by_link(app, link).await?;
    Ok(registrant.map(Box::new).map(Found::Registrant))
}

async fn find_graph(app: &App, path: Thread, query: GraphQuery) -> Result<Option<Found>, Fault> {
    let (Ok(Path((thread, _))), Ok(Query(query))) = (path, query) else { return Ok(None) };
    let Some(meeting) = wire::ids::read_thread(&thread) else { return Ok(None) };
    let context = query.context.as_deref().and_then(|text| serde_json::from_str::<Context>(text).ok());
    let prid = context.and_then(|context| context.prid).filter(|prid| !prid.contains('\0'));
    match (prid, query.k) {
        (Some(prid), Some(seal)) => {
            let registrant = find_by_seal(app, meeting, &prid, &seal).await?;
            Ok(registrant.map(Box::new).map(Found::Registrant))
        }
        (Some(_), None) => Ok(None),
        (None, _) => Ok(app.store.find_hosted(meeting).await?.map(Box::new).map(Found::Meeting)),
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

async fn admit(app: &App, reader: &Reader, registrant: &Registrant, wish: Wish) -> Response {
    let hosted = match app.store.find_hosted(registrant.meeting).await {
        Ok(hosted) => hosted,
        Err(fault) => return problem(app, reader, &fault.into()),
    };
    match hosted {
        Some(hosted) if registrant.is_registered() && is_its(&hosted, registrant) => {
            let (start_at, end_at) = hosted
                .registration
                .as_ref()
                .map_or((hosted.meeting.start_at, hosted.meeting.end_at), |registration| {
                    (registration.start_at(&hosted.meeting), registration.end_at(&hosted.meeting))
                });
            let (opens, now) = (app.settings.opens_minutes_before, app.clock.now());
            match hosted.meeting.gate(start_at, end_at, opens, now) {
                Gate::Open(address) => {
                    let_in(app, reader, &hosted, registrant, (&address, end_at), wish).await
                }
                Gate::Early(opens_at) => {
                    let page = show(
                        app,
                        reader,
                        Some(&hosted),
                        Some(registrant),
                        GateState::Early { opens_at, now },
                    );
                    look_again(page, opens_at.duration_since(now), spread(registrant))
                }
                Gate::Over => show(app, reader, Some(&hosted), Some(registrant), GateState::Over),
                Gate::NoAddress => {
                    let page = show(app, reader, Some(&hosted), Some(registrant), GateState::NoAddress);
                    look_again(page, SignedDuration::from_mins(1), spread(registrant))
                }
            }
        }
        Some(hosted) if is_its(&hosted, registrant) && registrant.standing.is_live() => {
            show(app, reader, Some(&hosted), Some(registrant), GateState::NoPlaceYet)
        }
        // What the meeting holds now may be another registration, which is not theirs to see.
        hosted => {
            let own = hosted.filter(|hosted| is_its(hosted, registrant));
            show(app, reader, own.as_ref(), Some(registrant), GateState::Canceled)
        }
    }
}

/// What tells one person from another, for the page that asks again.
fn spread(registrant: &Registrant) -> u8 {
    registrant.id.0.as_bytes()[15]
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
        return show(app, reader, Some(hosted).filter(|_| is_public), None, state);
    }
    // Whoever saw a sign-up page can write this link. A registration that is gone does not open the room to
    // them.
    match app.store.had_registration(hosted.meeting.id).await {
        Ok(false) => {
            let address = hosted.meeting.join_url.as_deref().and_then(see_other);
            address.unwrap_or_else(|| show(app, reader, Some(hosted), None, GateState::NoAddress))
        }
        Ok(true) => {
            show(app, reader, None, None, GateState::PersonalLinkNeeded { registration_page_url: None })
        }
        Err(fault) => problem(app, reader, &fault.into()),
    }
}

/// The page at the gate, for the registrant whose link it is, if it is somebody's.
pub fn show(
    app: &App,
    reader: &Reader,
    hosted: Option<&Hosted>,
    who: Option<&Registrant>,
    state: GateState<'_>,
) -> Response {
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
        GateState::Canceled | GateState::NoPlaceYet | GateState::PersonalLinkNeeded { .. } => {
            StatusCode::FORBIDDEN
        }
        GateState::Over => StatusCode::GONE,
        GateState::Elsewhere => StatusCode::CONFLICT,
        GateState::Early { .. } | GateState::NoAddress | GateState::Ready => StatusCode::OK,
    };
    let registration = hosted.and_then(|hosted| hosted.registration.as_ref());
    let language = reader.language(registration.and_then(Registration::language));
    let house = hosted.map(|hosted| app.settings.houses.of(hosted.meeting.tenant));
    let view = GateView {
        language,
        zones: Zones {
            registered: who.and_then(|who| who.time_zone.as_deref()),
            ..house.map_or_else(Zones::default, |house| house.zones(reader.zone.as_deref()))
        },
        brand: house.map(|house| &house.brand),
        subject: told.and_then(|(subject, _)| subject),
        span: told.map(|(_, span)| span),
        state,
        query: &reader.query,
    };
    let page = pages::gate_page(&view);
    scripted(match state {
        GateState::Ready | GateState::Elsewhere => with_way_out(html(status, language, page)),
        _ => html(status, language, page),
    })
}
