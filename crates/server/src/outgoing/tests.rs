//! The guard against a listener of ours and a resolver of ours.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::HeaderMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{CallProblem, LookUp, Outgoing};
use crate::client_address::Network;

fn outgoing(allowed: &[&str], http_to_loopback: bool, look_up: LookUp) -> Outgoing {
    let allowed: Vec<Network> = allowed.iter().map(|network| network.parse().unwrap()).collect();
    Outgoing::new(allowed, http_to_loopback, Duration::from_secs(2), look_up)
}

/// Gives each answer once, and the last one for ever.
fn answers(answers: &'static [&'static [&'static str]]) -> (LookUp, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let look_up: LookUp = Arc::new(move |_| {
        let n = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let found: Vec<IpAddr> = answers[n].iter().map(|address| address.parse().unwrap()).collect();
        Box::pin(async move { Ok(found) })
    });
    (look_up, asked)
}

/// A listener that takes connections, counts them and answers 202.
async fn listener() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut head = [0; 4_096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").await;
            });
        }
    });
    (port, count)
}

async fn call(outgoing: &Outgoing, address: &str) -> Result<u16, CallProblem> {
    let url = outgoing.read(address)?;
    let answer = outgoing.post(&url, HeaderMap::new(), b"{}".to_vec(), 0).await?;
    Ok(answer.status.as_u16())
}

#[tokio::test]
async fn addresses_are_judged_however_they_are_written() {
    let (look_up, _) = answers(&[&["93.184.215.14"]]);
    let outgoing = outgoing(&["10.20.0.0/16"], false, look_up);
    for address in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://0.0.0.0/",
        "https://[fe80::1]/",
        "https://10.21.0.1/",
    ] {
        assert_eq!(outgoing.read(address).err(), Some(CallProblem::NotPublic), "{address}");
    }
    for address in [
        "http://example.org/",
        "ftp://example.org/",
        "/hook",
        "https://u:p@example.org/",
        "https://example.org/#a",
    ] {
        assert!(matches!(outgoing.read(address), Err(CallProblem::Address(_))), "{address}");
    }
    for address in ["https://example.org/hook?a=b", "https://93.184.215.14:8443/", "https://10.20.3.4/"] {
        assert!(outgoing.read(address).is_ok(), "the control: {address}");
    }
}

/// The name has a public address when the subscription is made and one of ours when it is used.
#[tokio::test]
async fn a_name_that_changes_its_mind_reaches_nobody() {
    let (port, connections) = listener().await;
    let address = format!("http://rebinding.example:{port}/");
    let (look_up, asked) = answers(&[&["127.0.0.1"], &["10.0.0.7"], &["127.0.0.1", "10.0.0.7"]]);
    let outgoing = outgoing(&[], true, look_up);

    let control = call(&outgoing, &address).await;
    let changed = call(&outgoing, &address).await;
    let mixed = call(&outgoing, &address).await;

    assert_eq!(control, Ok(202), "what was judged is what is called");
    assert_eq!((changed, mixed), (Err(CallProblem::NotPublic), Err(CallProblem::NotPublic)));
    assert_eq!(
        asked.load(Ordering::SeqCst),
        3,
        "looked up once for each call, and never after it was judged"
    );
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_name_of_this_machine_is_not_called_by_https() {
    let (port, connections) = listener().await;
    let (look_up, _) = answers(&[&["127.0.0.1"]]);
    let outgoing = outgoing(&[], true, look_up);

    let refused = call(&outgoing, &format!("https://inside.example:{port}/")).await;

    assert_eq!(refused, Err(CallProblem::NotPublic));
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

/// The same address, allowed: the connection is made, and only then fails for want of TLS.
#[tokio::test]
async fn a_network_of_ones_own_is_called_where_it_is_listed() {
    let (port, connections) = listener().await;
    let (look_up, _) = answers(&[&["127.0.0.1"]]);
    let outgoing = outgoing(&["127.0.0.0/8"], false, look_up);

    let called = call(&outgoing, &format!("https://inside.example:{port}/")).await;

    assert_eq!(called, Err(CallProblem::Unreachable));
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}
