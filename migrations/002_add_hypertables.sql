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

-- The tables of records, each with the column of its time.
CREATE FUNCTION observatory_record_tables() RETURNS TABLE (name regclass, time_column text)
    LANGUAGE sql STABLE AS $$
VALUES ('spans'::regclass, 'start_time'), ('log_records'::regclass, 'time'), ('metric_points'::regclass, 'time')
$$;
COMMENT ON FUNCTION observatory_record_tables IS 'The tables that hold records, partitioned by days of their time.';

-- The native partitions of a table, by what the catalogue says of their bounds: a name proves nothing,
-- for a partition keeps it when it is detached. Bounds are read as text, hence the settings.
CREATE FUNCTION observatory_partitions(parent regclass)
    RETURNS TABLE (name regclass, opens timestamptz, closes timestamptz)
    LANGUAGE sql STABLE SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
SELECT
    c.oid::regclass,
    coalesce(substring(bounds FROM 'FROM \(''([^'']+)''\)')::timestamptz, '-infinity'),
    coalesce(substring(bounds FROM 'TO \(''([^'']+)''\)')::timestamptz, 'infinity')
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
CROSS JOIN LATERAL pg_get_expr(c.relpartbound, c.oid) AS bounds
WHERE i.inhparent = parent AND bounds <> 'DEFAULT'
$$;
COMMENT ON FUNCTION observatory_partitions IS 'The native partitions of a table and the times they hold, from opens to just before closes; nothing for a hypertable.';

-- Creates the day partitions of native tables from one day to another; nothing to do for a
-- hypertable, which makes its own chunks.
CREATE FUNCTION observatory_ensure_partitions(parent regclass, first_day date, last_day date) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    day date;
    midnight timestamptz;
    next_midnight timestamptz;
    partition text;
    taken integer;
    created integer := 0;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = parent) <> 'p' THEN
        RETURN 0;
    END IF;
    -- Counted in days: a series of timestamps would step over the session's daylight saving.
    FOR number IN 0 .. last_day - first_day LOOP
        day := first_day + number;
        midnight := day::timestamp AT TIME ZONE 'UTC';
        next_midnight := (day + 1)::timestamp AT TIME ZONE 'UTC';
        CONTINUE WHEN EXISTS (SELECT FROM observatory_partitions(parent) p
                              WHERE p.opens <= midnight AND p.closes >= next_midnight);
        -- One at a time, or two replicas create the same one. Held to the end of the transaction.
        PERFORM pg_advisory_xact_lock(hashtext('observatory_partitions'));
        CONTINUE WHEN EXISTS (SELECT FROM observatory_partitions(parent) p
                              WHERE p.opens <= midnight AND p.closes >= next_midnight);
        -- The name may belong to a partition that somebody detached: that table stays as it is.
        partition := parent::text || to_char(day, '_YYYYMMDD');
        taken := 1;
        WHILE to_regclass(partition) IS NOT NULL LOOP
            taken := taken + 1;
            partition := parent::text || to_char(day, '_YYYYMMDD') || '_' || taken;
        END LOOP;
        -- ATTACH takes a weaker lock on the parent than PARTITION OF: writers go on. It wants every
        -- constraint of the parent, also those that somebody added.
        EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMPRESSION INCLUDING STORAGE)', partition, parent);
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            parent, partition, to_char(day, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(day + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
        created := created + 1;
    END LOOP;
    RETURN created;
END
$$;
COMMENT ON FUNCTION observatory_ensure_partitions IS 'Creates missing day partitions of a table; returns how many.';

-- Turns a table, while empty, into what this edition partitions best; returns what it is then.
CREATE FUNCTION observatory_partition(parent regclass, time_column text) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    name text := parent::text;
    plain boolean;
    filled boolean;
BEGIN
    SELECT relkind = 'r' AND NOT observatory_is_hypertable(parent) INTO plain
        FROM pg_class WHERE oid = parent;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', parent) INTO filled;
    IF plain AND NOT filled THEN
        -- Whoever is writing the first rows comes first: they are seen, and the table stays.
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', parent);
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', parent) INTO filled;
    END IF;
    IF plain AND NOT filled THEN
        IF observatory_install_timescaledb() THEN
            EXECUTE 'SELECT create_hypertable($1, $2::name, chunk_time_interval => interval ''1 day'',
                     create_default_indexes => false)' USING parent, time_column;
        ELSE
            EXECUTE format('CREATE TABLE observatory_partitioned (LIKE %s INCLUDING ALL) PARTITION BY RANGE (%I)', parent, time_column);
            EXECUTE format('COMMENT ON TABLE observatory_partitioned IS %L', obj_description(parent));
            EXECUTE format('DROP TABLE %s', parent);
            EXECUTE format('ALTER TABLE observatory_partitioned RENAME TO %s', name);
            parent := name::regclass;
        END IF;
    END IF;
    RETURN CASE
        WHEN observatory_is_hypertable(parent) THEN 'hypertable'
        WHEN (SELECT relkind FROM pg_class WHERE oid = parent) = 'p' THEN 'partitioned'
        ELSE 'plain'
    END;
END
$$;
COMMENT ON FUNCTION observatory_partition IS 'Partitions a table by days, if it is empty; returns hypertable, partitioned or plain.';

-- Brings every table of records in line with the edition, and opens the next days.
CREATE FUNCTION observatory_reconcile() RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    layouts text[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('observatory_reconcile'));
    SELECT array_agg(DISTINCT layout) INTO layouts FROM (
        SELECT observatory_partition(t.name, t.time_column) AS layout FROM observatory_record_tables() t
    ) AS partitioned;
    PERFORM observatory_ensure_partitions(t.name, today - 1, today + 2) FROM observatory_record_tables() t;
    RETURN array_to_string(layouts, ' and ');
END
$$;
COMMENT ON FUNCTION observatory_reconcile IS 'Brings the tables in line with the edition; safe to call at any time. Returns what they are: hypertable, partitioned or plain.';

SELECT observatory_reconcile();
