//! Pages that letters lead to beside the registration itself: switching reminders off.

use askama::Template;

use crate::frame::{Frame, render};
use crate::language::Language;

/// The page of a link that switches reminders off: its button posts to the page's own address. `is_done` once it was
/// pressed.
pub fn stop_reminders_page(language: Language, subject: &str, is_done: bool) -> String {
    let t = language.texts();
    let (title, explain) =
        if is_done { ("stop-done-title", "stop-done") } else { ("stop-title", "stop-explain") };
    render(&StopReminders {
        subject: t.subject(subject),
        explain: t.say(explain),
        button: (!is_done).then(|| t.say("stop-button")),
        frame: Frame::new(language, t.say(title)),
    })
}

#[derive(Template)]
#[template(path = "stop_reminders.html")]
struct StopReminders {
    frame: Frame,
    subject: String,
    explain: String,
    button: Option<String>,
}
