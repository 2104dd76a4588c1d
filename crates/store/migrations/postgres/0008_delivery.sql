-- Tables come in the order in which an enrolment takes them, so that a node that serves meanwhile and this step wait for
-- each other one after the other.

-- Since when a registrant wants no reminders.
ALTER TABLE registrant ADD COLUMN reminders_stopped_at BIGINT;

-- One's letters; the confirmation of an enrolment shares the registrant's id and is found by that.
CREATE INDEX outbox_registrant ON outbox (slot, meeting_id, registrant_id) WHERE outbox_id <> registrant_id;

-- What became of a letter. Of an event by `mail`: `detail` is the kind of letter, `letter_id` the letter's id in the
-- outbox, `answer` what the mail server said, without addresses.
ALTER TABLE event ADD COLUMN letter_id UUID;
ALTER TABLE event ADD COLUMN answer TEXT COLLATE "C";
CREATE INDEX event_mail ON event (slot, meeting_id, registrant_id, event_id) WHERE actor = 'mail';

-- Addresses that get no letters, because none arrives there. `address_hash` is made with the link key and has a slot
-- of its own; `status` is what the mail server said (RFC 3463), of a letter to that registrant.
CREATE TABLE suppression (
    slot BIGINT NOT NULL,
    address_hash BYTEA NOT NULL,
    since_at BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    meeting_id UUID NOT NULL,
    registrant_id UUID NOT NULL,
    PRIMARY KEY (slot, address_hash)
);
