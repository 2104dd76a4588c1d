//! Mailings: turning a letter to everybody into letters, a piece at a time.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use store::Fault;
use uuid::Uuid;

use super::shift::{Shift, Until};

/// The most letters queued in one go: a transaction that nobody has to wait for long.
const PIECE: usize = 1_000;
/// Between two looks for mailings and offers that nobody in this process has spoken of: reminders, offers that are over, and
/// other nodes' work. The rows of mailings are as many as there are meetings to come.
const PACE: SignedDuration = SignedDuration::from_secs(5);

impl Shift {
    /// Works off a piece of every mailing that is due, so that a big one does not hold up the others; how many pieces
    /// that were. One that failed does not keep the others from theirs.
    pub(super) async fn work_mailings(&self, now: Timestamp) -> Result<usize, Fault> {
        let room = self.room();
        let (mut count, mut failed) = (0, None);
        for due in room.store.due_mailings(now).await? {
            let ids: Vec<Uuid> = (0..PIECE).map(|_| room.source.ordered_id(now)).collect();
            match room.store.work_mailing(&due, &room.reminders, &ids, now).await {
                Ok(was_worked) => count += usize::from(was_worked),
                Err(fault) => failed = Some(fault),
            }
            if self.is_stopping() {
                break;
            }
        }
        if count > 0 {
            // There may be another piece.
            room.has_mailing.store(true, Ordering::Release);
        }
        failed.map_or(Ok(count), Err)
    }

    /// Ends the offers of waiting lists whose time is over and offers the places that are free; how many steps that were.
    pub(super) async fn work_waiting(&self, now: Timestamp) -> Result<usize, Fault> {
        let room = self.room();
        let (mut count, mut failed) = (0, None);
        for meeting in room.store.due_waiting(now).await? {
            match room.store.work_waiting(meeting, now).await {
                Ok(steps) => count += steps,
                Err(fault) => failed = Some(fault),
            }
            if self.is_stopping() {
                break;
            }
        }
        if count > 0 {
            // There may be more.
            room.has_mailing.store(true, Ordering::Release);
        }
        failed.map_or(Ok(count), Err)
    }

    pub(super) fn is_time_to_look(&self, now: Timestamp) -> bool {
        let room = self.room();
        let last = room.last_look_at.load(Ordering::Relaxed);
        let since = now.as_microsecond().abs_diff(last);
        let is_time = room.has_mailing.swap(false, Ordering::AcqRel)
            || self.0.until == Until::Idle
            || i128::from(since) >= PACE.as_micros();
        if is_time {
            room.last_look_at.store(now.as_microsecond(), Ordering::Relaxed);
        }
        is_time
    }
}
