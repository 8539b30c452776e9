-- Per model: how much, how well, how fast.
SELECT
    coalesce(provider_name, '?') AS "provider!",
    coalesce(request_model, '?') AS "model!",
    count(*) AS "calls!",
    count(*) FILTER (WHERE failed) AS "errors!",
    coalesce(sum(input_tokens), 0)::bigint AS "input_tokens!",
    coalesce(sum(output_tokens), 0)::bigint AS "output_tokens!",
    coalesce(sum(cache_read_tokens), 0)::bigint AS "cached_tokens!",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds) AS "p50!",
    percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_seconds) AS "p95!",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY time_to_first_token_seconds) AS "first_token?"
FROM llm_calls
WHERE start_time >= now() - interval '2 hours'
  AND resource_id IN (SELECT resource_id FROM resources WHERE attributes ->> 'service.instance.id' = $1)
GROUP BY 1, 2
ORDER BY 3 DESC, 2
