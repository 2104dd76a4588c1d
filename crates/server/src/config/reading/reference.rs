use std::fmt::Write as _;

use super::tree::variable;
use super::{Kind, Section, Sources};

/// The reference while it is printed: first a section's own keys as one table, then the sections below it.
#[derive(Default)]
pub(crate) struct Reference {
    path: String,
    rows: String,
    /// Finished sections below this one.
    below: String,
    /// Every key so far, list items as `[]`.
    pub(crate) keys: Vec<String>,
    /// Every key with a fixed default, and that default, as TOML.
    pub(crate) defaults: Vec<(String, String)>,
}

impl Reference {
    pub(crate) fn into_markdown(self) -> String {
        self.below
    }

    pub(crate) fn key<K: Kind>(&mut self, key: &str, kind: &K, unset: Unset, about: &str) {
        let path = join(&self.path, key);
        let (words, example) = match unset {
            Unset::Default(value) => {
                self.defaults.push((path.clone(), value.clone()));
                (format!("`{value}`"), None)
            }
            Unset::Refused { example } => ("**required**".into(), Some(example)),
            Unset::Otherwise { words, example } => (words.into(), Some(example)),
        };
        let example = example.filter(|_| !kind.is_secret()).map(|example| format!(" Example: `{example}`."));
        self.row(key, &kind.expects(), &words, &format!("{}{}", about.trim(), example.unwrap_or_default()));
        self.keys.push(path);
        if kind.is_secret() {
            let file_key = format!("{key}_file");
            let about = format!("File that holds `{key}`; a line break at its end is not part of it.");
            self.row(&file_key, "a path", "no file is read", &about);
            self.keys.push(join(&self.path, &file_key));
        }
    }

    fn row(&mut self, key: &str, expects: &str, absent: &str, about: &str) {
        let cells = [&format!("`{key}`"), expects, absent, about].map(|cell| cell.replace('|', "\\|"));
        let _ = writeln!(self.rows, "| {} |", cells.join(" | "));
    }

    pub(crate) fn table<S: Section>(&mut self, key: &str) {
        let path = join(&self.path, key);
        self.section::<S>(&path, &format!("`[{path}]`"));
        self.keys.push(path);
    }

    pub(crate) fn list<S: Section>(&mut self, key: &str) {
        let path = join(&self.path, key);
        self.section::<S>(&format!("{path}[]"), &format!("`[[{path}]]`, any number"));
        self.keys.push(path);
    }

    fn section<S: Section>(&mut self, path: &str, title: &str) {
        let mut page = Self { path: path.to_owned(), ..Self::default() };
        S::describe(&mut page);

        let _ = write!(self.below, "## {title}\n\n{}\n\n", S::ABOUT.trim());
        if !page.rows.is_empty() {
            let _ = write!(
                self.below,
                "Environment: `{}__` and the key in capitals.\n\n\
                 | key | value | when not set | meaning |\n| --- | --- | --- | --- |\n{}\n",
                variable(path),
                page.rows,
            );
        }
        self.below.push_str(&page.below);
        self.keys.append(&mut page.keys);
        self.defaults.append(&mut page.defaults);
    }
}

/// What happens when nobody sets a key. Values and examples are TOML.
pub(crate) enum Unset {
    Default(String),
    Refused { example: String },
    Otherwise { words: &'static str, example: String },
}

/// The dump while it is printed. It is TOML that says the same as what was read, less the secrets.
pub(crate) struct Effective<'a> {
    path: String,
    sources: &'a Sources,
    pub(crate) text: String,
}

impl<'a> Effective<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self { path: String::new(), sources, text: String::new() }
    }

    pub(crate) fn key(&mut self, key: &str, value: &str) {
        let source = self.sources.get(&join(&self.path, key)).map_or("default", String::as_str);
        let _ = writeln!(self.text, "{key} = {value} # {source}");
    }

    pub(crate) fn unset(&mut self, key: &str, words: &str) {
        let _ = writeln!(self.text, "# {key} is not set: {words}");
    }

    pub(crate) fn table(&mut self, key: &str, section: &impl Section) {
        let path = join(&self.path, key);
        let title = format!("[{}]", without_indexes(&path));
        self.section(path, &title, section);
    }

    pub(crate) fn list(&mut self, key: &str, sections: &[impl Section]) {
        for (index, section) in sections.iter().enumerate() {
            let path = join(&self.path, key);
            let title = format!("[[{}]]", without_indexes(&path));
            self.section(format!("{path}[{index}]"), &title, section);
        }
    }

    fn section(&mut self, path: String, title: &str, section: &impl Section) {
        let _ = write!(self.text, "\n{title}\n");
        let above = std::mem::replace(&mut self.path, path);
        section.show(self);
        self.path = above;
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn without_indexes(path: &str) -> String {
    let mut parts = path.split(['[', ']']);
    let first = parts.next().unwrap_or_default().to_owned();
    // What was split off is index, rest, index, rest.
    parts.skip(1).step_by(2).fold(first, |path, rest| path + rest)
}
