//! What stands between the service and the server that writes at the moment: the part that HAProxy, pgbouncer or a
//! moving address play. It hands bytes on, and hangs up when the server changes.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Its threads end with the process.
pub(super) struct Relay {
    port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    /// The server's port on this machine; nobody while it is `None`.
    target: Option<u16>,
    open: Vec<TcpStream>,
}

impl Relay {
    pub(super) fn open(target: u16) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(Mutex::new(State { target: Some(target), open: Vec::new() }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A connection that cannot be handed on is closed, as one to nobody is.
                thread::spawn(move || drop(hand_on(&stream, &shared)));
            }
        });
        Ok(Self { port, state })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Leads elsewhere, or nowhere, from now on; whoever is connected is hung up on.
    pub(super) fn point(&self, target: Option<u16>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.target = target;
        for stream in state.open.drain(..) {
            // It may have ended by itself.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn hand_on(client: &TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let mut server = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let port = state.target.ok_or(ErrorKind::ConnectionRefused)?;
        let server = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
        state.open.extend([client.try_clone()?, server.try_clone()?]);
        server
    };
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || copy(&mut from_server, &mut to_client));
    copy(&mut client.try_clone()?, &mut server);
    Ok(())
}

/// Until either side is gone.
fn copy(from: &mut TcpStream, to: &mut TcpStream) {
    let mut piece = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        if to.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    for side in [from, to] {
        // It may have ended by itself.
        let _ = side.shutdown(Shutdown::Both);
    }
}
