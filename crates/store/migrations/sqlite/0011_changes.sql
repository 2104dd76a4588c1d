-- What has changed, in an order that whoever reads it can trust.
--
-- Ids of events are made before the transaction that stores them waits for its meeting, so an event may be committed
-- behind another with a greater id: nobody may read events by a cursor over their ids. They are gathered into feeds
-- instead, where they get numbers. is_gathered is NULL until that was done; an enrolment's event shares its registrant's
-- id, which is given under the meeting's lock and read from the list.
ALTER TABLE event ADD COLUMN is_gathered BOOLEAN;
UPDATE event SET is_gathered = TRUE WHERE actor <> 'mail' AND (registrant_id IS NULL OR event_id <> registrant_id);
CREATE INDEX event_ungathered ON event (slot, meeting_id, event_id)
    WHERE is_gathered IS NULL AND actor <> 'mail' AND (registrant_id IS NULL OR event_id <> registrant_id);

-- The changes of a meeting (feed_id is the meeting's id) or of an organizer's meetings and registrations (meeting_id is
-- NULL), kept while somebody reads them. Enrolments are gathered up to after_registrant of registration_id. `epoch`
-- tells this feed from one of before under the same id; changes up to dropped_no are no longer kept.
CREATE TABLE feed (
    slot BIGINT NOT NULL,
    feed_id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,
    organizer_id BLOB NOT NULL,
    meeting_id BLOB,
    registration_id BLOB,
    after_registrant BLOB,
    epoch BLOB NOT NULL,
    last_no BIGINT NOT NULL,
    dropped_no BIGINT NOT NULL,
    needed_until BIGINT NOT NULL,
    PRIMARY KEY (slot, feed_id)
) WITHOUT ROWID;

-- What changed, numbered without gaps. kind is the event's.
CREATE TABLE change (
    slot BIGINT NOT NULL,
    feed_id BLOB NOT NULL,
    change_no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    noted_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    meeting_id BLOB NOT NULL,
    registration_id BLOB,
    registrant_id BLOB,
    PRIMARY KEY (slot, feed_id, change_no)
) WITHOUT ROWID;

-- Who is told of changes. Its slot is its feed's, and is part of subscription_id. Delivered up to after_no.
-- leased_until: a node is at it. rest_until: the receiver is left alone. due_at: something other than a change is to be
-- done. Secrets of signatures are made from the link key and secret_generation.
CREATE TABLE subscription (
    slot BIGINT NOT NULL,
    subscription_id BLOB NOT NULL,
    feed_id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,
    app_id TEXT,
    person_id BLOB,
    organizer_id BLOB NOT NULL,
    meeting_id BLOB,
    watched TEXT NOT NULL,
    resource TEXT NOT NULL,
    change_types TEXT NOT NULL,
    notification_url TEXT NOT NULL,
    lifecycle_url TEXT,
    client_state TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    warn_at BIGINT,
    secret_generation BIGINT NOT NULL,
    overlap_until BIGINT,
    after_no BIGINT NOT NULL,
    last_delivery BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    rest_until BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    removed_at BIGINT,
    PRIMARY KEY (slot, subscription_id)
) WITHOUT ROWID;

-- What was sent or waits to be, with the very bytes. kind is `change`, or a lifecycle event. until_no is how far the
-- subscription is once this is settled. status is `waiting`, `delivered` or `dropped`.
CREATE TABLE delivery (
    slot BIGINT NOT NULL,
    subscription_id BLOB NOT NULL,
    delivery_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    until_no BIGINT,
    created_at BIGINT NOT NULL,
    since_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    status TEXT NOT NULL,
    tried_at BIGINT,
    answer TEXT,
    PRIMARY KEY (slot, subscription_id, delivery_no)
) WITHOUT ROWID;
CREATE INDEX delivery_status ON delivery (slot, subscription_id, status, kind, delivery_no);
