//! A mail server that is down, or that takes nothing from us.

use std::sync::Arc;

use jiff::SignedDuration;
use lettre::transport::smtp::authentication::Credentials;
use tokio::net::TcpListener;

use super::scripted::{Instead::*, MailServer};
use super::world::{MAX_ATTEMPTS, World, settings};
use crate::mailroom::{LogIn, Mailroom, Postman, SmtpServer, SmtpTransport};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

async fn attempts(world: &World) -> Vec<u32> {
    world.pass(SignedDuration::from_hours(5));
    world.lease(MINUTE).await.iter().map(|letter| letter.attempts - 1).collect()
}

fn with_log_in(world: &World, server: &MailServer) -> Mailroom {
    let log_in = LogIn::Password(Credentials::new("usher".into(), "wrong".into()));
    world.with_settings(SmtpServer { log_in, ..settings(server.port) }, Vec::new())
}

#[tokio::test]
async fn while_the_server_is_down_nobody_spins_and_no_try_is_counted() {
    let world = World::new().await;
    let closed = TcpListener::bind(("localhost", 0)).await.unwrap().local_addr().unwrap().port();
    let mailroom = world.with_settings(settings(closed), Vec::new());
    world.enroll_many(50).await;

    for _ in 0..120 {
        assert_eq!(mailroom.deliver_due().await.unwrap(), 0);
        world.pass(MINUTE);
    }

    assert!(matches!(mailroom.look().await, Some(crate::mailroom::watch::Alarm::Late(_))));
    let attempts = attempts(&world).await;
    assert_eq!(attempts, [0; 50], "two hours later each letter has all its tries left");
}

#[tokio::test]
async fn after_an_outage_letters_go_out_in_order() {
    let world = World::new().await;
    let server = MailServer::start().await;
    server.always("greeting", Say("554 5.3.2 down for maintenance"));
    let one_hand = SmtpServer { connections: 1, ..settings(server.port) };
    let mailroom = world.with_settings(one_hand, Vec::new());
    world.enroll_many(20).await;
    for _ in 0..10 {
        assert_eq!(mailroom.deliver_due().await.unwrap(), 0);
        assert_eq!(server.connections(), 1, "it rests while no time passes");
    }
    for _ in 0..10 {
        assert_eq!(mailroom.deliver_due().await.unwrap(), 0);
        world.pass(MINUTE);
    }
    let greeted = server.connections();
    assert!((2..10).contains(&greeted), "a rest grows: {greeted}");

    server.usually("greeting");
    world.pass(SignedDuration::from_mins(5));
    assert_eq!(mailroom.deliver_due().await.unwrap(), 20);

    let recipients: Vec<String> =
        server.lines().into_iter().filter(|line| line.starts_with("RCPT")).collect();
    let expected: Vec<String> = (0..20).map(|n| format!("RCPT TO:<person{n}@example.org>")).collect();
    assert_eq!(recipients, expected);
}

/// What became of somebody's letters, in order.
fn subjects_to(server: &MailServer, address: &str) -> Vec<String> {
    let letters = server.letters();
    let texts = letters.iter().map(|letter| String::from_utf8_lossy(letter).into_owned());
    let theirs = texts
        .filter(|text| text.contains(&format!("<{address}>")) || text.contains(&format!("To: {address}")));
    theirs
        .map(|text| {
            text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or_default().to_owned()
        })
        .collect()
}

/// Two hours in which people come and go, the meeting is renamed twice, so that the letter about the first name waits
/// beside the second, and a day's reminder falls due.
#[tokio::test]
async fn after_two_hours_without_a_server_everything_goes_out_in_order_and_once() {
    let mut world = World::new().await;
    world.clock.set("2027-03-08T10:00:00Z".parse().unwrap());
    let server = MailServer::start().await;
    let mailroom = world.with_server(&server);
    world.enroll_many(6).await;
    let leaves = world.enroll_odile().await;
    assert_eq!(mailroom.deliver_due().await.unwrap(), 7);
    server.always("MAIL", Say("554 5.3.2 down for maintenance"));

    for minutes in 0..120 {
        match minutes {
            10 => world.rename_meeting("Interim review").await,
            40 => world.rename_meeting("Yearly review").await,
            20 => world.cancel(leaves).await,
            30 => drop(world.enroll("Late", "Comer", "late@example.org").await),
            _ => {}
        }
        assert_eq!(mailroom.deliver_due().await.unwrap(), 0);
        world.pass(MINUTE);
    }
    server.usually("MAIL");
    world.pass(SignedDuration::from_mins(5));
    assert_eq!(
        mailroom.deliver_due().await.unwrap(),
        6 + 1 + 1 + 6,
        "updates, a cancellation, a confirmation, reminders"
    );
    assert_eq!(mailroom.deliver_due().await.unwrap(), 0);

    let life = ["Registered: Quarterly review", "Changed: Yearly review", "Reminder: Yearly review"];
    for n in 0..6 {
        assert_eq!(subjects_to(&server, &format!("person{n}@example.org")), life, "{n}");
    }
    let left = ["Registered: Quarterly review", "Registration cancelled: Yearly review"];
    assert_eq!(subjects_to(&server, "odile@pinewater.example"), left);
    assert_eq!(subjects_to(&server, "late@example.org"), ["Registered: Yearly review"]);
}

/// A reminder that waited in the outbox until it says nothing any more.
#[tokio::test]
async fn a_reminder_that_the_meeting_or_the_next_one_overtook_is_dropped() {
    for (down_at, up_at, sent) in [
        ("2027-03-08T10:50:00Z", "2027-03-08T12:50:00Z", 1),
        ("2027-03-08T10:50:00Z", "2027-03-09T10:00:00Z", 1),
        ("2027-03-09T09:50:00Z", "2027-03-09T11:00:00Z", 0),
    ] {
        let world = World::new().await;
        let server = MailServer::start().await;
        let mailroom = world.with_server(&server);
        let odile = world.enroll_odile().await;
        assert_eq!(mailroom.deliver_due().await.unwrap(), 1);
        let sleeps = "554 5.3.2 down for maintenance";
        server.always("MAIL", Say(sleeps));
        world.clock.set(down_at.parse().unwrap());
        mailroom.deliver_due().await.unwrap();
        world.pass(SignedDuration::from_mins(15));
        mailroom.deliver_due().await.unwrap();
        assert_eq!(world.waiting().await, 1, "{down_at}: it is queued");

        server.usually("MAIL");
        world.clock.set(up_at.parse().unwrap());
        mailroom.deliver_due().await.unwrap();

        let fates = world.fates(odile).await;
        assert_eq!(fates.iter().filter(|fate| *fate == "letterSent").count(), 1 + sent, "{up_at}: {fates:?}");
        assert_eq!(world.waiting().await, 0, "{up_at}");
    }
}

#[tokio::test]
async fn a_server_that_takes_nothing_from_us_fails_no_letter() {
    for (step, answer) in [
        ("AUTH", "535 5.7.8 wrong password"),
        ("MAIL", "550 5.7.1 <no-reply@pinewater.example> is not yours"),
        ("MAIL", "451 4.3.0 out of order"),
        ("MAIL", "530 5.7.0 log in first"),
        ("RCPT", "554 5.7.1 <person0@example.org>: Relay access denied"),
    ] {
        let world = World::new().await;
        let server = MailServer::offering(&["AUTH PLAIN LOGIN"]).await;
        server.always(step, Say(answer));
        let mailroom = with_log_in(&world, &server);
        world.enroll_many(10).await;

        for _ in 0..5 * MAX_ATTEMPTS {
            assert_eq!(mailroom.deliver_due().await.unwrap(), 0, "{answer}");
            world.pass(MINUTE * 10);
        }
        assert_eq!(world.waiting().await, 10, "{answer}");
        let tries = server.lines().iter().filter(|line| line.starts_with(step)).count();
        assert!(tries <= 5 * MAX_ATTEMPTS as usize + 4, "{answer}: {tries} tries");

        server.usually(step);
        world.pass(MINUTE * 10);
        assert_eq!(mailroom.deliver_due().await.unwrap(), 10, "{answer}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_holds_nobody_for_ever() {
    for step in ["greeting", "EHLO", "MAIL", "RCPT", "DATA"] {
        let world = World::new().await;
        let server = MailServer::start().await;
        server.once(step, Silence);
        let patience = std::time::Duration::from_millis(200);
        let mailroom =
            world.with_settings(SmtpServer { timeout: patience, ..settings(server.port) }, Vec::new());
        world.enroll_odile().await;

        let at_once = mailroom.deliver_due().await.unwrap();
        world.pass(MINUTE);
        let later = mailroom.deliver_due().await.unwrap();

        // A kept connection that says nothing at the first word is given up for a fresh one.
        assert_eq!((at_once, later), if step == "MAIL" { (1, 0) } else { (0, 1) }, "{step}");
        assert_eq!(server.letters().len(), 1, "{step}");
    }
}

#[tokio::test]
async fn connections_nobody_uses_are_ended_politely() {
    let world = World::new().await;
    let server = MailServer::start().await;
    let transport = Arc::new(SmtpTransport::new(settings(server.port), Vec::new()).unwrap());
    let mailroom = world.mailroom(Postman::Smtp(transport.clone()));
    world.enroll_odile().await;
    mailroom.deliver_due().await.unwrap();

    transport.tidy_up().await;
    assert!(!server.lines().contains(&"QUIT".to_owned()), "it was used a moment ago");
    transport.tidy_up().await;

    assert_eq!(server.lines().last().map(String::as_str), Some("QUIT"));
    world.enroll_many(1).await;
    assert_eq!(mailroom.deliver_due().await.unwrap(), 1);
}

/// One refused stranger does not stop the mail of everybody else.
#[tokio::test]
async fn an_unknown_recipient_of_a_relay_domain_is_refused_and_the_others_get_their_letters() {
    let world = World::new().await;
    let server = MailServer::start().await;
    let unknown = "550 5.1.1 <x>: Recipient address rejected: User unknown in relay recipient table";
    server.once("RCPT", Say(unknown));
    let mailroom = world.with_server(&server);
    world.enroll_many(4).await;

    let sent = mailroom.deliver_due().await.unwrap();

    assert_eq!(sent, 3);
    assert_eq!(world.waiting().await, 0, "the refused one is given up and not tried again");
}

#[tokio::test]
async fn letters_that_cannot_be_counted_are_given_back_at_once_and_lose_no_try() {
    let world = World::new().await;
    let server = MailServer::start().await;
    let mailroom = world.with_server(&server);
    world.enroll_odile().await;
    world.execute("ALTER TABLE mail_allowance RENAME TO elsewhere").await;

    for _ in 0..=MAX_ATTEMPTS {
        mailroom.deliver_due().await.unwrap_err();
        // Less than a lease.
        world.pass(SignedDuration::from_secs(90));
    }

    world.execute("ALTER TABLE elsewhere RENAME TO mail_allowance").await;
    let due = world.lease(SignedDuration::ZERO).await;
    assert_eq!(due.iter().map(|letter| letter.attempts).collect::<Vec<_>>(), [1], "the lease counts alone");
    assert_eq!(mailroom.deliver_due().await.unwrap(), 1);
}
