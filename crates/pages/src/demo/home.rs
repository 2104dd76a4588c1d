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

/// What Usher is, and where to look.
pub fn home_page(view: &HomeView<'_>) -> String {
    let t = Language::English.texts();

    render(&Home {
        frame: Frame::alone(Language::English, t.say("home-title")),
        links: view.links.iter().map(|link| Link::new(t, link)).collect(),
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

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    links: Vec<Link>,
    is_demo: bool,
}
