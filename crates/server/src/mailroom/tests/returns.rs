//! The envelope, and what is kept of the mail server's answer.

use domain::return_address::open_return;
use domain::{AddressHash, AddressUse, Email, Fate, ReturnKind, Returned};
use store::Return;

use super::scripted::{Instead::*, MailServer};
use super::world::{World, settings};
use crate::config::ReturnPath;
use crate::mailroom::{Letterhead, Mailroom};

fn with_return_path(world: &World, server: &MailServer) -> Mailroom {
    let return_path = ReturnPath { name: "bounces".into(), domain: "mail.pinewater.example".into() };
    let head = Letterhead { return_path: Some(return_path), ..world.letterhead() };
    world.with_letterhead(head, settings(server.port))
}

#[tokio::test]
async fn the_sender_on_the_envelope_names_the_registrant_and_the_letter_names_the_usual_one() {
    let world = World::new().await;
    let server = MailServer::start().await;
    let mailroom = with_return_path(&world, &server);
    let odile = world.enroll_odile().await;
    mailroom.deliver_due().await.unwrap();

    let lines = server.lines();
    let sender = lines.iter().find_map(|line| line.strip_prefix("MAIL FROM:<")?.strip_suffix('>')).unwrap();
    let (local, domain) = sender.split_once('@').unwrap();
    assert_eq!(domain, "mail.pinewater.example");
    assert!(local.len() <= 64, "{local}");
    let token = local.strip_prefix("bounces+").unwrap();
    let named = open_return(&mailroom.links().key, ReturnKind::Bounce, token).unwrap();
    let found = world.store.find_returned(&named).await.unwrap().unwrap();
    assert_eq!(found.id, odile);
    let letter = String::from_utf8(server.letters().remove(0)).unwrap();
    assert!(letter.contains("<no-reply@pinewater.example>") && !letter.contains("bounces+"), "{letter}");
}

#[tokio::test]
async fn the_mail_servers_words_are_kept_without_addresses() {
    for (step, said, fate, expected) in [
        (
            ".",
            "250 2.0.0 Ok: queued as 4F2A for <odile@pinewater.example>",
            Fate::Sent,
            "250 2.0.0 Ok: queued as 4F2A for …",
        ),
        ("RCPT", "550 5.1.1 <odile@pinewater.example> unknown", Fate::Failed, "550 5.1.1 … unknown"),
        ("RCPT", "451 4.7.1 <odile@pinewater.example> greylisted", Fate::Queued, "451 4.7.1 … greylisted"),
    ] {
        let world = World::new().await;
        let server = MailServer::start().await;
        server.once(step, Say(said));
        let mailroom = world.with_server(&server);
        let odile = world.enroll_odile().await;
        mailroom.deliver_due().await.unwrap();

        let letters = world.store.list_letters(world.meeting.id, odile).await.unwrap();

        let kept: Vec<_> = letters.iter().map(|letter| (letter.fate, letter.answer.as_deref())).collect();
        assert_eq!(kept, [(fate, Some(expected))], "{said}");
    }
}

#[tokio::test]
async fn a_suppressed_address_gets_nothing_until_it_is_allowed_again() {
    let world = World::new().await;
    let server = MailServer::start().await;
    let mailroom = world.with_server(&server);
    let odile = world.enroll_odile().await;
    let registrant = world.store.find_registrant(world.meeting.id, odile).await.unwrap().unwrap();
    let key = mailroom.links().key.clone();
    let hash = |text: &str| AddressHash::of(&key, AddressUse::Suppression, &Email::parse(text).unwrap());
    let address = hash("Odile@pinewater.example");
    let what = Return {
        id: registrant.returned_id(b"x"),
        returned: Returned::Failed { for_good: true },
        kind: None,
        answer: "5.1.1",
        suppress: Some(address),
        status: "5.1.1",
        at: world.clock.now(),
    };
    assert!(world.store.record_return(&registrant, &what).await.unwrap());
    world.enroll_many(1).await;

    assert_eq!(mailroom.deliver_due().await.unwrap(), 1, "the other goes out");
    let mut fates = world.fates(odile).await;
    fates.sort();
    assert_eq!(fates, ["letterBounced", "letterWithheld"]);
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("RCPT")).count(), 1);

    assert!(!world.store.allow(&hash("other@pinewater.example")).await.unwrap());
    assert!(world.store.allow(&address).await.unwrap());
    world.cancel(odile).await;
    assert_eq!(mailroom.deliver_due().await.unwrap(), 1, "the cancellation");
}
