//! What is measured on each engine, and what is made of it.

use super::round::Round;
use crate::load::bench_server::Mode;
use crate::load::naive::Naive;
use crate::load::pgbench::Script;
use crate::load::reading::Reading;
use crate::load::target::Sent;

/// What is measured and how it is judged.
#[derive(Debug)]
pub(super) struct Programme {
    /// In the order of the first round.
    pub(super) items: &'static [Item],
    /// What stands at the end of each round, because it builds on what was just measured.
    pub(super) last: &'static [Item],
    /// Of figures of one round.
    pub(super) ratios: &'static [Ratio],
    /// What other people's programs were seen to do.
    pub(super) others: &'static [Other],
}

/// One measurement of a round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Its letter.
    pub(super) sign: &'static str,
    /// In words.
    pub(super) name: &'static str,
    pub(super) what: What,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Enrolments over HTTP, each caller asking again as soon as it is answered.
    Http(Load),
    /// Enrolments over HTTP, arriving by plan: so many hundredths of the best rate of that load in the round, whatever
    /// number of callers it had.
    Planned(u32, Load),
    /// Transactions straight into SQLite.
    Direct(Naive),
    /// `pgbench` and how many clients it has.
    Pgbench(Script, usize),
    /// A question about a list, as often as it is answered.
    Reading(Reading),
}

/// A load over HTTP and the server that takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::load) struct Load {
    pub(super) mode: Mode,
    /// Whether every token is proven every time.
    pub(super) verify_each: bool,
    /// How many ask at once; `None` where the command line says.
    pub(super) callers: Option<usize>,
    /// How many meetings with a capacity; `None` is the demo's one without.
    pub(super) meetings: Option<u32>,
    /// Whether people come in the order of their addresses.
    pub(super) in_order: bool,
    /// How they are sent.
    pub(super) sent: Sent,
}

impl Load {
    pub(in crate::load) const STORE: Self = Self {
        mode: Mode::Store,
        verify_each: false,
        callers: None,
        meetings: None,
        in_order: false,
        sent: Sent::Alone,
    };

    const fn in_mode(mode: Mode) -> Self {
        Self { mode, ..Self::STORE }
    }

    const fn of(callers: usize) -> Self {
        Self { callers: Some(callers), ..Self::STORE }
    }

    const fn verified(mode: Mode) -> Self {
        Self { mode, verify_each: true, ..Self::of(64) }
    }

    const fn over(meetings: u32) -> Self {
        Self { meetings: Some(meetings), ..Self::of(64) }
    }

    const fn by(self, callers: usize) -> Self {
        Self { callers: Some(callers), ..self }
    }

    const fn sent(self, sent: Sent) -> Self {
        Self { sent, ..self }
    }
}

/// A quotient, and what it has to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratio {
    pub(super) name: &'static str,
    /// Of one round; `None` when something of it was not measured.
    pub(super) of: fn(&Round) -> Option<f64>,
    /// Floor and target, where there are any.
    pub(super) aim: Option<(f64, f64)>,
}

/// A program that is not run here: its figure was measured once, apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Other {
    pub(super) name: &'static str,
    /// What of ours it is held against.
    pub(super) sign: &'static str,
    /// What it did, a second.
    pub(super) per_second: f64,
    pub(super) floor: f64,
    pub(super) target: f64,
}

impl Item {
    /// Whether it is that load, whatever the number of callers.
    pub(super) fn is_of(&self, wanted: Load) -> bool {
        matches!(self.what, What::Http(load) if Load { callers: wanted.callers, ..load } == wanted)
    }

    /// Whether the command line says how many ask at once.
    pub(super) fn leaves_callers_open(&self) -> bool {
        matches!(self.what, What::Http(Load { callers: None, .. }) | What::Reading(_))
    }
}

const fn item(sign: &'static str, name: &'static str, what: What) -> Item {
    Item { sign, name, what }
}

const fn reading(sign: &'static str, reading: Reading) -> Item {
    item(sign, reading.name(), What::Reading(reading))
}

const fn ratio(name: &'static str, of: fn(&Round) -> Option<f64>, floor: f64, target: f64) -> Ratio {
    Ratio { name, of, aim: Some((floor, target)) }
}

pub(super) const SQLITE: Programme = Programme {
    items: &[
        item("a", "enrolments over HTTP, on disk", What::Http(Load::STORE)),
        item("b", "the same requests, nothing stored", What::Http(Load::in_mode(Mode::Ceiling))),
        item(
            "o",
            "as a, people come in the order of their addresses",
            What::Http(Load { in_order: true, ..Load::STORE }),
        ),
        item("c", "one transaction each, two rows", What::Direct(Naive::TwoRows)),
        item("c'", "one transaction each, everything", What::Direct(Naive::Everything)),
        item("a'", "as a, the mailbox takes letters meanwhile", What::Http(Load::in_mode(Mode::Mailbox))),
    ],
    last: &[],
    ratios: &[
        ratio("a / c: company over two rows, one transaction each", |r| r.rates("a", "c"), 4.0, 6.0),
        ratio("a / c': company over everything, one transaction each", |r| r.rates("a", "c'"), 4.0, 6.0),
        Ratio { name: "a / b: on disk over not stored", of: |r| r.rates("a", "b"), aim: None },
        ratio("o / b: the same, in the order of addresses", |r| r.rates("o", "b"), 0.5, 0.65),
        ratio("a: p99 / p50 (less is better)", |r| r.find("a").map(|a| a.p99 / a.p50), 6.0, 3.0),
    ],
    others: &[],
};

pub(super) const POSTGRES: Programme = Programme {
    items: &[
        item("a", "enrolments over HTTP, stored; 64 callers", What::Http(Load::of(64))),
        item(
            "b",
            "the same requests, nothing stored; 64",
            What::Http(Load { mode: Mode::Ceiling, ..Load::of(64) }),
        ),
        item("p", "pgbench, one transaction each, two rows; 64 clients", What::Pgbench(Script::TwoRows, 64)),
        item("av", "as a, every token (RS256) verified each time", What::Http(Load::verified(Mode::Store))),
        item("bv", "as b, every token (RS256) verified each time", What::Http(Load::verified(Mode::Ceiling))),
        item("hot", "as a, a meeting with a capacity", What::Http(Load::over(1))),
        item("pc", "as p, and one counter row for all", What::Pgbench(Script::Counter, 64)),
        item("spread", "as hot, 1,000 meetings", What::Http(Load::over(1_000))),
        item("hot1", "as hot, 1 caller", What::Http(Load::over(1).by(1))),
        item("hot8", "as hot, 8 callers", What::Http(Load::over(1).by(8))),
        item("hot512", "as hot, 512 callers", What::Http(Load::over(1).by(512))),
        item("spread1", "as spread, 1 caller", What::Http(Load::over(1_000).by(1))),
        item("spread8", "as spread, 8 callers", What::Http(Load::over(1_000).by(8))),
        item("spread512", "as spread, 512 callers", What::Http(Load::over(1_000).by(512))),
        item(
            "a'",
            "as a, the mailbox takes letters meanwhile",
            What::Http(Load { mode: Mode::Mailbox, ..Load::of(64) }),
        ),
        item("a1", "as a, 1 caller", What::Http(Load::of(1))),
        item("p1", "as p, 1 client", What::Pgbench(Script::TwoRows, 1)),
        item("a8", "as a, 8 callers", What::Http(Load::of(8))),
        item("a32", "as a, 32 callers", What::Http(Load::of(32))),
        item("a256", "as a, 256 callers", What::Http(Load::of(256))),
        item("a512", "as a, 512 callers", What::Http(Load::of(512))),
    ],
    last: &[
        item("open", "as a, arriving by plan at 70 % of the round's peak", What::Planned(70, Load::STORE)),
        item("openhot", "the same for hot", What::Planned(70, Load::over(1))),
        item("openspread", "the same for spread", What::Planned(70, Load::over(1_000))),
    ],
    ratios: &[
        ratio("av / p: company over one transaction each, tokens verified", |r| r.rates("av", "p"), 1.5, 2.3),
        ratio("a / p: the same, tokens remembered", |r| r.rates("a", "p"), 2.5, 3.5),
        ratio("a256 / p: the same, 256 callers", |r| r.rates("a256", "p"), 3.0, 4.5),
        ratio("a / b: stored over not stored", |r| r.rates("a", "b"), 0.4, 0.6),
        ratio("av / bv: the same, tokens verified", |r| r.rates("av", "bv"), 0.4, 0.6),
        ratio("hot / pc: a meeting with a capacity over a counter row", |r| r.rates("hot", "pc"), 12.0, 18.0),
        ratio(
            "a1 / p1: p50 alone (less is better)",
            |r| Some(r.find("a1")?.p50 / r.find("p1")?.p50),
            1.5,
            0.9,
        ),
        ratio("a / p: p99 (less is better)", |r| Some(r.find("a")?.p99 / r.find("p")?.p99), 0.8, 0.4),
        ratio("av / p: p99 (less is better)", |r| Some(r.find("av")?.p99 / r.find("p")?.p99), 0.8, 0.4),
        Ratio { name: "spread / hot", of: |r| r.rates("spread", "hot"), aim: None },
    ],
    // Measured on 2026-11-20 on two cores and 24 GiB, load and program sharing them.
    others: &[
        Other {
            name: "pretix 2026.8 (PostgreSQL, Redis, gunicorn): a free order with two answers, 8 callers",
            sign: "a8",
            per_second: 13.6,
            floor: 500.0,
            target: 800.0,
        },
        Other {
            name: "the same, 32 callers",
            sign: "a32",
            per_second: 15.0,
            floor: 1_000.0,
            target: 1_500.0,
        },
        Other {
            name: "prism 5, a mock of this operation that stores nothing, 64 callers",
            sign: "a",
            per_second: 3_270.0,
            floor: 4.0,
            target: 8.0,
        },
    ],
};

/// On either engine.
pub(super) const MANY: Programme = Programme {
    items: &[
        item("e1", "enrolments one by one, 1 caller", What::Http(Load::of(1))),
        item("e", "enrolments one by one", What::Http(Load::STORE)),
        item("h1", "100 in a request, 1 caller", What::Http(Load::of(1).sent(Sent::Rows(100)))),
        item("h", "100 in a request", What::Http(Load::STORE.sent(Sent::Rows(100)))),
        item("t1", "1,000 in a request, 1 caller", What::Http(Load::of(1).sent(Sent::Rows(1_000)))),
        item("b1", "a `$batch` of 20, 1 caller", What::Http(Load::of(1).sent(Sent::Batch(20)))),
        item("b", "a `$batch` of 20", What::Http(Load::STORE.sent(Sent::Batch(20)))),
        reading("start", Reading::Start),
        reading("middle", Reading::Middle),
        reading("address", Reading::Address),
        reading("name", Reading::Name),
        reading("count", Reading::Count),
        reading("one", Reading::One),
    ],
    last: &[],
    ratios: &[
        ratio("h1 / e1: 100 in a request over one by one, 1 caller", |r| r.rates("h1", "e1"), 5.0, 5.0),
        ratio("t1 / e1: 1,000 in a request over one by one, 1 caller", |r| r.rates("t1", "e1"), 5.0, 5.0),
        Ratio { name: "h / e: 100 in a request over one by one", of: |r| r.rates("h", "e"), aim: None },
        Ratio {
            name: "b1 / e1: a `$batch` of 20 over one by one, 1 caller",
            of: |r| r.rates("b1", "e1"),
            aim: None,
        },
        Ratio { name: "b / e: a `$batch` of 20 over one by one", of: |r| r.rates("b", "e"), aim: None },
    ],
    others: &[],
};

impl Programme {
    /// Everything, as it is listed.
    pub(super) fn all(&self) -> impl Iterator<Item = &'static Item> {
        self.items.iter().chain(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::super::round::Sample;
    use super::*;

    #[test]
    fn every_figure_that_is_judged_is_measured() {
        for programme in [SQLITE, POSTGRES, MANY] {
            let round = Round(programme.all().map(|item| Sample::example(item.sign, 1.0)).collect());

            for ratio in programme.ratios {
                assert!((ratio.of)(&round).is_some(), "{}", ratio.name);
                assert_eq!((ratio.of)(&Round(Vec::new())), None, "{}", ratio.name);
            }
            for other in programme.others {
                assert!(round.find(other.sign).is_some(), "{}", other.name);
            }
        }
    }

    #[test]
    fn what_arrives_by_plan_goes_by_the_rate_of_that_load_alone() {
        let planned = POSTGRES.last.iter().map(|item| {
            let What::Planned(_, load) = item.what else { panic!("{}", item.sign) };
            let alike = POSTGRES.items.iter().filter(|item| item.is_of(load)).map(|item| item.sign);
            (item.sign, alike.collect::<Vec<_>>().join(" "))
        });

        let wanted = [
            ("open", "a a1 a8 a32 a256 a512"),
            ("openhot", "hot hot1 hot8 hot512"),
            ("openspread", "spread spread1 spread8 spread512"),
        ];
        assert_eq!(planned.collect::<Vec<_>>(), wanted.map(|(sign, alike)| (sign, alike.to_owned())));
    }

    #[test]
    fn every_measurement_has_a_sign_of_its_own() {
        for programme in [SQLITE, POSTGRES, MANY] {
            let signs: std::collections::HashSet<_> = programme.all().map(|item| item.sign).collect();

            assert_eq!(signs.len(), programme.all().count());
        }
    }
}
