-- Ends a backend and waits for it, at most so many milliseconds. Pid and start time: pids are used
-- again.
SELECT pg_terminate_backend(pid, $3)
FROM pg_stat_activity
WHERE pid = $1 AND backend_start = $2
