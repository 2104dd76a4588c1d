//! The commands, as a shell runs them.

use std::process::{ChildStdin, Command, Stdio};

use testkit::TestApp;

use crate::program::USHER;

/// A pipe whose reader is gone before anything is printed, as in `| head -0`.
fn broken_pipe() -> ChildStdin {
    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
    let pipe = reader.stdin.take().unwrap();
    reader.wait().unwrap();
    pipe
}

#[tokio::test]
async fn a_reader_that_has_gone_ends_a_command_quietly() {
    let stopped = TestApp::builder().build().await.stop().await;

    // One prints what was asked for, the other what came of it.
    for words in [["config", "--reference"].as_slice(), &["verify"]] {
        let ended = Command::new(USHER)
            .args(words)
            .env("USHER_CONFIG", stopped.config_file())
            .stdout(broken_pipe())
            .stderr(Stdio::piped())
            .output()
            .unwrap();

        assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "{words:?}");
        assert!(ended.status.success(), "{words:?}: {}", ended.status);
    }
}
