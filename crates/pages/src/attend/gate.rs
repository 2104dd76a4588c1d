//! The join gate's pages, for everybody it does not let through. No view has room for the meeting's address.

use askama::Template;
use jiff::{SignedDuration, Timestamp};

use crate::brand::Brand;
use crate::clean;
use crate::frame::{Frame, render};
use crate::language::Language;
use crate::texts::Texts;
use crate::when::Moment;
use crate::zones::{Own, Times, Zones};

/// What somebody sees whom the gate does not let through, or not yet.
#[derive(Clone, Copy, Debug)]
pub struct GateView<'a> {
    /// The reader's language.
    pub language: Language,
    /// Zones to write times in.
    pub zones: Zones<'a>,
    /// Whose page it is.
    pub brand: Option<&'a Brand>,
    /// What the meeting is called; `None` where the reader may not know.
    pub subject: Option<&'a str>,
    /// Start and end; `None` where the reader may not know, or it no longer matters.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Why the gate is shut.
    pub state: GateState<'a>,
    /// The query of the page's address, empty without one: Graph's spelling of a link has its half there.
    pub query: &'a str,
}

/// Why the gate is shut.
#[derive(Clone, Copy, Debug)]
pub enum GateState<'a> {
    /// It opens later.
    Early {
        /// When it opens.
        opens_at: Timestamp,
        /// What time it is.
        now: Timestamp,
    },
    /// It is open to whoever presses the button.
    Ready,
    /// Another device is in with the same link.
    Elsewhere,
    /// The meeting has ended.
    Over,
    /// They wait for a place, or for the organizer to decide.
    NoPlaceYet,
    /// The registration or the meeting is cancelled.
    Canceled,
    /// The organizer has not said where the meeting is.
    NoAddress,
    /// A link that is nobody's own.
    PersonalLinkNeeded {
        /// Where to get one.
        registration_page_url: Option<&'a str>,
    },
}

/// The page at a shut gate.
pub fn gate_page(view: &GateView<'_>) -> String {
    let t = view.language.texts();
    let (title, explain) = match view.state {
        GateState::Early { opens_at, .. } => {
            let opens = Moment::new(t, opens_at, view.zones.first());
            ("gate-early-title", t.say_with("gate-early", &[("time", &opens.text)]))
        }
        GateState::Ready => ("gate-ready-title", t.say("gate-ready")),
        GateState::Elsewhere => ("gate-elsewhere-title", t.say("gate-elsewhere")),
        GateState::Over => ("gate-over-title", t.say("gate-over")),
        GateState::Canceled => ("gate-canceled-title", t.say("gate-canceled")),
        GateState::NoPlaceYet => ("waiting-gate-title", t.say("waiting-gate")),
        GateState::NoAddress => ("gate-no-address-title", t.say("gate-no-address")),
        GateState::PersonalLinkNeeded { .. } => ("gate-personal-title", t.say("gate-personal")),
    };

    render(&Gate {
        frame: Frame::keeping(view.query, view.language, t.say(title)).of(view.brand).with_times(),
        explain,
        opening: match view.state {
            GateState::Early { opens_at, .. } => {
                Own::of(t, &Moment::new(t, opens_at, view.zones.first()), view.zones)
            }
            _ => None,
        },
        countdown: match view.state {
            GateState::Early { opens_at, now } => Some(Countdown::new(t, opens_at.duration_since(now))),
            _ => None,
        },
        when: view.span.map(|span| Times::new(t, span, view.zones, view.query)),
        may_retry: matches!(view.state, GateState::Early { .. } | GateState::NoAddress),
        join: match view.state {
            GateState::Ready => Some(t.say("gate-ready-join")),
            GateState::Elsewhere => Some(t.say("gate-elsewhere-join")),
            _ => None,
        },
        takes_over: matches!(view.state, GateState::Elsewhere),
        register: match view.state {
            GateState::PersonalLinkNeeded { registration_page_url } => registration_page_url.map(clean::href),
            _ => None,
        },
        subject: view.subject.map(|subject| t.subject(subject)),
    })
}

/// How long it is until the door opens: said once, and counted down by the script where it runs.
struct Countdown {
    seconds: i64,
    text: String,
    /// The sentence for the script, with `{time}` to be filled in.
    words: String,
}

impl Countdown {
    /// In the unit that says enough: minutes up to two hours, hours up to two days. usher.js reckons the same.
    fn new(t: &Texts, left: SignedDuration) -> Self {
        let seconds = left.as_secs().max(0);
        let (key, count) = match seconds {
            // There is something left to wait for, be it a second.
            ..7_200 => ("gate-in-minutes", ((seconds + 59) / 60).max(1)),
            // Rounded down: nobody is told to be back too late.
            7_200..172_800 => ("gate-in-hours", seconds / 3_600),
            _ => ("gate-in-days", seconds / 86_400),
        };
        let time = t.say_count(key, "count", usize::try_from(count).unwrap_or_default());
        Self {
            seconds,
            text: t.plain("gate-opens", &[("time", &time)]),
            words: t.plain("gate-opens", &[("time", "{time}")]),
        }
    }
}

/// What a room calls somebody whose name nobody told us.
pub fn guest_name(language: Language) -> String {
    language.texts().say("gate-guest")
}

#[derive(Template)]
#[template(path = "gate.html")]
struct Gate {
    frame: Frame,
    explain: String,
    opening: Option<Own>,
    countdown: Option<Countdown>,
    when: Option<Times>,
    may_retry: bool,
    join: Option<String>,
    takes_over: bool,
    register: Option<String>,
    subject: Option<String>,
}
