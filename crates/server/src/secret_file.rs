//! Keys in files that are nobody else's to read.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use crate::start::{StartProblem, because};

/// What a secret file holds; `None` where there is no such file. A file that others can read is refused: whoever
/// was there before us may have the key already, and its owner should know.
pub fn read(file: &Path) -> Result<Option<String>, StartProblem> {
    let mut open = match File::open(file) {
        Ok(open) => open,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(because(format!("cannot read `{}`", file.display()))(error)),
    };
    let mut text = String::new();
    let read = open.metadata().and_then(|found| open.read_to_string(&mut text).map(|_| found));
    let found = read.map_err(because(format!("cannot read `{}`", file.display())))?;
    match excess(found.mode(), found.uid()) {
        0 => Ok(Some(text)),
        _ => Err(StartProblem(format!(
            "`{0}` is secret, but others than its owner may use it (mode {1:04o}): `chmod 600 {0}`, and make a new \
             one if somebody may have read it",
            file.display(),
            found.mode() & 0o7777,
        ))),
    }
}

/// The permissions that are too many. An orchestrator that mounts a secret lets the service read it through its
/// group, and then the file belongs to root.
fn excess(mode: u32, owner: u32) -> u32 {
    let allowed = if owner == 0 { 0o640 } else { 0o600 };
    mode & 0o077 & !allowed
}

/// Writes a new file that only its owner can read, and sees it on disk before anything is made with it.
pub fn write(file: &Path, text: &str) -> Result<(), StartProblem> {
    let write = || {
        let mut open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
        open.write_all(text.as_bytes())?;
        open.sync_all()
    };
    write().map_err(because(format!("cannot write `{}`", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_its_owners_and_roots_may_be_the_groups() {
        for (mode, owner, is_fine) in [
            (0o600, 1000, true),
            (0o400, 1000, true),
            (0o700, 1000, true),
            (0o640, 1000, false),
            (0o604, 1000, false),
            (0o644, 1000, false),
            (0o620, 1000, false),
            (0o440, 0, true),
            (0o640, 0, true),
            (0o644, 0, false),
            (0o660, 0, false),
        ] {
            assert_eq!(excess(0o100_000 | mode, owner) == 0, is_fine, "{mode:o} of {owner}");
        }
    }
}
