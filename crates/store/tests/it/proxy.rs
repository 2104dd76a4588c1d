//! A proxy in front of PostgreSQL: it goes on taking connections when there is no server behind it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use store::Store;
use testpg::{Cluster, Scratch};
use tokio::io::{AsyncReadExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// Passes connections on to the tests' server until it is told that the server is gone; then it drops those it has and
/// every new one.
async fn proxy(socket: PathBuf) -> (SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (is_gone, gone) = watch::channel(false);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass_on(client, socket.clone(), gone.clone()));
        }
    });
    (address, is_gone)
}

async fn pass_on(mut client: TcpStream, socket: PathBuf, mut gone: watch::Receiver<bool>) {
    if *gone.borrow() {
        // Hears the client out and hangs up: that is an end, and not a connection torn down.
        let _ = client.read(&mut [0; 8]).await;
        return;
    }
    let mut server = UnixStream::connect(socket).await.unwrap();
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = gone.wait_for(|is_gone| *is_gone) => {}
    }
}

/// A database behind such a proxy, asked once.
async fn behind_a_proxy(scratch: &Scratch) -> (Store, watch::Sender<bool>) {
    let (address, is_gone) = proxy(scratch.socket()).await;
    let url = format!("postgres://usher@{address}/{}?sslmode=prefer", scratch.name());
    let store = Store::open_postgres(&url, None, 3).await.unwrap();
    store.ping().await.unwrap();
    (store, is_gone)
}

/// A connection that was cut while nobody used it is noticed before anybody does.
#[tokio::test]
async fn a_connection_cut_while_it_lay_costs_nobody_an_answer() {
    let scratch = Cluster::shared().create();
    let (store, is_gone) = behind_a_proxy(&scratch).await;

    is_gone.send_replace(true);
    tokio::time::sleep(Duration::from_secs(1)).await;
    is_gone.send_replace(false);

    store.ping().await.unwrap();
}

#[tokio::test]
async fn a_proxy_without_a_server_is_a_server_that_is_away() {
    let scratch = Cluster::shared().create();
    let (store, is_gone) = behind_a_proxy(&scratch).await;

    is_gone.send_replace(true);

    // The first may still find its old connection cut, the others find no new one.
    for _ in 0..5 {
        let fault = store.ping().await.unwrap_err();
        assert!(fault.may_pass() && fault.is_unreachable(), "{fault:?}");
    }

    is_gone.send_replace(false);
    store.ping().await.unwrap();
}
