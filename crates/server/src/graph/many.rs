//! `POST …/registration/enrollRegistrants` and `…/cancelRegistrants`: many people in one request, with a result for each.
//! docs/bulk.md.
//!
//! Each row goes the way of a request by itself: through the same rules and the same turnstile, and no row is undone
//! because another failed.

mod cancel;
mod colleagues;
mod look;
mod rows;

use domain::FieldProblem;
use domain::permission::may_change_many;
use wire::Collection;
use wire::many::{RegistrantResult, Row};

pub use cancel::cancel;
pub use look::Enroller;
pub use rows::{NewRow, check_rows, enroll_rows};

use super::once::sent_key;
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// `POST …/registration/enrollRegistrants`
pub async fn enroll(ask: &Ask<'_>) -> Answer {
    // Who may not, or names no registration, is told that first.
    let (meeting, registration) = ask.registration_as_organizer().await?;
    may_change_many(&ask.caller, meeting.organizer, &registration)?;
    let rows = counted_rows(ask)?;
    let of_all = sent_key(ask)?;
    let rows: Vec<Result<NewRow, FieldProblem>> = rows
        .into_iter()
        .enumerate()
        .map(|(index, row)| {
            let Row { body, key } = row?;
            // A key for the whole request is one for each of its rows.
            let key = key.or_else(|| of_all.map(|key| format!("{index} of {key}")));
            let request = ask.fingerprint_of(serde_json::to_string(&body.0).unwrap_or_default().as_bytes());
            Ok(NewRow { body, key: key.map(|key| (key, request)) })
        })
        .collect();
    let results = enroll_rows(ask.app, &Enroller::Caller(ask), meeting.id, &rows).await?;
    Ok(reply(ask, results))
}

/// The rows, counted against the budgets: each as a request, of which one was counted at the door.
fn counted_rows(ask: &Ask<'_>) -> Result<Vec<Result<Row, FieldProblem>>, ApiError> {
    let rows = wire::many::read_rows(ask.body()?).map_err(|problem| vec![problem])?;
    ask.app.settings.budgets.take_rows(&ask.caller, rows.len() - 1)?;
    Ok(rows)
}

fn reply(ask: &Ask<'_>, results: Vec<RegistrantResult>) -> Reply {
    let context = ask.root().registrant_results();
    Reply::list(&Collection { context, count: None, next_link: None, value: results })
}

fn failed(index: usize, error: &ApiError) -> RegistrantResult {
    RegistrantResult { error: Some(error.for_row(index)), ..numbered(index) }
}

fn numbered(index: usize) -> RegistrantResult {
    RegistrantResult { index: u32::try_from(index).unwrap_or(u32::MAX), ..RegistrantResult::default() }
}
