//! The documents as texts: their blocks, tables, links and headings.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("cannot read `{file}`: {error}"))
}

/// Every document of the repository, by its path.
pub fn documents() -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for folder in ["", "docs", "docs/recipes", "tests/js", "tests/python"] {
        for entry in fs::read_dir(root().join(folder)).expect("the folder is there") {
            let name = entry.expect("it can be read").file_name().to_string_lossy().into_owned();
            if name.ends_with(".md") {
                files.push(if folder.is_empty() { name } else { format!("{folder}/{name}") });
            }
        }
    }
    files.sort();
    files
}

pub struct Block {
    pub language: String,
    /// What the comment before the block says after `run`; blank for `<!-- run -->`.
    pub mark: Option<String>,
    pub text: String,
    pub line: usize,
}

pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let mut before = "";
    for (n, line) in document.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                let mark = before.strip_prefix("<!-- run").and_then(|rest| rest.strip_suffix("-->"));
                let mark = mark.map(|rest| rest.trim_start_matches(':').trim().to_owned());
                open = Some(Block { language: language.to_owned(), mark, text: String::new(), line: n + 1 });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                let _ = writeln!(block.text, "{line}");
            }
            (None, None) => {}
        }
        before = line;
    }
    assert!(open.is_none(), "a block is never closed");
    blocks
}

/// What a difference makes of what was there before.
pub fn after(difference: &str) -> String {
    let kept = difference.lines().filter(|line| !line.starts_with('-'));
    kept.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect()
}

/// All shell blocks marked to be run, as one script.
pub fn script(document: &str) -> String {
    let mut script = "set -eu\n".to_owned();
    for block in blocks(document).iter().filter(|block| block.language == "sh") {
        match block.mark.as_deref() {
            Some("") => script += &block.text,
            Some(mark) => assert_eq!(mark, "in the background", "an unknown mark"),
            None => {}
        }
    }
    assert_ne!(script, "set -eu\n", "nothing is marked to be run");
    script
}

/// The rows of the table behind `<!-- table: NAME`.
pub fn table(document: &str, name: &str) -> Vec<String> {
    let mark = format!("<!-- table: {name};");
    let lines = document.lines().skip_while(|line| !line.starts_with(&mark)).skip(1);
    let lines = lines.skip_while(|line| line.is_empty()).take_while(|line| line.starts_with('|'));
    lines.skip(2).map(str::to_owned).collect()
}

/// The commands of a script, each as its words: enough shell for what stands in documents.
pub fn commands(script: &str) -> Vec<Vec<String>> {
    let (mut commands, mut words, mut word) = (Vec::new(), Vec::new(), None::<String>);
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let text: String = chars.by_ref().take_while(|c| *c != '\'').collect();
                word.get_or_insert_default().push_str(&text);
            }
            '"' => {
                let word = word.get_or_insert_default();
                while let Some(c) = chars.next().filter(|c| *c != '"') {
                    word.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
                }
            }
            '\\' if chars.peek() == Some(&'\n') => {
                chars.next();
            }
            '#' if word.is_none() => while chars.next_if(|c| *c != '\n').is_some() {},
            '\n' | ';' | '|' | '&' => {
                words.extend(word.take());
                commands.push(std::mem::take(&mut words));
            }
            ' ' => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    commands.push(words);
    commands.retain(|words: &Vec<String>| !words.is_empty());
    commands
}

/// The words for our own command line, if the command is one of ours.
pub fn usher_words(command: &[String]) -> Option<Vec<String>> {
    let words: Vec<&str> = command.iter().map(String::as_str).take_while(|word| *word != ">").collect();
    let ours = match words.as_slice() {
        ["sudo", "-u", "usher", "usher", rest @ ..]
        | ["usher", rest @ ..]
        | ["cargo", "run", "--", rest @ ..] => rest,
        _ => return None,
    };
    Some(["usher"].iter().chain(ours).map(|word| (*word).to_owned()).collect())
}

pub fn one_text(document: &str, holding: &str) -> String {
    one(blocks(document).into_iter().filter(|block| block.text.trim() == holding)).text
}

pub fn one<T>(items: impl Iterator<Item = T>) -> T {
    let mut items: Vec<T> = items.collect();
    assert_eq!(items.len(), 1, "there is exactly one");
    items.remove(0)
}

/// What stands between single backticks outside of blocks.
pub fn code_spans(document: &str) -> impl Iterator<Item = String> {
    let mut is_block = false;
    let prose: String = document
        .lines()
        .filter(|line| {
            let is_fence = line.starts_with("```");
            is_block ^= is_fence;
            !is_block && !is_fence
        })
        .map(|line| format!("{line} "))
        .collect();
    prose.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

pub fn links(document: &str) -> impl Iterator<Item = String> {
    document
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// The names under which headings can be reached, as GitHub makes them.
pub fn anchors(document: &str) -> BTreeSet<String> {
    let headings = document.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let kept = line.trim_start_matches('#').trim().chars();
            let kept = kept.filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.collect::<String>().to_lowercase().replace(' ', "-")
        })
        .collect()
}

/// The text of every source below some folders.
pub fn sources_of(folders: &[&str]) -> Vec<String> {
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                texts.push(fs::read_to_string(path).expect("a source can be read"));
            }
        }
    }
    texts
}
