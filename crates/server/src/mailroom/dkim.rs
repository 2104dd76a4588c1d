//! Signing letters by DKIM (RFC 6376, and RFC 8463 for Ed25519), over the cryptography that TLS brings anyway.
//!
//! Both canonicalizations are `relaxed`: servers on the way fold lines anew. The other libraries there are bring a
//! resolver with them, or the `rsa` crate.

use std::borrow::Cow;
use std::fmt::Write;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};

use super::smtp::Unusable;

/// What is signed where it is there. RFC 8058 wants both headers of one-click unsubscription among it.
const SIGNED: [&str; 13] = [
    "from",
    "reply-to",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
];
/// What is named once more than it is there, so that nobody can add another that mail programs would show, read the body
/// by, or post to.
const NONE_ADDED: [&str; 9] = [
    "from",
    "reply-to",
    "to",
    "subject",
    "date",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
];
/// How much of the signature stands on a line.
const LINE: usize = 72;

/// A key, and whose it is.
pub struct DkimSigner {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl DkimSigner {
    /// With a private key in PEM: RSA (PKCS#1 or PKCS#8) of 2048 bits or more, or Ed25519 (PKCS#8).
    pub fn new(domain: String, selector: String, pem: &str) -> Result<Self, Unusable> {
        let key = match PrivateKeyDer::from_pem_slice(pem.as_bytes()) {
            Ok(PrivateKeyDer::Pkcs1(der)) => rsa(RsaKeyPair::from_der(der.secret_pkcs1_der())),
            Ok(PrivateKeyDer::Pkcs8(der)) => {
                let der = der.secret_pkcs8_der();
                Ed25519KeyPair::from_pkcs8(der)
                    .map(|key| Key::Ed25519(Box::new(key)))
                    .ok()
                    .or_else(|| rsa(RsaKeyPair::from_pkcs8(der)))
            }
            Ok(_) | Err(_) => None,
        };
        let words = "is no private key in PEM, RSA of 2048 bits or more or Ed25519";
        key.map(|key| Self { domain, selector, key }).ok_or_else(|| Unusable(words.to_owned()))
    }

    /// The DNS record to publish: its name, and what it says.
    pub fn record(&self) -> (String, String) {
        let (kind, public) = match &self.key {
            Key::Rsa(key) => {
                let der: Result<PublicKeyX509Der<'_>, _> = key.public_key().as_der();
                ("rsa", der.map(|der| der.as_ref().to_vec()).unwrap_or_default())
            }
            Key::Ed25519(key) => ("ed25519", key.public_key().as_ref().to_vec()),
        };
        let name = format!("{}._domainkey.{}", self.selector, self.domain);
        (name, format!("v=DKIM1; k={kind}; p={}", STANDARD.encode(public)))
    }

    /// The message with its signature in front. Lines end by `\r\n`.
    pub(super) fn sign(&self, message: &str, now: Timestamp) -> String {
        let (head, body) = message.split_once("\r\n\r\n").unwrap_or((message, ""));
        let headers = unfolded(head);
        let mut names = Vec::new();
        let mut signed = String::new();
        for name in SIGNED {
            let found: Vec<_> = headers.iter().filter(|(given, _)| given == name).collect();
            for (name, value) in found.iter().rev() {
                let _ = write!(signed, "{name}:{value}\r\n");
                names.push(name.as_str());
            }
            if NONE_ADDED.contains(&name) {
                names.push(name);
            }
        }
        let algorithm = match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let mut own = format!(
            "v=1; a={algorithm}; c=relaxed/relaxed; d={}; s={}; t={};\r\n h={};\r\n bh={};\r\n b=",
            self.domain,
            self.selector,
            now.as_second(),
            names.join(":\r\n  "),
            STANDARD.encode(Sha256::digest(relaxed_body(body))),
        );
        let _ = write!(signed, "dkim-signature:{}", relaxed_value(&own));
        let signature = STANDARD.encode(self.key.sign(signed.as_bytes()));
        // It is ASCII: every byte is a letter.
        for (n, letter) in signature.chars().enumerate() {
            if n % LINE == 0 && n > 0 {
                own.push_str("\r\n  ");
            }
            own.push(letter);
        }
        format!("DKIM-Signature: {own}\r\n{message}")
    }
}

fn rsa<E>(key: Result<RsaKeyPair, E>) -> Option<Key> {
    key.ok().map(|key| Key::Rsa(Box::new(key)))
}

impl Key {
    fn sign(&self, what: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                // PKCS #1 v1.5 draws no chance.
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), what, &mut signature)
                    .expect("a key that was read signs");
                signature
            }
            Self::Ed25519(key) => key.sign(&Sha256::digest(what)).as_ref().to_vec(),
        }
    }
}

/// Names in lower case with their values as `relaxed` has them.
fn unfolded(head: &str) -> Vec<(String, String)> {
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim_end().to_ascii_lowercase(), relaxed_value(value)))
    };
    head.split("\r\n").filter_map(header).collect()
}

/// RFC 6376, section 3.4.2.
fn relaxed_value(value: &str) -> String {
    let unfolded = value.replace("\r\n", "");
    let words = unfolded.split([' ', '\t']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// RFC 6376, section 3.4.4.
fn relaxed_body(body: &str) -> String {
    let mut lines: Vec<Cow<'_, str>> = body.split("\r\n").map(relaxed_line).collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines.iter().fold(String::with_capacity(body.len() + 2), |text, line| text + line + "\r\n")
}

/// Blanks at the end go, and those between are one.
fn relaxed_line(line: &str) -> Cow<'_, str> {
    let line = line.trim_end_matches([' ', '\t']);
    if !line.contains('\t') && !line.contains("  ") {
        return Cow::Borrowed(line);
    }
    let mut text = String::with_capacity(line.len());
    for letter in line.chars().map(|letter| if letter == '\t' { ' ' } else { letter }) {
        if letter != ' ' || !text.ends_with(' ') {
            text.push(letter);
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6376, section 3.4.5.
    #[test]
    fn both_relaxed_forms_are_those_of_the_standard() {
        let headers = unfolded("A: X\r\nB : Y\t\r\n\tZ  ");

        assert_eq!(headers, [("a".into(), "X".into()), ("b".into(), "Y Z".into())]);
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body(""), "");
        assert_eq!(relaxed_body("\r\n\r\n"), "");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for pem in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "key"] {
            assert!(DkimSigner::new("a.example".into(), "s".into(), pem).is_err(), "{pem}");
        }
    }
}
