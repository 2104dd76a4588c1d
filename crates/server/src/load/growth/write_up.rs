//! What the growth prints.

use std::fmt;

use super::ask::What;
use super::{Growth, Step};
use crate::clock::Clock;
use crate::load::compare::table::Table;
use crate::load::machine;
use crate::load::reading::Reading;

/// The most that a request at any size may take of what it takes at the first, and what is aimed at.
const FLOOR: f64 = 1.3;
const TARGET: f64 = 1.1;
/// Memory of the server in megabytes, in the same sense.
const MEMORY_FLOOR: f64 = 100.0;
const MEMORY_TARGET: f64 = 60.0;

/// All steps, and how they came about.
pub(super) struct WriteUp<'a> {
    pub(super) growth: &'a Growth,
    pub(super) steps: &'a [Step],
}

impl fmt::Display for WriteUp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Growth { asks, folder, database, markdown, .. } = self.growth;
        let date = Clock::System.now().strftime("%F").to_string();
        let home = match database {
            Some(_) => "PostgreSQL, as durable as its settings say".to_owned(),
            None => {
                format!("SQLite on {}", machine::file_system(folder).unwrap_or_else(|| "unknown".to_owned()))
            }
        };
        writeln!(
            f,
            "usher load --growth, {date}; one caller, each request {asks} times at each size, in turn."
        )?;
        writeln!(f, "{}; {home}; server, database and load share the cores.\n", machine::describe())?;
        let sizes = self.join(" / ", |step| step.size.to_string());
        let title = format!("One meeting with {sizes} registrants");
        if *markdown {
            writeln!(f, "### {title}\n\n{:#}", self.table())
        } else {
            writeln!(f, "{title}\n{}", self.table())
        }
    }
}

impl WriteUp<'_> {
    fn table(&self) -> Table {
        let mut table = Table::new(["what", "at each size", "÷ the first", "floor", "target"]);
        for (n, what) in What::ALL.into_iter().enumerate() {
            let medians: Vec<f64> = self.steps.iter().map(|step| step.samples[n].percentile(500)).collect();
            let first = medians.first().copied().unwrap_or(f64::NAN);
            let ratios = medians.iter().skip(1).map(|median| format!("{:.2}", median / first));
            let (floor, target) = match what {
                What::Reading(Reading::Reference) => ("-".to_owned(), "-".to_owned()),
                _ => (FLOOR.to_string(), TARGET.to_string()),
            };
            table.row([
                format!("{}, median ms", what.name()),
                medians.iter().map(|median| format!("{median:.3}")).collect::<Vec<_>>().join(" / "),
                ratios.collect::<Vec<_>>().join(" / "),
                floor,
                target,
            ]);
        }
        table.row([
            "resident memory of the server, MB".to_owned(),
            self.join(" / ", |step| format!("{:.0}", step.resident)),
            "-".to_owned(),
            MEMORY_FLOOR.to_string(),
            MEMORY_TARGET.to_string(),
        ]);
        table.row([
            "filled, registrants a second".to_owned(),
            self.join(" / ", |step| format!("{:.0}", step.fill_rate)),
            "-".to_owned(),
            "-".to_owned(),
            "-".to_owned(),
        ]);
        table
    }

    fn join(&self, between: &str, figure: impl Fn(&Step) -> String) -> String {
        self.steps.iter().map(figure).collect::<Vec<_>>().join(between)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::stats::Latencies;

    fn step(size: u64, micros: u32) -> Step {
        let samples = What::ALL.map(|_| Latencies::of(vec![micros, micros, 9_999_999])).into();
        Step { size, fill_rate: 1_000.4, samples, resident: 40.2 }
    }

    #[test]
    fn each_size_is_held_against_the_first() {
        let growth = Growth {
            sizes: vec![200, 400],
            asks: 3,
            folder: std::env::temp_dir(),
            database: None,
            markdown: true,
        };
        let steps = [step(200, 2_000), step(400, 3_000), step(800, 2_200)];

        let text = WriteUp { growth: &growth, steps: &steps }.to_string();

        assert!(text.contains("### One meeting with 200 / 400 / 800 registrants"), "{text}");
        let count = "| the count, median ms | 2.000 / 3.000 / 2.200 | 1.50 / 1.10 | 1.3 | 1.1 |";
        assert!(text.contains(count), "{text}");
        assert!(
            text.contains("| resident memory of the server, MB | 40 / 40 / 40 | - | 100 | 60 |"),
            "{text}"
        );
    }
}
