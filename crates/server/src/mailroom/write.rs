//! Writing a letter from the live row, or finding that there is nothing true left to say.

use std::fmt;
use std::future::pending;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;

use domain::enrolment::{Named, Person};
use domain::person::DirectoryPerson;
use domain::return_address::seal_return;
use domain::{
    AddressHash, AddressUse, CanceledBy, Email, LetterKind, Meeting, Registrant, ReturnKind, Standing,
    WithheldReason,
};
use lettre::message::Mailbox as Address;
use pages::{Language, LetterFacts, Zones, calendar_file, letter};
use store::{DueLetter, Fault, Store};
use tokio::task::spawn_blocking;

use super::dkim::DkimSigner;
use super::links::LetterLinks;
use super::mime::{self, Links, SealedLetter};
use super::{Mailroom, smtp::Unusable};
use crate::config::{Mail, ReturnPath};
use crate::house::Houses;
use crate::secret_file;

/// What all letters have in common.
#[derive(Clone)]
pub struct Letterhead {
    /// Makes the personal links.
    pub links: LetterLinks,
    /// Who the letters come from; also where bounces go without `return_path`.
    pub sender: Address,
    /// Where answers go, if not to `sender`.
    pub reply_to: Option<Address>,
    /// The zone and the colour of each organisation.
    pub houses: Houses,
    /// What the senders on envelopes are made from.
    pub return_path: Option<ReturnPath>,
    /// Whether somebody listens there, so that calendars may answer.
    pub takes_answers: bool,
    /// Signs the letters.
    pub dkim: Option<Arc<DkimSigner>>,
}

/// What became of writing a letter.
pub(super) enum Written {
    /// It is ready, to go to that address.
    Sealed(Box<SealedLetter>, AddressHash),
    /// There is nothing true left to say.
    Untrue,
    /// It is not to be sent.
    Withheld(WithheldReason),
}

impl Letterhead {
    /// As configured. Without `mail.from` letters can only go to the built-in mailbox, and come from an address
    /// that cannot exist.
    pub fn from_config(mail: &Mail, links: LetterLinks, houses: Houses) -> Result<Self, Unusable> {
        let nobody = || {
            let email =
                lettre::Address::new("no-reply", "usher.invalid").expect("a constant address is valid");
            Address::new(Some("Usher".to_owned()), email)
        };
        let sender = mail.from.clone().map_or_else(|| Ok(nobody()), |from| ascii(from, "mail.from"))?;
        let reply_to = mail.reply_to.clone().map(|to| ascii(to, "mail.reply_to")).transpose()?;
        Ok(Self {
            links,
            sender,
            reply_to,
            houses,
            return_path: mail.return_path.clone(),
            takes_answers: mail.lmtp.listen.is_some(),
            dkim: open_dkim(mail)?.map(Arc::new),
        })
    }

    /// Where something about a registrant's letters comes back to; `None` where nobody takes it.
    pub fn return_address(&self, kind: ReturnKind, registrant: &Registrant) -> Option<String> {
        let ReturnPath { name, domain } = self.return_path.as_ref()?;
        let token = seal_return(&self.links.key, kind, registrant.meeting, registrant.id);
        Some(format!("{name}+{token}@{domain}"))
    }
}

/// The key that signs letters, as configured.
pub fn open_dkim(mail: &Mail) -> Result<Option<DkimSigner>, Unusable> {
    let dkim = &mail.dkim;
    let (Some(domain), Some(selector), Some(file)) = (&dkim.domain, &dkim.selector, &dkim.key_file) else {
        return Ok(None);
    };
    let wrong = |file: &Path, why: &dyn fmt::Display| {
        Unusable(format!("`mail.dkim.key_file` (`{}`): {why}", file.display()))
    };
    let pem = secret_file::read(file).map_err(|problem| wrong(file, &problem))?;
    let pem = pem.ok_or_else(|| wrong(file, &"there is no such file"))?;
    let signer = DkimSigner::new(domain.clone(), selector.clone(), &pem);
    signer.map(Some).map_err(|problem| wrong(file, &problem))
}

/// The address with its domain as mail servers spell it.
fn ascii(address: Address, key: &str) -> Result<Address, Unusable> {
    let email = Email::parse(address.email.as_ref())
        .ok()
        .and_then(|email| email.to_ascii().parse().ok())
        .ok_or_else(|| Unusable(format!("`{key}` is not an address every mail server can carry")))?;
    Ok(Address::new(address.name, email))
}

/// Who invites.
struct Organizer {
    name: String,
    mail: Option<String>,
}

impl Mailroom {
    /// The letter as it is true now. Reads the rows again, because a letter may have waited since it was leased.
    pub(super) async fn write(&self, due: &DueLetter) -> Result<Written, Fault> {
        let room = &*self.0;
        let Some(due) = room.store.read_again(due).await? else { return Ok(Written::Untrue) };
        if !self.is_true(&due)? {
            return Ok(Written::Untrue);
        }
        // Registrants of other systems have no address here, and their own system writes to them.
        let Some(Person::Named { named, .. }) = &due.registrant.person else { return Ok(Written::Untrue) };
        let address = AddressHash::of(&room.letterhead.links.key, AddressUse::Suppression, &named.email);
        if room.store.is_suppressed(&address).await? {
            return Ok(Written::Withheld(WithheldReason::AddressSuppressed));
        }
        let organizer = find_organizer(&room.store, &room.letterhead, &due.meeting).await?;
        // Takes as long as answering several requests, and is not done where they are answered.
        let (mailroom, named) = (self.clone(), named.clone());
        let composed = spawn_blocking(move || mailroom.compose(&due, &named, &organizer));
        match composed.await {
            Ok(sealed) => Ok(Written::Sealed(Box::new(sealed?), address)),
            Err(error) => match error.try_into_panic() {
                Ok(cause) => resume_unwind(cause),
                // The service ends.
                Err(_) => pending().await,
            },
        }
    }

    /// The calendar entry that a confirmation would bring now, as a file to fetch; `None` where they have no place.
    pub async fn calendar_file(&self, registrant: &Registrant) -> Result<Option<String>, Fault> {
        let room = &*self.0;
        let Some(due) = &room.store.confirmation_of(registrant).await? else { return Ok(None) };
        let Some(Person::Named { named, .. }) = &due.registrant.person else { return Ok(None) };
        if !self.is_true(due)? {
            return Ok(None);
        }
        let organizer = find_organizer(&room.store, &room.letterhead, &due.meeting).await?;
        self.with_facts(due, named, &organizer, calendar_file).map(Some)
    }

    /// Whether the letter still says something that its recipient should hear.
    fn is_true(&self, due: &DueLetter) -> Result<bool, Fault> {
        let (room, now) = (&*self.0, self.0.clock.now());
        let standing = &due.registrant.standing;
        let is_timely = match due.kind {
            LetterKind::Confirmation
            | LetterKind::Cancellation
            | LetterKind::Waitlisted
            | LetterKind::OfferExpired
            | LetterKind::PendingApproval
            | LetterKind::Rejected => true,
            // Whoever reads it too late could only be disappointed.
            LetterKind::PlaceOffered => {
                matches!(standing, Standing::Offered { expires_at } if *expires_at == due.moment()? && now < *expires_at)
            }
            // A later change has an update of its own, which tells this one as well.
            LetterKind::Update => due.about == due.told.told_version && now < due.end_at()?,
            // Not once the meeting has begun, was moved, or the next reminder takes its place.
            LetterKind::Reminder => {
                let reminders = due.reminders(&room.reminders)?;
                due.registrant.wants_reminders && reminders.due(due.start_at()?, now) == Some(due.moment()?)
            }
            // What was told since has an invitation of its own to decline.
            LetterKind::Offer => due.about == due.told.told_version && now < due.start_at()?,
        };
        Ok(is_timely && due.kind.is_true_of(standing, due.told.is_live))
    }

    fn compose(&self, due: &DueLetter, named: &Named, organizer: &Organizer) -> Result<SealedLetter, Fault> {
        let links = &self.0.letterhead.links;
        let link = due.registrant.link();
        let written = self.with_facts(due, named, organizer, letter)?;
        let links = Links {
            join_url: links.join(&link),
            manage_url: links.manage(&link),
            stop_url: self.stop_url(due),
        };
        Ok(mime::seal(self, due, named, written, links))
    }

    /// What switches reminders off, in a reminder.
    fn stop_url(&self, due: &DueLetter) -> Option<String> {
        let links = &self.0.letterhead.links;
        (due.kind == LetterKind::Reminder).then(|| links.stop_reminders(&due.registrant.link()))
    }

    /// Writes something from what a letter is written from.
    fn with_facts<T>(
        &self,
        due: &DueLetter,
        named: &Named,
        organizer: &Organizer,
        write: impl FnOnce(&LetterFacts<'_>) -> T,
    ) -> Result<T, Fault> {
        let registrant = &due.registrant;
        let head = &self.0.letterhead;
        let Letterhead { links, sender, houses, .. } = head;
        let house = houses.of(due.meeting.tenant);
        let link = registrant.link();
        let sender_mail = sender.email.to_string();
        let reply_mail =
            head.takes_answers.then(|| head.return_address(ReturnKind::Reply, registrant)).flatten();
        Ok(write(&LetterFacts {
            kind: due.kind,
            canceled_by: canceled_by(due),
            had_a_place: !matches!(registrant.standing, Standing::Withdrawn(_)),
            offer_expires_at: match registrant.standing {
                Standing::Offered { expires_at } => Some(expires_at),
                _ => None,
            },
            language: registrant.language.as_deref().map(Language::choose).unwrap_or_default(),
            first_name: &named.first_name,
            last_name: &named.last_name,
            email: &named.email.to_ascii(),
            subject: due.told.subject.as_ref().or(due.meeting.subject.as_ref()).map_or("", String::as_str),
            description: due.told.description.as_deref(),
            start_at: due.start_at()?,
            end_at: due.end_at()?,
            zones: Zones { registered: registrant.time_zone.as_deref(), ..house.zones(None) },
            accent: house.accents.map(|accents| accents.light),
            organizer_name: &organizer.name,
            organizer_mail: organizer.mail.as_deref(),
            sender_mail: &sender_mail,
            reply_mail: reply_mail.as_deref(),
            stop_url: self.stop_url(due).as_deref(),
            join_url: &links.join(&link),
            manage_url: &links.manage(&link),
            uid: &format!("{}@{}", registrant.id, links.host()),
            sequence: sequence(due),
            stamped_at: due.told_at()?,
        }))
    }
}

fn canceled_by(due: &DueLetter) -> CanceledBy {
    if due.about != 0 {
        CanceledBy::OrganizerForAll
    } else if due.registrant.canceled_themself() {
        CanceledBy::Registrant
    } else {
        CanceledBy::Organizer
    }
}

/// SEQUENCE of the calendar entry: grows with every change of what people are told and once more with the
/// cancellation, which is the last thing that happens to a registrant. So whatever is sent later never has a lower
/// number, and a cancellation has a higher one than every invitation before it (RFC 5546, section 2.1.5).
fn sequence(due: &DueLetter) -> u32 {
    let changes = u32::try_from(due.told.told_version).unwrap_or_default();
    changes.saturating_add(due.registrant.calendar_sequence())
}

async fn find_organizer(store: &Store, head: &Letterhead, meeting: &Meeting) -> Result<Organizer, Fault> {
    let person = store.find_organizer(meeting).await?;
    let name = person.as_ref().and_then(DirectoryPerson::full_name).or_else(|| head.sender.name.clone());
    let addresses = person.iter().flat_map(|person| person.mail.iter().chain([&person.upn]));
    Ok(Organizer {
        name: name.unwrap_or_else(|| head.sender.email.to_string()),
        mail: addresses.filter_map(|mail| Email::parse(mail).ok()).map(|mail| mail.to_ascii()).next(),
    })
}
