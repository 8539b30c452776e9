-- Three indexes, by measurement: each costs every row (time +0.7 µs, trace +1.1 µs, service and
-- time +1.5 µs of the database's time), and these answer what people ask first.
CREATE INDEX spans_start_time ON spans (start_time DESC);
CREATE INDEX spans_trace_id ON spans (trace_id);
CREATE INDEX spans_service ON spans (service_hash, start_time DESC);
