//! Documents that the program prints about itself.

use std::fs;

use crate::run::{Failure, cargo, output, root};

/// Each file, and the words after `usher` that print it.
const GENERATED: &[(&str, &[&str])] = &[("docs/config.md", &["config", "--reference"])];

/// `cargo xtask docs [--check]`
pub(crate) fn renew(words: &[&str]) -> Result<(), Failure> {
    let only_check = match words {
        [] => false,
        ["--check"] => true,
        _ => return Err(Failure("usage: cargo xtask docs [--check]".into())),
    };
    for (path, arguments) in GENERATED {
        let usher = ["run", "--quiet", "--locked", "--package", "server", "--bin", "usher", "--"];
        let printed = output(cargo(&usher).args(*arguments))?;
        if only_check { compare(path, &printed)? } else { write(path, &printed)? }
    }
    Ok(())
}

fn compare(path: &str, printed: &str) -> Result<(), Failure> {
    let written = fs::read_to_string(root().join(path)).unwrap_or_default();
    if written == printed {
        println!("{path} is current");
        return Ok(());
    }
    let same = written.lines().zip(printed.lines()).take_while(|(old, new)| old == new).count();
    Err(Failure(format!(
        "{path} is not what the program prints; they part at line {}:\n- {}\n+ {}",
        same + 1,
        written.lines().nth(same).unwrap_or("(the end)"),
        printed.lines().nth(same).unwrap_or("(the end)"),
    )))
}

fn write(path: &str, printed: &str) -> Result<(), Failure> {
    let file = root().join(path);
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(&file, printed))
        .map_err(|error| Failure(format!("cannot write `{path}`: {error}")))?;
    println!("{path} is written");
    Ok(())
}
