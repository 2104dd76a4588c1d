use std::marker::PhantomData;

use super::{Effective, Kind, Raw, Reference, Scope, Section, Unset};

/// The right-hand side of a field in [`section!`](super::section!): how the field is read, described and dumped.
pub(crate) trait Part {
    type Value;

    /// `None` when it is faulty; the fault has been noted.
    fn read(&self, scope: &mut Scope<'_, '_>, key: &str) -> Option<Self::Value>;

    /// `about` is the comment above the field. A table or list prints that of its section instead.
    fn describe(&self, page: &mut Reference, key: &str, about: &str);

    fn show(&self, page: &mut Effective<'_>, key: &str, value: &Self::Value);
}

/// Ties a part to the type of its field, for the parts whose type follows from nothing else.
pub(crate) fn of<T, P: Part<Value = T>>(part: P) -> P {
    part
}

/// A key that has a value when nobody sets it, written as in an environment variable.
pub(crate) fn default<K: Kind>(kind: K, text: &'static str) -> impl Part<Value = K::Value> {
    Single { kind, absent: Absent::Default(text) }
}

/// A key that has to be set.
pub(crate) fn required<K: Kind>(kind: K, example: &'static str) -> impl Part<Value = K::Value> {
    Single { kind, absent: Absent::Required { example } }
}

/// A key whose value follows from other keys when nobody sets it; `words` say how.
pub(crate) fn derived<K: Kind>(
    kind: K,
    words: &'static str,
    example: &'static str,
    from: fn(&Scope<'_, '_>) -> Option<K::Value>,
) -> impl Part<Value = K::Value> {
    Single { kind, absent: Absent::Derived { words, example, from } }
}

/// A key that may stay unset; `words` say what happens then.
pub(crate) fn optional<K: Kind>(
    kind: K,
    words: &'static str,
    example: &'static str,
) -> impl Part<Value = Option<K::Value>> {
    Optional { kind, words, example }
}

/// A table of its own below this one.
pub(crate) fn table<S: Section>() -> impl Part<Value = S> {
    Below(PhantomData)
}

/// Any number of tables.
pub(crate) fn list<S: Section>() -> impl Part<Value = Vec<S>> {
    Many(PhantomData)
}

struct Single<K: Kind> {
    kind: K,
    absent: Absent<K::Value>,
}

enum Absent<T> {
    Default(&'static str),
    Required { example: &'static str },
    Derived { words: &'static str, example: &'static str, from: fn(&Scope<'_, '_>) -> Option<T> },
}

impl<K: Kind> Part for Single<K> {
    type Value = K::Value;

    fn read(&self, scope: &mut Scope<'_, '_>, key: &str) -> Option<K::Value> {
        if let Some(value) = scope.value(key, &self.kind).ok()? {
            return Some(value);
        }
        match self.absent {
            Absent::Default(text) => Some(documented(&self.kind, text)),
            Absent::Required { example } => {
                scope.missing(key, &as_toml(&self.kind, example));
                None
            }
            // When this gives nothing, a key it follows from is faulty, and that has been noted there.
            Absent::Derived { from, .. } => from(scope),
        }
    }

    fn describe(&self, page: &mut Reference, key: &str, about: &str) {
        let unset = match self.absent {
            Absent::Default(text) => Unset::Default(as_toml(&self.kind, text)),
            Absent::Required { example } => Unset::Refused { example: as_toml(&self.kind, example) },
            Absent::Derived { words, example, .. } => {
                Unset::Otherwise { words, example: as_toml(&self.kind, example) }
            }
        };
        page.key(key, &self.kind, unset, about);
    }

    fn show(&self, page: &mut Effective<'_>, key: &str, value: &K::Value) {
        page.key(key, &self.kind.show(value));
    }
}

struct Optional<K> {
    kind: K,
    words: &'static str,
    example: &'static str,
}

impl<K: Kind> Part for Optional<K> {
    type Value = Option<K::Value>;

    fn read(&self, scope: &mut Scope<'_, '_>, key: &str) -> Option<Self::Value> {
        scope.value(key, &self.kind).ok()
    }

    fn describe(&self, page: &mut Reference, key: &str, about: &str) {
        let example = as_toml(&self.kind, self.example);
        page.key(key, &self.kind, Unset::Otherwise { words: self.words, example }, about);
    }

    fn show(&self, page: &mut Effective<'_>, key: &str, value: &Self::Value) {
        match value {
            Some(value) => page.key(key, &self.kind.show(value)),
            None => page.unset(key, self.words),
        }
    }
}

struct Below<S>(PhantomData<S>);

impl<S: Section> Part for Below<S> {
    type Value = S;

    fn read(&self, scope: &mut Scope<'_, '_>, key: &str) -> Option<S> {
        scope.table(key)
    }

    fn describe(&self, page: &mut Reference, key: &str, _: &str) {
        page.table::<S>(key);
    }

    fn show(&self, page: &mut Effective<'_>, key: &str, value: &S) {
        page.table(key, value);
    }
}

struct Many<S>(PhantomData<S>);

impl<S: Section> Part for Many<S> {
    type Value = Vec<S>;

    fn read(&self, scope: &mut Scope<'_, '_>, key: &str) -> Option<Vec<S>> {
        scope.list(key)
    }

    fn describe(&self, page: &mut Reference, key: &str, _: &str) {
        page.list::<S>(key);
    }

    fn show(&self, page: &mut Effective<'_>, key: &str, value: &Vec<S>) {
        page.list(key, value);
    }
}

/// A default or an example in the source. They are all walked through by the test that prints the reference.
fn documented<K: Kind>(kind: &K, text: &str) -> K::Value {
    kind.parse(&Raw::Words(text.to_owned()))
        .unwrap_or_else(|fault| panic!("the documented value `{text}` {fault}"))
}

fn as_toml<K: Kind>(kind: &K, text: &str) -> String {
    kind.show(&documented(kind, text))
}
