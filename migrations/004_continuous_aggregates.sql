-- Which spans are the calls of a model, one row a call, and the rollup of them.
-- docs/LLM_CALLS.md tells the rule in words; tests/captures shows it on what instrumentations send.

-- Several spans can tell one call: those of two instrumentations, of an application and its gateway, of a
-- framework and the client below it, of an instrumentation and the provider's own SDK. Every search for
-- the others is bounded in time, so that it reads a day's partition or two.
CREATE VIEW observatory_calls AS
SELECT
    s.*,
    sdk.request_model AS sdk_request_model,
    sdk.response_model AS sdk_response_model,
    sdk.normalized_input_tokens AS sdk_normalized_input_tokens,
    sdk.normalized_uncached_tokens AS sdk_normalized_uncached_tokens,
    sdk.normalized_output_tokens AS sdk_normalized_output_tokens,
    sdk.cache_read_tokens AS sdk_cache_read_tokens,
    sdk.cache_write_tokens AS sdk_cache_write_tokens,
    sdk.reasoning_tokens AS sdk_reasoning_tokens,
    sdk.finish_reasons AS sdk_finish_reasons,
    sdk.streaming AS sdk_streaming,
    sdk.time_to_first_token_seconds AS sdk_time_to_first_token_seconds,
    sdk.input_messages AS sdk_input_messages,
    sdk.output_messages AS sdk_output_messages,
    sdk.system_instructions AS sdk_system_instructions,
    sdk.attributes AS sdk_attributes
FROM spans s
-- What the provider's own SDK tells of the call of an instrumentation: the same answer, in whatever
-- trace, or a part of it; of calls that failed, one within it.
LEFT JOIN LATERAL (
    SELECT *
    FROM (
        SELECT t.*
        FROM spans t
        WHERE t.response_id = s.response_id
            AND t.emitter = 2
            AND t.project_id = s.project_id
            AND t.start_time BETWEEN s.start_time - interval '1 hour' AND s.end_time
            AND t.end_time >= s.start_time
        UNION ALL
        SELECT t.*
        FROM spans t
        WHERE t.trace_id = s.trace_id
            AND t.parent_span_id = s.span_id
            AND t.emitter = 2
            AND t.project_id = s.project_id
            AND t.start_time BETWEEN s.start_time - interval '1 hour' AND s.end_time + interval '1 hour'
        UNION ALL
        SELECT t.*
        FROM spans t
        WHERE t.service_hash = s.service_hash
            AND t.start_time BETWEEN s.start_time AND s.start_time + interval '1 second'
            AND t.end_time <= s.end_time
            AND t.emitter = 2
            AND t.project_id = s.project_id
            AND t.resource_id = s.resource_id
            AND t.request_model = s.request_model
            AND t.response_id IS NULL
            AND s.response_id IS NULL
    ) AS told
    WHERE s.emitter = 1
        -- Found out once a query: where no such SDK sends, nothing is searched for.
        AND (SELECT EXISTS (SELECT FROM scopes WHERE name LIKE 'com.anthropic.sdk.%'))
    LIMIT 1
) sdk ON true
WHERE s.call_kind IS NOT NULL
    AND CASE
        -- The provider's own SDK: a call of its own only where nothing else tells it.
        WHEN s.emitter = 2 THEN
            NOT EXISTS (
                SELECT
                FROM spans t
                WHERE t.response_id = s.response_id
                    AND t.emitter = 1
                    AND t.project_id = s.project_id
                    AND t.start_time BETWEEN s.start_time - interval '1 hour' AND s.end_time
                    AND t.end_time >= s.start_time
            )
            AND NOT EXISTS (
                SELECT
                FROM spans t
                WHERE t.trace_id = s.trace_id
                    AND t.span_id = s.parent_span_id
                    AND t.emitter = 1
                    AND t.project_id = s.project_id
                    AND t.start_time BETWEEN s.start_time - interval '1 hour' AND s.end_time + interval '1 hour'
            )
            AND NOT EXISTS (
                SELECT
                FROM spans t
                WHERE t.service_hash = s.service_hash
                    AND t.start_time BETWEEN s.start_time - interval '1 second' AND s.start_time
                    AND t.end_time >= s.end_time
                    AND t.emitter = 1
                    AND t.project_id = s.project_id
                    AND t.resource_id = s.resource_id
                    AND t.request_model = s.request_model
                    AND t.response_id IS NULL
            )
        -- The same answer told twice: the row with tokens, then the outermost.
        WHEN s.response_id IS NOT NULL THEN NOT EXISTS (
            SELECT
            FROM spans t
            WHERE t.response_id = s.response_id
                AND t.emitter = 1
                AND t.project_id = s.project_id
                AND t.start_time BETWEEN s.start_time - interval '1 hour' AND s.end_time
                AND t.end_time >= s.start_time
                AND (t.scope_id, t.resource_id) <> (s.scope_id, s.resource_id)
                AND (t.normalized_output_tokens IS NULL, t.start_time, t.start_nanos, t.span_id)
                    < (s.normalized_output_tokens IS NULL, s.start_time, s.start_nanos, s.span_id)
        )
        -- Without an id: the call is the innermost span of its kind and model.
        ELSE NOT EXISTS (
            SELECT
            FROM spans t
            WHERE t.trace_id = s.trace_id
                AND (t.parent_span_id = s.span_id OR (t.span_id = s.parent_span_id AND t.response_id IS NOT NULL))
                AND t.emitter = 1
                AND t.call_kind = s.call_kind
                AND t.project_id = s.project_id
                AND t.start_time BETWEEN s.start_time - interval '1 hour' AND s.end_time + interval '1 hour'
                AND (
                    coalesce(s.request_model = t.request_model, s.response_model = t.response_model, true)
                    OR ARRAY[s.request_model, s.response_model] && ARRAY[t.request_model, t.response_model]
                )
        )
    END;
COMMENT ON VIEW observatory_calls IS 'The spans that are the calls of a model, one a call, with what the provider''s own SDK tells of the same call in columns that begin with sdk_. llm_calls is made of it, and easier to query.';

-- Rollups. A plain view, right on every edition; where it must be faster than the rows allow, a
-- continuous aggregate takes its place under the same name.
CREATE VIEW llm_usage_hourly AS
SELECT
    date_trunc('hour', start_time) AS hour,
    project_id,
    provider_name,
    coalesce(response_model, sdk_response_model, request_model) AS model,
    count(*) AS calls,
    count(*) FILTER (WHERE status_code = 2 OR error_type IS NOT NULL) AS errors,
    -- In one meaning for all senders, as in llm_calls.
    sum(coalesce(sdk_normalized_input_tokens, normalized_input_tokens)) AS input_tokens,
    sum(coalesce(sdk_normalized_output_tokens, normalized_output_tokens)) AS output_tokens,
    sum(coalesce(sdk_cache_read_tokens, cache_read_tokens)) AS cache_read_tokens,
    sum(coalesce(sdk_cache_write_tokens, cache_write_tokens)) AS cache_write_tokens,
    sum(coalesce(sdk_reasoning_tokens, reasoning_tokens)) AS reasoning_tokens
FROM observatory_calls
GROUP BY 1, 2, 3, 4;
COMMENT ON VIEW llm_usage_hourly IS 'Calls, errors and tokens by hour, provider and model: sums of llm_calls.';
