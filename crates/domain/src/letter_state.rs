//! What became of a registrant's letters.

use std::cmp::Reverse;

use jiff::Timestamp;
use uuid::Uuid;

use crate::letter::{LetterKind, WithheldReason};

/// A letter and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterState {
    /// The letter's id; of one that left before ids were kept, its event's.
    pub id: Uuid,
    /// What it tells; `None` where something came back and it is not known about which.
    pub kind: Option<LetterKind>,
    /// Where it is.
    pub fate: Fate,
    /// Since when; of one that waits, when it is tried next.
    pub at: Timestamp,
    /// What a mail server last said, without addresses.
    pub answer: Option<String>,
}

/// Where a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits.
    Queued,
    /// The mail server took it.
    Sent,
    /// The mail server refused it, or it was tried too often.
    Failed,
    /// It was not sent, though it would have been true; `None` where it is not known any more why.
    Withheld(Option<WithheldReason>),
    /// It was not sent, because it had become untrue, or is not wanted.
    Dropped,
    /// It came back.
    Bounced,
    /// It is on its way, and late.
    Delayed,
    /// Something came back that cannot be read.
    Returned,
}

impl Fate {
    /// Whether it is told by what came back, and not by the letter itself.
    pub fn is_of_a_return(self) -> bool {
        matches!(self, Self::Bounced | Self::Delayed | Self::Returned)
    }

    /// Whether the letter left, so that something may come back about it.
    fn has_left(self) -> bool {
        self == Self::Sent || self.is_of_a_return()
    }
}

/// Somebody's letters, newest first, from what is known of each and from what came back.
pub fn with_returns(states: impl IntoIterator<Item = LetterState>) -> Vec<LetterState> {
    let (mut came_back, mut letters): (Vec<_>, Vec<_>) =
        states.into_iter().partition(|state| state.fate.is_of_a_return());
    came_back.sort_by_key(|state| state.at);
    for state in came_back {
        put_onto(&mut letters, state);
    }
    letters.sort_by_key(|letter| Reverse((letter.at, letter.id)));
    letters
}

/// What came back is about the last letter of its kind that had left by then. A letter that came back is not late as well.
fn put_onto(letters: &mut Vec<LetterState>, state: LetterState) {
    let may_be_meant = |letter: &&mut LetterState| {
        letter.fate.has_left() && letter.at <= state.at && (state.kind.is_none() || letter.kind == state.kind)
    };
    match letters.iter_mut().filter(may_be_meant).max_by_key(|letter| letter.at) {
        Some(letter) if letter.fate == Fate::Bounced => {}
        Some(letter) => *letter = LetterState { id: letter.id, kind: letter.kind, ..state },
        None => letters.push(state),
    }
}

#[cfg(test)]
mod tests {
    use super::Fate::*;
    use super::*;

    type Told = (u128, Option<LetterKind>, Fate, i64);

    const CONFIRMATION: Option<LetterKind> = Some(LetterKind::Confirmation);
    const UPDATE: Option<LetterKind> = Some(LetterKind::Update);

    fn state((id, kind, fate, second): Told) -> LetterState {
        let at = Timestamp::from_second(second).unwrap();
        LetterState { id: Uuid::from_u128(id), kind, fate, at, answer: None }
    }

    fn check(name: &str, states: &[Told], expected: &[Told]) {
        // In whatever order they are read.
        for states in [states.to_vec(), states.iter().rev().copied().collect()] {
            let told = with_returns(states.into_iter().map(state));
            assert_eq!(told, expected.iter().copied().map(state).collect::<Vec<_>>(), "{name}");
        }
    }

    #[test]
    fn what_came_back_is_about_the_last_letter_of_its_kind_that_had_left() {
        let (first, update, second) =
            ((1, CONFIRMATION, Sent, 1), (2, UPDATE, Sent, 2), (3, CONFIRMATION, Sent, 9));
        for (name, states, expected) in [
            ("nothing", vec![], vec![]),
            ("newest first", vec![first, update, second], vec![second, update, first]),
            (
                "of its kind",
                vec![first, update, (7, CONFIRMATION, Bounced, 5)],
                vec![(1, CONFIRMATION, Bounced, 5), update],
            ),
            (
                "of an unknown kind: the last",
                vec![first, update, (7, None, Bounced, 5)],
                vec![(2, UPDATE, Bounced, 5), first],
            ),
            (
                "none that left later",
                vec![first, second, (7, CONFIRMATION, Delayed, 5)],
                vec![second, (1, CONFIRMATION, Delayed, 5)],
            ),
            (
                "late, and back after all",
                vec![first, (7, CONFIRMATION, Delayed, 5), (8, None, Bounced, 6)],
                vec![(1, CONFIRMATION, Bounced, 6)],
            ),
            (
                "back, and late no more",
                vec![first, (7, CONFIRMATION, Bounced, 5), (8, None, Delayed, 6)],
                vec![(1, CONFIRMATION, Bounced, 5)],
            ),
            (
                "none that never left",
                vec![
                    (1, CONFIRMATION, Queued, 1),
                    (2, CONFIRMATION, Withheld(None), 2),
                    (7, CONFIRMATION, Returned, 5),
                ],
                vec![
                    (7, CONFIRMATION, Returned, 5),
                    (2, CONFIRMATION, Withheld(None), 2),
                    (1, CONFIRMATION, Queued, 1),
                ],
            ),
            (
                "about no letter that is known",
                vec![update, (7, CONFIRMATION, Bounced, 5)],
                vec![(7, CONFIRMATION, Bounced, 5), update],
            ),
        ] {
            check(name, &states, &expected);
        }
    }
}
