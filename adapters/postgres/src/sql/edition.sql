SELECT
    current_setting('server_version') AS "postgresql!",
    (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS "timescaledb?",
    current_setting('timescaledb.license', true) AS "license?",
    current_setting('fsync') AS "fsync!",
    current_setting('synchronous_commit') AS "synchronous_commit!"
