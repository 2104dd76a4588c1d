//! The registration page of one meeting: what it is, and the form for a place in it.

use askama::Template;
use domain::seats::Admission;
use jiff::Timestamp;

use super::field::{self, Field};
use crate::brand::Brand;
use crate::clean;
use crate::frame::{Frame, render};
use crate::language::Language;
use crate::texts::Texts;
use crate::when::Moment;
use crate::zones::{Own, Times, Zones};

/// Everything the registration page of one meeting shows.
#[derive(Clone, Debug)]
pub struct RegistrationView<'a> {
    /// The reader's language.
    pub language: Language,
    /// Zones to write times in.
    pub zones: Zones<'a>,
    /// Whose page it is.
    pub brand: Option<&'a Brand>,
    /// Whether what leads away from the page opens a tab of its own, because a frame is no place for it.
    pub is_framed: bool,
    /// The language of the organizer's words, as a tag, where it is known.
    pub lang: Option<&'a str>,
    /// What the meeting is called.
    pub subject: &'a str,
    /// Who organizes it, where that is known.
    pub organizer: Option<&'a str>,
    /// The organizer's words; line breaks are kept.
    pub description: Option<&'a str>,
    /// Who speaks, in the organizer's order.
    pub speakers: Vec<Speaker<'a>>,
    /// The start of the meeting.
    pub start_at: Timestamp,
    /// Its end.
    pub end_at: Timestamp,
    /// Whether there is a form, and why not.
    pub state: RegistrationState<'a>,
    /// The query of the page's address, empty without one: the switch of languages keeps it.
    pub query: &'a str,
}

/// One who speaks in the meeting.
#[derive(Clone, Copy, Debug)]
pub struct Speaker<'a> {
    /// The name.
    pub name: &'a str,
    /// A few sentences; line breaks are kept.
    pub bio: Option<&'a str>,
}

/// What the page offers below the description.
#[derive(Clone, Debug)]
pub enum RegistrationState<'a> {
    /// The form.
    Open(Box<EnrolmentForm<'a>>),
    /// All places are taken.
    Full,
    /// It opens later. The page is asked for again by a header then.
    NotOpen {
        /// When it opens.
        opens_at: Timestamp,
    },
    /// The organizer's time for registering is over.
    Closed {
        /// Since when.
        closed_at: Timestamp,
    },
    /// The meeting is over.
    Over,
    /// For the organisation's members, who sign in first.
    SignInNeeded {
        /// Where they do, if they can do it here.
        sign_in_url: Option<&'a str>,
    },
    /// Not for whoever is signed in.
    TurnedAway {
        /// Why.
        why: TurnedAway,
        /// Their session.
        session: SessionView<'a>,
    },
}

/// Why somebody who is signed in has no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnedAway {
    /// They belong to another organisation.
    OtherOrganization,
    /// Their organisation's directory does not know them, or their account is disabled.
    UnknownPerson,
    /// The directory lacks their first name, their last name or an address.
    EntryIncomplete,
}

/// What forms of somebody who is signed in carry.
#[derive(Clone, Copy, Debug)]
pub struct SessionView<'a> {
    /// Sent back as the field `session`, so that no other site can send these forms.
    pub mark: &'a str,
    /// The registration's id, to come back to after signing out.
    pub registration: &'a str,
}

/// The form and what somebody has already put into it.
#[derive(Clone, Debug, Default)]
pub struct EnrolmentForm<'a> {
    /// Sent back as the field `nonce`, so that a second click finds the first one's answer.
    pub nonce: &'a str,
    /// Somebody signed in: names and address are shown as they are, without fields.
    pub session: Option<SessionView<'a>>,
    /// The value of `firstName`.
    pub first_name: &'a str,
    /// The value of `lastName`.
    pub last_name: &'a str,
    /// The value of `email`.
    pub email: &'a str,
    /// The organizer's questions, in their order.
    pub questions: Vec<Question<'a>>,
    /// What they are asked to agree to.
    pub consent: Option<ConsentBox<'a>>,
    /// What somebody finds who sends it.
    pub finds: Admission,
    /// What was wrong with the values above. One for a field that is not in the form is left out.
    pub problems: Vec<FieldProblem<'a>>,
    /// What the browser has to find before the form is taken; `None` where it is taken as it is.
    pub proof: Option<ProofView<'a>>,
}

/// A number that a browser has to find, so that nobody registers thousands; whoever has no script waits instead.
#[derive(Clone, Copy, Debug)]
pub struct ProofView<'a> {
    /// Sent back as the field `challenge`; the number goes into the field `proof`.
    pub challenge: &'a str,
    /// With how many zero bits the hash of challenge and number begins.
    pub bits: u32,
    /// The form was sent without it, and came back. Without faults it is sent on by itself once the number is found.
    pub again: bool,
}

/// What somebody is asked to agree to, with a box to tick that is called `consent`.
#[derive(Clone, Copy, Debug)]
pub struct ConsentBox<'a> {
    /// The value that the box sends: what this wording is called by.
    pub version: &'a str,
    /// The organisation's words; line breaks are kept.
    pub text: &'a str,
    /// Their language, as a tag, where it is known.
    pub lang: Option<&'a str>,
    /// Where it tells more.
    pub notice_url: Option<&'a str>,
    /// Whether it was ticked before. Never of itself.
    pub is_ticked: bool,
}

/// One of the organizer's questions. Its field is called `answer-` and its id.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The question's id.
    pub id: &'a str,
    /// What is asked.
    pub text: &'a str,
    /// The language that is asked in, as a tag, where it is known.
    pub lang: Option<&'a str>,
    /// Whether it must be answered.
    pub required: bool,
    /// How it is answered.
    pub kind: QuestionKind<'a>,
    /// The answer so far; for a choice, the option's text.
    pub value: &'a str,
}

/// How a question is answered.
#[derive(Clone, Debug)]
pub enum QuestionKind<'a> {
    /// With a line of text.
    Text,
    /// With one of these.
    Choice(Vec<&'a str>),
}

/// What is wrong with one field.
#[derive(Clone, Copy, Debug)]
pub struct FieldProblem<'a> {
    /// The field's name: `firstName`, `lastName`, `email`, `consent` or `answer-<question id>`.
    pub field: &'a str,
    /// What is wrong.
    pub flaw: Flaw,
}

/// A way in which a value is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Required and empty.
    Missing,
    /// Too long.
    TooLong {
        /// The most characters there may be; `None` says only that there are too many.
        limit: Option<usize>,
    },
    /// Not an address we could send a letter to.
    NotAnEmail,
    /// None of the options.
    NotAChoice,
    /// A box that has to be ticked is not.
    NotAgreed,
    /// Holds control characters or the like.
    Unreadable,
}

/// The page with the form, or with the reason there is none.
pub fn registration_page(view: &RegistrationView<'_>) -> String {
    let t = view.language.texts();
    let form = match &view.state {
        RegistrationState::Open(form) => Some(&**form),
        _ => None,
    };
    let fields = form.map(|form| field::fields(t, form)).unwrap_or_default();
    let subject = t.subject(view.subject);
    let description = view.description.filter(|text| !text.trim().is_empty());
    let flawed = fields.iter().any(|field| field.problem.is_some());
    let finds = form.map(|form| form.finds).unwrap_or_default();
    // The title is the first thing a screen reader says after a form came back.
    let title = if flawed { "form-title-problem" } else { "form-title" };

    render(&Page {
        frame: Frame::keeping(view.query, view.language, t.plain(title, &[("subject", &subject)]))
            .of(view.brand)
            .with_times(),
        when: Times::new(t, (view.start_at, view.end_at), view.zones, view.query),
        closed: closed(t, view),
        opening: match view.state {
            RegistrationState::NotOpen { opens_at } => {
                Own::of(t, &Moment::new(t, opens_at, view.zones.first()), view.zones)
            }
            _ => None,
        },
        sign_in: match view.state {
            RegistrationState::SignInNeeded { sign_in_url } => sign_in_url.map(clean::href),
            _ => None,
        },
        session: match &view.state {
            RegistrationState::Open(form) => form.session,
            RegistrationState::TurnedAway { session, .. } => Some(*session),
            _ => None,
        },
        member: form.filter(|form| form.session.is_some()),
        heading: t.say(match finds {
            Admission::Wait => "form-full-title",
            Admission::Ask => "waiting-approval-title",
            Admission::Seat | Admission::Full => "form-heading",
        }),
        aside: match finds {
            Admission::Wait => Some(t.say("waiting-form-explain")),
            Admission::Ask => Some(t.say("waiting-approval-explain")),
            Admission::Seat | Admission::Full => None,
        },
        submit: t.say(match finds {
            Admission::Wait => "waiting-form-button",
            Admission::Ask => "waiting-approval-button",
            Admission::Seat | Admission::Full => "form-submit",
        }),
        nonce: form.map(|form| form.nonce).unwrap_or_default(),
        proof: form.and_then(|form| form.proof),
        script: crate::PROOF_SCRIPT_PATH,
        jump: (form.is_some() && !flawed && (description.is_some() || !view.speakers.is_empty()))
            .then(|| t.say("form-heading")),
        fields,
        flawed,
        subject,
        // A meeting without a name is called so in the reader's language.
        subject_lang: view.lang.filter(|_| !view.subject.trim().is_empty()),
        organizer: view.organizer.map(|name| t.say_with("form-organizer", &[("name", name)])),
        description,
        view,
    })
}

/// Heading and sentence of a page without a form.
fn closed(t: &Texts, view: &RegistrationView<'_>) -> Option<(String, String)> {
    let at = |key, at| t.say_with(key, &[("time", &Moment::new(t, at, view.zones.first()).text)]);
    let (title, explain) = match &view.state {
        RegistrationState::Open(_) => return None,
        RegistrationState::Full => ("form-full-title", t.say("form-full")),
        RegistrationState::NotOpen { opens_at } => ("opening-title", at("opening-explain", *opens_at)),
        RegistrationState::Closed { closed_at } => ("form-over-title", at("opening-closed", *closed_at)),
        RegistrationState::Over => ("gate-over-title", t.say("form-over")),
        RegistrationState::SignInNeeded { sign_in_url } => {
            return Some(sign_in_needed(t, view, *sign_in_url));
        }
        RegistrationState::TurnedAway { why, .. } => match why {
            TurnedAway::OtherOrganization => ("form-other-title", t.say("form-other")),
            TurnedAway::UnknownPerson => ("form-unknown-title", t.say("form-unknown")),
            TurnedAway::EntryIncomplete => ("form-incomplete-title", t.say("form-incomplete")),
        },
    };
    Some((t.say(title), explain))
}

/// Whose members the meeting is for, by name where the organisation has one.
fn sign_in_needed(t: &Texts, view: &RegistrationView<'_>, sign_in_url: Option<&str>) -> (String, String) {
    let name = view.brand.map(|brand| &*brand.name).filter(|name| !name.is_empty());
    let explain = match (name, sign_in_url) {
        (Some(_), Some(_)) => "form-sign-in-here-named",
        (Some(_), None) => "form-sign-in-named",
        (None, Some(_)) => "form-sign-in-here",
        (None, None) => "form-sign-in",
    };
    match name {
        Some(name) => {
            let say = |key| t.say_with(key, &[("name", name)]);
            (say("form-sign-in-title-named"), say(explain))
        }
        None => (t.say("form-sign-in-title"), t.say(explain)),
    }
}

#[derive(Template)]
#[template(path = "registration.html")]
struct Page<'a> {
    frame: Frame,
    when: Times,
    closed: Option<(String, String)>,
    opening: Option<Own>,
    sign_in: Option<String>,
    session: Option<SessionView<'a>>,
    member: Option<&'a EnrolmentForm<'a>>,
    heading: String,
    aside: Option<String>,
    submit: String,
    nonce: &'a str,
    proof: Option<ProofView<'a>>,
    script: &'static str,
    fields: Vec<Field<'a>>,
    flawed: bool,
    subject: String,
    subject_lang: Option<&'a str>,
    organizer: Option<String>,
    /// The way to the form, past what is told of the meeting.
    jump: Option<String>,
    description: Option<&'a str>,
    view: &'a RegistrationView<'a>,
}
