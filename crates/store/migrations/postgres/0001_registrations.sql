-- Instants are BIGINT microseconds since 1970 UTC, lists and settings JSON text. Texts are compared byte by byte, as
-- SQLite does. Whatever hangs on a meeting starts its keys with slot and meeting_id, so that the same schema can be
-- spread over shards.

-- An organisation. `directory_version` counts changes of its people and access policies.
CREATE TABLE tenant (
    tenant_id UUID NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    directory_version BIGINT NOT NULL
);

-- The directory. `upn_key` is the user principal name in lower case.
CREATE TABLE person (
    tenant_id UUID NOT NULL REFERENCES tenant (tenant_id),
    person_id UUID NOT NULL,
    upn TEXT COLLATE "C" NOT NULL,
    upn_key TEXT COLLATE "C" NOT NULL,
    mail TEXT COLLATE "C",
    given_name TEXT COLLATE "C",
    surname TEXT COLLATE "C",
    display_name TEXT COLLATE "C",
    language TEXT COLLATE "C",
    is_active BOOLEAN NOT NULL,
    password_hash TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, person_id)
);
CREATE UNIQUE INDEX person_upn ON person (tenant_id, upn_key);

-- An application that may ask the built-in issuer for tokens. JSON lists of strings.
CREATE TABLE application (
    tenant_id UUID NOT NULL REFERENCES tenant (tenant_id),
    app_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    secret_hash TEXT COLLATE "C",
    redirect_uris TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    roles TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, app_id)
);

-- Application access policies: named lists of applications.
CREATE TABLE access_policy (
    tenant_id UUID NOT NULL REFERENCES tenant (tenant_id),
    policy_id UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, policy_id)
);
CREATE UNIQUE INDEX access_policy_name ON access_policy (tenant_id, name);

CREATE TABLE access_policy_app (
    tenant_id UUID NOT NULL,
    policy_id UUID NOT NULL,
    app_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, policy_id, app_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES access_policy (tenant_id, policy_id)
);

-- Who a policy covers: one organizer, or the whole tenant where grantee is the nil UUID. A grant to the
-- tenant covers organizers with no grant of their own.
CREATE TABLE access_grant (
    tenant_id UUID NOT NULL,
    grantee UUID NOT NULL,
    policy_id UUID NOT NULL,
    PRIMARY KEY (tenant_id, grantee),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES access_policy (tenant_id, policy_id)
);

-- "My meetings": lives in the organizer's slot and answers the three look-ups of an organizer.
CREATE TABLE organizer_meeting (
    organizer_slot BIGINT NOT NULL,
    tenant_id UUID NOT NULL,
    organizer_id UUID NOT NULL,
    meeting_id UUID NOT NULL,
    start_at BIGINT NOT NULL,
    join_meeting_id TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C",
    PRIMARY KEY (organizer_slot, tenant_id, organizer_id, meeting_id)
);
CREATE UNIQUE INDEX organizer_meeting_external
    ON organizer_meeting (organizer_slot, tenant_id, organizer_id, external_id);
CREATE UNIQUE INDEX organizer_meeting_number
    ON organizer_meeting (organizer_slot, tenant_id, organizer_id, join_meeting_id);

CREATE TABLE meeting (
    slot BIGINT NOT NULL,
    meeting_id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    organizer_id UUID NOT NULL,
    created_at BIGINT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    subject TEXT COLLATE "C",
    join_url TEXT COLLATE "C",
    join_meeting_id TEXT COLLATE "C" NOT NULL,
    passcode TEXT COLLATE "C",
    external_id TEXT COLLATE "C",
    attendees TEXT COLLATE "C" NOT NULL,
    settings TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (slot, meeting_id)
);

-- At most one registration of a meeting is live: is_live is true or NULL, and NULLs are all different.
-- `version` counts changes of the registration, its questions and its meeting.
CREATE TABLE registration (
    slot BIGINT NOT NULL,
    meeting_id UUID NOT NULL,
    registration_id UUID NOT NULL,
    is_live BOOLEAN,
    is_external BOOLEAN NOT NULL,
    allowed_registrant TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C",
    description TEXT COLLATE "C",
    start_at BIGINT,
    end_at BIGINT,
    speakers TEXT COLLATE "C" NOT NULL,
    capacity BIGINT,
    language TEXT COLLATE "C",
    version BIGINT NOT NULL,
    PRIMARY KEY (slot, meeting_id, registration_id),
    FOREIGN KEY (slot, meeting_id) REFERENCES meeting (slot, meeting_id)
);
CREATE UNIQUE INDEX registration_live ON registration (slot, meeting_id, is_live);

-- What is counted of a registration, in a row of its own: it changes with every batch, and the texts of the
-- registration are long. seats_taken counts who is registered, registrant_count everybody in the list, canceled
-- ones included.
CREATE TABLE roster (
    slot BIGINT NOT NULL,
    meeting_id UUID NOT NULL,
    registration_id UUID NOT NULL,
    seats_taken BIGINT NOT NULL,
    registrant_count BIGINT NOT NULL,
    view_count BIGINT NOT NULL,
    PRIMARY KEY (slot, meeting_id, registration_id),
    FOREIGN KEY (slot, meeting_id, registration_id)
        REFERENCES registration (slot, meeting_id, registration_id)
) WITH (fillfactor = 50);

-- A deleted question stays while answers to it do.
CREATE TABLE question (
    slot BIGINT NOT NULL,
    meeting_id UUID NOT NULL,
    registration_id UUID NOT NULL,
    question_id UUID NOT NULL,
    position BIGINT NOT NULL,
    display_name TEXT COLLATE "C",
    is_required BOOLEAN NOT NULL,
    input_type TEXT COLLATE "C" NOT NULL,
    options TEXT COLLATE "C" NOT NULL,
    is_deleted BOOLEAN NOT NULL,
    PRIMARY KEY (slot, meeting_id, registration_id, question_id),
    FOREIGN KEY (slot, meeting_id, registration_id)
        REFERENCES registration (slot, meeting_id, registration_id)
);

-- One enrolment of one person. live_key names the person while the registrant is registered and is NULL
-- afterwards: a person has one live row, and any number of past ones. Ids are time-ordered, so a meeting's
-- list is read in order of arrival from the primary key.
CREATE TABLE registrant (
    slot BIGINT NOT NULL,
    meeting_id UUID NOT NULL,
    registrant_id UUID NOT NULL,
    registration_id UUID NOT NULL,
    live_key TEXT COLLATE "C",
    first_name TEXT COLLATE "C",
    last_name TEXT COLLATE "C",
    email TEXT COLLATE "C",
    external_id TEXT COLLATE "C",
    user_id UUID,
    user_tenant_id UUID,
    answers TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C",
    generation BIGINT NOT NULL,
    registered_at BIGINT NOT NULL,
    registered_by TEXT COLLATE "C" NOT NULL,
    canceled_at BIGINT,
    canceled_by TEXT COLLATE "C",
    PRIMARY KEY (slot, meeting_id, registrant_id)
);
CREATE UNIQUE INDEX registrant_person ON registrant (slot, meeting_id, live_key);

-- Letters still to be sent. A letter shares the id of the fact it tells of, so an id is also an event's.
-- due_at is when it may be picked up next: picking it up moves due_at ahead, so that a worker that dies
-- gives its letters back. A letter leaves when the mail server has taken it; its event stays. A letter
-- that cannot be delivered stays with failed_at set.
CREATE TABLE outbox (
    slot BIGINT NOT NULL,
    outbox_id UUID NOT NULL,
    meeting_id UUID NOT NULL,
    registrant_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    failed_at BIGINT,
    last_answer TEXT COLLATE "C",
    PRIMARY KEY (slot, outbox_id)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

-- What happened, to whom, by whom, when. Never changed.
CREATE TABLE event (
    slot BIGINT NOT NULL,
    meeting_id UUID NOT NULL,
    event_id UUID NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    registrant_id UUID,
    actor TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C",
    PRIMARY KEY (slot, meeting_id, event_id)
);

-- What was answered to a request that carried an idempotency key. Keys and requests are kept as hashes.
CREATE TABLE idempotency (
    slot BIGINT NOT NULL,
    meeting_id UUID NOT NULL,
    key_hash BYTEA NOT NULL,
    request_hash BYTEA NOT NULL,
    registrant_id UUID NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (slot, meeting_id, key_hash)
);
CREATE INDEX idempotency_expiry ON idempotency (slot, expires_at);
