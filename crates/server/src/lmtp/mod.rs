//! Mail that comes in: what mail servers report about letters, and what calendars answer. The mail server of the domain of
//! `mail.return_path` hands it over by LMTP (RFC 2033).
//!
//! Nothing is ever answered by mail, so that no two machines write to each other for ever.

mod answer;
mod desk;
mod report;
mod session;

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;

use self::session::Session;
use crate::app::App;
use crate::config::Listen;
use crate::start::StartProblem;

/// The most conversations at once; a mail server waits with the next.
const CONVERSATIONS: usize = 16;
/// A conversation is over after that, whatever it is at.
const LONGEST_CONVERSATION: Duration = Duration::from_secs(300);
/// Then it is told so, unless nobody reads it.
const LONGEST_GOODBYE: Duration = Duration::from_secs(5);
/// After a connection could not be taken.
const PAUSE: Duration = Duration::from_millis(200);

/// Where mail is taken.
pub struct Lmtp(Door);

enum Door {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Lmtp {
    /// Takes the address. A socket that a process left behind makes room.
    pub async fn bind(listen: &Listen) -> Result<Self, StartProblem> {
        let bound = match listen {
            Listen::Tcp(address) => TcpListener::bind(address).await.map(Door::Tcp),
            Listen::Unix(path) => bind_socket(path).await.map(Door::Unix),
        };
        bound.map(Self).map_err(|error| {
            StartProblem(format!("cannot take mail at `{listen}`: {error}; see `mail.lmtp.listen`"))
        })
    }

    /// The port, where there is one.
    pub fn port(&self) -> Option<u16> {
        match &self.0 {
            Door::Tcp(listener) => listener.local_addr().ok().map(|address| address.port()),
            Door::Unix(_) => None,
        }
    }

    /// Takes mail until `stop` is ready. What is taken by then is stored; a conversation that was cut off is begun again
    /// by the mail server.
    pub async fn run(self, app: App, stop: impl Future<Output = ()>) {
        let places = Arc::new(Semaphore::new(CONVERSATIONS));
        let mut conversations = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            while conversations.try_join_next().is_some() {}
            let app = app.clone();
            let taken = tokio::select! {
                () = &mut stop => return,
                taken = self.0.take(&places) => taken,
            };
            match taken {
                Ok((place, stream)) => {
                    conversations.spawn(async move {
                        let _place = place;
                        match stream {
                            Stream::Tcp(stream) => talk(stream, app).await,
                            Stream::Unix(stream) => talk(stream, app).await,
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "mail could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

enum Stream {
    Tcp(tokio::net::TcpStream),
    Unix(UnixStream),
}

impl Door {
    /// The next conversation, once there is a place for it.
    async fn take(&self, places: &Arc<Semaphore>) -> io::Result<(OwnedSemaphorePermit, Stream)> {
        let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
        let stream = match self {
            Self::Tcp(listener) => Stream::Tcp(listener.accept().await?.0),
            Self::Unix(listener) => Stream::Unix(listener.accept().await?.0),
        };
        Ok((place, stream))
    }
}

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, app: App) {
    if timeout(LONGEST_CONVERSATION, Session::new(&mut stream, &app).run()).await.is_err() {
        let _ = timeout(LONGEST_GOODBYE, stream.write_all(b"421 4.4.2 this takes too long\r\n")).await;
    }
}

async fn bind_socket(path: &Path) -> io::Result<UnixListener> {
    let is_left_behind = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
        && UnixStream::connect(path).await.is_err();
    if is_left_behind {
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    // The mail server is another user; the folder says which may come.
    fs::set_permissions(path, Permissions::from_mode(0o666))?;
    Ok(listener)
}
