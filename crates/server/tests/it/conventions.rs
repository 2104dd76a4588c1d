//! What every Graph client relies on, whatever it asks for. CONTRACT section 5 and CLIENTS.

mod bodies;
mod examples;
mod meetings;
mod operations;
mod requests;
