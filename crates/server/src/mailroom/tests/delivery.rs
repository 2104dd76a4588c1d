//! What goes out, and when it does not.

use domain::{LetterKind, RegistrantId};
use jiff::SignedDuration;

use super::world::World;
use crate::mailroom::{Mailbox, Postman};

fn kinds(mailbox: &Mailbox) -> Vec<LetterKind> {
    mailbox.list().iter().map(|letter| letter.kind).collect()
}

#[tokio::test]
async fn a_confirmation_goes_out_once_with_links_that_open() {
    let world = World::new().await;
    let (mailroom, mailbox) = world.with_mailbox();
    let odile = world.enroll_odile().await;

    assert_eq!(mailroom.deliver_due().await.unwrap(), 1);
    assert_eq!(mailroom.deliver_due().await.unwrap(), 0);

    let letters = mailbox.list();
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].kind, letters[0].to.as_str()),
        (LetterKind::Confirmation, "odile@pinewater.example")
    );
    assert!(letters[0].subject.contains("Quarterly review"), "{}", letters[0].subject);
    assert!(letters[0].text.contains("Mara Lindqvist"), "{}", letters[0].text);
    let link = |url: &str, door: &str| {
        let (base, token) = url.rsplit_once('/').unwrap();
        assert_eq!(base, format!("https://usher.pinewater.example:8443/{door}"));
        token.to_owned()
    };
    let registrant = world.store.find_registrant(world.meeting.id, odile).await.unwrap().unwrap();
    let key = &mailroom.links().key;
    let join = key.open(domain::link::Purpose::Join, &link(&letters[0].join_url, "j"));
    let manage = key.open(domain::link::Purpose::Manage, &link(&letters[0].manage_url, "m"));
    assert_eq!((join, manage), (Some(registrant.link()), Some(registrant.link())));
    assert!(letters[0].text.lines().any(|line| line == letters[0].join_url), "alone on its line");
    assert!(mailbox.find(letters[0].id).is_some());
    assert_eq!(world.fates(odile).await, ["letterSent"]);
    assert_eq!(world.waiting().await, 0);
}

#[tokio::test]
async fn who_canceled_meanwhile_is_told_that_alone() {
    let world = World::new().await;
    let (mailroom, mailbox) = world.with_mailbox();
    let odile = world.enroll_odile().await;
    world.cancel(odile).await;

    assert_eq!(mailroom.deliver_due().await.unwrap(), 1);

    assert_eq!(kinds(&mailbox), [LetterKind::Cancellation]);
    let mut fates = world.fates(odile).await;
    fates.sort();
    assert_eq!(fates, ["letterDropped", "letterSent"]);
}

#[tokio::test]
async fn a_cancellation_after_the_confirmation_takes_the_same_entry_out() {
    let mut world = World::new().await;
    let (mailroom, mailbox) = world.with_mailbox();
    let odile = world.enroll_odile().await;
    mailroom.deliver_due().await.unwrap();
    world.rename_meeting("Renamed").await;
    world.cancel(odile).await;
    mailroom.deliver_due().await.unwrap();

    let calendars: Vec<String> =
        mailbox.list().iter().rev().map(|letter| letter.calendar.clone().unwrap()).collect();

    let uid = format!("UID:{odile}@usher.pinewater.example\r\n");
    assert!(calendars.iter().all(|calendar| calendar.contains(&uid)), "{calendars:?}");
    assert!(calendars[0].contains("METHOD:REQUEST\r\n") && calendars[0].contains("SEQUENCE:0\r\n"));
    assert!(calendars[1].contains("METHOD:CANCEL\r\n") && calendars[1].contains("SEQUENCE:2\r\n"));
    assert!(calendars[1].contains("SUMMARY:Renamed\r\n"), "{}", calendars[1]);
}

#[tokio::test]
async fn a_letter_whose_worker_died_is_due_again_after_the_lease() {
    let world = World::new().await;
    let (mailroom, mailbox) = world.with_mailbox();
    let odile = world.enroll_odile().await;
    assert_eq!(world.lease(SignedDuration::from_mins(5)).await.len(), 1);

    world.pass(SignedDuration::from_mins(5) - SignedDuration::from_secs(1));
    assert_eq!(mailroom.deliver_due().await.unwrap(), 0, "the dead worker may still be alive");
    world.pass(SignedDuration::from_secs(1));
    assert_eq!(mailroom.deliver_due().await.unwrap(), 1);

    assert_eq!(mailbox.list().len(), 1);
    assert_eq!(world.fates(odile).await, ["letterSent"]);
}

#[tokio::test]
async fn without_anybody_to_take_them_letters_wait_and_an_alarm_is_raised() {
    let world = World::new().await;
    let mailroom = world.mailroom(Postman::Nobody);
    assert_eq!(mailroom.look().await, None, "nothing waits yet");
    world.enroll_odile().await;

    assert_eq!(mailroom.deliver_due().await.unwrap(), 0);

    assert_eq!(mailroom.look().await, Some(crate::mailroom::watch::Alarm::NoPostman(1)));
    assert_eq!(world.lease(SignedDuration::from_mins(1)).await[0].attempts, 1, "nobody tried before");
}

#[tokio::test]
async fn a_letter_due_for_five_minutes_raises_an_alarm() {
    let world = World::new().await;
    let (mailroom, _) = world.with_mailbox();
    world.enroll_odile().await;

    world.pass(SignedDuration::from_mins(5));
    assert_eq!(mailroom.look().await, None);
    world.pass(SignedDuration::from_secs(1));
    let alarm = mailroom.look().await;

    assert_eq!(alarm, Some(crate::mailroom::watch::Alarm::Late(SignedDuration::from_secs(301))));
    mailroom.deliver_due().await.unwrap();
    assert_eq!(mailroom.look().await, None);
}

#[tokio::test]
async fn the_mailbox_keeps_the_last_letters() {
    let world = World::new().await;
    let mailbox = std::sync::Arc::new(Mailbox::of_size(3));
    let mailroom = world.mailroom(Postman::Mailbox(mailbox.clone()));
    world.enroll_many(5).await;

    assert_eq!(mailroom.deliver_due().await.unwrap(), 5);

    let letters = mailbox.list();
    assert_eq!(letters.len(), 3);
    assert!(letters.is_sorted_by(|newer, older| newer.id > older.id), "newest first");
    mailbox.clear();
    assert!(mailbox.list().is_empty());
}

#[tokio::test]
async fn a_nudge_wakes_the_mailroom_and_a_shutdown_ends_it() {
    let world = World::new().await;
    let (mailroom, mailbox) = world.with_mailbox();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn({
        let mailroom = mailroom.clone();
        async move { mailroom.run(async { stopped.await.unwrap_or_default() }).await }
    });

    world.enroll_odile().await;
    mailroom.nudge();
    while world.waiting().await > 0 {
        tokio::task::yield_now().await;
    }
    stop.send(()).unwrap();
    running.await.unwrap();

    assert_eq!(kinds(&mailbox), [LetterKind::Confirmation]);
    assert_eq!(mailroom.last_round_at(), Some(world.clock.now()));
    world.enroll("Late", "Comer", "late@example.org").await;
    mailroom.nudge();
    tokio::task::yield_now().await;
    assert_eq!(world.waiting().await, 1, "nobody works any more");
}

#[tokio::test]
async fn whoever_is_canceled_by_somebody_else_is_told_so() {
    let world = World::new().await;
    let (mailroom, mailbox) = world.with_mailbox();
    let odile = world.enroll_odile().await;
    world.cancel(odile).await;

    mailroom.deliver_due().await.unwrap();

    let text = &mailbox.list()[0].text;
    assert!(text.contains("The organizer has cancelled your registration for this meeting."), "{text}");
}

#[test]
fn a_message_id_depends_on_nothing_but_the_letter() {
    let id = RegistrantId(uuid::Uuid::from_u128(5));
    for (kind, about, expected) in [
        (LetterKind::Confirmation, 0, "confirmation"),
        (LetterKind::Update, 7, "update.7"),
        (LetterKind::Cancellation, 1, "cancellation"),
    ] {
        let written = crate::mailroom::mime::message_id(id, kind, about, "usher.example");

        assert_eq!(written, format!("<00000000-0000-0000-0000-000000000005.{expected}@usher.example>"));
    }
}
