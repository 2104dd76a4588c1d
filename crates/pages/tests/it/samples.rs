//! Views filled with one value in every place where a person chooses the words.

use domain::seats::Admission;
use jiff::Timestamp;
use pages::*;

pub(crate) const JOIN: &str = "https://usher.example/j/aaaa";
pub(crate) const MANAGE: &str = "https://usher.example/m/bbbb";
pub(crate) const STOP: &str = "https://usher.example/u/dddd";
pub(crate) const REGISTER: &str = "https://usher.example/r/cccc";

/// Somebody in Berlin at an organizer's who did not say where they are.
pub(crate) const BERLIN: Zones<'static> =
    Zones { reader: Some("Europe/Berlin"), registered: None, organizer: None };

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn start_at() -> Timestamp {
    at("2026-08-04T14:00:00Z")
}

pub(crate) fn end_at() -> Timestamp {
    at("2026-08-04T15:30:00Z")
}

pub(crate) fn facts(said: &str) -> LetterFacts<'_> {
    LetterFacts {
        kind: LetterKind::Confirmation,
        canceled_by: CanceledBy::Registrant,
        had_a_place: true,
        offer_expires_at: Some(at("2026-08-02T09:00:00Z")),
        language: Language::English,
        first_name: said,
        last_name: said,
        email: said,
        subject: said,
        description: Some(said),
        start_at: start_at(),
        end_at: end_at(),
        zones: Zones { organizer: Some("Europe/Berlin"), ..Zones::default() },
        accent: None,
        organizer_name: said,
        organizer_mail: Some(said),
        sender_mail: "usher@usher.example",
        reply_mail: None,
        stop_url: None,
        join_url: JOIN,
        manage_url: MANAGE,
        uid: "place-1@usher.example",
        sequence: 3,
        stamped_at: at("2026-07-01T08:00:00Z"),
    }
}

/// As people really are.
pub(crate) fn plain_facts() -> LetterFacts<'static> {
    LetterFacts {
        first_name: "Ada",
        last_name: "Lovelace",
        email: "ada@example.com",
        subject: "Engines, and what they weave",
        description: Some("What an engine can do.\n\nBring paper; we have pens."),
        organizer_name: "Grace Hopper",
        organizer_mail: Some("grace@example.com"),
        ..facts("")
    }
}

pub(crate) fn offer(language: Language, said: &str) -> CalendarOffer<'_> {
    CalendarOffer { entry: entry(language, said), manage_url: MANAGE }
}

pub(crate) fn entry(language: Language, said: &str) -> CalendarEntry<'_> {
    CalendarEntry {
        language,
        subject: said,
        description: Some(said),
        start_at: start_at(),
        end_at: end_at(),
        join_url: JOIN,
    }
}

pub(crate) fn session(said: &str) -> SessionView<'_> {
    SessionView { mark: "mark-1", registration: said }
}

pub(crate) fn proof(again: bool) -> ProofView<'static> {
    ProofView { challenge: "challenge-1", bits: 18, again }
}

pub(crate) fn form(said: &str) -> EnrolmentForm<'_> {
    EnrolmentForm {
        nonce: "nonce-1",
        consent: Some(ConsentBox {
            version: "version-1",
            text: said,
            lang: Some("fr"),
            notice_url: Some("https://example.org/privacy"),
            is_ticked: false,
        }),
        session: None,
        first_name: said,
        last_name: said,
        email: said,
        finds: Admission::Seat,
        questions: vec![
            Question {
                id: said,
                text: said,
                lang: None,
                required: true,
                kind: QuestionKind::Text,
                value: said,
            },
            Question {
                id: "two",
                text: said,
                lang: Some("fr"),
                required: false,
                kind: QuestionKind::Choice(vec!["Yes", said]),
                value: said,
            },
        ],
        problems: vec![
            FieldProblem { field: "firstName", flaw: Flaw::TooLong { limit: Some(100) } },
            FieldProblem { field: "email", flaw: Flaw::NotAnEmail },
            FieldProblem { field: "answer-two", flaw: Flaw::NotAChoice },
            FieldProblem { field: "consent", flaw: Flaw::NotAgreed },
        ],
        proof: None,
    }
}

pub(crate) fn registration<'a>(said: &'a str, state: RegistrationState<'a>) -> RegistrationView<'a> {
    RegistrationView {
        language: Language::English,
        zones: BERLIN,
        brand: None,
        is_framed: false,
        lang: Some("fr"),
        subject: said,
        organizer: Some(said),
        description: Some(said),
        speakers: vec![Speaker { name: said, bio: Some(said) }, Speaker { name: said, bio: None }],
        start_at: start_at(),
        end_at: end_at(),
        state,
        query: "",
    }
}

pub(crate) fn manage(said: &str, status: ManageStatus) -> ManageView<'_> {
    ManageView {
        language: Language::English,
        zones: Zones::default(),
        brand: None,
        lang: Some("fr"),
        subject: Some(said),
        span: Some((start_at(), end_at())),
        first_name: said,
        last_name: said,
        email: said,
        status,
        questions: form(said).questions,
        problems: vec![FieldProblem { field: "answer-two", flaw: Flaw::Missing }],
        join_url: JOIN,
        calendar: Some(offer(Language::English, said)),
        reminders_stopped: true,
        notice: Some(ManageNotice::AnswersChanged),
        registration_page_url: Some(REGISTER),
    }
}

pub(crate) fn gate<'a>(said: &'a str, state: GateState<'a>) -> GateView<'a> {
    GateView {
        language: Language::English,
        zones: BERLIN,
        brand: None,
        subject: Some(said),
        span: Some((start_at(), end_at())),
        state,
        query: "",
    }
}

pub(crate) fn mailbox_letter<'a>(said: &'a str, letter: &'a Letter) -> MailboxLetterView<'a> {
    MailboxLetterView {
        zone: None,
        to: said,
        subject: said,
        sent_at: start_at(),
        text: &letter.text,
        html: &letter.html,
        calendar: letter.calendar.as_ref().map(|part| &*part.text),
        join_url: Some(JOIN),
        manage_url: Some(MANAGE),
        mailbox_url: "/mailbox",
    }
}

/// Every letter in every language, a cancellation for each reason.
pub(crate) fn every_letter(said: &str) -> Vec<(String, Letter)> {
    let kinds = [
        (LetterKind::Confirmation, CanceledBy::Registrant),
        (LetterKind::Update, CanceledBy::Registrant),
        (LetterKind::Reminder, CanceledBy::Registrant),
        (LetterKind::Cancellation, CanceledBy::Registrant),
        (LetterKind::Cancellation, CanceledBy::Organizer),
        (LetterKind::Cancellation, CanceledBy::OrganizerForAll),
        (LetterKind::Offer, CanceledBy::Registrant),
        (LetterKind::Waitlisted, CanceledBy::Registrant),
        (LetterKind::PlaceOffered, CanceledBy::Registrant),
        (LetterKind::OfferExpired, CanceledBy::Registrant),
        (LetterKind::PendingApproval, CanceledBy::Registrant),
        (LetterKind::Rejected, CanceledBy::Organizer),
    ];
    let letters = Language::all().iter().flat_map(|language| kinds.map(|kind| (*language, kind)));
    letters
        .map(|(language, (kind, canceled_by))| {
            let name = format!("{kind:?} {canceled_by:?} in {}", language.tag());
            let stop_url = (kind == LetterKind::Reminder).then_some(STOP);
            (name, letter(&LetterFacts { kind, language, canceled_by, stop_url, ..facts(said) }))
        })
        .collect()
}

/// The calendar object of a letter that has one.
pub(crate) fn calendar(facts: &LetterFacts<'_>) -> String {
    letter(facts).calendar.unwrap().text
}

/// Every page there is, in every state and language, by name. `hears` tells whether the page repeats what people
/// say.
pub(crate) fn every_page(said: &str) -> Vec<Page> {
    let mut pages = demo_pages(said);
    for language in Language::all() {
        pages.extend(attendee_pages(*language, said));
        pages.extend(shut_gates(*language, said));
    }
    for (name, letter) in every_letter(said) {
        pages.push(Page::new(
            format!("mailbox letter {name}"),
            mailbox_letter_page(&mailbox_letter(said, &letter)),
        ));
    }
    pages
}

pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) language: Language,
    pub(crate) html: String,
    pub(crate) hears: bool,
}

impl Page {
    fn new(name: impl Into<String>, html: String) -> Self {
        Self { name: name.into(), language: Language::English, html, hears: true }
    }

    fn read_in(self, language: Language) -> Self {
        Self { name: format!("{} in {}", self.name, language.tag()), language, ..self }
    }

    fn deaf(name: impl Into<String>, html: String) -> Self {
        Self { hears: false, ..Self::new(name, html) }
    }
}

const NO_SIGN_IN: [NoSignIn; 8] = [
    NoSignIn::Malformed,
    NoSignIn::UnknownApp,
    NoSignIn::AppGone,
    NoSignIn::UnknownReturn,
    NoSignIn::Stale,
    NoSignIn::Incomplete,
    NoSignIn::Late,
    NoSignIn::Away,
];

fn attendee_pages(language: Language, said: &str) -> Vec<Page> {
    let states = [
        RegistrationState::Open(Box::new(form(said))),
        RegistrationState::Open(Box::new(EnrolmentForm { problems: vec![], ..form(said) })),
        RegistrationState::Open(Box::new(EnrolmentForm { proof: Some(proof(false)), ..form(said) })),
        RegistrationState::Open(Box::new(EnrolmentForm {
            problems: vec![],
            proof: Some(proof(true)),
            ..form(said)
        })),
        RegistrationState::Open(Box::new(EnrolmentForm { finds: Admission::Wait, ..form(said) })),
        RegistrationState::Open(Box::new(EnrolmentForm { finds: Admission::Ask, ..form(said) })),
        RegistrationState::Full,
        RegistrationState::NotOpen { opens_at: at("2026-07-04T14:00:00Z") },
        RegistrationState::Closed { closed_at: at("2026-08-01T14:00:00Z") },
        RegistrationState::Over,
        RegistrationState::SignInNeeded { sign_in_url: None },
        RegistrationState::SignInNeeded { sign_in_url: Some(REGISTER) },
        RegistrationState::Open(Box::new(EnrolmentForm { session: Some(session(said)), ..form(said) })),
        RegistrationState::TurnedAway { why: TurnedAway::OtherOrganization, session: session(said) },
        RegistrationState::TurnedAway { why: TurnedAway::UnknownPerson, session: session(said) },
        RegistrationState::TurnedAway { why: TurnedAway::EntryIncomplete, session: session(said) },
    ];
    let statuses = [
        ManageStatus::Registered,
        ManageStatus::Waitlisted,
        ManageStatus::Offered { expires_at: at("2026-08-02T09:00:00Z") },
        ManageStatus::Pending,
        ManageStatus::Rejected,
        ManageStatus::OfferExpired,
        ManageStatus::Canceled,
        ManageStatus::Withdrawn { by_themself: true },
        ManageStatus::Withdrawn { by_themself: false },
        ManageStatus::Over,
        ManageStatus::MeetingCanceled,
        ManageStatus::AllCanceled,
    ];
    let problems = [Problem::Unavailable, Problem::TooMany, Problem::Refused, Problem::Fault];
    let again = Some(REGISTER);

    let mut pages = vec![
        Page::new(
            "enrolled",
            enrolled_page(&EnrolledView {
                language,
                subject: said,
                span: (start_at(), end_at()),
                zones: BERLIN,
                email: Some(said),
                join_url: Some(JOIN),
                brand: None,
                is_framed: false,
                found: Admission::Seat,
                calendar: Some(offer(language, said)),
                query: "",
            }),
        ),
        Page::new(
            "enrolled unknown",
            enrolled_page(&EnrolledView {
                language,
                subject: said,
                span: (start_at(), end_at()),
                zones: BERLIN,
                email: None,
                join_url: None,
                brand: None,
                is_framed: false,
                found: Admission::Seat,
                calendar: None,
                query: "",
            }),
        ),
        Page::new("on the list", enrolled_aside(language, said, Admission::Wait)),
        Page::new("asked", enrolled_aside(language, said, Admission::Ask)),
        Page::new(
            "left the list",
            canceled_page(&CanceledView {
                language,
                subject: said,
                brand: None,
                had_a_place: false,
                registration_page_url: again,
            }),
        ),
        Page::new(
            "canceled",
            canceled_page(&CanceledView {
                language,
                subject: said,
                brand: None,
                had_a_place: true,
                registration_page_url: again,
            }),
        ),
        Page::new("stop reminders", stop_reminders_page(language, None, said, false)),
        Page::new("reminders stopped", stop_reminders_page(language, None, said, true)),
        Page::new("calendar way", calendar_way_page(language, None, said, WebCalendar::Office365)),
        Page::deaf("erased", erased_page(language)),
        Page::deaf("withdrawn", withdrawn_page(language)),
        Page::new(
            "called off",
            called_off_page(&CalledOffView {
                language,
                zones: BERLIN,
                brand: None,
                subject: said,
                span: (start_at(), end_at()),
                query: "",
            }),
        ),
        Page::deaf("not found", not_found_page(language)),
    ];
    pages.extend(states.into_iter().zip(1..).map(|(state, number)| {
        Page::new(
            format!("registration {number}"),
            registration_page(&RegistrationView { language, ..registration(said, state) }),
        )
    }));
    pages.extend(statuses.map(|status| {
        Page::new(
            format!("manage {status:?}"),
            manage_page(&ManageView {
                language,
                calendar: Some(offer(language, said)),
                ..manage(said, status)
            }),
        )
    }));
    pages.extend([None, Some(SignInProblem::Wrong), Some(SignInProblem::SlowDown)].map(|problem| {
        let view =
            SignInView { language, query: "", app_name: said, request: said, user_name: said, problem };
        Page::new(format!("sign-in {problem:?}"), sign_in_page(&view))
    }));
    pages.extend(
        NO_SIGN_IN.map(|why| Page::deaf(format!("no sign-in {why:?}"), no_sign_in_page(language, "", why))),
    );
    let signed_out = SignedOutView { language, query: "", provider_url: JOIN, back_url: REGISTER };
    pages.push(Page::deaf("signed out", signed_out_page(&signed_out)));
    pages.extend(problems.map(|problem| {
        let view = ProblemView { language, problem, request_id: said };
        Page::new(format!("problem {problem:?}"), problem_page(&view))
    }));
    pages.into_iter().map(|page| page.read_in(language)).collect()
}

fn enrolled_aside(language: Language, said: &str, found: Admission) -> String {
    enrolled_page(&EnrolledView {
        span: (start_at(), end_at()),
        zones: BERLIN,
        language,
        subject: said,
        email: Some(said),
        join_url: None,
        brand: None,
        is_framed: false,
        found,
        calendar: None,
        query: "",
    })
}

pub(crate) fn shut_gates(language: Language, said: &str) -> Vec<Page> {
    [
        GateState::Early { opens_at: at("2026-08-04T13:45:00Z"), now: at("2026-08-04T13:33:00Z") },
        GateState::Ready,
        GateState::Elsewhere,
        GateState::Over,
        GateState::Canceled,
        GateState::NoPlaceYet,
        GateState::NoAddress,
        GateState::PersonalLinkNeeded { registration_page_url: Some(REGISTER) },
        GateState::PersonalLinkNeeded { registration_page_url: None },
    ]
    .map(|state| {
        let page = gate_page(&GateView { language, ..gate(said, state) });
        Page::new(format!("gate {state:?}"), page).read_in(language)
    })
    .into()
}

fn home_samples(said: &str) -> Vec<HomeSample<'_>> {
    let accounts = Accounts { member: said, nameless: said, password: said };
    let states = [
        SampleState::Open,
        SampleState::WaitingList,
        SampleState::Full,
        SampleState::NotOpen,
        SampleState::Closed,
        SampleState::Approval,
        SampleState::Members(accounts),
        SampleState::Running,
        SampleState::OneDevice,
        SampleState::Over,
        SampleState::Canceled,
    ];
    let sample = |state| HomeSample { state, subject: said, language: Language::Arabic, url: REGISTER };
    states.map(sample).into()
}

fn demo_pages(said: &str) -> Vec<Page> {
    let labels = [HomeLabel::Mailbox, HomeLabel::Api, HomeLabel::OpenApi, HomeLabel::Health];
    let links = labels.map(|label| HomeLink { label, url: "/somewhere" }).into();
    use LetterKind::*;
    let rows = [Confirmation, Update, Reminder, Cancellation, Offer].map(|kind| MailboxRow {
        url: "/mailbox/1",
        to: said,
        subject: said,
        sent_at: start_at(),
        kind,
    });
    let operation = ApiOperation {
        id: said,
        method: said,
        path: said,
        summary: said,
        description: said,
        delegated: vec![said],
        application: vec![],
        anonymous: true,
        success: 200,
    };
    vec![
        Page::new("home", home_page(&HomeView { links, samples: home_samples(said), is_demo: true })),
        Page::deaf("room", room_page()),
        Page::new("mailbox", mailbox_page(&MailboxView { zone: None, rows: rows.into() })),
        Page::deaf("mailbox empty", mailbox_page(&MailboxView { zone: None, rows: vec![] })),
        Page::new("api", api_page(&ApiView { operations: vec![operation.clone(), operation] })),
    ]
}
