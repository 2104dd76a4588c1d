//! Opening a message that anybody may have sent.
//!
//! The parser builds messages within messages as deep as they come, and takes them apart by recursion: too deep a one
//! would end the process, which nothing catches. So what holds too many is not opened at all.

use mail_parser::{Message, MessageParser};

/// The most parts that hold others: a report that was forwarded twice, with a letter of ours in it, has about ten.
const MOST_HOLDERS: usize = 20;

/// The message; `None` for one that cannot be read, or that is not fit to be.
pub(super) fn open(message: &[u8]) -> Option<Message<'_>> {
    is_fit(message).then(|| MessageParser::default().parse(message))?
}

/// Whether it holds few messages and parts, and all of them where they can be counted: a message within an encoding is
/// forbidden (RFC 2046, section 5.2.1), and the parts of a digest are messages without saying so.
fn is_fit(message: &[u8]) -> bool {
    let mut holders = 0;
    for paragraph in flat(message).split("\n\n") {
        let encodings = paragraph.split('\n').flat_map(|line| fields(line, "content-transfer-encoding:"));
        let is_encoded = encodings.map(str::trim).any(|one| !matches!(one, "" | "7bit" | "8bit" | "binary"));
        for value in paragraph.split('\n').flat_map(|line| fields(line, "content-type:")) {
            let kind = value.split(';').next().unwrap_or_default().trim();
            // Signatures list names of fields, this one among them: that is no kind, and has no stroke.
            let has_stroke = kind.contains('/');
            holders += usize::from(kind.contains("multipart") || has_stroke && kind.contains("message"));
            let is_message = matches!(kind, "message/rfc822" | "message/global");
            // A comment, or a line that goes on: nobody writes a kind so, and what it then is, is hard to say.
            let is_odd = kind.contains('(') || has_stroke && kind.contains(' ');
            if holders > MOST_HOLDERS || is_odd || kind.contains("digest") || is_message && is_encoded {
                return false;
            }
        }
    }
    true
}

/// What stands behind each mention of a field: a head may begin in the middle of a line, behind a boundary.
fn fields<'l>(line: &'l str, name: &'static str) -> impl Iterator<Item = &'l str> {
    line.split(name).skip(1)
}

/// As the parser looks at it: in lower case, without blanks, quotes and backslashes, which it skips in names and kinds. A
/// blank stands where a field goes on in the next line, and a question mark for a line of which nothing else is left: a
/// head goes on past it.
fn flat(message: &[u8]) -> String {
    let mut text = Vec::with_capacity(message.len());
    for (n, line) in message.split(|byte| *byte == b'\n').enumerate() {
        let goes_on = matches!(line.first(), Some(b' ' | b'\t'));
        match n {
            0 => {}
            _ if goes_on => text.push(b' '),
            _ => text.push(b'\n'),
        }
        let before = text.len();
        for byte in line {
            match byte {
                b'"' | b'\\' => {}
                byte if byte.is_ascii_whitespace() => {}
                byte if byte.is_ascii() => text.push(byte.to_ascii_lowercase()),
                _ => text.push(b'?'),
            }
        }
        let is_blank = matches!(line, b"" | b"\r");
        if text.len() == before && !is_blank && !goes_on {
            text.push(b'?');
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::thread;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;
    use crate::lmtp::report;

    /// Far less than any thread of the server has: a message within a message for each of its kilobytes would not do.
    const STACK: usize = 256 << 10;

    /// Opens and reads it with little stack. Too deep a message ends the whole test.
    fn read(message: Vec<u8>) -> bool {
        let reading = thread::Builder::new().stack_size(STACK).spawn(move || {
            report::read(&message, true);
            open(&message).is_some()
        });
        reading.unwrap().join().unwrap()
    }

    #[test]
    fn messages_within_messages_do_not_use_the_stack_up() {
        let within = |head: &str, depth: usize| format!("{}From: a@b\n\nhello", head.repeat(depth));
        for head in [
            "Content-Type: message/rfc822\n\n",
            "Content-Type:message/global\r\n\r\n",
            "CONTENT-type:\n\tMessage/RFC822; x=y\n\n",
            "Con tent-Ty pe : \"message\"/rfc822\n\n",
            "Content-Type: x\n message/rfc822\n\n",
            "Content-Type: (x) message/rfc822\n\n",
            "Content-Type: message/(;)rfc822\n\n",
            "Content-Type: message\\/rfc822\n \n\n",
            "Content-Type: message/rfc822\n\"\n\n",
            "Content-Type: message/rfc822\n\\\r\n\r\n",
            "Content-Type: message/rfc822\r\n\x0c\r\n\r\n",
            "Content-Type: message/rfc822\n\r\r\n\n",
            "Content-Type: text/plain\nContent-Type: message/rfc822\n\n",
            "Content-Type: multipart/digest; boundary=b\n\n--b\n\n",
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n",
            "Content-Type: multipart/mixed; boundary=b\n\nx--bContent-Type: message/rfc822\n\n",
        ] {
            assert!(!read(within(head, 3_000).into()), "{head}");
            let deep = within("Content-Type: message/rfc822\n\n", 3_000);
            for (encoding, body) in [
                ("base64", STANDARD.encode(&deep)),
                ("Quoted-Printable", deep.replace('=', "=3D")),
                ("=?us-ascii?q?base64?=", STANDARD.encode(&deep)),
            ] {
                let head = head.trim_end();
                let encoded = format!("{head}\nContent-Transfer-Encoding: {encoding}\n\n{body}");
                assert!(!read(encoded.into()), "{head} {encoding}");
            }
        }
        let headers = format!(
            "Content-Type: multipart/report; boundary=r\n\n--r\nContent-Type: text/rfc822-headers\n\
             Content-Transfer-Encoding: base64\n\n{}\n--r--\n",
            STANDARD.encode(within("Content-Type: message/rfc822\n\n", 3_000))
        );
        assert!(read(headers.into()), "headers are read as such, and alone");
        assert!(read(within("Content-Type: message/rfc822\n\n", 15).into()), "the control");
    }

    #[test]
    fn what_mail_servers_write_is_opened() {
        let signature = "DKIM-Signature: v=1; a=rsa-sha256; d=pinewater.example; h=from:to:\r\n content-type:\r\n \
                         message-id:\r\n list-unsubscribe;\r\n bh=YQ/a=; b=YS/b\r\n";
        let report = format!(
            "{0}{0}Content-Type: multipart/report;\r\n boundary=\"r\"\r\n\r\n--r\r\nContent-Type:\r\n text/plain; \
             charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSorry.\r\n\r\n--r\r\n\
             Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==\r\n\r\n\
             --r\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{1}Subject: x\r\n\
             Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==\r\n--r--\r\n",
            signature,
            signature.repeat(30)
        );

        let opened = open(report.as_bytes()).unwrap();

        assert_eq!(opened.parts.len(), 4);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn whatever_comes_is_read_with_little_stack(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "Content-Type:", "content-TYPE :", "\n", "\n", "\n\n", "\r\n", "\r\n\r\n", "\n ", "\t", ";",
                    "(", ")", "\"", "\\", "\n\"\n", "\n\\\n", "\x0c", "\r",
                    "message/rfc822", "message/global", "Message", "/", "rfc822", "multipart/digest", "multipart/mixed",
                    "multipart/report", "; boundary=b", "--b", "--b--", "Content-Transfer-Encoding:", "base64",
                    "quoted-printable", "8bit", "=3D", "=\n", "=?us?q?", "?=", "text/plain", "text/rfc822-headers",
                    "message/delivery-status", "Subject: x", "x", "\u{e4}",
                ]),
                1..40,
            ),
            times in 1_usize..600,
        ) {
            read(pieces.concat().repeat(times).into());
        }
    }
}
