//! What a filter means, said plainly: of one item at a time, without regard to how a database would find it.

use std::cmp::Ordering;

use super::{Comparison, Filter, Function, Literal, Order, OrderKey, Property};
use crate::enrolment::{Answer, Person};
use crate::question::Question;
use crate::registrant::Registrant;

/// An item that can be asked about.
pub trait Subject {
    /// The value of a property; [`Literal::Null`] where it has none.
    fn value(&self, property: Property) -> Literal;

    /// Its answers, each an item of its own.
    fn answers(&self) -> Vec<Box<dyn Subject + '_>> {
        Vec::new()
    }
}

impl Filter {
    /// Whether an item is asked for.
    pub fn matches(&self, item: &dyn Subject) -> bool {
        self.holds(item) == Some(true)
    }

    /// Whether it holds; `None` where that cannot be said, as OData has it: a function of a text that is not there. A
    /// comparison can always be said: only null is equal to null, and nothing is greater or less.
    fn holds(&self, item: &dyn Subject) -> Option<bool> {
        match self {
            Self::And(all) => all.iter().map(|one| one.holds(item)).fold(Some(true), and),
            Self::Or(all) => not(all.iter().map(|one| not(one.holds(item))).fold(Some(true), and)),
            Self::Not(one) => not(one.holds(item)),
            Self::Compare(property, comparison, literal) => {
                Some(compares(&item.value(*property), *comparison, literal))
            }
            Self::In(property, literals) => {
                let value = item.value(*property);
                Some(literals.iter().any(|literal| compares(&value, Comparison::Eq, literal)))
            }
            Self::Text(property, function, part) => text(&item.value(*property), *function, part),
            Self::AnyAnswer(None) => Some(!item.answers().is_empty()),
            Self::AnyAnswer(Some(of_one)) => {
                Some(item.answers().iter().any(|answer| of_one.matches(answer.as_ref())))
            }
        }
    }
}

fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn not(one: Option<bool>) -> Option<bool> {
    one.map(|holds| !holds)
}

fn compares(value: &Literal, comparison: Comparison, literal: &Literal) -> bool {
    let is_equal = || match (value, literal) {
        (Literal::Null, Literal::Null) => true,
        (Literal::Text(value), Literal::Text(literal)) => fold(value) == fold(literal),
        (Literal::Id(_), Literal::Id(None)) => false,
        (value, literal) => value == literal,
    };
    let order = || match (value, literal) {
        (Literal::Null, _) | (_, Literal::Null) => None,
        (value, literal) => Some(OrderKey::of(value).cmp(&OrderKey::of(literal))),
    };
    match comparison {
        Comparison::Eq => is_equal(),
        Comparison::Ne => !is_equal(),
        Comparison::Gt => order() == Some(Ordering::Greater),
        Comparison::Ge => order().is_some_and(Ordering::is_ge),
        Comparison::Lt => order() == Some(Ordering::Less),
        Comparison::Le => order().is_some_and(Ordering::is_le),
    }
}

fn text(value: &Literal, function: Function, part: &str) -> Option<bool> {
    let (value, part) = match value {
        Literal::Text(value) => (fold(value), fold(part)),
        Literal::Exact(value) => (value.clone(), part.to_owned()),
        _ => return None,
    };
    Some(match function {
        Function::StartsWith => value.starts_with(&part),
        Function::EndsWith => value.ends_with(&part),
        Function::Contains => value.contains(&part),
    })
}

/// The text in small letters, letter by letter: A to Z, and every other capital that has exactly one small letter which is
/// that of no other capital.
pub fn fold(text: &str) -> String {
    text.chars().map(|letter| small(letter).unwrap_or(letter)).collect()
}

/// The letters beyond ASCII in folded texts that have a capital: each capital and its small letter, once.
pub fn pairs(folded: &[impl AsRef<str>]) -> Vec<(char, char)> {
    let mut pairs = Vec::new();
    let letters = folded.iter().flat_map(|text| text.as_ref().chars());
    for letter in letters.filter(|letter| !letter.is_ascii()) {
        if let Some(capital) = only(letter.to_uppercase()).filter(|capital| small(*capital) == Some(letter))
            && !pairs.contains(&(capital, letter))
        {
            pairs.push((capital, letter));
        }
    }
    pairs
}

/// The small letter of a capital.
fn small(capital: char) -> Option<char> {
    if capital.is_ascii() {
        return capital.is_ascii_uppercase().then(|| capital.to_ascii_lowercase());
    }
    let letter = only(capital.to_lowercase()).filter(|letter| *letter != capital && !letter.is_ascii())?;
    (only(letter.to_uppercase()) == Some(capital)).then_some(letter)
}

fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next()?;
    letters.next().is_none().then_some(first)
}

/// How two items stand to each other; equal ones keep the order they come in.
pub fn in_order(one: &dyn Subject, other: &dyn Subject, orders: &[Order]) -> Ordering {
    let by = |order: &Order| {
        let [one, other] = [one, other].map(|item| item.value(order.property));
        // No value stands before any value, of whatever kind.
        let key = |value: &Literal| (*value != Literal::Null, OrderKey::of(value));
        let ordering = key(&one).cmp(&key(&other));
        if order.is_descending { ordering.reverse() } else { ordering }
    };
    orders.iter().map(by).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

/// A registrant as a list shows them, with the questions that they answered.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The registrant.
    pub registrant: &'a Registrant,
    /// The questions as they are now.
    pub questions: &'a [Question],
}

impl Subject for Answered<'_> {
    fn value(&self, property: Property) -> Literal {
        let registrant = self.registrant;
        let text = |text: &str| Literal::Text(text.to_owned());
        match (property, &registrant.person) {
            (Property::Id, Some(Person::External { external_id, .. })) => Literal::Exact(external_id.clone()),
            (Property::UserId, Some(Person::External { user: Some(user), .. })) => {
                Literal::Id(Some(user.person.0))
            }
            (Property::TenantId, Some(Person::External { user: Some(user), .. })) => {
                Literal::Id(Some(user.tenant.0))
            }
            (Property::Id, _) => Literal::Id(Some(registrant.id.0)),
            (Property::RegistrationDateTime, _) => Literal::Instant(registrant.registered_at),
            (Property::Status, _) => Literal::Exact(registrant.status().to_owned()),
            (Property::FirstName, Some(Person::Named { named, .. })) => text(&named.first_name),
            (Property::LastName, Some(Person::Named { named, .. })) => text(&named.last_name),
            (Property::Email, Some(Person::Named { named, .. })) => text(named.email.as_typed()),
            _ => Literal::Null,
        }
    }

    fn answers(&self) -> Vec<Box<dyn Subject + '_>> {
        let questions = self.questions;
        let answer = |answer| Box::new(AnswerTo { answer, questions }) as Box<dyn Subject>;
        self.registrant.answers.iter().map(answer).collect()
    }
}

/// A registrant as a report of attendance shows them.
#[derive(Clone, Copy, Debug)]
pub struct Attended<'a> {
    /// The registrant.
    pub registrant: &'a Registrant,
    /// Whether the door let them in.
    pub has_come: bool,
}

impl Subject for Attended<'_> {
    fn value(&self, property: Property) -> Literal {
        let registrant = Answered { registrant: self.registrant, questions: &[] };
        match property {
            Property::Id => Literal::Id(Some(self.registrant.id.0)),
            Property::RegistrantId => registrant.value(Property::Id),
            Property::EmailAddress => registrant.value(Property::Email),
            Property::Role => Literal::Exact(ATTENDEE.to_owned()),
            // How long somebody stayed who came only the room knows.
            Property::TotalAttendanceInSeconds if !self.has_come => Literal::Number(0),
            _ => Literal::Null,
        }
    }
}

/// The only role that is told.
pub const ATTENDEE: &str = "Attendee";

struct AnswerTo<'a> {
    answer: &'a Answer,
    questions: &'a [Question],
}

impl Subject for AnswerTo<'_> {
    fn value(&self, property: Property) -> Literal {
        match property {
            Property::QuestionId => Literal::Id(Some(self.answer.question.0)),
            Property::Value => Literal::Text(self.answer.value.clone()),
            Property::DisplayName => {
                let question = self.questions.iter().find(|question| question.id == self.answer.question);
                let name = question.and_then(|question| question.display_name.clone());
                name.map_or(Literal::Null, Literal::Text)
            }
            _ => Literal::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_fold_to_one_small_letter_or_stay_what_they_are() {
        assert_eq!(fold("ÅSA Ørsted ΝΙΚΟ ЖУК"), "åsa ørsted νικο жук");
        assert_eq!(fold("Weiß İzmir \u{212a}"), "weiß İzmir \u{212a}", "no letter becomes two, or another's");
        assert_eq!(pairs(&[fold("ÅÅñ ß1ı"), fold("Ñæ")]), [('Å', 'å'), ('Ñ', 'ñ'), ('Æ', 'æ')]);
    }

    /// What the SQL relies on: replacing every capital of `pairs` by its small letter is folding, as far as the text that
    /// is looked for goes.
    #[test]
    fn every_letter_is_the_small_one_of_one_capital_at_most() {
        for capital in '\0'..=char::MAX {
            if let Some(letter) = small(capital).filter(|letter| !letter.is_ascii()) {
                assert_eq!(pairs(&[letter.to_string()]), [(capital, letter)]);
                assert_eq!(small(letter), None, "folding twice is folding once: {letter}");
            }
        }
    }

    struct Nothing;

    impl Subject for Nothing {
        fn value(&self, _: Property) -> Literal {
            Literal::Null
        }
    }

    #[test]
    fn what_is_not_there_is_equal_to_null_alone_and_no_function_holds_of_it() {
        let compare = |comparison, literal| Filter::Compare(Property::Email, comparison, literal);
        let not = |filter| Filter::Not(Box::new(filter));
        let text = || Literal::Text("x".to_owned());
        let contains = || Filter::Text(Property::Email, Function::Contains, "x".to_owned());

        for (filter, expected) in [
            (compare(Comparison::Eq, Literal::Null), true),
            (compare(Comparison::Ne, Literal::Null), false),
            (compare(Comparison::Eq, text()), false),
            (compare(Comparison::Ne, text()), true),
            (compare(Comparison::Lt, text()), false),
            (compare(Comparison::Ge, Literal::Null), false),
            (not(compare(Comparison::Lt, text())), true),
            (contains(), false),
            (not(contains()), false),
            (not(Filter::And(vec![contains(), compare(Comparison::Eq, text())])), true),
            (Filter::Or(vec![contains(), compare(Comparison::Ne, text())]), true),
            (Filter::In(Property::Email, vec![text(), Literal::Null]), true),
            (Filter::AnyAnswer(None), false),
        ] {
            assert_eq!(filter.matches(&Nothing), expected, "{filter:?}");
        }
    }
}
