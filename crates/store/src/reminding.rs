//! Reminders: when the next one of a meeting is due, its letters, and who wants none.

use std::borrow::Cow;

use domain::{Fact, MeetingId, Registrant, Reminders};
use jiff::Timestamp;
use uuid::Uuid;

use crate::announce::telling;
use crate::engine::{Tx, query};
use crate::mailing::{DUE_SLOTS, DUE_SLOTS_OF_NODES, DueMailing, MailingRow, advance, end, list, queue};
use crate::meeting::record;
use crate::rows::{from_json, instant, json, micros, number};
use crate::{Fault, Store, write_tx};

const BEGIN_REMINDERS: &str =
    "INSERT INTO mailing (slot, meeting_id, registration_id, kind, due_at, about, since_at, actor)
    VALUES ($1, $2, $3, 'reminder', $4, 0, $4, $5)
    ON CONFLICT (slot, meeting_id, registration_id, kind) DO UPDATE SET due_at = excluded.due_at, about = 0,
        since_at = excluded.since_at, actor = excluded.actor, after_registrant = NULL, until_registrant = NULL";
const FIND_LAST: &str =
    "SELECT last_registrant FROM roster WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";
const SLEEP: &str = "UPDATE mailing SET due_at = $4, since_at = $5, about = 0, after_registrant = NULL,
        until_registrant = NULL
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND kind = 'reminder'";
const WAKE: &str = "UPDATE mailing SET due_at = $2 WHERE slot = $1 AND due_at > $2 AND kind = 'reminder'";
const FIND_REMINDERS: &str = "SELECT reminders FROM deployment WHERE deployment_id = 1";
const KEEP_REMINDERS: &str = "UPDATE deployment SET reminders = $1 WHERE deployment_id = 1";
const STOP_REMINDERS: &str = "UPDATE registrant SET reminders_stopped_at = $4
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND live_key IS NOT NULL
        AND reminders_stopped_at IS NULL";
const RESUME_REMINDERS: &str = "UPDATE registrant SET reminders_stopped_at = NULL
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND live_key IS NOT NULL
        AND reminders_stopped_at IS NOT NULL";

impl Store {
    /// Lets every reminder be reckoned anew where the list of reminders is no longer the one they were reckoned by.
    pub async fn keep_to_reminders(&self, reminders: &Reminders, now: Timestamp) -> Result<(), Fault> {
        let list = write(reminders);
        let known: Option<String> = query(FIND_REMINDERS).fetch_value(&self.readers).await?;
        if known.as_deref() == Some(&*list) {
            return Ok(());
        }
        let text = if self.is_spread { DUE_SLOTS_OF_NODES } else { DUE_SLOTS };
        let slots: Vec<i64> = query(text).bind(i64::MAX).fetch_values(&self.readers).await?;
        for slot in slots {
            query(WAKE).bind(slot).bind(micros(now)).execute(&self.writer).await?;
        }
        query(KEEP_REMINDERS).bind(list).execute(&self.writer).await?;
        Ok(())
    }

    /// Sends somebody registered no more reminders; saying so again changes nothing, and whoever has no place gets none.
    ///
    /// It needs no lock of the meeting: it rests on nothing but the row that it changes.
    pub async fn stop_reminders(&self, registrant: &Registrant, fact: &Fact) -> Result<(), Fault> {
        let meeting = registrant.meeting;
        write_tx!(self, |tx| {
            let stop = query(STOP_REMINDERS).bind(meeting.slot().number()).bind(meeting.0);
            let stop = stop.bind(registrant.id.0).bind(micros(fact.at));
            if stop.execute(&mut *tx).await? == 1 {
                record!(tx, meeting, fact, "remindersStopped", Some(registrant.id.0), None::<&str>);
            }
        });
        Ok(())
    }

    /// Sends somebody registered reminders again, from the next one on.
    pub async fn resume_reminders(&self, registrant: &Registrant, fact: &Fact) -> Result<(), Fault> {
        let meeting = registrant.meeting;
        write_tx!(self, |tx| {
            let resume = query(RESUME_REMINDERS).bind(meeting.slot().number()).bind(meeting.0);
            if resume.bind(registrant.id.0).execute(&mut *tx).await? == 1 {
                record!(tx, meeting, fact, "remindersResumed", Some(registrant.id.0), None::<&str>);
            }
        });
        Ok(())
    }
}

/// A list of reminders as it is stored.
pub(crate) fn write(reminders: &Reminders) -> String {
    json(&reminders.minutes().collect::<Vec<_>>())
}

/// A stored list.
pub(crate) fn read(list: &str) -> Result<Reminders, Fault> {
    Ok(Reminders::new(from_json::<Vec<u32>>(list)?))
}

/// The registration's own list, or else `default`.
pub(crate) fn in_force<'a>(own: Option<&str>, default: &'a Reminders) -> Result<Cow<'a, Reminders>, Fault> {
    own.map_or(Ok(Cow::Borrowed(default)), |own| read(own).map(Cow::Owned))
}

/// Lets the reminders of a registration be reckoned anew, from now on.
pub(crate) async fn schedule_reminders(
    tx: &mut Tx,
    meeting: MeetingId,
    registration: Uuid,
    fact: &Fact,
) -> Result<(), Fault> {
    query(BEGIN_REMINDERS)
        .bind(number(meeting.slot()))
        .bind(meeting.0)
        .bind(registration)
        .bind(micros(fact.at))
        .bind(&fact.actor)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Sends the reminder that is due, a piece at a time, and sleeps until the next one.
pub(crate) async fn remind(
    tx: &mut Tx,
    due: &DueMailing,
    row: MailingRow,
    default: &Reminders,
    ids: &[Uuid],
    now: Timestamp,
) -> Result<(), Fault> {
    let told = telling(tx, due.meeting).await?.filter(|told| told.registration_id == due.registration);
    let Some(told) = told else { return end(tx, due).await };
    let (start_at, since_at) = (instant(told.start_at)?, instant(row.since_at)?);
    let reminders = in_force(told.reminders.as_deref(), default)?;
    if now >= start_at {
        return end(tx, due).await;
    }
    let sleep = async |tx: &mut Tx, since_at: Timestamp| {
        let next = reminders.next(start_at, now.max(since_at)).unwrap_or(start_at);
        due.about(SLEEP).bind(micros(next)).bind(micros(since_at)).execute(&mut *tx).await.map(drop)
    };
    let Some(moment) = reminders.due(start_at, now).filter(|moment| *moment > since_at) else {
        return sleep(tx, since_at).await;
    };
    let about = micros(moment);
    let row = if row.about == about { row } else { begin_reminder(tx, due, row, about).await? };
    let listed = list(tx, due, &row, ids.len() as i64).await?;
    // Whoever came later knows the time from their confirmation, a moment ago as it were.
    let reminded = listed.iter().filter(|listed| listed.is_to_be_told && listed.registered_at < about);
    queue(tx, due, &row, reminded, ids, now).await?;
    match listed.last().filter(|_| listed.len() == ids.len()) {
        Some(last) => advance(tx, due, &row, last.registrant_id).await,
        None => sleep(tx, moment).await,
    }
}

/// A reminder from the beginning of the list, as far as it goes now.
async fn begin_reminder(
    tx: &mut Tx,
    due: &DueMailing,
    row: MailingRow,
    about: i64,
) -> Result<MailingRow, Fault> {
    let last: Option<Option<Uuid>> = due.about(FIND_LAST).fetch_optional_value(&mut *tx).await?;
    Ok(MailingRow { about, after_registrant: None, until_registrant: last.flatten(), ..row })
}
