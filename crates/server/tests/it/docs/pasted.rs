//! What may be pasted: command lines, configurations and links are understood.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use server::cli::Usher;
use server::config::Config;

use super::USHER;
use super::shell::succeeded;
use super::text::{
    anchors, blocks, code_spans, commands, documents, links, one_text, read, root, sources_of, usher_words,
};

#[test]
fn every_command_line_in_the_documents_is_understood() {
    let mut found = 0;
    for file in documents() {
        let text = read(&file);
        for block in blocks(&text).iter().filter(|block| block.language == "sh") {
            for words in commands(&block.text).iter().filter_map(|command| usher_words(command)) {
                found += 1;
                let parsed = Usher::try_parse_from(&words);
                assert!(
                    parsed.is_ok(),
                    "{file}:{}: {words:?}\n{}",
                    block.line,
                    parsed.err().map(|e| e.to_string()).unwrap_or_default()
                );
            }
        }
        for span in code_spans(&text).filter(|span| span.starts_with("usher ") && !span.contains('…')) {
            found += 1;
            let words: Vec<&str> = span.split_whitespace().collect();
            let problem = Usher::try_parse_from(&words).err().map(|error| error.kind());
            let is_known = matches!(
                problem,
                None | Some(
                    ErrorKind::DisplayHelp
                        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                        | ErrorKind::MissingRequiredArgument
                        | ErrorKind::MissingSubcommand
                )
            );
            assert!(is_known, "{file}: `{span}`: {problem:?}");
        }
    }
    let unit = read("docs/samples/usher.service");
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/"))
        .expect("the unit starts us");
    assert!(Usher::try_parse_from(start.split_whitespace()).is_ok(), "{start}");

    assert!(found > 20, "only {found} command lines were found");
    assert!(Usher::try_parse_from(["usher", "frobnicate"]).is_err());
    assert!(Usher::try_parse_from(["usher", "serve", "--nonsense"]).is_err());
}

#[test]
fn every_command_has_help_that_fits_a_screen() {
    let mut paths = vec![Vec::new()];
    subcommands(&Usher::command(), &[], &mut paths);
    assert!(paths.len() > 10, "{paths:?}");

    for path in paths {
        let output = Command::new(USHER).args(&path).arg("--help").output().expect("usher starts");
        let help = succeeded(&output);
        assert!(help.lines().count() <= 24, "usher {}: {} lines", path.join(" "), help.lines().count());
    }
    let unknown = Command::new(USHER).args(["frobnicate", "--help"]).output().expect("usher starts");
    assert!(!unknown.status.success());
}

#[test]
fn every_configuration_in_the_documents_loads() {
    let mut count = 0;
    let sample = read("docs/samples/usher.toml");
    let texts = documents().into_iter().flat_map(|file| {
        let text = read(&file);
        let tomls: Vec<String> = blocks(&text)
            .into_iter()
            .filter(|block| block.language == "toml")
            .map(|block| block.text)
            .collect();
        tomls.into_iter().map(move |text| (file.clone(), text))
    });
    for (file, text) in texts.chain([("docs/samples/usher.toml".to_owned(), sample)]) {
        count += 1;
        // Parts are completed by what every configuration needs; files of secrets are on another machine.
        let mut text =
            text.replace("password_file = \"", "password = \"").replace("secret_file = \"", "secret = \"");
        if !text.contains("[server]") {
            text += "\n[server]\npublic_url = \"https://usher.example.org\"\n";
        }
        let loaded = Config::from_toml_str(&text);
        assert!(
            loaded.is_ok(),
            "{file}:\n{text}\n{}",
            loaded.err().map(|p| p.to_string()).unwrap_or_default()
        );
    }
    assert!(count > 4, "only {count} were found");
    assert!(Config::from_toml_str("[server]\nlistn = 1\n").is_err());
}

#[test]
fn the_readmes_check_is_the_one_that_ci_runs() {
    let readme = read("README.md");
    assert!(commands(&one_text(&readme, "cargo xtask ci")).contains(&vec![
        "cargo".into(),
        "xtask".into(),
        "ci".into()
    ]));
    assert!(read(".ci/run").lines().any(|line| line.trim() == "exec cargo xtask ci"));
    let chores = read("xtask/src/main.rs");
    for file in documents() {
        for span in code_spans(&read(&file)).chain(
            blocks(&read(&file))
                .iter()
                .flat_map(|block| block.text.lines().map(str::to_owned).collect::<Vec<_>>()),
        ) {
            let Some(rest) = span.trim().strip_prefix("cargo xtask ") else { continue };
            let chore = rest.split_whitespace().next().unwrap_or_default();
            let is_chore =
                chore == "…" || chore.starts_with('<') || chores.contains(&format!("(\"{chore}\","));
            assert!(is_chore, "{file}: there is no chore `{chore}`");
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut count = 0;
    for file in documents() {
        let text = read(&file);
        let folder = Path::new(&file).parent().unwrap_or(Path::new("")).to_owned();
        for target in links(&text).filter(|target| !target.contains("://")) {
            count += 1;
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = if path.is_empty() { PathBuf::from(&file) } else { folder.join(path) };
            assert!(root().join(&path).exists(), "{file}: `{target}` leads nowhere");
            if !anchor.is_empty() {
                let anchors = anchors(&read(&path.to_string_lossy()));
                assert!(
                    anchors.contains(anchor),
                    "{file}: `{target}`: no such heading, there are {anchors:?}"
                );
            }
        }
    }
    assert!(count > 20, "only {count} links were found");
}

fn subcommands(command: &clap::Command, path: &[String], found: &mut Vec<Vec<String>>) {
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let path: Vec<String> = path.iter().cloned().chain([sub.get_name().to_owned()]).collect();
        found.push(path.clone());
        subcommands(sub, &path, found);
    }
}

/// A comment that points at a document points at one that a reader of the repository can open.
#[test]
fn every_document_that_a_comment_names_is_there() {
    let mut count = 0;
    for source in sources_of(&["crates", "xtask"]) {
        for name in source.lines().filter_map(|line| line.split_once("//")).flat_map(|(_, note)| named(note))
        {
            count += 1;
            let (path, anchor) = name.split_once('#').unwrap_or((&name, ""));
            // Beside each other, documents name each other without their folder.
            let path = if root().join(path).exists() { path.to_owned() } else { format!("docs/{path}") };
            assert!(root().join(&path).exists(), "`{name}` is not there");
            assert!(anchor.is_empty() || anchors(&read(&path)).contains(anchor), "`{name}`: no such heading");
        }
    }
    assert!(count > 20, "only {count} were found");
}

/// The documents that a comment names, without those elsewhere on the net.
fn named(note: &str) -> impl Iterator<Item = String> {
    let names = note.split(|c: char| !(c.is_alphanumeric() || "/.#-_:".contains(c)));
    names
        .filter(|name| name.contains(".md") && !name.starts_with('.') && !name.contains("//"))
        .map(|name| name.trim_end_matches(['.', ':']).to_owned())
}
