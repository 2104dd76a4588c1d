use std::collections::BTreeMap;
use std::fs;

use strsim::damerau_levenshtein;

use super::tree::variable;
use super::{Kind, Node, Origin, Problem, Raw, Section, Tree, wrong};

/// Where each key that is not at its default was written, by dotted key.
pub(crate) type Sources = BTreeMap<String, String>;

/// What reading leaves behind beside the values.
pub(crate) struct Found {
    pub(crate) problems: Vec<Problem>,
    pub(crate) sources: Sources,
    /// Every key there is, list items as `[]`; for guessing what a misspelt one was meant to be.
    pub(crate) known: Vec<String>,
}

/// One table while it is read. Knows which keys were asked for, so the rest can be reported as unknown.
pub(crate) struct Scope<'tree, 'found> {
    root: &'tree Tree,
    /// `None` when the table is written nowhere.
    table: Option<&'tree Tree>,
    origin: Option<&'tree Origin>,
    path: String,
    asked: Vec<String>,
    found: &'found mut Found,
}

impl<'tree, 'found> Scope<'tree, 'found> {
    pub(crate) fn root(root: &'tree Tree, found: &'found mut Found) -> Self {
        Self { root, table: Some(root), origin: None, path: String::new(), asked: Vec::new(), found }
    }

    /// The value of `key`, or `Ok(None)` when it is set nowhere. `Err` when it is faulty, which has been noted.
    pub(crate) fn value<K: Kind>(&mut self, key: &str, kind: &K) -> Result<Option<K::Value>, Noted> {
        let node = self.ask(key);
        if kind.is_secret() {
            return self.secret(key, node, kind);
        }
        let Some(node) = node else { return Ok(None) };

        self.remember(key, node.origin.to_string());
        match kind.parse(&node.raw) {
            Ok(value) => Ok(Some(value)),
            Err(message) => Err(self.refuse(key, Some(&node.origin), message)),
        }
    }

    /// A secret stands in `key`, or in the file that `key_file` names. A variable beats what the file says.
    fn secret<K: Kind>(
        &mut self,
        key: &str,
        written: Option<&'tree Node>,
        kind: &K,
    ) -> Result<Option<K::Value>, Noted> {
        let file_key = format!("{key}_file");
        let named = self.ask(&file_key);
        let (written, named) = match (written, named) {
            (Some(text), Some(file)) => match (&text.origin, &file.origin) {
                (Origin::Variable(_), Origin::Line(..)) => (Some(text), None),
                (Origin::Line(..), Origin::Variable(_)) => (None, Some(file)),
                _ => {
                    let message = format!("is set beside `{key}`: keep one of the two");
                    return Err(self.refuse(&file_key, Some(&file.origin), message));
                }
            },
            other => other,
        };
        if let Some(node) = written {
            self.remember(key, node.origin.to_string());
            let value = kind.parse(&node.raw);
            return value.map(Some).map_err(|message| self.refuse(key, Some(&node.origin), message));
        }
        let Some(node) = named else { return Ok(None) };

        self.remember(key, format!("`{file_key}`, {}", node.origin));
        let value = match &node.raw {
            Raw::Text(path) | Raw::Words(path) => from_file(path, kind),
            other => Err(format!("wants a path, not {other}")),
        };
        value.map(Some).map_err(|message| self.refuse(&file_key, Some(&node.origin), message))
    }

    /// Reads the table `key`; one that is written nowhere is read as an empty one.
    pub(crate) fn table<S: Section>(&mut self, key: &str) -> Option<S> {
        let node = self.ask(key);
        match node.map(|node| &node.raw) {
            None | Some(Raw::Table(_)) => self.below(self.path_to(key), node),
            Some(other) => {
                let message = format!("wants a table, `[{}]`, not {other}", self.path_to(key));
                self.refuse(key, node.map(|node| &node.origin), message);
                None
            }
        }
    }

    /// Reads the list of tables `key`. `None` when any item is faulty.
    pub(crate) fn list<S: Section>(&mut self, key: &str) -> Option<Vec<S>> {
        let Some(node) = self.ask(key) else { return Some(Vec::new()) };
        let path = self.path_to(key);
        let Raw::List(items) = &node.raw else {
            self.refuse(
                key,
                Some(&node.origin),
                format!("wants tables, each headed `[[{path}]]`, not {}", node.raw),
            );
            return None;
        };

        let mut all = Some(Vec::new());
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let section = if let Raw::Table(_) = item.raw {
                self.below(path, Some(item))
            } else {
                let message = format!("wants a table, not {}", item.raw);
                self.found.problems.push(Problem { key: path, origin: Some(item.origin.clone()), message });
                None
            };
            all = all.zip(section).map(|(mut all, section)| {
                all.push(section);
                all
            });
        }
        all
    }

    fn below<S: Section>(&mut self, path: String, node: Option<&'tree Node>) -> Option<S> {
        let table = node.and_then(|node| match &node.raw {
            Raw::Table(table) => Some(table),
            _ => None,
        });
        let origin = node.map(|node| &node.origin);
        let mut scope = Scope { root: self.root, table, origin, path, asked: Vec::new(), found: self.found };
        S::read(&mut scope)
    }

    /// Notes that a required `key` is missing.
    pub(crate) fn missing(&mut self, key: &str, example: &str) {
        let path = self.path_to(key);
        let message = format!("is required, for example {example}; or set `{}`", variable(&path));
        self.refuse(key, self.origin, message);
    }

    /// Notes a fault that lies between keys; told at `key`.
    pub(crate) fn complain(&mut self, key: &str, message: impl Into<String>) {
        let origin = self.node(key).map(|node| &node.origin).or(self.origin);
        self.refuse(key, origin, message.into());
    }

    /// Refuses a value of `key` that an earlier item of `list` has, too.
    pub(crate) fn refuse_repeats<K: Kind<Value: PartialEq>>(&mut self, list: &str, key: &str, kind: &K) {
        let Some(Raw::List(items)) = self.node(list).map(|node| &node.raw) else { return };
        let mut seen = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Raw::Table(table) = &item.raw else { continue };
            let Some(node) = table.get(key) else { continue };
            let Ok(value) = kind.parse(&node.raw) else { continue };
            if seen.contains(&value) {
                let key = format!("{list}[{index}].{key}");
                self.refuse(&key, Some(&node.origin), format!("is there already: {}", kind.show(&value)));
            }
            seen.push(value);
        }
    }

    /// Whether this table says anything about `key`.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// Whether a table below this one says anything about `key`.
    pub(crate) fn has_below(&self, table: &str, key: &str) -> bool {
        self.node(table).is_some_and(|node| matches!(&node.raw, Raw::Table(table) if table.contains_key(key)))
    }

    /// The value of a key of this table, if it is set and sound. Notes nothing: reading the key does.
    pub(crate) fn here<K: Kind>(&self, kind: &K, key: &str) -> Option<K::Value> {
        kind.parse(&self.node(key)?.raw).ok()
    }

    /// The same for `section.key` anywhere.
    pub(crate) fn elsewhere<K: Kind>(&self, kind: &K, section: &str, key: &str) -> Option<K::Value> {
        match &self.root.get(section)?.raw {
            Raw::Table(table) => kind.parse(&table.get(key)?.raw).ok(),
            _ => None,
        }
    }

    /// Reports what is written here and was never asked for.
    pub(crate) fn refuse_unknown(&mut self) {
        let Some(table) = self.table else { return };
        for (key, node) in table.iter().filter(|(key, _)| !self.asked.contains(key)) {
            let message = format!("is not a known key; {}", self.guess(key));
            let key = self.path_to(key);
            self.found.problems.push(Problem { key, origin: Some(node.origin.clone()), message });
        }
    }

    /// What an unknown key was meant to be: a neighbour spelt alike, else a key of another section spelt alike,
    /// else whatever there is to choose from.
    fn guess(&self, key: &str) -> String {
        let distance = |known: &str| damerau_levenshtein(last(known), key);
        let near = |known: &&String| distance(known) <= 1 + key.len() / 4;

        if let Some(neighbour) = self.asked.iter().filter(near).min_by_key(|known| distance(known)) {
            return format!("did you mean `{}`?", self.path_to(neighbour));
        }
        if let Some(other) = self.found.known.iter().filter(near).min_by_key(|known| distance(known)) {
            return format!("did you mean `{other}`?");
        }
        format!("known here: `{}`", self.asked.join("`, `"))
    }

    fn ask(&mut self, key: &str) -> Option<&'tree Node> {
        self.asked.push(key.to_owned());
        self.node(key)
    }

    fn node(&self, key: &str) -> Option<&'tree Node> {
        self.table?.get(key)
    }

    fn path_to(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn remember(&mut self, key: &str, source: String) {
        self.found.sources.insert(self.path_to(key), source);
    }

    fn refuse(&mut self, key: &str, origin: Option<&Origin>, message: String) -> Noted {
        let key = self.path_to(key);
        self.found.problems.push(Problem { key, origin: origin.cloned(), message });
        Noted
    }
}

/// Stands for a value that was refused and reported.
pub(crate) struct Noted;

/// The name of a key without its sections.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn from_file<K: Kind>(path: &str, kind: &K) -> Result<K::Value, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    // Editors and `echo` end a file with a line break that is not part of the secret.
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(format!("`{path}` is empty"));
    }
    kind.parse(&Raw::Text(text.to_owned())).map_err(|_| wrong(kind, &format_args!("what `{path}` holds")))
}
