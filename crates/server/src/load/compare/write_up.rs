//! What the comparison prints.

use std::fmt;

use super::programme::{Item, Ratio, What};
use super::round::{Footprint, Round, Sample};
use super::table::Table;
use super::{Bench, Comparison};
use crate::clock::Clock;
use crate::load::machine;
use crate::load::stats::median;

/// Above this, other processes took part in what was measured.
const QUIET_CORES: f64 = 0.25;

/// All samples by round, and how they came about.
pub(super) struct WriteUp<'a> {
    pub(super) bench: &'a Bench<'a>,
    pub(super) rounds: &'a [Round],
}

impl fmt::Display for WriteUp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_setting(f)?;
        self.write_table(f, "Medians of all rounds", &self.medians())?;
        self.write_table(f, "Ratios within each round, and their medians", &self.ratios())?;
        self.write_table(f, "Beside others, who were measured once and apart", &self.others())?;
        self.write_table(f, "Memory and start", &self.footprints())?;
        self.write_table(f, "Every round, in the order measured", &self.every())?;
        self.write_warnings(f)
    }
}

impl WriteUp<'_> {
    fn write_setting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Comparison { rounds, length, callers, markdown, registrants, .. } = self.bench.comparison;
        let words: Vec<String> = std::env::args().skip(1).map(nameless).collect();
        let command = format!("usher {}", words.join(" "));
        let command = if *markdown { format!("`{command}`") } else { command };
        let date = Clock::System.now().strftime("%F").to_string();
        let leaves_callers_open = self.bench.programme.all().any(Item::leaves_callers_open);
        let callers = if leaves_callers_open { format!(", {callers} callers") } else { String::new() };
        let has_list = self.bench.programme.all().any(|item| matches!(item.what, What::Reading(_)));
        let list = if has_list { format!(", lists of {registrants}") } else { String::new() };
        let seconds = length.as_secs_f64();
        writeln!(f, "{command}, {date}; {rounds} rounds of {seconds} s each{callers}{list}.")?;
        let disk = self.file_system().unwrap_or_else(|| "an unknown disk".to_owned());
        writeln!(f, "{}; databases on {disk}; server and load share the cores.", machine::describe())?;
        if let Some(cluster) = &self.bench.cluster {
            writeln!(f, "{}.", cluster.settings.text)?;
        }
        writeln!(f)
    }

    /// That of the databases.
    fn file_system(&self) -> Option<String> {
        match &self.bench.cluster {
            Some(cluster) => {
                cluster.settings.folder.as_ref().and_then(|folder| machine::file_system(folder.as_ref()))
            }
            None => machine::file_system(&self.bench.comparison.folder),
        }
    }

    fn write_table(&self, f: &mut fmt::Formatter<'_>, title: &str, table: &Table) -> fmt::Result {
        if table.is_empty() {
            Ok(())
        } else if self.bench.comparison.markdown {
            writeln!(f, "### {title}\n\n{table:#}")
        } else {
            writeln!(f, "{title}\n{table}")
        }
    }

    fn medians(&self) -> Table {
        let mut table =
            Table::new(["what", "per second", "p50 ms", "p99 ms", "p99.9 ms", self.cpu_head(), "errors"]);
        for item in self.measured() {
            let of = |figure: fn(&Sample) -> f64| median(self.of(item.sign).map(figure));
            let optional = |figure: fn(&Sample) -> Option<f64>| {
                Some(median(self.of(item.sign).filter_map(figure))).filter(|median| !median.is_nan())
            };
            table.row([
                format!("{}: {}", item.sign, item.name),
                format!("{:.0}", of(|sample| sample.rate)),
                format!("{:.2}", of(|sample| sample.p50)),
                format!("{:.2}", of(|sample| sample.p99)),
                format!("{:.2}", of(|sample| sample.p999)),
                self.cpu(optional(|sample| sample.cpu_micros), optional(|sample| sample.database_micros)),
                self.of(item.sign).map(|sample| sample.failures).sum::<u64>().to_string(),
            ]);
        }
        table
    }

    fn cpu_head(&self) -> &'static str {
        if self.bench.cluster.is_some() { "CPU µs each, server + database" } else { "server CPU µs each" }
    }

    fn cpu(&self, server: Option<f64>, database: Option<f64>) -> String {
        let [server, database] =
            [server, database].map(|micros| micros.map_or("-".to_owned(), |micros| format!("{micros:.1}")));
        if self.bench.cluster.is_some() { format!("{server} + {database}") } else { server }
    }

    fn ratios(&self) -> Table {
        let mut table = Table::new(["ratio", "median", "each round", "floor", "target"]);
        for Ratio { name, of, aim } in self.bench.programme.ratios {
            let found: Vec<f64> = self.rounds.iter().filter_map(of).collect();
            if found.is_empty() {
                continue;
            }
            let each: Vec<String> = found.iter().map(|ratio| format!("{ratio:.2}")).collect();
            let middle = format!("{:.2}", median(found));
            let [floor, target] = match aim {
                Some((floor, target)) => [floor, target].map(f64::to_string),
                None => ["-", "-"].map(str::to_owned),
            };
            table.row([(*name).to_owned(), middle, each.join(" "), floor, target]);
        }
        table
    }

    fn others(&self) -> Table {
        let mut table = Table::new(["what", "theirs per second", "ours", "ours / theirs", "floor", "target"]);
        for other in self.bench.programme.others {
            let ours = median(self.of(other.sign).map(|sample| sample.rate));
            if ours.is_nan() {
                continue;
            }
            table.row([
                other.name.to_owned(),
                other.per_second.to_string(),
                format!("{}: {ours:.0}", other.sign),
                format!("{:.1}", ours / other.per_second),
                other.floor.to_string(),
                other.target.to_string(),
            ]);
        }
        table
    }

    fn footprints(&self) -> Table {
        let of = |figure: fn(Footprint) -> f64| {
            let found: Vec<f64> = self.of("a").filter_map(|sample| sample.footprint.map(figure)).collect();
            (median(found.iter().copied()), found.into_iter().fold(0.0, f64::max))
        };
        let mut table = Table::new(["the server of a", "median", "highest", "floor", "target"]);
        if self.of("a").next().is_none() {
            return table;
        }
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

    fn every(&self) -> Table {
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
        for (number, round) in self.rounds.iter().enumerate() {
            for sample in &round.0 {
                table.row([
                    (number + 1).to_string(),
                    sample.sign.to_owned(),
                    format!("{:.0}", sample.rate),
                    format!("{:.2}", sample.p50),
                    format!("{:.2}", sample.p99),
                    format!("{:.2}", sample.p999),
                    format!("{:.2}", sample.max),
                    self.cpu(sample.cpu_micros, sample.database_micros),
                    format!("{:.2}", sample.strangers),
                ]);
            }
        }
        table
    }

    fn write_warnings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let samples = || self.rounds.iter().flat_map(|round| &round.0);
        let loud = samples().filter(|sample| sample.strangers > QUIET_CORES).count();
        let all = samples().count();
        if loud > 0 {
            writeln!(
                f,
                "Not quiet: in {loud} of {all} measurements other processes kept more than a quarter of a core busy."
            )?;
        }
        if samples().any(|sample| sample.failures > 0) {
            writeln!(
                f,
                "Requests failed, or people were refused: the rates count only those that were not."
            )?;
        }
        if self.file_system().as_deref() == Some("tmpfs") {
            writeln!(
                f,
                "The databases were in memory (tmpfs): nothing was on disk. Choose another folder with --data."
            )?;
        }
        if self.bench.cluster.as_ref().is_some_and(|cluster| !cluster.settings.is_durable) {
            writeln!(f, "This server answers before the disk has anything: the figures mean nothing.")?;
        }
        if cfg!(debug_assertions) {
            writeln!(f, "This is a debug build: the figures mean nothing. Build with --release.")?;
        }
        Ok(())
    }

    /// What there is a figure of.
    fn measured(&self) -> impl Iterator<Item = &'static Item> {
        self.bench.programme.all().filter(|item| self.of(item.sign).next().is_some())
    }

    fn of(&self, sign: &str) -> impl Iterator<Item = &Sample> {
        self.rounds.iter().filter_map(move |round| round.find(sign))
    }
}

/// A word of the command line, without whose database it was.
fn nameless(word: String) -> String {
    match word.find("postgres://").or_else(|| word.find("postgresql://")) {
        Some(start) => format!("{}postgres://…", &word[..start]),
        None => word,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::super::{Subject, programme};
    use super::*;

    fn comparison() -> Comparison {
        Comparison {
            rounds: 3,
            length: Duration::from_secs(1),
            callers: 1,
            folder: PathBuf::from("/proc"),
            markdown: false,
            database: None,
            only: Vec::new(),
            subject: Subject::Enrolments,
            registrants: 0,
        }
    }

    #[test]
    fn ratios_are_taken_within_a_round_and_their_median_is_printed() {
        let sample = Sample::example;
        let round = |store, ceiling| {
            Round(vec![sample("b", ceiling), sample("a", store), sample("o", store), sample("c", 100.0)])
        };
        // The medians of the rates would say 200 over 400.
        let rounds = [round(100.0, 400.0), round(200.0, 250.0), round(800.0, 1_000.0)];
        let comparison = comparison();
        let bench = Bench { comparison: &comparison, programme: &programme::SQLITE, cluster: None };

        let text = WriteUp { bench: &bench, rounds: &rounds }.to_string();

        let line =
            |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
        let words =
            |start: &str| line(start).split("  ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        let cells =
            |start: &str| words(start).into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>();
        assert_eq!(cells("a / b")[1..], ["0.80", "0.25 0.80 0.80", "-", "-"], "{text}");
        assert_eq!(cells("o / b")[1..], ["0.80", "0.25 0.80 0.80", "0.5", "0.65"], "{text}");
        assert_eq!(cells("a / c:")[1..], ["2.00", "1.00 2.00 8.00", "4", "6"]);
        assert_eq!(cells("a: p99")[1], "2.50");
        assert!(text.contains("in 12 of 12 measurements other processes"), "{text}");
    }
}
