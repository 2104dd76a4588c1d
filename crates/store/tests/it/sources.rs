//! Finds the SQL in the store's own sources: every string that begins like a statement.

use std::fs;
use std::path::{Path, PathBuf};

/// Tables whose rows live in a slot; they are also the ones that grow with use.
pub const SLOTTED: [&str; 20] = [
    "meeting",
    "registration",
    "question",
    "roster",
    "registrant",
    "outbox",
    "mailing",
    "waiting",
    "event",
    "idempotency",
    "attendance",
    "entry",
    "mail_allowance",
    "mail_quota",
    "suppression",
    "feed",
    "change",
    "subscription",
    "delivery",
    "organizer_meeting",
];

/// Statements that name no slot, and why they may. Of a database that is spread over nodes they ask every node, or they
/// are not sent to it.
pub const WITHOUT_SLOT: &[(&str, &str)] = &[
    ("outbox: DUE_SLOTS_OF_NODES", "the same question, asked of every node of Citus"),
    ("idempotency: EXPIRED_SLOTS_OF_NODES", "the same question, asked of every node of Citus"),
    ("allowance: EXPIRED_SLOTS_OF_NODES", "the same question, asked of every node of Citus"),
    ("mailing: DUE_SLOTS_OF_NODES", "the same question, asked of every node of Citus"),
    ("waiting: DUE_SLOTS_OF_NODES", "the same question, asked of every node of Citus"),
    (
        "waiting: DUE_SLOTS",
        "it finds out which slots have offers that are over; only workers ask, and never for the rows",
    ),
    (
        "mailing: DUE_SLOTS",
        "it finds out which slots have mailings; only workers ask, and never for the rows",
    ),
    ("at_once: SEAT", "each of its rows has its slot; Citus is not asked so"),
    ("at_once: LIST", "the row of its party has the slot; SQLite alone is asked so"),
    ("outbox: DUE_SLOTS", "it finds out which slots have work; only workers ask, and never for the rows"),
    (
        "idempotency: EXPIRED_SLOTS",
        "it finds out which slots have old keys; a chore asks, and never for the rows",
    ),
    (
        "allowance: EXPIRED_SLOTS",
        "it finds out which slots have old rows; a chore asks, and never for the rows",
    ),
    ("gather: WAITING_SLOTS", "it finds out which slots have work; only workers ask, and never for the rows"),
    ("gather: WAITING_SLOTS_BY_INDEX", "the same question, in the words of SQLite"),
    ("gather: WAITING_SLOTS_OF_NODES", "the same question, asked of every node of Citus"),
    ("gather: GROWN", "it finds out which lists have grown that somebody subscribed to; only workers ask"),
    (
        "delivering: DUE",
        "it finds out who is to be told; only workers ask, of a table that is small by its limits",
    ),
    ("subscription: LIST", "by whose they are, wherever they live; a table that is small by its limits"),
    ("subscription: COUNT", "by whose they are, wherever they live; a table that is small by its limits"),
    ("forgetting: FEEDS", "a chore looks through what is kept, every ten minutes"),
    ("forgetting: SUBSCRIPTIONS", "a chore looks through what is kept, every ten minutes"),
    ("suppressing: LIST", "an operator asks which addresses get no letters, now and then"),
    ("outbox: BACKLOG", "one figure for the operator over everything, asked every few seconds at most"),
];

/// A statement as it stands in the source, on one line; what `format!` fills in is still open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// File, and the constant or function it stands in.
    pub place: String,
    pub text: String,
}

/// Every statement of `crates/store/src` that the service runs. A move reads every row of every table, by texts made
/// from the catalogue.
pub fn of_the_store() -> Vec<Statement> {
    in_the_store(statements)
}

/// Every text of the same sources: statements of any kind, parts of statements, and whatever is no SQL.
pub fn texts_of_the_store() -> Vec<Statement> {
    in_the_store(texts)
}

fn in_the_store(find: fn(&str, &str) -> Vec<Statement>) -> Vec<Statement> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = files_below(&folder);
    files.retain(|file| !file.file_name().unwrap().to_string_lossy().starts_with("moving"));
    files.sort();
    let read = |file: &PathBuf| {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let source = fs::read_to_string(file).unwrap();
        // The columns that several statements share stand in a constant.
        let columns = |of: &str| {
            let constant = source.split_once(&format!("const {of}: &str ="));
            constant.and_then(|(_, rest)| rest.split('"').nth(1)).unwrap_or_default()
        };
        let source =
            source.replace("{REGISTRANT}", columns("REGISTRANT")).replace("{KEYED}", columns("KEYED"));
        let source = source.replace("{seen}", columns("SEEN")).replace("{person}", columns("PERSON"));
        let source = source.replace("{open}", columns("OPEN"));
        find(&name, &source.replace("{columns}", columns("REGISTRANT")))
    };
    files.iter().flat_map(read).collect()
}

/// The files of a folder and those in it; a file is its own.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    if folder.is_file() {
        return vec![folder.to_owned()];
    }
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

impl Statement {
    /// Whether it belongs to the audit, which an operator asks for: it reads everything, and names no slot.
    pub fn is_of_the_audit(&self) -> bool {
        self.place.starts_with("audit: ")
    }

    /// Whether it may leave open which slot it means.
    pub fn may_name_no_slot(&self) -> bool {
        WITHOUT_SLOT.iter().any(|(place, _)| *place == self.place) || self.is_of_the_audit()
    }
}

/// The steps of the schema of either engine: file, and text without comments.
pub fn steps() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut steps = Vec::new();
    for engine in fs::read_dir(folder).unwrap() {
        for file in fs::read_dir(engine.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            let text = fs::read_to_string(&file).unwrap();
            let lines = text.lines().map(|line| line.split("--").next().unwrap_or_default());
            steps.push((file.display().to_string(), lines.collect::<Vec<_>>().join(" ")));
        }
    }
    steps
}

/// The statements in one source text.
pub fn statements(file: &str, source: &str) -> Vec<Statement> {
    let complete = |found: Statement| Some(Statement { text: as_statement(&found.text)?, ..found });
    texts(file, source).into_iter().filter_map(complete).collect()
}

/// Every text between quotes in one source text.
pub fn texts(file: &str, source: &str) -> Vec<Statement> {
    // Tests at the end of a file run no SQL of the service.
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut owner = String::new();
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if next == '"' {
            let (literal, after) = literal(&rest[1..]);
            let text = literal.split_whitespace().collect::<Vec<_>>().join(" ");
            found.push(Statement { place: format!("{file}: {owner}"), text });
            rest = after;
        } else if next == '\'' {
            rest = after_char(rest);
        } else if next.is_alphabetic() {
            let end =
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if matches!(word, "const" | "static" | "fn") {
                let name =
                    after.trim_start().split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                owner = name.into_iter().next().unwrap_or_default().to_owned();
            }
            rest = after;
        } else {
            rest = &rest[next.len_utf8()..];
        }
    }
    found
}

/// What stands before the closing quote, and what comes after it. The store writes no raw strings.
fn literal(source: &str) -> (String, &str) {
    let mut text = String::new();
    let mut letters = source.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, &source[at + 1..]),
            '\\' => {
                // Whatever is escaped separates words at most.
                letters.next();
                text.push(' ');
            }
            _ => text.push(letter),
        }
    }
    (text, "")
}

/// Past a character, or past the tick of a lifetime.
fn after_char(source: &str) -> &str {
    let mut letters = source.chars().skip(1);
    let length = match (letters.next(), letters.next(), letters.next()) {
        (Some('\\'), Some(escaped), Some('\'')) => 3 + escaped.len_utf8(),
        (Some(letter), Some('\''), _) => 2 + letter.len_utf8(),
        _ => 1,
    };
    &source[length..]
}

/// A statement, or the target of a statement for many rows (`table (column, …)`), which is completed here.
fn as_statement(text: &str) -> Option<String> {
    let first = text.split(' ').next().unwrap_or_default();
    // A word alone is none, and an insert whose table is still open stands where its table does.
    if text == first || text.ends_with(" INTO") || text.starts_with("INSERT INTO {") {
        return None;
    }
    if matches!(first, "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "WITH") {
        return Some(text.to_owned());
    }
    let is_table =
        !first.is_empty() && first.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    (is_table && text[first.len()..].starts_with(" (") && text.ends_with(')'))
        .then(|| format!("INSERT INTO {text} VALUES {{rows}}"))
}

#[test]
fn statements_are_found_wherever_they_stand() {
    let source = r##"
        // "SELECT comment"
        const LOOK: &str = "SELECT a
            FROM b";
        fn f<'a>(x: &'a str) -> char { let q = '"'; q }
        async fn run() {
            query("UPDATE c SET d = 1"); format!("DELETE FROM e WHERE {}", 1);
            error("SELECTED nothing"); insert_rows("registrant (slot, id)", 2, 2);
        }
        #[cfg(test)] mod tests { const T: &str = "SELECT test"; }
    "##;

    let found: Vec<_> =
        statements("file", source).into_iter().map(|found| (found.place, found.text)).collect();

    let expected = [
        ("file: LOOK", "SELECT a FROM b"),
        ("file: run", "UPDATE c SET d = 1"),
        ("file: run", "DELETE FROM e WHERE {}"),
        ("file: run", "INSERT INTO registrant (slot, id) VALUES {rows}"),
    ];
    assert_eq!(found, expected.map(|(place, text)| (place.to_owned(), text.to_owned())));
}
