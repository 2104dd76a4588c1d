//! The documents, held against the program: what is marked to be run is run, tables are compared with the code, and
//! whatever a reader may paste is understood.
//!
//! A shell block of README.md or docs/*.md is executed when `<!-- run -->` stands on the line before it. All marked
//! blocks of a file are one script, run in an empty folder beside a copy of docs/samples, with `usher` being the binary
//! under test and `cargo run -- demo` a demo of it on a free port.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use domain::permission::{Edition, permission};
use domain::refusal::Denial;
use domain::{FieldProblem, Operation, ProblemCode, Refusal};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::Value;
use server::auth::TokenRefusal;
use server::cli::Usher;
use server::config::Config;
use server::error::{ApiError, RequestIds};
use server::graph::{Excess, Scope};
use store::Fault;
use wire::path::PathProblem;

const USHER: &str = env!("CARGO_BIN_EXE_usher");

// ---------------------------------------------------------------------------------------------------- what is run

#[test]
fn the_first_enrolment_of_the_readme_works() {
    let document = read("README.md");
    let place = Place::new();
    let start =
        one(blocks(&document).into_iter().filter(|block| block.mark.as_deref() == Some("in the background")));
    let demo = Demo::start(place.shell(&start.text));
    let printed: Value =
        serde_json::from_str(&demo.first_line).expect("the first line of --json is one object");

    let said = succeeded(&place.run(&script(&document)));

    let me: Value = answer(&said, "users/$entity");
    assert_eq!(me["id"], printed["organizer"]["id"]);
    let registration = answer(&said, "registration/$entity");
    assert_eq!(registration["capacity"], 40);
    assert_eq!(
        registration["registrationPageWebUrl"].as_str().map(|url| url.starts_with("http://127.0.0.1:")),
        Some(true)
    );
    let enrolled = answer(&said, "registrants/$entity");
    assert_eq!((&enrolled["id"], &enrolled["joinWebUrl"]), (&"".into(), &"".into()));
    let list = answer(&said, "registration/registrants\"");
    let registrants = list["value"].as_array().expect("a list has a value");
    assert_eq!(registrants.len(), 1);
    assert_eq!(registrants[0]["email"], "mirja@harbour.example");
    assert_eq!(registrants[0]["status"], "registered");
    assert_eq!(registrants[0]["customQuestionAnswers"][0]["value"], "Deck");
    assert!(registrants[0]["joinWebUrl"].as_str().is_some_and(|link| link.contains("/l/meetup-join/")));
    assert_eq!(
        said.matches("<title>").count(),
        2,
        "the page of the registration, and the one after canceling"
    );
    assert_eq!(said.trim_end().lines().last(), Some(r#""status":"canceled""#));
}

#[test]
fn the_tour_of_the_serving_guide_works() {
    let document = read("docs/serve.md");
    let place = Place::new();

    let said = succeeded(&place.run(&script(&document)));

    for promised in [
        "public_url = \"https://usher.example.org\" # usher.toml:",
        "registered `crm`",
        "imported 2 people",
        "\tmirja@harbour.example\t",
        "`mirja@harbour.example` can sign in",
        "granted `events` to 2b9e61d4-70cf-4e0b-8a35-c1f7d92e4460",
    ] {
        assert!(said.contains(promised), "`{promised}` is missing in:\n{said}");
    }
}

#[test]
fn the_backup_of_the_guide_can_be_restored() {
    let document = read("docs/backup.md");
    let place = Place::new();

    let said = succeeded(&place.run(&script(&document)));

    let (before, after) = said.split_once("backed up into `saved`").expect("a backup was made");
    assert!(before.contains("imported 2 people") && after.contains("\tmirja@harbour.example\t"), "{said}");
}

#[test]
fn what_the_demo_prints_works_when_pasted() {
    let place = Place::new();
    let mut demo = Demo::start(place.shell("exec usher demo --listen 127.0.0.1:0"));
    let mut greeting = demo.first_line.clone();
    while !greeting.trim_end().ends_with("/docs") {
        greeting += &demo.next_line();
    }

    let (start, end) = (greeting.find("\nTOKEN="), greeting.rfind("\n\n"));
    let pasted =
        start.zip(end).map(|(start, end)| &greeting[start..end]).expect("there is something to paste");
    let said = succeeded(&place.run(&format!("set -eu\n{pasted}")));

    let registration = answer(&said, "customQuestions())/$entity");
    assert_eq!(registration["customQuestions"].as_array().map(Vec::len), Some(2));
    assert_eq!(answer(&said, "registrants/$entity")["id"], "");
    let list = answer(&said, "registration/registrants\"");
    assert_eq!(list["value"][0]["email"], "odile@pinewater.example");
    assert_eq!(list["value"][0]["status"], "registered");

    let urls: Vec<&str> = greeting.split_whitespace().filter(|word| word.starts_with("http://")).collect();
    let [page, mailbox, reference] = urls[..] else { panic!("three addresses to open, not {urls:?}") };
    let look = |url: &str| succeeded(&place.run(&format!("curl -sf '{url}'")));
    assert!(look(page).contains("<form"), "the sign-up page has a form");
    assert!(
        look(reference).contains(Operation::EnrollRegistrant.summary()),
        "the reference names every operation"
    );
    let waiting = format!("until curl -sf '{mailbox}' | grep -o odile@pinewater.example; do sleep 1; done");
    succeeded(&place.run(&waiting));
}

#[test]
fn the_json_line_of_the_demo_has_the_members_that_scripts_rely_on() {
    let place = Place::new();
    let demo = Demo::start(place.shell("exec usher demo --json --listen 127.0.0.1:0"));
    let printed: Value = serde_json::from_str(&demo.first_line).expect("one object");

    let keys = |value: &Value| value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>());
    let expect = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());

    assert_eq!(
        keys(&printed),
        expect(&[
            "baseUrl",
            "tenantId",
            "organizer",
            "colleague",
            "app",
            "meetingId",
            "registrationPageWebUrl",
            "mailboxUrl"
        ])
    );
    for person in ["organizer", "colleague"] {
        assert_eq!(
            keys(&printed[person]),
            expect(&["id", "token", "givenName", "surname", "mail"]),
            "{person}"
        );
    }
    assert_eq!(keys(&printed["app"]), expect(&["id", "token"]));
}

#[test]
fn a_block_that_fails_fails_the_document() {
    let place = Place::new();
    let document = "<!-- run -->\n```sh\nfalse\necho on\n```\n";

    let output = place.run(&script(document));

    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
}

// --------------------------------------------------------------------------------------------- what may be pasted

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

// ------------------------------------------------------------------------------------------ what is told of the code

#[test]
fn the_table_of_operations_is_the_codes() {
    let names = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let row = |operation: Operation| {
        let permission = permission(operation, Edition::Strict);
        let below = [("me", operation.on_me()), ("users", operation.on_users())];
        let below: Vec<&str> =
            below.into_iter().filter(|(_, is_served)| *is_served).map(|(name, _)| name).collect();
        let template = operation.resource().template();
        format!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            operation.name(),
            operation.method().name(),
            if template.is_empty() { "itself".to_owned() } else { format!("`{template}`") },
            below.join(", "),
            names(permission.delegated.iter().map(|scope| scope.name()).collect()),
            names(permission.application.iter().map(|role| role.name()).collect()),
            operation.success(),
        )
    };
    let expected: Vec<String> = Operation::ALL.into_iter().map(row).collect();

    let told = table(&read("docs/graph-compat.md"), "operations");

    assert_eq!(told, expected, "the rows should be:\n{}\n", expected.join("\n"));
}

#[tokio::test]
async fn the_table_of_inner_codes_is_the_codes() {
    let mut expected = BTreeSet::new();
    for error in every_error() {
        let inner = error.inner_code().expect("every error has an inner code");
        let status = error.status().as_u16();
        let ids = RequestIds { request: String::new(), client: String::new() };
        let body = error.into_response(&ids, Timestamp::UNIX_EPOCH).into_body().collect().await;
        let body: Value = serde_json::from_slice(&body.expect("a body of bytes").to_bytes()).expect("JSON");
        let code = body["error"]["code"].as_str().expect("a code").to_owned();
        assert_eq!(body["error"]["innerError"]["code"], inner);
        expected.insert(format!("| {status} | {code} | `{inner}` |"));
    }

    let rows = table(&read("docs/graph-compat.md"), "inner codes");
    let told: Vec<String> =
        rows.iter().map(|row| row.split_inclusive('|').take(4).collect::<String>()).collect();

    assert_eq!(told, expected.into_iter().collect::<Vec<_>>());
    for row in &rows {
        assert!(row.split('|').nth(4).is_some_and(|meaning| meaning.trim().len() > 5), "no meaning: {row}");
    }
}

#[test]
fn the_limits_told_are_the_codes() {
    use domain::text::limit::{
        ANSWER, ATTENDEES, DESCRIPTION, EMAIL, EXTERNAL_ID, NAME, OPTIONS, QUESTIONS, SPEAKERS, SUBJECT, URL,
    };
    let text = read("docs/graph-compat.md");
    let section =
        text.split("### Limits").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("there is one");
    let section = section.replace('\n', " ");
    let spelled =
        |n: usize| if n < 1_000 { n.to_string() } else { format!("{},{:03}", n / 1_000, n % 1_000) };

    for (what, limit) in [
        ("question and option", SUBJECT),
        ("biography", DESCRIPTION),
        ("names", NAME),
        ("e-mail", EMAIL),
        ("answer", ANSWER),
        ("external id", EXTERNAL_ID),
        ("web address", URL),
        ("questions of a registration", QUESTIONS),
        ("options of a question", OPTIONS),
        ("speakers", SPEAKERS),
        ("attendees named on a meeting", ATTENDEES),
    ] {
        let sentence = format!("{what} {}", spelled(limit));
        assert!(section.contains(&sentence), "`{sentence}` is not in: {section}");
    }
}

#[test]
fn the_configuration_reference_is_what_the_program_prints() {
    let output = Command::new(USHER).args(["config", "--reference"]).output().expect("usher starts");

    assert!(succeeded(&output) == read("docs/config.md"), "run `cargo xtask docs`");
}

#[test]
fn the_metrics_told_are_the_codes() {
    let counted = occurrences(&sources(), &["counter!(\"", "gauge!(\"", "histogram!(\""]);
    assert!(counted.len() > 4, "only {counted:?} were found");

    let told = first_spans(&table(&read("docs/operate.md"), "metrics"), 1);

    assert_eq!(told, counted);
    let rules = read("docs/operate/alerts.yml");
    let asked =
        rules.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| word.starts_with("usher_"));
    asked.for_each(|name| {
        assert!(counted.contains(name), "alerts.yml asks for `{name}`, which nobody counts")
    });
}

#[test]
fn every_complaint_in_the_log_is_in_the_operating_guide() {
    let complaints =
        ["tracing::error!(", "tracing::warn!("].map(|call| complaints(&sources(), call)).concat();
    assert!(complaints.len() > 20, "only {complaints:?} were found");

    let told = first_spans(&table(&read("docs/operate.md"), "log lines"), 2);

    for text in &complaints {
        assert!(told.iter().any(|told| text.starts_with(told)), "docs/operate.md does not tell of `{text}`");
    }
    for told in &told {
        assert!(complaints.iter().any(|text| text.starts_with(told)), "nobody says `{told}`");
    }
}

/// The sources of the program and of the store, as one text.
fn sources() -> String {
    let mut folders = vec![root().join("crates/server/src"), root().join("crates/store/src")];
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text += &fs::read_to_string(path).expect("a source can be read");
            }
        }
    }
    text
}

/// What stands between one of the openings and the next quotation mark.
fn occurrences(text: &str, openings: &[&str]) -> BTreeSet<String> {
    let found = openings.iter().flat_map(|opening| text.split(opening).skip(1));
    found.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// The texts of the calls: the first quoted text of each, its lines joined.
fn complaints(text: &str, call: &str) -> Vec<String> {
    let texts = text.split(call).skip(1).filter_map(|rest| rest.split('"').nth(1));
    texts.map(|text| text.split("\\\n").map(str::trim_start).collect::<String>()).collect()
}

/// The code in that column of each row.
fn first_spans(rows: &[String], column: usize) -> BTreeSet<String> {
    rows.iter().filter_map(|row| row.split('|').nth(column)?.split('`').nth(1)).map(str::to_owned).collect()
}

/// Every error there is. What is missing here does not compile.
fn every_error() -> Vec<ApiError> {
    let problem = |code| ApiError::from(vec![FieldProblem::new("member", code, "message")]);
    let throttled = |scope| ApiError::Throttled(Excess { scope, per_minute: 1, wait: Duration::ZERO });
    let mut errors: Vec<ApiError> = ProblemCode::ALL.into_iter().map(problem).collect();
    errors.extend(refusals().into_iter().map(ApiError::Refused));
    errors.extend(denials().into_iter().map(ApiError::from));
    errors.extend(token_refusals().into_iter().map(ApiError::Unauthenticated));
    errors.extend([
        ApiError::Path(PathProblem::UnknownSegment("segment".to_owned())),
        ApiError::Path(PathProblem::Encoding),
        ApiError::Method(vec!["GET"]),
        ApiError::NotJson,
        ApiError::TooLarge(1),
        ApiError::Slow,
        ApiError::Busy,
        ApiError::Dependency,
        ApiError::BatchFull,
        throttled(Scope::App),
        throttled(Scope::Tenant),
        throttled(Scope::Address),
        ApiError::from(Fault::from(sqlx::Error::PoolTimedOut)),
        ApiError::from(Fault::from(sqlx::Error::RowNotFound)),
    ]);
    for error in &errors {
        match error {
            ApiError::Refused(_)
            | ApiError::Unauthenticated(_)
            | ApiError::Path(PathProblem::UnknownSegment(_) | PathProblem::Encoding)
            | ApiError::Method(_)
            | ApiError::NotJson
            | ApiError::TooLarge(_)
            | ApiError::Slow
            | ApiError::Busy
            | ApiError::Dependency
            | ApiError::BatchFull
            | ApiError::Throttled(Excess { scope: Scope::App | Scope::Tenant | Scope::Address, .. })
            | ApiError::Fault(_) => {}
        }
    }
    errors
}

fn refusals() -> Vec<Refusal> {
    let all = vec![
        Refusal::NoMeeting,
        Refusal::NoRegistration,
        Refusal::NoQuestion,
        Refusal::NoRegistrant,
        Refusal::NoAttendanceReport,
        Refusal::NoPerson,
        Refusal::RegistrationExists,
        Refusal::TooManyQuestions,
        Refusal::NotBuiltIn,
        Refusal::RegistrantKind { needed: "#microsoft.graph.meetingRegistrant" },
        Refusal::RegistrationNotOpen { opens_at: Timestamp::UNIX_EPOCH },
        Refusal::RegistrationClosed { closed_at: Timestamp::UNIX_EPOCH },
        Refusal::RegistrationEnded { end_at: Timestamp::UNIX_EPOCH },
        Refusal::RegistrationFull,
        Refusal::DirectoryMismatch { member: "email" },
        Refusal::UnknownPerson,
        Refusal::IdempotencyKeyReused,
        Refusal::PreconditionFailed,
    ];
    for refusal in &all {
        match refusal {
            Refusal::NoMeeting
            | Refusal::NoRegistration
            | Refusal::NoQuestion
            | Refusal::NoRegistrant
            | Refusal::NoAttendanceReport
            | Refusal::NoPerson
            | Refusal::RegistrationExists
            | Refusal::TooManyQuestions
            | Refusal::NotBuiltIn
            | Refusal::RegistrantKind { .. }
            | Refusal::RegistrationNotOpen { .. }
            | Refusal::RegistrationClosed { .. }
            | Refusal::RegistrationEnded { .. }
            | Refusal::RegistrationFull
            | Refusal::DirectoryMismatch { .. }
            | Refusal::UnknownPerson
            | Refusal::IdempotencyKeyReused
            | Refusal::PreconditionFailed => {}
            // These two have lists of their own.
            Refusal::Denied(_) | Refusal::Invalid(_) => {}
        }
    }
    all
}

fn denials() -> Vec<Denial> {
    let all = vec![
        Denial::Permission { delegated: Vec::new(), application: Vec::new() },
        Denial::MeNeedsPerson,
        Denial::NotOrganizer,
        Denial::NotOwnRow,
        Denial::NoAccessPolicy,
        Denial::OnlyMembersThemselves,
        Denial::Colleague,
    ];
    for denial in &all {
        match denial {
            Denial::Permission { .. }
            | Denial::MeNeedsPerson
            | Denial::NotOrganizer
            | Denial::NotOwnRow
            | Denial::NoAccessPolicy
            | Denial::OnlyMembersThemselves
            | Denial::Colleague => {}
        }
    }
    all
}

fn token_refusals() -> Vec<TokenRefusal> {
    let all = vec![
        TokenRefusal::Missing,
        TokenRefusal::Malformed,
        TokenRefusal::Expired,
        TokenRefusal::NotYetValid,
        TokenRefusal::Audience,
        TokenRefusal::Issuer,
        TokenRefusal::Algorithm,
        TokenRefusal::KeyUnknown,
        TokenRefusal::Signature,
        TokenRefusal::Tenant,
        TokenRefusal::Claims("`oid` is missing".into()),
        TokenRefusal::Type,
    ];
    for refusal in &all {
        match refusal {
            TokenRefusal::Missing
            | TokenRefusal::Malformed
            | TokenRefusal::Expired
            | TokenRefusal::NotYetValid
            | TokenRefusal::Audience
            | TokenRefusal::Issuer
            | TokenRefusal::Algorithm
            | TokenRefusal::KeyUnknown
            | TokenRefusal::Signature
            | TokenRefusal::Tenant
            | TokenRefusal::Claims(_)
            | TokenRefusal::Type => {}
        }
    }
    all
}

// ------------------------------------------------------------------------------------------------------- the shell

/// A folder in which the lines of a document are run.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (tools, samples) = (folder.path().join("tools"), folder.path().join("docs/samples"));
        fs::create_dir_all(&tools).and_then(|()| fs::create_dir_all(&samples)).expect("folders can be made");
        for sample in fs::read_dir(root().join("docs/samples")).expect("there are samples") {
            let sample = sample.expect("a sample can be read").path();
            let name = sample.file_name().expect("a file has a name");
            fs::copy(&sample, samples.join(name)).expect("a sample can be copied");
        }
        std::os::unix::fs::symlink(USHER, tools.join("usher")).expect("a link can be made");
        // Stands in for the real one, which would build what is built, and moves the demo to a free port.
        let cargo = "#!/bin/sh\n[ \"$1 $2 $3\" = 'run -- demo' ] || exit 64\nshift 2\nexec usher \"$@\" --listen 127.0.0.1:0\n";
        let file = tools.join("cargo");
        fs::write(&file, cargo).expect("a file can be written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it may be made to run");
        Self(folder)
    }

    /// A shell at this place, in a process group of its own, without our own configuration.
    fn shell(&self, script: &str) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(script)
            .current_dir(self.0.path())
            .env("PATH", format!("{}:{path}", self.0.path().join("tools").display()))
            .process_group(0);
        for (name, _) in
            std::env::vars().filter(|(name, _)| name.starts_with("USHER_") || name.ends_with("_proxy"))
        {
            command.env_remove(name);
        }
        command
    }

    /// Runs to the end, for a minute at most.
    fn run(&self, script: &str) -> Output {
        for tool in ["curl", "timeout"] {
            let is_there =
                self.shell(&format!("command -v {tool}")).output().is_ok_and(|found| found.status.success());
            assert!(is_there, "these tests need `{tool}`: on Debian `apt-get install curl coreutils`");
        }
        let file = self.0.path().join("script.sh");
        fs::write(&file, script).expect("a file can be written");
        self.shell("exec timeout 60 sh script.sh").stdin(Stdio::null()).output().expect("a shell starts")
    }
}

/// A demo that ends with its test.
struct Demo {
    process: Child,
    out: BufReader<std::process::ChildStdout>,
    first_line: String,
}

impl Demo {
    fn start(mut shell: Command) -> Self {
        let mut process = shell.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("a shell starts");
        let out = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut demo = Self { process, out, first_line: String::new() };
        demo.first_line = demo.next_line();
        demo
    }

    fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("the demo prints text");
        assert!(!line.is_empty(), "the demo ended");
        line
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let group = format!("kill -s TERM -- -{}", self.process.id());
        let _ = Command::new("sh").args(["-c", &group]).status();
        let _ = self.process.wait();
    }
}

fn succeeded(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{said}\n{complaint}", output.status);
    said
}

/// The first JSON object in the output whose context ends as given.
fn answer(said: &str, context_end: &str) -> Value {
    let mut rest = said;
    while let Some(start) = rest.find("{\"@odata.context\"") {
        rest = &rest[start..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let value = values.next().and_then(Result::ok).expect("an answer is JSON");
        if format!("{}\"", value["@odata.context"].as_str().unwrap_or_default()).contains(context_end) {
            return value;
        }
        rest = &rest[1..];
    }
    panic!("no answer with a context of `{context_end}` in:\n{said}")
}

// --------------------------------------------------------------------------------------------------- the documents

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("cannot read `{file}`: {error}"))
}

/// Every document of the repository, by its path.
fn documents() -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for folder in ["", "docs", "tests/js"] {
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

struct Block {
    language: String,
    /// What the comment before the block says after `run`; blank for `<!-- run -->`.
    mark: Option<String>,
    text: String,
    line: usize,
}

fn blocks(document: &str) -> Vec<Block> {
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

/// All blocks marked to be run, as one script.
fn script(document: &str) -> String {
    let mut script = "set -eu\n".to_owned();
    for block in blocks(document) {
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
fn table(document: &str, name: &str) -> Vec<String> {
    let mark = format!("<!-- table: {name};");
    let lines = document.lines().skip_while(|line| !line.starts_with(&mark)).skip(1);
    let lines = lines.skip_while(|line| line.is_empty()).take_while(|line| line.starts_with('|'));
    lines.skip(2).map(str::to_owned).collect()
}

/// The commands of a script, each as its words: enough shell for what stands in documents.
fn commands(script: &str) -> Vec<Vec<String>> {
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
fn usher_words(command: &[String]) -> Option<Vec<String>> {
    let words: Vec<&str> = command.iter().map(String::as_str).take_while(|word| *word != ">").collect();
    let ours = match words.as_slice() {
        ["sudo", "-u", "usher", "usher", rest @ ..]
        | ["usher", rest @ ..]
        | ["cargo", "run", "--", rest @ ..] => rest,
        _ => return None,
    };
    Some(["usher"].iter().chain(ours).map(|word| (*word).to_owned()).collect())
}

fn one_text(document: &str, holding: &str) -> String {
    one(blocks(document).into_iter().filter(|block| block.text.trim() == holding)).text
}

fn one<T>(items: impl Iterator<Item = T>) -> T {
    let mut items: Vec<T> = items.collect();
    assert_eq!(items.len(), 1, "there is exactly one");
    items.remove(0)
}

/// What stands between single backticks outside of blocks.
fn code_spans(document: &str) -> impl Iterator<Item = String> {
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

fn links(document: &str) -> impl Iterator<Item = String> {
    document
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// The names under which headings can be reached, as GitHub makes them.
fn anchors(document: &str) -> BTreeSet<String> {
    let headings = document.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let kept = line.trim_start_matches('#').trim().chars();
            let kept = kept.filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.collect::<String>().to_lowercase().replace(' ', "-")
        })
        .collect()
}

fn subcommands(command: &clap::Command, path: &[String], found: &mut Vec<Vec<String>>) {
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let path: Vec<String> = path.iter().cloned().chain([sub.get_name().to_owned()]).collect();
        found.push(path.clone());
        subcommands(sub, &path, found);
    }
}
