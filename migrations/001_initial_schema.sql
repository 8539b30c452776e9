-- The tables. `spans` is created plain: 002 turns it, while empty, into a hypertable (TimescaleDB)
-- or a table with native partitions (plain PostgreSQL).

CREATE TABLE spans (
    -- Fixed width first: no bytes are lost to alignment.
    start_time                    timestamptz NOT NULL,
    end_time                      timestamptz NOT NULL,
    trace_id                      uuid NOT NULL,
    resource_id                   uuid NOT NULL,
    scope_id                      uuid NOT NULL,
    -- Tokens as sent.
    input_tokens                  bigint,
    output_tokens                 bigint,
    total_tokens                  bigint,
    cache_read_tokens             bigint,
    cache_write_tokens            bigint,
    reasoning_tokens              bigint,
    -- Tokens in one meaning for all senders: input includes what the cache gave and took.
    normalized_input_tokens       bigint,
    normalized_uncached_tokens    bigint,
    normalized_output_tokens      bigint,
    max_tokens                    bigint,
    embedding_dimensions          bigint,
    temperature                   double precision,
    top_p                         double precision,
    time_to_first_token_seconds   double precision,
    project_id                    integer NOT NULL,
    service_hash                  integer NOT NULL,
    flags                         integer NOT NULL,
    dropped_attributes_count      integer,
    dropped_events_count          integer,
    dropped_links_count           integer,
    start_nanos                   smallint NOT NULL,
    end_nanos                     smallint NOT NULL,
    kind                          smallint NOT NULL,
    status_code                   smallint,
    mapping_version               smallint NOT NULL,
    token_semantics               smallint,
    emitter                       smallint,
    streaming                     boolean,
    span_id                       text NOT NULL,
    parent_span_id                text,
    name                          text NOT NULL,
    status_message                text,
    trace_state                   text,
    operation_name                text,
    provider_name                 text,
    request_model                 text,
    response_model                text,
    response_id                   text,
    finish_reasons                text[],
    reasoning_level               text,
    service_tier                  text,
    conversation_id               text,
    session_id                    text,
    user_id                       text,
    agent_id                      text,
    agent_name                    text,
    agent_version                 text,
    workflow_name                 text,
    tool_name                     text,
    tool_call_id                  text,
    tool_type                     text,
    output_type                   text,
    error_type                    text,
    prompt_name                   text,
    prompt_version                text,
    call_kind                     text,
    reported_cost_usd             numeric(20, 10),
    computed_cost_usd             numeric(20, 10),
    price_version                 text,
    token_details                 jsonb,
    request_parameters            jsonb,
    details                       jsonb,
    -- Text, not jsonb: messages are large, and parsing them costs more than storing them.
    tool_arguments                text,
    tool_result                   text,
    input_messages                text,
    output_messages               text,
    system_instructions           text,
    tool_definitions              text,
    attributes                    jsonb,
    events                        jsonb,
    links                         jsonb,
    promoted                      bytea,
    original                      bytea
);

COMMENT ON TABLE spans IS 'One row a span, as received over OTLP. The views llm_calls, traces and conversations are easier to query.';
COMMENT ON COLUMN spans.start_time IS 'Start, to the microsecond; start_nanos holds the rest. Partitions are days of it, in UTC.';
COMMENT ON COLUMN spans.end_time IS 'End, to the microsecond; end_nanos holds the rest.';
COMMENT ON COLUMN spans.trace_id IS 'The trace: its 32 hex digits, as a uuid.';
COMMENT ON COLUMN spans.resource_id IS 'Key into resources: who sent it.';
COMMENT ON COLUMN spans.scope_id IS 'Key into scopes: which instrumentation made it.';
COMMENT ON COLUMN spans.input_tokens IS 'Input tokens, as sent. Senders differ in whether cached ones are among them.';
COMMENT ON COLUMN spans.output_tokens IS 'Output tokens, as sent.';
COMMENT ON COLUMN spans.total_tokens IS 'All tokens, as sent.';
COMMENT ON COLUMN spans.cache_read_tokens IS 'Input tokens read from the provider''s cache, as sent.';
COMMENT ON COLUMN spans.cache_write_tokens IS 'Input tokens written to the provider''s cache, as sent.';
COMMENT ON COLUMN spans.reasoning_tokens IS 'Output tokens spent on reasoning, as sent.';
COMMENT ON COLUMN spans.normalized_input_tokens IS 'Input tokens with those read from and written to the cache, for all senders.';
COMMENT ON COLUMN spans.normalized_uncached_tokens IS 'Input tokens without those of the cache, for all senders.';
COMMENT ON COLUMN spans.normalized_output_tokens IS 'Output tokens with those of reasoning, for all senders.';
COMMENT ON COLUMN spans.max_tokens IS 'The bound on output tokens that was asked for.';
COMMENT ON COLUMN spans.embedding_dimensions IS 'Dimensions of an embedding.';
COMMENT ON COLUMN spans.temperature IS 'Sampling temperature that was asked for.';
COMMENT ON COLUMN spans.top_p IS 'Nucleus sampling that was asked for.';
COMMENT ON COLUMN spans.time_to_first_token_seconds IS 'From the call to its first token, in seconds.';
COMMENT ON COLUMN spans.project_id IS 'Whose it is; 0 is the default project.';
COMMENT ON COLUMN spans.service_hash IS 'observatory_service_hash(service.name), for the index on (service_hash, start_time).';
COMMENT ON COLUMN spans.flags IS 'The flags of OTLP; the low eight bits are the W3C trace flags.';
COMMENT ON COLUMN spans.dropped_attributes_count IS 'Attributes that the sender left out; null for none.';
COMMENT ON COLUMN spans.dropped_events_count IS 'Events that the sender left out; null for none.';
COMMENT ON COLUMN spans.dropped_links_count IS 'Links that the sender left out; null for none.';
COMMENT ON COLUMN spans.start_nanos IS 'Nanoseconds of the start beyond start_time, 0 to 999.';
COMMENT ON COLUMN spans.end_nanos IS 'Nanoseconds of the end beyond end_time, 0 to 999.';
COMMENT ON COLUMN spans.kind IS '0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer.';
COMMENT ON COLUMN spans.status_code IS '0 unset, 1 ok, 2 error; null when no status was sent.';
COMMENT ON COLUMN spans.mapping_version IS 'The version of the GenAI mapping that filled the typed columns.';
COMMENT ON COLUMN spans.token_semantics IS 'How the sender counts tokens of the cache: 1 among the input tokens, 2 apart from them; null where it sent none.';
COMMENT ON COLUMN spans.emitter IS 'Who tells of the call: 1 an instrumentation, a framework or the application, 2 the provider''s own SDK, which does so whatever else does; null where call_kind is.';
COMMENT ON COLUMN spans.streaming IS 'Whether the answer was streamed.';
COMMENT ON COLUMN spans.span_id IS 'The span: 16 hex digits.';
COMMENT ON COLUMN spans.parent_span_id IS 'The span that it is part of: 16 hex digits; null for the root of a trace.';
COMMENT ON COLUMN spans.name IS 'The span''s name, for example chat gpt-4o.';
COMMENT ON COLUMN spans.status_message IS 'What the sender says of an error.';
COMMENT ON COLUMN spans.trace_state IS 'The W3C trace state; null when empty.';
COMMENT ON COLUMN spans.operation_name IS 'chat, embeddings, execute_tool, invoke_agent, …';
COMMENT ON COLUMN spans.provider_name IS 'openai, anthropic, aws.bedrock, …';
COMMENT ON COLUMN spans.request_model IS 'The model asked for.';
COMMENT ON COLUMN spans.response_model IS 'The model that answered.';
COMMENT ON COLUMN spans.response_id IS 'The provider''s id of the answer.';
COMMENT ON COLUMN spans.finish_reasons IS 'Why generation ended, one for each choice.';
COMMENT ON COLUMN spans.reasoning_level IS 'How much reasoning was asked for.';
COMMENT ON COLUMN spans.service_tier IS 'The provider''s tier of service; what was given comes before what was asked for.';
COMMENT ON COLUMN spans.conversation_id IS 'The conversation.';
COMMENT ON COLUMN spans.session_id IS 'The session.';
COMMENT ON COLUMN spans.user_id IS 'The end user.';
COMMENT ON COLUMN spans.agent_id IS 'The agent''s id.';
COMMENT ON COLUMN spans.agent_name IS 'The agent''s name.';
COMMENT ON COLUMN spans.agent_version IS 'The agent''s version.';
COMMENT ON COLUMN spans.workflow_name IS 'The workflow.';
COMMENT ON COLUMN spans.tool_name IS 'The tool.';
COMMENT ON COLUMN spans.tool_call_id IS 'The model''s id of the tool call.';
COMMENT ON COLUMN spans.tool_type IS 'function, extension, datastore.';
COMMENT ON COLUMN spans.output_type IS 'text, json, image, speech.';
COMMENT ON COLUMN spans.error_type IS 'The class of error.';
COMMENT ON COLUMN spans.prompt_name IS 'The prompt template''s name.';
COMMENT ON COLUMN spans.prompt_version IS 'The prompt template''s version.';
COMMENT ON COLUMN spans.reported_cost_usd IS 'Cost in US dollars, as sent. Some send 0 for unknown.';
COMMENT ON COLUMN spans.computed_cost_usd IS 'Cost in US dollars, by tokens and prices. Not filled yet.';
COMMENT ON COLUMN spans.price_version IS 'The version of the prices that computed_cost_usd comes from. Not filled yet.';
COMMENT ON COLUMN spans.token_details IS 'Token counts that have no column of their own, as sent: cache_write_1h_tokens, text_input_tokens, audio_output_tokens, …';
COMMENT ON COLUMN spans.request_parameters IS 'Parameters of the request that have no column of their own: top_k, seed, stop_sequences, …';
COMMENT ON COLUMN spans.details IS 'Facts that few senders tell: retrieval_query, environment, release, tags, metadata, …';
COMMENT ON COLUMN spans.call_kind IS 'inference, embeddings or rerank where the span describes a call of a model; null for others, also for agents and workflows that repeat the totals of the calls in them.';
COMMENT ON COLUMN spans.tool_arguments IS 'What the tool was called with: text, mostly JSON.';
COMMENT ON COLUMN spans.tool_result IS 'What the tool answered: text, mostly JSON.';
COMMENT ON COLUMN spans.input_messages IS 'What the model was sent: JSON as text.';
COMMENT ON COLUMN spans.output_messages IS 'What the model answered: JSON as text.';
COMMENT ON COLUMN spans.system_instructions IS 'System instructions, where sent apart from the messages: JSON as text.';
COMMENT ON COLUMN spans.tool_definitions IS 'The tools that the model was offered: JSON as text.';
COMMENT ON COLUMN spans.attributes IS 'The attributes that no typed column keeps unchanged.';
COMMENT ON COLUMN spans.events IS 'Events: an array of {time_unix_nano, name, attributes, dropped_attributes_count}.';
COMMENT ON COLUMN spans.links IS 'Links: an array of {trace_id, span_id, trace_state, flags, attributes, dropped_attributes_count}.';
COMMENT ON COLUMN spans.promoted IS 'Which attributes left for typed columns: a varint each, (source number * 2) + (1 when a structured value was written as JSON).';
COMMENT ON COLUMN spans.original IS 'The received protobuf Span, where the columns can not represent it exactly; else null.';

CREATE TABLE resources (
    resource_id                   uuid NOT NULL,
    project_id                    integer NOT NULL,
    service_hash                  integer NOT NULL,
    dropped_attributes_count      integer,
    last_seen                     date NOT NULL,
    service_name                  text,
    schema_url                    text,
    attributes                    jsonb NOT NULL,
    original                      bytea,
    PRIMARY KEY (project_id, resource_id)
);
COMMENT ON TABLE resources IS 'Who sent records: one row for each distinct OTLP Resource and schema URL.';
COMMENT ON COLUMN resources.resource_id IS 'xxh3-128 of the Resource''s bytes and the schema URL.';
COMMENT ON COLUMN resources.project_id IS 'Whose it is; 0 is the default project.';
COMMENT ON COLUMN resources.service_hash IS 'observatory_service_hash(service_name), as in spans.';
COMMENT ON COLUMN resources.dropped_attributes_count IS 'Attributes that the sender left out; null for none.';
COMMENT ON COLUMN resources.service_name IS 'The attribute service.name.';
COMMENT ON COLUMN resources.schema_url IS 'The schema that the attributes follow; null when none was sent.';
COMMENT ON COLUMN resources.attributes IS 'All attributes, service.name among them.';
COMMENT ON COLUMN resources.original IS 'A protobuf ResourceSpans with the received resource and schema URL and without spans, where the columns can not represent them exactly; else null.';
COMMENT ON COLUMN resources.last_seen IS 'The last day (UTC) on which a record came from it.';

CREATE TABLE scopes (
    scope_id                      uuid NOT NULL,
    project_id                    integer NOT NULL,
    dropped_attributes_count      integer,
    last_seen                     date NOT NULL,
    name                          text NOT NULL,
    version                       text NOT NULL,
    schema_url                    text,
    attributes                    jsonb NOT NULL,
    original                      bytea,
    PRIMARY KEY (project_id, scope_id)
);
COMMENT ON TABLE scopes IS 'Which instrumentation made records: one row for each distinct OTLP InstrumentationScope and schema URL.';
COMMENT ON COLUMN scopes.scope_id IS 'xxh3-128 of the InstrumentationScope''s bytes and the schema URL.';
COMMENT ON COLUMN scopes.project_id IS 'Whose it is; 0 is the default project.';
COMMENT ON COLUMN scopes.dropped_attributes_count IS 'Attributes that the sender left out; null for none.';
COMMENT ON COLUMN scopes.last_seen IS 'The last day (UTC) on which a record came from it.';
COMMENT ON COLUMN scopes.name IS 'The instrumentation''s name.';
COMMENT ON COLUMN scopes.version IS 'The instrumentation''s version.';
COMMENT ON COLUMN scopes.schema_url IS 'The schema that the attributes follow; null when none was sent.';
COMMENT ON COLUMN scopes.attributes IS 'Its attributes.';
COMMENT ON COLUMN scopes.original IS 'A protobuf ScopeSpans with the received scope and schema URL and without spans, where the columns can not represent them exactly; else null.';

CREATE TABLE log_records (
    -- Fixed width first: no bytes are lost to alignment.
    time                          timestamptz NOT NULL,
    observed_time                 timestamptz,
    trace_id                      uuid,
    resource_id                   uuid NOT NULL,
    scope_id                      uuid NOT NULL,
    project_id                    integer NOT NULL,
    service_hash                  integer NOT NULL,
    flags                         integer,
    dropped_attributes_count      integer,
    time_nanos                    smallint NOT NULL,
    observed_nanos                smallint NOT NULL,
    time_source                   smallint NOT NULL,
    severity_number               smallint NOT NULL,
    span_id                       text,
    severity_text                 text,
    event_name                    text,
    body                          text,
    body_structured               jsonb,
    attributes                    jsonb,
    original                      bytea
);
COMMENT ON TABLE log_records IS 'One row a log record or event, as received over OTLP.';
COMMENT ON COLUMN log_records.time IS 'When it happened, to the microsecond; time_nanos holds the rest, time_source tells which time it is. Partitions are days of it, in UTC.';
COMMENT ON COLUMN log_records.observed_time IS 'When it was noticed, to the microsecond; observed_nanos holds the rest. Null when not sent.';
COMMENT ON COLUMN log_records.trace_id IS 'The trace it belongs to; null for none, or where the sent id is no id.';
COMMENT ON COLUMN log_records.resource_id IS 'Key into resources: who sent it.';
COMMENT ON COLUMN log_records.scope_id IS 'Key into scopes: which instrumentation made it.';
COMMENT ON COLUMN log_records.project_id IS 'Whose it is; 0 is the default project.';
COMMENT ON COLUMN log_records.service_hash IS 'observatory_service_hash(service.name), for the index on (service_hash, time).';
COMMENT ON COLUMN log_records.flags IS 'The flags of OTLP; the low eight bits are the W3C trace flags; null for none.';
COMMENT ON COLUMN log_records.dropped_attributes_count IS 'Attributes that the sender left out; null for none.';
COMMENT ON COLUMN log_records.time_nanos IS 'Nanoseconds beyond time, 0 to 999.';
COMMENT ON COLUMN log_records.observed_nanos IS 'Nanoseconds beyond observed_time, 0 to 999.';
COMMENT ON COLUMN log_records.time_source IS 'Which time `time` is: 0 the one of the record, 1 the one of its observation, for it has none, 2 the one of its receipt, for it has neither.';
COMMENT ON COLUMN log_records.severity_number IS '1 trace … 5 debug … 9 info … 13 warn … 17 error … 21 to 24 fatal; 0 when not sent.';
COMMENT ON COLUMN log_records.span_id IS 'The span it belongs to: 16 hex digits; null for none, or where the sent id is no id.';
COMMENT ON COLUMN log_records.severity_text IS 'The severity in the words of its source; null when not sent.';
COMMENT ON COLUMN log_records.event_name IS 'The kind of event; null for a log record that is none.';
COMMENT ON COLUMN log_records.body IS 'What it says, when that is a text.';
COMMENT ON COLUMN log_records.body_structured IS 'What it says, when that is anything but a text.';
COMMENT ON COLUMN log_records.attributes IS 'Its attributes; null for none.';
COMMENT ON COLUMN log_records.original IS 'The received protobuf LogRecord, where the columns can not represent it exactly; else null.';

CREATE TABLE metric_series (
    series_id                     uuid NOT NULL,
    resource_id                   uuid NOT NULL,
    scope_id                      uuid NOT NULL,
    project_id                    integer NOT NULL,
    temporality                   integer NOT NULL,
    last_seen                     date NOT NULL,
    is_monotonic                  boolean NOT NULL,
    kind                          text NOT NULL,
    name                          text NOT NULL,
    description                   text,
    unit                          text,
    explicit_bounds               double precision[],
    metadata                      jsonb,
    attributes                    jsonb NOT NULL,
    original                      bytea,
    PRIMARY KEY (project_id, series_id)
);
COMMENT ON TABLE metric_series IS 'What points belong to: one row for each metric of a resource and scope, and each set of attributes.';
COMMENT ON COLUMN metric_series.series_id IS 'xxh3-128 of resource, scope, metric, attributes and a histogram''s bounds, as sent.';
COMMENT ON COLUMN metric_series.resource_id IS 'Key into resources: who sent it.';
COMMENT ON COLUMN metric_series.scope_id IS 'Key into scopes: which instrumentation made it.';
COMMENT ON COLUMN metric_series.project_id IS 'Whose it is; 0 is the default project.';
COMMENT ON COLUMN metric_series.temporality IS '1 delta: a point is what was added since the one before; 2 cumulative: since its start_time; 0 for kinds without one.';
COMMENT ON COLUMN metric_series.last_seen IS 'The last day (UTC) on which a point of it came.';
COMMENT ON COLUMN metric_series.is_monotonic IS 'Whether a sum never goes down.';
COMMENT ON COLUMN metric_series.kind IS 'gauge, sum, histogram, exponential_histogram or summary.';
COMMENT ON COLUMN metric_series.name IS 'The metric''s name, for example gen_ai.client.token.usage.';
COMMENT ON COLUMN metric_series.description IS 'What the metric means; null when not sent.';
COMMENT ON COLUMN metric_series.unit IS 'Its unit (UCUM), for example s or {token}; null when not sent.';
COMMENT ON COLUMN metric_series.explicit_bounds IS 'Upper bounds, inclusive, of a histogram''s buckets; the last bucket has none.';
COMMENT ON COLUMN metric_series.metadata IS 'Attributes of the metric itself; null for none.';
COMMENT ON COLUMN metric_series.attributes IS 'The attributes that its points share.';
COMMENT ON COLUMN metric_series.original IS 'A protobuf Metric that describes it, with its attributes in one point of a gauge, where the columns can not represent it exactly; else null.';
-- By hash: a name may be longer than a btree takes.
CREATE INDEX metric_series_name ON metric_series USING hash (name);

CREATE TABLE metric_points (
    time                          timestamptz NOT NULL,
    start_time                    timestamptz,
    series_id                     uuid NOT NULL,
    value                         double precision,
    value_int                     bigint,
    count                         bigint,
    sum                           double precision,
    min                           double precision,
    max                           double precision,
    zero_count                    bigint,
    zero_threshold                double precision,
    project_id                    integer NOT NULL,
    flags                         integer,
    scale                         integer,
    positive_offset               integer,
    negative_offset               integer,
    time_nanos                    smallint NOT NULL,
    start_nanos                   smallint NOT NULL,
    bucket_counts                 bigint[],
    positive_counts               bigint[],
    negative_counts               bigint[],
    quantiles                     double precision[],
    quantile_values               double precision[],
    exemplars                     jsonb,
    original                      bytea
);
COMMENT ON TABLE metric_points IS 'One row a data point, as received over OTLP; metric_series tells what it is a point of.';
COMMENT ON COLUMN metric_points.time IS 'When it was taken, to the microsecond; time_nanos holds the rest. Partitions are days of it, in UTC.';
COMMENT ON COLUMN metric_points.start_time IS 'When its interval began, to the microsecond; start_nanos holds the rest. A later one than before tells that the sender started anew. Null when not sent.';
COMMENT ON COLUMN metric_points.series_id IS 'Key into metric_series.';
COMMENT ON COLUMN metric_points.value IS 'Of a gauge or sum, when it is a double.';
COMMENT ON COLUMN metric_points.value_int IS 'Of a gauge or sum, when it is an integer.';
COMMENT ON COLUMN metric_points.count IS 'Of a histogram or summary: how many values.';
COMMENT ON COLUMN metric_points.sum IS 'Of a histogram or summary: their sum; null when not sent.';
COMMENT ON COLUMN metric_points.min IS 'Of a histogram: the smallest value; null when not sent.';
COMMENT ON COLUMN metric_points.max IS 'Of a histogram: the largest value; null when not sent.';
COMMENT ON COLUMN metric_points.zero_count IS 'Of an exponential histogram: how many values are no farther from zero than zero_threshold.';
COMMENT ON COLUMN metric_points.zero_threshold IS 'Of an exponential histogram: the half width of the bucket around zero.';
COMMENT ON COLUMN metric_points.project_id IS 'Whose it is; 0 is the default project.';
COMMENT ON COLUMN metric_points.flags IS 'The flags of OTLP: 1 says that no value was recorded; null for none.';
COMMENT ON COLUMN metric_points.scale IS 'Of an exponential histogram: bucket i holds values above base^i up to base^(i+1), where base = 2^(2^-scale).';
COMMENT ON COLUMN metric_points.positive_offset IS 'Of an exponential histogram: the index of the first bucket of positive values.';
COMMENT ON COLUMN metric_points.negative_offset IS 'Of an exponential histogram: the index of the first bucket of negative values.';
COMMENT ON COLUMN metric_points.time_nanos IS 'Nanoseconds beyond time, 0 to 999.';
COMMENT ON COLUMN metric_points.start_nanos IS 'Nanoseconds beyond start_time, 0 to 999.';
COMMENT ON COLUMN metric_points.bucket_counts IS 'Of a histogram: how many values in each bucket; metric_series.explicit_bounds has their bounds.';
COMMENT ON COLUMN metric_points.positive_counts IS 'Of an exponential histogram: how many positive values in each bucket, from positive_offset.';
COMMENT ON COLUMN metric_points.negative_counts IS 'Of an exponential histogram: how many negative values in each bucket, from negative_offset.';
COMMENT ON COLUMN metric_points.quantiles IS 'Of a summary: quantiles, from 0 to 1.';
COMMENT ON COLUMN metric_points.quantile_values IS 'Of a summary: the values at quantiles.';
COMMENT ON COLUMN metric_points.exemplars IS 'Samples: an array of {time_unix_nano, as_int or as_double, trace_id, span_id, filtered_attributes}.';
COMMENT ON COLUMN metric_points.original IS 'The received protobuf data point, where the columns can not represent it exactly; else null.';

-- One row a lane, updated by every batch: half-filled pages keep the updates on their page (HOT).
CREATE TABLE ingest_checkpoint (
    lane                          uuid PRIMARY KEY,
    sequence                      bigint NOT NULL,
    epoch                         bigint NOT NULL,
    backend_start                 timestamptz NOT NULL,
    updated_at                    timestamptz NOT NULL DEFAULT now(),
    backend_pid                   integer NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE ingest_checkpoint IS 'What each lane of each writer has committed. Moved in the transaction that stores a batch.';
COMMENT ON COLUMN ingest_checkpoint.epoch IS 'Rises with each claim; a writer with an older one is fenced.';

-- lz4 stores large texts at three times the speed of the default, where the server has it.
DO $$
DECLARE
    wide text;
BEGIN
    FOREACH wide IN ARRAY ARRAY[
        'input_messages', 'output_messages', 'system_instructions', 'tool_definitions',
        'tool_arguments', 'tool_result', 'attributes', 'events', 'links'
    ] LOOP
        EXECUTE format('ALTER TABLE spans ALTER COLUMN %I SET COMPRESSION lz4', wide);
    END LOOP;
    FOREACH wide IN ARRAY ARRAY['body', 'body_structured', 'attributes'] LOOP
        EXECUTE format('ALTER TABLE log_records ALTER COLUMN %I SET COMPRESSION lz4', wide);
    END LOOP;
    ALTER TABLE metric_points ALTER COLUMN exemplars SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    RAISE NOTICE 'this server has no lz4: large texts use its default compression';
END
$$;

CREATE FUNCTION observatory_service_hash(service_name text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ('x' || encode(substr(sha256(convert_to(coalesce(service_name, ''), 'UTF8')), 1, 4), 'hex'))::bit(32)::integer;
COMMENT ON FUNCTION observatory_service_hash IS 'The first four bytes of sha256(service.name): the key of the index on (service_hash, start_time).';
