//! The message as an independent parser reads it, whatever people called themselves.

use calcard::{Entry, Parser};
use domain::Email;
use mail_parser::{MessageParser, MimeHeaders, PartType};

use super::world::World;

const HEADERS: [&str; 10] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
];

/// Parses the one message that goes out when somebody of that name enrols.
async fn message_to(first_name: &str, last_name: &str, email: &str, subject: &str) -> Vec<u8> {
    let world = World::about(subject).await;
    let (mailroom, mailbox) = world.with_mailbox();
    world.enroll(first_name, last_name, email).await;
    assert_eq!(mailroom.deliver_due().await.unwrap(), 1);
    mailbox.list()[0].message.clone()
}

fn header_names(message: &[u8]) -> Vec<String> {
    let parsed = MessageParser::default().parse(message).unwrap();
    parsed.headers_raw().map(|(name, _)| name.to_owned()).collect()
}

#[tokio::test]
async fn no_name_and_no_title_adds_a_header() {
    for hostile in [
        "Odile",
        "Odile\r\nBcc: victim@example.org",
        "Odile\nSubject: Won",
        "Odile\rX: y",
        "Odile\u{85}Bcc: victim@example.org",
        "Odile\u{2028}Bcc: victim@example.org\u{2029}",
        "Odile\r\n\r\n<script>",
        "Odile\0",
        "Marchetti, Odile",
        "odile@elsewhere.example",
        "\"Odile\" <victim@example.org>, x",
        "=?utf-8?q?Odile=0D=0ABcc:_victim@example.org?=",
        "(Odile); group: a@b.example;",
        "Ödile \\\" Ünïcöde 👩‍🚀",
        &"Ö".repeat(500),
        &"long ".repeat(200),
    ] {
        let message = message_to(hostile, "Marchetti", "odile@pinewater.example", hostile).await;
        let parsed = MessageParser::default().parse(&message).unwrap();

        assert_eq!(header_names(&message), HEADERS, "{hostile:?}");
        assert!(message.is_ascii(), "{hostile:?}: any server carries it");
        let lines = message.split(|byte| *byte == b'\n');
        assert!(lines.clone().all(|line| line.len() < 998), "{hostile:?}: RFC 5322, section 2.1.1");
        let to: Vec<_> = parsed.to().unwrap().iter().map(|to| to.address().unwrap()).collect();
        assert_eq!(to, ["odile@pinewater.example"], "{hostile:?}");
        let from = parsed.from().unwrap().first().unwrap();
        assert_eq!(from.address(), Some("no-reply@pinewater.example"), "{hostile:?}");
        assert_eq!(from.name(), Some("Usher, at \"Pinewater\""), "{hostile:?}");
        let reply_to = parsed.reply_to().unwrap().first().unwrap();
        assert_eq!(
            (reply_to.name(), reply_to.address()),
            (Some("Événements"), Some("events@pinewater.example"))
        );
        assert!(parsed.bcc().is_none() && parsed.cc().is_none(), "{hostile:?}");
    }
}

#[tokio::test]
async fn names_arrive_as_they_were_typed() {
    for (first, last) in [
        ("Odile", "Marchetti"),
        ("Marchetti,", "Odile"),
        ("Od\"ile", "O'Brien \\ Sons"),
        ("odile@home", "<x>"),
        ("Ødile", "Łukasz"),
        ("小田", "👩‍🚀"),
    ] {
        let message = message_to(first, last, "odile@pinewater.example", "Review").await;
        let parsed = MessageParser::default().parse(&message).unwrap();

        assert_eq!(parsed.to().unwrap().first().unwrap().name(), Some(format!("{first} {last}").as_str()));
    }
}

#[tokio::test]
async fn an_international_domain_goes_into_the_envelope_in_ascii() {
    let message = message_to("Odile", "Marchetti", "odile@bücher.example", "Review").await;
    let parsed = MessageParser::default().parse(&message).unwrap();

    assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("odile@xn--bcher-kva.example"));
}

#[tokio::test]
async fn the_invitation_is_there_twice_and_says_what_its_type_says() {
    let mut world = World::about("Réunion, \"trimestrielle\"; 小田").await;
    let (mailroom, mailbox) = world.with_mailbox();
    let odile = world.enroll_odile().await;
    mailroom.deliver_due().await.unwrap();
    world.rename_meeting("Réunion").await;
    world.cancel(odile).await;
    mailroom.deliver_due().await.unwrap();

    for (letter, method) in mailbox.list().iter().zip(["CANCEL", "REQUEST"]) {
        let parsed = MessageParser::default().parse(&letter.message).unwrap();
        let types: Vec<String> = parsed
            .parts
            .iter()
            .map(|part| part.content_type().unwrap())
            .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap()))
            .collect();
        assert_eq!(
            types,
            [
                "multipart/mixed",
                "multipart/alternative",
                "text/plain",
                "text/html",
                "text/calendar",
                "application/ics"
            ]
        );
        let invitation = &parsed.parts[4];
        assert_eq!(invitation.content_type().unwrap().attribute("method"), Some(method));
        assert_eq!(invitation.content_type().unwrap().attribute("charset"), Some("utf-8"));
        assert_eq!(parsed.parts[5].attachment_name(), Some("invite.ics"));
        let text = letter.calendar.as_deref().unwrap();
        assert_eq!(invitation.contents(), text.as_bytes());
        assert_eq!(parsed.parts[5].contents(), text.as_bytes());
        let Entry::ICalendar(calendar) = Parser::new(text).entry() else { panic!("no calendar") };
        assert_eq!(calendar.components.len(), 2);
        assert!(text.contains(&format!("METHOD:{method}\r\n")));
        let PartType::Text(text) = &parsed.parts[2].body else { panic!("no text part") };
        assert_eq!(text.replace("\r\n", "\n").trim_end(), letter.text.trim_end());
        let PartType::Html(html) = &parsed.parts[3].body else { panic!("no HTML part") };
        assert_eq!(html.replace("\r\n", "\n").trim_end(), letter.html.trim_end());
    }
}

#[tokio::test]
async fn a_cancellation_answers_the_confirmation() {
    let world = World::new().await;
    let (mailroom, mailbox) = world.with_mailbox();
    let odile = world.enroll_odile().await;
    mailroom.deliver_due().await.unwrap();
    world.cancel(odile).await;
    mailroom.deliver_due().await.unwrap();

    let letters = mailbox.list();
    let id = |n: usize| {
        MessageParser::default().parse(&letters[n].message).unwrap().message_id().unwrap().to_owned()
    };
    let cancellation = MessageParser::default().parse(&letters[0].message).unwrap();

    assert_eq!(cancellation.in_reply_to().as_text(), Some(id(1).as_str()));
    assert_eq!(cancellation.references().as_text(), Some(id(1).as_str()));
    assert_eq!(cancellation.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert_eq!(cancellation.header_raw("X-Auto-Response-Suppress").map(str::trim), Some("All"));
    assert_ne!(id(0), id(1));
}

#[test]
fn every_address_that_may_enrol_is_one_for_the_mail_server() {
    let longest_domain = format!("{0}.{0}.{0}.{1}", "d".repeat(62), "e".repeat(60));
    for text in [
        "a@b.example".to_owned(),
        "!#$%&'*+-/=?^_`{|}~@example.org".to_owned(),
        "a@1.example".to_owned(),
        "a@xn--bcher-kva.example".to_owned(),
        "a@例え.テスト".to_owned(),
        format!("{}@example.org", "a".repeat(64)),
        format!("a@{longest_domain}"),
        format!("{}@{longest_domain}", "a".repeat(64)),
    ] {
        let Ok(email) = Email::parse(&text) else { continue };

        assert!(email.to_ascii().parse::<lettre::Address>().is_ok(), "{text}");
    }
}
