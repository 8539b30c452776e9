-- In the order of the keys, so that two batches never wait for each other.
INSERT INTO scopes AS s (project_id, scope_id, name, version, schema_url, attributes,
    dropped_attributes_count, original, last_seen)
SELECT project_id, scope_id, name, version, schema_url, attributes::jsonb, dropped, original,
    (now() AT TIME ZONE 'UTC')::date
FROM unnest($1::integer[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::integer[], $8::bytea[])
    AS t (project_id, scope_id, name, version, schema_url, attributes, dropped, original)
ON CONFLICT (project_id, scope_id) DO UPDATE
SET last_seen = excluded.last_seen
WHERE s.last_seen < excluded.last_seen
