SELECT sequence, epoch FROM ingest_checkpoint WHERE lane = $1 FOR UPDATE
