//! Writing a letter from the live row, or finding that there is nothing true left to say.

use domain::enrolment::{Named, Person};
use domain::person::DirectoryPerson;
use domain::{CanceledBy, Email, LetterKind, Meeting, Registrant};
use lettre::message::Mailbox as Address;
use pages::{Language, LetterFacts, calendar_file, letter};
use store::{DueLetter, Fault, Store};

use super::links::LetterLinks;
use super::mime::{self, SealedLetter};
use super::{Mailroom, smtp::Unusable};
use crate::config::Mail;
use crate::house::Houses;

/// What all letters have in common.
#[derive(Clone, Debug)]
pub struct Letterhead {
    /// Makes the personal links.
    pub links: LetterLinks,
    /// Who the letters come from; also where bounces go.
    pub sender: Address,
    /// Where answers go, if not to `sender`.
    pub reply_to: Option<Address>,
    /// The zone and the colour of each organisation.
    pub houses: Houses,
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
        Ok(Self { links, sender, reply_to, houses })
    }
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
    /// The letter as it is true now; `None` where it no longer is. Reads the rows again, because a letter may have
    /// waited since it was leased.
    pub(super) async fn write(&self, due: &DueLetter) -> Result<Option<SealedLetter>, Fault> {
        let room = &*self.0;
        let Some(due) = &room.store.read_again(due).await? else { return Ok(None) };
        if !self.is_true(due)? {
            return Ok(None);
        }
        // Registrants of other systems have no address here, and their own system writes to them.
        let Some(Person::Named { named, .. }) = &due.registrant.person else { return Ok(None) };
        let organizer = find_organizer(&room.store, &room.letterhead, &due.meeting).await?;
        self.compose(due, named, &organizer).map(Some)
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
        // Everybody of a registration that is deleted gets the cancellation, be it a moment later.
        let has_a_place = due.registrant.is_registered() && due.told.is_live;
        let is_timely = match due.kind {
            LetterKind::Confirmation | LetterKind::Cancellation => true,
            // A later change has an update of its own, which tells this one as well.
            LetterKind::Update => due.about == due.told.told_version && now < due.end_at()?,
            // Not once the meeting has begun, was moved, or the next reminder takes its place.
            LetterKind::Reminder => {
                let reminders = due.reminders(&room.reminders)?;
                reminders.due(due.start_at()?, now) == Some(due.moment()?)
            }
        };
        Ok(is_timely && due.kind.is_for(has_a_place))
    }

    fn compose(&self, due: &DueLetter, named: &Named, organizer: &Organizer) -> Result<SealedLetter, Fault> {
        let links = &self.0.letterhead.links;
        let link = due.registrant.link();
        let written = self.with_facts(due, named, organizer, letter)?;
        Ok(mime::seal(self, due, named, written, links.join(&link), links.manage(&link)))
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
        let Letterhead { links, sender, houses, .. } = &self.0.letterhead;
        let house = houses.of(due.meeting.tenant);
        let link = registrant.link();
        let sender_mail = sender.email.to_string();
        Ok(write(&LetterFacts {
            kind: due.kind,
            canceled_by: canceled_by(due),
            language: registrant.language.as_deref().map(Language::choose).unwrap_or_default(),
            first_name: &named.first_name,
            last_name: &named.last_name,
            email: &named.email.to_ascii(),
            subject: due.told.subject.as_ref().or(due.meeting.subject.as_ref()).map_or("", String::as_str),
            description: due.told.description.as_deref(),
            start_at: due.start_at()?,
            end_at: due.end_at()?,
            zone: house.zone.as_deref(),
            accent: house.accents.map(|accents| accents.light),
            organizer_name: &organizer.name,
            organizer_mail: organizer.mail.as_deref(),
            sender_mail: &sender_mail,
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
    let person = store.find_person(meeting.tenant, meeting.organizer).await?.person;
    let name = person.as_ref().and_then(full_name).or_else(|| head.sender.name.clone());
    let addresses = person.iter().flat_map(|person| person.mail.iter().chain([&person.upn]));
    Ok(Organizer {
        name: name.unwrap_or_else(|| head.sender.email.to_string()),
        mail: addresses.filter_map(|mail| Email::parse(mail).ok()).map(|mail| mail.to_ascii()).next(),
    })
}

fn full_name(person: &DirectoryPerson) -> Option<String> {
    let parts = [person.given_name.as_deref(), person.surname.as_deref()];
    let joined = || parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Some(person.display_name.clone().unwrap_or_else(joined)).filter(|name| !name.trim().is_empty())
}
