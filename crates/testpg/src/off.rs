//! What keeps enrolments exact, switched off in the database for a control: the program runs as it is shipped, and
//! has no such switch.

use crate::Scratch;

/// A protection of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// The lock on a meeting's row, which whoever changes anything below the meeting takes first.
    MeetingLock,
    /// The unique key that makes a second row of one person impossible.
    PersonKey,
    /// The registration's version, which what was checked in memory is held against.
    RegistrationVersion,
    /// The number of places taken, which is held against the capacity.
    SeatCount,
    /// The keys for retries, under which the first answer is remembered.
    Key,
}

/// What a function gives has no rows that could be locked: PostgreSQL passes over it without a word.
const NO_LOCK: &str = "
    ALTER TABLE meeting RENAME TO meeting_row;
    CREATE FUNCTION meetings() RETURNS SETOF meeting_row LANGUAGE plpgsql
        AS 'BEGIN RETURN QUERY SELECT * FROM meeting_row; END';
    CREATE VIEW meeting AS SELECT * FROM meetings();
    CREATE FUNCTION store_meeting() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN INSERT INTO meeting_row VALUES (NEW.*); RETURN NEW; END';
    CREATE TRIGGER store INSTEAD OF INSERT ON meeting FOR EACH ROW EXECUTE FUNCTION store_meeting()";
/// Every row gets a key of its own, so that no two are ever of one person.
const NO_KEY: &str = "
    CREATE FUNCTION part() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN NEW.live_key := NEW.live_key || NEW.registrant_id; RETURN NEW; END';
    CREATE TRIGGER part BEFORE INSERT ON registrant FOR EACH ROW EXECUTE FUNCTION part()";
const NO_VERSION: &str = "
    CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN NEW.version := OLD.version; RETURN NEW; END';
    CREATE TRIGGER still BEFORE UPDATE OF version ON registration FOR EACH ROW EXECUTE FUNCTION stand_still()";
const NO_COUNT: &str = "
    CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN NEW.seats_taken := OLD.seats_taken; RETURN NEW; END';
    CREATE TRIGGER forget BEFORE UPDATE OF seats_taken ON roster FOR EACH ROW EXECUTE FUNCTION forget()";
/// Whoever stores a key is told that it is done, and nothing is there.
const NO_MEMORY: &str = "
    CREATE FUNCTION keep_nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER nothing BEFORE INSERT ON idempotency FOR EACH ROW EXECUTE FUNCTION keep_nothing()";

impl Scratch {
    /// Switches a protection off, in a database that holds the schema already.
    pub fn without(&self, protection: Protection) {
        self.execute(match protection {
            Protection::MeetingLock => NO_LOCK,
            Protection::PersonKey => NO_KEY,
            Protection::RegistrationVersion => NO_VERSION,
            Protection::SeatCount => NO_COUNT,
            Protection::Key => NO_MEMORY,
        });
    }
}
