//! `usher load`: how many people a second get a place, and what that costs.
//!
//! `drive` asks a running server for places over real HTTP, as fast as a number of callers get answers (a
//! closed loop). `compare` starts servers of its own and measures, interleaved in one run, durable enrolments,
//! the same requests answered without storing, and one transaction each straight into the database: on SQLite the
//! `naive` way, on PostgreSQL `pgbench`. `open_loop` lets people arrive by plan instead.
//!
//! `grow` fills one meeting in steps and measures at each size what grows with it.
//!
//! What `compare` measures is a programme: there is another one for lists, batches and many people at once.
//!
//! Load goes to this machine alone, is bounded in count and in time, and ends by itself.

mod bench_server;
mod client;
mod compare;
mod database;
mod drive;
mod fill;
mod growth;
mod machine;
mod naive;
mod open_loop;
mod pgbench;
mod reading;
mod report;
mod request;
mod rs256;
mod stats;
mod target;
#[cfg(test)]
mod tests;

pub(crate) use bench_server::{BenchServer, left};
pub(crate) use compare::{Comparison, Subject, compare};
pub(crate) use database::Database;
pub(crate) use drive::{LONGEST, Plan, Until, drive};
pub(crate) use growth::{Growth, grow};
pub(crate) use report::Report;
pub(crate) use target::{Asked, DemoLine, Sent, Target};
