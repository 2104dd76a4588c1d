//! What every Graph client relies on, whatever it asks for. docs/graph-compat.md.

mod bodies;
mod examples;
mod expanding;
mod meetings;
mod operations;
mod requests;
