//! Nobody's mailbox is filled by what others type into forms (docs/protection.md#somebody-elses-mailbox).

use std::collections::HashSet;

use domain::link::LinkKey;
use domain::{AddressHash, AddressUse, LetterKind, OutboxId, Person};
use jiff::Timestamp;
use store::{DueLetter, Fault};

use super::shift::Shift;

impl Shift {
    /// Which of these letters are not to be sent because their mailboxes have had as many as they may get. Asked as they
    /// are leased, for all of them in one transaction: the enrolments that caused them did not wait for it.
    pub(super) async fn withheld(
        &self,
        letters: &[DueLetter],
        now: Timestamp,
    ) -> Result<HashSet<OutboxId>, Fault> {
        let room = self.room();
        let of_strangers =
            |letter: &DueLetter| Some((mailbox(letter, &room.letterhead.links.key)?, letter.id));
        let asked: Vec<(AddressHash, OutboxId)> = letters.iter().filter_map(of_strangers).collect();
        if asked.is_empty() {
            return Ok(HashSet::new());
        }
        let withheld = room.store.withhold_letters(&asked, room.limits.letters_per_hour, now).await?;
        if !withheld.is_empty() {
            tracing::warn!(
                count = withheld.len(),
                "letters are withheld, their mailboxes have had `protection.letters_per_hour`"
            );
        }
        Ok(withheld)
    }
}

/// The mailbox of a letter that somebody else than its owner may have caused: by typing an address, once or again. What a
/// signed-in person, their own link or the organizer causes is not counted.
fn mailbox(letter: &DueLetter, key: &LinkKey) -> Option<AddressHash> {
    match (letter.kind, &letter.registrant.person) {
        (LetterKind::Confirmation, Some(Person::Named { named, user: None })) => {
            Some(AddressHash::of(key, AddressUse::Allowance, &named.email))
        }
        _ => None,
    }
}
