-- The first statement of every batch: moves the lane's checkpoint, if it stands where we think.
UPDATE ingest_checkpoint
SET sequence = $4, updated_at = now()
WHERE lane = $1 AND epoch = $2 AND sequence = $3
