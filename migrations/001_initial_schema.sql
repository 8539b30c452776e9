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
COMMENT ON COLUMN spans.resource_id IS 'Key into resources: who sent it.';
COMMENT ON COLUMN spans.scope_id IS 'Key into scopes: which instrumentation made it.';
COMMENT ON COLUMN spans.service_hash IS 'observatory_service_hash(service.name), for the index on (service_hash, start_time).';
COMMENT ON COLUMN spans.status_code IS '0 unset, 1 ok, 2 error; null when no status was sent.';
COMMENT ON COLUMN spans.mapping_version IS 'The version of the GenAI mapping that filled the typed columns.';
COMMENT ON COLUMN spans.attributes IS 'The attributes that no typed column keeps unchanged.';
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
