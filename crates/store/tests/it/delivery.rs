//! What became of letters, and what came back about them.

use domain::link::LinkKey;
use domain::return_address::{open_return, seal_return};
use domain::{
    AddressHash, AddressUse, Email, Fact, Fate, LetterKind, Registrant, ReturnKind, Returned, WithheldReason,
};
use store::{CalendarAnswer, DueLetter, Return, Settlement};

use crate::counting::count;
use crate::rig::{MINUTE, Rig, Stage, at, fact, fresh_id};

const KEY: [u8; 32] = [7; 32];

/// Somebody registered, and their confirmation, leased.
async fn somebody(rig: &Rig) -> (Stage, Registrant, DueLetter) {
    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks([1])).await.unwrap();
    let letter = lease(rig, &stage, 1).await.remove(0);
    (stage, letter.registrant.clone(), letter)
}

async fn lease(rig: &Rig, stage: &Stage, seconds: i64) -> Vec<DueLetter> {
    let slot = stage.meeting.id.slot().number();
    rig.store.lease_letters(slot, at(seconds), at(seconds) + MINUTE, 9).await.unwrap()
}

async fn settle(rig: &Rig, letter: &DueLetter, settlement: Settlement, seconds: i64) {
    rig.store.settle_letters(&[(letter.clone(), settlement, fresh_id())], at(seconds)).await.unwrap();
}

async fn fates(rig: &Rig, registrant: &Registrant) -> Vec<(Option<LetterKind>, Fate, Option<String>)> {
    let letters = rig.store.list_letters(registrant.meeting, registrant.id).await.unwrap();
    letters.into_iter().map(|letter| (letter.kind, letter.fate, letter.answer)).collect()
}

fn came_back(returned: Returned, kind: Option<LetterKind>, seconds: i64) -> Return<'static> {
    let suppress = (returned == Returned::Failed { for_good: true }).then(|| address("p1@pinewater.example"));
    Return {
        id: fresh_id(),
        returned,
        kind,
        answer: "5.1.1 unknown",
        suppress,
        status: "5.1.1",
        at: at(seconds),
    }
}

fn address(text: &str) -> AddressHash {
    AddressHash::of(&LinkKey::new(KEY), AddressUse::Suppression, &Email::parse(text).unwrap())
}

const CONFIRMATION: Option<LetterKind> = Some(LetterKind::Confirmation);

fn said(words: &str) -> Option<String> {
    Some(words.to_owned())
}

pub async fn a_letter_is_followed_from_the_outbox_to_its_end(rig: &Rig) {
    let withheld = |reason| (Settlement::Withheld(reason), Fate::Withheld(Some(reason)), None);
    for (settlement, fate, answer) in [
        (Settlement::Sent("250 ok".into()), Fate::Sent, said("250 ok")),
        (Settlement::Sent(String::new()), Fate::Sent, None),
        (Settlement::Failed("550 no".into()), Fate::Failed, said("550 no")),
        (Settlement::Dropped, Fate::Dropped, None),
        withheld(WithheldReason::MailboxHadEnough),
        withheld(WithheldReason::AddressSuppressed),
        (Settlement::Later(at(60), "451 later".into()), Fate::Queued, said("451 later")),
    ] {
        let (_, registrant, letter) = somebody(rig).await;
        assert_eq!(fates(rig, &registrant).await, [(CONFIRMATION, Fate::Queued, None)]);

        settle(rig, &letter, settlement, 2).await;

        assert_eq!(fates(rig, &registrant).await, [(CONFIRMATION, fate, answer)]);
    }
}

pub async fn ones_letters_are_told_apart_and_from_everybody_elses(rig: &Rig) {
    let (stage, registrant, letter) = somebody(rig).await;
    rig.store.enroll(&stage.asks([2, 3])).await.unwrap();
    settle(rig, &letter, Settlement::Sent("250 ok".into()), 2).await;
    rig.store.ask_for_letter(&registrant, &fact(3)).await.unwrap();
    rig.store.cancel_registrant(stage.meeting.id, registrant.id, &fact(4)).await.unwrap();

    let told = fates(rig, &registrant).await;

    let expected = [
        (Some(LetterKind::Cancellation), Fate::Queued, None),
        (CONFIRMATION, Fate::Queued, None),
        (CONFIRMATION, Fate::Sent, said("250 ok")),
    ];
    assert_eq!(told, expected);
}

pub async fn what_came_back_is_told_of_the_letter_it_is_about_and_once(rig: &Rig) {
    let (_, registrant, letter) = somebody(rig).await;
    settle(rig, &letter, Settlement::Sent("250 ok".into()), 2).await;
    let late = came_back(Returned::Delayed, CONFIRMATION, 3);

    assert!(rig.store.record_return(&registrant, &late).await.unwrap());
    assert!(!rig.store.record_return(&registrant, &late).await.unwrap(), "the same again");
    let unknown = said("5.1.1 unknown");
    assert_eq!(fates(rig, &registrant).await, [(CONFIRMATION, Fate::Delayed, unknown.clone())]);
    let failed = came_back(Returned::Failed { for_good: false }, None, 4);
    rig.store.record_return(&registrant, &failed).await.unwrap();
    rig.store.record_return(&registrant, &came_back(Returned::Unread, None, 5)).await.unwrap();

    assert_eq!(fates(rig, &registrant).await, [(CONFIRMATION, Fate::Bounced, unknown)]);
}

pub async fn an_address_that_is_dead_is_kept_until_it_is_allowed_and_no_other_is(rig: &Rig) {
    let (_, registrant, letter) = somebody(rig).await;
    settle(rig, &letter, Settlement::Sent("250 ok".into()), 2).await;
    let dead = address("P1@pinewater.example");
    for returned in [Returned::Delayed, Returned::Unread, Returned::Failed { for_good: false }] {
        rig.store.record_return(&registrant, &came_back(returned, None, 3)).await.unwrap();
        assert!(!rig.store.is_suppressed(&dead).await.unwrap(), "{returned:?}");
    }

    for seconds in [4, 5] {
        let failed = came_back(Returned::Failed { for_good: true }, CONFIRMATION, seconds);
        rig.store.record_return(&registrant, &failed).await.unwrap();
    }

    assert!(rig.store.is_suppressed(&dead).await.unwrap());
    assert!(!rig.store.is_suppressed(&address("p2@pinewater.example")).await.unwrap());
    let listed = rig.store.list_suppressed().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].registrant, listed[0].since), (registrant.id, at(4)));
    assert!(rig.store.allow(&dead).await.unwrap());
    assert!(!rig.store.allow(&dead).await.unwrap());
    assert!(!rig.store.is_suppressed(&dead).await.unwrap());
}

pub async fn an_address_without_a_mailbox_is_kept_with_the_letter_that_failed(rig: &Rig) {
    let (_, registrant, letter) = somebody(rig).await;
    let dead = address("p1@pinewater.example");
    let no_mailbox =
        Settlement::NoMailbox { answer: "550 5.1.1 no".into(), status: "5.1.1".into(), address: dead };

    settle(rig, &letter, no_mailbox, 2).await;

    assert_eq!(fates(rig, &registrant).await, [(CONFIRMATION, Fate::Failed, said("550 5.1.1 no"))]);
    assert!(rig.store.is_suppressed(&dead).await.unwrap());
    assert!(!rig.store.is_suppressed(&address("p2@pinewater.example")).await.unwrap());
}

pub async fn a_return_address_leads_to_its_registrant(rig: &Rig) {
    let (stage, registrant, _) = somebody(rig).await;
    let key = LinkKey::new(KEY);
    let token = seal_return(&key, ReturnKind::Bounce, stage.meeting.id, registrant.id);
    let opened = open_return(&key, ReturnKind::Bounce, &token).unwrap();

    let found = rig.store.find_returned(&opened).await.unwrap();

    assert_eq!(found.map(|found| found.id), Some(registrant.id));
    let nobody = domain::ReturnToken { registrant: domain::RegistrantId(fresh_id()), ..opened };
    assert_eq!(rig.store.find_returned(&nobody).await.unwrap(), None);
}

pub async fn reminders_are_stopped_and_resumed_for_one_registrant_and_said_once(rig: &Rig) {
    let (stage, registrant, _) = somebody(rig).await;
    rig.store.enroll(&stage.asks([2])).await.unwrap();

    for seconds in [3, 4] {
        rig.store.stop_reminders(&registrant, &fact(seconds)).await.unwrap();
    }

    let page =
        rig.store.list_registrants(stage.meeting.id, stage.registration.id, None, 9, true).await.unwrap();
    let wants: Vec<bool> = page.registrants.iter().map(|registrant| registrant.wants_reminders).collect();
    assert_eq!(wants, [false, true]);
    let events = rig.store.list_events(stage.meeting.id, registrant.id).await.unwrap();
    assert_eq!(events.iter().filter(|kind| *kind == "remindersStopped").count(), 1);

    for seconds in [5, 6] {
        rig.store.resume_reminders(&registrant, &fact(seconds)).await.unwrap();
    }
    let events = rig.store.list_events(stage.meeting.id, registrant.id).await.unwrap();
    assert_eq!(events.iter().filter(|kind| *kind == "remindersResumed").count(), 1);
}

pub async fn a_no_of_a_calendar_offers_once_for_each_version_told(rig: &Rig) {
    let (stage, registrant, letter) = somebody(rig).await;
    settle(rig, &letter, Settlement::Sent(String::new()), 2).await;
    let answer = async |said, seconds| {
        let fact = Fact { actor: "calendar".to_owned(), ..fact(seconds) };
        rig.store.record_calendar_answer(&registrant, said, &fact).await.unwrap()
    };

    assert!(answer(CalendarAnswer::Accepted, 3).await && answer(CalendarAnswer::Tentative, 4).await);
    assert!(lease(rig, &stage, 5).await.is_empty(), "nobody is written to");
    assert!(answer(CalendarAnswer::Declined, 6).await);
    assert!(!answer(CalendarAnswer::Declined, 7).await);

    let offers = lease(rig, &stage, 8).await;
    assert_eq!(
        offers.iter().map(|letter| (letter.kind, letter.about)).collect::<Vec<_>>(),
        [(LetterKind::Offer, 0)]
    );
    let renamed = domain::Meeting { subject: Some("Another".to_owned()), ..stage.meeting.clone() };
    assert!(rig.store.update_meeting(&renamed, &fact(9)).await.unwrap());
    assert!(answer(CalendarAnswer::Declined, 10).await, "what they are told now is something else");
    let offers = lease(rig, &stage, 11).await;
    assert!(offers.iter().any(|letter| (letter.kind, letter.about) == (LetterKind::Offer, 1)));
}

/// What a mail server says may name somebody.
pub async fn who_is_erased_is_named_by_no_answer_of_a_mail_server(rig: &Rig) {
    let (stage, registrant, letter) = somebody(rig).await;
    settle(rig, &letter, Settlement::Failed("550 canary is unknown".into()), 2).await;
    rig.store.ask_for_letter(&registrant, &fact(3)).await.unwrap();
    let again = lease(rig, &stage, 4).await.remove(0);
    settle(rig, &again, Settlement::Later(at(999), "451 canary is busy".into()), 5).await;
    let failed = Return { answer: "5.1.1 canary", ..came_back(Returned::Unread, None, 6) };
    rig.store.record_return(&registrant, &failed).await.unwrap();
    let kept = "SELECT (SELECT COUNT(*) FROM event e WHERE e.slot = $1 AND e.meeting_id = $2
            AND (e.answer LIKE '%canary%' OR e.detail LIKE '%canary%'))
        + (SELECT COUNT(*) FROM outbox o WHERE o.slot = $1 AND o.meeting_id = $2 AND o.last_answer LIKE '%canary%')";
    assert_eq!(rig.raw.count(kept, stage.meeting.id).await, 4, "the control");

    rig.store.erase_registrant(stage.meeting.id, registrant.id, &fact(7), &fact(8)).await.unwrap();

    assert_eq!(rig.raw.count(kept, stage.meeting.id).await, 0);
    let kinds: Vec<_> = fates(rig, &registrant).await.into_iter().map(|(kind, ..)| kind).collect();
    assert!(kinds.contains(&CONFIRMATION), "what became of the letters is told still: {kinds:?}");
}

/// A letter was under way while its recipient had their data erased.
pub async fn what_is_said_of_a_letter_after_its_recipient_is_erased_is_not_kept(rig: &Rig) {
    for (settlement, is_kept) in [
        (Settlement::Failed("550 canary is unknown".into()), "failed_at IS NOT NULL"),
        (Settlement::Later(at(999), "451 canary is busy".into()), "failed_at IS NULL"),
        (Settlement::Sent("250 canary may read".into()), "FALSE"),
    ] {
        let (stage, registrant, letter) = somebody(rig).await;
        rig.store.erase_registrant(stage.meeting.id, registrant.id, &fact(2), &fact(3)).await.unwrap();

        settle(rig, &letter, settlement, 4).await;

        let kept = format!(
            "SELECT (SELECT COUNT(*) FROM event e WHERE e.slot = $1 AND e.meeting_id = $2 AND e.answer LIKE '%canary%')
                + (SELECT COUNT(*) FROM outbox o WHERE o.slot = $1 AND o.meeting_id = $2
                    AND o.last_answer LIKE '%canary%' AND {is_kept})"
        );
        assert_eq!(rig.raw.count(&kept, stage.meeting.id).await, 0);
    }
}

pub async fn somebody_who_sends_reports_without_end_is_heard_fifty_times(rig: &Rig) {
    let (_, registrant, letter) = somebody(rig).await;
    settle(rig, &letter, Settlement::Sent("250 ok".into()), 2).await;

    let mut heard = 0;
    for seconds in 3..63 {
        let late = came_back(Returned::Delayed, None, seconds);
        heard += usize::from(rig.store.record_return(&registrant, &late).await.unwrap());
    }

    assert_eq!(heard, 50);
    let dead = came_back(Returned::Failed { for_good: true }, None, 99);
    assert!(!rig.store.record_return(&registrant, &dead).await.unwrap());
}

/// More than anybody is shown of them.
pub async fn who_is_erased_is_named_by_no_answer_however_many_there_are(rig: &Rig) {
    let (stage, registrant, letter) = somebody(rig).await;
    settle(rig, &letter, Settlement::Sent("250 ok".into()), 2).await;
    for seconds in 3..204 {
        let late = Return { answer: "4.4.1 canary", ..came_back(Returned::Delayed, None, seconds) };
        rig.store.record_return(&registrant, &late).await.unwrap();
        rig.store.ask_for_letter(&registrant, &fact(seconds)).await.unwrap();
    }
    let busy = "UPDATE outbox SET last_answer = '451 canary' WHERE slot = $1 AND meeting_id = $2 AND outbox_id <> $3";
    rig.raw.execute(busy, stage.meeting.id).await;
    let kept = "SELECT (SELECT COUNT(*) FROM event e WHERE e.slot = $1 AND e.meeting_id = $2 AND e.answer LIKE '%canary')
        + (SELECT COUNT(*) FROM outbox o WHERE o.slot = $1 AND o.meeting_id = $2 AND o.last_answer LIKE '%canary')";
    assert_eq!(rig.raw.count(kept, stage.meeting.id).await, 251, "the control: fifty came back, and no more");

    rig.store.erase_registrant(stage.meeting.id, registrant.id, &fact(300), &fact(301)).await.unwrap();

    assert_eq!(rig.raw.count(kept, stage.meeting.id).await, 0);
}

pub async fn an_erasure_asks_the_same_however_many_letters_wait(rig: &Rig) {
    let cost = async |others: i64| {
        let (stage, registrant, _) = somebody(rig).await;
        for seconds in 0..others {
            rig.store.ask_for_letter(&registrant, &fact(2 + seconds)).await.unwrap();
        }
        let (gone, forgotten) = (fact(99), fact(99));
        let erasing = rig.store.erase_registrant(stage.meeting.id, registrant.id, &gone, &forgotten);
        let (erased, statements) = count(erasing).await;
        erased.unwrap();
        statements.len()
    };

    let one = cost(1).await;

    assert_eq!(cost(9).await, one);
    assert!(one >= 3, "the control: something is counted");
}
