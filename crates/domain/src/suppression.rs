//! What comes back about letters, and when an address gets none any more because none arrives there.

/// What a mail server on the way says of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// It will not arrive.
    Failed {
        /// Nothing ever will at this address, as far as can be told.
        for_good: bool,
    },
    /// It is late, and still being tried.
    Delayed,
    /// Something that cannot be read.
    Unread,
}

impl Returned {
    /// By the action and the status code of a delivery status notification (RFC 3464, sections 2.3.3 and 2.3.4).
    /// `None` where nothing is wrong: it was delivered, relayed or expanded.
    pub fn by(action: &str, status: &str) -> Option<Self> {
        match action.trim().to_ascii_lowercase().as_str() {
            "failed" => Some(Self::Failed { for_good: is_of_the_mailbox(status.trim()) }),
            "delayed" => Some(Self::Delayed),
            "delivered" | "relayed" | "expanded" => None,
            _ => Some(Self::Unread),
        }
    }

    /// The kind of its event.
    pub fn event(self) -> &'static str {
        match self {
            Self::Failed { .. } => "letterBounced",
            Self::Delayed => "letterDelayed",
            Self::Unread => "letterReturned",
        }
    }
}

/// Whether a server that a letter was to be handed to says that there is no such mailbox. Only what is said of the address
/// (5.1.x) counts there: the rest of what it refuses may be for what it thinks of the sender.
pub fn says_no_mailbox(status: &str) -> bool {
    status.starts_with("5.1.") && is_of_the_mailbox(status)
}

/// The codes that say that the mailbox or its domain does not exist, or takes no mail any more (RFC 3463; 5.1.10 is
/// RFC 7505). Every other code may be of this letter, of this day or of our own mail server: nobody loses
/// their letters by it.
const OF_THE_MAILBOX: [&str; 6] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];

fn is_of_the_mailbox(status: &str) -> bool {
    OF_THE_MAILBOX.contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_whether_the_mailbox_is_at_fault() {
        let failed = |for_good| Some(Returned::Failed { for_good });
        for (action, status, expected) in [
            ("failed", "5.1.1", failed(true)),
            ("Failed ", " 5.1.10", failed(true)),
            ("failed", "5.1.2", failed(true)),
            ("failed", "5.1.3", failed(true)),
            ("failed", "5.1.6", failed(true)),
            ("failed", "5.2.1", failed(true)),
            ("failed", "5.0.0", failed(false)),
            ("failed", "5.1.0", failed(false)),
            ("failed", "5.1.7", failed(false)),
            ("failed", "5.1.8", failed(false)),
            ("failed", "5.1.11", failed(false)),
            ("failed", "5.4.6", failed(false)),
            ("failed", "5.5.2", failed(false)),
            ("failed", "5.6.1", failed(false)),
            ("failed", "5.1.1.1", failed(false)),
            ("failed", "5.1", failed(false)),
            ("failed", "5.2.2", failed(false)),
            ("failed", "5.3.4", failed(false)),
            ("failed", "5.7.1", failed(false)),
            ("failed", "4.4.7", failed(false)),
            ("failed", "", failed(false)),
            ("delayed", "4.4.1", Some(Returned::Delayed)),
            ("delivered", "2.0.0", None),
            ("relayed", "2.0.0", None),
            ("nonsense", "5.1.1", Some(Returned::Unread)),
        ] {
            assert_eq!(Returned::by(action, status), expected, "{action} {status}");
        }
    }

    #[test]
    fn who_takes_letters_says_no_mailbox_only_of_the_address() {
        for (status, expected) in [
            ("5.1.1", true),
            ("5.1.10", true),
            ("5.1.8", false),
            ("5.2.1", false),
            ("5.0.0", false),
            ("5.7.1", false),
            ("4.1.1", false),
            ("5.1", false),
            ("unknown", false),
            ("", false),
        ] {
            assert_eq!(says_no_mailbox(status), expected, "{status}");
        }
    }
}
