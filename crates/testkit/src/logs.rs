//! What the process logs while a test looks.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing_subscriber::filter::{LevelFilter, dynamic_filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

/// Everything logged since [`capture_logs`], whatever its level and whichever test of the process it came from.
/// Look for words of your own in it.
pub struct CapturedLogs(());

/// How many tests are looking: while none is, lines are not even written.
static LOOKING: AtomicUsize = AtomicUsize::new(0);
static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Begins to capture.
pub fn capture_logs() -> CapturedLogs {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Lines);
        // `with_max_level_hint` keeps call sites switched on that were met while nobody looked.
        let looking = dynamic_filter_fn(|_, _| LOOKING.load(Ordering::Relaxed) > 0);
        let lines = lines.with_filter(looking.with_max_level_hint(LevelFilter::TRACE));
        tracing::subscriber::set_global_default(Registry::default().with(lines))
            .expect("nobody else in a test binary listens to the whole process");
    });
    LOOKING.fetch_add(1, Ordering::Relaxed);
    CapturedLogs(())
}

impl CapturedLogs {
    /// The lines so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&LINES.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Drop for CapturedLogs {
    fn drop(&mut self) {
        LOOKING.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Lines;

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}

impl io::Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
