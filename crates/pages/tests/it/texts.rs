//! No key without a text, no text without a use, no sentence outside the Fluent files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|known| known == ending) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn keys() -> BTreeSet<String> {
    files("texts/en", "ftl")
        .iter()
        .flat_map(|(_, text)| text.lines())
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
        .collect()
}

/// Every string literal in `text` that is spelled like a key of one of our groups.
fn used(text: &str, groups: &BTreeSet<String>) -> BTreeSet<String> {
    text.split('"')
        .filter(|literal| literal.split_once('-').is_some_and(|(group, _)| groups.contains(group)))
        .filter(|literal| literal.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))
        .map(str::to_owned)
        .collect()
}

/// Templates name CSS classes and the like too; only what stands in an expression is ours.
fn expressions(template: &str) -> String {
    let inside = |open: &'static str, close: &'static str| {
        template.split(open).skip(1).filter_map(move |rest| rest.split(close).next()).collect::<String>()
    };
    inside("{{", "}}") + &inside("{%", "%}")
}

#[test]
fn every_key_used_has_a_text_and_every_text_a_use() {
    let keys = keys();
    let groups =
        keys.iter().filter_map(|key| key.split_once('-')).map(|(group, _)| group.to_owned()).collect();
    let mut found = BTreeSet::new();
    for (_, source) in files("src", "rs") {
        let shipped = source.split("#[cfg(test)]").next().unwrap();
        found.extend(used(shipped, &groups));
    }
    for ending in ["html", "txt"] {
        for (_, template) in files("templates", ending) {
            found.extend(used(&expressions(&template), &groups));
        }
    }

    let missing: Vec<_> = found.difference(&keys).collect();
    let unused: Vec<_> = keys.difference(&found).collect();
    assert_eq!((missing, unused), (vec![], vec![]));
}

#[test]
fn every_fluent_file_of_every_language_is_built_in() {
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("texts")).unwrap();
    let mut folders: Vec<_> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort();
    let mut tags: Vec<_> = pages::Language::all().iter().map(|language| language.tag()).collect();
    tags.sort();

    assert_eq!(folders, tags);
    for tag in tags {
        let mut names: Vec<_> = files(&format!("texts/{tag}"), "ftl")
            .iter()
            .map(|(path, _)| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names.retain(|name| tag != "en" || name != "demo");
        assert_eq!(
            names,
            ["calendar", "delivery", "letters", "pages", "protection", "registration", "sign_in", "waiting"],
            "{tag}"
        );
    }
}

/// Templates hold no words of their own: what is left between tags and expressions is punctuation.
#[test]
fn no_template_speaks() {
    for ending in ["html", "txt"] {
        for (path, template) in files("templates", ending) {
            let mut words = String::new();
            let mut depth = 0;
            for letter in template.chars() {
                match letter {
                    '<' | '{' => depth += 1,
                    '>' | '}' => depth -= 1,
                    letter if depth == 0 && letter.is_alphanumeric() => words.push(letter),
                    _ => {}
                }
            }
            assert_eq!(words, "", "{}", path.display());
        }
    }
}
