//! Nobody's mailbox is filled by what others type into forms, and no organisation sends more than it may
//! (docs/protection.md#somebody-elses-mailbox and #letters-of-an-organisation).

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::link::LinkKey;
use domain::{AddressHash, AddressUse, LetterKind, MailQuota, OutboxId, Person, TenantId, WithheldReason};
use jiff::Timestamp;
use store::{DueLetter, Fault, Settlement};

use super::shift::Shift;

/// Whoever is registered somewhere because a stranger typed their address gets what others registered there get:
/// reminders, updates, a cancellation. Of those so many times as many as of confirmations.
const OTHERS_FACTOR: u32 = 5;

/// What is told of a letter that waits for the next day.
const ENOUGH_FOR_TODAY: &str = "the organisation has had as many letters sent today as it may";

impl Shift {
    /// How those of these letters end that are not to be sent now. Asked as they are leased, for all of them together: the
    /// enrolments that caused them did not wait for it.
    pub(super) async fn kept_back(
        &self,
        letters: &[DueLetter],
        now: Timestamp,
    ) -> Result<HashMap<OutboxId, Settlement>, Fault> {
        let withheld = self.withheld(letters, now).await?;
        let over_quota =
            self.over_quota(letters.iter().filter(|letter| !withheld.contains(&letter.id)), now).await?;
        let withheld =
            withheld.into_iter().map(|id| (id, Settlement::Withheld(WithheldReason::MailboxHadEnough)));
        let tomorrow = MailQuota::next_day(now);
        let later = |id| (id, Settlement::Untried(tomorrow, ENOUGH_FOR_TODAY.to_owned()));
        Ok(withheld.chain(over_quota.into_iter().map(later)).collect())
    }

    /// Which of these letters their organisations may not have sent today.
    async fn over_quota(
        &self,
        letters: impl Iterator<Item = &DueLetter>,
        now: Timestamp,
    ) -> Result<Vec<OutboxId>, Fault> {
        let room = self.room();
        let mut parties: BTreeMap<TenantId, (MailQuota, Vec<OutboxId>)> = BTreeMap::new();
        // An offer runs out, and is one for each place: it waits for no other day.
        for letter in letters.filter(|letter| letter.kind != LetterKind::PlaceOffered) {
            let tenant = letter.meeting.tenant;
            if let Some(quota) = room.letterhead.houses.of(tenant).mail_quota {
                parties.entry(tenant).or_insert((quota, Vec::new())).1.push(letter.id);
            }
        }
        let mut over = Vec::new();
        for (tenant, (quota, party)) in parties {
            let asked = party.len() as u64;
            let counted = room.store.count_letters(tenant, party.len() as u32, now).await?;
            let granted = quota.granted(asked, counted);
            // Said by whoever is the first to go beyond it.
            if granted > 0 && granted < asked || counted == asked + u64::from(quota.0) {
                tracing::warn!(%tenant, "letters wait for tomorrow, the organisation has had its `letters_per_day`");
            }
            over.extend(party.into_iter().skip(granted as usize));
        }
        Ok(over)
    }

    /// Which of these letters are never to be sent because their mailboxes have had as many as they may get.
    async fn withheld(&self, letters: &[DueLetter], now: Timestamp) -> Result<HashSet<OutboxId>, Fault> {
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
