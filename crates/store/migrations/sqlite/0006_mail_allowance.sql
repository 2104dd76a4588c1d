-- Letters that strangers can cause, by the mailbox they went to: so many an hour and no more, whatever meetings they are about.
-- `mailbox` is a hash that needs the key of the links, and has a slot of its own. `letters` holds the letters granted in the
-- last hour as JSON, each with its id and when that was. A row nobody needs any more is removed from expires_at on.
CREATE TABLE mail_allowance (
    slot BIGINT NOT NULL,
    mailbox BLOB NOT NULL,
    letters TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (slot, mailbox)
) WITHOUT ROWID;
CREATE INDEX mail_allowance_expiry ON mail_allowance (slot, expires_at);
