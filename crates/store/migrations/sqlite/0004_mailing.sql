-- A letter to everybody registered, as one row written with the fact that it tells of: a meeting may hold millions, and
-- a statement has an end. It is worked off in pieces, each a transaction that queues the letters of the next registrants
-- and moves `after_registrant`; whoever came behind `until_registrant` knows already.
-- kind is `update`, `cancellation` (whose pieces also give the places back) or `reminder` (one row for each live
-- registration until its meeting begins). `about` is what the letters are about, as in `outbox`; of a reminder, 0 between
-- two. `since_at` is when the fact happened; reminders that were due until then are not sent.
CREATE TABLE mailing (
    slot BIGINT NOT NULL,
    meeting_id BLOB NOT NULL,
    registration_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    about BIGINT NOT NULL,
    since_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    after_registrant BLOB,
    until_registrant BLOB,
    PRIMARY KEY (slot, meeting_id, registration_id, kind)
) WITHOUT ROWID;
CREATE INDEX mailing_due ON mailing (slot, due_at);

-- What a letter is about. Of an update the version of what people are told; of a reminder its moment; of a cancellation
-- 1 where everybody was canceled; otherwise 0.
ALTER TABLE outbox ADD COLUMN about BIGINT NOT NULL DEFAULT 0;

-- Counts changes of what people are told: title, start and end, of the registration or the meeting. The calendar's
-- SEQUENCE follows it, and must not fall behind what was sent by the meeting's version.
ALTER TABLE registration ADD COLUMN told_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE registration ADD COLUMN told_at BIGINT;
UPDATE registration SET told_version = (SELECT m.version - 1 FROM meeting m
    WHERE m.slot = registration.slot AND m.meeting_id = registration.meeting_id);

INSERT INTO mailing (slot, meeting_id, registration_id, kind, due_at, about, since_at, actor)
    SELECT slot, meeting_id, registration_id, 'reminder', 0, 0, 0, 'upgrade' FROM registration
    WHERE is_live AND NOT is_external;

-- By which list the moments of reminders were reckoned: another one reckons them anew.
ALTER TABLE deployment ADD COLUMN reminders TEXT;
