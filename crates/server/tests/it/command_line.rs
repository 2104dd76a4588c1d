//! The commands, as a shell runs them.

use std::process::{Command, Stdio};

use crate::program::USHER;

/// `usher config --reference | head -0`, with a reader that is gone before anything is printed.
#[test]
fn a_reader_that_has_gone_ends_a_command_quietly() {
    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
    let pipe = reader.stdin.take().unwrap();
    reader.wait().unwrap();

    let ended = Command::new(USHER)
        .args(["config", "--reference"])
        .stdout(pipe)
        .stderr(Stdio::piped())
        .output()
        .unwrap();

    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert!(ended.status.success(), "{}", ended.status);
}
