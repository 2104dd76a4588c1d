//! What every page has around its content.

use askama::Template;

use crate::language::Language;
use crate::texts::Texts;

/// The values `layout.html` needs; every page template carries one as `frame`.
pub(crate) struct Frame {
    pub(crate) lang: &'static str,
    pub(crate) dir: &'static str,
    pub(crate) title: String,
    pub(crate) t: &'static Texts,
    pub(crate) stylesheet: &'static str,
}

impl Frame {
    pub(crate) fn new(language: Language, title: impl Into<String>) -> Self {
        Self {
            lang: language.tag(),
            dir: language.direction(),
            title: title.into(),
            t: language.texts(),
            stylesheet: crate::STYLESHEET_PATH,
        }
    }
}

pub(crate) fn render(template: &impl Template) -> String {
    template.render().expect("writing to a string does not fail, and no template calls what could")
}
