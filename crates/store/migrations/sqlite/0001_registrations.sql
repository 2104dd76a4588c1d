-- Instants are BIGINT microseconds since 1970 UTC, lists and settings JSON text, ids 16-byte UUIDs.
-- Whatever hangs on a meeting starts its keys with slot and meeting_id, so that the same schema can be
-- spread over shards. Tables with such keys are clustered on them (WITHOUT ROWID).

-- An organisation. `directory_version` counts changes of its people and access policies.
CREATE TABLE tenant (
    tenant_id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    directory_version BIGINT NOT NULL
) WITHOUT ROWID;

-- The directory. `upn_key` is the user principal name in lower case.
CREATE TABLE person (
    tenant_id BLOB NOT NULL REFERENCES tenant (tenant_id),
    person_id BLOB NOT NULL,
    upn TEXT NOT NULL,
    upn_key TEXT NOT NULL,
    mail TEXT,
    given_name TEXT,
    surname TEXT,
    display_name TEXT,
    language TEXT,
    is_active BOOLEAN NOT NULL,
    password_hash TEXT,
    PRIMARY KEY (tenant_id, person_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX person_upn ON person (tenant_id, upn_key);

-- An application that may ask the built-in issuer for tokens. JSON lists of strings.
CREATE TABLE application (
    tenant_id BLOB NOT NULL REFERENCES tenant (tenant_id),
    app_id TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_hash TEXT,
    redirect_uris TEXT NOT NULL,
    scopes TEXT NOT NULL,
    roles TEXT NOT NULL,
    PRIMARY KEY (tenant_id, app_id)
) WITHOUT ROWID;

-- Application access policies: named lists of applications.
CREATE TABLE access_policy (
    tenant_id BLOB NOT NULL REFERENCES tenant (tenant_id),
    policy_id BLOB NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    PRIMARY KEY (tenant_id, policy_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX access_policy_name ON access_policy (tenant_id, name);

CREATE TABLE access_policy_app (
    tenant_id BLOB NOT NULL,
    policy_id BLOB NOT NULL,
    app_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, policy_id, app_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES access_policy (tenant_id, policy_id)
) WITHOUT ROWID;

-- Who a policy covers: one organizer, or the whole tenant where grantee is the nil UUID. A grant to the
-- tenant covers organizers with no grant of their own.
CREATE TABLE access_grant (
    tenant_id BLOB NOT NULL,
    grantee BLOB NOT NULL,
    policy_id BLOB NOT NULL,
    PRIMARY KEY (tenant_id, grantee),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES access_policy (tenant_id, policy_id)
) WITHOUT ROWID;

-- "My meetings": lives in the organizer's slot and answers the three look-ups of an organizer.
CREATE TABLE organizer_meeting (
    organizer_slot BIGINT NOT NULL,
    tenant_id BLOB NOT NULL,
    organizer_id BLOB NOT NULL,
    meeting_id BLOB NOT NULL,
    start_at BIGINT NOT NULL,
    join_meeting_id TEXT NOT NULL,
    external_id TEXT,
    PRIMARY KEY (organizer_slot, tenant_id, organizer_id, meeting_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX organizer_meeting_external
    ON organizer_meeting (organizer_slot, tenant_id, organizer_id, external_id);
CREATE UNIQUE INDEX organizer_meeting_number
    ON organizer_meeting (organizer_slot, tenant_id, organizer_id, join_meeting_id);

CREATE TABLE meeting (
    slot BIGINT NOT NULL,
    meeting_id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,
    organizer_id BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    subject TEXT,
    join_url TEXT,
    join_meeting_id TEXT NOT NULL,
    passcode TEXT,
    external_id TEXT,
    attendees TEXT NOT NULL,
    settings TEXT NOT NULL,
    version BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (slot, meeting_id)
) WITHOUT ROWID;

-- At most one registration of a meeting is live: is_live is true or NULL, and NULLs are all different.
-- `version` counts changes of the registration, its questions and its meeting.
CREATE TABLE registration (
    slot BIGINT NOT NULL,
    meeting_id BLOB NOT NULL,
    registration_id BLOB NOT NULL,
    is_live BOOLEAN,
    is_external BOOLEAN NOT NULL,
    allowed_registrant TEXT NOT NULL,
    subject TEXT,
    description TEXT,
    start_at BIGINT,
    end_at BIGINT,
    speakers TEXT NOT NULL,
    capacity BIGINT,
    language TEXT,
    version BIGINT NOT NULL,
    PRIMARY KEY (slot, meeting_id, registration_id),
    FOREIGN KEY (slot, meeting_id) REFERENCES meeting (slot, meeting_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX registration_live ON registration (slot, meeting_id, is_live);

-- What is counted of a registration, in a row of its own: it changes with every batch, and the texts of the
-- registration are long. seats_taken counts who is registered, registrant_count everybody in the list, canceled
-- ones included.
CREATE TABLE roster (
    slot BIGINT NOT NULL,
    meeting_id BLOB NOT NULL,
    registration_id BLOB NOT NULL,
    seats_taken BIGINT NOT NULL,
    registrant_count BIGINT NOT NULL,
    view_count BIGINT NOT NULL,
    PRIMARY KEY (slot, meeting_id, registration_id),
    FOREIGN KEY (slot, meeting_id, registration_id)
        REFERENCES registration (slot, meeting_id, registration_id)
) WITHOUT ROWID;

-- A deleted question stays while answers to it do.
CREATE TABLE question (
    slot BIGINT NOT NULL,
    meeting_id BLOB NOT NULL,
    registration_id BLOB NOT NULL,
    question_id BLOB NOT NULL,
    position BIGINT NOT NULL,
    display_name TEXT,
    is_required BOOLEAN NOT NULL,
    input_type TEXT NOT NULL,
    options TEXT NOT NULL,
    is_deleted BOOLEAN NOT NULL,
    PRIMARY KEY (slot, meeting_id, registration_id, question_id),
    FOREIGN KEY (slot, meeting_id, registration_id)
        REFERENCES registration (slot, meeting_id, registration_id)
) WITHOUT ROWID;

-- One enrolment of one person. live_key names the person while the registrant is registered and is NULL
-- afterwards: a person has one live row, and any number of past ones. Ids are time-ordered, so a meeting's
-- list is read in order of arrival from the primary key.
CREATE TABLE registrant (
    slot BIGINT NOT NULL,
    meeting_id BLOB NOT NULL,
    registrant_id BLOB NOT NULL,
    registration_id BLOB NOT NULL,
    live_key TEXT,
    first_name TEXT,
    last_name TEXT,
    email TEXT,
    external_id TEXT,
    user_id BLOB,
    user_tenant_id BLOB,
    answers TEXT NOT NULL,
    language TEXT,
    generation BIGINT NOT NULL,
    registered_at BIGINT NOT NULL,
    registered_by TEXT NOT NULL,
    canceled_at BIGINT,
    canceled_by TEXT,
    PRIMARY KEY (slot, meeting_id, registrant_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX registrant_person ON registrant (slot, meeting_id, live_key);

-- Letters still to be sent. A letter shares the id of the fact it tells of, so an id is also an event's.
-- due_at is when it may be picked up next: picking it up moves due_at ahead, so that a worker that dies
-- gives its letters back. A letter leaves when the mail server has taken it; its event stays. A letter
-- that cannot be delivered stays with failed_at set.
CREATE TABLE outbox (
    slot BIGINT NOT NULL,
    outbox_id BLOB NOT NULL,
    meeting_id BLOB NOT NULL,
    registrant_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    failed_at BIGINT,
    last_answer TEXT,
    PRIMARY KEY (slot, outbox_id)
) WITHOUT ROWID;

-- What happened, to whom, by whom, when. Never changed.
CREATE TABLE event (
    slot BIGINT NOT NULL,
    meeting_id BLOB NOT NULL,
    event_id BLOB NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    registrant_id BLOB,
    actor TEXT NOT NULL,
    detail TEXT,
    PRIMARY KEY (slot, meeting_id, event_id)
) WITHOUT ROWID;

-- What was answered to a request that carried an idempotency key. Keys and requests are kept as hashes.
CREATE TABLE idempotency (
    slot BIGINT NOT NULL,
    meeting_id BLOB NOT NULL,
    key_hash BLOB NOT NULL,
    request_hash BLOB NOT NULL,
    registrant_id BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (slot, meeting_id, key_hash)
) WITHOUT ROWID;
CREATE INDEX idempotency_expiry ON idempotency (slot, expires_at);
