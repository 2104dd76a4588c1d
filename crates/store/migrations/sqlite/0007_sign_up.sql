-- From when until when people can register, and which sites may show the page in a frame: a JSON list of origins, none
-- where it is NULL.
ALTER TABLE registration ADD COLUMN opens_at BIGINT;
ALTER TABLE registration ADD COLUMN closes_at BIGINT;
ALTER TABLE registration ADD COLUMN embedding_origins TEXT;

-- What a registrant agreed to, by its version.
ALTER TABLE registrant ADD COLUMN consent TEXT;

-- Every wording that an organisation ever asked people to agree to. Never changed and never deleted: it is what they
-- agreed to.
CREATE TABLE consent (
    tenant_id BLOB NOT NULL REFERENCES tenant (tenant_id),
    version TEXT NOT NULL,
    text TEXT NOT NULL,
    notice_url TEXT,
    PRIMARY KEY (tenant_id, version)
) WITHOUT ROWID;
