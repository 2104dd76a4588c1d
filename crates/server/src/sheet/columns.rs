//! What stands in the columns of a list of registrants: stable names first, then the questions by their texts.

use std::collections::HashSet;

use domain::{Meeting, Person, Question, QuestionId, Registrant, Registration};
use wire::zone::PREFERRED_TIMEZONE;

use crate::graph::public_id;

/// A column that every list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixed {
    /// The registrant's id, as the API has it.
    Id,
    /// The registrant's status.
    Status,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// Address.
    Email,
    /// The person in the directory.
    UserId,
    /// The person's directory, of an external registrant.
    TenantId,
    /// When the place was given, RFC 3339 in UTC.
    RegisteredAt,
    /// When it was given back.
    CanceledAt,
    /// The IANA name of the zone that they read times in.
    TimeZone,
}

/// Every such column, in order.
pub const FIXED: [Fixed; 10] = [
    Fixed::Id,
    Fixed::Status,
    Fixed::FirstName,
    Fixed::LastName,
    Fixed::Email,
    Fixed::UserId,
    Fixed::TenantId,
    Fixed::RegisteredAt,
    Fixed::CanceledAt,
    Fixed::TimeZone,
];

impl Fixed {
    /// Its heading: the name in the API.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Status => "status",
            Self::FirstName => "firstName",
            Self::LastName => "lastName",
            Self::Email => "email",
            Self::UserId => "userId",
            Self::TenantId => "tenantId",
            Self::RegisteredAt => "registrationDateTime",
            Self::CanceledAt => "cancelationDateTime",
            Self::TimeZone => PREFERRED_TIMEZONE,
        }
    }

    fn cell(self, meeting: &Meeting, registration: &Registration, registrant: &Registrant) -> String {
        let named = match &registrant.person {
            Some(Person::Named { named, .. }) => Some(named),
            _ => None,
        };
        let text = match self {
            Self::Id => Some(public_id(meeting, registration, registrant)),
            Self::Status => Some(registrant.status().to_owned()),
            Self::FirstName => named.map(|named| named.first_name.clone()),
            Self::LastName => named.map(|named| named.last_name.clone()),
            Self::Email => named.map(|named| named.email.as_typed().to_owned()),
            Self::UserId => registrant.user().map(|user| user.to_string()),
            Self::TenantId => match &registrant.person {
                Some(Person::External { user, .. }) => user.map(|user| user.tenant.to_string()),
                _ => None,
            },
            Self::RegisteredAt => Some(wire::time::write(registrant.registered_at)),
            Self::CanceledAt => registrant.standing.end().map(|end| wire::time::write(end.at)),
            Self::TimeZone => registrant.time_zone.clone(),
        };
        text.unwrap_or_default()
    }
}

/// The headings of questions: their texts, each told from every heading before it.
pub fn headings(questions: &[Question]) -> Vec<String> {
    let mut taken: HashSet<String> = FIXED.iter().map(|fixed| fixed.heading().to_ascii_lowercase()).collect();
    let heading = |(n, question): (usize, &Question)| {
        let text = question.display_name.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let text = text.map_or_else(|| format!("question {}", n + 1), str::to_owned);
        let mut heading = text.clone();
        let mut times = 1;
        while !taken.insert(heading.to_lowercase()) {
            times += 1;
            heading = format!("{text} ({times})");
        }
        heading
    };
    questions.iter().enumerate().map(heading).collect()
}

/// The columns of one list.
#[derive(Clone, Debug)]
pub struct Columns {
    fixed: Vec<Fixed>,
    questions: Vec<(QuestionId, String)>,
}

impl Columns {
    /// All that a registration has, or those that are `wanted` by their names in the API.
    pub fn of(registration: &Registration, wanted: Option<&[String]>) -> Self {
        let is_wanted = |name: &str| {
            wanted.is_none_or(|wanted| wanted.iter().any(|wanted| wanted == name || wanted == "*"))
        };
        let questions = registration.built_in().map_or(&[][..], |built_in| &built_in.questions);
        let of_questions = questions.iter().map(|question| question.id).zip(headings(questions));
        Self {
            fixed: FIXED.into_iter().filter(|fixed| is_wanted(fixed.heading())).collect(),
            questions: of_questions.filter(|_| is_wanted("customQuestionAnswers")).collect(),
        }
    }

    /// The row of headings.
    pub fn headings(&self) -> Vec<String> {
        let fixed = self.fixed.iter().map(|fixed| fixed.heading().to_owned());
        fixed.chain(self.questions.iter().map(|(_, heading)| heading.clone())).collect()
    }

    /// The row of a registrant.
    pub fn row(
        &self,
        meeting: &Meeting,
        registration: &Registration,
        registrant: &Registrant,
    ) -> Vec<String> {
        let fixed = self.fixed.iter().map(|fixed| fixed.cell(meeting, registration, registrant));
        let answer = |id: &QuestionId| {
            let answer = registrant.answers.iter().find(|answer| answer.question == *id);
            answer.map(|answer| answer.value.clone()).unwrap_or_default()
        };
        fixed.chain(self.questions.iter().map(|(id, _)| answer(id))).collect()
    }
}

#[cfg(test)]
mod tests {
    use domain::question::AnswerInput;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn no_two_columns_are_called_the_same() {
        let asked = |texts: &[Option<&str>]| {
            let question = |text: &Option<&str>| Question {
                id: QuestionId(Uuid::nil()),
                display_name: text.map(str::to_owned),
                is_required: false,
                input: AnswerInput::Text,
            };
            headings(&texts.iter().map(question).collect::<Vec<_>>())
        };

        assert_eq!(
            asked(&[
                Some("Which river?"),
                Some("E-Mail"),
                Some("Email"),
                None,
                Some("which river? "),
                Some("")
            ]),
            ["Which river?", "E-Mail", "Email (2)", "question 4", "which river? (2)", "question 6"]
        );
    }
}
