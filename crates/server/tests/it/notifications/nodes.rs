//! Several nodes at work at once, and nodes that die.

use jiff::SignedDuration;
use testkit::{Answer, Receiver};
use tokio::sync::oneshot;

use super::{app, enroll, registrants_of, subscribe, told, wish};

/// Two nodes on one database while people enrol on both: everything is told in order, and nothing twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_tell_everything_in_order_and_nothing_twice() {
    const PEOPLE: usize = 12;
    let one = app().await;
    let two = one.beside().await;
    let receiver = Receiver::new().await;
    let meeting = one.built_in("everyone").await;
    subscribe(&one, &wish(&registrants_of(&meeting), &receiver)).await;
    let (stop_one, stopped_one) = oneshot::channel::<()>();
    let (stop_two, stopped_two) = oneshot::channel::<()>();
    let at_work = [
        one.notify_until(async { drop(stopped_one.await) }),
        two.notify_until(async { drop(stopped_two.await) }),
    ];

    let mut expected = Vec::new();
    for person in 0..PEOPLE {
        let node = if person % 2 == 0 { &one } else { &two };
        expected.push(("created".to_owned(), enroll(node, &meeting, &format!("p{person}")).await));
    }
    let mut received = Vec::new();
    while told(&received).len() < PEOPLE {
        received.extend(receiver.wait_for(1).await);
    }
    drop((stop_one, stop_two));
    for node in at_work {
        node.await.unwrap();
    }

    received.extend(receiver.received());
    assert_eq!(told(&received), expected);
}

/// A node dies while it waits for the receiver's answer: another sends the same again, once the lease is over, and goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_node_had_in_hand_when_it_died_is_sent_again_under_the_same_id() {
    let one = app().await;
    let two = one.beside().await;
    let receiver = Receiver::new().await;
    let meeting = one.built_in("everyone").await;
    subscribe(&one, &wish(&registrants_of(&meeting), &receiver)).await;
    let first = enroll(&one, &meeting, "odile").await;
    receiver.answer(Answer::Silence);
    let dying = one.notify_until(std::future::pending());
    let [cut_off] = receiver.wait_for(1).await.try_into().unwrap();
    dying.abort();
    let _ = dying.await;
    receiver.answer(Answer::Status(202));
    let second = enroll(&two, &meeting, "bram").await;

    let too_early = two.notify().await;
    two.advance(SignedDuration::from_mins(4));
    let taken = two.notify().await;

    let received = receiver.received();
    assert_eq!((too_early, taken), (0, 2));
    assert_eq!(received[0].header("webhook-id"), cut_off.header("webhook-id"));
    assert_eq!(received[0].body, cut_off.body);
    assert_eq!(told(&received), [("created".to_owned(), first), ("created".to_owned(), second)]);
}

/// Told to stop, a node ends the call that is under way and begins no other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_that_is_told_to_stop_settles_what_is_under_way() {
    let app = app().await;
    let receiver = Receiver::new().await;
    subscribe(&app, &wish("me/onlineMeetings", &receiver)).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let node = app.notify_until(async { drop(stopped.await) });
    app.meeting(&app.people.ines).await;
    receiver.wait_for(1).await;

    drop(stop);
    node.await.unwrap();

    assert_eq!(app.notify().await, 0, "it was settled: nothing is sent again");
    assert!(receiver.received().is_empty());
}
