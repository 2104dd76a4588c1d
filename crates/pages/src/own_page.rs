//! The way to one's own registration, in letters that are for that: to give a place back, to accept one, to see how one
//! stands.

use domain::LetterKind;

use crate::letter::LetterFacts;
use crate::texts::Texts;
use crate::when::Moment;

/// The way to one's own registration.
pub(crate) struct OwnPage {
    /// What stands above the button.
    pub(crate) before: Vec<String>,
    pub(crate) button: String,
    /// What the address below the button is.
    pub(crate) label: String,
    pub(crate) after: Vec<String>,
}

impl OwnPage {
    /// `None` in a letter that is about something else.
    pub(crate) fn of(t: &'static Texts, facts: &LetterFacts<'_>) -> Option<Self> {
        let waiting = |before: String| Self {
            before: vec![before],
            button: t.say("letter-offer-button"),
            label: t.say("waiting-own"),
            after: Vec::new(),
        };
        match facts.kind {
            LetterKind::Offer => Some(Self {
                before: Vec::new(),
                button: t.say("letter-offer-button"),
                label: t.say("letter-manage"),
                after: vec![t.say("letter-offer-keep")],
            }),
            LetterKind::Waitlisted => Some(waiting(t.say("waiting-listed-explain"))),
            LetterKind::PendingApproval => Some(waiting(t.say("waiting-pending-explain"))),
            LetterKind::PlaceOffered => {
                let until = Moment::new(t, facts.offer_expires_at?, facts.zones.first()).text;
                Some(Self {
                    before: vec![t.say_with("waiting-offered-until", &[("time", &until)])],
                    button: t.say("waiting-offered-button"),
                    label: t.say("waiting-offered-own"),
                    after: Vec::new(),
                })
            }
            _ => None,
        }
    }
}
