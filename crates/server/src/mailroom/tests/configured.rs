//! From the configuration to a postman.

use domain::link::LinkKey;

use crate::clock::Clock;
use crate::config::Config;
use crate::house::Houses;
use crate::mailroom::{LetterLinks, Letterhead, Postman};

fn mail(section: &str) -> crate::config::Mail {
    let text = format!(
        "[server]\npublic_url = \"https://usher.example.org\"\n[identity.builtin]\nenabled = true\n{section}"
    );
    Config::from_toml_str(&text).unwrap_or_else(|problems| panic!("{problems}")).mail
}

fn links() -> LetterLinks {
    LetterLinks { key: LinkKey::new([7; 32]), public_url: "https://usher.example.org/".into() }
}

#[tokio::test]
async fn the_configuration_names_the_postman() {
    let clock = Clock::System;
    let of = |section: &str| Postman::from_config(&mail(section), "usher.example.org", Vec::new(), &clock);

    assert!(matches!(of("").unwrap(), Postman::Nobody));
    assert!(matches!(of("[mail]\nmailbox = true").unwrap(), Postman::Mailbox(_)));
    let server = "[mail]\nhost = \"smtp.example.org\"\nfrom = \"Usher <no-reply@example.org>\"";
    let Postman::Smtp(transport) = of(server).unwrap() else { panic!("a host is a mail server") };
    assert_eq!(transport.connections(), 4);
}

#[test]
fn a_sender_at_an_international_domain_is_spelled_in_ascii() {
    let head = |section: &str| Letterhead::from_config(&mail(section), links(), Houses::default());

    let sender = head("[mail]\nfrom = \"Usher <no-reply@bücher.example>\"").unwrap().sender;
    assert_eq!(sender.to_string(), "Usher <no-reply@xn--bcher-kva.example>");
    assert_eq!(head("").unwrap().sender.to_string(), "Usher <no-reply@usher.invalid>");
    assert_eq!(links().host(), "usher.example.org");
}
