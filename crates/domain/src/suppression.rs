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

/// Whether a permanent failure is of the mailbox and not of this letter or this day: not one that is full (5.2.2), not a
/// letter that is too long (5.2.3, 5.3.4), has a bad sender (5.1.7, 5.1.8) or meets a policy (5.7.x), and not one that was given up after waiting (4.x.x).
/// Codes of RFC 3463.
fn is_of_the_mailbox(status: &str) -> bool {
    let mut parts = status.split('.');
    let (class, subject, detail) = (parts.next(), parts.next(), parts.next());
    match (class, subject, detail) {
        (Some("5"), Some("2"), Some("2" | "3")) | (Some("5"), Some("3"), Some("4")) => false,
        (Some("5"), Some("1"), Some("7" | "8")) | (Some("5"), Some("7"), _) => false,
        (Some("5"), Some(_), Some(_)) => true,
        _ => false,
    }
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
            ("failed", "5.0.0", failed(true)),
            ("failed", "5.1.7", failed(false)),
            ("failed", "5.1.8", failed(false)),
            ("failed", "5.2.1", failed(true)),
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
