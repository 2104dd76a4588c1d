//! Pages that letters lead to beside the registration itself: switching reminders off, and on to a calendar.

use askama::Template;

use crate::add_to_calendar::{AddTo, WebCalendar};
use crate::brand::Brand;
use crate::frame::{Frame, render};
use crate::language::Language;

/// The page of a link that switches reminders off: its button posts to the page's own address. `is_done` once it was
/// pressed.
pub fn stop_reminders_page(
    language: Language,
    brand: Option<&Brand>,
    subject: &str,
    is_done: bool,
) -> String {
    let t = language.texts();
    let (title, explain) =
        if is_done { ("stop-done-title", "stop-done") } else { ("stop-title", "stop-explain") };
    render(&OneButton {
        subject: t.subject(subject),
        explain: t.say(explain),
        button: (!is_done).then(|| t.say("stop-button")),
        frame: Frame::new(language, t.say(title)).of(brand),
    })
}

/// The page before a calendar on the web, which whoever only looks tells nothing. Its button posts to the page's own
/// address.
pub fn calendar_way_page(
    language: Language,
    brand: Option<&Brand>,
    subject: &str,
    calendar: WebCalendar,
) -> String {
    let t = language.texts();
    let name = t.say(AddTo::Web(calendar).label());
    render(&OneButton {
        subject: t.subject(subject),
        explain: t.say("calendar-way"),
        button: Some(t.say_with("calendar-way-button", &[("calendar", &name)])),
        frame: Frame::new(language, t.say("calendar-heading")).of(brand),
    })
}

#[derive(Template)]
#[template(path = "one_button.html")]
struct OneButton {
    frame: Frame,
    subject: String,
    explain: String,
    button: Option<String>,
}
