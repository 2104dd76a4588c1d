//! The real application in a test: frozen clock, token mint, mail trap.
//!
//! A [`TestApp`] is built by the path that `usher serve` takes, on a database of its own: SQLite, or PostgreSQL where
//! `USHER_TEST_DATABASE` says so. Tests act through HTTP, in process and, but for [`TestApp::listen`], without a socket;
//! only functions whose names begin with `db_` look at the database behind the application's back. Everything panics on
//! what a test does not expect, with words that say why.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod app;
mod call;
mod db;
mod listening;
mod logs;
mod people;
mod receiver;
mod scene;
mod stopped;

pub use app::{PUBLIC_URL, TestApp, TestAppBuilder, scratch};
pub use call::{Call, TestResponse};
pub use listening::Listening;
pub use logs::{CapturedLogs, capture_logs};
pub use people::{APP, People, TestPerson};
pub use receiver::{Answer, Proof, Received, Receiver};
pub use scene::{NewMeeting, TestMeeting};
pub use stopped::Stopped;
