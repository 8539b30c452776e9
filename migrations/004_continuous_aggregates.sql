-- Rollups. A plain view, right on every edition; where it must be faster than the rows allow, a
-- continuous aggregate takes its place under the same name.
CREATE VIEW llm_usage_hourly AS
SELECT
    date_trunc('hour', start_time) AS hour,
    project_id,
    provider_name,
    coalesce(response_model, request_model) AS model,
    count(*) AS calls,
    count(*) FILTER (WHERE status_code = 2 OR error_type IS NOT NULL) AS errors,
    -- In one meaning for all senders, as in llm_calls.
    sum(normalized_input_tokens) AS input_tokens,
    sum(normalized_output_tokens) AS output_tokens,
    sum(cache_read_tokens) AS cache_read_tokens,
    sum(cache_write_tokens) AS cache_write_tokens
FROM spans
WHERE call_kind IS NOT NULL
GROUP BY 1, 2, 3, 4;
COMMENT ON VIEW llm_usage_hourly IS 'Calls, errors and tokens by hour, provider and model. Agents and tools are left out: they repeat their calls'' tokens.';
