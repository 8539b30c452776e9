-- Messages in the shape of OpenTelemetry's conventions, [{"role": …, "parts": […]}], out of those that
-- senders flatten into attributes or send as events. The views call these where no column has messages.

CREATE FUNCTION observatory_without_nulls(object jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(object) WHERE value <> 'null';
END;
COMMENT ON FUNCTION observatory_without_nulls IS 'An object without its members that are null.';

CREATE FUNCTION observatory_list(value jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE
    WHEN value IS NULL OR value = 'null' THEN '[]'
    WHEN jsonb_typeof(value) = 'array' THEN value
    ELSE jsonb_build_array(value)
END;
END;
COMMENT ON FUNCTION observatory_list IS 'A value as a list: itself, of itself, or of nothing.';

CREATE FUNCTION observatory_message(message jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
WITH parts AS (
    SELECT
        1 AS place,
        number,
        CASE
            WHEN message ->> 'role' = 'tool' THEN observatory_without_nulls(jsonb_build_object(
                'type', 'tool_call_response',
                'id', coalesce(message -> 'tool_call_id', message -> 'id'),
                'response', item
            ))
            WHEN jsonb_typeof(item) = 'string' THEN jsonb_build_object('type', 'text', 'content', item)
            WHEN item ->> 'type' IN ('reasoning', 'thinking') THEN jsonb_build_object(
                'type', 'reasoning',
                'content', coalesce(item -> 'text', item -> 'thinking')
            )
            WHEN item ? 'text' THEN jsonb_build_object('type', 'text', 'content', item -> 'text')
            ELSE item
        END AS part
    FROM jsonb_array_elements(observatory_list(message -> 'content')) WITH ORDINALITY AS it (item, number)
    -- Anthropic's tool calls are parts of the content; some send them once more as OpenAI does.
    WHERE message ->> 'role' = 'tool'
        OR coalesce(item ->> 'type', '') <> 'tool_use'
        OR observatory_list(message -> 'tool_calls') = '[]'
    UNION ALL
    SELECT
        2,
        number,
        observatory_without_nulls(jsonb_build_object(
            'type', 'tool_call',
            'id', item -> 'id',
            'name', coalesce(item -> 'function' -> 'name', item -> 'name'),
            'arguments', coalesce(item -> 'function' -> 'arguments', item -> 'arguments')
        ))
    FROM jsonb_array_elements(observatory_list(message -> 'tool_calls')) WITH ORDINALITY AS it (item, number)
)
SELECT observatory_without_nulls(jsonb_build_object(
    'role', message -> 'role',
    'parts', coalesce((SELECT jsonb_agg(part ORDER BY place, number) FROM parts), '[]'),
    'finish_reason', message -> 'finish_reason'
));
END;
COMMENT ON FUNCTION observatory_message IS 'A message of OpenAI''s chat interface (role, content, tool_calls, tool_call_id) in the shape of OpenTelemetry''s conventions.';

CREATE FUNCTION observatory_flat_messages(attributes jsonb, prefix text, role text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
WITH fields AS (
    SELECT
        split_part(path, '.', 1)::bigint AS message,
        regexp_replace(path, '^\d+\.((message|prompt|completion|embedding)\.)?', '') AS field,
        value
    FROM jsonb_each(attributes)
    CROSS JOIN LATERAL substr(key, length(prefix) + 1) AS path
    WHERE starts_with(key, prefix) AND path ~ '^\d{1,9}\.'
),
-- A list in a message has a number for each item: contents.0.message_content.text, tool_calls.0.tool_call.id.
items AS (
    SELECT
        message,
        split_part(field, '.', 1) AS list,
        jsonb_object_agg(
            regexp_replace(field, '^\w+\.\d+\.((message_content|tool_call)\.)?(function\.)?', ''), value
        ) AS item,
        split_part(field, '.', 2)::bigint AS number
    FROM fields
    WHERE field ~ '^(contents|tool_calls)\.\d{1,9}\.'
    GROUP BY message, list, number
),
lists AS (
    SELECT
        message,
        jsonb_agg(item ORDER BY number) FILTER (WHERE list = 'contents') AS contents,
        jsonb_agg(item ORDER BY number) FILTER (WHERE list = 'tool_calls') AS calls
    FROM items
    GROUP BY message
),
messages AS (
    SELECT message, jsonb_object_agg(field, value) AS told FROM fields GROUP BY message
)
SELECT jsonb_agg(
    observatory_message(jsonb_build_object(
        'role', coalesce(told -> 'role', to_jsonb(role)),
        'content', coalesce(told -> 'content', contents, told -> 'text'),
        'tool_calls', coalesce(calls, CASE
            WHEN told ?| ARRAY['function_call.name', 'function_call_name'] THEN jsonb_build_array(jsonb_build_object(
                'name', coalesce(told -> 'function_call.name', told -> 'function_call_name'),
                'arguments', coalesce(told -> 'function_call.arguments', told -> 'function_call_arguments_json')
            ))
        END),
        'tool_call_id', told -> 'tool_call_id',
        'finish_reason', told -> 'finish_reason'
    ))
    ORDER BY message
)::text
FROM messages
LEFT JOIN lists USING (message);
END;
COMMENT ON FUNCTION observatory_flat_messages IS 'Messages out of attributes named prefix, number, field: llm.input_messages.0.message.role, gen_ai.prompt.0.content. The role is for those that tell none; null where there are none.';

CREATE FUNCTION observatory_flat_input(attributes jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT coalesce(
    observatory_flat_messages(attributes, 'llm.input_messages.', 'user'),
    observatory_flat_messages(attributes, 'gen_ai.prompt.', 'user'),
    observatory_flat_messages(attributes, 'llm.prompts.', 'user'),
    observatory_flat_messages(attributes, 'embedding.embeddings.', 'user')
);
END;
COMMENT ON FUNCTION observatory_flat_input IS 'What the model was sent, where it was flattened into attributes.';

CREATE FUNCTION observatory_flat_output(attributes jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT coalesce(
    observatory_flat_messages(attributes, 'llm.output_messages.', 'assistant'),
    observatory_flat_messages(attributes, 'gen_ai.completion.', 'assistant'),
    observatory_flat_messages(attributes, 'llm.choices.', 'assistant')
);
END;
COMMENT ON FUNCTION observatory_flat_output IS 'What the model answered, where it was flattened into attributes.';

-- In span events a structured value is JSON text: their attributes were once plain values only. Few
-- brackets can't nest deeper than the parser's stack.
DO $versions$
BEGIN
    IF current_setting('server_version_num')::integer >= 160000 THEN
        CREATE FUNCTION observatory_structured(value jsonb) RETURNS jsonb
            LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE
            WHEN jsonb_typeof(value) = 'string'
                AND left(sent, 1) IN ('{', '[')
                AND length(sent) - length(translate(sent, '{[', '')) <= 2000
                AND pg_input_is_valid(sent, 'jsonb')
            THEN sent::jsonb
            ELSE value
        END
        FROM (VALUES (value #>> '{}')) AS it (sent)
        $$;
    ELSE
        -- PostgreSQL 15 only tells by an error, and handles none in parallel.
        CREATE FUNCTION observatory_structured(value jsonb) RETURNS jsonb
            LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE AS $$
        DECLARE
            sent constant text := value #>> '{}';
        BEGIN
            IF jsonb_typeof(value) = 'string'
                AND left(sent, 1) IN ('{', '[')
                AND length(sent) - length(translate(sent, '{[', '')) <= 2000
            THEN
                RETURN sent::jsonb;
            END IF;
            RETURN value;
        EXCEPTION WHEN data_exception THEN
            RETURN value;
        END
        $$;
    END IF;
END
$versions$;
COMMENT ON FUNCTION observatory_structured IS 'The value that a JSON text in a JSON value stands for; else the value itself.';

-- One event tells all messages of a side, or each message is an event: gen_ai.user.message, gen_ai.choice.
CREATE FUNCTION observatory_event_input(events jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
WITH event AS (
    SELECT it ->> 'name' AS name, coalesce(it -> 'attributes', '{}') AS told, number
    FROM jsonb_array_elements(events) WITH ORDINALITY AS each (it, number)
),
whole AS (
    SELECT coalesce(told -> 'gen_ai.input.messages', told -> 'gen_ai.prompt') AS messages
    FROM event
    WHERE name IN ('gen_ai.client.inference.operation.details', 'gen_ai.content.prompt')
)
SELECT coalesce(
    (SELECT messages #>> '{}' FROM whole WHERE messages IS NOT NULL LIMIT 1),
    (
        SELECT jsonb_agg(
            observatory_message(
                jsonb_build_object('role', split_part(name, '.', 2))
                || told
                || jsonb_build_object(
                    'content', observatory_structured(told -> 'content'),
                    'tool_calls', observatory_structured(told -> 'tool_calls')
                )
            )
            ORDER BY number
        )::text
        FROM event
        WHERE name IN ('gen_ai.system.message', 'gen_ai.user.message', 'gen_ai.assistant.message', 'gen_ai.tool.message')
    )
);
END;
COMMENT ON FUNCTION observatory_event_input IS 'What the model was sent, out of an array of {name, attributes}.';

CREATE FUNCTION observatory_event_output(events jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
WITH event AS (
    SELECT it ->> 'name' AS name, coalesce(it -> 'attributes', '{}') AS told, number
    FROM jsonb_array_elements(events) WITH ORDINALITY AS each (it, number)
),
whole AS (
    SELECT coalesce(told -> 'gen_ai.output.messages', told -> 'gen_ai.completion') AS messages
    FROM event
    WHERE name IN ('gen_ai.client.inference.operation.details', 'gen_ai.content.completion')
),
choice AS (
    SELECT told, observatory_structured(told -> 'message') AS message, number
    FROM event
    WHERE name = 'gen_ai.choice'
)
SELECT coalesce(
    (SELECT messages #>> '{}' FROM whole WHERE messages IS NOT NULL LIMIT 1),
    (
        SELECT jsonb_agg(
            observatory_message(
                jsonb_build_object('role', 'assistant', 'content', told -> 'content', 'tool_calls', told -> 'tool_calls')
                || CASE jsonb_typeof(message)
                    WHEN 'object' THEN message
                    WHEN 'string' THEN jsonb_build_object('content', message)
                    ELSE '{}'
                END
                || jsonb_build_object('finish_reason', told -> 'finish_reason')
            )
            ORDER BY number
        )::text
        FROM choice
    )
);
END;
COMMENT ON FUNCTION observatory_event_output IS 'What the model answered, out of an array of {name, attributes}.';

DO $versions$
BEGIN
    IF current_setting('server_version_num')::integer < 160000 THEN
        ALTER FUNCTION observatory_event_input(jsonb) PARALLEL UNSAFE;
        ALTER FUNCTION observatory_event_output(jsonb) PARALLEL UNSAFE;
    END IF;
END
$versions$;

-- A body that is an object has its members among the attributes.
CREATE FUNCTION observatory_logged_events(project integer, trace uuid, span text, opens timestamptz, closes timestamptz)
    RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT jsonb_agg(
    jsonb_build_object(
        'name', name,
        'attributes', coalesce(attributes, '{}')
            || CASE jsonb_typeof(body_structured) WHEN 'object' THEN body_structured ELSE '{}' END
    )
    ORDER BY time, time_nanos
)
FROM log_records
CROSS JOIN LATERAL coalesce(event_name, attributes ->> 'event.name') AS name
WHERE trace_id = trace
    AND span_id = span
    AND project_id = project
    AND time BETWEEN opens - interval '1 hour' AND closes + interval '1 hour'
    AND starts_with(name, 'gen_ai.');
END;
COMMENT ON FUNCTION observatory_logged_events IS 'The events of GenAI that were logged within a span, as an array of {name, attributes}.';

CREATE FUNCTION observatory_event_reasons(events jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT array_agg(it -> 'attributes' ->> 'finish_reason' ORDER BY number)
FROM jsonb_array_elements(events) WITH ORDINALITY AS each (it, number)
WHERE it ->> 'name' = 'gen_ai.choice' AND it -> 'attributes' ? 'finish_reason';
END;
COMMENT ON FUNCTION observatory_event_reasons IS 'Why generation ended, out of an array of {name, attributes}.';

-- The views: what people query. Ids are hex, as in every other tool.

CREATE VIEW llm_calls AS
SELECT
    c.start_time,
    extract(epoch FROM c.end_time - c.start_time)::double precision AS duration_seconds,
    coalesce(c.time_to_first_token_seconds, c.sdk_time_to_first_token_seconds) AS time_to_first_token_seconds,
    r.service_name,
    c.service_hash,
    c.operation_name,
    c.provider_name,
    coalesce(c.request_model, c.sdk_request_model) AS request_model,
    coalesce(c.response_model, c.sdk_response_model) AS response_model,
    coalesce(c.response_model, c.sdk_response_model, c.request_model) AS model,
    c.call_kind,
    c.response_id,
    -- In one meaning for all senders; spans has them as they were sent.
    coalesce(c.sdk_normalized_input_tokens, c.normalized_input_tokens) AS input_tokens,
    coalesce(c.sdk_normalized_uncached_tokens, c.normalized_uncached_tokens) AS uncached_input_tokens,
    coalesce(c.sdk_normalized_output_tokens, c.normalized_output_tokens) AS output_tokens,
    coalesce(c.sdk_cache_read_tokens, c.cache_read_tokens) AS cache_read_tokens,
    coalesce(c.sdk_cache_write_tokens, c.cache_write_tokens) AS cache_write_tokens,
    coalesce(c.sdk_reasoning_tokens, c.reasoning_tokens) AS reasoning_tokens,
    c.token_details,
    -- Some send 0 for unknown.
    nullif(c.reported_cost_usd, 0) AS reported_cost_usd,
    c.request_parameters,
    coalesce(
        c.sdk_finish_reasons,
        c.finish_reasons,
        observatory_event_reasons(observatory_logged_events(c.project_id, c.trace_id, c.span_id, c.start_time, c.end_time))
    ) AS finish_reasons,
    coalesce(c.streaming, c.sdk_streaming) AS streaming,
    -- Most spans carry no status: that is no failure, and no null.
    coalesce(c.status_code = 2, false) OR c.error_type IS NOT NULL AS failed,
    c.error_type,
    c.status_message,
    coalesce(
        c.attributes ->> 'http.response.status_code', c.sdk_attributes ->> 'http.response.status_code'
    ) AS http_status,
    c.conversation_id,
    c.user_id,
    c.agent_name,
    c.prompt_name,
    c.prompt_version,
    coalesce(
        c.input_messages,
        observatory_flat_input(c.attributes),
        observatory_event_input(c.events),
        observatory_event_input(
            observatory_logged_events(c.project_id, c.trace_id, c.span_id, c.start_time, c.end_time)
        ),
        c.sdk_input_messages
    ) AS input_messages,
    coalesce(
        c.output_messages,
        observatory_flat_output(c.attributes),
        observatory_event_output(c.events),
        observatory_event_output(
            observatory_logged_events(c.project_id, c.trace_id, c.span_id, c.start_time, c.end_time)
        ),
        c.sdk_output_messages
    ) AS output_messages,
    coalesce(c.system_instructions, c.sdk_system_instructions) AS system_instructions,
    replace(c.trace_id::text, '-', '') AS trace_id,
    c.span_id,
    c.parent_span_id,
    -- To search by: trace_uuid = '<32 hex digits>' uses the index, trace_id does not.
    c.trace_id AS trace_uuid,
    c.resource_id,
    c.project_id
FROM observatory_calls c
LEFT JOIN resources r ON r.project_id = c.project_id AND r.resource_id = c.resource_id;
COMMENT ON VIEW llm_calls IS 'One row for each call of a model, in whatever dialect and however many spans tell of it. Filter by start_time; by service with service_hash = observatory_service_hash(''name''); by trace with trace_uuid.';
COMMENT ON COLUMN llm_calls.trace_uuid IS 'The trace, to search by: trace_uuid = ''<32 hex digits>'' uses the index.';
COMMENT ON COLUMN llm_calls.input_tokens IS 'Input tokens with those read from and written to the cache, for all senders.';
COMMENT ON COLUMN llm_calls.output_tokens IS 'Output tokens with those of reasoning, for all senders.';
COMMENT ON COLUMN llm_calls.input_messages IS 'What the model was sent, as JSON in a text: as the sender shaped it, or put together out of flattened attributes, events of the span, or logged events, in the shape of OpenTelemetry.';
COMMENT ON COLUMN llm_calls.output_messages IS 'What the model answered, like input_messages.';

CREATE VIEW traces AS
SELECT
    replace(s.trace_id::text, '-', '') AS trace_id,
    s.project_id,
    s.start_time,
    s.duration_seconds,
    s.name,
    s.spans,
    s.errors,
    coalesce(c.calls, 0) AS calls,
    c.input_tokens,
    c.output_tokens,
    s.trace_id AS trace_uuid
FROM (
    SELECT
        trace_id,
        project_id,
        min(start_time) AS start_time,
        extract(epoch FROM max(end_time) - min(start_time))::double precision AS duration_seconds,
        (array_agg(name ORDER BY parent_span_id IS NOT NULL, start_time))[1] AS name,
        count(*) AS spans,
        count(*) FILTER (WHERE status_code = 2) AS errors
    FROM spans
    GROUP BY trace_id, project_id
) s
LEFT JOIN (
    SELECT
        trace_id,
        project_id,
        count(*) AS calls,
        sum(coalesce(sdk_normalized_input_tokens, normalized_input_tokens)) AS input_tokens,
        sum(coalesce(sdk_normalized_output_tokens, normalized_output_tokens)) AS output_tokens
    FROM observatory_calls
    GROUP BY trace_id, project_id
) c ON c.trace_id = s.trace_id AND c.project_id = s.project_id;
COMMENT ON VIEW traces IS 'One row for each trace, with the sums of its llm_calls. Search by trace_uuid = ''<32 hex digits>''.';

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
    count(DISTINCT trace_uuid) AS traces,
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
