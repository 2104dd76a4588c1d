//! After the form: the mailbox notice, one's own registration, and giving the place back.

use askama::Template;
use domain::seats::Admission;
use jiff::Timestamp;

use super::field::{self, Field};
use super::registration::{FieldProblem, Question};
use crate::add_to_calendar::{CalendarOffer, Way, ways_of_page};
use crate::brand::Brand;
use crate::clean;
use crate::frame::{Frame, render};
use crate::language::Language;
use crate::texts::Texts;
use crate::when::Moment;
use crate::zones::{Times, Zones};

/// What the page after the form shows.
#[derive(Clone, Copy, Debug)]
pub struct EnrolledView<'a> {
    /// The reader's language.
    pub language: Language,
    /// What the meeting is called.
    pub subject: &'a str,
    /// Start and end of the meeting.
    pub span: (Timestamp, Timestamp),
    /// Zones to write times in.
    pub zones: Zones<'a>,
    /// The address as typed, so that a slip is seen; `None` when it is no longer known.
    pub email: Option<&'a str>,
    /// The query of the page's address, empty without one: the switch of languages keeps it.
    pub query: &'a str,
    /// Whose page it is.
    pub brand: Option<&'a Brand>,
    /// Whether a link leads out of a frame.
    pub is_framed: bool,
    /// What they found: a place, or why not yet.
    pub found: Admission,
    /// The personal link, for somebody who is signed in; nobody else is proven to own the address.
    pub join_url: Option<&'a str>,
    /// The entry for their calendar, for the same.
    pub calendar: Option<CalendarOffer<'a>>,
}

/// The page after the form. It reads the same whether the address had a place before or not.
pub fn enrolled_page(view: &EnrolledView<'_>) -> String {
    let t = view.language.texts();
    let subject = t.subject(view.subject);
    let (to, without, holds) = match view.found {
        Admission::Wait => ("waiting-enrolled-to", "waiting-enrolled", "waiting-letter"),
        Admission::Ask => ("waiting-asked-to", "waiting-asked", "waiting-letter"),
        Admission::Seat | Admission::Full => ("enrolled-sent-to", "enrolled-sent", "enrolled-link"),
    };
    let sent = match view.email {
        Some(email) => t.say_with(to, &[("subject", &subject), ("email", email)]),
        None => t.say_with(without, &[("subject", &subject)]),
    };

    let title = if view.join_url.is_some() { "enrolled-member-title" } else { "enrolled-title" };
    render(&Enrolled {
        frame: Frame::keeping(view.query, view.language, t.say(title)).of(view.brand),
        when: Times::new(t, view.span, view.zones, view.query),
        sent,
        holds: t.say(holds),
        is_framed: view.is_framed,
        join: view.join_url.map(clean::href),
        ways: view.calendar.as_ref().map(ways_of_page).unwrap_or_default(),
    })
}

#[derive(Template)]
#[template(path = "enrolled.html")]
struct Enrolled {
    frame: Frame,
    when: Times,
    sent: String,
    holds: String,
    is_framed: bool,
    join: Option<String>,
    ways: Vec<Way>,
}

/// What somebody sees of their own registration.
#[derive(Clone, Debug)]
pub struct ManageView<'a> {
    /// The reader's language.
    pub language: Language,
    /// Zones to write times in.
    pub zones: Zones<'a>,
    /// Whose page it is.
    pub brand: Option<&'a Brand>,
    /// The language of the organizer's words, as a tag, where it is known.
    pub lang: Option<&'a str>,
    /// What the meeting is called; `None` where that is no longer known.
    pub subject: Option<&'a str>,
    /// Start and end; `None` where they are no longer known.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Whose registration it is.
    pub first_name: &'a str,
    /// Whose registration it is.
    pub last_name: &'a str,
    /// Where the letters go.
    pub email: &'a str,
    /// Where the registration stands, and so what can be done. Buttons post to the page's own address, the field `do` says
    /// what.
    pub status: ManageStatus,
    /// The organizer's questions with the answers so far; none once they can no longer be changed.
    pub questions: Vec<Question<'a>>,
    /// What was wrong with the answers above.
    pub problems: Vec<FieldProblem<'a>>,
    /// Their personal link to the meeting; shown while the place is theirs and the meeting is not over.
    pub join_url: &'a str,
    /// The entry for their calendar, while the place is theirs.
    pub calendar: Option<CalendarOffer<'a>>,
    /// Whether they asked for no more reminders; they can ask for them again while the place is theirs.
    pub reminders_stopped: bool,
    /// What was just done.
    pub notice: Option<ManageNotice>,
    /// Where the meeting's own page is, if it has one.
    pub registration_page_url: Option<&'a str>,
}

/// What was just done on the manage page, or could not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManageNotice {
    /// The answers are stored.
    AnswersChanged,
    /// The answers are not stored: the meeting has begun.
    TooLate,
    /// The letter is on its way again.
    LetterSent,
    /// They get reminders again.
    RemindersResumed,
    /// They are registered again; the new links come by letter.
    RegisteredAgain,
    /// The place that was held for them is theirs.
    Accepted,
    /// It is no longer held for them.
    OfferGone,
    /// They registered again, and wait for a place.
    OnTheList,
    /// They registered again, and the organizer has to decide.
    Asked,
    /// They cannot register again: all places are taken.
    Full,
    /// They cannot register again: the registration is closed.
    Closed,
    /// They cannot register again from here: there is something new to answer or to agree to.
    OnItsPage,
}

/// Where a registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManageStatus {
    /// The place is theirs.
    Registered,
    /// They wait for one.
    Waitlisted,
    /// One is held for them.
    Offered {
        /// Until when.
        expires_at: Timestamp,
    },
    /// The organizer has to decide.
    Pending,
    /// The organizer turned them down.
    Rejected,
    /// One was held for them too long.
    OfferExpired,
    /// They or the organizer gave it back.
    Canceled,
    /// They left before they had one, or were made to.
    Withdrawn {
        /// Whether they did it.
        by_themself: bool,
    },
    /// The meeting is over.
    Over,
    /// The meeting will not take place.
    MeetingCanceled,
    /// Nobody is registered any more for a meeting that goes on.
    AllCanceled,
}

/// Somebody's own registration, and what can be done with it.
pub fn manage_page(view: &ManageView<'_>) -> String {
    let t = view.language.texts();
    let fields = field::questions(t, &view.questions, &view.problems);
    let flawed = fields.iter().any(|field| field.problem.is_some());
    // Nobody registers again right after they did.
    let came_again = matches!(
        view.notice,
        Some(ManageNotice::RegisteredAgain | ManageNotice::OnTheList | ManageNotice::Asked)
    );

    render(&Manage {
        frame: Frame::new(view.language, t.say(if flawed { "manage-title-problem" } else { "manage-title" }))
            .of(view.brand)
            .with_times(),
        until: view.span.map(|(start_at, _)| {
            let start = Moment::new(t, start_at, view.zones.first());
            t.say_with("manage-answers-until", &[("time", &start.text)])
        }),
        when: view.span.map(|span| Times::new(t, span, view.zones, "")),
        status: t.say(match view.status {
            ManageStatus::Registered => "manage-status-registered",
            ManageStatus::Waitlisted => "waiting-status-listed",
            ManageStatus::Offered { .. } => "waiting-status-offered",
            ManageStatus::Pending => "waiting-status-pending",
            ManageStatus::Rejected => "waiting-status-rejected",
            ManageStatus::OfferExpired => "waiting-status-expired",
            ManageStatus::Canceled => "manage-status-canceled",
            ManageStatus::Withdrawn { by_themself: true } => "waiting-withdrawn-opening",
            ManageStatus::Withdrawn { by_themself: false } => "waiting-left-title",
            ManageStatus::Over => "manage-status-over",
            ManageStatus::MeetingCanceled => "manage-status-meeting-canceled",
            ManageStatus::AllCanceled => "manage-status-all-canceled",
        }),
        notice: view.notice.map(|notice| {
            t.say(match notice {
                ManageNotice::AnswersChanged => "manage-answers-changed",
                ManageNotice::TooLate => "manage-answers-late",
                ManageNotice::LetterSent => "manage-letter-sent",
                ManageNotice::RemindersResumed => "manage-reminders-on",
                ManageNotice::RegisteredAgain => "manage-registered-again",
                ManageNotice::Accepted => "waiting-accepted",
                ManageNotice::OfferGone => "waiting-status-expired",
                ManageNotice::OnTheList => "waiting-status-listed",
                ManageNotice::Asked => "waiting-status-pending",
                ManageNotice::Full => "form-full-title",
                ManageNotice::Closed => "form-over-title",
                ManageNotice::OnItsPage => "again-on-its-page",
            })
        }),
        live: view.status == ManageStatus::Registered,
        join: clean::href(view.join_url),
        offered: match view.status {
            ManageStatus::Offered { expires_at } => {
                let until = Moment::new(t, expires_at, view.zones.first()).text;
                Some(t.say_with("waiting-offered-until", &[("time", &until)]))
            }
            _ => None,
        },
        explain: match view.status {
            ManageStatus::Waitlisted => Some(t.say("waiting-listed-explain")),
            ManageStatus::Pending => Some(t.say("waiting-pending-explain")),
            _ => None,
        },
        leaving: Leaving::of(t, view.status),
        canceled: view.status == ManageStatus::Canceled && !came_again,
        may_come_again: matches!(
            view.status,
            ManageStatus::Canceled | ManageStatus::Withdrawn { .. } | ManageStatus::OfferExpired
        ) && !came_again,
        ways: view.calendar.as_ref().map(ways_of_page).unwrap_or_default(),
        reminders_stopped: view.reminders_stopped,
        letter_explain: {
            let has_place = view.status == ManageStatus::Registered;
            let key = if has_place { "manage-letter-explain" } else { "manage-letter-explain-waiting" };
            t.say_with(key, &[("email", view.email)])
        },
        again: view.registration_page_url.map(clean::href),
        subject: view.subject.map(|subject| t.subject(subject)),
        subject_lang: view.lang.filter(|_| view.subject.is_some_and(|subject| !subject.trim().is_empty())),
        fields,
        flawed,
        name: clean::full_name(view.first_name, view.last_name),
        view,
    })
}

#[derive(Template)]
#[template(path = "manage.html")]
struct Manage<'a> {
    frame: Frame,
    when: Option<Times>,
    /// Until when answers can be changed.
    until: Option<String>,
    status: String,
    notice: Option<String>,
    live: bool,
    join: String,
    offered: Option<String>,
    /// What the status means to whoever has no place yet.
    explain: Option<String>,
    leaving: Option<Leaving>,
    canceled: bool,
    may_come_again: bool,
    ways: Vec<Way>,
    reminders_stopped: bool,
    letter_explain: String,
    again: Option<String>,
    subject: Option<String>,
    subject_lang: Option<&'a str>,
    fields: Vec<Field<'a>>,
    flawed: bool,
    name: String,
    view: &'a ManageView<'a>,
}

/// How somebody leaves who has no place yet, and what that leads to.
struct Leaving {
    heading: String,
    explain: String,
    button: String,
}

impl Leaving {
    /// `None` of whoever has a place, or waits for none.
    fn of(t: &Texts, status: ManageStatus) -> Option<Self> {
        let (heading, explain, button) = match status {
            ManageStatus::Waitlisted => {
                ("waiting-leave-heading", "waiting-leave-listed", "waiting-leave-button")
            }
            ManageStatus::Pending => {
                ("waiting-leave-heading", "waiting-leave-pending", "waiting-leave-button")
            }
            ManageStatus::Offered { .. } => {
                ("manage-cancel-heading", "waiting-leave-offered", "waiting-decline-button")
            }
            _ => return None,
        };
        Some(Self { heading: t.say(heading), explain: t.say(explain), button: t.say(button) })
    }
}

/// The page after somebody had their data erased. Nothing on it says whose they were.
pub fn erased_page(language: Language) -> String {
    render(&Erased { frame: Frame::new(language, language.texts().say("erased-title")) })
}

#[derive(Template)]
#[template(path = "erased.html")]
struct Erased {
    frame: Frame,
}

/// What is left to say after cancelling.
#[derive(Clone, Copy, Debug)]
pub struct CanceledView<'a> {
    /// The reader's language.
    pub language: Language,
    /// What the meeting is called.
    pub subject: &'a str,
    /// Whose page it is.
    pub brand: Option<&'a Brand>,
    /// Whether they had a place, or waited for one.
    pub had_a_place: bool,
    /// Where to register again, if that is possible.
    pub registration_page_url: Option<&'a str>,
}

/// The page after the cancel button.
pub fn canceled_page(view: &CanceledView<'_>) -> String {
    let t = view.language.texts();

    let (title, explain, letter) = if view.had_a_place {
        ("canceled-title", "canceled-explain", "canceled-letter")
    } else {
        ("waiting-left-title", "waiting-left", "waiting-left-letter")
    };
    render(&Canceled {
        frame: Frame::new(view.language, t.say(title)).of(view.brand),
        explain: t.say_with(explain, &[("subject", &t.subject(view.subject))]),
        letter: t.say(letter),
        again: view.registration_page_url.map(clean::href),
    })
}

#[derive(Template)]
#[template(path = "canceled.html")]
struct Canceled {
    frame: Frame,
    explain: String,
    letter: String,
    again: Option<String>,
}
