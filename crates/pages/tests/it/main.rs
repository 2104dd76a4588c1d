//! Everything people read, rendered with harmless and with hostile values.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod add_to_calendar;
mod calendar;
mod hostile;
mod languages;
mod letters;
mod markup;
mod pages;
mod samples;
mod style;
mod texts;
