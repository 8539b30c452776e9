-- The claim: a higher epoch fences every older writer of the lane. Who renews a claim ($2, the epoch
-- held) gets no row where another one has claimed the lane since. A lower epoch is none of another
-- one's: the database went back, and the sequence tells the writer.
INSERT INTO ingest_checkpoint AS c (lane, sequence, epoch, backend_pid, backend_start)
SELECT $1, 0, 1, a.pid, a.backend_start FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()
ON CONFLICT (lane) DO UPDATE
SET epoch = c.epoch + 1,
    backend_pid = excluded.backend_pid,
    backend_start = excluded.backend_start,
    updated_at = now()
WHERE $2::bigint IS NULL OR c.epoch <= $2
RETURNING epoch, sequence
