//! What happens at an open door: one device at a time where it is configured, the record, and the way on.

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Person, Registrant, Registration};
use http::{HeaderMap, Method, header};
use jiff::Timestamp;
use pages::GateState;
use sha2::{Digest, Sha256};
use store::{Fault, Hosted, Pass};

use super::cookie;
use super::gate::show;
use super::page::{problem, see_other};
use super::reader::Reader;
use super::room::Visitor;
use crate::app::App;
use crate::visits::is_ahead_of_time;

/// What somebody with a good link asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To see where the link leads, as programs do that look into mails, or that fetch what might be wanted next.
    Peep,
    /// To follow the link.
    Follow,
    /// To join, by the button.
    Join {
        /// And no longer on another device.
        takes_over: bool,
    },
}

impl Wish {
    /// What a request without a body is for.
    pub fn read(method: &Method, headers: &HeaderMap) -> Self {
        if *method == Method::HEAD || is_ahead_of_time(headers) { Self::Peep } else { Self::Follow }
    }
}

/// Lets a registrant in to the meeting at `address`, which takes place until `end_at`.
pub async fn let_in(
    app: &App,
    reader: &Reader,
    hosted: &Hosted,
    registrant: &Registrant,
    (address, end_at): (&str, Timestamp),
    wish: Wish,
) -> Response {
    let entry = match entry(app, reader, hosted, registrant, (address, end_at)).await {
        Ok(entry) => entry,
        Err(fault) => return problem(app, reader, &fault.into()),
    };
    let Some(way) = see_other(&entry) else {
        return show(app, reader, Some(hosted), Some(registrant), GateState::NoAddress);
    };
    let is_alone = hosted.meeting.settings.one_device.unwrap_or(app.settings.one_device);
    match (wish, is_alone.then_some(app.settings.device)) {
        (Wish::Peep, None) => way,
        (Wish::Follow | Wish::Join { .. }, None) => {
            record(app, registrant).await;
            way
        }
        (Wish::Peep | Wish::Follow, Some(_)) => {
            show(app, reader, Some(hosted), Some(registrant), GateState::Ready)
        }
        (Wish::Join { takes_over }, Some(active)) => {
            let device = device(app, reader).unwrap_or_else(|| app.ids.bytes());
            let now = app.clock.now();
            let pass = Pass {
                registrant,
                device: &hash(&device, registrant),
                at: now,
                // No pass is too late to be taken over, by whatever clock it was made.
                active_since: if takes_over { Timestamp::MAX } else { now - active },
            };
            match app.store.enter(pass).await {
                Ok(true) => with_device(app, way, &device),
                Ok(false) => show(app, reader, Some(hosted), Some(registrant), GateState::Elsewhere),
                Err(fault) => problem(app, reader, &fault.into()),
            }
        }
    }
}

/// Notes that somebody was let in: once a minute, and whoever comes again within it keeps no writer busy. Nobody waits
/// outside because a list cannot be kept.
async fn record(app: &App, registrant: &Registrant) {
    let now = app.clock.now();
    let minute = now.as_second().div_euclid(60);
    if app.memory.passes.get(&registrant.id) == Some(minute) {
        return;
    }
    match app.store.record_attendance(registrant, now).await {
        Ok(()) => app.memory.passes.insert(registrant.id, minute),
        Err(fault) => {
            let cause = std::error::Error::source(&fault).map(ToString::to_string).unwrap_or_default();
            tracing::error!(cause, "somebody was let in and it could not be recorded");
        }
    }
}

/// Where the registrant goes: a room's entry for this person, or the address as it is.
async fn entry(
    app: &App,
    reader: &Reader,
    hosted: &Hosted,
    registrant: &Registrant,
    (address, end_at): (&str, Timestamp),
) -> Result<String, Fault> {
    let tenant = hosted.meeting.tenant;
    let Some(room) = app.settings.rooms.find(tenant, address) else { return Ok(address.to_owned()) };
    let (name, email) = match &registrant.person {
        Some(Person::Named { named, .. }) => {
            (Some(format!("{} {}", named.first_name, named.last_name)), Some(named.email.as_typed()))
        }
        Some(Person::External { user: Some(user), .. }) => (
            app.store.find_person(tenant, user.person).await?.person.and_then(|person| person.display_name),
            None,
        ),
        Some(Person::External { user: None, .. }) | None => (None, None),
    };
    let own_language = hosted.registration.as_ref().and_then(Registration::language);
    let visitor = Visitor {
        id: &registrant.id.to_string(),
        name: &name.unwrap_or_else(|| pages::guest_name(reader.language(own_language))),
        email,
        now: app.clock.now(),
        until: end_at,
    };
    Ok(room.entry(&visitor).unwrap_or_else(|| address.to_owned()))
}

/// The cookie that tells one device from another. It says nothing else and lives for a day.
const COOKIE: &str = "device";
const REMEMBERED: i64 = 24 * 60 * 60;

/// The device that sent the request, if it was let in before.
fn device(app: &App, reader: &Reader) -> Option<[u8; 16]> {
    let value = cookie::read(app.settings.is_https(), &reader.headers, COOKIE)?;
    URL_SAFE_NO_PAD.decode(value).ok()?.try_into().ok()
}

/// What is stored of a device: another value for each link, so that the table does not tell who shares a device.
fn hash(device: &[u8; 16], registrant: &Registrant) -> [u8; 32] {
    Sha256::new().chain_update(device).chain_update(registrant.id.0).finalize().into()
}

fn with_device(app: &App, mut way: Response, device: &[u8; 16]) -> Response {
    let kept = cookie::set(app.settings.is_https(), COOKIE, &URL_SAFE_NO_PAD.encode(device), REMEMBERED);
    way.headers_mut().extend(kept.map(|kept| (header::SET_COOKIE, kept)));
    way
}
