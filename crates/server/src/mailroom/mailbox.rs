//! The built-in mailbox: for demonstrations and tests, letters go here and nowhere else.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::LetterKind;
use jiff::Timestamp;
use uuid::Uuid;

use super::mime::SealedLetter;

/// How many letters are kept unless [`Mailbox::of_size`] says otherwise.
const SIZE: usize = 1_000;

/// The last letters, in memory.
pub struct Mailbox {
    size: usize,
    letters: Mutex<VecDeque<Arc<MailboxLetter>>>,
}

/// A letter in the mailbox.
pub struct MailboxLetter {
    /// Its id in the mailbox: a letter that was sent twice is there twice.
    pub id: Uuid,
    /// Address on its envelope, where mail about it comes back to.
    pub sender: String,
    /// Address it went to.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// When it went out.
    pub sent_at: Timestamp,
    /// What it tells.
    pub kind: LetterKind,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The calendar part; reminders have none.
    pub calendar: Option<String>,
    /// The whole message as a mail server would have got it.
    pub message: Vec<u8>,
    /// The recipient's link to the meeting.
    pub join_url: String,
    /// The recipient's link to their registration.
    pub manage_url: String,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self::of_size(SIZE)
    }
}

impl Mailbox {
    /// A mailbox that keeps the last `size` letters.
    pub fn of_size(size: usize) -> Self {
        Self { size, letters: Mutex::default() }
    }

    /// The letters, newest first.
    pub fn list(&self) -> Vec<Arc<MailboxLetter>> {
        self.letters().iter().cloned().collect()
    }

    /// The letter of that id, if it is still kept.
    pub fn find(&self, id: Uuid) -> Option<Arc<MailboxLetter>> {
        self.letters().iter().find(|letter| letter.id == id).cloned()
    }

    /// Throws every letter away.
    pub fn clear(&self) {
        self.letters().clear();
    }

    pub(super) fn put(&self, letter: SealedLetter, id: Uuid, sent_at: Timestamp) {
        let letter = MailboxLetter {
            id,
            sender: letter.sender.to_string(),
            to: letter.recipient.to_string(),
            subject: letter.letter.subject,
            sent_at,
            kind: letter.kind,
            text: letter.letter.text,
            html: letter.letter.html,
            calendar: letter.letter.calendar.map(|part| part.text),
            message: letter.message.into_bytes(),
            join_url: letter.join_url,
            manage_url: letter.manage_url,
        };
        let mut letters = self.letters();
        letters.push_front(Arc::new(letter));
        letters.truncate(self.size);
    }

    fn letters(&self) -> MutexGuard<'_, VecDeque<Arc<MailboxLetter>>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
