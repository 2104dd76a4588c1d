//! Cells that a spreadsheet would take for a formula, made harmless and restored. The rule is of OWASP, "CSV Injection":
//! cells that begin with `=`, `+`, `-`, `@`, a tab or an end of line, and their full-width forms, get an apostrophe before
//! them. So that nothing is lost, a cell that has apostrophes before such a character gets one more.

use std::borrow::Cow;

/// The cell as it is written.
pub(super) fn guard(cell: &str) -> Cow<'_, str> {
    if is_dangerous(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell as it was before it was written; any other cell as it is.
pub fn restore(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_dangerous(rest)).unwrap_or(cell)
}

/// Whether it is one that is guarded, or looks like one that was.
fn is_dangerous(cell: &str) -> bool {
    let first = cell.trim_start_matches('\'').chars().next();
    first.is_some_and(|first| {
        matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_a_formula_is_guarded_and_comes_back() {
        for dangerous in
            ["=1+1", "+44 20", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''@x", "=", "-"]
        {
            let guarded = guard(dangerous);

            assert!(guarded.starts_with('\''), "{dangerous:?}");
            assert_ne!(guarded, dangerous);
            assert_eq!(restore(&guarded), dangerous);
        }
        for harmless in ["", "Odile", "'twas", "''", "1-1", " =1", "o'=1"] {
            assert_eq!(guard(harmless), harmless);
            assert_eq!(restore(harmless), harmless);
        }
    }
}
