-- From when until when people can register, and which sites may show the page in a frame: a JSON list of origins, none
-- where it is NULL.
ALTER TABLE registration ADD COLUMN opens_at BIGINT;
ALTER TABLE registration ADD COLUMN closes_at BIGINT;
ALTER TABLE registration ADD COLUMN embedding_origins TEXT COLLATE "C";

-- What a registrant agreed to, by its version.
ALTER TABLE registrant ADD COLUMN consent TEXT COLLATE "C";

-- Every wording that an organisation ever asked people to agree to. Never changed and never deleted: it is what they
-- agreed to.
CREATE TABLE consent (
    tenant_id UUID NOT NULL REFERENCES tenant (tenant_id),
    version TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    notice_url TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, version)
);
