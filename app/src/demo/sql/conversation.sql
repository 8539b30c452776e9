-- One conversation of a readable size, with something in it that failed: its spans in order.
WITH run AS (
    SELECT resource_id FROM resources WHERE attributes ->> 'service.instance.id' = $1
), chosen AS (
    SELECT conversation_id
    FROM spans
    WHERE start_time >= now() - interval '2 hours'
      AND resource_id IN (SELECT resource_id FROM run)
      AND conversation_id IS NOT NULL
    GROUP BY conversation_id
    ORDER BY count(DISTINCT trace_id) = 2 DESC, count(error_type) = 1 DESC, conversation_id
    LIMIT 1
), turns AS (
    SELECT DISTINCT s.trace_id
    FROM spans s
    JOIN chosen c ON c.conversation_id = s.conversation_id
    WHERE s.start_time >= now() - interval '2 hours'
      AND s.resource_id IN (SELECT resource_id FROM run)
)
SELECT
    (SELECT conversation_id FROM chosen) AS "conversation!",
    s.trace_id AS "trace!",
    s.span_id AS "span!",
    s.parent_span_id AS "parent?",
    s.name AS "name!",
    extract(epoch FROM s.end_time - s.start_time)::double precision AS "seconds!",
    s.input_tokens AS "input_tokens?",
    s.output_tokens AS "output_tokens?",
    s.error_type AS "error?"
FROM spans s
JOIN turns t ON t.trace_id = s.trace_id
WHERE s.start_time >= now() - interval '2 hours'
ORDER BY min(s.start_time) OVER (PARTITION BY s.trace_id), s.start_time, s.parent_span_id NULLS FIRST
