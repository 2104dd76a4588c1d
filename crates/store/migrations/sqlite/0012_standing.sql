-- Tables come in the order in which an enrolment takes them.

-- Whether people may wait for a place, whether the organizer decides about each, and for how many minutes a place that
-- becomes free is held for whoever waits; NULL for no, no and a day.
ALTER TABLE registration ADD COLUMN is_waitlist_enabled BOOLEAN;
ALTER TABLE registration ADD COLUMN is_manual_approval_enabled BOOLEAN;
ALTER TABLE registration ADD COLUMN offer_minutes BIGINT;

-- seats_taken counts whoever is registered, and the places held for an offer. Beside them: who waits without an offer, and
-- about whom the organizer has to decide.
ALTER TABLE roster ADD COLUMN waitlist_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE roster ADD COLUMN pending_count BIGINT NOT NULL DEFAULT 0;

-- Where somebody stands who has no place of their own: `waitlisted`, `offered`, `pendingApproval`, and once that is over
-- `withdrawn`, `rejected`, `offerExpired`. NULL is whoever is registered, or was and canceled. live_key names the person
-- while it is not over.
ALTER TABLE registrant ADD COLUMN standing TEXT;
ALTER TABLE registrant ADD COLUMN offer_expires_at BIGINT;
ALTER TABLE registrant ADD COLUMN canceled_reason TEXT;

-- The waiting list, in order of arrival; whoever has an offer is told apart. `due_at` is when something is to be done: an
-- offer is over, or, of somebody without one, more places are free than were offered in one go.
CREATE TABLE waiting (
    slot BIGINT NOT NULL,
    meeting_id BLOB NOT NULL,
    is_offered BOOLEAN NOT NULL,
    registrant_id BLOB NOT NULL,
    registration_id BLOB NOT NULL,
    due_at BIGINT,
    PRIMARY KEY (slot, meeting_id, is_offered, registrant_id)
) WITHOUT ROWID;
CREATE INDEX waiting_due ON waiting (slot, due_at) WHERE due_at IS NOT NULL;
