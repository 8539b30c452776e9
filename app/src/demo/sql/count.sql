SELECT count(*) AS "spans!"
FROM spans
WHERE start_time >= now() - interval '2 hours'
  AND resource_id IN (SELECT resource_id FROM resources WHERE attributes ->> 'service.instance.id' = $1)
