//! The service through its front door: everything here acts by HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_clients;
mod bad_input;
mod conventions;
mod docs;
mod enroll;
mod javascript;
mod letters;
mod links;
mod lists;
mod mail;
mod matrix;
mod pages;
mod program;
mod secrets;
mod seeds;
mod socket;
mod throttle;
