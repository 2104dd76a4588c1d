//! Which threads there are. The turnstile has one of its own besides, so has each connection to SQLite, and what takes long
//! without waiting (letters, passwords) goes to those that tokio keeps for that.

use std::num::NonZero;
use std::{env, io, thread};

use tokio::runtime::{Builder, Runtime};

/// How many threads answer requests, where somebody knows better: tokio's own name for it.
const WORKERS: &str = "TOKIO_WORKER_THREADS";

/// The threads that answer requests: one for each core but the last, which is left to whoever stores what they bring. With one
/// more than that, requests move between cores while they wait for their commit, and everybody waits for a core: "Reading
/// them" in docs/performance.md.
pub fn answering() -> io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    if env::var_os(WORKERS).is_none() {
        builder.worker_threads(all_but_one(thread::available_parallelism().map_or(1, NonZero::get)));
    }
    builder.enable_all().build()
}

fn all_but_one(cores: usize) -> usize {
    cores.saturating_sub(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_core_is_left_where_there_is_another() {
        assert_eq!([1, 2, 8].map(all_but_one), [1, 1, 7]);
    }
}
