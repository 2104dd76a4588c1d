-- Who passed the join gate. `minute` counts minutes since 1970: somebody who presses a link several times within one came
-- once.
CREATE TABLE attendance (
    slot BIGINT NOT NULL,
    meeting_id BLOB NOT NULL,
    registrant_id BLOB NOT NULL,
    minute BIGINT NOT NULL,
    registration_id BLOB NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (slot, meeting_id, registrant_id, minute)
) WITHOUT ROWID;

-- By which device a registrant came in last, where one is let in at a time. `device` is a hash: the database opens no door.
CREATE TABLE entry (
    slot BIGINT NOT NULL,
    meeting_id BLOB NOT NULL,
    registrant_id BLOB NOT NULL,
    device BLOB NOT NULL,
    passed_at BIGINT NOT NULL,
    PRIMARY KEY (slot, meeting_id, registrant_id)
) WITHOUT ROWID;
