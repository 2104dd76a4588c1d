//! Which threads there are. The turnstile has one of its own besides, and so has each connection to SQLite.

use std::num::NonZero;
use std::{env, io, thread};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How many threads answer requests, where somebody knows better: tokio's own name for it.
const WORKERS: &str = "TOKIO_WORKER_THREADS";

/// The threads that answer requests: one for each core but the last, which is left to whoever stores what they bring. With one
/// more than that, requests move between cores while they wait for their commit, and everybody waits for a core.
/// docs/performance.md has the figures.
pub fn answering() -> io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    if env::var_os(WORKERS).is_none() {
        builder.worker_threads(beside_one(thread::available_parallelism().map_or(1, NonZero::get)));
    }
    builder.enable_all().build()
}

fn beside_one(cores: usize) -> usize {
    cores.saturating_sub(1).max(1)
}

/// A thread for what nobody waits for: writing one letter takes as long as answering ten requests. What still runs there when
/// this is dropped is broken off.
pub struct Background {
    runtime: Handle,
    _ends: oneshot::Sender<()>,
}

impl Background {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn open() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (ends, ended) = oneshot::channel::<()>();
        let run = move || {
            // Nothing is ever sent: it ends when the sender does.
            let _ = runtime.block_on(ended);
        };
        thread::Builder::new().name("background".to_owned()).spawn(run)?;
        Ok(Self { runtime: handle, _ends: ends })
    }

    /// Runs `work` there.
    pub fn spawn<W>(&self, work: W) -> JoinHandle<W::Output>
    where
        W: Future<Output: Send> + Send + 'static,
    {
        self.runtime.spawn(work)
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[test]
    fn one_core_is_left_where_there_is_another() {
        assert_eq!([1, 2, 8].map(beside_one), [1, 1, 7]);
    }

    #[tokio::test]
    async fn work_in_the_background_has_a_thread_of_its_own_and_is_broken_off_at_the_end() {
        let background = Background::open().unwrap();
        let name = || async { thread::current().name().map(str::to_owned) };

        let there = background.spawn(name()).await.unwrap();
        let endless = background.spawn(pending::<()>());
        drop(background);

        assert_eq!(there.as_deref(), Some("background"));
        assert_ne!(name().await, there, "the control: this is another thread");
        assert!(endless.await.unwrap_err().is_cancelled());
    }
}
