-- The views: what people query. Ids are hex, as in every other tool.

CREATE VIEW llm_calls AS
SELECT
    s.start_time,
    extract(epoch FROM s.end_time - s.start_time)::double precision AS duration_seconds,
    s.time_to_first_token_seconds,
    r.service_name,
    s.service_hash,
    s.operation_name,
    s.provider_name,
    s.request_model,
    s.response_model,
    coalesce(s.response_model, s.request_model) AS model,
    s.call_kind,
    -- In one meaning for all senders; spans has them as they were sent.
    s.normalized_input_tokens AS input_tokens,
    s.normalized_uncached_tokens AS uncached_input_tokens,
    s.normalized_output_tokens AS output_tokens,
    s.cache_read_tokens,
    s.cache_write_tokens,
    s.reasoning_tokens,
    s.token_details,
    -- Some send 0 for unknown.
    nullif(s.reported_cost_usd, 0) AS reported_cost_usd,
    s.request_parameters,
    s.finish_reasons,
    s.streaming,
    -- Most spans carry no status: that is no failure, and no null.
    coalesce(s.status_code = 2, false) OR s.error_type IS NOT NULL AS failed,
    s.error_type,
    s.status_message,
    s.conversation_id,
    s.user_id,
    s.agent_name,
    s.prompt_name,
    s.prompt_version,
    s.input_messages,
    s.output_messages,
    s.system_instructions,
    replace(s.trace_id::text, '-', '') AS trace_id,
    s.span_id,
    s.parent_span_id,
    s.resource_id,
    s.project_id
FROM spans s
LEFT JOIN resources r ON r.project_id = s.project_id AND r.resource_id = s.resource_id
WHERE s.call_kind IS NOT NULL;
COMMENT ON VIEW llm_calls IS 'One row for each span that describes a call of a model, in whatever dialect. Where two instrumentations describe the same call, it has two rows. Filter by start_time; by service with service_hash = observatory_service_hash(''name'').';

CREATE VIEW traces AS
SELECT
    replace(s.trace_id::text, '-', '') AS trace_id,
    s.project_id,
    min(s.start_time) AS start_time,
    extract(epoch FROM max(s.end_time) - min(s.start_time))::double precision AS duration_seconds,
    (array_agg(s.name ORDER BY s.parent_span_id IS NOT NULL, s.start_time))[1] AS name,
    count(*) AS spans,
    count(*) FILTER (WHERE s.status_code = 2) AS errors,
    count(*) FILTER (WHERE s.call_kind IS NOT NULL) AS calls,
    sum(s.normalized_input_tokens) FILTER (WHERE s.call_kind IS NOT NULL) AS input_tokens,
    sum(s.normalized_output_tokens) FILTER (WHERE s.call_kind IS NOT NULL) AS output_tokens
FROM spans s
GROUP BY s.trace_id, s.project_id;
COMMENT ON VIEW traces IS 'One row for each trace.';

CREATE VIEW conversations AS
SELECT
    conversation_id,
    project_id,
    min(start_time) AS first_call,
    max(start_time) AS last_call,
    count(*) AS calls,
    count(*) FILTER (WHERE failed) AS errors,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens,
    count(DISTINCT trace_id) AS traces,
    array_agg(DISTINCT model) FILTER (WHERE model IS NOT NULL) AS models
FROM llm_calls
WHERE conversation_id IS NOT NULL
GROUP BY conversation_id, project_id;
COMMENT ON VIEW conversations IS 'One row for each conversation.';

CREATE VIEW metrics AS
SELECT
    p.time,
    p.start_time,
    r.service_name,
    m.name,
    m.unit,
    m.kind,
    CASE m.temporality WHEN 1 THEN 'delta' WHEN 2 THEN 'cumulative' END AS temporality,
    m.is_monotonic,
    m.attributes,
    coalesce(p.value, p.value_int) AS value,
    p.count,
    p.sum,
    p.min,
    p.max,
    m.explicit_bounds,
    p.bucket_counts,
    p.series_id,
    m.resource_id,
    p.project_id
FROM metric_points p
JOIN metric_series m ON m.project_id = p.project_id AND m.series_id = p.series_id
LEFT JOIN resources r ON r.project_id = m.project_id AND r.resource_id = m.resource_id;
COMMENT ON VIEW metrics IS 'One row for each data point, with its series. Filter by name and time.';

CREATE VIEW logs AS
SELECT
    l.time,
    r.service_name,
    l.service_hash,
    CASE
        WHEN l.severity_number BETWEEN 1 AND 24
        THEN (ARRAY['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'])[(l.severity_number + 3) / 4]
    END AS severity,
    l.severity_text,
    l.event_name,
    coalesce(l.body, l.body_structured::text) AS body,
    l.attributes,
    replace(l.trace_id::text, '-', '') AS trace_id,
    l.span_id,
    l.resource_id,
    l.project_id
FROM log_records l
LEFT JOIN resources r ON r.project_id = l.project_id AND r.resource_id = l.resource_id;
COMMENT ON VIEW logs IS 'One row for each log record or event. Filter by time; by service with service_hash = observatory_service_hash(''name'').';
