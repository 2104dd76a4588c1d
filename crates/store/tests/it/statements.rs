//! Rules for every SQL text, so that one schema runs on one machine and spread over shards alike.

use crate::sources::{
    SLOTTED, Statement, WITHOUT_SLOT, of_the_store, statements, steps, texts, texts_of_the_store,
};

/// Changes that compare rows with a list of rows, and why they may: Citus 14 on PostgreSQL 18 refuses such a one where it
/// comes unprepared.
const ROWS_COMPARED: &[(&str, &str)] =
    &[("idempotency: REMOVE_EXPIRED", "the driver prepares what it sends")];

/// What differs between engines, or takes time, chance or order from the database, or is held on one node of several
/// alone: wherever it stands, inside a word as well.
const BANNED: &[&str] = &[
    "NOW(",
    "CURRENT_TIMESTAMP",
    "CURRENT_TIME",
    "DATETIME(",
    "STRFTIME(",
    "RANDOM",
    "AUTOINCREMENT",
    "SERIAL",
    "SEQUENCE",
    "NEXTVAL",
    "TRIGGER",
    "ADVISORY",
    "NOTIFY",
    "SAVEPOINT",
    "ROWID =",
    "SELECT *",
    "$$",
];

/// The same where it is a word of its own, or several: `attempts`, `excluded` and `SKIP LOCKED` hold some of them and may
/// be said.
const BANNED_WORDS: &[&str] = &[
    "CURRENT_DATE",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "CLOCK_TIMESTAMP",
    "STATEMENT_TIMESTAMP",
    "TRANSACTION_TIMESTAMP",
    "JULIANDAY",
    "UNIXEPOCH",
    "CURRVAL",
    "LASTVAL",
    "SETVAL",
    "LAST_INSERT_ROWID",
    "CTID",
    "OID",
    "LISTEN",
    "UNLISTEN",
    "LOCK",
    "TEMP",
    "TEMPORARY",
    "DEFERRABLE",
    "INITIALLY DEFERRED",
    "SET CONSTRAINTS",
    "EXCLUDE",
    "INHERITS",
    "GENERATED",
    "XML",
    "LO_CREATE",
    "LO_IMPORT",
    "LO_FROM_BYTEA",
    "FUNCTION",
    "PROCEDURE",
    "CALL",
];

/// What is wrong with a statement.
fn faults(statement: &Statement) -> Vec<String> {
    let text = &statement.text;
    let mut faults = banned(&text.to_uppercase());
    let is_excepted = statement.may_name_no_slot();
    let named = slotted_tables(text);
    let without = without_slot(text);
    if !is_excepted && !without.is_empty() {
        faults.push(format!("{} without their slot", without.join(", ")));
    }
    if !is_excepted && !named.is_empty() && locks_rows(text) && !names_one_slot(text) {
        faults.push("locks rows of more than one slot".to_owned());
    }
    let compares_rows = text.contains(") IN (SELECT") || text.contains(") IN ( SELECT");
    let is_known = ROWS_COMPARED.iter().any(|(place, _)| *place == statement.place);
    if compares_rows && !text.starts_with("SELECT") && !is_known {
        faults.push("rows compared with a list of rows".to_owned());
    }
    if let Some((_, arbiter)) = text.split_once("ON CONFLICT (").filter(|_| !named.is_empty())
        && !(arbiter.starts_with("slot,") || arbiter.starts_with("organizer_slot,"))
    {
        faults.push("the arbiter does not begin with the slot".to_owned());
    }
    if changes_slot(text) {
        faults.push("moves rows to another slot".to_owned());
    }
    faults
}

/// What a text in capitals says and may not.
fn banned(text: &str) -> Vec<String> {
    let ends_word = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let words: Vec<&str> = text.split(ends_word).filter(|word| !word.is_empty()).collect();
    let words = format!(" {} ", words.join(" "));
    let anywhere = BANNED.iter().filter(|part| text.contains(**part));
    let alone = BANNED_WORDS.iter().filter(|word| words.contains(&format!(" {word} ")));
    anywhere.chain(alone).map(|word| format!("`{word}`")).collect()
}

/// Whether it gives a row another slot, which no database lets a row have once it is spread by it.
fn changes_slot(text: &str) -> bool {
    text.split(" SET ").skip(1).any(|rest| {
        let assigned = rest.split(" WHERE ").next().unwrap_or_default();
        assigned.match_indices("slot = ").any(|(at, _)| !assigned[..at].ends_with('.'))
    })
}

/// The tables of a slot that a statement reads or writes, as often as it names them, each with its short name.
fn named_tables(text: &str) -> Vec<(&str, Option<&str>)> {
    let words: Vec<&str> = text.split([' ', '(', ')', ',']).filter(|word| !word.is_empty()).collect();
    let named = |(at, pair): (usize, &[&'_ str])| {
        let is_table = matches!(pair[0], "FROM" | "INTO" | "UPDATE" | "JOIN") && SLOTTED.contains(&pair[1]);
        let next = words.get(at + 2).copied();
        let is_name =
            |word: &&str| pair[0] != "INTO" && word.chars().all(|letter| letter.is_ascii_lowercase());
        is_table.then_some((at + 1, next.filter(is_name)))
    };
    let found: Vec<(usize, Option<&str>)> = words.windows(2).enumerate().filter_map(named).collect();
    found.into_iter().map(|(at, name)| (words[at], name)).collect()
}

fn slotted_tables(text: &str) -> Vec<&str> {
    named_tables(text).into_iter().map(|(table, _)| table).collect()
}

/// The tables among them whose slot is not said, by a condition or among the columns that are inserted. One that has
/// a short name is meant by it; the others share what is said without.
fn without_slot(text: &str) -> Vec<&str> {
    let (short, plain): (Vec<_>, Vec<_>) =
        named_tables(text).into_iter().partition(|(_, name)| name.is_some());
    let is_bound =
        |name: &str| ["slot = $", "slot = ?"].iter().any(|word| text.contains(&format!("{name}.{word}")));
    let is_said = |name: &str| {
        is_bound(name)
            || (is_bound("m") && text.contains(&format!("{name}.slot = m.slot")))
            || text.contains(&format!("{name}.slot = p.column1"))
    };
    let mut without: Vec<&str> = short
        .into_iter()
        .filter(|(_, name)| name.is_some_and(|name| !is_said(name)))
        .map(|(table, _)| table)
        .collect();
    if slots(text) < plain.len() {
        without.extend(plain.into_iter().map(|(table, _)| table));
    }
    without
}

/// How often a statement says without a short name which slot it means.
fn slots(text: &str) -> usize {
    let is_inserted = text.strip_prefix("INSERT INTO ").and_then(|rest| rest.split_once('(')).is_some_and(
        |(_, columns)| {
            ["slot,", "{REGISTRANT}"].iter().any(|first| columns.starts_with(first))
                || columns.starts_with("organizer_slot,")
        },
    );
    let bound = ["slot = $", "slot = ?"].iter().flat_map(|word| text.match_indices(word));
    // A row of values for each meeting names its slot, too.
    let counted = usize::from(text.contains("roster.slot = p.column1"));
    bound.filter(|(at, _)| !text[..*at].ends_with('.')).count() + usize::from(is_inserted) + counted
}

fn locks_rows(text: &str) -> bool {
    ["FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE"].iter().any(|words| text.contains(words))
}

/// Whether it is one slot that is bound, once or again.
fn names_one_slot(text: &str) -> bool {
    let bound = |(at, word): (usize, &str)| {
        text[at + word.len()..].split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default()
    };
    let mut slots: Vec<&str> = text.match_indices("slot = $").map(bound).collect();
    slots.dedup();
    slots.len() + text.matches("slot = ?").count() == 1
        && !text.contains("slot IN")
        && !text.contains("slot = ANY")
}

#[test]
fn every_statement_on_a_meetings_rows_names_their_slot() {
    let all = of_the_store();
    assert!(all.len() > 50, "only {} statements were found", all.len());
    for table in SLOTTED {
        assert!(
            all.iter().any(|statement| slotted_tables(&statement.text).contains(&table)),
            "nothing on {table}"
        );
    }

    let wrong: Vec<String> = all
        .iter()
        .map(|statement| (statement, faults(statement)))
        .filter(|(_, faults)| !faults.is_empty())
        .map(|(statement, faults)| {
            format!("{}: {}\n  {}", statement.place, faults.join("; "), statement.text)
        })
        .collect();

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A statement of another kind than those that are read for their slot is found as a text, and so is a part of one.
#[test]
fn no_text_of_the_store_says_what_no_statement_may() {
    let all = texts_of_the_store();
    assert!(all.len() > 400, "only {} texts were found", all.len());

    let wrong: Vec<String> = all
        .iter()
        .filter(|found| !banned(&found.text).is_empty())
        .map(|found| format!("{}: {}\n  {}", found.place, banned(&found.text).join("; "), found.text))
        .collect();

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The control of what is banned.
#[test]
fn what_may_not_be_said_is_told_from_what_looks_like_it() {
    for (text, word) in [
        ("LISTEN changes", "LISTEN"),
        ("UNLISTEN changes", "UNLISTEN"),
        ("SELECT pg_notify('changes', '')", "NOTIFY"),
        ("SELECT pg_try_advisory_xact_lock(1)", "ADVISORY"),
        ("LOCK TABLE registrant IN EXCLUSIVE MODE", "LOCK"),
        ("LOCK registrant", "LOCK"),
        ("CREATE TEMP TABLE asked (slot BIGINT)", "TEMP"),
        ("CREATE TEMPORARY TABLE asked (slot BIGINT)", "TEMPORARY"),
        ("ALTER TABLE question ADD UNIQUE (slot, position) DEFERRABLE", "DEFERRABLE"),
        ("FOREIGN KEY (slot) REFERENCES meeting (slot) INITIALLY DEFERRED", "INITIALLY DEFERRED"),
        ("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS"),
        ("EXCLUDE USING gist (slot WITH =)", "EXCLUDE"),
        ("CREATE TABLE live () INHERITS (registrant)", "INHERITS"),
        ("full_name TEXT GENERATED ALWAYS AS (first_name) STORED", "GENERATED"),
        ("meeting_no BIGSERIAL", "SERIAL"),
        ("SELECT currval('numbers')", "CURRVAL"),
        ("answers XML", "XML"),
        ("picture OID", "OID"),
        ("CREATE FUNCTION enrol(person TEXT)", "FUNCTION"),
        ("CALL enrol('Mirja')", "CALL"),
        ("DO $$ BEGIN END $$", "$$"),
        ("SELECT email FROM registrant WHERE ctid = $1", "CTID"),
        ("UPDATE outbox SET due_at = clock_timestamp()", "CLOCK_TIMESTAMP"),
    ] {
        assert_eq!(banned(&text.to_uppercase()), [format!("`{word}`")], "{text}");
    }
    for text in [
        "UPDATE outbox SET attempts = attempts + 1 WHERE slot = $1",
        "INSERT INTO outbox (slot) VALUES ($1) ON CONFLICT (slot) DO UPDATE SET kind = excluded.kind",
        "SELECT version FROM meeting WHERE slot = $1 FOR UPDATE SKIP LOCKED",
        "SELECT generation, listened_at, called_by, lock_id FROM entry WHERE slot = $1",
        "CREATE TABLE entry (slot BIGINT, PRIMARY KEY (slot)) WITHOUT ROWID",
    ] {
        assert_eq!(banned(&text.to_uppercase()), [""; 0], "{text}");
    }

    let source = r#"fn f() { query("LISTEN changes"); warn("nobody may lock it or listen to it"); }"#;
    let said: Vec<Vec<String>> = texts("control", source).iter().map(|found| banned(&found.text)).collect();
    assert_eq!(said, [vec!["`LISTEN`".to_owned()], vec![]]);
    assert!(statements("control", source).is_empty());
}

#[test]
fn every_exception_is_still_needed() {
    let all = of_the_store();
    for (place, reason) in ROWS_COMPARED {
        let is_there =
            all.iter().any(|statement| statement.place == *place && statement.text.contains(") IN ("));
        assert!(is_there, "{place} is gone: {reason}");
    }
    for (place, reason) in WITHOUT_SLOT {
        let excepted = all.iter().find(|statement| statement.place == *place);
        let excepted = excepted.unwrap_or_else(|| panic!("{place} is gone: {reason}"));
        assert!(!without_slot(&excepted.text).is_empty(), "{place} names its slots by now");
    }
}

/// The control of the two tests above.
#[test]
fn a_statement_that_breaks_a_rule_is_caught() {
    for (text, fault) in [
        ("SELECT subject FROM meeting WHERE meeting_id = $1", "meeting without their slot"),
        ("UPDATE outbox SET attempts = 1 WHERE outbox_id = $1", "outbox without their slot"),
        ("DELETE FROM registrant WHERE live_key = $1", "registrant without their slot"),
        ("INSERT INTO event (meeting_id, slot) VALUES ($1, $2)", "event without their slot"),
        (
            "UPDATE outbox SET due_at = $2 WHERE slot = $1 AND outbox_id IN (SELECT outbox_id FROM outbox)",
            "outbox, outbox without their slot",
        ),
        (
            "INSERT INTO registrant (slot, email) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING",
            "the arbiter does not begin with the slot",
        ),
        (
            "SELECT r.email FROM registrant r JOIN meeting m ON m.slot = $1 WHERE m.slot = $1",
            "registrant without their slot",
        ),
        (
            "SELECT version FROM meeting WHERE slot = $1 OR slot = $2 FOR UPDATE",
            "locks rows of more than one slot",
        ),
        (
            "SELECT version FROM meeting WHERE slot = ? OR slot = ? FOR NO KEY UPDATE",
            "locks rows of more than one slot",
        ),
        (
            "DELETE FROM event WHERE slot = $1 AND (meeting_id, event_id) IN (SELECT a, b FROM asked)",
            "rows compared with a list of rows",
        ),
        ("UPDATE meeting SET slot = $2 WHERE slot = $1 AND meeting_id = $3", "moves rows to another slot"),
        (
            "INSERT INTO feed (slot, feed_id) VALUES ($1, $2) ON CONFLICT (slot, feed_id) DO UPDATE SET slot = $1",
            "moves rows to another slot",
        ),
        ("UPDATE tenant SET changed = now() WHERE tenant_id = $1", "`NOW(`"),
        ("SELECT person_id FROM person ORDER BY RANDOM()", "`RANDOM`"),
    ] {
        let source = format!("const BAD: &str = \"{text}\";");
        let found = statements("control", &source);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(faults(&found[0]), [fault.to_owned()], "{text}");
    }
}

/// Keys of a meeting's tables that do not begin with the slot.
fn keys_without_slot(schema: &str) -> Vec<String> {
    let begins_with_slot =
        |columns: &str| columns.starts_with("slot") || columns.starts_with("organizer_slot");
    let mut wrong = Vec::new();
    for statement in schema.split(';') {
        let flat = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        let behind =
            ["CREATE TABLE ", "ALTER TABLE ", " ON "].into_iter().find_map(|words| flat.split_once(words));
        let Some((_, rest)) = behind else { continue };
        let table = rest.split([' ', '(']).next().unwrap_or_default();
        if !SLOTTED.contains(&table) {
            continue;
        }
        let keys = [
            "PRIMARY KEY (",
            "UNIQUE (",
            "FOREIGN KEY (",
            "REFERENCES ",
            "CREATE UNIQUE INDEX ",
            "CREATE INDEX ",
        ];
        for key in keys {
            for (at, _) in flat.match_indices(key) {
                let columns = &flat[at + key.len()..];
                let columns = if key.ends_with('(') {
                    columns
                } else {
                    columns.split_once('(').map_or("", |(_, rest)| rest)
                };
                if !begins_with_slot(columns) {
                    wrong.push(format!("{table}: {}", &flat[at..flat.len().min(at + 80)]));
                }
            }
        }
        if flat.starts_with("CREATE TABLE") && !flat.contains("PRIMARY KEY (") {
            wrong.push(format!("{table}: a primary key of one column, or none"));
        }
    }
    wrong
}

#[test]
fn every_key_of_a_meetings_table_begins_with_the_slot() {
    let steps = steps();
    assert!(!steps.is_empty());
    for (file, text) in steps {
        assert_eq!(keys_without_slot(&text), [""; 0], "{file}");
        assert_eq!(banned(&text.to_uppercase()), [""; 0], "{file}");
        assert!(!text.split(';').any(changes_slot), "{file} moves rows to another slot");
    }
}

/// The control of the test above.
#[test]
fn a_key_that_does_not_begin_with_the_slot_is_caught() {
    for (text, count) in [
        ("CREATE TABLE outbox (slot BIGINT, outbox_id BLOB, PRIMARY KEY (outbox_id, slot))", 1),
        ("CREATE TABLE event (event_id BLOB NOT NULL PRIMARY KEY)", 1),
        ("CREATE UNIQUE INDEX registrant_mail ON registrant (email)", 1),
        (
            "CREATE TABLE question (slot BIGINT, PRIMARY KEY (slot, id), FOREIGN KEY (id) REFERENCES x (id))",
            2,
        ),
        ("CREATE TABLE entry (slot BIGINT, person TEXT REFERENCES person (id), PRIMARY KEY (slot))", 1),
        ("ALTER TABLE roster ADD FOREIGN KEY (slot, meeting_id) REFERENCES meeting (slot, meeting_id)", 0),
        ("ALTER TABLE roster ADD COLUMN tenant_id UUID REFERENCES tenant (tenant_id)", 1),
        ("CREATE TABLE event (slot BIGINT, PRIMARY KEY (slot, event_id))", 0),
    ] {
        assert_eq!(keys_without_slot(text).len(), count, "{text}");
    }
    assert_eq!(
        banned("CREATE TRIGGER t; id INTEGER PRIMARY KEY AUTOINCREMENT"),
        ["`AUTOINCREMENT`", "`TRIGGER`"]
    );
}
