//! Taking connections and serving them. Whatever a client does, it gets one place of a bounded number, for a
//! bounded time: each wait for it ends, be it for a request to begin, for the rest of it, or for it to take the
//! answer.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::iter::successors;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep};
use tower_http::timeout::{DeadlineBody, TimeoutError};

use crate::http::Surface;
use crate::seen_through::SeenThrough;

/// What clients may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// So many connections at once; further ones wait until one ends.
    pub connections: u32,
    /// How long a connection may go without a request while it is the client's turn: silent, sending the head of
    /// one, or taking an answer, of which each 256 KiB begin that time anew. It ends after that time, at the latest
    /// after twice of it.
    pub idle: Duration,
    /// How long the body of a request may take to arrive.
    pub body: Duration,
}

/// Between two attempts to take a connection when there is no file descriptor for it.
const BACK_OFF: Duration = Duration::from_secs(1);

/// While we stop, a client whose turn it is gets so long at least, and twice that at most: for the rest of a head, or to
/// take an answer.
const PATIENCE_AT_STOP: Duration = Duration::from_secs(3);

/// Whoever takes so many bytes of an answer in time is still reading it.
const TAKEN: usize = 256 << 10;

/// Trouble that lasts is told once in so long.
const BETWEEN_COMPLAINTS: Duration = Duration::from_secs(60);

/// Serves until `stop` says `true`, then answers what was asked and returns when every connection has ended.
pub async fn serve(listener: TcpListener, surface: Surface, limits: Limits, stop: watch::Receiver<bool>) {
    serve_by(listener, move |request| surface.clone().answer(request), limits, stop).await;
}

async fn serve_by<A, F>(listener: TcpListener, answer: A, limits: Limits, stop: watch::Receiver<bool>)
where
    A: Fn(Request<Body>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(limits.connections as usize));
    tokio::select! {
        never = let_in(&listener, answer, limits, &places, &stop) => match never {},
        () = asked_to_stop(stop.clone()) => {}
    }
    drop(listener);
    // Each connection gives its place back at its end. Nobody closes the semaphore, so this cannot fail.
    let _ = places.acquire_many(limits.connections).await;
}

/// Ends when `stop` says `true`.
pub async fn asked_to_stop(mut stop: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Whether a body could not be read because it did not arrive in time.
pub fn is_too_slow(error: &(dyn Error + 'static)) -> bool {
    successors(Some(error), |error| (*error).source()).any(|error| error.is::<TimeoutError>())
}

async fn let_in<A, F>(
    listener: &TcpListener,
    answer: A,
    limits: Limits,
    places: &Arc<Semaphore>,
    stop: &watch::Receiver<bool>,
) -> Infallible
where
    A: Fn(Request<Body>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let (mut full, mut exhausted) = (Complaint::default(), Complaint::default());
    loop {
        if places.available_permits() == 0 && full.is_due() {
            let connections = limits.connections;
            tracing::warn!(
                connections,
                "further connections wait: raise `server.max_connections` if this lasts"
            );
        }
        let place = Arc::new(Arc::clone(places).acquire_owned().await);
        let (stream, peer) = take(listener, &mut exhausted).await;
        tokio::spawn(attend(stream, peer, answer.clone(), limits, (stop.clone(), place)));
    }
}

async fn take(listener: &TcpListener, exhausted: &mut Complaint) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(taken) => return taken,
            Err(error) if is_the_clients_doing(&error) => {}
            Err(error) => {
                if exhausted.is_due() {
                    tracing::error!(
                        %error,
                        "cannot take connections: allow the process more open files, or lower \
                        `server.max_connections`"
                    );
                }
                // The listener stays ready: without a pause this would try again at once, for ever.
                sleep(BACK_OFF).await;
            }
        }
    }
}

/// Whether a client was gone before it was let in.
fn is_the_clients_doing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Holds a place among the connections.
type Place = Arc<Result<OwnedSemaphorePermit, AcquireError>>;

/// Serves one connection to its end, or until its client has let it lie for too long. Its place is held until what was
/// asked over it has been worked off.
async fn attend<F>(
    stream: TcpStream,
    peer: SocketAddr,
    answer: impl Fn(Request<Body>) -> F + Send + Sync,
    limits: Limits,
    (stop, place): (watch::Receiver<bool>, Place),
) where
    F: Future<Output = Response<Body>> + Send + 'static,
{
    // Answers are small and complete: waiting for more to send would only delay them. It works without, too.
    let _ = stream.set_nodelay(true);
    let requests = Requests::default();
    let stopped = stop.clone();
    let service = service_fn(|mut request: Request<Incoming>| {
        requests.turn();
        request.extensions_mut().insert(ConnectInfo(peer));
        let request = request.map(|body| Body::new(DeadlineBody::new(limits.body, body)));
        let answer = SeenThrough::new(|| answer(request), Arc::clone(&place));
        async {
            let answer = answer.await;
            requests.turn();
            Ok(answer)
        }
    });
    tokio::select! {
        biased;
        () = converse(stream, service, stop, &requests) => {}
        () = requests.stall(limits.idle) => {}
        () = async { asked_to_stop(stopped).await; requests.stall(limits.idle.min(PATIENCE_AT_STOP)).await } => {}
    }
}

/// Answers requests until the client or `stop` ends it.
async fn converse<S>(stream: TcpStream, service: S, stop: watch::Receiver<bool>, requests: &Requests)
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
{
    let mut stop = pin!(asked_to_stop(stop));
    // Whoever has said nothing yet has asked for nothing, and need not be waited for when we stop. Browsers
    // open such connections in advance.
    tokio::select! {
        biased;
        _ = stream.readable() => {}
        () = &mut stop => return,
    }
    let stream = Watched { stream, requests, taken: 0 };
    // Whoever has said all may close their half and still listen; what was asked is seen through in any case. To look whether
    // they are gone would also take another read buffer, of eight kilobytes, for each request in work.
    let mut connection =
        pin!(http1::Builder::new().half_close(true).serve_connection(TokioIo::new(stream), service));
    // How a connection ends is its client's business.
    tokio::select! {
        biased;
        _ = connection.as_mut() => {}
        () = stop => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// The requests of a connection, counted when one is there and again when its answer is: odd while it is our turn.
///
/// hyper could put a timer on each head, but makes it anew for every request: an allocation, and a timer to
/// register. One timer for the whole connection that looks at a count now and then does with neither, and ends
/// clients that take no answer as well.
#[derive(Default)]
struct Requests(AtomicU64);

impl Requests {
    fn turn(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The client is taking an answer. Whose turn it is stays as it is.
    fn goes_on(&self) {
        self.0.fetch_add(2, Ordering::Relaxed);
    }

    /// Ends when it was the client's turn and nothing came, for `patience` at least and twice that at most.
    async fn stall(&self, patience: Duration) {
        let mut seen = 0;
        loop {
            sleep(patience).await;
            let now = self.0.load(Ordering::Relaxed);
            if now == seen && now.is_multiple_of(2) {
                return;
            }
            seen = now;
        }
    }
}

/// A connection of which it is told how its client takes long answers.
struct Watched<'r> {
    stream: TcpStream,
    requests: &'r Requests,
    /// Since it was last told.
    taken: usize,
}

impl Watched<'_> {
    fn count(&mut self, written: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(bytes)) = written {
            self.taken += bytes;
            if self.taken >= TAKEN {
                self.taken = 0;
                self.requests.goes_on();
            }
        }
    }
}

impl AsyncRead for Watched<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Watched<'_> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.count(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.count(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Keeps trouble that lasts from filling the log.
#[derive(Default)]
struct Complaint {
    last_at: Option<Instant>,
}

impl Complaint {
    fn is_due(&mut self) -> bool {
        let is_due = self.last_at.is_none_or(|at| at.elapsed() >= BETWEEN_COMPLAINTS);
        if is_due {
            self.last_at = Some(Instant::now());
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::Notify;
    use tokio::task::JoinHandle;
    use tokio::time::timeout;

    use super::*;

    const LONG: usize = 24 << 20;

    /// Whoever serves a single connection.
    struct Serving(watch::Sender<bool>, JoinHandle<()>);

    impl Serving {
        /// Begins, and connects a client.
        async fn by<F>(
            answer: impl Fn(Request<Body>) -> F + Clone + Send + Sync + 'static,
        ) -> (Self, TcpStream)
        where
            F: Future<Output = Response<Body>> + Send + 'static,
        {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let address = listener.local_addr().unwrap();
            let limits =
                Limits { connections: 1, idle: Duration::from_millis(300), body: Duration::from_secs(1) };
            let (stop, stopped) = watch::channel(false);
            let serving = tokio::spawn(serve_by(listener, answer, limits, stopped));
            (Self(stop, serving), TcpStream::connect(address).await.unwrap())
        }

        async fn end(self) {
            self.0.send(true).unwrap();
            self.1.await.unwrap();
        }
    }

    /// How much comes, to a client that rests for so long between two looks.
    async fn take(mut client: TcpStream, rest: Duration) -> usize {
        let (mut taken, mut piece) = (0, vec![0; 1 << 20]);
        while let Ok(bytes @ 1..) = client.read(&mut piece).await {
            taken += bytes;
            sleep(rest).await;
        }
        taken
    }

    async fn long_answer(_: Request<Body>) -> Response<Body> {
        Response::new(Body::from(vec![b'x'; LONG]))
    }

    #[tokio::test]
    async fn a_client_that_reads_slowly_gets_all_of_a_long_answer() {
        for (rest, gets_all, why) in [
            (40, true, "the whole took longer than a connection may lie idle"),
            (900, false, "the control: whoever hardly reads is cut off"),
        ] {
            let (serving, mut client) = Serving::by(long_answer).await;
            client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();

            let taken = take(client, Duration::from_millis(rest)).await;

            assert_eq!(taken > LONG, gets_all, "{why}");
            serving.end().await;
        }
    }

    /// Sent at once with its body, a request with `Expect` is in work before the word it waits for is written, and that is the
    /// write that fails.
    #[tokio::test]
    async fn a_connection_that_fails_breaks_off_nothing_that_is_in_work() {
        let (go_on, ended) = (Arc::<Notify>::default(), Arc::<Notify>::default());
        let work = {
            let (go_on, ended) = (Arc::clone(&go_on), Arc::clone(&ended));
            move |request: Request<Body>| {
                let (go_on, ended) = (Arc::clone(&go_on), Arc::clone(&ended));
                async move {
                    assert_eq!(request.into_body().collect().await.unwrap().to_bytes(), "x");
                    go_on.notified().await;
                    ended.notify_one();
                    Response::default()
                }
            }
        };
        let (serving, mut client) = Serving::by(work).await;
        let request = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx";
        client.write_all(request).await.unwrap();
        client.set_zero_linger().unwrap();
        drop(client);
        sleep(Duration::from_millis(100)).await;

        go_on.notify_one();

        timeout(Duration::from_secs(10), ended.notified()).await.expect("it ends by itself");
        serving.end().await;
    }
}
