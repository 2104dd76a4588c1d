//! Approval, the waiting list and its offers, and what else becomes of a registrant.

use domain::enrolment::Details;
use domain::seats::Admission;
use domain::{BuiltIn, LetterKind, MeetingId, Registrant, RegistrantId, Reminders, Standing};
use store::{Act, Asking, Changed, Made, Stepped, Verdict};

use crate::rig::{Rig, Stage, at, fact, fresh_id, key};

/// How long a place is held, in seconds: what the organizer of every stage here says.
const OFFER: i64 = 300;

pub fn id(verdict: &Verdict) -> RegistrantId {
    match verdict {
        Verdict::Seated(id)
        | Verdict::Waits { registrant: id, .. }
        | Verdict::Known { registrant: id, .. } => *id,
        other => panic!("nobody: {other:?}"),
    }
}

fn waits(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Waits { admission: Admission::Wait, is_new: true, .. })
}

impl Rig {
    /// A meeting with so many places, a waiting list, and offers of five minutes.
    pub async fn waiting_stage(&self, capacity: u32) -> Stage {
        self.stage_of(BuiltIn {
            capacity: Some(capacity),
            is_waitlist_enabled: true,
            offer_minutes: Some(5),
            ..BuiltIn::default()
        })
        .await
    }

    /// A meeting whose organizer decides about each.
    pub async fn stage_of_approval(&self) -> Stage {
        approval_stage(self, None, false).await
    }

    pub async fn stage_of(&self, built_in: BuiltIn) -> Stage {
        let stage = self.stage(built_in.capacity).await;
        assert!(self.store.update_registration(&stage.registration, &built_in, &fact(0)).await.unwrap());
        self.read(stage.meeting.id).await
    }

    pub async fn come(&self, stage: &Stage, people: impl IntoIterator<Item = usize>) -> Vec<Verdict> {
        self.store.enroll(&stage.asks(people)).await.unwrap()
    }

    pub async fn person(&self, stage: &Stage, id: RegistrantId) -> Registrant {
        self.store.find_registrant(stage.meeting.id, id).await.unwrap().unwrap()
    }

    pub async fn act(&self, stage: &Stage, id: RegistrantId, act: Act, second: i64) -> Stepped {
        let seen = self.person(stage, id).await;
        let asking = Asking { act, reason: None, is_conditional: false };
        match self.store.take_step(&seen, asking, &fact(second), None).await.unwrap() {
            Made::Now(stepped) => stepped,
            other => panic!("{other:?}"),
        }
    }

    pub async fn standing(&self, stage: &Stage, id: RegistrantId) -> &'static str {
        match self.person(stage, id).await.standing {
            Standing::Registered => "registered",
            Standing::PendingApproval => "pending",
            Standing::Waitlisted => "waits",
            Standing::Offered { .. } => "offered",
            Standing::Canceled(_) => "canceled",
            Standing::Withdrawn(_) => "withdrawn",
            Standing::Rejected(_) => "rejected",
            Standing::OfferExpired(_) => "expired",
        }
    }

    pub async fn standings(&self, stage: &Stage, people: &[RegistrantId]) -> Vec<&'static str> {
        let mut standings = Vec::new();
        for id in people {
            standings.push(self.standing(stage, *id).await);
        }
        standings
    }

    /// Places taken, people who wait, people to decide about.
    pub async fn counts(&self, meeting: MeetingId) -> (i64, i64, i64) {
        let count = async |column: &str| {
            let text = format!(
                "SELECT CAST(SUM({column}) AS BIGINT) FROM roster WHERE slot = $1 AND meeting_id = $2"
            );
            self.raw.count(&text, meeting).await
        };
        (count("seats_taken").await, count("waitlist_count").await, count("pending_count").await)
    }

    pub async fn letters(&self, meeting: MeetingId, kind: LetterKind) -> i64 {
        let text = format!(
            "SELECT COUNT(*) FROM outbox WHERE slot = $1 AND meeting_id = $2 AND kind = '{}'",
            kind.name()
        );
        self.raw.count(&text, meeting).await
    }

    pub async fn is_sound(&self) {
        assert_eq!(self.store.audit().await.unwrap().breaches, []);
    }

    pub async fn change(&self, stage: &Stage, change: impl FnOnce(&mut BuiltIn)) -> Stage {
        let stage = self.read(stage.meeting.id).await;
        let mut built_in = stage.built_in();
        change(&mut built_in);
        assert!(self.store.update_registration(&stage.registration, &built_in, &fact(1)).await.unwrap());
        self.read(stage.meeting.id).await
    }
}

pub async fn who_finds_no_place_waits_in_order_of_arrival(rig: &Rig) {
    let stage = rig.waiting_stage(2).await;

    let came = rig.come(&stage, 1..6).await;
    let later = rig.come(&stage, [6]).await;

    assert!(matches!(came[..2], [Verdict::Seated(_), Verdict::Seated(_)]), "{came:?}");
    assert!(came[2..].iter().chain(&later).all(waits), "{came:?} {later:?}");
    assert_eq!(rig.counts(stage.meeting.id).await, (2, 4, 0));
    assert_eq!(rig.letters(stage.meeting.id, LetterKind::Confirmation).await, 2);
    assert_eq!(rig.letters(stage.meeting.id, LetterKind::Waitlisted).await, 4);
    let list =
        rig.store.list_registrants(stage.meeting.id, stage.registration.id, None, 9, false).await.unwrap();
    let listed: Vec<_> = list.registrants.iter().map(|registrant| registrant.id).collect();
    assert_eq!(listed, came.iter().chain(&later).map(id).collect::<Vec<_>>());
    rig.is_sound().await;
}

pub async fn a_place_given_back_is_held_for_the_first_in_line(rig: &Rig) {
    let stage = rig.waiting_stage(2).await;
    let people: Vec<_> = rig.come(&stage, 1..6).await.iter().map(id).collect();

    rig.act(&stage, people[0], Act::Cancel, 10).await;

    assert_eq!(rig.standings(&stage, &people).await, ["canceled", "registered", "offered", "waits", "waits"]);
    assert_eq!(rig.counts(stage.meeting.id).await, (2, 2, 0), "an offer holds the place");
    let offered = rig.person(&stage, people[2]).await;
    assert_eq!(offered.standing, Standing::Offered { expires_at: at(10 + OFFER) });
    assert_eq!(rig.letters(stage.meeting.id, LetterKind::PlaceOffered).await, 1);
    let events = rig.store.list_events(stage.meeting.id, people[2]).await.unwrap();
    assert_eq!(events, ["registrantWaitlisted", "registrantOffered"]);
    rig.act(&stage, people[0], Act::Cancel, 11).await;
    assert_eq!(rig.counts(stage.meeting.id).await, (2, 2, 0), "a second cancellation frees nothing");
    rig.is_sound().await;
}

pub async fn an_offer_that_is_over_goes_to_the_next_and_is_over_once(rig: &Rig) {
    let stage = rig.waiting_stage(1).await;
    let people: Vec<_> = rig.come(&stage, 1..5).await.iter().map(id).collect();
    let meeting = stage.meeting.id;
    rig.act(&stage, people[0], Act::Cancel, 0).await;

    assert_eq!(rig.store.due_waiting(at(OFFER - 1)).await.unwrap(), [], "not before its time");
    assert_eq!(rig.store.work_waiting(meeting, at(OFFER - 1)).await.unwrap(), 0);
    assert_eq!(rig.store.due_waiting(at(OFFER)).await.unwrap(), [meeting]);
    let nodes = [rig.another().await, rig.another().await, rig.store.clone()];
    let work = |store: store::Store| {
        tokio::spawn(async move { store.work_waiting(meeting, at(OFFER)).await.unwrap() })
    };
    let mut steps = 0;
    for node in nodes.map(work) {
        steps += node.await.unwrap();
    }

    assert_eq!(steps, 2, "one offer is over, one is made, whoever does it");
    assert_eq!(rig.standings(&stage, &people).await, ["canceled", "expired", "offered", "waits"]);
    assert_eq!(rig.counts(meeting).await, (1, 1, 0));
    assert_eq!(rig.letters(meeting, LetterKind::OfferExpired).await, 1);
    assert_eq!(rig.letters(meeting, LetterKind::PlaceOffered).await, 2);
    let again = rig.come(&stage, [2]).await;
    assert!(waits(&again[0]), "whoever let it pass may wait again, behind the others: {again:?}");
    rig.is_sound().await;
}

pub async fn a_place_is_never_held_past_the_start_and_given_at_once_behind_it(rig: &Rig) {
    let stage = rig.waiting_stage(1).await;
    let people: Vec<_> = rig.come(&stage, 1..5).await.iter().map(id).collect();
    let meeting = stage.meeting.id;

    rig.act(&stage, people[0], Act::Cancel, 3_599).await;
    assert_eq!(rig.person(&stage, people[1]).await.standing, Standing::Offered { expires_at: at(3_600) });
    rig.store.work_waiting(meeting, at(3_600)).await.unwrap();
    assert_eq!(rig.standings(&stage, &people).await, ["canceled", "expired", "registered", "waits"]);
    rig.act(&stage, people[2], Act::Cancel, 7_199).await;
    assert_eq!(rig.standing(&stage, people[3]).await, "registered");
    rig.act(&stage, people[3], Act::Cancel, 7_200).await;
    assert_eq!(rig.counts(meeting).await, (0, 0, 0), "behind the end nothing is given any more");
    rig.is_sound().await;
}

pub async fn as_many_are_offered_as_places_are_new_however_many(rig: &Rig) {
    let stage = rig.waiting_stage(1).await;
    let people: Vec<_> = rig.come(&stage, 0..240).await.iter().map(id).collect();
    let meeting = stage.meeting.id;

    let fewer = rig.change(&stage, |built_in| built_in.capacity = Some(51)).await;
    let standings = rig.standings(&fewer, &people).await;
    assert!(standings[1..51].iter().all(|standing| *standing == "offered"), "exactly the first fifty");
    assert!(standings[51..].iter().all(|standing| *standing == "waits"));
    assert_eq!(rig.store.due_waiting(at(2)).await.unwrap(), []);

    let open = rig.change(&fewer, |built_in| built_in.capacity = None).await;
    assert_eq!(rig.counts(meeting).await, (151, 89, 0), "a hundred in one go");
    assert_eq!(
        rig.store.due_waiting(at(2)).await.unwrap(),
        [meeting],
        "and the others by whoever looks next"
    );
    assert!(waits(&rig.come(&open, [999]).await[0]), "whoever comes meanwhile is behind them");
    assert_eq!(rig.store.work_waiting(meeting, at(2)).await.unwrap(), 90);
    assert_eq!(rig.store.due_waiting(at(2)).await.unwrap(), []);
    assert_eq!(rig.letters(meeting, LetterKind::PlaceOffered).await, 240);
    rig.is_sound().await;
}

pub async fn nobody_passes_those_who_wait(rig: &Rig) {
    let stage = rig.waiting_stage(1).await;
    let people: Vec<_> = rig.come(&stage, 1..4).await.iter().map(id).collect();

    let off = rig.change(&stage, |built_in| built_in.is_waitlist_enabled = false).await;
    assert_eq!(rig.come(&off, [4]).await, [Verdict::Full { known: None }], "nobody new may wait");
    rig.act(&off, people[0], Act::Cancel, 2).await;
    assert_eq!(
        rig.standings(&off, &people).await,
        ["canceled", "offered", "waits"],
        "who waits keeps their turn"
    );
    rig.act(&off, people[1], Act::Cancel, 3).await;
    rig.act(&off, people[2], Act::Cancel, 4).await;
    assert!(
        matches!(rig.come(&off, [5]).await[..], [Verdict::Seated(_)]),
        "and behind them there is a place"
    );
    rig.is_sound().await;
}

pub async fn an_offer_is_accepted_once_and_in_time(rig: &Rig) {
    let stage = rig.waiting_stage(1).await;
    let people: Vec<_> = rig.come(&stage, 1..4).await.iter().map(id).collect();
    rig.act(&stage, people[0], Act::Cancel, 0).await;

    let early = rig.act(&stage, people[2], Act::Accept, 1).await;
    let done = rig.act(&stage, people[1], Act::Accept, OFFER - 1).await;
    let again = rig.act(&stage, people[1], Act::Accept, OFFER + 1).await;

    assert!(matches!(early, Stepped::Refused(_)), "{early:?}");
    assert!(matches!(done, Stepped::Done(_)), "{done:?}");
    assert!(matches!(again, Stepped::Unchanged(_)), "{again:?}");
    assert_eq!(rig.store.due_waiting(at(OFFER)).await.unwrap(), [], "nothing is held any more");
    assert_eq!(rig.letters(stage.meeting.id, LetterKind::Confirmation).await, 2);
    rig.act(&stage, people[1], Act::Cancel, OFFER).await;
    let late = rig.act(&stage, people[2], Act::Accept, 2 * OFFER).await;
    assert!(matches!(late, Stepped::Refused(domain::Refusal::OfferExpired { .. })), "{late:?}");
    rig.is_sound().await;
}

pub async fn who_leaves_the_list_frees_what_was_held_for_them(rig: &Rig) {
    let stage = rig.waiting_stage(1).await;
    let people: Vec<_> = rig.come(&stage, 1..5).await.iter().map(id).collect();
    rig.act(&stage, people[0], Act::Cancel, 0).await;

    rig.act(&stage, people[2], Act::Cancel, 1).await;
    assert_eq!(rig.standings(&stage, &people).await, ["canceled", "offered", "withdrawn", "waits"]);
    rig.act(&stage, people[1], Act::Cancel, 2).await;
    assert_eq!(rig.standings(&stage, &people).await, ["canceled", "withdrawn", "withdrawn", "offered"]);
    assert_eq!(rig.counts(stage.meeting.id).await, (1, 0, 0));
    assert_eq!(rig.letters(stage.meeting.id, LetterKind::Cancellation).await, 3);
    rig.is_sound().await;
}

async fn approval_stage(rig: &Rig, capacity: Option<u32>, is_waitlist_enabled: bool) -> Stage {
    let built_in =
        BuiltIn { capacity, is_waitlist_enabled, is_manual_approval_enabled: true, ..BuiltIn::default() };
    rig.stage_of(built_in).await
}

pub async fn the_organizer_decides_about_each(rig: &Rig) {
    let stage = approval_stage(rig, Some(2), false).await;

    let came = rig.come(&stage, 1..5).await;
    let people: Vec<_> = came.iter().map(id).collect();
    assert!(
        came.iter().all(|came| matches!(came, Verdict::Waits { admission: Admission::Ask, .. })),
        "{came:?}"
    );
    assert_eq!(rig.counts(stage.meeting.id).await, (0, 0, 4), "whoever is pending holds no place");
    assert_eq!(rig.letters(stage.meeting.id, LetterKind::PendingApproval).await, 4);

    rig.act(&stage, people[1], Act::Approve, 1).await;
    rig.act(&stage, people[2], Act::Reject, 2).await;
    let again = rig.act(&stage, people[1], Act::Approve, 3).await;
    let both = rig.act(&stage, people[2], Act::Approve, 4).await;

    assert!(matches!(again, Stepped::Unchanged(_)), "{again:?}");
    assert!(matches!(both, Stepped::Refused(domain::Refusal::RegistrantStatus { .. })), "{both:?}");
    assert_eq!(rig.standings(&stage, &people).await, ["pending", "registered", "rejected", "pending"]);
    assert_eq!(rig.counts(stage.meeting.id).await, (1, 0, 2));
    assert_eq!(rig.letters(stage.meeting.id, LetterKind::Confirmation).await, 1);
    assert_eq!(rig.letters(stage.meeting.id, LetterKind::Rejected).await, 1);
    let events = rig.store.list_events(stage.meeting.id, people[1]).await.unwrap();
    assert_eq!(events, ["approvalRequested", "registrantApproved"]);
    assert!(
        matches!(rig.come(&stage, [3]).await[..], [Verdict::Waits { is_new: true, .. }]),
        "may ask again"
    );
    rig.is_sound().await;
}

pub async fn who_is_let_in_to_a_full_meeting_waits_or_is_refused(rig: &Rig) {
    for (has_list, expected) in [(true, ["registered", "waits"]), (false, ["registered", "pending"])] {
        let stage = approval_stage(rig, Some(1), has_list).await;
        let people: Vec<_> = rig.come(&stage, 1..3).await.iter().map(id).collect();

        rig.act(&stage, people[0], Act::Approve, 1).await;
        let second = rig.act(&stage, people[1], Act::Approve, 2).await;

        assert_eq!(rig.standings(&stage, &people).await, expected);
        assert_eq!(
            matches!(second, Stepped::Refused(domain::Refusal::RegistrationFull)),
            !has_list,
            "{second:?}"
        );
        if !has_list {
            assert_eq!(rig.come(&stage, [3]).await, [Verdict::Full { known: None }], "nothing is promised");
        }
    }
    rig.is_sound().await;
}

pub async fn a_stranger_is_told_what_somebody_new_would_be_told(rig: &Rig) {
    let full = rig.waiting_stage(1).await;
    let people: Vec<_> = rig.come(&full, 1..3).await.iter().map(id).collect();
    let asking = approval_stage(rig, None, false).await;
    let pending = id(&rig.come(&asking, [1]).await[0]);
    let blind = |stage: &Stage, person: usize| domain::Enrolment { sees_list: false, ..stage.ask(person) };
    let told = async |asked: domain::Enrolment| rig.store.enroll(&[asked]).await.unwrap()[0];
    let waits = |registrant, admission| Verdict::Waits { registrant, admission, is_new: false };

    // Registered, waiting, pending: as somebody new.
    assert_eq!(told(blind(&full, 1)).await, waits(people[0], Admission::Wait));
    assert_eq!(told(blind(&full, 2)).await, waits(people[1], Admission::Wait));
    assert_eq!(told(blind(&asking, 1)).await, waits(pending, Admission::Ask));
    // Whoever sees the list is told who they are.
    assert_eq!(told(full.ask(1)).await, Verdict::Known { registrant: people[0], generation: 0 });
    assert_eq!(rig.counts(full.meeting.id).await, (1, 1, 0));
    rig.is_sound().await;
}

pub async fn a_retry_is_told_what_the_first_request_was_told(rig: &Rig) {
    let stage = rig.waiting_stage(1).await;
    let first = id(&rig.come(&stage, [1]).await[0]);
    let keyed = |n: u8, person: usize| domain::Enrolment {
        sees_list: false,
        idempotency: key(n, n, at(86_400)),
        ..stage.ask(person)
    };
    let told = async |asked: domain::Enrolment| rig.store.enroll(&[asked]).await.unwrap()[0];

    let waiting = told(keyed(1, 2)).await;
    let registered = told(keyed(2, 1)).await;
    // Now there would be a place for somebody new.
    rig.change(&stage, |built_in| built_in.capacity = None).await;

    assert!(waits(&waiting), "{waiting:?}");
    let again = Verdict::Waits { registrant: id(&waiting), admission: Admission::Wait, is_new: false };
    assert_eq!(told(keyed(1, 2)).await, Verdict::Stale, "checked against what was");
    let stage = rig.read(stage.meeting.id).await;
    let fresh =
        |asked: domain::Enrolment| domain::Enrolment { seen_version: stage.registration.version, ..asked };
    assert_eq!(told(fresh(keyed(1, 2))).await, again);
    assert_eq!(
        told(fresh(keyed(2, 1))).await,
        Verdict::Waits { registrant: first, admission: Admission::Wait, is_new: false }
    );
    assert!(matches!(registered, Verdict::Waits { is_new: false, .. }), "{registered:?}");
}

pub async fn who_waits_is_canceled_with_the_registration(rig: &Rig) {
    let stage = rig.waiting_stage(1).await;
    let people: Vec<_> = rig.come(&stage, 1..5).await.iter().map(id).collect();
    rig.act(&stage, people[0], Act::Cancel, 0).await;
    let pending_only = approval_stage(rig, None, false).await;
    let pending = id(&rig.come(&pending_only, [1]).await[0]);

    for stage in [&stage, &pending_only] {
        assert!(
            rig.store.delete_registration(stage.meeting.id, stage.registration.id, &fact(1)).await.unwrap()
        );
        assert_eq!(rig.counts(stage.meeting.id).await, (0, 0, 0));
    }

    assert_eq!(rig.standings(&stage, &people).await, ["canceled", "withdrawn", "withdrawn", "withdrawn"]);
    assert_eq!(rig.standing(&pending_only, pending).await, "withdrawn");
    assert_eq!(rig.store.due_waiting(at(86_400)).await.unwrap(), []);
    assert_eq!(rig.store.work_waiting(stage.meeting.id, at(86_400)).await.unwrap(), 0);
    rig.is_sound().await;
}

pub async fn who_waits_is_neither_reminded_nor_told_of_changes(rig: &Rig) {
    let stage = rig.waiting_stage(1).await;
    let people: Vec<_> = rig.come(&stage, 1..4).await.iter().map(id).collect();
    rig.act(&stage, people[0], Act::Cancel, 0).await;
    let accepted = rig.act(&stage, people[1], Act::Accept, 1).await;
    assert!(matches!(accepted, Stepped::Done(_)));
    // Confirmations that wait would be written from what holds then; these have left.
    rig.raw
        .execute(
            "DELETE FROM outbox WHERE slot = $1 AND meeting_id = $2 AND $3 IS NOT NULL",
            stage.meeting.id,
        )
        .await;
    rig.change(&stage, |built_in| built_in.subject = Some("Moved".to_owned())).await;

    for due in rig.store.due_mailings(at(60)).await.unwrap() {
        let ids: Vec<_> = (0..10).map(|_| fresh_id()).collect();
        rig.store.work_mailing(&due, &Reminders::new([59]), &ids, at(60)).await.unwrap();
    }

    assert_eq!(rig.letters(stage.meeting.id, LetterKind::Update).await, 1, "only who has a place");
}

pub async fn a_reason_is_kept_with_the_cancellation_until_they_are_erased(rig: &Rig) {
    let stage = rig.stage(None).await;
    let person = id(&rig.come(&stage, [1]).await[0]);
    let seen = rig.person(&stage, person).await;
    let asking = Asking { act: Act::Cancel, reason: Some("Asked on the phone"), is_conditional: true };

    rig.store.take_step(&seen, asking, &fact(5), None).await.unwrap();

    let end = rig.person(&stage, person).await.standing.end().cloned().unwrap();
    assert_eq!(
        (end.at, end.by.as_str(), end.reason.as_deref()),
        (at(5), "person:case", Some("Asked on the phone"))
    );
    rig.store.erase_registrant(stage.meeting.id, person, &fact(6), &fact(6)).await.unwrap();
    assert_eq!(rig.person(&stage, person).await.standing.end().unwrap().reason, None);
}

pub async fn names_and_answers_are_changed_while_nothing_else_has(rig: &Rig) {
    let stage = rig.stage(None).await;
    let person = id(&rig.come(&stage, [1]).await[0]);
    let seen = rig.person(&stage, person).await;
    let Some(domain::Person::Named { mut named, .. }) = seen.person.clone() else { panic!("nobody") };
    named.first_name = "Other".to_owned();
    let details = Details { named, answers: Vec::new(), time_zone: Some("Asia/Tokyo".to_owned()) };

    let changed = rig.store.update_registrant(&seen, &stage.registration, &details, &fact(1)).await.unwrap();
    let stale = rig.store.update_registrant(&seen, &stage.registration, &details, &fact(2)).await.unwrap();

    assert_eq!((changed, stale), (Changed::Now, Changed::Stale));
    let now = rig.person(&stage, person).await;
    assert_eq!(now.person, Some(domain::Person::Named { named: details.named, user: None }));
    assert_eq!(now.time_zone, details.time_zone);
    let events = rig.store.list_events(stage.meeting.id, person).await.unwrap();
    assert_eq!(events, ["registrantEnrolled", "registrantUpdated"]);
}

pub async fn of_two_who_decide_on_what_they_saw_one_is_told_to_look_again(rig: &Rig) {
    let stage = approval_stage(rig, None, false).await;
    let person = id(&rig.come(&stage, [1]).await[0]);
    let seen = rig.person(&stage, person).await;
    let another = rig.another().await;
    let asking = |act| Asking { act, reason: None, is_conditional: true };

    let (facts, registrant) = ([fact(1), fact(1)], seen);
    let (approved, rejected) = tokio::join!(
        rig.store.take_step(&registrant, asking(Act::Approve), &facts[0], None),
        another.take_step(&registrant, asking(Act::Reject), &facts[1], None),
    );

    let outcomes = [approved.unwrap(), rejected.unwrap()];
    let done = outcomes.iter().filter(|outcome| matches!(outcome, Made::Now(Stepped::Done(_)))).count();
    let stale = outcomes.iter().filter(|outcome| matches!(outcome, Made::Now(Stepped::Stale))).count();
    assert_eq!((done, stale), (1, 1), "{outcomes:?}");
    rig.is_sound().await;
}

/// Numbers that a seed gives (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

/// Whatever happens in whatever order, no more places are taken than there were when they were given, nobody is passed over,
/// and what is counted is there.
pub async fn any_life_keeps_the_counts_and_the_order(rig: &Rig) {
    let mut seeded = Seeded(20_261_130);
    for round in 0..4 {
        let mut stage = rig.waiting_stage(3).await;
        let (mut people, mut second, mut most_places): (Vec<RegistrantId>, i64, i64) = (Vec::new(), 0, 3);
        for number in 0..60 {
            second += i64::try_from(seeded.below(80)).unwrap();
            match seeded.below(10) {
                0..=3 => {
                    let count = 1 + seeded.below(3);
                    let asks = stage.asks((0..count).map(|n| 1_000 * round + 10 * number + n));
                    let verdicts = rig.store.enroll(&asks).await.unwrap();
                    people.extend(
                        verdicts.iter().filter(|verdict| !matches!(verdict, Verdict::Full { .. })).map(id),
                    );
                }
                4 => {
                    let places = u32::try_from(1 + seeded.below(5)).unwrap();
                    stage = rig.change(&stage, |built_in| built_in.capacity = Some(places)).await;
                    most_places = most_places.max(i64::from(places));
                }
                5 => {
                    let approves = seeded.below(2) == 0;
                    stage =
                        rig.change(&stage, |built_in| built_in.is_manual_approval_enabled = approves).await;
                }
                6 => drop(rig.store.work_waiting(stage.meeting.id, at(second)).await.unwrap()),
                n if !people.is_empty() => {
                    let act = [Act::Cancel, Act::Accept, Act::Approve, Act::Reject][seeded.below(4)];
                    let who = people[seeded.below(people.len())];
                    rig.act(&stage, who, act, second + i64::try_from(n).unwrap()).await;
                }
                _ => {}
            }
            let (taken, _, _) = rig.counts(stage.meeting.id).await;
            assert!(taken <= most_places, "round {round}, act {number}: {taken} of {most_places}");
            is_in_order(rig, &stage).await;
        }
    }
    rig.is_sound().await;
}

/// Nobody waits while there is a place, and the list holds those who are counted.
async fn is_in_order(rig: &Rig, stage: &Stage) {
    let (taken, waiting, _) = rig.counts(stage.meeting.id).await;
    let capacity = i64::from(rig.read(stage.meeting.id).await.built_in().capacity.unwrap());
    assert!(waiting == 0 || taken >= capacity, "{waiting} wait beside {} free places", capacity - taken);
    let list = "SELECT COUNT(*) FROM waiting WHERE slot = $1 AND meeting_id = $2 AND NOT is_offered";
    assert_eq!(rig.raw.count(list, stage.meeting.id).await, waiting);
}
