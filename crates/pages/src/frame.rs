//! What every page has around its content.

use askama::Template;

use crate::language::{LANGUAGE_QUERY, Language};
use crate::texts::Texts;

/// The values `layout.html` needs; every page template carries one as `frame`.
pub(crate) struct Frame {
    pub(crate) lang: &'static str,
    pub(crate) dir: &'static str,
    pub(crate) title: String,
    pub(crate) t: &'static Texts,
    pub(crate) stylesheet: &'static str,
    /// The page in each language, this one's own included; empty where a page has no other.
    pub(crate) languages: Vec<Choice>,
}

/// One way to read the page.
pub(crate) struct Choice {
    pub(crate) href: String,
    pub(crate) tag: &'static str,
    pub(crate) dir: &'static str,
    pub(crate) name: String,
    pub(crate) current: bool,
}

impl Choice {
    fn new(language: Language, current: Language, query: &str) -> Self {
        let tag = language.tag();
        let and = if query.is_empty() { "" } else { "&" };
        Self {
            href: format!("?{query}{and}{LANGUAGE_QUERY}={tag}"),
            tag,
            dir: language.direction(),
            name: language.texts().say("page-language-name"),
            current: language == current,
        }
    }
}

impl Frame {
    pub(crate) fn new(language: Language, title: impl Into<String>) -> Self {
        Self::keeping("", language, title)
    }

    /// A page whose address says in its query what it shows: the switch repeats it.
    pub(crate) fn keeping(query: &str, language: Language, title: impl Into<String>) -> Self {
        let choice = |other: &Language| Choice::new(*other, language, query);
        Self { languages: Language::all().iter().map(choice).collect(), ..Self::alone(language, title) }
    }

    /// A page that has no switch.
    pub(crate) fn alone(language: Language, title: impl Into<String>) -> Self {
        Self {
            lang: language.tag(),
            dir: language.direction(),
            title: title.into(),
            t: language.texts(),
            stylesheet: crate::STYLESHEET_PATH,
            languages: Vec::new(),
        }
    }
}

pub(crate) fn render(template: &impl Template) -> String {
    template.render().expect("writing to a string does not fail, and no template calls what could")
}
