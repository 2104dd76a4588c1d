//! What must be true after a crash. Nothing in here asks anybody: the observations come in as values.

use std::collections::{BTreeMap, BTreeSet};

/// What the clients know.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// Addresses that asked for a place, answered or not.
    pub(super) asked: BTreeSet<String>,
    /// Addresses that were told they have a place.
    pub(super) acknowledged: BTreeSet<String>,
    /// Addresses that asked to give it back, answered or not.
    pub(super) cancel_asked: BTreeSet<String>,
    /// Addresses that were told it is given back.
    pub(super) cancel_acknowledged: BTreeSet<String>,
}

/// A line of the list of registrants.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) email: String,
    pub(super) is_registered: bool,
}

/// A letter that the mail server took.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) email: String,
    pub(super) message_id: String,
    pub(super) is_confirmation: bool,
}

/// What is wrong with the list, by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    /// A place was acknowledged and is not there.
    pub(super) lost: Vec<String>,
    /// One person stands in the list twice.
    pub(super) doubled: Vec<String>,
    /// A cancellation was acknowledged and is not there.
    pub(super) revived: Vec<String>,
    /// Somebody is canceled who never asked for it, or in the list without having asked for a place.
    pub(super) unasked: Vec<String>,
}

/// What is wrong with the letters, by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Letters {
    /// No letter of a kind that is due.
    pub(super) missing: Vec<String>,
    /// Two different letters of one kind.
    pub(super) doubled: Vec<String>,
    /// A letter to somebody whom the list does not know, or of a cancellation that is none.
    pub(super) unasked: Vec<String>,
    /// Letters that came again under the same Message-ID: the window that SMTP cannot close.
    pub(super) again: usize,
}

impl Rows {
    pub(super) fn is_clean(&self) -> bool {
        self == &Self::default()
    }
}

/// Holds the list against what the clients were told.
pub(super) fn check_rows(told: &Told, rows: &[Row]) -> Rows {
    let mut by_email: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_email.entry(&row.email).or_default().push(row);
    }
    let mut found = Rows::default();
    let lost = told.acknowledged.iter().filter(|email| !by_email.contains_key(email.as_str()));
    found.lost.extend(lost.cloned());
    for (email, rows) in by_email {
        let email = email.to_owned();
        let is_registered = rows.iter().any(|row| row.is_registered);
        if !told.asked.contains(&email) || !(is_registered || told.cancel_asked.contains(&email)) {
            found.unasked.push(email.clone());
        }
        if is_registered && told.cancel_acknowledged.contains(&email) {
            found.revived.push(email.clone());
        }
        if rows.len() > 1 {
            found.doubled.push(email);
        }
    }
    found
}

/// Holds the letters against the list.
pub(super) fn check_letters(rows: &[Row], letters: &[Letter]) -> Letters {
    let mut ids: BTreeMap<(&str, bool), BTreeSet<&str>> = BTreeMap::new();
    let mut found = Letters::default();
    for letter in letters {
        let is_new =
            ids.entry((&letter.email, letter.is_confirmation)).or_default().insert(&letter.message_id);
        found.again += usize::from(!is_new);
    }
    let mut due = BTreeSet::new();
    let mut possible = BTreeSet::new();
    for row in rows {
        // Who canceled before the confirmation left gets the cancellation alone.
        due.insert((row.email.as_str(), row.is_registered));
        possible.insert((row.email.as_str(), true));
    }
    let name = |(email, is_confirmation): &(&str, bool)| {
        format!("{email} ({})", if *is_confirmation { "confirmation" } else { "cancellation" })
    };
    found.missing = due.iter().filter(|key| !ids.contains_key(key)).map(name).collect();
    found.doubled = ids.iter().filter(|(_, ids)| ids.len() > 1).map(|(key, _)| name(key)).collect();
    found.unasked =
        ids.keys().filter(|key| !due.contains(key) && !possible.contains(key)).map(name).collect();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(people: &[&str]) -> Told {
        let people: BTreeSet<String> = people.iter().map(|email| (*email).to_owned()).collect();
        Told { asked: people.clone(), acknowledged: people, ..Told::default() }
    }

    fn row(email: &str) -> Row {
        Row { email: email.to_owned(), is_registered: true }
    }

    fn letter(email: &str, message_id: &str, is_confirmation: bool) -> Letter {
        Letter { email: email.to_owned(), message_id: message_id.to_owned(), is_confirmation }
    }

    #[test]
    fn what_is_as_it_should_be_is_not_reported() {
        let mut told = told(&["a", "b"]);
        told.asked.insert("unanswered".to_owned());
        told.cancel_asked.extend(["b".to_owned()]);
        told.cancel_acknowledged.extend(["b".to_owned()]);
        let rows = [row("a"), Row { is_registered: false, ..row("b") }];
        let letters = [letter("a", "1", true), letter("b", "2", true), letter("b", "3", false)];

        assert!(check_rows(&told, &rows).is_clean());
        assert_eq!(check_letters(&rows, &letters), Letters::default());
        assert_eq!(check_letters(&rows, &letters[..1]).missing, ["b (cancellation)"]);
    }

    #[test]
    fn one_missing_one_doubled_and_one_without_a_letter_are_each_reported() {
        let told = told(&["missing", "doubled", "letterless", "fine"]);
        let rows = [row("doubled"), row("doubled"), row("letterless"), row("fine")];
        let letters = [
            letter("doubled", "1", true),
            letter("doubled", "2", true),
            letter("fine", "3", true),
            letter("fine", "3", true),
        ];

        let (rows_found, letters_found) = (check_rows(&told, &rows), check_letters(&rows, &letters));

        assert_eq!(rows_found.lost, ["missing"]);
        assert_eq!(rows_found.doubled, ["doubled"]);
        assert_eq!(letters_found.missing, ["letterless (confirmation)"]);
        assert_eq!(letters_found.doubled, ["doubled (confirmation)"]);
        assert_eq!(letters_found.again, 1, "the same letter again is counted and tolerated");
    }

    #[test]
    fn a_cancellation_that_came_back_and_one_that_nobody_asked_for_are_reported() {
        let mut told = told(&["revived", "unasked"]);
        told.cancel_asked.insert("revived".to_owned());
        told.cancel_acknowledged.insert("revived".to_owned());
        let rows = [row("revived"), Row { is_registered: false, ..row("unasked") }, row("stranger")];

        let found = check_rows(&told, &rows);

        assert_eq!(found.revived, ["revived"]);
        assert_eq!(found.unasked, ["stranger", "unasked"]);
        let letters = [letter("nobody", "1", true), letter("revived", "2", false)];
        assert_eq!(
            check_letters(&rows, &letters).unasked,
            ["nobody (confirmation)", "revived (cancellation)"]
        );
    }
}
