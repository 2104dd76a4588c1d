//! The application on a socket.

use std::net::SocketAddr;

use server::connections;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::TestApp;

/// An application that listens, until it is dropped.
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

impl TestApp {
    /// Listens on a free port as `usher serve` does.
    pub async fn listen(&self) -> Listening {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let limits = self.app.settings.limits;
        let served = tokio::spawn(connections::serve(listener, self.surface.clone(), limits, stopped));
        Listening { address, stop, served }
    }
}

impl Listening {
    /// Asks it to stop, as SIGTERM does.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Until every connection has ended.
    pub async fn ended(self) {
        self.served.await.unwrap();
    }
}
