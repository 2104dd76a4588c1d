//! What a stranger may send to pages, and how often they may try links (docs/protection.md#who-is-counted).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{Method, StatusCode};

use super::page::too_many;
use super::reader::Reader;
use crate::app::App;
use crate::client::Client;
use crate::client_address::ClientAddress;
use crate::guard::Want;

/// Refuses what is too much, with the time after which it is not.
pub async fn keep(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    reader: Reader,
    request: Request,
    next: Next,
) -> Response {
    let client = Client::of(address);
    let room = request.uri().path().split('/').nth(1).unwrap_or_default();
    let is_link = matches!(room, "registration" | "m" | "j" | "l");
    let is_admitted = match want(request.method(), room) {
        Some(want) => app.guard.admit(want, client),
        None => Ok(()),
    };
    let may_go_on = is_admitted.and_then(|()| if is_link { app.guard.may_try_links(client) } else { Ok(()) });
    if let Err(wait) = may_go_on {
        return too_many(&app, &reader, wait);
    }
    let response = next.run(request).await;
    if is_link
        && response.status() == StatusCode::NOT_FOUND
        && let Err(wait) = app.guard.count_wrong_link(client)
    {
        return too_many(&app, &reader, wait);
    }
    response
}

fn want(method: &Method, room: &str) -> Option<Want> {
    match (method, room) {
        (&Method::POST, "registration") => Some(Want::SignUp),
        (&Method::POST, "m") => Some(Want::Manage),
        (_, "sign-in") => Some(Want::SignIn),
        _ => None,
    }
}
