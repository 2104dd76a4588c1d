//! The first page a stranger sees.

use askama::Template;

use crate::clean;
use crate::frame::{Frame, render};
use crate::language::Language;
use crate::texts::Texts;

/// What the first page shows.
#[derive(Clone, Debug)]
pub struct HomeView<'a> {
    /// The reader's language.
    pub language: Language,
    /// Where to go from here, in this order.
    pub links: Vec<HomeLink<'a>>,
    /// Lines to paste into a terminal, shown as they are; may be empty.
    pub commands: Vec<&'a str>,
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
    /// The sample meeting's registration page.
    Registration,
    /// The built-in mailbox.
    Mailbox,
    /// The reference for people.
    Api,
    /// The reference for programs.
    OpenApi,
    /// `$metadata`.
    Metadata,
    /// The built-in sign-in.
    SignIn,
    /// The organizer's console.
    Console,
    /// The health check.
    Health,
}

impl HomeLabel {
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Registration => ("home-link-registration", "home-link-registration-about"),
            Self::Mailbox => ("home-link-mailbox", "home-link-mailbox-about"),
            Self::Api => ("home-link-api", "home-link-api-about"),
            Self::OpenApi => ("home-link-openapi", "home-link-openapi-about"),
            Self::Metadata => ("home-link-metadata", "home-link-metadata-about"),
            Self::SignIn => ("home-link-sign-in", "home-link-sign-in-about"),
            Self::Console => ("home-link-console", "home-link-console-about"),
            Self::Health => ("home-link-health", "home-link-health-about"),
        }
    }
}

/// What Usher is, and where to look.
pub fn home_page(view: &HomeView<'_>) -> String {
    let t = view.language.texts();

    render(&Home {
        frame: Frame::new(view.language, t.say("home-title")),
        links: view.links.iter().map(|link| Link::new(t, link)).collect(),
        commands: view.commands.join("\n\n"),
    })
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
    commands: String,
}
