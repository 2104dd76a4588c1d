//! The link that switches the reminders of one meeting off: GET shows a button, POST does it, wherever it is posted from,
//! because mail programs post by themselves (RFC 8058). It does nothing else and needs no cookie.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::Registrant;
use domain::link::Purpose;
use http::StatusCode;

use super::gate::find_by_link;
use super::manage::Own;
use super::page::{html, not_found, problem};
use super::reader::Reader;
use crate::app::App;
use crate::error::ApiError;

type Token = Result<Path<String>, PathRejection>;

/// `GET /u/{token}`: changes nothing, whoever looks.
pub async fn show(State(app): State<App>, token: Token, reader: Reader) -> Response {
    answer(&app, token, &reader, false).await
}

/// `POST /u/{token}`, with any body.
pub async fn act(State(app): State<App>, token: Token, reader: Reader) -> Response {
    answer(&app, token, &reader, true).await
}

async fn answer(app: &App, token: Token, reader: &Reader, is_asked: bool) -> Response {
    let Ok(Path(token)) = token else { return not_found(reader) };
    let answered = async {
        let Some(registrant) = find(app, &token).await? else { return Ok(not_found(reader)) };
        // Whoever asks again and again keeps no writer busy.
        if is_asked && registrant.wants_reminders {
            app.store.stop_reminders(&registrant, &app.fact("registrant".to_owned())).await?;
        }
        let is_done = is_asked || !registrant.wants_reminders;
        let own = Own::of(app, registrant).await?;
        let (language, subject) = (own.language(reader), own.subject().unwrap_or_default());
        let brand = own.house(app).map(|house| &house.brand);
        Ok(html(StatusCode::OK, language, pages::stop_reminders_page(language, brand, subject, is_done)))
    };
    answered.await.unwrap_or_else(|error: ApiError| problem(app, reader, &error))
}

async fn find(app: &App, token: &str) -> Result<Option<Registrant>, ApiError> {
    let Some(link) = app.links().key.open(Purpose::StopReminders, token) else { return Ok(None) };
    Ok(find_by_link(app, link).await?)
}
