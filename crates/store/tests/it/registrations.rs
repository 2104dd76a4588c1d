//! Registrations and their questions.

use domain::question::AnswerInput;
use domain::{
    Answer, BuiltIn, Consent, Enrolment, LetterKind, Origin, Question, QuestionId, Registration,
    RegistrationKind, Reminders, Speaker,
};
use store::{Canceled, DueLetter, Made, Settlement, Verdict};

use crate::rig::{MINUTE, Rig, Stage, at, external, fact, fresh_id, meeting, registration, seated};

fn question(text: &str, options: &[&str]) -> Question {
    let input = if options.is_empty() {
        AnswerInput::Text
    } else {
        AnswerInput::RadioButton(options.iter().map(|option| (*option).to_owned()).collect())
    };
    Question { id: QuestionId(fresh_id()), display_name: Some(text.to_owned()), is_required: true, input }
}

async fn lease(rig: &Rig, stage: &Stage, seconds: i64) -> Vec<DueLetter> {
    let slot = stage.meeting.id.slot().number();
    rig.store.lease_letters(slot, at(seconds), at(seconds) + MINUTE, 100).await.unwrap()
}

async fn close(rig: &Rig, stage: &Stage, seconds: i64) -> bool {
    rig.store.delete_registration(stage.meeting.id, stage.registration.id, &fact(seconds)).await.unwrap()
}

pub async fn a_registration_comes_back_as_it_was_stored(rig: &Rig) {
    let meeting = meeting();
    let built_in = BuiltIn {
        subject: Some("Gauging\nfor \"beginners\"".to_owned()),
        description: Some(String::new()),
        start_at: Some(at(10)),
        end_at: Some(at(20)),
        opens_at: Some(at(1)),
        closes_at: Some(at(9)),
        embedding_origins: ["https://www.example.org", "https://example.net:8443"]
            .map(|text| Origin::parse(text).unwrap())
            .into(),
        speakers: vec![
            Speaker { display_name: Some("Bram".to_owned()), bio: None },
            Speaker { display_name: None, bio: Some("是".to_owned()) },
        ],
        capacity: Some(u32::MAX),
        is_waitlist_enabled: true,
        is_manual_approval_enabled: true,
        offer_minutes: Some(90),
        waitlist_count: 0,
        view_count: 0,
        seats_taken: 0,
        language: Some("de".to_owned()),
        reminders: Some(Reminders::new([60, 2_880])),
        questions: vec![question("B", &["Yes", "No"]), question("A", &[])],
    };
    let stored = Registration {
        kind: RegistrationKind::BuiltIn(Box::new(built_in)),
        ..registration(meeting.id, None)
    };

    let stage = rig.stage_with(&stored, meeting).await;

    assert_eq!(stage.registration, stored);
    assert_eq!(rig.external_stage().await.registration.kind, RegistrationKind::External);
}

/// What the service holds an enrolment against is the version it saw: whoever was let in before the organizer closed the
/// registration, and is stored after, is not.
pub async fn a_close_that_is_moved_lets_nobody_in_who_saw_the_one_before(rig: &Rig) {
    let stage = rig.stage(None).await;
    let in_time = rig.store.enroll(&[stage.ask(0)]).await.unwrap();
    let closed = BuiltIn {
        closes_at: Some(at(1)),
        opens_at: Some(at(0)),
        embedding_origins: Vec::new(),
        ..stage.built_in()
    };

    assert!(rig.store.update_registration(&stage.registration, &closed, &fact(1)).await.unwrap());

    assert_eq!(rig.store.enroll(&[stage.ask(1)]).await.unwrap(), [Verdict::Stale]);
    let now = rig.read(stage.meeting.id).await;
    assert_eq!(now.built_in(), BuiltIn { seats_taken: 1, ..closed });
    assert_eq!(seated(&in_time).len(), 1);
}

pub async fn what_somebody_agreed_to_is_kept_with_them_until_they_are_erased(rig: &Rig) {
    let stage = rig.stage(None).await;
    let tenant = stage.meeting.tenant;
    let consent =
        Consent { text: "I agree – ok?".to_owned(), notice_url: Some("https://example.org/p".to_owned()) };
    let other = Consent { text: "I agree.".to_owned(), notice_url: None };
    for one in [&consent, &other, &consent] {
        rig.store.put_consent(tenant, one).await.unwrap();
    }
    let asks = [Enrolment { consent: Some(consent.version()), ..stage.ask(0) }, stage.ask(1)];

    let verdicts = rig.store.enroll(&asks).await.unwrap();

    let [agreed, silent] = [0, 1].map(|n| seated(&verdicts)[n]);
    let find = async |id| rig.store.find_registrant(stage.meeting.id, id).await.unwrap().unwrap().consent;
    assert_eq!((find(agreed).await, find(silent).await), (Some(consent.version()), None));
    let texts = rig.store.list_consents(tenant).await.unwrap();
    assert_eq!(texts.len(), 2);
    assert_eq!((texts.get(&consent.version()), texts.get(&other.version())), (Some(&consent), Some(&other)));
    let (gone, erased) = (fact(1), fact(2));
    rig.store.erase_registrant(stage.meeting.id, agreed, &gone, &erased).await.unwrap();
    assert_eq!(find(agreed).await, None);
}

pub async fn a_meeting_has_one_live_registration(rig: &Rig) {
    let stage = rig.stage(Some(1)).await;

    assert!(!rig.store.create_registration(&registration(stage.meeting.id, None), &fact(1)).await.unwrap());

    assert_eq!(rig.read(stage.meeting.id).await.registration, stage.registration);
}

pub async fn a_registration_changed_on_an_older_version_is_refused(rig: &Rig) {
    let stage = rig.stage(None).await;
    let named = |name: &str| BuiltIn { subject: Some(name.to_owned()), ..stage.built_in() };

    assert!(rig.store.update_registration(&stage.registration, &named("mine"), &fact(1)).await.unwrap());
    assert!(!rig.store.update_registration(&stage.registration, &named("theirs"), &fact(2)).await.unwrap());
    let now = rig.read(stage.meeting.id).await;
    assert_eq!(now.built_in(), named("mine"));
    assert_eq!(now.registration.version, stage.registration.version + 1);
    assert!(close(rig, &now, 3).await);
    assert!(!rig.store.update_registration(&now.registration, &named("late"), &fact(4)).await.unwrap());
}

pub async fn questions_keep_their_order_and_follow_the_version(rig: &Rig) {
    let stage = rig.stage(None).await;
    let (first, second, third) =
        (question("first", &[]), question("second", &["a", "b"]), question("third", &[]));
    for question in [&first, &second] {
        let now = rig.read(stage.meeting.id).await.registration;
        assert_eq!(rig.store.create_question(&now, question, &fact(1), None).await.unwrap(), Made::Now(true));
        let outcome = rig.store.create_question(&now, &third, &fact(1), None).await.unwrap();
        assert_eq!(outcome, Made::Now(false), "the version is spent");
    }

    let now = rig.read(stage.meeting.id).await.registration;
    let changed = Question { is_required: false, input: AnswerInput::Text, ..second.clone() };
    assert!(rig.store.update_question(&now, &changed, &fact(2)).await.unwrap());
    assert!(!rig.store.update_question(&now, &second, &fact(2)).await.unwrap());
    let after_change = rig.read(stage.meeting.id).await;
    assert_eq!(after_change.built_in().questions, [first.clone(), changed.clone()]);

    assert!(!rig.store.delete_question(&now, first.id, &fact(3)).await.unwrap());
    assert!(rig.store.delete_question(&after_change.registration, first.id, &fact(3)).await.unwrap());
    let now = rig.read(stage.meeting.id).await.registration;
    assert_eq!(rig.store.create_question(&now, &third, &fact(4), None).await.unwrap(), Made::Now(true));

    let end = rig.read(stage.meeting.id).await;
    assert_eq!(end.built_in().questions, [changed, third]);
    assert_eq!(rig.store.enroll(&stage.asks([1])).await.unwrap(), [Verdict::Stale]);
    assert_eq!(seated(&rig.store.enroll(&end.asks([1])).await.unwrap()).len(), 1);
}

pub async fn answers_to_a_deleted_question_stay(rig: &Rig) {
    let stage = rig.stage(None).await;
    let question = question("Vegetarian?", &[]);
    rig.store.create_question(&stage.registration, &question, &fact(1), None).await.unwrap();
    let now = rig.read(stage.meeting.id).await;
    let mut asked = now.ask(1);
    asked.answers = vec![Answer { question: question.id, value: "yes".to_owned() }];
    rig.store.enroll(std::slice::from_ref(&asked)).await.unwrap();

    rig.store.delete_question(&now.registration, question.id, &fact(2)).await.unwrap();

    let registrant = rig.store.find_registrant(stage.meeting.id, asked.id).await.unwrap().unwrap();
    assert_eq!(registrant.answers, asked.answers);
}

pub async fn closing_tells_everybody_registered_once(rig: &Rig) {
    let stage = rig.stage(None).await;
    let registered = seated(&rig.store.enroll(&stage.asks(0..4)).await.unwrap());
    let letters = lease(rig, &stage, 1).await;
    let sent: Vec<_> =
        letters.into_iter().map(|letter| (letter, Settlement::Sent(String::new()), fresh_id())).collect();
    rig.store.settle_letters(&sent, at(2)).await.unwrap();
    let gone = registered[0];
    assert_eq!(rig.store.cancel_registrant(stage.meeting.id, gone, &fact(3)).await.unwrap(), Canceled::Now);

    assert!(close(rig, &stage, 4).await);

    let letters = lease(rig, &stage, 5).await;
    let mut told: Vec<_> = letters.iter().map(|letter| letter.registrant.id).collect();
    told.sort();
    assert_eq!(told, registered, "one letter each, for whoever had canceled before as well");
    assert!(letters.iter().all(|letter| letter.kind == LetterKind::Cancellation));
    for letter in letters {
        let cancellation = letter.registrant.standing.end().unwrap();
        let by_themselves = letter.registrant.id == gone;
        assert_eq!(cancellation.at, at(if by_themselves { 3 } else { 4 }));
    }
    let outside = rig.external_stage().await;
    rig.store.enroll(&[outside.ask_for(external(1))]).await.unwrap();
    assert!(close(rig, &outside, 6).await);
    assert!(lease(rig, &outside, 7).await.is_empty(), "nobody has an address");
}

pub async fn closing_replaces_a_confirmation_that_waits(rig: &Rig) {
    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks(0..2)).await.unwrap();

    close(rig, &stage, 4).await;

    let kinds: Vec<_> =
        lease(rig, &stage, 5).await.iter().map(|letter| (letter.kind, letter.attempts)).collect();
    assert_eq!(kinds, [(LetterKind::Cancellation, 1), (LetterKind::Cancellation, 1)]);
}

pub async fn closing_while_a_confirmation_is_under_way_still_tells(rig: &Rig) {
    for settlement in [
        Settlement::Sent(String::new()),
        Settlement::Dropped,
        Settlement::Later(at(9_999), "450 later".to_owned()),
        Settlement::Failed("550 no".to_owned()),
    ] {
        let stage = rig.stage(None).await;
        rig.store.enroll(&stage.asks([1])).await.unwrap();
        let confirmation = lease(rig, &stage, 1).await.remove(0);

        close(rig, &stage, 4).await;
        let settled = [(confirmation, settlement.clone(), fresh_id())];
        rig.store.settle_letters(&settled, at(5)).await.unwrap();

        let kinds: Vec<_> = lease(rig, &stage, 6).await.iter().map(|letter| letter.kind).collect();
        assert_eq!(kinds, [LetterKind::Cancellation], "after {settlement:?}");
    }
}

pub async fn closing_tells_those_whose_confirmation_failed_as_well(rig: &Rig) {
    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks([1])).await.unwrap();
    let confirmation = lease(rig, &stage, 1).await.remove(0);
    let settled = [(confirmation, Settlement::Failed("552 mailbox full".to_owned()), fresh_id())];
    rig.store.settle_letters(&settled, at(2)).await.unwrap();

    close(rig, &stage, 4).await;

    assert_eq!(lease(rig, &stage, 5).await.len(), 1, "the mailbox may have room by now");
}

pub async fn closing_twice_changes_nothing(rig: &Rig) {
    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks(0..2)).await.unwrap();
    assert!(close(rig, &stage, 4).await);
    let before = rig.tally(stage.meeting.id).await;

    assert!(!close(rig, &stage, 5).await);

    assert_eq!(rig.tally(stage.meeting.id).await, before);
}

pub async fn a_new_registration_begins_with_an_empty_list(rig: &Rig) {
    let stage = rig.stage(Some(1)).await;
    rig.store.enroll(&stage.asks([1])).await.unwrap();
    close(rig, &stage, 4).await;
    let next = registration(stage.meeting.id, Some(1));
    assert!(rig.store.create_registration(&next, &fact(5)).await.unwrap());
    let now = rig.read(stage.meeting.id).await;

    let list =
        rig.store.list_registrants(now.meeting.id, now.registration.id, None, 10, false).await.unwrap();
    assert_eq!(list.registrants, []);
    let verdicts = rig.store.enroll(&now.asks([1])).await.unwrap();

    assert_eq!(seated(&verdicts).len(), 1, "the same person may come to the new one");
    assert_eq!(rig.store.count_registrants(now.meeting.id, now.registration.id, false).await.unwrap(), 1);
}

pub async fn a_look_at_the_page_is_counted(rig: &Rig) {
    let stage = rig.stage(None).await;
    for _ in 0..2 {
        rig.store.add_views(&[((stage.meeting.id, stage.registration.id), 1)]).await.unwrap();
    }

    let now = rig.read(stage.meeting.id).await;

    assert_eq!(now.built_in().view_count, 2);
    assert_eq!(now.registration.version, stage.registration.version, "a look is no change");
}
