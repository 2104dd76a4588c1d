//! Who mail is for, and what is made of it.

use domain::return_address::open_return;
use domain::{AddressHash, AddressUse, LetterKind, Person, Registrant, ReturnKind, Returned};
use store::{CalendarAnswer, Fault, Return};

use super::{answer, report};
use crate::app::App;

pub(super) struct Desk<'a> {
    app: &'a App,
}

/// Whom mail is about.
pub(super) struct Addressee {
    kind: ReturnKind,
    registrant: Registrant,
}

/// What became of mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It told something.
    Noted,
    /// It told nothing: an automatic answer, something twice, or mail from somebody who is not the recipient.
    Ignored,
}

impl<'a> Desk<'a> {
    pub(super) fn new(app: &'a App) -> Self {
        Self { app }
    }

    pub(super) fn host(&self) -> String {
        self.app.links().host()
    }

    /// Whom an address of ours names; `None` for one that we did not make.
    pub(super) async fn find(&self, address: &str) -> Result<Option<Addressee>, Fault> {
        let Some((kind, token)) = self.open(address) else { return Ok(None) };
        let registrant = self.app.store.find_returned(&token).await?;
        Ok(registrant.map(|registrant| Addressee { kind, registrant }))
    }

    fn open(&self, address: &str) -> Option<(ReturnKind, domain::ReturnToken)> {
        let ours = self.app.mailroom.letterhead().return_path.as_ref()?;
        let (local, domain) = address.rsplit_once('@')?;
        let (name, token) = local.split_once('+')?;
        if !domain.eq_ignore_ascii_case(&ours.domain) || !name.eq_ignore_ascii_case(&ours.name) {
            return None;
        }
        let open = |kind| open_return(&self.app.links().key, kind, token);
        [ReturnKind::Bounce, ReturnKind::Reply].into_iter().find_map(|one| Some((one, open(one)?)))
    }

    /// Makes of a message what is to be made of it.
    pub(super) async fn take(
        &self,
        sender: &str,
        addressee: &Addressee,
        message: &[u8],
    ) -> Result<Taken, Fault> {
        let registrant = &addressee.registrant;
        match addressee.kind {
            ReturnKind::Bounce => {
                let read = read_apart(message, {
                    let is_report = sender.is_empty();
                    move |message| report::read(message, is_report)
                });
                // What cannot even be read shows that something came back.
                let read = read.await.unwrap_or(Some(report::Report::unread()));
                match read {
                    Some(report) => self.note_report(registrant, &report, message).await,
                    None => Ok(Taken::Ignored),
                }
            }
            ReturnKind::Reply => {
                let email = match &registrant.person {
                    Some(Person::Named { named, .. }) => named.email.clone(),
                    Some(Person::External { .. }) | None => return Ok(Taken::Ignored),
                };
                let id = registrant.id;
                let read = read_apart(message, move |message| answer::read(message, id, &email)).await;
                match read.flatten() {
                    Some(said) => self.note_answer(registrant, said, message).await,
                    None => Ok(Taken::Ignored),
                }
            }
        }
    }

    async fn note_report(
        &self,
        registrant: &Registrant,
        report: &report::Report,
        message: &[u8],
    ) -> Result<Taken, Fault> {
        let app = self.app;
        let for_good = report.returned == Returned::Failed { for_good: true };
        let suppress = match &registrant.person {
            Some(Person::Named { named, .. }) if for_good => {
                Some(AddressHash::of(&app.links().key, AddressUse::Suppression, &named.email))
            }
            _ => None,
        };
        // An erased registrant's letters may come back late, and what is said of them may name them.
        let answer = if registrant.person.is_some() { report.words.as_str() } else { "" };
        let is_new = app
            .store
            .record_return(
                registrant,
                &Return {
                    id: registrant.returned_id(message),
                    returned: report.returned,
                    kind: report.about.as_deref().and_then(|id| kind_of(id, registrant)),
                    answer,
                    suppress,
                    status: &report.status,
                    at: app.clock.now(),
                },
            )
            .await?;
        if !is_new {
            return Ok(Taken::Ignored);
        }
        let kind = report.returned.event();
        metrics::counter!("usher_letters_returned_total", "kind" => kind).increment(1);
        tracing::info!(registrant.id = %registrant.id, kind, status = report.status, for_good, "a letter came back");
        Ok(Taken::Noted)
    }

    async fn note_answer(
        &self,
        registrant: &Registrant,
        said: CalendarAnswer,
        message: &[u8],
    ) -> Result<Taken, Fault> {
        if !registrant.is_registered() {
            return Ok(Taken::Ignored);
        }
        let mut fact = self.app.fact("calendar".to_owned());
        fact.id = registrant.returned_id(message);
        let is_new = self.app.store.record_calendar_answer(registrant, said, &fact).await?;
        if !is_new {
            return Ok(Taken::Ignored);
        }
        tracing::info!(registrant.id = %registrant.id, answer = ?said, "a calendar answered");
        self.app.mail_waits();
        Ok(Taken::Noted)
    }
}

/// Which letter of theirs the Message-ID is of.
fn kind_of(message_id: &str, registrant: &Registrant) -> Option<LetterKind> {
    let mut parts = message_id.split('@').next()?.split('.');
    let is_theirs = parts.next() == Some(registrant.id.to_string().as_str());
    is_theirs.then(|| LetterKind::from_name(parts.next()?))?
}

/// Reads a message away from everything else: whatever a parser makes of hostile bytes, the conversation goes on. `None`
/// where it broke.
async fn read_apart<T: Send + 'static>(
    message: &[u8],
    read: impl FnOnce(&[u8]) -> T + Send + 'static,
) -> Option<T> {
    let message = message.to_vec();
    tokio::task::spawn_blocking(move || read(&message)).await.ok()
}
