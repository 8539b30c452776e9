-- The backend that claimed this lane last, unless it is this one. Who renews a claim ($2, the epoch
-- held) is not told of a newer writer's.
SELECT c.backend_pid, c.backend_start
FROM ingest_checkpoint c
WHERE c.lane = $1
  AND ($2::bigint IS NULL OR c.epoch <= $2)
  AND NOT EXISTS (
      SELECT FROM pg_stat_activity a
      WHERE a.pid = pg_backend_pid() AND a.pid = c.backend_pid AND a.backend_start = c.backend_start
  )
