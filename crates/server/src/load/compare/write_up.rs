//! What the comparison prints.

use std::fmt;

use super::Comparison;
use super::round::{Footprint, Sample, What};
use super::table::Table;
use crate::clock::Clock;
use crate::load::bench_server::Mode;
use crate::load::machine;
use crate::load::naive::Naive;
use crate::load::stats::median;

const STORE: What = What::Http(Mode::Store);
const CEILING: What = What::Http(Mode::Ceiling);
const TWO_ROWS: What = What::Direct(Naive::TwoRows);
const EVERYTHING: What = What::Direct(Naive::Everything);

/// Above this, other processes took part in what was measured.
const QUIET_CORES: f64 = 0.25;

/// All samples by round, and how they came about.
pub(super) struct WriteUp<'a> {
    pub(super) comparison: &'a Comparison,
    pub(super) samples: &'a [Vec<Sample>],
}

/// Its name, how it is found in a round, floor and target.
type Ratio = (&'static str, fn(&[Sample]) -> Option<f64>, f64, f64);

const RATIOS: [Ratio; 4] = [
    ("a / c: company over two rows, one transaction each", |round| over(round, TWO_ROWS), 4.0, 6.0),
    ("a / c': company over everything, one transaction each", |round| over(round, EVERYTHING), 4.0, 6.0),
    ("a / b: on disk over not stored", |round| over(round, CEILING), 0.5, 0.65),
    (
        "a: p99 / p50 (less is better)",
        |round| find(round, STORE).map(|sample| sample.p99 / sample.p50),
        6.0,
        3.0,
    ),
];

impl fmt::Display for WriteUp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_setting(f)?;
        self.write_table(f, "Medians of all rounds", &self.medians())?;
        self.write_table(f, "Ratios within each round, and their medians", &self.ratios())?;
        self.write_table(f, "Memory and start", &self.footprints())?;
        self.write_table(f, "Every round, in the order measured", &self.rounds())?;
        self.write_warnings(f)
    }
}

impl WriteUp<'_> {
    fn write_setting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Comparison { rounds, length, callers, folder, markdown } = self.comparison;
        let words: Vec<String> = std::env::args().skip(1).collect();
        let command = format!("usher {}", words.join(" "));
        let command = if *markdown { format!("`{command}`") } else { command };
        let disk = machine::file_system(folder).unwrap_or_else(|| "unknown".to_owned());
        let date = Clock::System.now().strftime("%F").to_string();
        let seconds = length.as_secs_f64();
        writeln!(f, "{command}, {date}; {rounds} rounds of {seconds} s each, {callers} callers.")?;
        writeln!(f, "{}; databases on {disk}; server and load share the cores.\n", machine::describe())
    }

    fn write_table(&self, f: &mut fmt::Formatter<'_>, title: &str, table: &Table) -> fmt::Result {
        if self.comparison.markdown {
            writeln!(f, "### {title}\n\n{table:#}")
        } else {
            writeln!(f, "{title}\n{table}")
        }
    }

    fn medians(&self) -> Table {
        let mut table = Table::new([
            "what",
            "per second",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "server CPU µs each",
            "errors",
        ]);
        for what in What::ALL {
            let of = |figure: fn(&Sample) -> f64| median(self.of(what).map(figure));
            let cpu = median(self.of(what).filter_map(|sample| sample.cpu_micros));
            table.row([
                what.name().to_owned(),
                format!("{:.0}", of(|sample| sample.rate)),
                format!("{:.2}", of(|sample| sample.p50)),
                format!("{:.2}", of(|sample| sample.p99)),
                format!("{:.2}", of(|sample| sample.p999)),
                if cpu.is_nan() { "-".to_owned() } else { format!("{cpu:.1}") },
                self.of(what).map(|sample| sample.failures).sum::<u64>().to_string(),
            ]);
        }
        table
    }

    fn ratios(&self) -> Table {
        let mut table = Table::new(["ratio", "median", "each round", "floor", "target"]);
        for (name, ratio, floor, target) in RATIOS {
            let found: Vec<f64> = self.samples.iter().filter_map(|round| ratio(round)).collect();
            let each: Vec<String> = found.iter().map(|ratio| format!("{ratio:.2}")).collect();
            let middle = format!("{:.2}", median(found));
            table.row([name.to_owned(), middle, each.join(" "), floor.to_string(), target.to_string()]);
        }
        table
    }

    fn footprints(&self) -> Table {
        let of = |figure: fn(Footprint) -> f64| {
            let found: Vec<f64> = self.of(STORE).filter_map(|sample| sample.footprint.map(figure)).collect();
            (median(found.iter().copied()), found.into_iter().fold(0.0, f64::max))
        };
        let mut table = Table::new(["the server of a", "median", "highest", "floor", "target"]);
        let mut row = |name: &str, (middle, highest): (f64, f64), unit: &str, floor: &str, target: &str| {
            let [middle, highest] = [middle, highest].map(|figure| format!("{figure:.0} {unit}"));
            table.row([name.to_owned(), middle, highest, floor.to_owned(), target.to_owned()]);
        };
        row("resident at rest, after the start", of(|seen| seen.at_rest), "MB", "40", "25");
        row("resident under load", of(|seen| seen.under_load), "MB", "100", "60");
        row("resident after the load", of(|seen| seen.after), "MB", "100", "60");
        row("start to first answer", of(|seen| seen.first_answer.as_secs_f64() * 1e3), "ms", "500", "500");
        table
    }

    fn rounds(&self) -> Table {
        let head = [
            "round",
            "what",
            "per second",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "max ms",
            "CPU µs each",
            "others' cores",
        ];
        let mut table = Table::new(head);
        for (number, round) in self.samples.iter().enumerate() {
            for sample in round {
                table.row([
                    (number + 1).to_string(),
                    sample.what.name().split(':').next().unwrap_or_default().to_owned(),
                    format!("{:.0}", sample.rate),
                    format!("{:.2}", sample.p50),
                    format!("{:.2}", sample.p99),
                    format!("{:.2}", sample.p999),
                    format!("{:.2}", sample.max),
                    sample.cpu_micros.map_or("-".to_owned(), |micros| format!("{micros:.1}")),
                    format!("{:.2}", sample.strangers),
                ]);
            }
        }
        table
    }

    fn write_warnings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let loud = self.samples.iter().flatten().filter(|sample| sample.strangers > QUIET_CORES).count();
        let all = self.samples.iter().flatten().count();
        if loud > 0 {
            writeln!(
                f,
                "Not quiet: in {loud} of {all} measurements other processes kept more than a quarter of a core busy."
            )?;
        }
        if self.samples.iter().flatten().any(|sample| sample.failures > 0) {
            writeln!(f, "Requests failed: the rates count only those that did not.")?;
        }
        if machine::file_system(&self.comparison.folder).as_deref() == Some("tmpfs") {
            writeln!(
                f,
                "The databases were in memory (tmpfs): nothing was on disk. Choose another folder with --data."
            )?;
        }
        if cfg!(debug_assertions) {
            writeln!(f, "This is a debug build: the figures mean nothing. Build with --release.")?;
        }
        Ok(())
    }

    fn of(&self, what: What) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter_map(move |round| find(round, what))
    }
}

/// The rate of `a` over that of something else.
fn over(round: &[Sample], below: What) -> Option<f64> {
    Some(find(round, STORE)?.rate / find(round, below)?.rate)
}

fn find(round: &[Sample], what: What) -> Option<&Sample> {
    round.iter().find(|sample| sample.what == what)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;

    fn sample(what: What, rate: f64) -> Sample {
        Sample {
            what,
            rate,
            p50: 2.0,
            p99: 5.0,
            p999: 6.0,
            max: 7.0,
            failures: 0,
            cpu_micros: None,
            strangers: 0.3,
            footprint: None,
        }
    }

    #[test]
    fn ratios_are_taken_within_a_round_and_their_median_is_printed() {
        let round =
            |store, ceiling| vec![sample(CEILING, ceiling), sample(STORE, store), sample(TWO_ROWS, 100.0)];
        // The medians of the rates would say 200 over 400.
        let samples = [round(100.0, 400.0), round(200.0, 250.0), round(800.0, 1_000.0)];
        let length = Duration::from_secs(1);
        let folder = PathBuf::from("/proc");
        let comparison = Comparison { rounds: 3, length, callers: 1, folder, markdown: false };

        let text = WriteUp { comparison: &comparison, samples: &samples }.to_string();

        let line =
            |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
        let words =
            |start: &str| line(start).split("  ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        let cells =
            |start: &str| words(start).into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>();
        assert_eq!(cells("a / b")[1..], ["0.80", "0.25 0.80 0.80", "0.5", "0.65"], "{text}");
        assert_eq!(cells("a / c:")[1..], ["2.00", "1.00 2.00 8.00", "4", "6"]);
        assert_eq!(cells("a: p99")[1], "2.50");
        assert!(text.contains("in 9 of 9 measurements other processes"), "{text}");
    }
}
