-- Dropping whole days, on every edition. A day goes when all of it lies before the moment given.
CREATE FUNCTION observatory_drop_before(cutoff timestamptz) RETURNS SETOF text
    LANGUAGE plpgsql AS $$
DECLARE
    part record;
BEGIN
    IF observatory_is_hypertable('spans'::regclass) THEN
        RETURN QUERY EXECUTE 'SELECT drop_chunks(''spans'', $1)::text' USING cutoff;
        RETURN;
    END IF;
    FOR part IN
        SELECT p.name::text AS name FROM observatory_partitions() p
        WHERE p.closes <= cutoff
        ORDER BY p.opens
    LOOP
        EXECUTE format('DROP TABLE %s', part.name);
        RETURN NEXT part.name;
    END LOOP;
END
$$;
COMMENT ON FUNCTION observatory_drop_before IS 'Drops the partitions of spans that end before a moment; returns their names. For example: SELECT observatory_drop_before(now() - interval ''30 days'').';
