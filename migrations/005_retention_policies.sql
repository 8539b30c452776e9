-- Dropping whole days, on every edition. A day goes when all of it lies before the moment given.
CREATE FUNCTION observatory_drop_before(parent regclass, cutoff timestamptz) RETURNS SETOF text
    LANGUAGE plpgsql AS $$
DECLARE
    part record;
BEGIN
    IF NOT EXISTS (SELECT FROM observatory_record_tables() t WHERE t.name = parent) THEN
        RAISE EXCEPTION '% is no table of records', parent
            USING HINT = 'Valid are spans, log_records and metric_points.';
    END IF;
    IF observatory_is_hypertable(parent) THEN
        RETURN QUERY EXECUTE 'SELECT drop_chunks($1, $2)::text' USING parent, cutoff;
        RETURN;
    END IF;
    FOR part IN
        SELECT p.name::text AS name FROM observatory_partitions(parent) p
        WHERE p.closes <= cutoff
        ORDER BY p.opens
    LOOP
        EXECUTE format('DROP TABLE %s', part.name);
        RETURN NEXT part.name;
    END LOOP;
END
$$;
COMMENT ON FUNCTION observatory_drop_before IS 'Drops the partitions of a table of records that end before a moment; returns their names. For example: SELECT observatory_drop_before(''spans'', now() - interval ''30 days'').';
