//! Tables, for a terminal and for a page.

use std::fmt;

/// Rows of cells below a head. `{}` aligns it for a terminal, `{:#}` writes Markdown.
pub(in crate::load) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with its head.
    pub(in crate::load) fn new<const N: usize>(head: [&str; N]) -> Self {
        Self { rows: vec![head.map(str::to_owned).to_vec()] }
    }

    /// Whether there is a head alone.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }

    /// Adds a row.
    pub(in crate::load) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |n: usize| self.rows.iter().map(|row| row[n].chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, row) in self.rows.iter().enumerate() {
            if f.alternate() {
                writeln!(f, "| {} |", row.join(" | "))?;
            } else {
                let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
                writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
            }
            if number == 0 && f.alternate() {
                writeln!(f, "|{}", "---|".repeat(columns))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_in_a_terminal_and_marked_up_on_a_page() {
        let mut table = Table::new(["what", "µs"]);
        table.row(["a longer name".to_owned(), "7".to_owned()]);

        assert_eq!(table.to_string(), "what           µs\na longer name  7\n");
        assert_eq!(format!("{table:#}"), "| what | µs |\n|---|---|\n| a longer name | 7 |\n");
    }
}
