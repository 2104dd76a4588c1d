//! The keys of the service, each in a file that is made at first use.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::link::LinkKey;
use store::Store;

use super::{StartProblem, because, trim};
use crate::clock::Source;
use crate::config::Config;
use crate::http::ISSUER_PATH;
use crate::issuer::Issuer;
use crate::secret_file;

/// The built-in issuer's key, from the data folder; made at first use.
pub fn open_issuer_key(config: &Config) -> Result<Issuer, StartProblem> {
    let public_url = trim(config.server.public_url.as_str());
    let url = format!("{public_url}{ISSUER_PATH}");
    let file = config.server.data_dir.join("issuer.pem");
    let pem = match secret_file::read(&file)? {
        Some(pem) => pem,
        None => {
            let issuer = Issuer::generate(&url, &public_url).map_err(because("cannot make a key"))?;
            secret_file::keep(&file, issuer.to_pem().map_err(because("cannot write a key"))?)?
        }
    };
    Issuer::from_pem(&pem, &url, &public_url)
        .map_err(because(format!("cannot use the key in `{}`", file.display())))
}

/// The key of the links, 32 bytes in base64; made at first use. The database remembers which key its links were made
/// with: another would put links into letters that nobody else opens, and find those sent so far forged.
pub(super) async fn open_link_key(file: &Path, store: &Store, ids: &Source) -> Result<LinkKey, StartProblem> {
    let unreadable = || because("cannot tell whose links the database holds");
    let text = match secret_file::read(file)? {
        Some(text) => text,
        None if store.has_link_key().await.map_err(unreadable())? => {
            return Err(other_link_key(file, "is missing"));
        }
        None => secret_file::keep(file, format!("{}\n", STANDARD.encode(ids.bytes::<32>())))?,
    };
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    let key = bytes
        .map(LinkKey::new)
        .ok_or_else(|| StartProblem(format!("`{}` does not hold 32 bytes in base64", file.display())))?;
    match store.claim_link_key(&key.fingerprint()).await.map_err(unreadable())? {
        true => Ok(key),
        false => Err(other_link_key(file, "is another")),
    }
}

fn other_link_key(file: &Path, what: &str) -> StartProblem {
    StartProblem(format!(
        "the links of this database were made with a key, and `{}` {what}: put the `link.key` there that the service \
         was first started with, from its backup or from another node; if it is lost, `usher renew-links` lets a new \
         one take its place, and every link sent so far is dead",
        file.display()
    ))
}
