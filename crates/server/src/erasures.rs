//! The log of erasures: who had their data erased, by ids alone, in a file outside the database. After a restore they are
//! erased again by it. docs/backup.md#whoever-was-erased.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
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

    /// Adds somebody, and sees it on disk, before they are erased: to erase again whoever asked for it does no harm. Where the
    /// log cannot be written, that is said to the operator, and nobody has to wait for it.
    pub async fn add(&self, erased: Erased, now: Timestamp) {
        let file = self.0.clone();
        let line = format!("{now} {} {}\n", erased.meeting.0, erased.registrant.0);
        let written = spawn_blocking(move || {
            let mut open =
                fs::OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(file)?;
            // Of a line that was cut off the rest is not known: the next is one of its own.
            let begin = if ends_whole(&mut open)? { "" } else { "\n" };
            open.write_all(format!("{begin}{line}").as_bytes())?;
            open.sync_data()
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "an erasure is not in the log of erasures"),
            Err(_) => tracing::error!("an erasure is not in the log of erasures"),
        }
    }
}

fn ends_whole(file: &mut fs::File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// What a log says: who was erased, and the numbers of the lines that are no erasure, cut off when a machine stopped.
pub fn read(file: &Path) -> Result<(Vec<Erased>, Vec<usize>), StartProblem> {
    let text = fs::read_to_string(file).map_err(because(format!("cannot read `{}`", file.display())))?;
    let (mut erased, mut unreadable) = (Vec::new(), Vec::new());
    for (n, line) in text.lines().enumerate() {
        match read_line(line) {
            Some(one) => erased.push(one),
            None => unreadable.push(n + 1),
        }
    }
    Ok((erased, unreadable))
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

        assert_eq!(read(&file).unwrap(), (vec![somebody(0), somebody(1), somebody(2)], vec![]));

        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, &text[..text.len() - 9]).unwrap();
        log.add(somebody(3), Timestamp::UNIX_EPOCH).await;
        assert_eq!(read(&file).unwrap(), (vec![somebody(0), somebody(1), somebody(3)], vec![3]));
    }
}
