-- In the order of the keys, so that two batches never wait for each other.
INSERT INTO metric_series AS m (project_id, series_id, resource_id, scope_id, name, description, unit,
    kind, temporality, is_monotonic, explicit_bounds, metadata, attributes, original, last_seen)
SELECT project_id, series_id, resource_id, scope_id, name, description, unit, kind, temporality,
    is_monotonic, explicit_bounds::double precision[], metadata::jsonb, attributes::jsonb, original,
    (now() AT TIME ZONE 'UTC')::date
FROM unnest($1::integer[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::integer[], $10::boolean[], $11::text[], $12::text[], $13::text[], $14::bytea[])
    AS t (project_id, series_id, resource_id, scope_id, name, description, unit, kind, temporality,
        is_monotonic, explicit_bounds, metadata, attributes, original)
ON CONFLICT (project_id, series_id) DO UPDATE
SET last_seen = excluded.last_seen
WHERE m.last_seen < excluded.last_seen
