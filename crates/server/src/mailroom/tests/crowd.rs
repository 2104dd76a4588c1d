//! Many letters, many workers.

use std::collections::HashSet;
use std::time::Duration;

use mail_parser::MessageParser;

use super::scripted::{Instead::*, MailServer};
use super::world::{World, settings};
use crate::mailroom::SmtpServer;

fn recipients(server: &MailServer) -> HashSet<String> {
    let parse = |letter: &Vec<u8>| {
        let message = MessageParser::default().parse(letter)?;
        Some(message.to()?.first()?.address()?.to_owned())
    };
    server.letters().iter().filter_map(parse).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_on_one_database_send_each_letter_once() {
    let world = World::new().await;
    let server = MailServer::start().await;
    let (one, two) = (world.with_server(&server), world.with_server(&server));
    world.enroll_many(150).await;

    let (first, second) = tokio::join!(one.deliver_due(), two.deliver_due());

    assert_eq!(first.unwrap() + second.unwrap(), 150);
    assert_eq!(server.letters().len(), 150);
    assert_eq!(recipients(&server).len(), 150);
    assert_eq!(world.waiting().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_server_gets_as_many_letters_at_once_as_it_has_connections() {
    let world = World::new().await;
    let server = MailServer::answering(0).await;
    let mailroom = world.with_settings(SmtpServer { connections: 10, ..settings(server.port) }, Vec::new());
    world.enroll_many(100).await;

    let working = tokio::spawn(async move { mailroom.deliver_due().await });
    server.has_read(10).await;
    assert_eq!(server.letters().len(), 0, "the ten wait for their answers side by side");
    server.go_on();

    assert_eq!(working.await.unwrap().unwrap(), 100);
    assert_eq!(server.most_open(), 10);
    assert_eq!(recipients(&server).len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_recipient_who_keeps_a_hand_waiting_holds_up_nobody_else() {
    let world = World::new().await;
    let server = MailServer::start().await;
    server.once("RCPT", Silence);
    let patient = SmtpServer { timeout: Duration::from_secs(60), connections: 2, ..settings(server.port) };
    let mailroom = world.with_settings(patient, Vec::new());
    world.enroll_many(99).await;

    let working = tokio::spawn(async move { mailroom.deliver_due().await });
    server.has_taken(98).await;

    assert_eq!(server.letters().len(), 98);
    assert!(!working.is_finished(), "one conversation still goes on");
    working.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_ends_conversations_and_gives_the_rest_back() {
    let world = World::new().await;
    let server = MailServer::answering(5).await;
    let mailroom = world.with_server(&server);
    world.enroll_many(60).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running =
        tokio::spawn(async move { mailroom.run(async { stopped.await.unwrap_or_default() }).await });
    // Five are sent, and on each of the four connections one is under way.
    server.has_read(9).await;

    stop.send(()).unwrap();
    server.go_on();
    running.await.unwrap();

    let sent = server.letters().len();
    assert!(sent < 60, "it did not work to the end");
    assert_eq!(world.waiting().await, 60 - sent as i64, "what was sent is settled");
    let next = world.with_server(&server);
    assert_eq!(next.deliver_due().await.unwrap(), 60 - sent, "the rest is due at once");
    assert_eq!(recipients(&server).len(), 60);
    assert_eq!(server.letters().len(), 60, "each of them once");
}
