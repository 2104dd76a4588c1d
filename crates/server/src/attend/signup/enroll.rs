//! A sign-up form that was sent: read, proven, and a place taken.

use axum::response::Response;
use domain::enrolment::{IdempotencyKey, Named, read_form};
use domain::{Answer, ConsentVersion, FieldProblem, Person, Refusal, Registration};
use http::StatusCode;
use pages::RegistrationState;
use sha2::{Digest, Sha256};
use store::Hosted;
use wire::zone::{PREFERRED_TIMEZONE, zone_name};

use super::find;
use super::view::{Page, Sent};
use crate::app::App;
use crate::attend::form::{self, Fields};
use crate::attend::page::forbidden;
use crate::attend::proof;
use crate::attend::reader::Reader;
use crate::attend::visitor::Visitor;
use crate::client::Client;
use crate::error::ApiError;
use crate::graph::{Asked, Place, private_key, take_place};

/// So often a form is read that was read by what has changed meanwhile.
const TRIES: u32 = 3;

/// Whoever sent a form, and from which page.
struct Applicant<'a> {
    page: Page<'a>,
    visitor: Visitor,
    client: Client,
    fields: &'a Fields,
}

/// A form without faults.
struct Filled {
    named: Named,
    answers: Vec<Answer>,
    consent: Option<ConsentVersion>,
    /// The address as they wrote it.
    email: Option<String>,
}

/// Why a form is not taken.
enum Unfit {
    /// It is of somebody else's session.
    NotTheirs,
    /// What is wrong with it; nothing where there is no form to send.
    Faulty(Vec<FieldProblem>),
}

/// Enrols whoever sent the form; `None` where there is no such page.
pub(super) async fn try_enroll(
    app: &App,
    id: &str,
    client: Client,
    reader: &Reader,
    fields: &Fields,
) -> Result<Option<Response>, ApiError> {
    for attempt in 0..TRIES {
        let Some(hosted) = find(app, id).await? else { return Ok(None) };
        let Some(page) = Page::of(app, reader, &hosted) else { return Ok(None) };
        let visitor = Visitor::of(app, reader, &hosted.meeting, page.registration).await?;
        let applicant = Applicant { page, visitor, client, fields };
        match applicant.read() {
            // A yes is held against the versions in the database, a no is not: it may rest on old memory.
            Err(_) if attempt == 0 => {}
            Err(unfit) => return applicant.refuse(unfit).await.map(Some),
            Ok(filled) => {
                if let Some(response) = applicant.enroll(filled).await? {
                    return Ok(Some(response));
                }
            }
        }
        app.forget(hosted.meeting.id);
    }
    Err(ApiError::Busy)
}

impl Applicant<'_> {
    fn read(&self) -> Result<Filled, Unfit> {
        let Page { app, hosted, registration, built_in, .. } = self.page;
        if !self.visitor.sent(app, self.fields) {
            return Err(Unfit::NotTheirs);
        }
        let is_open =
            self.visitor.may_register() && registration.accepts_at(&hosted.meeting, app.clock.now()).is_ok();
        let form = self.visitor.complete(form::filled_form(&hosted.meeting, self.fields));
        let agreed = self.page.house().agreed(form::value(self.fields, "consent"));
        match (read_form(&form, &built_in.questions), agreed) {
            (Ok((named, answers)), Ok(consent)) if is_open => {
                Ok(Filled { named, answers, consent, email: form.email })
            }
            (read, agreed) => {
                let mut problems = read.err().unwrap_or_default();
                problems.extend(agreed.err());
                Err(Unfit::Faulty(problems))
            }
        }
    }

    async fn refuse(&self, unfit: Unfit) -> Result<Response, ApiError> {
        let Page { app, reader, registration, .. } = self.page;
        match unfit {
            Unfit::NotTheirs => Ok(forbidden(app, reader)),
            Unfit::Faulty(problems) => {
                let proof = proof::Asked::of(app, self.client, registration.id, &self.visitor);
                self.show_again(&Sent { fields: Some(self.fields), problems: &problems, proof }).await
            }
        }
    }

    /// The page as it was before the form was sent.
    async fn show_again(&self, sent: &Sent<'_>) -> Result<Response, ApiError> {
        let organizer = self.page.find_organizer().await?;
        Ok(Page { organizer: organizer.as_deref(), ..self.page }.form(&self.visitor, sent))
    }

    /// `None` when what the form was read by has changed meanwhile.
    async fn enroll(&self, filled: Filled) -> Result<Option<Response>, ApiError> {
        let Page { app, reader, hosted, registration, .. } = self.page;
        let (visitor, client, fields) = (&self.visitor, self.client, self.fields);
        if let Visitor::Member(session, member) = visitor {
            member.check(&session.caller, &hosted.meeting, &filled.named)?;
        }
        let request = fingerprint(fields);
        let key = self.key(request);
        let unproven =
            proof::check(app, client, registration, visitor, fields, key.as_ref(), request).await?;
        if unproven.is_some() {
            let sent = Sent { fields: Some(fields), problems: &[], proof: unproven };
            return self.show_again(&sent).await.map(Some);
        }
        let asked = Asked {
            person: Person::Named { named: filled.named, user: visitor.person() },
            answers: filled.answers,
            seen_directory: visitor.seen_directory(),
            consent: filled.consent,
            language: Some(reader.language(registration.language()).tag().to_owned()),
            time_zone: self.time_zone(),
            sees_list: visitor.person().is_some(),
            actor: visitor.actor(),
            idempotency: key,
        };
        match seat(app, hosted, registration, asked).await {
            Ok(place) => {
                Ok(place.map(|place| self.page.enrolled(visitor.person(), place, filled.email.as_deref())))
            }
            Err(ApiError::Refused(Refusal::RegistrationFull)) => {
                Ok(Some(self.page.state(StatusCode::CONFLICT, RegistrationState::Full)))
            }
            Err(error) => Err(error),
        }
    }

    /// The zone that they chose to read times in, or else that of their browser, which its script tells.
    fn time_zone(&self) -> Option<String> {
        let chosen = self.page.reader.zone.as_deref().map(str::to_owned);
        chosen.or_else(|| form::value(self.fields, PREFERRED_TIMEZONE).and_then(zone_name))
    }

    /// What tells the same form again from another, by the number that each page has of its own.
    fn key(&self, request: [u8; 32]) -> Option<IdempotencyKey> {
        let nonce = form::value(self.fields, "nonce");
        let nonce = nonce.filter(|nonce| !nonce.is_empty() && nonce.len() <= 64)?;
        let Page { app, registration, .. } = self.page;
        Some(private_key(&self.visitor.actor(), registration.id, nonce, request, app.clock.now()))
    }
}

/// The place, asked for once more where the key alone stands in the way.
async fn seat(
    app: &App,
    hosted: &Hosted,
    registration: &Registration,
    asked: Asked,
) -> Result<Option<Place>, ApiError> {
    match take_place(app, hosted, registration, asked.clone()).await {
        // Sent, changed and sent again from the same page: another request, which needs no key.
        Err(ApiError::Refused(Refusal::IdempotencyKeyReused)) => {}
        // The same form once more, after the place was given back: they want it again.
        Ok(Some(place)) if !place.is_new && !is_live(app, hosted, place).await? => {}
        place => return place,
    }
    take_place(app, hosted, registration, Asked { idempotency: None, ..asked }).await
}

async fn is_live(app: &App, hosted: &Hosted, place: Place) -> Result<bool, ApiError> {
    let found = app.store.find_registrant(hosted.meeting.id, place.registrant).await?;
    Ok(found.is_some_and(|registrant| registrant.standing.is_live()))
}

fn fingerprint(fields: &Fields) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (name, value) in fields {
        for text in [name, value] {
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        }
    }
    hash.finalize().into()
}
