//! Encrypted connections, and servers that do not offer them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::Certificate;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::scripted::MailServer;
use super::world::{World, settings};
use crate::config::Security;
use crate::mailroom::{LogIn, Mailroom, SmtpServer};

/// An authority made for these tests, and the certificate it gave to `localhost`. Neither is trusted anywhere.
const AUTHORITY: &[u8] = include_bytes!("authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("localhost.pem");
const KEY: &[u8] = include_bytes!("localhost.key");

fn mailroom(world: &World, port: u16, security: Security, trusted: bool) -> Mailroom {
    let roots = if trusted { vec![Certificate::from_pem(AUTHORITY).unwrap()] } else { Vec::new() };
    let log_in = LogIn::Password(Credentials::new("usher".into(), "secret".into()));
    world.with_settings(SmtpServer { security, log_in, ..settings(port) }, roots)
}

#[tokio::test]
async fn without_the_offer_to_encrypt_nothing_is_said_in_plain() {
    let world = World::new().await;
    let server = MailServer::offering(&["AUTH PLAIN LOGIN"]).await;
    let odile = world.enroll_odile().await;

    let sent = mailroom(&world, server.port, Security::StartTls, true).deliver_due().await.unwrap();

    assert_eq!(sent, 0);
    assert_eq!(server.lines(), ["EHLO usher.pinewater.example"], "no STARTTLS, no AUTH, no MAIL");
    assert_eq!((world.waiting().await, world.fates(odile).await.len()), (1, 0), "the letter waits");
    // The control: the same server, where plain is allowed.
    let plain = mailroom(&world, server.port, Security::None, true).deliver_due().await.unwrap();
    assert_eq!(plain, 1);
    assert!(server.lines().iter().any(|line| line.starts_with("AUTH PLAIN")));
}

#[tokio::test]
async fn an_encrypted_letter_arrives_where_the_certificate_is_trusted_and_nowhere_else() {
    for security in [Security::StartTls, Security::Tls] {
        let world = World::new().await;
        let (port, letters) = encrypted_server(security);
        world.enroll_odile().await;

        let distrusted = mailroom(&world, port, security, false).deliver_due().await.unwrap();
        assert_eq!((distrusted, letters.try_recv().is_ok()), (0, false), "{security:?}");
        world.pass(SignedDuration::from_mins(10));
        let trusted = mailroom(&world, port, security, true).deliver_due().await.unwrap();

        assert_eq!(trusted, 1, "{security:?}");
        assert!(letters.try_recv().is_ok_and(|letter| letter.contains("odile@pinewater.example")));
    }
}

/// A server that logs everybody in and passes on what letters it gets, one connection after the other.
fn encrypted_server(security: Security) -> (u16, Receiver<String>) {
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind(("localhost", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (send, receive) = mpsc::channel();
    let send = Mutex::new(send);
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            if security == Security::StartTls && offer_starttls(&mut stream).is_err() {
                continue;
            }
            let connection = ServerConnection::new(config.clone()).unwrap();
            let _ = serve(StreamOwned::new(connection, stream), security, &send.lock().unwrap());
        }
    });
    (port, receive)
}

fn offer_starttls(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"220 localhost\r\n")?;
    for answer in ["250-localhost\r\n250 STARTTLS\r\n", "220 go on\r\n"] {
        let mut byte = [0];
        while byte[0] != b'\n' {
            stream.read_exact(&mut byte)?;
        }
        stream.write_all(answer.as_bytes())?;
    }
    Ok(())
}

fn serve<S: Read + Write>(stream: S, security: Security, send: &mpsc::Sender<String>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    if security == Security::Tls {
        stream.get_mut().write_all(b"220 localhost\r\n")?;
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let answer = match line.get(..4).unwrap_or_default() {
            "EHLO" => "250-localhost\r\n250 AUTH PLAIN\r\n",
            "AUTH" => "235 welcome\r\n",
            "DATA" => {
                stream.get_mut().write_all(b"354 go on\r\n")?;
                let mut letter = String::new();
                while !letter.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut letter)?;
                }
                let _ = send.send(letter);
                "250 ok\r\n"
            }
            _ => "250 ok\r\n",
        };
        stream.get_mut().write_all(answer.as_bytes())?;
    }
}
