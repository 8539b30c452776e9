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
    reported_cost_usd             numeric(20, 10),
    computed_cost_usd             numeric(20, 10),
    price_version                 text,
    token_details                 jsonb,
    request_parameters            jsonb,
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
COMMENT ON COLUMN spans.normalized_input_tokens IS 'Input tokens with those read from and written to the cache, for all senders. Not filled yet.';
COMMENT ON COLUMN spans.normalized_uncached_tokens IS 'Input tokens without those of the cache, for all senders. Not filled yet.';
COMMENT ON COLUMN spans.normalized_output_tokens IS 'Output tokens with those of reasoning, for all senders. Not filled yet.';
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
COMMENT ON COLUMN spans.token_semantics IS 'How the sender counts tokens. Not filled yet.';
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
COMMENT ON COLUMN spans.reported_cost_usd IS 'Cost in US dollars, as sent. Not filled yet.';
COMMENT ON COLUMN spans.computed_cost_usd IS 'Cost in US dollars, by tokens and prices. Not filled yet.';
COMMENT ON COLUMN spans.price_version IS 'The version of the prices that computed_cost_usd comes from. Not filled yet.';
COMMENT ON COLUMN spans.token_details IS 'Token counts by kind that have no column of their own. Not filled yet.';
COMMENT ON COLUMN spans.request_parameters IS 'Parameters of the request that some senders pack into one attribute. Not filled yet.';
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
COMMENT ON COLUMN resources.original IS 'The received protobuf Resource, where the columns can not represent it exactly; else null.';
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
COMMENT ON COLUMN scopes.original IS 'The received protobuf InstrumentationScope, where the columns can not represent it exactly; else null.';

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
EXCEPTION WHEN feature_not_supported THEN
    RAISE NOTICE 'this server has no lz4: large texts use its default compression';
END
$$;

CREATE FUNCTION observatory_service_hash(service_name text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ('x' || encode(substr(sha256(convert_to(coalesce(service_name, ''), 'UTF8')), 1, 4), 'hex'))::bit(32)::integer;
COMMENT ON FUNCTION observatory_service_hash IS 'The first four bytes of sha256(service.name): the key of the index on (service_hash, start_time).';
