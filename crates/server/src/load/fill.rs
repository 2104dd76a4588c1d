//! Fills a meeting by the store's own operations: places in big parties, and their letters settled as the mailroom
//! settles those that were sent, so that the outbox stays as short as it is where mail keeps up.

use std::time::{Duration, Instant};

use domain::enrolment::Named;
use domain::link::LinkKey;
use domain::{
    Answer, Email, Enrolment, LetterKind, OutboxId, Person, Registrant, RegistrantId, Registration, Standing,
    TenantId,
};
use percent_encoding::percent_decode_str;
use store::{DueLetter, Fault, Hosted, Settlement, Store, Told, Verdict};
use uuid::Uuid;
use wire::ids::RegistrationKey;

use super::bench_server::{BenchServer, Mode};
use super::compare::child::Child;
use super::database::Database;
use super::request::scattered;
use crate::cli::failed;
use crate::clock::{Clock, Source};
use crate::graph::PageTokens;
use crate::start::{StartProblem, open_database, open_letter_links};

/// How many people one transaction gives a place at most.
const PARTY: u64 = 4_096;
/// Of so many registrants one is remembered: a page.
const EVERY: u64 = 100;
/// How long everything is left alone after it was filled: what the database does by itself goes on meanwhile.
const REST: Duration = Duration::from_secs(1);
/// Between two words on how far it is.
const WORD: Duration = Duration::from_secs(5);

/// One meeting, and who is in it.
pub(super) struct Filler {
    store: Store,
    links: LinkKey,
    hosted: Hosted,
    registration: Registration,
    clock: Clock,
    ids: Source,
    /// Tells the people of this run from those whom the requests enrol.
    run: u64,
    /// How many were given a place here.
    filled: u64,
    marks: Vec<RegistrantId>,
}

/// Who stands where in the list.
pub(super) struct Landmarks {
    /// What the ids of the registrants begin with.
    pub(super) key: RegistrationKey,
    /// Every hundredth registrant, in order of arrival.
    pub(super) marks: Vec<RegistrantId>,
    /// How many there are at least.
    pub(super) size: u64,
    /// Those of the server that is asked.
    pub(super) tokens: PageTokens,
    run: u64,
}

impl Landmarks {
    /// The address of one of them, numbered from 0.
    pub(super) fn address(&self, number: u64) -> String {
        address(self.run, number)
    }
}

impl Filler {
    /// For the meeting of a running server that the requests go to.
    pub(super) async fn beside(child: &Child, database: Option<&Database>) -> Result<Self, StartProblem> {
        let (store, links) = open_beside(child, database).await?;
        let unknown = || StartProblem("the server's meeting is not in its database".to_owned());
        let id = child.target.registrations[0].split('/').nth(5).unwrap_or_default();
        let id = percent_decode_str(id).decode_utf8_lossy();
        let (_, meeting) = wire::ids::read_meeting(&id).ok_or_else(unknown)?;
        let hosted = store.find_hosted(meeting).await.map_err(failed)?.ok_or_else(unknown)?;
        let registration = hosted.registration.clone().ok_or_else(unknown)?;
        let ids = Source::from_system();
        let run = u64::from_be_bytes(ids.bytes());
        let (clock, marks) = (Clock::System, Vec::new());
        Ok(Self { store, links, hosted, registration, clock, ids, run, filled: 0, marks })
    }

    /// Fills the meeting until its list has `size` registrants; tells how many a second that were.
    pub(super) async fn fill(&mut self, size: u64) -> Result<f64, StartProblem> {
        let listed = self.store.count_registrants(self.hosted.meeting.id, self.registration.id, false).await;
        let listed = u64::try_from(listed.map_err(failed)?).unwrap_or_default();
        let missing = size.saturating_sub(listed);
        let (started_at, mut said_at, before) = (Instant::now(), Instant::now(), self.filled);
        let rate = |done: u64| done as f64 / started_at.elapsed().as_secs_f64().max(f64::MIN_POSITIVE);
        let mut unsettled = Vec::new();
        while self.filled - before < missing {
            let party = self.party(PARTY.min(missing - (self.filled - before)));
            let (verdicts, ()) =
                tokio::try_join!(self.seat(&party), self.settle(&unsettled)).map_err(failed)?;
            unsettled = self.seated(party, verdicts)?;
            if said_at.elapsed() > WORD {
                said_at = Instant::now();
                let done = self.filled - before;
                eprintln!("{} registrants, {:.0} a second", listed + done, rate(done));
            }
        }
        self.settle(&unsettled).await.map_err(failed)?;
        let rate = rate(missing);
        eprintln!("{size} registrants: filled, {rate:.0} a second");
        tokio::time::sleep(REST).await;
        Ok(rate)
    }

    /// Who stands where by now.
    pub(super) fn landmarks(&self) -> Landmarks {
        let key = wire::registration::key(&self.hosted.meeting, &self.registration);
        let tokens = PageTokens::new(&self.links);
        Landmarks { key, marks: self.marks.clone(), size: self.filled, tokens, run: self.run }
    }

    /// Closes the database.
    pub(super) async fn close(self) {
        self.store.close().await;
    }

    fn party(&self, people: u64) -> Vec<Enrolment> {
        let at = self.clock.now();
        let person = |number: u64| {
            let email = Email::parse(&address(self.run, number)).expect("digits and a host make an address");
            // As many begin with each letter, so that `startswith` finds some of them.
            let last_name = format!("{}elmonte", char::from(b'A' + (number % 26) as u8));
            let named = Named { first_name: "Odile".to_owned(), last_name, email };
            Person::Named { named, user: None }
        };
        let questions =
            self.registration.built_in().map(|built_in| built_in.questions.as_slice()).unwrap_or_default();
        let answer = |question: &domain::Question| {
            let value =
                question.input.options().first().cloned().unwrap_or_else(|| "The upper Ardle".to_owned());
            Answer { question: question.id, value }
        };
        let answers: Vec<Answer> = questions.iter().map(answer).collect();
        let enrolment = |number: u64| Enrolment {
            id: RegistrantId(self.ids.ordered_id(at)),
            meeting: self.hosted.meeting.id,
            registration: self.registration.id,
            seen_version: self.registration.version,
            seen_directory: None,
            person: person(number),
            answers: answers.clone(),
            consent: None,
            language: None,
            time_zone: None,
            sees_list: true,
            at,
            actor: "page".to_owned(),
            idempotency: None,
        };
        (self.filled..self.filled + people).map(enrolment).collect()
    }

    /// Remembers who got a place, and gives their letters.
    fn seated(
        &mut self,
        party: Vec<Enrolment>,
        verdicts: Vec<Verdict>,
    ) -> Result<Vec<(DueLetter, Settlement, Uuid)>, StartProblem> {
        let mut letters = Vec::with_capacity(party.len());
        for (enrolment, verdict) in party.into_iter().zip(verdicts) {
            let Verdict::Seated(id) = verdict else {
                return Err(StartProblem(format!("somebody was not given a place: {verdict:?}")));
            };
            self.filled += 1;
            if self.filled.is_multiple_of(EVERY) {
                self.marks.push(id);
            }
            let event = self.ids.ordered_id(enrolment.at);
            letters.push((self.letter(id, enrolment), Settlement::Sent(String::new()), event));
        }
        Ok(letters)
    }

    fn letter(&self, id: RegistrantId, enrolment: Enrolment) -> DueLetter {
        DueLetter {
            id: OutboxId(id.0),
            kind: LetterKind::Confirmation,
            about: 0,
            attempts: 1,
            registrant: Registrant {
                consent: None,
                id,
                meeting: enrolment.meeting,
                registration: enrolment.registration,
                person: Some(enrolment.person),
                answers: enrolment.answers,
                language: enrolment.language,
                time_zone: enrolment.time_zone,
                generation: 0,
                wants_reminders: true,
                registered_at: enrolment.at,
                standing: Standing::Registered,
            },
            meeting: self.hosted.meeting.clone(),
            told: Told::default(),
        }
    }

    async fn seat(&self, party: &[Enrolment]) -> Result<Vec<Verdict>, Fault> {
        Ok(self.store.enroll(party).await?)
    }

    async fn settle(&self, letters: &[(DueLetter, Settlement, Uuid)]) -> Result<(), Fault> {
        self.store.settle_letters(letters, self.clock.now()).await
    }
}

/// Opens the database of a running server, and the key of its links.
async fn open_beside(child: &Child, database: Option<&Database>) -> Result<(Store, LinkKey), StartProblem> {
    let beside = BenchServer {
        mode: Mode::Store,
        data: child.folder().to_owned(),
        database: database.map(Database::whole),
        verify_each: false,
        meetings: None,
    };
    let nobody = TenantId(Source::from_system().random_id());
    let config = beside.configuration(child.target.address, nobody)?;
    let store = open_database(&config.database).await?;
    let links = open_letter_links(&config, &store, &Source::from_system()).await?;
    Ok((store, links.key))
}

/// Where somebody of a run gets letters.
fn address(run: u64, number: u64) -> String {
    format!("f{:09}.{run:016x}@load.example", scattered(number))
}
