//! What every page has around its content.

use askama::Template;

use crate::brand::Brand;
use crate::language::{LANGUAGE_QUERY, Language};
use crate::texts::Texts;

/// The values `layout.html` needs; every page template carries one as `frame`.
pub(crate) struct Frame {
    pub(crate) lang: &'static str,
    pub(crate) dir: &'static str,
    pub(crate) title: String,
    pub(crate) t: &'static Texts,
    pub(crate) stylesheet: &'static str,
    /// The script, where the page has times for it to write.
    pub(crate) script: Option<&'static str>,
    /// Whose page it is, where that is known.
    pub(crate) brand: Brand,
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
        // A page that cannot keep a cookie has its language there already.
        let is_other = |part: &&str| !part.is_empty() && part.split('=').next() != Some(LANGUAGE_QUERY);
        let kept: String = query.split('&').filter(is_other).map(|part| format!("{part}&")).collect();
        Self {
            href: format!("?{kept}{LANGUAGE_QUERY}={tag}"),
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

    /// With what an organisation's pages show of it.
    pub(crate) fn of(mut self, brand: Option<&Brand>) -> Self {
        self.brand = brand.cloned().unwrap_or_default();
        self
    }

    /// With times, which the script writes in the reader's zone.
    pub(crate) fn with_times(mut self) -> Self {
        self.script = Some(crate::SCRIPT_PATH);
        self
    }

    /// A page that has no switch.
    pub(crate) fn alone(language: Language, title: impl Into<String>) -> Self {
        Self {
            lang: language.tag(),
            dir: language.direction(),
            title: title.into(),
            t: language.texts(),
            stylesheet: crate::STYLESHEET_PATH,
            script: None,
            brand: Brand::default(),
            languages: Vec::new(),
        }
    }
}

pub(crate) fn render(template: &impl Template) -> String {
    template.render().expect("writing to a string does not fail, and no template calls what could")
}
