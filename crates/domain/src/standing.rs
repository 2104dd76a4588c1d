//! Where somebody stands with a registration, and the steps that lead from there: the life of a registrant.
//! docs/registrant-life.md draws it.

use jiff::Timestamp;

use crate::letter::LetterKind;
use crate::refusal::Refusal;
use crate::seats::Admission;

/// Where somebody stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The place is theirs.
    Registered,
    /// The organizer has not decided yet; they hold no place.
    PendingApproval,
    /// They wait for a place.
    Waitlisted,
    /// They waited, and a place is held for them until then.
    Offered {
        /// From when on the place goes to the next one.
        expires_at: Timestamp,
    },
    /// They had a place, and it was given back.
    Canceled(Cancellation),
    /// They left before they had one.
    Withdrawn(Cancellation),
    /// The organizer turned them down.
    Rejected(Cancellation),
    /// A place was offered to them, and they let its time pass.
    OfferExpired(Cancellation),
}

/// Every status: Graph's `meetingRegistrantStatus` as far as it is given here, and the members of the successor API's
/// `virtualEventAttendeeRegistrationStatus` that approval and a waiting list need. See [`Standing::status`].
pub const STATUSES: [&str; 5] =
    ["registered", "canceled", "waitlisted", "pendingApproval", "rejectedByOrganizer"];

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// When.
    pub at: Timestamp,
    /// By whom: an actor as in [`crate::Caller::actor`], `registrant` for the person by their link, or
    /// [`THE_WAITING_LIST`].
    pub by: String,
    /// Why, in the words of whoever did it; for the organizer to read.
    pub reason: Option<String>,
}

/// Who acts where nobody does: a place became free, or an offer's time is over.
pub const THE_WAITING_LIST: &str = "waitlist";

/// What is to be done about somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The organizer lets them in, to what there is.
    Approve(Admission),
    /// The organizer turns them down.
    Reject(Cancellation),
    /// They leave, or are made to.
    Cancel(Cancellation),
    /// They take the place that is held for them.
    Accept {
        /// When the meeting begins: no place is held past that, whatever the offer says.
        start_at: Timestamp,
    },
    /// A place is held for them; no longer than before, if one is held already.
    Offer {
        /// Until when.
        expires_at: Timestamp,
    },
    /// A place is given to them without asking: there is no time left for an offer.
    Promote,
    /// The time of their offer is over.
    Expire {
        /// How it ends.
        end: Cancellation,
        /// When the meeting begins.
        start_at: Timestamp,
    },
}

/// What a step changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Where they stand then.
    pub to: Standing,
    /// What the event is called.
    pub event: &'static str,
    /// The letter that tells them.
    pub letter: LetterKind,
}

/// What a step adds to what is counted of a registration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Places taken: of those registered, and those held for an offer.
    pub seats: i64,
    /// People on the waiting list, without those who have an offer.
    pub waitlisted: i64,
    /// People the organizer has to decide about.
    pub pending: i64,
}

impl Standing {
    /// The name of the status on the wire: `meetingRegistrantStatus`, with the members of the successor API's
    /// `virtualEventAttendeeRegistrationStatus`. Whoever has an offer is still on the waiting list there.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::PendingApproval => "pendingApproval",
            Self::Waitlisted | Self::Offered { .. } => "waitlisted",
            Self::Canceled(_) | Self::Withdrawn(_) | Self::OfferExpired(_) => "canceled",
            Self::Rejected(_) => "rejectedByOrganizer",
        }
    }

    /// Whether it is not over: a person stands in one such way with a meeting at most.
    pub fn is_live(&self) -> bool {
        self.end().is_none()
    }

    /// How it ended, if it did.
    pub fn end(&self) -> Option<&Cancellation> {
        match self {
            Self::Registered | Self::PendingApproval | Self::Waitlisted | Self::Offered { .. } => None,
            Self::Canceled(end) | Self::Withdrawn(end) | Self::Rejected(end) | Self::OfferExpired(end) => {
                Some(end)
            }
        }
    }

    /// The letter that tells somebody how they stand.
    pub fn letter(&self) -> LetterKind {
        match self {
            Self::Registered => LetterKind::Confirmation,
            Self::PendingApproval => LetterKind::PendingApproval,
            Self::Waitlisted => LetterKind::Waitlisted,
            Self::Offered { .. } => LetterKind::PlaceOffered,
            Self::Canceled(_) | Self::Withdrawn(_) => LetterKind::Cancellation,
            Self::Rejected(_) => LetterKind::Rejected,
            Self::OfferExpired(_) => LetterKind::OfferExpired,
        }
    }

    /// As what they are counted.
    pub fn counts(&self) -> Counts {
        match self {
            Self::Registered | Self::Offered { .. } => Counts { seats: 1, ..Counts::default() },
            Self::Waitlisted => Counts { waitlisted: 1, ..Counts::default() },
            Self::PendingApproval => Counts { pending: 1, ..Counts::default() },
            _ => Counts::default(),
        }
    }

    /// What a step changes at `now`; `None` where what it wants is so already. Exhaustive on purpose.
    ///
    /// # Errors
    ///
    /// The step leads nowhere from here, there is no place, or the offer is over.
    pub fn step(&self, step: Step, now: Timestamp) -> Result<Option<Transition>, Refusal> {
        let to = |to: Self, event| {
            let letter = to.letter();
            Ok(Some(Transition { to, event, letter }))
        };
        let wrong = |needed| Err(Refusal::RegistrantStatus { status: self.status(), needed });
        match (step, self) {
            (Step::Approve(admission), Self::PendingApproval) => match admission {
                Admission::Seat => to(Self::Registered, "registrantApproved"),
                Admission::Wait | Admission::Ask => to(Self::Waitlisted, "registrantWaitlisted"),
                Admission::Full => Err(Refusal::RegistrationFull),
            },
            (Step::Approve(_), Self::Registered | Self::Waitlisted | Self::Offered { .. }) => Ok(None),
            (Step::Approve(_), _) => wrong("pendingApproval"),

            (Step::Reject(end), Self::PendingApproval | Self::Waitlisted) => {
                to(Self::Rejected(end), "registrantRejected")
            }
            (Step::Reject(_), Self::Rejected(_)) => Ok(None),
            (Step::Reject(_), _) => wrong("pendingApproval` or, without an offer, `waitlisted"),

            (Step::Cancel(end), Self::Registered) => to(Self::Canceled(end), "registrantCanceled"),
            (Step::Cancel(end), Self::PendingApproval | Self::Waitlisted) => {
                to(Self::Withdrawn(end), "registrantWithdrawn")
            }
            (Step::Cancel(end), Self::Offered { .. }) => to(Self::Withdrawn(end), "offerDeclined"),
            (Step::Cancel(_), _) => Ok(None),

            (Step::Accept { start_at }, Self::Offered { expires_at }) => {
                let expired_at = start_at.min(*expires_at);
                if now >= expired_at {
                    return Err(Refusal::OfferExpired { expired_at });
                }
                to(Self::Registered, "offerAccepted")
            }
            (Step::Accept { .. }, Self::OfferExpired(end)) => {
                Err(Refusal::OfferExpired { expired_at: end.at })
            }
            (Step::Accept { .. }, Self::Registered) => Ok(None),
            (Step::Accept { .. }, _) => wrong("waitlisted` with an offer, `offerExpirationDateTime"),

            (Step::Offer { expires_at }, Self::Waitlisted) => {
                to(Self::Offered { expires_at }, "registrantOffered")
            }
            (Step::Offer { expires_at }, Self::Offered { expires_at: held }) if expires_at < *held => {
                to(Self::Offered { expires_at }, "offerShortened")
            }
            (Step::Promote, Self::Waitlisted) => to(Self::Registered, "registrantPromoted"),
            (Step::Expire { end, start_at }, Self::Offered { expires_at })
                if now >= start_at.min(*expires_at) =>
            {
                to(Self::OfferExpired(end), "offerExpired")
            }
            (Step::Offer { .. } | Step::Promote | Step::Expire { .. }, _) => Ok(None),
        }
    }
}

impl Transition {
    /// What it adds to the counts of the registration, for somebody who stood there before.
    pub fn counts(&self, from: &Standing) -> Counts {
        let (before, after) = (from.counts(), self.to.counts());
        Counts {
            seats: after.seats - before.seats,
            waitlisted: after.waitlisted - before.waitlisted,
            pending: after.pending - before.pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: &str) -> Timestamp {
        format!("2027-03-09T{hour}:00Z").parse().unwrap()
    }

    fn end() -> Cancellation {
        Cancellation { at: at("10:00"), by: "registrant".to_owned(), reason: None }
    }

    fn standings() -> [Standing; 8] {
        use Standing::*;
        [
            Registered,
            PendingApproval,
            Waitlisted,
            Offered { expires_at: at("12:00") },
            Canceled(end()),
            Withdrawn(end()),
            Rejected(end()),
            OfferExpired(end()),
        ]
    }

    /// How a step ends, in a word: what it leads to, nothing to do, or why not.
    fn word(outcome: &Result<Option<Transition>, Refusal>) -> &'static str {
        match outcome {
            Ok(Some(Transition { event, .. })) => event,
            Ok(None) => "",
            Err(Refusal::RegistrantStatus { .. }) => "status",
            Err(Refusal::OfferExpired { .. }) => "expired",
            Err(Refusal::RegistrationFull) => "full",
            Err(_) => "another refusal",
        }
    }

    /// The whole machine: every step from everywhere, in time and too late.
    #[test]
    fn every_step_from_everywhere_leads_where_it_should() {
        let offer = |hour| Step::Offer { expires_at: at(hour) };
        let accept = |start| Step::Accept { start_at: at(start) };
        let expire = |start| Step::Expire { end: end(), start_at: at(start) };
        #[rustfmt::skip]
        let table: [(Step, &str, [&str; 8]); 15] = [
            // from: registered, pending, waitlisted, offered, canceled, withdrawn, rejected, expired
            (Step::Approve(Admission::Seat), "11:00", ["", "registrantApproved", "", "", "status", "status", "status", "status"]),
            (Step::Approve(Admission::Wait), "11:00", ["", "registrantWaitlisted", "", "", "status", "status", "status", "status"]),
            (Step::Approve(Admission::Full), "11:00", ["", "full", "", "", "status", "status", "status", "status"]),
            (Step::Reject(end()), "11:00", ["status", "registrantRejected", "registrantRejected", "status", "status", "status", "", "status"]),
            (Step::Cancel(end()), "11:00", ["registrantCanceled", "registrantWithdrawn", "registrantWithdrawn", "offerDeclined", "", "", "", ""]),
            (accept("13:00"), "11:00", ["", "status", "status", "offerAccepted", "status", "status", "status", "expired"]),
            (accept("13:00"), "12:00", ["", "status", "status", "expired", "status", "status", "status", "expired"]),
            (accept("11:00"), "11:00", ["", "status", "status", "expired", "status", "status", "status", "expired"]),
            (offer("12:00"), "11:00", ["", "", "registrantOffered", "", "", "", "", ""]),
            (offer("11:30"), "11:00", ["", "", "registrantOffered", "offerShortened", "", "", "", ""]),
            (Step::Promote, "11:00", ["", "", "registrantPromoted", "", "", "", "", ""]),
            (expire("13:00"), "11:00", ["", "", "", "", "", "", "", ""]),
            (expire("13:00"), "12:00", ["", "", "", "offerExpired", "", "", "", ""]),
            (expire("11:00"), "11:00", ["", "", "", "offerExpired", "", "", "", ""]),
            (Step::Cancel(end()), "13:00", ["registrantCanceled", "registrantWithdrawn", "registrantWithdrawn", "offerDeclined", "", "", "", ""]),
        ];
        for (step, now, expected) in table {
            for (from, expected) in standings().iter().zip(expected) {
                let outcome = from.step(step.clone(), at(now));
                assert_eq!(word(&outcome), expected, "{step:?} at {now} from {from:?}");
                if let Ok(Some(transition)) = outcome {
                    check(from, &transition);
                }
            }
        }
    }

    /// What holds of every transition there is.
    fn check(from: &Standing, transition: &Transition) {
        assert!(from.is_live(), "what is over stays over: {from:?}");
        assert!(
            transition.letter.is_true_of(&transition.to, true),
            "a letter that is not true: {transition:?}"
        );
        let counts = transition.counts(from);
        let sum = |counts: Counts| counts.seats + counts.waitlisted + counts.pending;
        let before = i64::from(from.is_live());
        assert_eq!(before + sum(counts), i64::from(transition.to.is_live()), "{from:?} {transition:?}");
        if matches!(transition.to, Standing::Registered) {
            assert_eq!(transition.letter, LetterKind::Confirmation, "who has a place is told so");
        }
    }

    /// Nobody is told of a place before it is theirs.
    #[test]
    fn a_letter_is_true_of_those_whom_it_is_for() {
        for standing in standings() {
            for kind in LetterKind::ALL {
                let is_true = kind.is_true_of(&standing, true);
                assert!(
                    !is_true || kind.is_with_a_place() == (standing == Standing::Registered),
                    "{kind:?} {standing:?}"
                );
            }
            assert!(standing.letter().is_true_of(&standing, true), "{standing:?}");
            assert!(!LetterKind::Confirmation.is_true_of(&standing, false), "{standing:?}");
            if standing.is_live() {
                assert!(
                    LetterKind::Cancellation.is_true_of(&standing, false),
                    "all are canceled: {standing:?}"
                );
            }
        }
    }
}
