//! Registrations: at most one of a meeting is live.

use domain::question::{AnswerInput, AnswerInputType};
use domain::{
    AllowedRegistrant, BuiltIn, Fact, MeetingId, Origin, Question, QuestionId, Registration, RegistrationId,
    RegistrationKind, Speaker,
};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Tx, query};
use crate::meeting::record;
use crate::rows::{from_json, instant_or_none, json, micros, number};
use crate::{Fault, Made, Once, Store, announce, closing, lock, offers, once, reminding, write_tx};

#[derive(FromRow)]
struct RegistrationRow {
    registration_id: Uuid,
    is_external: bool,
    allowed_registrant: String,
    subject: Option<String>,
    description: Option<String>,
    start_at: Option<i64>,
    end_at: Option<i64>,
    opens_at: Option<i64>,
    closes_at: Option<i64>,
    embedding_origins: Option<String>,
    speakers: String,
    capacity: Option<i64>,
    is_waitlist_enabled: bool,
    is_manual_approval_enabled: bool,
    offer_minutes: Option<i64>,
    waitlist_count: i64,
    view_count: i64,
    seats_taken: i64,
    language: Option<String>,
    reminders: Option<String>,
    version: i64,
}

#[derive(FromRow)]
struct QuestionRow {
    question_id: Uuid,
    display_name: Option<String>,
    is_required: bool,
    input_type: String,
    options: String,
}

#[derive(Serialize, Deserialize)]
struct StoredSpeaker {
    name: Option<String>,
    bio: Option<String>,
}

const FIND_LIVE: &str =
    "SELECT g.registration_id, g.is_external, g.allowed_registrant, g.subject, g.description, g.start_at, g.end_at,
        g.opens_at, g.closes_at, g.embedding_origins, g.speakers, g.capacity,
        COALESCE(g.is_waitlist_enabled, FALSE) AS is_waitlist_enabled,
        COALESCE(g.is_manual_approval_enabled, FALSE) AS is_manual_approval_enabled, g.offer_minutes, o.waitlist_count,
        o.view_count, o.seats_taken, g.language, g.reminders, g.version
    FROM registration g
    JOIN roster o ON o.slot = $1 AND o.meeting_id = $2 AND o.registration_id = g.registration_id
    WHERE g.slot = $1 AND g.meeting_id = $2 AND g.is_live";
const LIST_QUESTIONS: &str = "SELECT question_id, display_name, is_required, input_type, options
    FROM question WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND NOT is_deleted
    ORDER BY position";
const INSERT: &str = "INSERT INTO registration (slot, meeting_id, registration_id, is_live, is_external,
        allowed_registrant, subject, description, start_at, end_at, speakers, capacity, language, opens_at, closes_at,
        embedding_origins, reminders, is_waitlist_enabled, is_manual_approval_enabled, offer_minutes, version)
    SELECT slot, meeting_id, $3, TRUE, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 1
    FROM meeting WHERE slot = $1 AND meeting_id = $2 AND deleted_at IS NULL
    ON CONFLICT (slot, meeting_id, is_live) DO NOTHING";
const UPDATE: &str = "UPDATE registration SET subject = $5, description = $6, start_at = $7, end_at = $8,
        speakers = $9, capacity = $10, opens_at = $11, closes_at = $12, embedding_origins = $13,
        reminders = $14, is_waitlist_enabled = $15, is_manual_approval_enabled = $16, offer_minutes = $17,
        version = version + 1
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND version = $4 AND is_live";
const HAD_ONE: &str = "SELECT EXISTS (SELECT 1 FROM registration WHERE slot = $1 AND meeting_id = $2)";
/// The list goes on behind the registrants of a registration that was deleted.
const INSERT_ROSTER: &str =
    "INSERT INTO roster (slot, meeting_id, registration_id, seats_taken, registrant_count, view_count, last_registrant)
    VALUES ($1, $2, $3, 0, 0, 0, (SELECT r.registrant_id FROM registrant r WHERE r.slot = $1 AND r.meeting_id = $2
        ORDER BY r.registrant_id DESC LIMIT 1))";
const ADD_VIEWS: &str = "UPDATE roster SET view_count = view_count + $4
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";
const IS_OF_VERSION: &str = "SELECT COUNT(*) FROM registration
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND version = $4 AND is_live";
const CLOSE: &str = "UPDATE registration SET is_live = NULL, version = version + 1
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND is_live";
impl Store {
    /// Enables a registration on a meeting; `false` where one is enabled already, or the meeting is deleted.
    pub async fn create_registration(&self, registration: &Registration, fact: &Fact) -> Result<bool, Fault> {
        Ok(self.create_registration_once(registration, fact, None).await? == Made::Now(true))
    }

    /// The same for a request that is answered once: the answer of `once` is kept with the registration.
    pub async fn create_registration_once(
        &self,
        registration: &Registration,
        fact: &Fact,
        once: Option<&Once>,
    ) -> Result<Made<bool>, Fault> {
        let nothing = BuiltIn::default();
        let (is_external, built_in) = match &registration.kind {
            RegistrationKind::BuiltIn(built_in) => (false, built_in.as_ref()),
            RegistrationKind::External => (true, &nothing),
        };
        let meeting = registration.meeting;
        // Whoever had a place under the registration before may come again. A long list is worked off piece by piece, so that
        // nobody else waits for all of it.
        while write_tx!(self, |tx| {
            lock(tx, meeting).await?;
            closing::cancel_next_piece(tx, meeting).await?
        }) {}
        Ok(write_tx!(self, |tx| {
            lock(tx, registration.meeting).await?;
            if let Some(known) = once::find_known(tx, once, fact.at).await? {
                return Ok(known);
            }
            // What came since.
            closing::finish_cancellations(tx, registration.meeting).await?;
            let is_new = query(INSERT)
                .bind(number(registration.meeting.slot()))
                .bind(registration.meeting.0)
                .bind(registration.id.0)
                .bind(is_external)
                .bind(registration.allowed_registrant.name())
                .bind(&built_in.subject)
                .bind(&built_in.description)
                .bind(built_in.start_at.map(micros))
                .bind(built_in.end_at.map(micros))
                .bind(speakers_json(&built_in.speakers))
                .bind(built_in.capacity.map(i64::from))
                .bind(&built_in.language)
                .bind(built_in.opens_at.map(micros))
                .bind(built_in.closes_at.map(micros))
                .bind(origins_json(&built_in.embedding_origins))
                .bind(built_in.reminders.as_ref().map(reminding::write))
                .bind(built_in.is_waitlist_enabled.then_some(true))
                .bind(built_in.is_manual_approval_enabled.then_some(true))
                .bind(built_in.offer_minutes.map(i64::from))
                .execute(&mut *tx)
                .await?
                == 1;
            if is_new {
                query(INSERT_ROSTER)
                    .bind(number(registration.meeting.slot()))
                    .bind(registration.meeting.0)
                    .bind(registration.id.0)
                    .execute(&mut *tx)
                    .await?;
                for (position, question) in (0..).zip(&built_in.questions) {
                    crate::question::insert(tx, registration, question, position).await?;
                }
                if !is_external {
                    reminding::schedule_reminders(tx, registration.meeting, registration.id.0, fact).await?;
                }
                once::keep(tx, once, fact.at).await?;
                record!(tx, registration.meeting, fact, "registrationCreated", None::<Uuid>, None::<&str>);
            }
            Made::Now(is_new)
        }))
    }

    /// Stores a changed built-in registration (its questions have operations of their own), if it is still of
    /// the version that was changed; `false` otherwise.
    pub async fn update_registration(
        &self,
        registration: &Registration,
        built_in: &BuiltIn,
        fact: &Fact,
    ) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            lock(tx, registration.meeting).await?;
            let before = announce::telling(tx, registration.meeting).await?;
            let is_current = query(UPDATE)
                .bind(number(registration.meeting.slot()))
                .bind(registration.meeting.0)
                .bind(registration.id.0)
                .bind(registration.version)
                .bind(&built_in.subject)
                .bind(&built_in.description)
                .bind(built_in.start_at.map(micros))
                .bind(built_in.end_at.map(micros))
                .bind(speakers_json(&built_in.speakers))
                .bind(built_in.capacity.map(i64::from))
                .bind(built_in.opens_at.map(micros))
                .bind(built_in.closes_at.map(micros))
                .bind(origins_json(&built_in.embedding_origins))
                .bind(built_in.reminders.as_ref().map(reminding::write))
                .bind(built_in.is_waitlist_enabled.then_some(true))
                .bind(built_in.is_manual_approval_enabled.then_some(true))
                .bind(built_in.offer_minutes.map(i64::from))
                .execute(&mut *tx)
                .await?
                == 1;
            if is_current {
                announce::announce(tx, registration.meeting, before, fact).await?;
                record!(tx, registration.meeting, fact, "registrationUpdated", None::<Uuid>, None::<&str>);
                // There may be more places than before, or less time.
                offers::review(tx, registration.meeting, fact.at).await?;
            }
            is_current
        }))
    }

    /// Disables the registration; everybody registered is canceled and told: the first thousand at once, the others by
    /// a mailing. `false` where it was gone already.
    pub async fn delete_registration(
        &self,
        meeting: MeetingId,
        registration: RegistrationId,
        fact: &Fact,
    ) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            let was_there = close_registration(tx, meeting, registration, fact).await?;
            if was_there {
                record!(tx, meeting, fact, "registrationDeleted", None::<Uuid>, None::<&str>);
            }
            was_there
        }))
    }

    /// The same, if the registration is still of the version that was looked at; `false` otherwise.
    pub async fn delete_registration_unchanged(
        &self,
        registration: &Registration,
        fact: &Fact,
    ) -> Result<bool, Fault> {
        let meeting = registration.meeting;
        Ok(write_tx!(self, |tx| {
            lock(tx, meeting).await?;
            let is_current = is_of_version(tx, registration).await?
                && close_registration(tx, meeting, registration.id, fact).await?;
            if is_current {
                record!(tx, meeting, fact, "registrationDeleted", None::<Uuid>, None::<&str>);
            }
            is_current
        }))
    }

    /// Whether the meeting has or ever had a registration.
    pub async fn had_registration(&self, meeting: MeetingId) -> Result<bool, Fault> {
        query(HAD_ONE).bind(number(meeting.slot())).bind(meeting.0).fetch_value(&self.readers).await
    }

    /// Adds looks at registration pages, all in one transaction.
    pub async fn add_views(&self, looks: &[((MeetingId, RegistrationId), i64)]) -> Result<(), Fault> {
        // In the order of the meetings and behind their locks, as enrolments are stored: neither waits for one that waits
        // for it.
        let mut looks = looks.to_vec();
        looks.sort_unstable();
        write_tx!(self, |tx| {
            for ((meeting, registration), looks) in &looks {
                lock(tx, *meeting).await?;
                query(ADD_VIEWS)
                    .bind(number(meeting.slot()))
                    .bind(meeting.0)
                    .bind(registration.0)
                    .bind(*looks)
                    .execute(&mut *tx)
                    .await?;
            }
        });
        Ok(())
    }
}

/// Whether the registration is live and of the version that was looked at. Under the meeting's lock.
pub(crate) async fn is_of_version(tx: &mut Tx, registration: &Registration) -> Result<bool, Fault> {
    let found: i64 = query(IS_OF_VERSION)
        .bind(number(registration.meeting.slot()))
        .bind(registration.meeting.0)
        .bind(registration.id.0)
        .bind(registration.version)
        .fetch_value(tx)
        .await?;
    Ok(found > 0)
}

/// Disables a registration inside a transaction; see [`Store::delete_registration`].
pub(crate) async fn close_registration(
    tx: &mut Tx,
    meeting: MeetingId,
    registration: RegistrationId,
    fact: &Fact,
) -> Result<bool, Fault> {
    lock(tx, meeting).await?;
    let slot = number(meeting.slot());
    let closed = query(CLOSE).bind(slot).bind(meeting.0).bind(registration.0).execute(&mut *tx).await?;
    if closed == 0 {
        return Ok(false);
    }
    closing::cancel_everybody(tx, meeting, registration, fact).await?;
    Ok(true)
}

/// The live registration of a meeting with its questions.
pub(crate) async fn read_live(tx: &mut Tx, meeting: MeetingId) -> Result<Option<Registration>, Fault> {
    let slot = number(meeting.slot());
    let row: Option<RegistrationRow> =
        query(FIND_LIVE).bind(slot).bind(meeting.0).fetch_optional(&mut *tx).await?;
    let Some(row) = row else { return Ok(None) };
    let questions: Vec<QuestionRow> = query(LIST_QUESTIONS)
        .bind(slot)
        .bind(meeting.0)
        .bind(row.registration_id)
        .fetch_all(&mut *tx)
        .await?;
    let questions = questions.into_iter().map(QuestionRow::into_question).collect::<Result<_, _>>()?;
    row.into_registration(meeting, questions).map(Some)
}

impl RegistrationRow {
    fn into_registration(self, meeting: MeetingId, questions: Vec<Question>) -> Result<Registration, Fault> {
        let allowed_registrant = AllowedRegistrant::from_name(&self.allowed_registrant)
            .ok_or(Fault::corrupt("an unknown allowed_registrant"))?;
        let kind = if self.is_external {
            RegistrationKind::External
        } else {
            RegistrationKind::BuiltIn(Box::new(BuiltIn {
                subject: self.subject,
                description: self.description,
                start_at: instant_or_none(self.start_at)?,
                end_at: instant_or_none(self.end_at)?,
                opens_at: instant_or_none(self.opens_at)?,
                closes_at: instant_or_none(self.closes_at)?,
                embedding_origins: read_origins(self.embedding_origins.as_deref())?,
                speakers: read_speakers(&self.speakers)?,
                capacity: self.capacity.map(|n| u32::try_from(n).unwrap_or(u32::MAX)),
                is_waitlist_enabled: self.is_waitlist_enabled,
                is_manual_approval_enabled: self.is_manual_approval_enabled,
                offer_minutes: self.offer_minutes.and_then(|minutes| u32::try_from(minutes).ok()),
                waitlist_count: self.waitlist_count,
                view_count: self.view_count,
                seats_taken: self.seats_taken,
                language: self.language,
                reminders: self.reminders.as_deref().map(reminding::read).transpose()?,
                questions,
            }))
        };
        let id = RegistrationId(self.registration_id);
        Ok(Registration { id, meeting, allowed_registrant, kind, version: self.version })
    }
}

impl QuestionRow {
    fn into_question(self) -> Result<Question, Fault> {
        let kind =
            AnswerInputType::from_name(&self.input_type).ok_or(Fault::corrupt("an unknown input_type"))?;
        let input = AnswerInput::assemble(kind, from_json(&self.options)?)
            .map_err(|_| Fault::corrupt("options that make no choice"))?;
        Ok(Question {
            id: QuestionId(self.question_id),
            display_name: self.display_name,
            is_required: self.is_required,
            input,
        })
    }
}

fn speakers_json(speakers: &[Speaker]) -> String {
    let stored: Vec<StoredSpeaker> = speakers
        .iter()
        .map(|speaker| StoredSpeaker { name: speaker.display_name.clone(), bio: speaker.bio.clone() })
        .collect();
    json(&stored)
}

fn read_speakers(text: &str) -> Result<Vec<Speaker>, Fault> {
    let stored: Vec<StoredSpeaker> = from_json(text)?;
    Ok(stored.into_iter().map(|speaker| Speaker { display_name: speaker.name, bio: speaker.bio }).collect())
}

/// `None` where there are none.
fn origins_json(origins: &[Origin]) -> Option<String> {
    let texts: Vec<&str> = origins.iter().map(Origin::as_str).collect();
    (!texts.is_empty()).then(|| json(&texts))
}

fn read_origins(text: Option<&str>) -> Result<Vec<Origin>, Fault> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let texts: Vec<String> = from_json(text)?;
    let origin = |text: &String| Origin::parse(text).ok_or(Fault::corrupt("an origin that is none"));
    texts.iter().map(origin).collect()
}
