-- What the store asks of Citus, by name and signature (create_distributed_table of Citus 10.2 and later), without
-- Citus: each call is written down, and refused where the documentation says that Citus refuses it.
SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    SELECT 2000000000, 'citus', 10, oid, false, 'stub' FROM pg_namespace WHERE nspname = 'pg_catalog';
RESET allow_system_table_mods;

CREATE SCHEMA citus;
CREATE TYPE citus.distribution_type AS ENUM ('hash', 'range', 'append');
CREATE TABLE pg_dist_partition (logicalrelid regclass, partmethod "char", partkey text, repmodel "char");
CREATE TABLE said (number serial, text text);
-- Where the machine fails: the connection is cut while this table is placed.
CREATE TABLE fatal (name text);

CREATE FUNCTION place(placed regclass, key text, model "char", words text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = placed AND (partkey IS NOT NULL OR repmodel = 't')) THEN
        RAISE 'table "%" is already distributed', placed;
    END IF;
    IF EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = placed AND contype = 'f' AND confrelid <> placed
        AND confrelid NOT IN (SELECT logicalrelid FROM pg_dist_partition)) THEN
        RAISE 'table "%" refers to a table that is not distributed', placed;
    END IF;
    IF key IS NOT NULL AND EXISTS (SELECT 1 FROM pg_index WHERE indrelid = placed AND indisunique
        AND (SELECT attnum FROM pg_attribute WHERE attrelid = placed AND attname = key) <> ALL (indkey::int2[])) THEN
        RAISE 'a unique key of "%" does not hold the distribution column', placed;
    END IF;
    IF EXISTS (SELECT 1 FROM fatal WHERE name = placed::text) THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
    END IF;
    -- Long enough for somebody else to come in between.
    PERFORM pg_sleep(0.02);
    DELETE FROM pg_dist_partition WHERE logicalrelid = placed;
    INSERT INTO pg_dist_partition VALUES (placed, CASE WHEN key IS NULL THEN 'n' ELSE 'h' END, key, model);
    INSERT INTO said (text) VALUES (words);
END $$;

CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM place(table_name, NULL, 't', format('%s <- %s', current_query(), table_name));
END $$;

CREATE FUNCTION create_distributed_table(
    table_name regclass, distribution_column text, distribution_type citus.distribution_type DEFAULT 'hash',
    colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF colocate_with NOT IN ('none', 'default') AND NOT EXISTS
        (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = colocate_with::regclass AND partkey IS NOT NULL) THEN
        RAISE 'table "%" is not distributed', colocate_with;
    END IF;
    PERFORM place(table_name, distribution_column, 's',
        format('%s <- %s, %s, %s', current_query(), table_name, distribution_column, colocate_with));
END $$;
