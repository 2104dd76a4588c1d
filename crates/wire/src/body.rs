//! Reading the members of a JSON body, finding every fault at once.
//!
//! Members that nobody asks for are ignored (decision 13 of docs/graph-compat.md): clients send back what they were
//! sent, read-only members and annotations included.

use std::fmt;
use std::ops::RangeInclusive;

use domain::{FieldProblem, ProblemCode};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// A body: a JSON object.
#[derive(Clone, Debug, PartialEq)]
pub struct Body(pub Map<String, Value>);

/// What a member says. In a PATCH, absent keeps the value and `null` clears it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given<T> {
    /// The member is not there, or it was at fault and is reported.
    Absent,
    /// The member is `null`.
    Null,
    /// The member has a value.
    Is(T),
}

impl<T> Given<T> {
    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Changes `to` as a PATCH does.
    pub fn change(self, to: &mut Option<T>) {
        match self {
            Self::Absent => {}
            Self::Null => *to = None,
            Self::Is(value) => *to = Some(value),
        }
    }

    /// Changes `to` as a PATCH does, where there is nothing to clear: `null` keeps the value.
    pub fn replace(self, to: &mut T) {
        if let Self::Is(value) = self {
            *to = value;
        }
    }
}

impl Body {
    /// Reads a JSON object; `None` for anything else, and for one of more than [`MOST_VALUES`] values.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Self::read_of(bytes, MOST_VALUES)
    }

    /// The same, of at most so many values.
    pub fn read_of(bytes: &[u8], most: usize) -> Option<Self> {
        if bytes.len() > most && most_values(bytes) > most {
            return None;
        }
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(members)) => Some(Self(members)),
            _ => None,
        }
    }

    /// The `@odata.type`, without its `#` and namespace; blank where it is no string.
    pub fn odata_type(&self) -> Option<&str> {
        let text = self.0.get("@odata.type")?.as_str().unwrap_or_default();
        let text = text.strip_prefix('#').unwrap_or(text);
        Some(text.strip_prefix("microsoft.graph.").unwrap_or(text))
    }

    /// The members, with faults collected in `problems`.
    pub fn members<'a>(&'a self, problems: &'a mut Vec<FieldProblem>) -> Members<'a> {
        Members { map: &self.0, place: Place::Top, problems }
    }
}

/// No body that means anything holds more values: a registration with every question and option has 6,000. Each
/// takes memory of its own, so that a body of many empty ones would grow a hundredfold.
pub const MOST_VALUES: usize = 20_000;

/// A request for many people holds more: a thousand of them with thirty answers each. What it takes of memory is bounded by
/// the length of a body besides.
pub const MOST_VALUES_OF_MANY: usize = 100_000;

/// How many values JSON text holds at most: each stands behind a comma or a bracket.
fn most_values(bytes: &[u8]) -> usize {
    let (mut values, mut in_text, mut is_escaped) = (1, false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => values += 1,
            _ => {}
        }
    }
    values
}

/// The members of an object, and where their faults go.
pub struct Members<'a> {
    map: &'a Map<String, Value>,
    place: Place<'a>,
    problems: &'a mut Vec<FieldProblem>,
}

/// Where an object stands in the body. It is put into words when somebody is told of a fault, and seldom is.
#[derive(Clone, Copy)]
enum Place<'a> {
    Top,
    Member { of: &'a Place<'a>, name: &'a str },
    Item { of: &'a Place<'a>, name: &'a str, number: usize },
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top => Ok(()),
            Self::Member { of, name } => write!(f, "{of}{name}/"),
            Self::Item { of, name, number } => write!(f, "{of}{name}/{number}/"),
        }
    }
}

impl<'a> Members<'a> {
    /// Reports a fault of a member.
    pub fn report(&mut self, name: &str, code: ProblemCode, message: impl Into<String>) {
        self.problems.push(FieldProblem::new(format!("{}{name}", self.place), code, message));
    }

    /// Whether the member is there, whatever it holds.
    pub fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// A text of at most `limit` characters.
    pub fn text(&mut self, name: &str, limit: usize) -> Given<String> {
        match self.get(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(Value::String(text)) if text.contains('\0') => {
                self.wrong(name, "a text without NUL characters")
            }
            // There are never more characters than bytes, and bytes need not be counted.
            Some(Value::String(text)) if text.len() <= limit || text.chars().count() <= limit => {
                Given::Is(text.clone())
            }
            Some(Value::String(_)) => {
                self.report(
                    name,
                    ProblemCode::TooLong,
                    format!("`{name}` is longer than {limit} characters"),
                );
                Given::Absent
            }
            Some(_) => self.wrong(name, "a text"),
        }
    }

    /// A truth value.
    pub fn boolean(&mut self, name: &str) -> Given<bool> {
        match self.get(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(Value::Bool(value)) => Given::Is(*value),
            Some(_) => self.wrong(name, "`true` or `false`"),
        }
    }

    /// A whole number from 1 to 2,147,483,647.
    pub fn count(&mut self, name: &str) -> Given<u32> {
        match self.get(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(value) => match value.as_i64().and_then(|n| i32::try_from(n).ok()).filter(|n| *n > 0) {
                Some(n) => Given::Is(n.unsigned_abs()),
                None => self.wrong(name, "a whole number above zero"),
            },
        }
    }

    /// A whole number in a range.
    pub fn whole(&mut self, name: &str, range: RangeInclusive<u32>) -> Given<u32> {
        match self.get(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(value) => match read_whole(value, &range) {
                Some(n) => Given::Is(n),
                None => {
                    self.wrong(name, &format!("a whole number from {} to {}", range.start(), range.end()))
                }
            },
        }
    }

    /// A list of at most `limit` whole numbers in a range.
    pub fn wholes(&mut self, name: &str, limit: usize, range: RangeInclusive<u32>) -> Given<Vec<u32>> {
        let Given::Is(items) = self.list(name, limit) else { return self.empty_or_absent(name) };
        let mut values = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            match read_whole(item, &range) {
                Some(value) => values.push(value),
                None => {
                    let right =
                        format!("the item is a whole number from {} to {}", range.start(), range.end());
                    self.report(&format!("{name}/{n}"), ProblemCode::InvalidValue, right);
                }
            }
        }
        Given::Is(values)
    }

    /// An instant, RFC 3339 with an offset. Years before 2000 are refused: they are dates nobody set.
    pub fn instant(&mut self, name: &str) -> Given<Timestamp> {
        const YEAR_2000: i64 = 946_684_800;
        match self.get(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(Value::String(text)) => match crate::time::read(text) {
                Some(at) if at.as_second() >= YEAR_2000 => Given::Is(at),
                Some(_) => self.wrong(name, "a date from the year 2000 on"),
                None => self.wrong(name, "a date and time as in `2027-03-09T13:00:00+02:00`"),
            },
            Some(_) => self.wrong(name, "a date and time as in `2027-03-09T13:00:00+02:00`"),
        }
    }

    /// A member of an enumeration. `known` finds one by name; `names` lists them for the message.
    pub fn member<T>(&mut self, name: &str, names: &str, known: impl Fn(&str) -> Option<T>) -> Given<T> {
        match self.get(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(Value::String(text)) => match known(text) {
                Some(value) => Given::Is(value),
                None => {
                    let message = format!("`{name}` is one of {names}");
                    self.report(name, ProblemCode::UnknownEnumMember, message);
                    Given::Absent
                }
            },
            Some(_) => self.wrong(name, &format!("one of {names}")),
        }
    }

    /// A member of an enumeration that must be there; `None` after reporting what is at fault.
    pub fn required_member<T>(
        &mut self,
        name: &str,
        names: &str,
        known: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let given = self.member(name, names, known);
        if matches!(given, Given::Null) || !self.has(name) {
            self.report(name, ProblemCode::Missing, format!("`{name}` is missing: it is one of {names}"));
        }
        given.value()
    }

    /// A member of an enumeration in a PATCH: the sentinel `unknownFutureValue` counts as absent.
    pub fn patched_member<T>(
        &mut self,
        name: &str,
        names: &str,
        known: impl Fn(&str) -> Option<T>,
    ) -> Given<T> {
        if self.get(name).and_then(Value::as_str) == Some("unknownFutureValue") {
            return Given::Absent;
        }
        self.member(name, names, known)
    }

    /// An object.
    pub fn object(&mut self, name: &'static str) -> Given<Members<'_>> {
        match self.map.get(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(Value::Object(map)) => {
                let place = Place::Member { of: &self.place, name };
                Given::Is(Members { map, place, problems: self.problems })
            }
            Some(_) => self.wrong(name, "an object"),
        }
    }

    /// Whatever the member holds; `None` where that is `null`.
    pub fn any(&self, name: &str) -> Option<&Value> {
        self.get(name).filter(|value| !value.is_null())
    }

    /// A list of at most `limit` objects, each read by `read`.
    pub fn objects<T>(
        &mut self,
        name: &str,
        limit: usize,
        mut read: impl FnMut(&mut Members<'_>) -> T,
    ) -> Given<Vec<T>> {
        let Given::Is(items) = self.list(name, limit) else { return self.empty_or_absent(name) };
        let mut values = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            match item {
                Value::Object(map) => {
                    let place = Place::Item { of: &self.place, name, number: n };
                    values.push(read(&mut Members { map, place, problems: self.problems }));
                }
                _ => self.report(&format!("{name}/{n}"), ProblemCode::InvalidValue, "the item is an object"),
            }
        }
        Given::Is(values)
    }

    /// A list of at most `limit` texts.
    pub fn texts(&mut self, name: &str, limit: usize) -> Given<Vec<String>> {
        let Given::Is(items) = self.list(name, limit) else { return self.empty_or_absent(name) };
        let mut values = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            match item.as_str().filter(|text| !text.contains('\0')) {
                Some(text) => values.push(text.to_owned()),
                None => self.report(&format!("{name}/{n}"), ProblemCode::InvalidValue, "the item is a text"),
            }
        }
        Given::Is(values)
    }

    fn list(&mut self, name: &str, limit: usize) -> Given<&'a [Value]> {
        match self.map.get(name) {
            Some(Value::Array(items)) if items.len() <= limit => Given::Is(items),
            Some(Value::Array(_)) => {
                self.report(name, ProblemCode::TooLong, format!("`{name}` has more than {limit} items"));
                Given::Absent
            }
            None | Some(Value::Null) => Given::Absent,
            Some(_) => self.wrong(name, "a list"),
        }
    }

    fn empty_or_absent<T>(&self, name: &str) -> Given<Vec<T>> {
        if self.get(name) == Some(&Value::Null) { Given::Null } else { Given::Absent }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name)
    }

    fn wrong<T>(&mut self, name: &str, right: &str) -> Given<T> {
        self.report(name, ProblemCode::InvalidValue, format!("`{name}` is {right}"));
        Given::Absent
    }
}

fn read_whole(value: &Value, range: &RangeInclusive<u32>) -> Option<u32> {
    value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| range.contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(value: Value) -> Body {
        Body::read(value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn every_fault_is_collected_with_its_path() {
        let body = body(json!({
            "subject": 5, "start": "yesterday", "flag": "yes", "n": 0, "kind": "unknownFutureValue",
            "list": [{"name": 1}, 2], "texts": ["a", null], "object": []
        }));
        let mut problems = Vec::new();
        let mut members = body.members(&mut problems);

        let _ = members.text("subject", 5);
        let _ = members.instant("start");
        let _ = members.boolean("flag");
        let _ = members.count("n");
        let _ = members.member("kind", "`a`", |name| (name == "a").then_some(()));
        let _ = members.objects("list", 9, |item| item.text("name", 5));
        let _ = members.texts("texts", 9);
        let _ = members.object("object");

        let targets: Vec<&str> = problems.iter().map(|problem| problem.target.as_str()).collect();
        assert_eq!(
            targets,
            ["subject", "start", "flag", "n", "kind", "list/0/name", "list/1", "texts/1", "object"]
        );
    }

    #[test]
    fn absent_null_and_given_are_told_apart() {
        let body = body(json!({"a": null, "b": "x"}));
        let mut problems = Vec::new();
        let mut members = body.members(&mut problems);

        assert_eq!(members.text("a", 5), Given::Null);
        assert_eq!(members.text("b", 5), Given::Is("x".to_owned()));
        assert_eq!(members.text("c", 5), Given::Absent);
        assert!(problems.is_empty());
    }

    #[test]
    fn what_is_no_object_is_no_body() {
        for text in ["", "[]", "null", "{\"a\":1,}", "{\"a: 1}", "\u{feff}{}"] {
            assert_eq!(Body::read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_body_of_too_many_values_is_none() {
        let of = |count: usize| format!(r#"{{"x":[{}0]}}"#, "0,".repeat(count));

        assert!(Body::read(of(MOST_VALUES - 10).as_bytes()).is_some());
        assert!(Body::read(of(MOST_VALUES).as_bytes()).is_none());
        let commas = json!({"x": ",".repeat(2 * MOST_VALUES), "y": "\\\",[{"}).to_string();
        assert!(Body::read(commas.as_bytes()).is_some(), "commas inside a text are no values");
    }

    #[test]
    fn types_are_read_with_and_without_their_namespace() {
        for text in [
            "#microsoft.graph.meetingRegistration",
            "microsoft.graph.meetingRegistration",
            "meetingRegistration",
        ] {
            assert_eq!(body(json!({"@odata.type": text})).odata_type(), Some("meetingRegistration"));
        }
        assert_eq!(body(json!({"@odata.type": 5})).odata_type(), Some(""));
        assert_eq!(body(json!({})).odata_type(), None);
    }
}
