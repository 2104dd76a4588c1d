//! The first page a stranger sees.

use askama::Template;

use crate::clean;
use crate::frame::{Frame, render};
use crate::language::Language;
use crate::texts::Texts;

/// What the first page shows.
#[derive(Clone, Debug)]
pub struct HomeView<'a> {
    /// Where to go from here, in this order.
    pub links: Vec<HomeLink<'a>>,
    /// Meetings to look at, in this order.
    pub samples: Vec<HomeSample<'a>>,
    /// Whether this is the demo, where nothing is real.
    pub is_demo: bool,
}

/// One way on from the first page.
#[derive(Clone, Copy, Debug)]
pub struct HomeLink<'a> {
    /// What it is called.
    pub label: HomeLabel,
    /// Where it leads.
    pub url: &'a str,
}

/// The places the first page can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HomeLabel {
    /// The built-in mailbox.
    Mailbox,
    /// The reference for people.
    Api,
    /// The reference for programs.
    OpenApi,
    /// The health check.
    Health,
}

impl HomeLabel {
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Mailbox => ("home-link-mailbox", "home-link-mailbox-about"),
            Self::Api => ("home-link-api", "home-link-api-about"),
            Self::OpenApi => ("home-link-openapi", "home-link-openapi-about"),
            Self::Health => ("home-link-health", "home-link-health-about"),
        }
    }
}

/// A meeting to look at.
#[derive(Clone, Copy, Debug)]
pub struct HomeSample<'a> {
    /// What there is to see.
    pub state: SampleState<'a>,
    /// What it is called.
    pub subject: &'a str,
    /// The language of the subject.
    pub language: Language,
    /// Its sign-up page.
    pub url: &'a str,
}

/// The states that a meeting of the demo can be there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleState<'a> {
    /// There are places.
    Open,
    /// Every place is taken, and people may wait.
    WaitingList,
    /// Every place is taken.
    Full,
    /// Registration opens later.
    NotOpen,
    /// Registration has closed.
    Closed,
    /// The organizer decides about each.
    Approval,
    /// For members, who sign in with these accounts.
    Members(Accounts<'a>),
    /// The meeting is on.
    Running,
    /// The same, and a link lets one device in at a time.
    OneDevice,
    /// The meeting is over.
    Over,
    /// The organizer canceled the meeting.
    Canceled,
}

/// Who can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accounts<'a> {
    /// The user name of somebody of whom the directory knows all it takes.
    pub member: &'a str,
    /// The user name of an account that lacks a name, and so is turned away.
    pub nameless: &'a str,
    /// The password of both.
    pub password: &'a str,
}

impl SampleState<'_> {
    /// What there is to see, in a sentence or two.
    fn about(self, t: &Texts) -> String {
        t.say(match self {
            Self::Open => "home-sample-open",
            Self::WaitingList => "home-sample-waiting-list",
            Self::Full => "home-sample-full",
            Self::NotOpen => "home-sample-not-open",
            Self::Closed => "home-sample-closed",
            Self::Approval => "home-sample-approval",
            Self::Members(Accounts { member, nameless, password }) => {
                let values = [("member", member), ("nameless", nameless), ("password", password)];
                return t.say_with("home-sample-members", &values);
            }
            Self::Running => "home-sample-running",
            Self::OneDevice => "home-sample-one-device",
            Self::Over => "home-sample-over",
            Self::Canceled => "home-sample-canceled",
        })
    }
}

/// What Usher is, and where to look.
pub fn home_page(view: &HomeView<'_>) -> String {
    let t = Language::English.texts();

    render(&Home {
        frame: Frame::alone(Language::English, t.say("home-title")),
        links: view.links.iter().map(|link| Link::new(t, link)).collect(),
        samples: view.samples.iter().map(|sample| SampleLink::new(t, sample)).collect(),
        is_demo: view.is_demo,
    })
}

/// Where the demo's join links lead: the meeting room that a real site has at its provider.
pub fn room_page() -> String {
    let t = Language::English.texts();
    render(&Room { frame: Frame::alone(Language::English, t.say("room-title")) })
}

#[derive(Template)]
#[template(path = "room.html")]
struct Room {
    frame: Frame,
}

struct Link {
    label: String,
    about: String,
    href: String,
}

impl Link {
    fn new(t: &Texts, link: &HomeLink<'_>) -> Self {
        let (label, about) = link.label.keys();
        Self { label: t.say(label), about: t.say(about), href: clean::href(link.url) }
    }
}

struct SampleLink<'a> {
    subject: &'a str,
    lang: &'static str,
    dir: &'static str,
    about: String,
    href: String,
}

impl<'a> SampleLink<'a> {
    fn new(t: &Texts, sample: &HomeSample<'a>) -> Self {
        Self {
            subject: sample.subject,
            lang: sample.language.tag(),
            dir: sample.language.direction(),
            about: sample.state.about(t),
            href: clean::href(sample.url),
        }
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    frame: Frame,
    links: Vec<Link>,
    samples: Vec<SampleLink<'a>>,
    is_demo: bool,
}
