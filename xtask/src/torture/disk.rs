//! A disk that can be full: a small file system in memory. It needs the right to mount, which a container may lack.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::service::{fresh_folder, trouble};
use crate::run::Failure;

/// Mounts it, and takes it away as soon as nobody holds the other end of its input.
const KEEPER: &str = r#"
trap '' INT TERM HUP
mount -t tmpfs -o size="$SIZE",mode=777 usher-torture "$FOLDER" 2>&1 || exit
echo ready
cat > /dev/null
umount --lazy "$FOLDER" && rmdir "$FOLDER"
"#;

pub(super) struct Disk {
    folder: PathBuf,
    keeper: Child,
}

impl Disk {
    /// A disk of so many mebibytes. The inner error is the reason why this machine does not let us have one.
    pub(super) fn mount(mebibytes: u64) -> Result<Result<Self, String>, Failure> {
        let folder = fresh_folder()?;
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER]).env("FOLDER", &folder).env("SIZE", format!("{mebibytes}m"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut keeper = command.spawn().map_err(trouble("cannot start a shell"))?;
        let mut said = String::new();
        if let Some(output) = keeper.stdout.take() {
            BufReader::new(output).read_line(&mut said).map_err(trouble("cannot read from a shell"))?;
        }
        if said != "ready\n" {
            fs::remove_dir(&folder).map_err(trouble("cannot remove a folder"))?;
            return Ok(Err(format!("no file system may be mounted here: {}", said.trim())));
        }
        Ok(Ok(Self { folder, keeper }))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    /// Takes all the room there is.
    pub(super) fn fill(&self) -> Result<(), Failure> {
        let mut ballast = File::create(self.ballast()).map_err(trouble("cannot fill the disk"))?;
        for piece in [1 << 20, 1 << 12] {
            let zeros = vec![0; piece];
            loop {
                match ballast.write(&zeros) {
                    Ok(_) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::StorageFull => break,
                    Err(error) => return Err(trouble("cannot fill the disk")(error)),
                }
            }
        }
        Ok(())
    }

    /// Gives it back.
    pub(super) fn make_room(&self) -> Result<(), Failure> {
        fs::remove_file(self.ballast()).map_err(trouble("cannot make room on the disk"))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // It ends by itself; what it cannot take away stays to be looked at.
        let _ = self.keeper.wait();
    }
}
