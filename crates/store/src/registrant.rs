//! Reading registrants.

use domain::enrolment::Named;
use domain::person::ForeignPerson;
use domain::registrant::Cancellation;
use domain::{
    Answer, MeetingId, Person, PersonId, QuestionId, Registrant, RegistrantId, RegistrationId, TenantId,
};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::query;
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
    registrant_id: Uuid,
    registration_id: Uuid,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    external_id: Option<String>,
    user_id: Option<Uuid>,
    user_tenant_id: Option<Uuid>,
    answers: String,
    language: Option<String>,
    generation: i64,
    registered_at: i64,
    canceled_at: Option<i64>,
    canceled_by: Option<String>,
}

/// An answer as it is stored: question, text.
#[derive(Serialize, Deserialize)]
struct StoredAnswer(Uuid, String);

const FIND: &str =
    "SELECT meeting_id, registrant_id, registration_id, first_name, last_name, email, external_id,
        user_id, user_tenant_id, answers, language, generation, registered_at, canceled_at, canceled_by
    FROM registrant WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3";
const FIND_LIVE: &str =
    "SELECT meeting_id, registrant_id, registration_id, first_name, last_name, email, external_id,
        user_id, user_tenant_id, answers, language, generation, registered_at, canceled_at, canceled_by
    FROM registrant WHERE slot = $1 AND meeting_id = $2 AND live_key = $3";
const PAGE: &str =
    "SELECT meeting_id, registrant_id, registration_id, first_name, last_name, email, external_id,
        user_id, user_tenant_id, answers, language, generation, registered_at, canceled_at, canceled_by
    FROM registrant WHERE slot = $1 AND meeting_id = $2 AND registrant_id > $3 AND registration_id = $4
        AND (live_key IS NOT NULL OR NOT $5)
    ORDER BY registrant_id LIMIT $6";
const COUNT: &str = "SELECT CASE WHEN $4 THEN seats_taken ELSE registrant_count END FROM roster
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";

impl Store {
    /// The registrant of that id, live or canceled, of whatever registration of the meeting.
    pub async fn find_registrant(
        &self,
        meeting: MeetingId,
        id: RegistrantId,
    ) -> Result<Option<Registrant>, Fault> {
        let row: Option<RegistrantRow> = query(FIND)
            .bind(number(meeting.slot()))
            .bind(meeting.0)
            .bind(id.0)
            .fetch_optional(&self.readers)
            .await?;
        row.map(RegistrantRow::into_registrant).transpose()
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
    /// `only_live`.
    pub async fn list_registrants(
        &self,
        meeting: MeetingId,
        registration: RegistrationId,
        after: Option<RegistrantId>,
        limit: u32,
        only_live: bool,
    ) -> Result<RegistrantPage, Fault> {
        let mut rows: Vec<RegistrantRow> = query(PAGE)
            .bind(number(meeting.slot()))
            .bind(meeting.0)
            .bind(after.map_or(Uuid::nil(), |id| id.0))
            .bind(registration.0)
            .bind(only_live)
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.readers)
            .await?;
        let has_more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| has_more).map(|row| RegistrantId(row.registrant_id));
        let registrants = rows.into_iter().map(RegistrantRow::into_registrant).collect::<Result<_, _>>()?;
        Ok(RegistrantPage { registrants, next })
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

impl RegistrantRow {
    pub(crate) fn into_registrant(self) -> Result<Registrant, Fault> {
        let canceled = match (self.canceled_at, self.canceled_by) {
            (Some(at), by) => Some(Cancellation { at: instant(at)?, by: by.unwrap_or_default() }),
            (None, _) => None,
        };
        let user = self.user_id.map(PersonId);
        let person = match (self.external_id, self.email) {
            (Some(external_id), _) => Person::External {
                external_id,
                user: user
                    .zip(self.user_tenant_id)
                    .map(|(person, tenant)| ForeignPerson { tenant: TenantId(tenant), person }),
            },
            (None, Some(address)) => Person::Named {
                named: Named {
                    first_name: self.first_name.unwrap_or_default(),
                    last_name: self.last_name.unwrap_or_default(),
                    email: email(&address)?,
                },
                user,
            },
            (None, None) => return Err(Fault::corrupt("a registrant that is nobody")),
        };
        Ok(Registrant {
            id: RegistrantId(self.registrant_id),
            meeting: MeetingId(self.meeting_id),
            registration: RegistrationId(self.registration_id),
            person,
            answers: read_answers(&self.answers)?,
            language: self.language,
            generation: u8::try_from(self.generation)
                .map_err(|_| Fault::corrupt("a generation above 255"))?,
            registered_at: instant(self.registered_at)?,
            canceled,
        })
    }
}

/// Answers as they are stored.
pub(crate) fn answers_json(answers: &[Answer]) -> String {
    let stored: Vec<StoredAnswer> =
        answers.iter().map(|answer| StoredAnswer(answer.question.0, answer.value.clone())).collect();
    json(&stored)
}

fn read_answers(text: &str) -> Result<Vec<Answer>, Fault> {
    let stored: Vec<StoredAnswer> = from_json(text)?;
    let answers =
        stored.into_iter().map(|StoredAnswer(id, value)| Answer { question: QuestionId(id), value });
    Ok(answers.collect())
}
