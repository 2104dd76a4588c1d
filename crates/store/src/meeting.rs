//! Meetings, and a meeting together with its registration.

use domain::{
    Fact, Meeting, MeetingId, MeetingSettings, Participant, PersonId, Registration, RegistrationId, TenantId,
};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Tx, query};
use crate::registration::close_registration;
use crate::rows::{from_json, instant, json, micros, number};
use crate::{Fault, Made, Once, Store, announce, lock, offers, once, read_tx, write_tx};

/// A meeting with its live registration, read on one snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosted {
    /// The meeting.
    pub meeting: Meeting,
    /// Its registration, if one is enabled.
    pub registration: Option<Registration>,
}

/// How an organizer's meeting may be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeetingKey<'a> {
    /// By its `joinMeetingId`.
    JoinMeetingId(&'a str),
    /// By the `externalId` given to `createOrGet`.
    ExternalId(&'a str),
}

#[derive(FromRow)]
pub(crate) struct MeetingRow {
    pub(crate) meeting_id: Uuid,
    tenant_id: Uuid,
    organizer_id: Uuid,
    created_at: i64,
    start_at: i64,
    end_at: i64,
    subject: Option<String>,
    join_url: Option<String>,
    join_meeting_id: String,
    passcode: Option<String>,
    /// A registrant has one, too, and a letter is read with both.
    #[sqlx(rename = "meeting_external_id")]
    external_id: Option<String>,
    attendees: String,
    settings: String,
    version: i64,
}

#[derive(Serialize, Deserialize)]
struct StoredParticipant {
    upn: Option<String>,
    person: Option<Uuid>,
    name: Option<String>,
    role: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredSettings {
    announced: bool,
    presenters: String,
    chat: String,
    reactions: bool,
    record: bool,
    lobby: String,
    dial_in_bypass: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opens_before: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    one_device: Option<bool>,
}

const FIND: &str =
    "SELECT meeting_id, tenant_id, organizer_id, created_at, start_at, end_at, subject, join_url,
        join_meeting_id, passcode, external_id AS meeting_external_id, attendees, settings, version
    FROM meeting WHERE slot = $1 AND meeting_id = $2 AND deleted_at IS NULL";
const INSERT: &str =
    "INSERT INTO meeting (slot, meeting_id, tenant_id, organizer_id, created_at, start_at, end_at,
        subject, join_url, join_meeting_id, passcode, external_id, attendees, settings, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const INSERT_KEYS: &str =
    "INSERT INTO organizer_meeting (organizer_slot, tenant_id, organizer_id, meeting_id,
        start_at, join_meeting_id, external_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (organizer_slot, tenant_id, organizer_id, external_id) DO UPDATE SET external_id = excluded.external_id
    RETURNING meeting_id";
/// The first one from a number on, for the reason given at [`crate::registrant::FIND_FROM`].
const FIND_FROM_NUMBER: &str = "SELECT meeting_id, join_meeting_id FROM organizer_meeting
    WHERE organizer_slot = $1 AND tenant_id = $2 AND organizer_id = $3 AND join_meeting_id >= $4
    ORDER BY join_meeting_id LIMIT 1";
const FIND_FROM_EXTERNAL_ID: &str = "SELECT meeting_id, external_id FROM organizer_meeting
    WHERE organizer_slot = $1 AND tenant_id = $2 AND organizer_id = $3 AND external_id >= $4
    ORDER BY external_id LIMIT 1";
const UPDATE: &str =
    "UPDATE meeting SET start_at = $4, end_at = $5, subject = $6, join_url = $7, attendees = $8,
        settings = $9, version = version + 1
    WHERE slot = $1 AND meeting_id = $2 AND version = $3 AND deleted_at IS NULL";
const UPDATE_KEYS: &str = "UPDATE organizer_meeting SET start_at = $5
    WHERE organizer_slot = $1 AND tenant_id = $2 AND organizer_id = $3 AND meeting_id = $4";
const RAISE_REGISTRATION: &str = "UPDATE registration SET version = version + 1
    WHERE slot = $1 AND meeting_id = $2 AND is_live";
const DELETE: &str = "UPDATE meeting SET deleted_at = $3, version = version + 1
    WHERE slot = $1 AND meeting_id = $2 AND version = $4 AND deleted_at IS NULL";
const FIND_LIVE: &str =
    "SELECT registration_id FROM registration WHERE slot = $1 AND meeting_id = $2 AND is_live";
const DELETE_KEYS: &str = "DELETE FROM organizer_meeting
    WHERE organizer_slot = $1 AND tenant_id = $2 AND organizer_id = $3 AND meeting_id = $4";
pub(crate) const INSERT_EVENT: &str =
    "INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor, detail)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Writes an event inside a transaction.
macro_rules! record {
    ($tx:ident, $meeting:expr, $fact:expr, $kind:expr, $registrant:expr, $detail:expr) => {
        query($crate::meeting::INSERT_EVENT)
            .bind($crate::rows::number($meeting.slot()))
            .bind($meeting.0)
            .bind($fact.id)
            .bind($crate::rows::micros($fact.at))
            .bind($kind)
            .bind($registrant)
            .bind(&$fact.actor)
            .bind($detail)
            .execute(&mut *$tx)
            .await?
    };
}
pub(crate) use record;

impl Store {
    /// Stores a new meeting, unless the organizer has one with the same external id: then that one's id is
    /// the answer and nothing is stored.
    pub async fn create_meeting(&self, meeting: &Meeting, fact: &Fact) -> Result<Option<MeetingId>, Fault> {
        Ok(write_tx!(self, |tx| { insert(tx, meeting, fact).await? }))
    }

    /// The same for a request that is answered once: the answer of `once` is kept with a new meeting.
    pub async fn create_meeting_once(
        &self,
        meeting: &Meeting,
        fact: &Fact,
        once: &Once,
    ) -> Result<Made<Option<MeetingId>>, Fault> {
        Ok(write_tx!(self, |tx| {
            // No meeting's lock stands before this: whoever comes second waits here for whoever was first.
            if !once::keep(tx, Some(once), fact.at).await? {
                let known = once::find_known(tx, Some(once), fact.at).await?;
                return known.ok_or(Fault::corrupt("a key that is there and cannot be found"));
            }
            let known = insert(tx, meeting, fact).await?;
            if known.is_some() {
                // Another answer than the kept one.
                return Ok(Made::Now(known));
            }
            Made::Now(None)
        }))
    }

    /// The meeting and its live registration with its questions.
    pub async fn find_hosted(&self, id: MeetingId) -> Result<Option<Hosted>, Fault> {
        Ok(read_tx!(self, |tx| {
            let row: Option<MeetingRow> =
                query(FIND).bind(number(id.slot())).bind(id.0).fetch_optional(&mut *tx).await?;
            match row {
                None => None,
                Some(row) => {
                    let registration = crate::registration::read_live(tx, id).await?;
                    Some(Hosted { meeting: row.into_meeting()?, registration })
                }
            }
        }))
    }

    /// The id of the organizer's meeting with that key.
    pub async fn find_meeting_id(
        &self,
        tenant: TenantId,
        organizer: PersonId,
        key: MeetingKey<'_>,
    ) -> Result<Option<MeetingId>, Fault> {
        let (text, key) = match key {
            MeetingKey::JoinMeetingId(key) => (FIND_FROM_NUMBER, key),
            MeetingKey::ExternalId(key) => (FIND_FROM_EXTERNAL_ID, key),
        };
        let first: Option<(Uuid, String)> = query(text)
            .bind(number(organizer.organizer_slot(tenant)))
            .bind(tenant.0)
            .bind(organizer.0)
            .bind(key)
            .fetch_optional(&self.readers)
            .await?;
        Ok(first.filter(|(_, found)| found == key).map(|(id, _)| MeetingId(id)))
    }

    /// Stores a changed meeting, if it is still of the version that was changed; `false` otherwise. Where what people were
    /// told has changed, everybody registered is to be told anew.
    pub async fn update_meeting(&self, meeting: &Meeting, fact: &Fact) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            lock(tx, meeting.id).await?;
            let before = announce::telling(tx, meeting.id).await?;
            let is_current = query(UPDATE)
                .bind(number(meeting.id.slot()))
                .bind(meeting.id.0)
                .bind(meeting.version)
                .bind(micros(meeting.start_at))
                .bind(micros(meeting.end_at))
                .bind(&meeting.subject)
                .bind(&meeting.join_url)
                .bind(attendees_json(&meeting.attendees))
                .bind(settings_json(&meeting.settings))
                .execute(&mut *tx)
                .await?
                == 1;
            if is_current {
                query(UPDATE_KEYS)
                    .bind(number(meeting.organizer.organizer_slot(meeting.tenant)))
                    .bind(meeting.tenant.0)
                    .bind(meeting.organizer.0)
                    .bind(meeting.id.0)
                    .bind(micros(meeting.start_at))
                    .execute(&mut *tx)
                    .await?;
                query(RAISE_REGISTRATION)
                    .bind(number(meeting.id.slot()))
                    .bind(meeting.id.0)
                    .execute(&mut *tx)
                    .await?;
                announce::announce(tx, meeting.id, before, fact).await?;
                record!(tx, meeting.id, fact, "meetingUpdated", None::<Uuid>, None::<&str>);
                // It may begin before offers are over, or places may be worth offering again.
                offers::review(tx, meeting.id, fact.at).await?;
            }
            is_current
        }))
    }

    /// Deletes the meeting, if it is still of the version that was looked at; `false` otherwise, or where it was gone
    /// already. Its registration is closed and everybody registered is told. The row stays for the letters and the audit
    /// trail.
    ///
    /// Which registration that is, is read here: one may have been enabled since the caller looked.
    pub async fn delete_meeting(&self, meeting: &Meeting, fact: &Fact) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            let was_there = query(DELETE)
                .bind(number(meeting.id.slot()))
                .bind(meeting.id.0)
                .bind(micros(fact.at))
                .bind(meeting.version)
                .execute(&mut *tx)
                .await?
                == 1;
            if was_there {
                query(DELETE_KEYS)
                    .bind(number(meeting.organizer.organizer_slot(meeting.tenant)))
                    .bind(meeting.tenant.0)
                    .bind(meeting.organizer.0)
                    .bind(meeting.id.0)
                    .execute(&mut *tx)
                    .await?;
                let registration: Option<Uuid> = query(FIND_LIVE)
                    .bind(number(meeting.id.slot()))
                    .bind(meeting.id.0)
                    .fetch_optional_value(&mut *tx)
                    .await?;
                if let Some(registration) = registration.map(RegistrationId) {
                    close_registration(tx, meeting.id, registration, fact).await?;
                }
                record!(tx, meeting.id, fact, "meetingDeleted", None::<Uuid>, None::<&str>);
            }
            was_there
        }))
    }
}

/// Writes a new meeting inside a transaction; the id of the one that has its external id, if there is one.
async fn insert(tx: &mut Tx, meeting: &Meeting, fact: &Fact) -> Result<Option<MeetingId>, Fault> {
    // Whoever conflicts holds the known row until the end, so that it cannot be deleted meanwhile.
    let holder: Uuid = query(INSERT_KEYS)
        .bind(number(meeting.organizer.organizer_slot(meeting.tenant)))
        .bind(meeting.tenant.0)
        .bind(meeting.organizer.0)
        .bind(meeting.id.0)
        .bind(micros(meeting.start_at))
        .bind(&meeting.join_meeting_id)
        .bind(&meeting.external_id)
        .fetch_value(&mut *tx)
        .await?;
    if holder != meeting.id.0 {
        return Ok(Some(MeetingId(holder)));
    }
    query(INSERT)
        .bind(number(meeting.id.slot()))
        .bind(meeting.id.0)
        .bind(meeting.tenant.0)
        .bind(meeting.organizer.0)
        .bind(micros(meeting.created_at))
        .bind(micros(meeting.start_at))
        .bind(micros(meeting.end_at))
        .bind(&meeting.subject)
        .bind(&meeting.join_url)
        .bind(&meeting.join_meeting_id)
        .bind(&meeting.passcode)
        .bind(&meeting.external_id)
        .bind(attendees_json(&meeting.attendees))
        .bind(settings_json(&meeting.settings))
        .bind(meeting.version)
        .execute(&mut *tx)
        .await?;
    record!(tx, meeting.id, fact, "meetingCreated", None::<Uuid>, None::<&str>);
    Ok(None)
}

impl MeetingRow {
    pub(crate) fn into_meeting(self) -> Result<Meeting, Fault> {
        Ok(Meeting {
            id: MeetingId(self.meeting_id),
            tenant: TenantId(self.tenant_id),
            organizer: PersonId(self.organizer_id),
            created_at: instant(self.created_at)?,
            start_at: instant(self.start_at)?,
            end_at: instant(self.end_at)?,
            subject: self.subject,
            join_url: self.join_url,
            join_meeting_id: self.join_meeting_id,
            passcode: self.passcode,
            external_id: self.external_id,
            attendees: read_attendees(&self.attendees)?,
            settings: read_settings(&self.settings)?,
            version: self.version,
        })
    }
}

fn attendees_json(attendees: &[Participant]) -> String {
    let stored: Vec<StoredParticipant> = attendees
        .iter()
        .map(|attendee| StoredParticipant {
            upn: attendee.upn.clone(),
            person: attendee.person.map(|person| person.0),
            name: attendee.display_name.clone(),
            role: attendee.role.clone(),
        })
        .collect();
    json(&stored)
}

fn read_attendees(text: &str) -> Result<Vec<Participant>, Fault> {
    let stored: Vec<StoredParticipant> = from_json(text)?;
    let attendees = stored.into_iter().map(|attendee| Participant {
        upn: attendee.upn,
        person: attendee.person.map(PersonId),
        display_name: attendee.name,
        role: attendee.role,
    });
    Ok(attendees.collect())
}

fn settings_json(settings: &MeetingSettings) -> String {
    json(&StoredSettings {
        announced: settings.is_entry_exit_announced,
        presenters: settings.allowed_presenters.clone(),
        chat: settings.allow_meeting_chat.clone(),
        reactions: settings.allow_teamwork_reactions,
        record: settings.record_automatically,
        lobby: settings.lobby_scope.clone(),
        dial_in_bypass: settings.is_dial_in_bypass_enabled,
        opens_before: settings.opens_minutes_before,
        one_device: settings.one_device,
    })
}

fn read_settings(text: &str) -> Result<MeetingSettings, Fault> {
    let stored: StoredSettings = from_json(text)?;
    Ok(MeetingSettings {
        is_entry_exit_announced: stored.announced,
        allowed_presenters: stored.presenters,
        allow_meeting_chat: stored.chat,
        allow_teamwork_reactions: stored.reactions,
        record_automatically: stored.record,
        lobby_scope: stored.lobby,
        is_dial_in_bypass_enabled: stored.dial_in_bypass,
        opens_minutes_before: stored.opens_before,
        one_device: stored.one_device,
    })
}
