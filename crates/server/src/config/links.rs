//! The key under which links are signed.

use std::path::PathBuf;

use super::reading::{Folder, derived, section};
use super::server::data_dir;

section! {
    /// Links in letters carry a signature instead of being stored.
    Links {
        /// File with the signing key. Made at the first start; whoever has it can make valid links, and without
        /// it all links sent so far are dead, so it belongs into the backup. Readable by its
        /// owner alone, or, where it is root's, by its group as well; otherwise Usher does not start.
        key_file: PathBuf = derived(Folder, "`link.key` in `server.data_dir`", "/etc/usher/link.key",
            |scope| Some(data_dir(scope).join("link.key")));
    }
}
