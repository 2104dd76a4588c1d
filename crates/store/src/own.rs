//! What a registrant does with their own registration, by their link; giving the place back is in [`crate::cancel`].

use domain::enrolment::Details;
use domain::{Answer, Fact, MeetingId, Registrant, RegistrantId, Registration};
use uuid::Uuid;

use crate::engine::query;
use crate::letters::forget_answers;
use crate::life::{leave, offer_expires_at};
use crate::meeting::record;
use crate::registrant::{answers_json, read_registrant};
use crate::registration::is_of_version;
use crate::rows::{micros, number};
use crate::{Fault, Store, lock, write_tx};

/// What became of somebody's change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is stored.
    Now,
    /// The registration or its questions changed meanwhile: check again.
    Stale,
    /// The place was given back.
    Canceled,
}

const CHANGE: &str = "UPDATE registrant SET first_name = $4, last_name = $5, answers = $6, time_zone = $7
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND live_key IS NOT NULL";
const CHANGE_ANSWERS: &str = "UPDATE registrant SET answers = $4
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND live_key IS NOT NULL";
/// Once for each id: whoever asks again is told the same and gets nothing more.
const ASK_FOR_LETTER: &str = "INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor)
    VALUES ($1, $2, $3, $4, 'letterRequested', $5, $6) ON CONFLICT (slot, meeting_id, event_id) DO NOTHING";
const SEND_AGAIN: &str =
    "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts, about)
    VALUES ($1, $2, $3, $4, $5, $6, 0, $7)";
/// The row stays, as a place that was taken and given back; its links are dead. An insert that always meets the row finds it
/// by the key it names. An update would look for it, and PostgreSQL may take the other key that begins alike, by which it
/// reads all of a meeting. The row is read as the first from its id on for the same reason.
const ERASE: &str = "INSERT INTO registrant (slot, meeting_id, registrant_id, registration_id, answers, generation,
        registered_at, registered_by)
    SELECT slot, meeting_id, registrant_id, registration_id, '[]', generation, registered_at, registered_by
    FROM (SELECT slot, meeting_id, registrant_id, registration_id, generation, registered_at, registered_by, email
        FROM registrant WHERE slot = $1 AND meeting_id = $2 AND registrant_id >= $3
        ORDER BY registrant_id LIMIT 1) found
    WHERE found.registrant_id = $3 AND found.email IS NOT NULL
    ON CONFLICT (slot, meeting_id, registrant_id) DO UPDATE SET first_name = NULL, last_name = NULL, email = NULL,
        user_id = NULL, user_tenant_id = NULL, answers = '[]', consent = NULL, language = NULL, time_zone = NULL,
        canceled_reason = NULL, generation = registrant.generation + 1,
        registered_by = CASE WHEN registrant.registered_by = $4 THEN 'registrant' ELSE registrant.registered_by END,
        canceled_by = CASE WHEN registrant.canceled_by = $4 THEN 'registrant' ELSE registrant.canceled_by END";
const FIND_USER: &str =
    "SELECT user_id FROM registrant WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3";
const FORGET_ACTOR: &str = "UPDATE event SET actor = 'registrant'
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND actor = $4";

impl Store {
    /// Stores other answers, checked against the questions of `registration`.
    pub async fn change_answers(
        &self,
        registrant: RegistrantId,
        registration: &Registration,
        answers: &[Answer],
        fact: &Fact,
    ) -> Result<Changed, Fault> {
        let meeting = registration.meeting;
        let slot = number(meeting.slot());
        Ok(write_tx!(self, |tx| {
            lock(tx, meeting).await?;
            let is_current = is_of_version(tx, registration).await?;
            let changed = query(CHANGE_ANSWERS)
                .bind(slot)
                .bind(meeting.0)
                .bind(registrant.0)
                .bind(answers_json(answers));
            if !is_current {
                Changed::Stale
            } else if changed.execute(&mut *tx).await? == 0 {
                Changed::Canceled
            } else {
                record!(tx, meeting, fact, "registrantUpdated", Some(registrant.0), None::<&str>);
                Changed::Now
            }
        }))
    }

    /// Stores other details, checked against the questions of `registration`, of somebody who is still as they were looked
    /// at.
    pub async fn update_registrant(
        &self,
        seen: &Registrant,
        registration: &Registration,
        details: &Details,
        fact: &Fact,
    ) -> Result<Changed, Fault> {
        let meeting = registration.meeting;
        Ok(write_tx!(self, |tx| {
            lock(tx, meeting).await?;
            let is_current = is_of_version(tx, registration).await?
                && read_registrant(&mut *tx, meeting, seen.id).await?.as_ref() == Some(seen);
            let changed = query(CHANGE)
                .bind(number(meeting.slot()))
                .bind(meeting.0)
                .bind(seen.id.0)
                .bind(&details.named.first_name)
                .bind(&details.named.last_name)
                .bind(answers_json(&details.answers))
                .bind(&details.time_zone);
            if !is_current {
                Changed::Stale
            } else if changed.execute(&mut *tx).await? == 0 {
                Changed::Canceled
            } else {
                record!(tx, meeting, fact, "registrantUpdated", Some(seen.id.0), None::<&str>);
                Changed::Now
            }
        }))
    }

    /// Queues the letter that tells somebody how they stand once more, unless that was done under the id of `fact` before; see
    /// [`Registrant::letter_request`].
    pub async fn ask_for_letter(&self, registrant: &Registrant, fact: &Fact) -> Result<(), Fault> {
        let slot = number(registrant.meeting.slot());
        write_tx!(self, |tx| {
            let is_first = query(ASK_FOR_LETTER)
                .bind(slot)
                .bind(registrant.meeting.0)
                .bind(fact.id)
                .bind(micros(fact.at))
                .bind(registrant.id.0)
                .bind(&fact.actor)
                .execute(&mut *tx)
                .await?
                == 1;
            if is_first {
                query(SEND_AGAIN)
                    .bind(slot)
                    .bind(fact.id)
                    .bind(registrant.meeting.0)
                    .bind(registrant.id.0)
                    .bind(registrant.standing.letter().name())
                    .bind(micros(fact.at))
                    .bind(offer_expires_at(&registrant.standing).unwrap_or_default())
                    .execute(&mut *tx)
                    .await?;
            }
        });
        Ok(())
    }

    /// Forgets who a registrant of a built-in registration was: names, address, answers, and who of the directory. Whoever
    /// still had a place gives it back, without a letter, by `cancellation`. Letters that wait are not sent.
    pub async fn erase_registrant(
        &self,
        meeting: MeetingId,
        registrant: RegistrantId,
        cancellation: &Fact,
        erasure: &Fact,
    ) -> Result<(), Fault> {
        let slot = number(meeting.slot());
        write_tx!(self, |tx| {
            lock(tx, meeting).await?;
            leave(tx, meeting, registrant, cancellation, false).await?;
            let about = |text: &'static str| query(text).bind(slot).bind(meeting.0).bind(registrant.0);
            let user: Option<Option<Uuid>> = about(FIND_USER).fetch_optional_value(&mut *tx).await?;
            let themself = user.flatten().map(|user| format!("person:{user}"));
            if about(ERASE).bind(themself.as_deref().unwrap_or_default()).execute(&mut *tx).await? == 1 {
                forget_answers(tx, meeting, registrant).await?;
                if let Some(themself) = &themself {
                    about(FORGET_ACTOR).bind(themself).execute(&mut *tx).await?;
                }
                record!(tx, meeting, erasure, "registrantErased", Some(registrant.0), None::<&str>);
            }
        });
        Ok(())
    }
}
