-- What was answered to a request other than an enrolment that carried an idempotency key: its status, and its body as it
-- was sent. An enrolment has neither, it is answered from its registrant; here registrant_id is the nil UUID. A key that
-- came with a meeting to be made stands under an id of its own in place of a meeting's.
ALTER TABLE idempotency ADD COLUMN status BIGINT;
ALTER TABLE idempotency ADD COLUMN answer TEXT;
