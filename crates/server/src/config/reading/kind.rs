use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use uuid::Uuid;

use super::{Raw, Secret};

/// A type that a key can have: how it is described, read and written back as TOML.
pub(crate) trait Kind {
    type Value;

    /// Completes "wants …", with unit and range; shown in the reference as the key's type.
    fn expects(&self) -> String;

    /// `Err` says what is wrong, and for a secret nothing of what was given.
    fn parse(&self, raw: &Raw) -> Result<Self::Value, String>;

    /// As TOML.
    fn show(&self, value: &Self::Value) -> String;

    /// Whether the key has a twin `…_file` and its value stays hidden.
    fn is_secret(&self) -> bool {
        false
    }
}

/// The usual refusal.
pub(crate) fn wrong(kind: &impl Kind, given: &dyn Display) -> String {
    format!("wants {}, not {given}", kind.expects())
}

/// Reads a kind that is written as a text.
pub(crate) fn from_text<K: Kind>(
    kind: &K,
    raw: &Raw,
    parse: impl FnOnce(&str) -> Option<K::Value>,
) -> Result<K::Value, String> {
    let text = match raw {
        Raw::Text(text) | Raw::Words(text) => text,
        _ => return Err(wrong(kind, raw)),
    };
    parse(text).ok_or_else(|| wrong(kind, raw))
}

/// `text` as a TOML string.
pub(crate) fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|letter| match letter {
            '"' | '\\' => format!("\\{letter}"),
            control if control.is_control() => format!("\\u{:04X}", u32::from(control)),
            plain => plain.into(),
        })
        .collect();
    format!("\"{escaped}\"")
}

pub(crate) struct Flag;

impl Kind for Flag {
    type Value = bool;

    fn expects(&self) -> String {
        "`true` or `false`".into()
    }

    fn parse(&self, raw: &Raw) -> Result<bool, String> {
        match raw {
            Raw::Flag(flag) => Ok(*flag),
            Raw::Words(text) => text.parse().map_err(|_| wrong(self, raw)),
            _ => Err(wrong(self, raw)),
        }
    }

    fn show(&self, value: &bool) -> String {
        value.to_string()
    }
}

/// A whole number of something.
pub(crate) struct Whole<T> {
    range: RangeInclusive<T>,
    /// What is counted, in the plural. Empty for a number that counts nothing.
    unit: &'static str,
}

impl<T> Whole<T> {
    pub(crate) fn new(range: RangeInclusive<T>, unit: &'static str) -> Self {
        Self { range, unit }
    }
}

impl<T: Copy + PartialOrd + Display + TryFrom<i64>> Kind for Whole<T> {
    type Value = T;

    fn expects(&self) -> String {
        let what = if self.unit.is_empty() { "number".into() } else { format!("number of {}", self.unit) };
        format!("a whole {what} from {} to {}", self.range.start(), self.range.end())
    }

    fn parse(&self, raw: &Raw) -> Result<T, String> {
        let number = match raw {
            Raw::Whole(number) => Some(*number),
            Raw::Words(text) => text.parse().ok(),
            _ => None,
        };
        number
            .and_then(|number| T::try_from(number).ok())
            .filter(|number| self.range.contains(number))
            .ok_or_else(|| wrong(self, raw))
    }

    fn show(&self, value: &T) -> String {
        value.to_string()
    }
}

/// A length of time in whole seconds.
pub(crate) struct Seconds(pub(crate) RangeInclusive<u32>);

impl Kind for Seconds {
    type Value = Duration;

    fn expects(&self) -> String {
        Whole::new(self.0.clone(), "seconds").expects()
    }

    fn parse(&self, raw: &Raw) -> Result<Duration, String> {
        let seconds = Whole::new(self.0.clone(), "seconds").parse(raw)?;
        Ok(Duration::from_secs(seconds.into()))
    }

    fn show(&self, value: &Duration) -> String {
        value.as_secs().to_string()
    }
}

/// A length of time in whole minutes.
pub(crate) struct Minutes(pub(crate) RangeInclusive<u32>);

impl Kind for Minutes {
    type Value = Duration;

    fn expects(&self) -> String {
        Whole::new(self.0.clone(), "minutes").expects()
    }

    fn parse(&self, raw: &Raw) -> Result<Duration, String> {
        let minutes = Whole::new(self.0.clone(), "minutes").parse(raw)?;
        Ok(Duration::from_secs(60 * u64::from(minutes)))
    }

    fn show(&self, value: &Duration) -> String {
        (value.as_secs() / 60).to_string()
    }
}

/// A text that is not empty; the words say what it is.
pub(crate) struct Text(pub(crate) &'static str);

impl Kind for Text {
    type Value = String;

    fn expects(&self) -> String {
        self.0.into()
    }

    fn parse(&self, raw: &Raw) -> Result<String, String> {
        from_text(self, raw, |text| (!text.trim().is_empty()).then(|| text.to_owned()))
    }

    fn show(&self, value: &String) -> String {
        quoted(value)
    }
}

/// A language tag such as `en` or `pt-BR`.
pub(crate) struct Language;

impl Kind for Language {
    type Value = String;

    fn expects(&self) -> String {
        "a language tag such as `en` or `pt-BR`".into()
    }

    fn parse(&self, raw: &Raw) -> Result<String, String> {
        from_text(self, raw, |text| is_language_tag(text).then(|| text.to_owned()))
    }

    fn show(&self, value: &String) -> String {
        quoted(value)
    }
}

fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_language =
        |part: &str| matches!(part.len(), 2..=3) && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_rest =
        |part: &str| matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    parts.next().is_some_and(is_language) && parts.all(is_rest)
}

pub(crate) struct Password;

impl Kind for Password {
    type Value = Secret;

    fn expects(&self) -> String {
        "a text that is not empty (secret)".into()
    }

    fn parse(&self, raw: &Raw) -> Result<Secret, String> {
        match raw {
            Raw::Text(text) | Raw::Words(text) if !text.is_empty() => Ok(Secret::new(text)),
            _ => Err(format!("wants {}", self.expects())),
        }
    }

    /// A mask.
    fn show(&self, value: &Secret) -> String {
        quoted(&value.to_string())
    }

    fn is_secret(&self) -> bool {
        true
    }
}

/// One word out of a few.
pub(crate) trait Named: Copy + PartialEq + 'static {
    const NAMES: &'static [(Self, &'static str)];

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(value, _)| *value == self).map_or("", |(_, name)| name)
    }
}

pub(crate) struct Choice<T>(pub(crate) PhantomData<T>);

impl<T: Named> Kind for Choice<T> {
    type Value = T;

    fn expects(&self) -> String {
        let names: Vec<&str> = T::NAMES.iter().map(|(_, name)| *name).collect();
        match names.as_slice() {
            [first, second] => format!("`{first}` or `{second}`"),
            names => format!("one of `{}`", names.join("`, `")),
        }
    }

    fn parse(&self, raw: &Raw) -> Result<T, String> {
        from_text(self, raw, |text| T::NAMES.iter().find(|(_, name)| *name == text).map(|(value, _)| *value))
    }

    fn show(&self, value: &T) -> String {
        quoted(value.name())
    }
}

/// At least one of `K`, without repeats. A variable separates them with commas.
pub(crate) struct ListOf<K>(pub(crate) K);

impl<K: Kind<Value: PartialEq>> Kind for ListOf<K> {
    type Value = Vec<K::Value>;

    fn expects(&self) -> String {
        format!("a list of at least one: {}", self.0.expects())
    }

    fn parse(&self, raw: &Raw) -> Result<Vec<K::Value>, String> {
        let items: Vec<Result<K::Value, String>> = match raw {
            Raw::List(nodes) => nodes.iter().map(|node| self.0.parse(&node.raw)).collect(),
            Raw::Words(words) => {
                words.split(',').map(|word| self.0.parse(&Raw::Words(word.trim().into()))).collect()
            }
            _ => return Err(wrong(self, raw)),
        };
        if items.is_empty() {
            return Err(wrong(self, &"an empty one"));
        }

        let mut values = Vec::new();
        let mut faults = Vec::new();
        for item in items {
            match item {
                Ok(value) if values.contains(&value) => {
                    faults.push(format!("lists {} twice", self.0.show(&value)))
                }
                Ok(value) => values.push(value),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(values) } else { Err(faults.join("; ")) }
    }

    fn show(&self, value: &Vec<K::Value>) -> String {
        let items: Vec<String> = value.iter().map(|item| self.0.show(item)).collect();
        format!("[{}]", items.join(", "))
    }
}

/// Any number of what the list holds, without repeats. An empty list, or variable, is none.
pub(crate) struct AnyOf<K>(pub(crate) ListOf<K>);

impl<K: Kind<Value: PartialEq>> Kind for AnyOf<K> {
    type Value = Vec<K::Value>;

    fn expects(&self) -> String {
        format!("a list, which may be empty: {}", self.0.0.expects())
    }

    fn parse(&self, raw: &Raw) -> Result<Vec<K::Value>, String> {
        match raw {
            Raw::List(nodes) if nodes.is_empty() => Ok(Vec::new()),
            Raw::Words(words) if words.trim().is_empty() => Ok(Vec::new()),
            Raw::List(_) | Raw::Words(_) => self.0.parse(raw),
            _ => Err(wrong(self, raw)),
        }
    }

    fn show(&self, value: &Vec<K::Value>) -> String {
        self.0.show(value)
    }
}

/// A path of a file or folder.
pub(crate) struct Folder;

impl Kind for Folder {
    type Value = PathBuf;

    fn expects(&self) -> String {
        "a path".into()
    }

    fn parse(&self, raw: &Raw) -> Result<PathBuf, String> {
        from_text(self, raw, |text| (!text.is_empty()).then(|| PathBuf::from(text)))
    }

    fn show(&self, value: &PathBuf) -> String {
        quoted(&value.to_string_lossy())
    }
}

pub(crate) struct UuidText;

impl Kind for UuidText {
    type Value = Uuid;

    fn expects(&self) -> String {
        "a UUID such as `2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11`".into()
    }

    fn parse(&self, raw: &Raw) -> Result<Uuid, String> {
        from_text(self, raw, |text| Uuid::try_parse(text).ok())
    }

    fn show(&self, value: &Uuid) -> String {
        quoted(&value.to_string())
    }
}
