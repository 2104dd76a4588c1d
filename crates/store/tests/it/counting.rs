//! Counts the statements that reach a database, by what the driver logs of each.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{LazyLock, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::{Event, Instrument, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Registry, filter};

/// Statements by the span they ran in. The driver carries the span over to the thread that runs them.
static STATEMENTS: LazyLock<Mutex<HashMap<u64, Vec<String>>>> = LazyLock::new(Mutex::default);

/// Runs `work` and tells which statements it ran, in order.
pub async fn count<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let wanted = |target: &str| matches!(target, "counting" | "sqlx::query");
        let counter = Counter.with_filter(filter::filter_fn(move |metadata| wanted(metadata.target())));
        tracing::subscriber::set_global_default(Registry::default().with(counter)).unwrap();
    });
    let span = tracing::info_span!(target: "counting", "counted");
    let id = span.id().expect("our subscriber is interested in it").into_u64();
    // Ids of spans that have ended are given again.
    STATEMENTS.lock().unwrap().remove(&id);
    let outcome = work.instrument(span.clone()).await;
    let statements = STATEMENTS.lock().unwrap().remove(&id).unwrap_or_default();
    (outcome, statements)
}

struct Counter;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Counter {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.event_span(event) else { return };
        let mut said = Said::default();
        event.record(&mut said);
        STATEMENTS.lock().unwrap().entry(span.id().into_u64()).or_default().push(said.0);
    }
}

/// The driver repeats a long statement as a whole, beside its first words.
#[derive(Default)]
struct Said(String);

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if matches!(field.name(), "summary" | "db.statement") && value.len() > self.0.len() {
            self.0 = value.trim().to_owned();
        }
    }
}
