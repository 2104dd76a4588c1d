//! Work that is seen through, whether or not somebody waits for it to the end.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

/// A request in work. When its connection fails it goes on by itself: work that is broken off in the middle of a question
/// costs its connection to PostgreSQL, and whoever sends requests and hangs up would take those away from everybody. `P`
/// is what it holds until it ends.
pub(crate) struct SeenThrough<T, P>
where
    T: Send + 'static,
    P: Send + 'static,
{
    /// None once it has ended.
    work: Option<(Work<T>, P)>,
}

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl<T: Send, P: Send> SeenThrough<T, P> {
    /// Work of some kilobytes is made on the spot, so that an optimised build can make it where it stays.
    pub(crate) fn new<W>(work: impl FnOnce() -> W, held: P) -> Self
    where
        W: Future<Output = T> + Send + 'static,
    {
        let work = Box::write(Box::new_uninit(), work());
        Self { work: Some((Box::into_pin(work), held)) }
    }
}

impl<T: Send, P: Send + Unpin> Future for SeenThrough<T, P> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some((work, _)) = &mut self.work else { return Poll::Pending };
        let outcome = work.as_mut().poll(context);
        if outcome.is_ready() {
            self.work = None;
        }
        outcome
    }
}

impl<T: Send + 'static, P: Send + 'static> Drop for SeenThrough<T, P> {
    fn drop(&mut self) {
        if let Some((work, held)) = self.work.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move {
                work.await;
                drop(held);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::{Notify, oneshot};

    use super::*;

    #[tokio::test]
    async fn work_that_nobody_waits_for_ends_all_the_same_and_holds_what_it_holds_until_then() {
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, told) = oneshot::channel();
        let held = Arc::new(());
        let work = {
            let (begun, go_on) = (Arc::clone(&begun), Arc::clone(&go_on));
            async move {
                begun.notify_one();
                go_on.notified().await;
                tell.send(()).unwrap();
            }
        };
        let seen_through = SeenThrough::new(|| work, Arc::clone(&held));
        tokio::select! {
            biased;
            () = seen_through => panic!("it waits"),
            () = begun.notified() => {}
        }
        assert_eq!(Arc::strong_count(&held), 2);

        go_on.notify_one();

        told.await.expect("it has ended");
        while Arc::strong_count(&held) > 1 {
            tokio::task::yield_now().await;
        }
    }
}
