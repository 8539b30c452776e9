-- In the order of the keys, so that two batches never wait for each other.
INSERT INTO resources AS r (project_id, resource_id, service_name, service_hash, schema_url,
    attributes, dropped_attributes_count, original, last_seen)
SELECT project_id, resource_id, service_name, service_hash, schema_url, attributes::jsonb,
    dropped, original, (now() AT TIME ZONE 'UTC')::date
FROM unnest($1::integer[], $2::uuid[], $3::text[], $4::integer[], $5::text[], $6::text[],
    $7::integer[], $8::bytea[])
    AS t (project_id, resource_id, service_name, service_hash, schema_url, attributes, dropped, original)
ON CONFLICT (project_id, resource_id) DO UPDATE
SET last_seen = excluded.last_seen
WHERE r.last_seen < excluded.last_seen
