-- One row about the database as a whole. Where the schema is spread over shards, each holds it.
-- `link_key_fingerprint` tells the key of the links in letters sent so far from any other; it makes no links.
-- `move_id` and `move_state` are of a move to another engine: `leaving`, then `left`, where the rows come from, and
-- `arriving`, then `arrived`, where they go to.
CREATE TABLE deployment (
    deployment_id BIGINT NOT NULL PRIMARY KEY,
    link_key_fingerprint BYTEA,
    move_id UUID,
    move_state TEXT COLLATE "C"
);
INSERT INTO deployment (deployment_id) VALUES (1);
