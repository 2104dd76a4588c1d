//! Signing letters.

use std::path::PathBuf;

use crate::config::reading::{Folder, Machine, Scope, optional, section};

section! {
    /// Sign letters by DKIM, where the mail server that takes them does not. `usher mail dkim` prints the record to publish.
    Dkim, check check_dkim {
        /// The domain that signs; that of `mail.from`, or one above it.
        domain: Option<String> = optional(Machine, "letters are not signed here", "example.org");
        /// The name of the key below the domain: its record is `usher._domainkey.example.org` for `usher`.
        selector: Option<String> = optional(Machine, "letters are not signed here", "usher");
        /// File with the private key in PEM, RSA of 2048 bits or more, or Ed25519: `openssl genrsa -out dkim.pem 2048`.
        /// Readable by its owner alone.
        key_file: Option<PathBuf> = optional(Folder, "letters are not signed here", "/etc/usher/dkim.pem");
    }
}

fn check_dkim(scope: &mut Scope<'_, '_>) {
    const KEYS: [&str; 3] = ["domain", "selector", "key_file"];
    if KEYS.iter().any(|key| scope.has(key)) {
        for key in KEYS.into_iter().filter(|key| !scope.has(key)).collect::<Vec<_>>() {
            scope.complain(key, "is required with the other keys of `[mail.dkim]`");
        }
    }
}
