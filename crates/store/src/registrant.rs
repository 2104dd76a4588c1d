//! Reading registrants.

use std::borrow::Cow;

use domain::enrolment::Named;
use domain::person::ForeignPerson;
use domain::{
    Answer, Cancellation, ConsentVersion, MeetingId, Person, PersonId, QuestionId, Registrant, RegistrantId,
    RegistrationId, Standing, TenantId,
};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{On, query};
use crate::rows::{email, from_json, instant, json, number};
use crate::{Fault, Store};

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrantPage {
    /// The registrants, in order of arrival.
    pub registrants: Vec<Registrant>,
    /// Where the next page starts: behind this registrant. `None` on the last page.
    pub next: Option<RegistrantId>,
}

#[derive(FromRow)]
pub(crate) struct RegistrantRow {
    meeting_id: Uuid,
    pub(crate) registrant_id: Uuid,
    registration_id: Uuid,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    external_id: Option<String>,
    user_id: Option<Uuid>,
    user_tenant_id: Option<Uuid>,
    answers: String,
    consent: Option<String>,
    language: Option<String>,
    time_zone: Option<String>,
    generation: i64,
    wants_reminders: bool,
    registered_at: i64,
    canceled_at: Option<i64>,
    canceled_by: Option<String>,
    canceled_reason: Option<String>,
    standing: Option<String>,
    offer_expires_at: Option<i64>,
}

/// An answer as it is stored: question, text.
#[derive(Serialize, Deserialize)]
struct StoredAnswer<'a>(Uuid, Cow<'a, str>);

/// The first one from an id on, which may be another. Asked for that id alone, PostgreSQL takes whichever key begins
/// with slot and meeting while meetings are small, and keeps to it when one has grown: it would read the whole list.
pub(crate) const FIND_FROM: &str =
    "SELECT meeting_id, registrant_id, registration_id, first_name, last_name, email, external_id,
        user_id, user_tenant_id, answers, consent, language, time_zone, generation, registered_at, canceled_at,
        canceled_by, canceled_reason, standing, offer_expires_at, reminders_stopped_at IS NULL AS wants_reminders
    FROM registrant WHERE slot = $1 AND meeting_id = $2 AND registrant_id >= $3
    ORDER BY registrant_id LIMIT 1";
const FIND_LIVE: &str =
    "SELECT meeting_id, registrant_id, registration_id, first_name, last_name, email, external_id,
        user_id, user_tenant_id, answers, consent, language, time_zone, generation, registered_at, canceled_at,
        canceled_by, canceled_reason, standing, offer_expires_at, reminders_stopped_at IS NULL AS wants_reminders
    FROM registrant WHERE slot = $1 AND meeting_id = $2 AND live_key = $3";
const PAGE: &str =
    "SELECT meeting_id, registrant_id, registration_id, first_name, last_name, email, external_id,
        user_id, user_tenant_id, answers, consent, language, time_zone, generation, registered_at, canceled_at,
        canceled_by, canceled_reason, standing, offer_expires_at, reminders_stopped_at IS NULL AS wants_reminders
    FROM registrant WHERE slot = $1 AND meeting_id = $2 AND registrant_id > $3 AND registration_id = $4
        AND (live_key IS NOT NULL OR NOT $5)
    ORDER BY registrant_id LIMIT $6";
/// About how many bytes a page comes to at most, as a client is sent them; the last row may go beyond.
pub(crate) const PAGE_WEIGHT: usize = 4 << 20;
/// How many rows are read at once: they are in memory before they are weighed.
pub(crate) const HANDFUL: usize = 50;
const COUNT: &str = "SELECT CASE WHEN $4 THEN seats_taken ELSE registrant_count END FROM roster
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";

impl Store {
    /// The registrant of that id, live or canceled, of whatever registration of the meeting.
    pub async fn find_registrant(
        &self,
        meeting: MeetingId,
        id: RegistrantId,
    ) -> Result<Option<Registrant>, Fault> {
        read_registrant(&self.readers, meeting, id).await
    }

    /// The live registrant with that [`Person::key`].
    pub async fn find_live_registrant(
        &self,
        meeting: MeetingId,
        key: &str,
    ) -> Result<Option<Registrant>, Fault> {
        let row: Option<RegistrantRow> = query(FIND_LIVE)
            .bind(number(meeting.slot()))
            .bind(meeting.0)
            .bind(key)
            .fetch_optional(&self.readers)
            .await?;
        row.map(RegistrantRow::into_registrant).transpose()
    }

    /// Up to `limit` registrants that arrived after `after`, in order of arrival; without canceled ones when
    /// `only_live`. Fewer where their answers are so long that the page would be many megabytes.
    pub async fn list_registrants(
        &self,
        meeting: MeetingId,
        registration: RegistrationId,
        after: Option<RegistrantId>,
        limit: u32,
        only_live: bool,
    ) -> Result<RegistrantPage, Fault> {
        let mut registrants: Vec<Registrant> = Vec::new();
        let (mut last, mut weight) = (after, 0);
        loop {
            // One row more than is wanted tells whether the list goes on.
            let asked = HANDFUL.min(limit as usize - registrants.len()) + 1;
            let rows: Vec<RegistrantRow> = query(PAGE)
                .bind(number(meeting.slot()))
                .bind(meeting.0)
                .bind(last.map_or(Uuid::nil(), |id| id.0))
                .bind(registration.0)
                .bind(only_live)
                .bind(asked as i64)
                .fetch_all(&self.readers)
                .await?;
            let is_end = rows.len() < asked;
            for row in rows {
                if registrants.len() == limit as usize || weight >= PAGE_WEIGHT {
                    return Ok(RegistrantPage { registrants, next: last });
                }
                let registrant = row.into_registrant()?;
                weight += weigh(&registrant);
                last = Some(registrant.id);
                registrants.push(registrant);
            }
            if is_end {
                return Ok(RegistrantPage { registrants, next: None });
            }
        }
    }

    /// How many registrants the list holds; without canceled ones when `only_live`.
    pub async fn count_registrants(
        &self,
        meeting: MeetingId,
        registration: RegistrationId,
        only_live: bool,
    ) -> Result<i64, Fault> {
        let count: Option<i64> = query(COUNT)
            .bind(number(meeting.slot()))
            .bind(meeting.0)
            .bind(registration.0)
            .bind(only_live)
            .fetch_optional_value(&self.readers)
            .await?;
        Ok(count.unwrap_or_default())
    }
}

/// The registrant of that id.
pub(crate) async fn read_registrant(
    on: impl Into<On<'_>>,
    meeting: MeetingId,
    id: RegistrantId,
) -> Result<Option<Registrant>, Fault> {
    let first: Option<RegistrantRow> =
        query(FIND_FROM).bind(number(meeting.slot())).bind(meeting.0).bind(id.0).fetch_optional(on).await?;
    first.filter(|row| row.registrant_id == id.0).map(RegistrantRow::into_registrant).transpose()
}

/// About how many bytes a client is sent: names, link and ids, and beside each answer the text of its question.
pub(crate) fn weigh(registrant: &Registrant) -> usize {
    let answers = registrant.answers.iter().map(|answer| answer.value.len() + 1_000);
    1_000 + answers.sum::<usize>()
}

impl RegistrantRow {
    pub(crate) fn into_registrant(self) -> Result<Registrant, Fault> {
        let end = match self.canceled_at {
            Some(at) => Some(Cancellation {
                at: instant(at)?,
                by: self.canceled_by.unwrap_or_default(),
                reason: self.canceled_reason,
            }),
            None => None,
        };
        let standing = read_standing(self.standing.as_deref(), self.offer_expires_at, end)?;
        let user = self.user_id.map(PersonId);
        let person = match (self.external_id, self.email) {
            (Some(external_id), _) => Some(Person::External {
                external_id,
                user: user
                    .zip(self.user_tenant_id)
                    .map(|(person, tenant)| ForeignPerson { tenant: TenantId(tenant), person }),
            }),
            (None, Some(address)) => Some(Person::Named {
                named: Named {
                    first_name: self.first_name.unwrap_or_default(),
                    last_name: self.last_name.unwrap_or_default(),
                    email: email(&address)?,
                },
                user,
            }),
            (None, None) if !standing.is_live() => None,
            (None, None) => return Err(Fault::corrupt("a registrant that is nobody")),
        };
        Ok(Registrant {
            id: RegistrantId(self.registrant_id),
            meeting: MeetingId(self.meeting_id),
            registration: RegistrationId(self.registration_id),
            person,
            answers: read_answers(&self.answers)?,
            consent: self
                .consent
                .map(|version| {
                    ConsentVersion::parse(&version).ok_or(Fault::corrupt("a version that is none"))
                })
                .transpose()?,
            language: self.language,
            time_zone: self.time_zone,
            generation: u8::try_from(self.generation)
                .map_err(|_| Fault::corrupt("a generation above 255"))?,
            wants_reminders: self.wants_reminders,
            registered_at: instant(self.registered_at)?,
            standing,
        })
    }
}

/// How a standing is stored; registered and canceled need no name, the time of the cancellation tells them apart.
pub(crate) fn standing_name(standing: &Standing) -> Option<&'static str> {
    match standing {
        Standing::Registered | Standing::Canceled(_) => None,
        Standing::PendingApproval => Some("pendingApproval"),
        Standing::Waitlisted => Some("waitlisted"),
        Standing::Offered { .. } => Some("offered"),
        Standing::Withdrawn(_) => Some("withdrawn"),
        Standing::Rejected(_) => Some("rejected"),
        Standing::OfferExpired(_) => Some("offerExpired"),
    }
}

fn read_standing(
    name: Option<&str>,
    expires_at: Option<i64>,
    end: Option<Cancellation>,
) -> Result<Standing, Fault> {
    Ok(match (name, end) {
        (None, None) => Standing::Registered,
        (None, Some(end)) => Standing::Canceled(end),
        (Some("pendingApproval"), None) => Standing::PendingApproval,
        (Some("waitlisted"), None) => Standing::Waitlisted,
        (Some("offered"), None) => {
            let expires_at = expires_at.ok_or(Fault::corrupt("an offer without an end"))?;
            Standing::Offered { expires_at: instant(expires_at)? }
        }
        (Some("rejected"), Some(end)) => Standing::Rejected(end),
        (Some("offerExpired"), Some(end)) => Standing::OfferExpired(end),
        // A version before this one may have canceled somebody who waited.
        (Some("withdrawn" | "waitlisted" | "offered" | "pendingApproval"), Some(end)) => {
            Standing::Withdrawn(end)
        }
        _ => return Err(Fault::corrupt("a standing that is none")),
    })
}

/// Answers as they are stored.
pub(crate) fn answers_json(answers: &[Answer]) -> String {
    let stored = answers.iter().map(|answer| StoredAnswer(answer.question.0, Cow::Borrowed(&answer.value)));
    json(&stored.collect::<Vec<_>>())
}

fn read_answers(text: &str) -> Result<Vec<Answer>, Fault> {
    let stored: Vec<StoredAnswer<'_>> = from_json(text)?;
    let answers = stored
        .into_iter()
        .map(|StoredAnswer(id, value)| Answer { question: QuestionId(id), value: value.into_owned() });
    Ok(answers.collect())
}
