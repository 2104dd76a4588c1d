//! The mailroom against a real database and a mail server that does what it is told.

mod configured;
mod crowd;
mod delivery;
mod dkim;
mod headers;
mod oauth2;
mod outage;
mod refusal;
mod returns;
mod scripted;
mod tls;
mod world;
