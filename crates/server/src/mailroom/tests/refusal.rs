//! What the mail server answers, and what becomes of the letter.

use jiff::SignedDuration;
use mail_parser::MessageParser;

use super::scripted::{Instead::*, MailServer};
use super::world::{MAX_ATTEMPTS, World};

const LONG: SignedDuration = SignedDuration::from_hours(5);

fn message_ids(server: &MailServer) -> Vec<String> {
    let parse = |letter: &Vec<u8>| MessageParser::default().parse(letter)?.message_id().map(str::to_owned);
    server.letters().iter().filter_map(parse).collect()
}

#[tokio::test]
async fn a_letter_put_off_is_tried_again_and_sent_once() {
    for step in ["RCPT", "DATA", "."] {
        let world = World::new().await;
        let server = MailServer::start().await;
        server.once(step, Say("451 4.7.1 <odile@pinewater.example> greylisted"));
        let mailroom = world.with_server(&server);
        let odile = world.enroll_odile().await;

        assert_eq!(mailroom.deliver_due().await.unwrap(), 0, "{step}");
        assert_eq!(mailroom.deliver_due().await.unwrap(), 0, "{step}: not at once");
        world.pass(SignedDuration::from_mins(1));
        assert_eq!(mailroom.deliver_due().await.unwrap(), 1, "{step}: within a minute");

        assert_eq!(server.letters().len(), 1, "{step}");
        assert_eq!(world.fates(odile).await, ["letterSent"], "{step}");
        assert_eq!(server.connections(), 1, "{step}: the connection was of use again");
    }
}

#[tokio::test]
async fn tries_are_counted_and_end() {
    let world = World::new().await;
    let server = MailServer::start().await;
    server.always("RCPT", Say("452 4.2.2 mailbox full"));
    let mailroom = world.with_server(&server);
    let odile = world.enroll_odile().await;

    for _ in 1..MAX_ATTEMPTS {
        assert_eq!(mailroom.deliver_due().await.unwrap(), 0);
        assert_eq!(world.fates(odile).await, [""; 0]);
        world.pass(LONG);
    }
    mailroom.deliver_due().await.unwrap();
    world.pass(LONG);
    mailroom.deliver_due().await.unwrap();

    assert_eq!(world.fates(odile).await, ["letterFailed"]);
    assert_eq!(world.waiting().await, 0);
    let tries = server.lines().iter().filter(|line| line.starts_with("RCPT")).count();
    assert_eq!(tries, MAX_ATTEMPTS as usize);
}

#[tokio::test]
async fn a_refused_letter_fails_at_once_and_the_others_go_on() {
    for step in ["RCPT", "DATA", "."] {
        let world = World::new().await;
        let server = MailServer::start().await;
        server.once(step, Say("550 5.1.1 unknown"));
        let mailroom = world.with_server(&server);
        let odile = world.enroll_odile().await;
        assert_eq!(mailroom.deliver_due().await.unwrap(), 0, "{step}");
        world.enroll_many(1).await;
        world.pass(LONG);

        assert_eq!(mailroom.deliver_due().await.unwrap(), 1, "{step}: the other, and never this one");

        assert_eq!(world.fates(odile).await, ["letterFailed"], "{step}");
        assert_eq!(world.waiting().await, 0, "{step}");
        assert_eq!(server.letters().len(), 1, "{step}");
        assert!(server.lines().contains(&"RSET".to_owned()), "{step}: forgotten before the next");
    }
}

#[tokio::test]
async fn an_address_that_has_no_mailbox_gets_no_more_letters_and_one_refused_for_another_reason_does() {
    for (step, said, next) in [
        ("RCPT", "550 5.1.1 <odile@pinewater.example> unknown", "letterWithheld"),
        ("RCPT", "550 5.7.1 a policy", "letterSent"),
        ("RCPT", "550 5.1.8 bad sender", "letterSent"),
        ("RCPT", "550 unknown", "letterSent"),
        (".", "550 5.1.1 unknown", "letterSent"),
    ] {
        let world = World::new().await;
        let server = MailServer::start().await;
        server.once(step, Say(said));
        let mailroom = world.with_server(&server);
        let odile = world.enroll_odile().await;
        mailroom.deliver_due().await.unwrap();

        world.cancel(odile).await;
        mailroom.deliver_due().await.unwrap();

        assert_eq!(world.fates(odile).await, ["letterFailed", next], "{said}");
        let kept: Vec<_> = world.store.list_suppressed().await.unwrap();
        let kept: Vec<_> = kept.iter().map(|kept| (kept.registrant, kept.status.as_str())).collect();
        let expected = if next == "letterWithheld" { vec![(odile, "5.1.1")] } else { vec![] };
        assert_eq!(kept, expected, "{said}");
    }
}

#[tokio::test]
async fn a_letter_whose_answer_got_lost_is_sent_again_under_the_same_message_id() {
    for answer in [HangUp, Silence] {
        let world = World::new().await;
        let server = MailServer::start().await;
        server.once(".", answer);
        let mut settings = super::world::settings(server.port);
        settings.timeout = std::time::Duration::from_millis(200);
        let mailroom = world.with_settings(settings, Vec::new());
        let odile = world.enroll_odile().await;

        assert_eq!(mailroom.deliver_due().await.unwrap(), 0, "{answer:?}");
        assert_eq!(server.letters().len(), 1, "{answer:?}: the server has it, and we cannot know");
        world.pass(LONG);
        assert_eq!(mailroom.deliver_due().await.unwrap(), 1, "{answer:?}");

        let expected = format!("{odile}.confirmation@usher.pinewater.example");
        assert_eq!(message_ids(&server), [expected.clone(), expected], "{answer:?}");
        assert_eq!(world.fates(odile).await, ["letterSent"], "{answer:?}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_letter_is_whole_sends_it_once() {
    for step in ["RCPT", "DATA"] {
        let world = World::new().await;
        let server = MailServer::start().await;
        server.once(step, HangUp);
        let mailroom = world.with_server(&server);
        world.enroll_odile().await;

        assert_eq!(mailroom.deliver_due().await.unwrap(), 0, "{step}");
        world.pass(LONG);
        assert_eq!(mailroom.deliver_due().await.unwrap(), 1, "{step}");

        assert_eq!(server.letters().len(), 1, "{step}");
        assert_eq!(server.connections(), 2, "{step}: the broken one was thrown away");
    }
}

#[tokio::test]
async fn a_kept_connection_that_the_server_ended_costs_no_try() {
    for answer in [HangUp, Say("421 4.7.0 too many letters on this connection")] {
        let world = World::new().await;
        let server = MailServer::start().await;
        let mailroom = world.with_server(&server);
        world.enroll_odile().await;
        assert_eq!(mailroom.deliver_due().await.unwrap(), 1);
        world.enroll_many(1).await;
        server.once("MAIL", answer);

        assert_eq!(mailroom.deliver_due().await.unwrap(), 1, "{answer:?}");

        assert_eq!(server.connections(), 2, "{answer:?}");
        assert_eq!(server.letters().len(), 2, "{answer:?}");
    }
}
