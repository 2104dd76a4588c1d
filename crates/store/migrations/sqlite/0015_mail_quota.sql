-- How many letters of an organisation were taken in hand on its latest day of UTC, counted from 1970; a row only where the
-- organisation has a quota. The slot is one of its own.
CREATE TABLE mail_quota (
    slot BIGINT NOT NULL,
    tenant_id BLOB NOT NULL,
    day BIGINT NOT NULL,
    letters BIGINT NOT NULL,
    PRIMARY KEY (slot, tenant_id)
) WITHOUT ROWID;
