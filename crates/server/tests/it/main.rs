//! The service through its front door: everything here acts by HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod at_once;
mod backup;
mod bad_clients;
mod bad_input;
mod command_line;
mod compare;
mod conventions;
mod demo;
mod disk_full;
mod docs;
mod enroll;
mod growth;
mod javascript;
mod letters;
mod links;
mod lists;
mod mail;
mod manage;
mod matrix;
mod meeting_races;
mod moving;
mod nodes;
mod outage;
mod pages;
mod program;
mod secrets;
mod seeds;
mod sign_in;
mod socket;
mod throttle;
mod upgrade;
