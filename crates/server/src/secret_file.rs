//! Keys in files that are nobody else's to read.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use tempfile::NamedTempFile;

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

/// Keeps a text in a new file that only its owner can read, and sees it on disk before anything is made with it.
/// Gives what the file holds then: where another process was there first, what that one wrote. The file gets its
/// name when it is complete, so nobody ever reads half of it.
pub fn keep(file: &Path, text: String) -> Result<String, StartProblem> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let write = || {
        let mut open = NamedTempFile::new_in(folder)?;
        open.write_all(text.as_bytes())?;
        open.as_file().sync_all()?;
        open.persist_noclobber(file)?;
        File::open(folder)?.sync_all()
    };
    match write() {
        Ok(()) => Ok(text),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            read(file)?.ok_or_else(|| StartProblem(format!("`{}` came and went", file.display())))
        }
        Err(error) => Err(because(format!("cannot write `{}`", file.display()))(error)),
    }
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

    #[test]
    fn of_many_who_keep_a_secret_at_once_all_have_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");

        let kept: Vec<String> = std::thread::scope(|scope| {
            let each: Vec<_> = (0..16)
                .map(|n| {
                    scope.spawn({
                        let file = &file;
                        move || keep(file, n.to_string().repeat(1000))
                    })
                })
                .collect();
            each.into_iter().map(|one| one.join().unwrap().unwrap()).collect()
        });

        let held = read(&file).unwrap().unwrap();
        assert!(kept.iter().all(|text| *text == held));
        assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        let other = keep(&folder.path().join("other"), "another".to_owned()).unwrap();
        assert_ne!(other, held, "the control: a file of its own holds what was given");
    }
}
