-- Partitions: days in UTC. sqlx never runs a migration twice, but a database can change its edition
-- (an upgrade of the server, an extension that becomes available): so this installs functions that
-- may be called at any time, and the service calls them at each start.

CREATE FUNCTION observatory_has_timescaledb() RETURNS boolean
    LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb');
COMMENT ON FUNCTION observatory_has_timescaledb IS 'Whether this database has the TimescaleDB extension.';

CREATE FUNCTION observatory_is_hypertable(relation regclass) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$
DECLARE
    found boolean := false;
BEGIN
    IF observatory_has_timescaledb() THEN
        EXECUTE 'SELECT EXISTS (SELECT FROM timescaledb_information.hypertables h
                 WHERE format(''%I.%I'', h.hypertable_schema, h.hypertable_name)::regclass = $1)'
            INTO found USING relation;
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION observatory_is_hypertable IS 'Whether a table is a hypertable.';

-- Installs the extension where it is available, preloaded and permitted, unless the database says
-- no: ALTER DATABASE … SET observatory.timescaledb = 'off'.
CREATE FUNCTION observatory_install_timescaledb() RETURNS boolean
    LANGUAGE plpgsql AS $$
BEGIN
    IF observatory_has_timescaledb() THEN
        RETURN true;
    END IF;
    IF current_setting('observatory.timescaledb', true) = 'off'
        OR NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')
        OR NOT EXISTS (SELECT FROM pg_settings WHERE name LIKE 'timescaledb.%') THEN
        RETURN false;
    END IF;
    BEGIN
        CREATE EXTENSION IF NOT EXISTS timescaledb;
        RETURN true;
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE NOTICE 'TimescaleDB is available, but this role may not create the extension: native partitions are used';
        RETURN false;
    END;
END
$$;
COMMENT ON FUNCTION observatory_install_timescaledb IS 'Creates the TimescaleDB extension where possible; tells whether it is there.';

-- The native partitions of spans, by what the catalogue says of their bounds: a name proves nothing,
-- for a partition keeps it when it is detached. Bounds are read as text, hence the settings.
CREATE FUNCTION observatory_partitions()
    RETURNS TABLE (name regclass, opens timestamptz, closes timestamptz)
    LANGUAGE sql STABLE SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
SELECT
    c.oid::regclass,
    coalesce(substring(bounds FROM 'FROM \(''([^'']+)''\)')::timestamptz, '-infinity'),
    coalesce(substring(bounds FROM 'TO \(''([^'']+)''\)')::timestamptz, 'infinity')
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
CROSS JOIN LATERAL pg_get_expr(c.relpartbound, c.oid) AS bounds
WHERE i.inhparent = 'spans'::regclass AND bounds <> 'DEFAULT'
$$;
COMMENT ON FUNCTION observatory_partitions IS 'The native partitions of spans and the times they hold, from opens to just before closes; nothing for a hypertable.';

-- Creates the day partitions of native tables from one day to another; nothing to do for a
-- hypertable, which makes its own chunks.
CREATE FUNCTION observatory_ensure_partitions(first_day date, last_day date) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    day date;
    midnight timestamptz;
    next_midnight timestamptz;
    partition text;
    taken integer;
    created integer := 0;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'spans'::regclass) <> 'p' THEN
        RETURN 0;
    END IF;
    -- Counted in days: a series of timestamps would step over the session's daylight saving.
    FOR number IN 0 .. last_day - first_day LOOP
        day := first_day + number;
        midnight := day::timestamp AT TIME ZONE 'UTC';
        next_midnight := (day + 1)::timestamp AT TIME ZONE 'UTC';
        CONTINUE WHEN EXISTS (SELECT FROM observatory_partitions() p
                              WHERE p.opens <= midnight AND p.closes >= next_midnight);
        -- One at a time, or two replicas create the same one. Held to the end of the transaction.
        PERFORM pg_advisory_xact_lock(hashtext('observatory_partitions'));
        CONTINUE WHEN EXISTS (SELECT FROM observatory_partitions() p
                              WHERE p.opens <= midnight AND p.closes >= next_midnight);
        -- The name may belong to a partition that somebody detached: that table stays as it is.
        partition := 'spans_' || to_char(day, 'YYYYMMDD');
        taken := 1;
        WHILE to_regclass(partition) IS NOT NULL LOOP
            taken := taken + 1;
            partition := 'spans_' || to_char(day, 'YYYYMMDD') || '_' || taken;
        END LOOP;
        -- ATTACH takes a weaker lock on the parent than PARTITION OF: writers go on. It wants every
        -- constraint of the parent, also those that somebody added.
        EXECUTE format('CREATE TABLE %I (LIKE spans INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMPRESSION INCLUDING STORAGE)', partition);
        EXECUTE format('ALTER TABLE spans ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            partition, to_char(day, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(day + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
        created := created + 1;
    END LOOP;
    RETURN created;
END
$$;
COMMENT ON FUNCTION observatory_ensure_partitions IS 'Creates missing day partitions of spans; returns how many.';

-- Turns spans, while empty, into what this edition partitions best, and opens the next days.
CREATE FUNCTION observatory_reconcile() RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    plain boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('observatory_reconcile'));
    SELECT relkind = 'r' AND NOT observatory_is_hypertable(oid::regclass) INTO plain
        FROM pg_class WHERE oid = 'spans'::regclass;
    IF plain AND NOT EXISTS (SELECT FROM spans) THEN
        -- Whoever is writing the first rows comes first: they are seen, and the table stays.
        LOCK TABLE spans IN ACCESS EXCLUSIVE MODE;
        plain := NOT EXISTS (SELECT FROM spans);
    ELSE
        plain := false;
    END IF;
    IF plain THEN
        IF observatory_install_timescaledb() THEN
            EXECUTE 'SELECT create_hypertable(''spans'', ''start_time'',
                     chunk_time_interval => interval ''1 day'', create_default_indexes => false)';
        ELSE
            CREATE TABLE spans_partitioned (LIKE spans INCLUDING ALL) PARTITION BY RANGE (start_time);
            EXECUTE format('COMMENT ON TABLE spans_partitioned IS %L', obj_description('spans'::regclass));
            DROP TABLE spans;
            ALTER TABLE spans_partitioned RENAME TO spans;
        END IF;
    END IF;
    PERFORM observatory_ensure_partitions(today - 1, today + 2);
    RETURN CASE
        WHEN observatory_is_hypertable('spans'::regclass) THEN 'hypertable'
        WHEN (SELECT relkind FROM pg_class WHERE oid = 'spans'::regclass) = 'p' THEN 'partitioned'
        ELSE 'plain'
    END;
END
$$;
COMMENT ON FUNCTION observatory_reconcile IS 'Brings the tables in line with the edition; safe to call at any time.';

SELECT observatory_reconcile();
