//! Custom questions. Each change raises the version of the registration, so that an enrolment checked
//! against the older questions is checked again.

use domain::{Fact, Question, QuestionId, Registration};
use uuid::Uuid;

use crate::engine::{Tx, query};
use crate::meeting::record;
use crate::rows::{json, number};
use crate::{Fault, Made, Once, Store, lock, once, write_tx};

const INSERT: &str =
    "INSERT INTO question (slot, meeting_id, registration_id, question_id, position, display_name,
        is_required, input_type, options, is_deleted)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, FALSE)";
const NEXT_POSITION: &str = "SELECT COALESCE(MAX(position), -1) + 1 FROM question
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";
const UPDATE: &str = "UPDATE question SET display_name = $5, is_required = $6, input_type = $7, options = $8
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND question_id = $4 AND NOT is_deleted";
const DELETE: &str = "UPDATE question SET is_deleted = TRUE
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND question_id = $4 AND NOT is_deleted";
const RAISE: &str = "UPDATE registration SET version = version + 1
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND version = $4 AND is_live";

impl Store {
    /// Adds a question behind the others, if the registration is still of the version that was looked at;
    /// `false` otherwise. The answer of `once` is kept with it.
    pub async fn create_question(
        &self,
        registration: &Registration,
        question: &Question,
        fact: &Fact,
        once: Option<&Once>,
    ) -> Result<Made<bool>, Fault> {
        Ok(write_tx!(self, |tx| {
            lock(tx, registration.meeting).await?;
            if let Some(known) = once::find_known(tx, once, fact.at).await? {
                return Ok(known);
            }
            let is_current = raise(tx, registration).await?;
            if is_current {
                let position: i64 = query(NEXT_POSITION)
                    .bind(number(registration.meeting.slot()))
                    .bind(registration.meeting.0)
                    .bind(registration.id.0)
                    .fetch_value(&mut *tx)
                    .await?;
                insert(tx, registration, question, position).await?;
                once::keep(tx, once, fact.at).await?;
                record!(tx, registration.meeting, fact, "questionCreated", None::<Uuid>, None::<&str>);
            }
            Made::Now(is_current)
        }))
    }

    /// Changes a question, if the registration is still of the version that was looked at; `false` otherwise.
    pub async fn update_question(
        &self,
        registration: &Registration,
        question: &Question,
        fact: &Fact,
    ) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            let is_current = raise(tx, registration).await?;
            if is_current {
                query(UPDATE)
                    .bind(number(registration.meeting.slot()))
                    .bind(registration.meeting.0)
                    .bind(registration.id.0)
                    .bind(question.id.0)
                    .bind(&question.display_name)
                    .bind(question.is_required)
                    .bind(question.input.kind().name())
                    .bind(json(&question.input.options()))
                    .execute(&mut *tx)
                    .await?;
                record!(tx, registration.meeting, fact, "questionUpdated", None::<Uuid>, None::<&str>);
            }
            is_current
        }))
    }

    /// Deletes a question, if the registration is still of the version that was looked at; `false` otherwise.
    /// Answers given to it stay.
    pub async fn delete_question(
        &self,
        registration: &Registration,
        question: QuestionId,
        fact: &Fact,
    ) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            let is_current = raise(tx, registration).await?;
            if is_current {
                query(DELETE)
                    .bind(number(registration.meeting.slot()))
                    .bind(registration.meeting.0)
                    .bind(registration.id.0)
                    .bind(question.0)
                    .execute(&mut *tx)
                    .await?;
                record!(tx, registration.meeting, fact, "questionDeleted", None::<Uuid>, None::<&str>);
            }
            is_current
        }))
    }
}

/// Writes a question inside a transaction.
pub(crate) async fn insert(
    tx: &mut Tx,
    registration: &Registration,
    question: &Question,
    position: i64,
) -> Result<(), Fault> {
    query(INSERT)
        .bind(number(registration.meeting.slot()))
        .bind(registration.meeting.0)
        .bind(registration.id.0)
        .bind(question.id.0)
        .bind(position)
        .bind(&question.display_name)
        .bind(question.is_required)
        .bind(question.input.kind().name())
        .bind(json(&question.input.options()))
        .execute(tx)
        .await?;
    Ok(())
}

async fn raise(tx: &mut Tx, registration: &Registration) -> Result<bool, Fault> {
    lock(tx, registration.meeting).await?;
    let raised = query(RAISE)
        .bind(number(registration.meeting.slot()))
        .bind(registration.meeting.0)
        .bind(registration.id.0)
        .bind(registration.version)
        .execute(tx)
        .await?;
    Ok(raised == 1)
}
