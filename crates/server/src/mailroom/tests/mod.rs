//! The mailroom against a real database and a mail server that does what it is told.

mod configured;
mod crowd;
mod delivery;
mod headers;
mod outage;
mod refusal;
mod scripted;
mod tls;
mod world;
