//! Signatures, held against openssl, which shares no code with us.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use tempfile::TempDir;

use super::scripted::MailServer;
use super::world::{World, settings};
use crate::mailroom::{DkimSigner, Letterhead};

fn openssl(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output =
        Command::new("openssl").args(arguments).current_dir(folder).output().expect("openssl is there");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A key in each form that there is.
fn keys(folder: &Path) -> Vec<(&'static str, String)> {
    openssl(
        folder,
        &["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "rsa8.pem"],
    );
    openssl(folder, &["rsa", "-in", "rsa8.pem", "-traditional", "-out", "rsa1.pem"]);
    openssl(folder, &["genpkey", "-algorithm", "ED25519", "-out", "ed.pem"]);
    let read = |name: &'static str| (name, std::fs::read_to_string(folder.join(name)).unwrap());
    ["rsa8.pem", "rsa1.pem", "ed.pem"].map(read).into()
}

/// A header by name; as it stands, folded.
fn headers(message: &str) -> Vec<(String, String)> {
    let head = message.split("\r\n\r\n").next().unwrap();
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        match headers.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some((_, value)) => {
                value.push_str("\r\n");
                value.push_str(line);
            }
            None => {
                let (name, value) = line.split_once(':').unwrap();
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    headers
}

/// A value as RFC 6376 relaxes it, written anew from its words.
fn relaxed(name: &str, value: &str) -> String {
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    format!("{}:{}", name.to_lowercase(), words.join(" "))
}

fn tags(signature: &str) -> Vec<(String, String)> {
    let flat: String = signature.split_ascii_whitespace().collect();
    flat.split(';')
        .map(|tag| tag.split_once('=').unwrap())
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect()
}

/// Whether openssl finds the signature good under the published key.
fn is_good(folder: &Path, message: &str, record: &str) -> bool {
    let headers = headers(message);
    let (name, signature) = &headers[0];
    assert_eq!(name, "DKIM-Signature");
    let tags = tags(signature);
    let tag =
        |name: &str| tags.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone()).unwrap();

    let body = message.split_once("\r\n\r\n").unwrap().1;
    let relaxed_body: String = body
        .trim_end_matches("\r\n")
        .split("\r\n")
        .map(|line| {
            let leading = if line.starts_with([' ', '\t']) { " " } else { "" };
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            if words.is_empty() { "\r\n".to_owned() } else { format!("{leading}{}\r\n", words.join(" ")) }
        })
        .collect();
    std::fs::write(folder.join("body"), relaxed_body).unwrap();
    let hash = openssl(folder, &["dgst", "-sha256", "-binary", "body"]);
    if STANDARD.encode(hash) != tag("bh") {
        return false;
    }

    let mut left: Vec<_> = headers[1..].to_vec();
    let mut signed = String::new();
    for name in tag("h").split(':') {
        // The last of that name, and nothing where there is none any more.
        if let Some(at) = left.iter().rposition(|(given, _)| given.eq_ignore_ascii_case(name)) {
            let (name, value) = left.remove(at);
            signed += &format!("{}\r\n", relaxed(&name, &value));
        }
    }
    let without = &signature[..signature.rfind("b=").unwrap() + 2];
    signed += &relaxed("dkim-signature", without);
    std::fs::write(folder.join("signed"), &signed).unwrap();
    std::fs::write(folder.join("signature"), STANDARD.decode(tag("b")).unwrap()).unwrap();
    let published = STANDARD.decode(record.rsplit_once("p=").unwrap().1).unwrap();
    let arguments: &[&str] = if tag("a") == "ed25519-sha256" {
        // A raw key of 32 bytes, behind what says that it is one (RFC 8410).
        let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        std::fs::write(folder.join("public"), [&prefix[..], &published].concat()).unwrap();
        std::fs::write(folder.join("hash"), openssl(folder, &["dgst", "-sha256", "-binary", "signed"]))
            .unwrap();
        &[
            "pkeyutl",
            "-verify",
            "-pubin",
            "-keyform",
            "DER",
            "-inkey",
            "public",
            "-rawin",
            "-in",
            "hash",
            "-sigfile",
            "signature",
        ]
    } else {
        std::fs::write(folder.join("public"), published).unwrap();
        &["dgst", "-sha256", "-verify", "public", "-keyform", "DER", "-signature", "signature", "signed"]
    };
    Command::new("openssl").args(arguments).current_dir(folder).output().unwrap().status.success()
}

#[tokio::test]
async fn letters_are_signed_for_whoever_asks_openssl() {
    let folder = TempDir::new().unwrap();
    for (name, pem) in keys(folder.path()) {
        let world = World::about("Réunion  trimestrielle").await;
        let server = MailServer::start().await;
        let signer = DkimSigner::new("pinewater.example".into(), "usher".into(), &pem).unwrap();
        let (record_name, record) = signer.record();
        assert_eq!(record_name, "usher._domainkey.pinewater.example");
        let head = Letterhead { dkim: Some(Arc::new(signer)), ..world.letterhead() };
        let mailroom = world.with_letterhead(head, settings(server.port));
        world.enroll("Odile", "Marchetti", "odile@pinewater.example").await;
        assert_eq!(mailroom.deliver_due().await.unwrap(), 1);
        world.clock.set("2027-03-08T11:00:01Z".parse().unwrap());
        assert_eq!(mailroom.deliver_due().await.unwrap(), 1);

        let letters = server.letters();
        let [confirmation, reminder] = &letters[..] else { panic!("{} letters", letters.len()) };
        let (confirmation, reminder) =
            (std::str::from_utf8(confirmation).unwrap(), std::str::from_utf8(reminder).unwrap());
        for message in [confirmation, reminder] {
            assert!(is_good(folder.path(), message, &record), "{name}: {message}");
            assert!(message.split("\r\n").all(|line| line.len() <= 998));
            for (from, to) in [("Subject: ", "Subject: x"), ("To: ", "To: x"), ("\r\n\r\n", "\r\n\r\nx")] {
                let changed = message.replacen(from, to, 1);
                assert!(!is_good(folder.path(), &changed, &record), "{name}: the control, {from:?}");
            }
            for more in [
                "From: x@elsewhere.example",
                "MIME-Version: 1.0",
                "Content-Type: text/html",
                "List-Unsubscribe: <https://elsewhere.example/>",
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            ] {
                let added = message.replacen("From: ", &format!("{more}\r\nFrom: "), 1);
                assert!(!is_good(folder.path(), &added, &record), "{name}: nobody adds {more}");
            }
        }
        let signature = headers(reminder)[0].1.to_lowercase();
        assert!(signature.contains("list-unsubscribe:") && signature.contains("list-unsubscribe-post"));
    }
}

#[tokio::test]
async fn a_letter_that_is_put_off_is_signed_when_it_leaves() {
    let folder = TempDir::new().unwrap();
    let (_, pem) = keys(folder.path()).remove(2);
    let world = World::new().await;
    let server = MailServer::start().await;
    server.once("RCPT", super::scripted::Instead::Say("451 4.7.1 greylisted"));
    let signer = DkimSigner::new("pinewater.example".into(), "usher".into(), &pem).unwrap();
    let (_, record) = signer.record();
    let head = Letterhead { dkim: Some(Arc::new(signer)), ..world.letterhead() };
    let mailroom = world.with_letterhead(head, settings(server.port));
    world.enroll_odile().await;
    mailroom.deliver_due().await.unwrap();
    world.pass(SignedDuration::from_mins(1));
    mailroom.deliver_due().await.unwrap();

    let letter = String::from_utf8(server.letters().remove(0)).unwrap();
    assert!(is_good(folder.path(), &letter, &record), "{letter}");
    let at = format!("t={};", world.clock.now().as_second());
    assert!(letter.contains(&at), "{letter}");
}
