//! Nobody's mailbox is filled by what others type into forms (docs/protection.md#somebody-elses-mailbox).

use std::collections::HashSet;

use domain::link::LinkKey;
use domain::{AddressHash, AddressUse, LetterKind, OutboxId, Person};
use jiff::Timestamp;
use store::{DueLetter, Fault};

use super::shift::Shift;

/// Whoever is registered somewhere because a stranger typed their address gets what others registered there get:
/// reminders, updates, a cancellation. Of those so many times as many as of confirmations.
const OTHERS_FACTOR: u32 = 5;

impl Shift {
    /// Which of these letters are not to be sent because their mailboxes have had as many as they may get. Asked as they
    /// are leased, for all of them together: the enrolments that caused them did not wait for it.
    pub(super) async fn withheld(
        &self,
        letters: &[DueLetter],
        now: Timestamp,
    ) -> Result<HashSet<OutboxId>, Fault> {
        let room = self.room();
        let limit = room.limits.letters_per_hour;
        let mut withheld = HashSet::new();
        for (usage, limit) in
            [(AddressUse::Allowance, limit), (AddressUse::OtherLetters, limit.saturating_mul(OTHERS_FACTOR))]
        {
            let of_strangers =
                |letter: &DueLetter| Some((mailbox(letter, usage, &room.letterhead.links.key)?, letter.id));
            let asked: Vec<(AddressHash, OutboxId)> = letters.iter().filter_map(of_strangers).collect();
            if !asked.is_empty() {
                withheld.extend(room.store.withhold_letters(&asked, limit, now).await?);
            }
        }
        if !withheld.is_empty() {
            tracing::warn!(
                count = withheld.len(),
                "letters are withheld, their mailboxes have had `protection.letters_per_hour`"
            );
        }
        Ok(withheld)
    }
}

/// The mailbox of a letter that somebody else than its owner may have caused: by typing an address. What goes to a
/// signed-in person is not counted.
fn mailbox(letter: &DueLetter, usage: AddressUse, key: &LinkKey) -> Option<AddressHash> {
    let counted = match letter.kind {
        LetterKind::Confirmation | LetterKind::Waitlisted | LetterKind::PendingApproval => {
            AddressUse::Allowance
        }
        _ => AddressUse::OtherLetters,
    };
    match &letter.registrant.person {
        Some(Person::Named { named, user: None }) if counted == usage => {
            Some(AddressHash::of(key, usage, &named.email))
        }
        _ => None,
    }
}
