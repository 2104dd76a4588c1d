//! The log of erasures: who had their data erased, by ids alone, in a file outside the database. After a restore they are
//! erased again by it. docs/backup.md#whoever-was-erased.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use domain::{MeetingId, RegistrantId};
use jiff::Timestamp;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::start::{StartProblem, because};

/// What the file is called in the data folder.
const NAME: &str = "erasures.log";

/// The log of this node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Erasures(PathBuf);

/// Somebody who was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// Who.
    pub registrant: RegistrantId,
}

impl Erasures {
    /// The log in a data folder.
    pub fn within(folder: &Path) -> Self {
        Self(folder.join(NAME))
    }

    /// Adds somebody, and sees it on disk. The erasure itself has happened: where the log cannot be written, that is said
    /// to the operator.
    pub async fn add(&self, erased: Erased, now: Timestamp) {
        let file = self.0.clone();
        let line = format!("{now} {} {}\n", erased.meeting.0, erased.registrant.0);
        let written = spawn_blocking(move || {
            let mut open = fs::OpenOptions::new().create(true).append(true).mode(0o600).open(file)?;
            open.write_all(line.as_bytes())?;
            open.sync_data()
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "an erasure is not in the log of erasures"),
            Err(_) => tracing::error!("an erasure is not in the log of erasures"),
        }
    }
}

/// Reads a log. A last line without an end was being written when the machine stopped, and is left out.
pub fn read(file: &Path) -> Result<Vec<Erased>, StartProblem> {
    let text = fs::read_to_string(file).map_err(because(format!("cannot read `{}`", file.display())))?;
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines().enumerate().filter(|(_, line)| !line.is_empty());
    lines
        .map(|(n, line)| {
            let message = || StartProblem(format!("line {} of `{}` is no erasure", n + 1, file.display()));
            read_line(line).ok_or_else(message)
        })
        .collect()
}

fn read_line(line: &str) -> Option<Erased> {
    let mut words = line.split(' ').skip(1);
    let mut id = || Uuid::try_parse(words.next()?).ok();
    let erased = Erased { meeting: MeetingId(id()?), registrant: RegistrantId(id()?) };
    words.next().is_none().then_some(erased)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_added_is_read_and_half_a_line_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (log, file) = (Erasures::within(folder.path()), folder.path().join(NAME));
        let somebody = |n| Erased {
            meeting: MeetingId(Uuid::from_u128(7)),
            registrant: RegistrantId(Uuid::from_u128(n)),
        };
        for n in 0..3 {
            log.add(somebody(n), Timestamp::UNIX_EPOCH).await;
        }

        assert_eq!(read(&file).unwrap(), [somebody(0), somebody(1), somebody(2)]);

        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, &text[..text.len() - 1]).unwrap();
        assert_eq!(read(&file).unwrap(), [somebody(0), somebody(1)]);
        fs::write(&file, format!("{text}yesterday somebody\n")).unwrap();
        assert!(read(&file).unwrap_err().0.contains("line 4 of"));
    }
}
