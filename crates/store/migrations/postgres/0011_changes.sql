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
    feed_id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    organizer_id UUID NOT NULL,
    meeting_id UUID,
    registration_id UUID,
    after_registrant UUID,
    epoch UUID NOT NULL,
    last_no BIGINT NOT NULL,
    dropped_no BIGINT NOT NULL,
    needed_until BIGINT NOT NULL,
    PRIMARY KEY (slot, feed_id)
);

-- What changed, numbered without gaps. kind is the event's.
CREATE TABLE change (
    slot BIGINT NOT NULL,
    feed_id UUID NOT NULL,
    change_no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    noted_at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    meeting_id UUID NOT NULL,
    registration_id UUID,
    registrant_id UUID,
    PRIMARY KEY (slot, feed_id, change_no)
);

-- Who is told of changes. Its slot is its feed's, and is part of subscription_id. Delivered up to after_no.
-- leased_until: a node is at it. rest_until: the receiver is left alone. due_at: something other than a change is to be
-- done. Secrets of signatures are made from the link key and secret_generation.
CREATE TABLE subscription (
    slot BIGINT NOT NULL,
    subscription_id UUID NOT NULL,
    feed_id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    app_id TEXT COLLATE "C",
    person_id UUID,
    organizer_id UUID NOT NULL,
    meeting_id UUID,
    watched TEXT COLLATE "C" NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    change_types TEXT COLLATE "C" NOT NULL,
    notification_url TEXT COLLATE "C" NOT NULL,
    lifecycle_url TEXT COLLATE "C",
    client_state TEXT COLLATE "C",
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
);

-- What was sent or waits to be, with the very bytes. kind is `change`, or a lifecycle event. until_no is how far the
-- subscription is once this is settled. status is `waiting`, `delivered` or `dropped`.
CREATE TABLE delivery (
    slot BIGINT NOT NULL,
    subscription_id UUID NOT NULL,
    delivery_no BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    until_no BIGINT,
    created_at BIGINT NOT NULL,
    since_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    tried_at BIGINT,
    answer TEXT COLLATE "C",
    PRIMARY KEY (slot, subscription_id, delivery_no)
);
CREATE INDEX delivery_status ON delivery (slot, subscription_id, status, kind, delivery_no);
