//! `POST …/registration/cancelRegistrants`.

use domain::permission::may_change_many;
use domain::standing::{Cancellation, Standing};
use domain::{Fact, Meeting, ProblemCode, Registrant, RegistrantId, Registration};
use store::Canceled;
use wire::many::{RegistrantResult, Row};

use super::{counted_rows, failed, numbered, reply};
use crate::error::ApiError;
use crate::graph::registrant::{find_named, public_id};
use crate::graph::{Answer, Ask};

/// How many go in one transaction: the meeting is locked meanwhile.
const PARTY: usize = 32;

/// `POST …/registration/cancelRegistrants`
pub async fn cancel(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    may_change_many(&ask.caller, meeting.organizer, &registration)?;
    let rows = counted_rows(ask)?;
    let mut results = Vec::with_capacity(rows.len());
    let mut rows = rows.into_iter().enumerate();
    loop {
        let mut party = Vec::with_capacity(PARTY);
        for (index, row) in rows.by_ref().take(PARTY) {
            let found = match row {
                Ok(row) => find(ask, &meeting, &registration, &row).await,
                Err(problem) => Err(vec![problem].into()),
            };
            party.push((index, found));
        }
        if party.is_empty() {
            break;
        }
        results.extend(cancel_party(ask, &meeting, &registration, party).await);
    }
    ask.app.mail_waits();
    Ok(reply(ask, results))
}

async fn find(
    ask: &Ask<'_>,
    meeting: &Meeting,
    registration: &Registration,
    row: &Row,
) -> Result<Registrant, ApiError> {
    let mut problems = Vec::new();
    let mut members = row.body.members(&mut problems);
    let id = members.text("id", usize::MAX).value();
    if id.is_none() {
        members.report("id", ProblemCode::Missing, "`id` is missing: give the registrant's id");
    }
    match id {
        Some(id) if problems.is_empty() => find_named(ask.app, meeting, registration, &id).await,
        _ => {
            problems.truncate(1);
            Err(problems.into())
        }
    }
}

async fn cancel_party(
    ask: &Ask<'_>,
    meeting: &Meeting,
    registration: &Registration,
    party: Vec<(usize, Result<Registrant, ApiError>)>,
) -> Vec<RegistrantResult> {
    let there = party.iter().filter_map(|(_, found)| found.as_ref().ok());
    let facts: Vec<(RegistrantId, Fact)> = there.map(|registrant| (registrant.id, ask.fact())).collect();
    let canceled = ask.app.store.cancel_registrants(meeting.id, &facts).await.map_err(ApiError::from);
    if let Err(error) = &canceled {
        error.log_cause();
    }
    let mut done = canceled.as_deref().unwrap_or_default().iter().zip(&facts);
    let mut results = Vec::with_capacity(party.len());
    for (index, found) in party {
        let told = match (found, &canceled) {
            (Err(error), _) => failed(index, &error),
            (Ok(_), Err(error)) => failed(index, error),
            (Ok(registrant), Ok(_)) => {
                let stands = match done.next() {
                    Some((Canceled::Now, (_, fact))) => {
                        let end = Cancellation { at: fact.at, by: fact.actor.clone(), reason: None };
                        Ok(Standing::Canceled(end))
                    }
                    _ => as_it_is(ask, &registrant).await,
                };
                match stands {
                    Ok(standing) => show(index, public_id(meeting, registration, &registrant), &standing),
                    Err(error) => failed(index, &error),
                }
            }
        };
        results.push(told);
    }
    results
}

/// Where somebody stands whose registration was over before, perhaps a moment ago.
async fn as_it_is(ask: &Ask<'_>, registrant: &Registrant) -> Result<Standing, ApiError> {
    let found = ask.app.store.find_registrant(registrant.meeting, registrant.id).await?;
    Ok(found.map_or_else(|| registrant.standing.clone(), |registrant| registrant.standing))
}

fn show(index: usize, id: String, standing: &Standing) -> RegistrantResult {
    RegistrantResult {
        status: Some(standing.status()),
        id: Some(id),
        cancelation_date_time: standing.end().map(|end| wire::time::write(end.at)),
        canceled_by: standing.end().map(|end| end.by.clone()),
        ..numbered(index)
    }
}
