use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::{Origin, Problem};

/// Start of the name of every variable that sets a key.
const PREFIX: &str = "USHER_";

pub(crate) type Tree = BTreeMap<String, Node>;

/// A value before anybody asked for its type. No `Debug`: it may be a secret.
pub(crate) struct Node {
    pub(crate) raw: Raw,
    pub(crate) origin: Origin,
}

pub(crate) enum Raw {
    Text(String),
    Whole(i64),
    Flag(bool),
    List(Vec<Node>),
    Table(Tree),
    /// The value of a variable, which may stand for a text, a number, `true`, or several things with commas.
    Words(String),
    /// Something TOML has and no key of ours takes, in words.
    Other(&'static str),
}

/// How a refused value is spoken of. Not for keys that hold secrets.
impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // An address with a name and a password in it is a secret in the wrong place.
            Self::Text(text) | Self::Words(text) if text.contains("://") && text.contains('@') => {
                f.write_str("an address with credentials in it")
            }
            Self::Text(text) => write!(f, "the text `{}`", shortened(text)),
            Self::Words(text) => write!(f, "`{}`", shortened(text)),
            Self::Whole(number) => write!(f, "`{number}`"),
            Self::Flag(flag) => write!(f, "`{flag}`"),
            Self::List(_) => f.write_str("a list"),
            Self::Table(_) => f.write_str("a table"),
            Self::Other(what) => f.write_str(what),
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Reads TOML. A text that is not TOML gives every fault the parser could tell apart, and no tree.
pub(crate) fn from_toml(text: &str, name: Option<&str>) -> Result<Tree, Vec<Problem>> {
    let (table, faults) = DeTable::parse_recoverable(text);
    let file = File { text, name: name.map(Arc::from) };
    if faults.is_empty() {
        return Ok(file.table(table.into_inner()));
    }

    let tell = |fault: toml::de::Error| Problem {
        key: String::new(),
        origin: fault.span().map(|span| file.line(span.start)),
        // Only the bare message: the full text of the fault quotes the line, and the line may hold a secret.
        message: format!("not valid TOML: {}", fault.message()),
    };
    Err(faults.into_iter().map(tell).collect())
}

struct File<'a> {
    text: &'a str,
    name: Option<Arc<str>>,
}

impl File<'_> {
    fn line(&self, offset: usize) -> Origin {
        let before = self.text.as_bytes().iter().take(offset);
        Origin::Line(self.name.clone(), 1 + before.filter(|&&byte| byte == b'\n').count())
    }

    fn table(&self, table: DeTable<'_>) -> Tree {
        let node =
            |key_at: usize, value: DeValue<'_>| Node { raw: self.raw(value), origin: self.line(key_at) };
        table
            .into_iter()
            .map(|(key, value)| (key.get_ref().to_string(), node(key.span().start, value.into_inner())))
            .collect()
    }

    fn raw(&self, value: DeValue<'_>) -> Raw {
        match value {
            DeValue::String(text) => Raw::Text(text.into_owned()),
            DeValue::Boolean(flag) => Raw::Flag(flag),
            DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(number) => Raw::Whole(number),
                Err(_) => Raw::Other("a number that large"),
            },
            DeValue::Float(_) => Raw::Other("a number with a fraction"),
            DeValue::Datetime(_) => Raw::Other("a date"),
            DeValue::Array(items) => Raw::List(
                items
                    .into_iter()
                    .map(|item| Node {
                        origin: self.line(item.span().start),
                        raw: self.raw(item.into_inner()),
                    })
                    .collect(),
            ),
            DeValue::Table(table) => Raw::Table(self.table(table)),
        }
    }
}

/// Lays the variables over the tree: a scalar replaces what the file says, `…__0__…` goes into the item of a
/// list or adds the next one. An empty variable counts as not set.
pub(crate) fn lay_over(tree: &mut Tree, variables: Vec<(String, String)>) -> Vec<Problem> {
    let mut settings: Vec<(Vec<Step>, String, String)> = variables
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, value)| Some((steps(&name)?, name, value)))
        .collect();
    // The environment has no order of its own; without one, list items could arrive before their predecessors.
    settings.sort();

    let mut problems = Vec::new();
    for (path, name, value) in settings {
        let origin = Origin::Variable(name);
        if let Err(message) = set_in_table(tree, &path, &origin, value) {
            problems.push(Problem { key: dotted(&path), origin: Some(origin), message });
        }
    }
    problems
}

/// The variable that sets `key`, which is dotted with list indexes in brackets.
pub(crate) fn variable(key: &str) -> String {
    let nested = key.replace("[]", ".0").replace('[', ".").replace(']', "").replace('.', "__");
    format!("{PREFIX}{}", nested.to_ascii_uppercase())
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Item(usize),
    Name(String),
}

/// `None` for a variable that is not ours: other programs and Kubernetes own `USHER_PORT` and the like, so only
/// names with a double underscore set a key.
fn steps(name: &str) -> Option<Vec<Step>> {
    let nested = name.strip_prefix(PREFIX)?;
    nested.contains("__").then(|| {
        let step = |part: &str| match part.parse() {
            Ok(index) => Step::Item(index),
            Err(_) => Step::Name(part.to_ascii_lowercase()),
        };
        nested.split("__").map(step).collect()
    })
}

fn dotted(path: &[Step]) -> String {
    path.iter().fold(String::new(), |key, step| match step {
        Step::Item(index) => format!("{key}[{index}]"),
        Step::Name(name) if key.is_empty() => name.clone(),
        Step::Name(name) => format!("{key}.{name}"),
    })
}

fn set_in_table(table: &mut Tree, path: &[Step], origin: &Origin, value: String) -> Result<(), String> {
    let (name, rest) = match path {
        [Step::Name(name), rest @ ..] => (name.clone(), rest),
        // A number where a name belongs is kept as a name, to be refused as an unknown key.
        [Step::Item(index), rest @ ..] => (index.to_string(), rest),
        [] => return Ok(()),
    };
    if rest.is_empty() {
        table.insert(name, Node { raw: Raw::Words(value), origin: origin.clone() });
        return Ok(());
    }
    set_below(table.entry(name).or_insert_with(|| empty_for(rest, origin)), rest, origin, value)
}

fn set_below(node: &mut Node, path: &[Step], origin: &Origin, value: String) -> Result<(), String> {
    if let (Raw::Words(_), Origin::Variable(other)) = (&node.raw, &node.origin) {
        return Err(format!("cannot be set below `{other}`, which sets the whole: remove one of the two"));
    }
    match (&mut node.raw, path) {
        (Raw::Table(table), _) => set_in_table(table, path, origin, value),
        (Raw::List(items), [Step::Item(index), rest @ ..]) => {
            if *index > items.len() {
                return Err(format!("leaves a gap: there is no item {} before it", index - 1));
            }
            if *index == items.len() {
                items.push(empty_for(rest, origin));
            }
            let item = &mut items[*index];
            if rest.is_empty() {
                *item = Node { raw: Raw::Words(value), origin: origin.clone() };
                return Ok(());
            }
            set_below(item, rest, origin, value)
        }
        // The file has something else here; the variable wins, and the reader judges what it finds.
        _ => {
            *node = empty_for(path, origin);
            set_below(node, path, origin, value)
        }
    }
}

fn empty_for(path: &[Step], origin: &Origin) -> Node {
    let raw = match path {
        [Step::Item(_), ..] => Raw::List(Vec::new()),
        _ => Raw::Table(Tree::new()),
    };
    Node { raw, origin: origin.clone() }
}

/// Names of ours that miss the double underscore, with the name that was probably meant.
pub(crate) fn near_misses(variables: &[(String, String)], known: &[String]) -> Vec<Problem> {
    let flat = |key: &String| (variable(key).replace("__", "_"), variable(key));
    let meant: BTreeMap<String, String> = known.iter().map(flat).collect();
    let tell = |(name, value): &(String, String)| {
        // Beside a service called `usher-mail`, Kubernetes sets `USHER_MAIL_PORT=tcp://…`, which is not meant for us.
        let right = meant.get(name).filter(|_| !value.starts_with("tcp://"))?;
        let message = format!("sets nothing; sections are divided by two underscores: `{right}`");
        Some(Problem { key: String::new(), origin: Some(Origin::Variable(name.clone())), message })
    };
    let mut problems: Vec<Problem> = variables.iter().filter_map(tell).collect();
    // The environment has no order of its own.
    problems.sort_by_key(|problem| problem.origin.as_ref().map(Origin::to_string));
    problems
}
