//! Serving until told to stop.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::connections::{self, asked_to_stop};
use crate::http::Surface;
use crate::lmtp::Lmtp;
use crate::start::{Service, StartProblem};

/// How long a part that panicked rests.
const MOMENT: Duration = Duration::from_secs(1);

/// Serves until SIGTERM or SIGINT, then stops taking connections, answers what was asked, settles the letters
/// under way and closes the database. Whatever is not finished after `drain` is left to the next start, which
/// finds it in the outbox.
pub async fn serve(service: Service, listener: TcpListener, drain: Duration) -> Result<(), StartProblem> {
    let app = service.app.clone();
    let lmtp = match &app.settings.lmtp {
        Some(listen) => Some(Lmtp::bind(listen).await?),
        None => None,
    };
    let surface = Surface::new(service.app, service.issuer);
    let (stop, stopped) = watch::channel(false);
    let mailroom = {
        let (mailroom, stopped) = (app.mailroom.clone(), stopped.clone());
        let run = move || {
            let (mailroom, stopped) = (mailroom.clone(), stopped.clone());
            async move { mailroom.run(asked_to_stop(stopped)).await }
        };
        tokio::spawn(keep_going("the mailroom", MOMENT, run))
    };
    let lmtp = lmtp.map(|lmtp| {
        let stopped = stopped.clone();
        tokio::spawn(lmtp.run(app.clone(), asked_to_stop(stopped)))
    });
    let courier = {
        let (courier, stopped) = (app.courier.clone(), stopped.clone());
        let run = move || {
            let (courier, stopped) = (courier.clone(), stopped.clone());
            async move { courier.run(asked_to_stop(stopped)).await }
        };
        tokio::spawn(keep_going("the courier", MOMENT, run))
    };
    let janitor = {
        let app = app.clone();
        tokio::spawn(keep_going("the janitor", MOMENT, move || tidy_up(app.clone())))
    };
    let http = tokio::spawn(connections::serve(listener, surface, app.settings.limits, stopped));

    wait_for_signal().await?;
    tracing::info!("stopping");
    let _ = stop.send(true);
    let drained = tokio::time::timeout(drain, async {
        let _ = http.await;
        let _ = mailroom.await;
        let _ = courier.await;
        if let Some(lmtp) = lmtp {
            let _ = lmtp.await;
        }
    });
    if drained.await.is_err() {
        tracing::warn!("stopped before every connection had ended");
    }
    janitor.abort();
    if let Err(fault) = app.store_views().await {
        tracing::warn!(%fault, "looks at sign-up pages were lost");
    }
    app.store.close().await;
    Ok(())
}

/// Runs a part of the service to its end. One that panics begins again a moment later; the others serve on meanwhile.
async fn keep_going<W>(part: &str, moment: Duration, run: impl Fn() -> W)
where
    W: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    running.spawn(run());
    while let Some(Err(_)) = running.join_next().await {
        tracing::error!(part, "a part of the service panicked and begins again: this is a defect of Usher");
        tokio::time::sleep(moment).await;
        running.spawn(run());
    }
}

/// Stores every second what was counted, and takes away every ten minutes what nobody will ask for again.
async fn tidy_up(app: App) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    let mut since_removal = 0;
    loop {
        second.tick().await;
        if let Err(fault) = app.store_views().await {
            tracing::warn!(%fault, "looks at sign-up pages are not stored yet");
        }
        since_removal = (since_removal + 1) % 600;
        if since_removal == 1 {
            match app.store.remove_expired_keys(app.clock.now()).await {
                Ok(0) => {}
                Ok(removed) => tracing::debug!(removed, "idempotency keys expired"),
                // The next round tries again; nothing waits for it.
                Err(fault) => tracing::warn!(%fault, "expired idempotency keys stay for now"),
            }
            if let Err(fault) = app.store.remove_expired_allowances(app.clock.now()).await {
                tracing::warn!(%fault, "what is remembered of mailboxes stays for now");
            }
            if let Err(fault) = app.store.forget_changes(app.clock.now()).await {
                tracing::warn!(%fault, "changes that nobody will ask for stay for now");
            }
        }
    }
}

async fn wait_for_signal() -> Result<(), StartProblem> {
    let listen =
        |kind| signal(kind).map_err(|error| StartProblem(format!("cannot listen for signals: {error}")));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn what_panics_begins_again_and_what_ends_does_not() {
        let begun = Arc::<AtomicUsize>::default();
        let run = || {
            let begun = begun.clone();
            async move { assert!(begun.fetch_add(1, Ordering::Relaxed) == 1, "not yet") }
        };

        keep_going("a part", Duration::ZERO, run).await;

        assert_eq!(begun.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn what_is_no_longer_waited_for_ends() {
        let life = Arc::new(());
        let held = life.clone();
        let run = move || {
            let held = held.clone();
            async move {
                let _held = held;
                std::future::pending::<()>().await;
            }
        };
        let going = tokio::spawn(keep_going("a part", Duration::ZERO, run));
        while Arc::strong_count(&life) < 3 {
            tokio::task::yield_now().await;
        }

        going.abort();

        while Arc::strong_count(&life) > 1 {
            tokio::task::yield_now().await;
        }
    }
}
