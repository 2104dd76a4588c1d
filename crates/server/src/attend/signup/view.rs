//! What the sign-up page shows.

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::seats::Admission;
use domain::{BuiltIn, FieldProblem, PersonId, Refusal, Registration};
use http::StatusCode;
use jiff::Timestamp;
use pages::{
    ConsentBox, EnrolledView, EnrolmentForm, Language, RegistrationState, RegistrationView, SessionView,
};
use store::Hosted;

use crate::app::App;
use crate::attend::calendar::Links;
use crate::attend::form::{self, Fields};
use crate::attend::page::{html, look_again};
use crate::attend::policy::{framed_by, scripted};
use crate::attend::proof;
use crate::attend::reader::Reader;
use crate::attend::sign_in;
use crate::attend::visitor::Visitor;
use crate::error::ApiError;
use crate::graph::Place;
use crate::house::House;

/// The page of a registration for whoever reads it.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub app: &'a App,
    pub reader: &'a Reader,
    pub hosted: &'a Hosted,
    pub registration: &'a Registration,
    pub built_in: &'a BuiltIn,
    /// Who organizes the meeting, for whoever sees the page: an enrolment does not wait for the directory.
    pub organizer: Option<&'a str>,
}

/// A form that was sent, and its faults; what it asks of the browser.
#[derive(Default)]
pub(super) struct Sent<'a> {
    pub fields: Option<&'a Fields>,
    pub problems: &'a [FieldProblem],
    pub proof: Option<proof::Asked>,
}

impl<'a> Page<'a> {
    /// `None` where the meeting has no built-in registration.
    pub fn of(app: &'a App, reader: &'a Reader, hosted: &'a Hosted) -> Option<Self> {
        let registration = hosted.registration.as_ref()?;
        let built_in = registration.built_in().ok()?;
        Some(Self { app, reader, hosted, registration, built_in, organizer: None })
    }

    /// What the meeting's organisation has of its own.
    pub fn house(&self) -> &'a House {
        self.app.settings.houses.of(self.hosted.meeting.tenant)
    }

    /// Who organizes the meeting, as the directory has it now.
    pub async fn find_organizer(&self) -> Result<Option<String>, ApiError> {
        let found = self.app.store.find_organizer(&self.hosted.meeting).await?;
        Ok(found.and_then(|person| person.full_name()))
    }

    fn language(&self) -> Language {
        self.reader.language(self.registration.language())
    }

    /// The page as it stands for this visitor, with their input and its faults.
    pub fn form(&self, visitor: &Visitor, sent: &Sent<'_>) -> Response {
        let Self { app, hosted: Hosted { meeting, .. }, registration, .. } = *self;
        let now = app.clock.now();
        if let Err(refusal) = registration.accepts_at(meeting, now) {
            return self.shut(status_of(sent, StatusCode::CONFLICT), &refusal, now);
        }
        let id = wire::ids::write_registration(&wire::registration::key(meeting, registration));
        let mark = match visitor {
            Visitor::Member(session, _) | Visitor::TurnedAway(session, _) => app.sign_in.form_mark(session),
            Visitor::Anybody | Visitor::Stranger => String::new(),
        };
        let session = SessionView { mark: &mark, registration: &id };
        match visitor {
            Visitor::Stranger => {
                let address = app.sign_in.provider(meeting.tenant).map(|_| sign_in::address(&id));
                let state = RegistrationState::SignInNeeded { sign_in_url: address.as_deref() };
                let status = status_of(sent, StatusCode::FORBIDDEN);
                self.state(status, state)
            }
            Visitor::TurnedAway(_, why) => {
                self.state(StatusCode::FORBIDDEN, RegistrationState::TurnedAway { why: *why, session })
            }
            Visitor::Anybody | Visitor::Member(..) => self.open(visitor, session, sent),
        }
    }

    /// Without a form, and looking again where there will be one.
    fn shut(&self, status: StatusCode, refusal: &Refusal, now: Timestamp) -> Response {
        let page = self.state(status, shut(refusal));
        match refusal {
            Refusal::RegistrationNotOpen { opens_at } => {
                let [spread] = self.app.ids.bytes();
                look_again(page, opens_at.duration_since(now), spread)
            }
            _ => page,
        }
    }

    fn open(&self, visitor: &Visitor, session: SessionView<'_>, sent: &Sent<'_>) -> Response {
        let Self { app, hosted: Hosted { meeting, .. }, built_in, .. } = *self;
        // Each page is a request of its own: a reload or a double click sends the same one.
        let nonce = URL_SAFE_NO_PAD.encode(app.ids.bytes::<16>());
        let ids = form::question_ids(built_in, meeting);
        let nothing = Fields::new();
        let fields = sent.fields.unwrap_or(&nothing);
        let filled = visitor.complete(form::filled_form(meeting, fields));
        let flaws = form::field_problems(sent.problems, built_in, &ids, meeting, fields);
        let form = EnrolmentForm {
            nonce: &nonce,
            consent: self.house().wording(self.language()).map(|wording| ConsentBox {
                version: wording.version.as_str(),
                text: &wording.consent.text,
                lang: wording.language.map(Language::tag),
                notice_url: wording.consent.notice_url.as_deref(),
                is_ticked: form::value(fields, "consent") == Some(wording.version.as_str()),
            }),
            session: visitor.person().map(|_| session),
            first_name: filled.first_name.as_deref().unwrap_or_default(),
            last_name: filled.last_name.as_deref().unwrap_or_default(),
            email: filled.email.as_deref().unwrap_or_default(),
            questions: form::questions(built_in, &ids, fields),
            finds: self.registration.seemed(),
            problems: flaws.iter().map(|(field, flaw)| pages::FieldProblem { field, flaw: *flaw }).collect(),
            proof: sent.proof.as_ref().map(proof::Asked::view),
        };
        let status = match &form.proof {
            _ if !flaws.is_empty() => StatusCode::BAD_REQUEST,
            Some(proof) if proof.again => StatusCode::FORBIDDEN,
            _ => StatusCode::OK,
        };
        self.state(status, RegistrationState::Open(Box::new(form)))
    }

    /// The page in that state.
    pub fn state(&self, status: StatusCode, state: RegistrationState<'_>) -> Response {
        let Self { reader, hosted: Hosted { meeting, .. }, registration, built_in, .. } = *self;
        let (language, house) = (self.language(), self.house());
        let view = RegistrationView {
            language,
            query: &reader.query,
            zones: house.zones(reader.zone.as_deref()),
            brand: Some(&house.brand),
            is_framed: self.leads_out_of_a_frame(),
            lang: built_in.language.as_deref(),
            subject: registration.subject(meeting).unwrap_or_default(),
            organizer: self.organizer,
            description: built_in.description.as_deref(),
            speakers: built_in.speakers.iter().map(speaker).collect(),
            start_at: registration.start_at(meeting),
            end_at: registration.end_at(meeting),
            state,
        };
        let page = scripted(html(status, language, pages::registration_page(&view)));
        framed_by(page, &built_in.embedding_origins)
    }

    /// The page after the form, for a `person` of the organisation or for whoever wrote that address.
    pub fn enrolled(&self, person: Option<PersonId>, place: Place, email: Option<&str>) -> Response {
        let Self { app, reader, hosted: Hosted { meeting, .. }, registration, built_in, .. } = *self;
        // An address that somebody typed is not proven to be theirs: its link goes by mail alone.
        let has_place = matches!(place.told, Admission::Seat | Admission::Full);
        let link = person.filter(|_| has_place).map(|_| {
            let key = wire::registration::key(meeting, registration);
            let id = wire::ids::write_registrant(&key, place.registrant);
            app.graph_link(meeting, registration, &id, place)
        });
        let language = self.language();
        let links = Links::of(app, &place.link(meeting.id));
        let calendar = links.offer(language, meeting, registration);
        let view = EnrolledView {
            language,
            query: &reader.query,
            subject: registration.subject(meeting).unwrap_or_default(),
            span: (registration.start_at(meeting), registration.end_at(meeting)),
            zones: self.house().zones(reader.zone.as_deref()),
            email,
            brand: Some(&self.house().brand),
            is_framed: self.leads_out_of_a_frame(),
            join_url: link.as_deref(),
            calendar: person.filter(|_| has_place).map(|_| calendar),
            found: place.told,
        };
        let page = html(StatusCode::OK, language, pages::enrolled_page(&view));
        framed_by(page, &built_in.embedding_origins)
    }

    /// Whether links to other pages open a tab: in a frame on another site nobody stays signed in, and no other page of
    /// ours may be shown there. A browser that does not tell is taken for one in a frame where there may be one.
    fn leads_out_of_a_frame(&self) -> bool {
        !self.built_in.embedding_origins.is_empty() && self.reader.is_framed().unwrap_or(true)
    }
}

/// Of a page without a form: whoever only looks is answered, and whoever sent one is refused.
fn status_of(sent: &Sent<'_>, refused: StatusCode) -> StatusCode {
    if sent.fields.is_some() { refused } else { StatusCode::OK }
}

/// Why there is no form, as the page says it.
fn shut(refusal: &Refusal) -> RegistrationState<'static> {
    match refusal {
        Refusal::RegistrationNotOpen { opens_at } => RegistrationState::NotOpen { opens_at: *opens_at },
        Refusal::RegistrationClosed { closed_at } => RegistrationState::Closed { closed_at: *closed_at },
        _ => RegistrationState::Over,
    }
}

fn speaker(speaker: &domain::Speaker) -> pages::Speaker<'_> {
    pages::Speaker { name: speaker.display_name.as_deref().unwrap_or_default(), bio: speaker.bio.as_deref() }
}
