//! What was seen, as tables that a document can hold.

use std::time::Duration;

use super::load::Recovery;
use super::plan::Plan;
use super::rounds::Seen;

/// How a run of one fault ended.
pub(super) enum Outcome {
    Ran(Box<Seen>),
    /// With the reason why this machine cannot do it.
    Skipped(String),
}

/// Everything about one fault.
pub(super) fn print_details(seen: &Seen) {
    let told = seen.crowd.knows();
    let statuses: Vec<String> =
        seen.crowd.answers().iter().map(|(status, count)| format!("{count} × {status}")).collect();
    let (whole, own) = times(&seen.recoveries);
    let figures = [
        ("rounds", seen.rounds.to_string()),
        ("answers by status", statuses.join(", ")),
        ("enrolments acknowledged", told.acknowledged.len().to_string()),
        ("cancellations acknowledged", told.cancel_acknowledged.len().to_string()),
        ("rows in the end", seen.listed.to_string()),
        ("lost", seen.rows.lost.len().to_string()),
        ("doubled", seen.rows.doubled.len().to_string()),
        ("cancellations lost", seen.rows.revived.len().to_string()),
        ("never asked for", seen.rows.unasked.len().to_string()),
        ("letters missing", seen.letters.missing.len().to_string()),
        ("of them still waiting", seen.letters.missing.len().min(seen.waiting as usize).to_string()),
        ("letters doubled", seen.letters.doubled.len().to_string()),
        ("letters never asked for", seen.letters.unasked.len().to_string()),
        ("same letter again (SMTP window)", seen.letters.again.to_string()),
        ("requests cut off by a fault", seen.cut_off.values().sum::<u64>().to_string()),
        ("seated and untold at SIGTERM", seen.dropped.len().to_string()),
        ("read and unanswered at SIGTERM", seen.abandoned.len().to_string()),
        ("fault to a place again, median", median(&whole)),
        ("fault to a place again, longest", longest(&whole)),
        ("Usher's part of it, longest", longest(&own)),
        ("SIGTERM under load to the end", millis(Some(seen.end))),
    ];
    println!();
    for (name, figure) in figures {
        println!("| {name:31} | {figure:>8} |");
    }
}

/// A line for each fault.
pub(super) fn print_summary(rows: &[(Plan, Outcome)]) {
    println!(
        "\n| engine, fault | rounds | acknowledged | lost | doubled | unasked | letters lost or twofold | 503 | recovery, median | longest | Usher's part, longest |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (plan, outcome) in rows {
        match outcome {
            Outcome::Skipped(reason) => println!("| {} | skipped: {reason} | | | | | | | | | |", plan.name()),
            Outcome::Ran(seen) => println!("| {} | {} |", plan.name(), cells(seen).join(" | ")),
        }
    }
}

fn cells(seen: &Seen) -> [String; 10] {
    let (whole, own) = times(&seen.recoveries);
    let letters =
        seen.letters.missing.len().saturating_sub(seen.waiting as usize) + seen.letters.doubled.len();
    [
        seen.rounds.to_string(),
        in_thousands(seen.crowd.acknowledged()),
        in_thousands(seen.rows.lost.len()),
        seen.rows.doubled.len().to_string(),
        (seen.rows.unasked.len() + seen.rows.revived.len()).to_string(),
        letters.to_string(),
        in_thousands(seen.crowd.answers().get(&503).copied().unwrap_or_default() as usize),
        median(&whole),
        longest(&whole),
        longest(&own),
    ]
}

/// Whole recoveries, and the service's own part of each.
fn times(recoveries: &[Recovery]) -> (Vec<Duration>, Vec<Duration>) {
    recoveries.iter().map(|recovery| (recovery.whole, recovery.own)).unzip()
}

fn median(times: &[Duration]) -> String {
    let mut times = times.to_vec();
    times.sort();
    millis(times.get(times.len() / 2).copied())
}

fn longest(times: &[Duration]) -> String {
    millis(times.iter().max().copied())
}

fn millis(time: Option<Duration>) -> String {
    time.map_or_else(|| "–".to_owned(), |time| format!("{} ms", in_thousands(time.as_millis() as usize)))
}

fn in_thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<String> =
        digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_in_a_document() {
        assert_eq!(["7", "999", "1,000", "1,234,567"], [7, 999, 1_000, 1_234_567].map(in_thousands));
        assert_eq!(median(&[]), "–");
        assert_eq!(median(&[3, 1, 2].map(Duration::from_millis)), "2 ms");
    }
}
