//! Every variable of the options' table changes what the real binary does.
//!
//! Goal: no option that does nothing, and none that is forgotten here. Method: `shown!` is the table
//! of variables and of the tests that show them; one test holds it against the options' table. What
//! is shown is seen from outside the process: `pg_stat_activity`, the wire, metrics, answers, logs.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod copy;
mod http;
mod ingest;
mod life;
mod logs;
mod otlp;
mod pool;
mod secrets;
mod start;
mod support;
mod warnings;

use std::collections::BTreeSet;

use llm_observatory_storage::config::{ALL, OptionSpec};

/// The table, and a test for each of its lines.
macro_rules! shown {
    ($($($variable:ident),+ => $module:ident::$case:ident;)*) => {
        const SHOWN: &[&str] = &[$($(stringify!($variable)),+),*];

        mod shown {
            $(#[tokio::test]
            async fn $case() {
                crate::$module::$case().await;
            })*
        }
    };
}

shown! {
    DATABASE_URL => start::rows_land_in_the_database_of_the_url;
    DATABASE_URL_FILE => start::the_url_may_come_from_a_file;
    DB_STARTUP_TIMEOUT => start::the_start_waits_for_a_database_that_is_late;
    SKIP_MIGRATIONS => start::migrations_run_unless_they_are_skipped;

    DB_POOL_MIN_SIZE => pool::so_many_connections_are_open_when_idle;
    DB_POOL_MAX_SIZE => pool::so_many_connections_are_never_exceeded;
    DB_POOL_TIMEOUT => pool::a_connection_is_waited_for_so_long;
    DB_POOL_IDLE_TIMEOUT => pool::an_idle_connection_is_closed_after_so_long;
    DB_POOL_MAX_LIFETIME => pool::every_connection_is_replaced_after_so_long;

    COPY_BATCH_SIZE => copy::batches_have_so_many_rows;
    COPY_FLUSH_INTERVAL => copy::a_batch_waits_so_long_for_requests_on_their_way;
    COPY_BUFFER_SIZE => copy::messages_have_so_many_bytes;
    COPY_MAX_RETRIES => copy::a_batch_is_tried_again_so_often;
    COPY_RETRY_DELAY_MS => copy::attempts_are_so_far_apart;
    COPY_LANES => copy::so_many_lanes_write;
    DB_STATEMENT_DEADLINE => copy::a_statement_may_take_so_long;

    OTLP_MAX_REQUEST_BYTES => otlp::a_request_may_have_so_many_bytes;
    OTLP_MAX_REQUESTS_IN_FLIGHT => otlp::so_many_requests_are_answered_at_once;
    INGEST_MEMORY_BYTES => otlp::requests_in_flight_hold_so_many_bytes;
    REQUEST_DEADLINE => otlp::an_answer_comes_within_the_deadline;
    INGEST_MAX_FUTURE => ingest::the_future_ends_here;
    INGEST_MAX_AGE => ingest::the_past_ends_here;
    INGEST_MAX_ATTRIBUTES => ingest::a_record_may_have_so_many_attributes;
    INGEST_MAX_ATTRIBUTE_BYTES => ingest::an_attribute_may_have_so_many_bytes;

    OTLP_GRPC_PORT, OTLP_HTTP_PORT, APP_PORT, METRICS_PORT => http::every_port_is_where_it_is_told;
    APP_HOST => http::only_the_address_is_listened_on;
    HEALTH_CHECK_ENABLED => http::health_is_served_unless_switched_off;
    METRICS_ENABLED => http::metrics_are_served_unless_switched_off;

    RUST_LOG => logs::what_is_logged_follows_the_filter;
    LOG_FORMAT => logs::lines_are_json_or_text;
    DB_QUERY_LOGGING => logs::statements_are_logged_when_asked_for;
    RUST_BACKTRACE => logs::a_panic_shows_where_it_came_from;

    SHUTDOWN_TIMEOUT => life::draining_takes_so_long_at_the_most;
    DATA_DIR => life::the_private_database_lives_in_the_folder;
    POSTGRES_BIN_DIR => life::the_programs_of_the_folder_are_run;
}

#[test]
fn every_option_is_shown_to_act() {
    let files = ALL.iter().filter_map(OptionSpec::file_variable);
    let options: BTreeSet<_> = ALL.iter().map(|it| it.name.to_owned()).chain(files).collect();
    let shown: BTreeSet<_> = SHOWN.iter().map(|it| (*it).to_owned()).collect();
    let forgotten: Vec<_> = options.difference(&shown).collect();
    assert!(forgotten.is_empty(), "no test shows that they act: {forgotten:?}");
    let gone: Vec<_> = shown.difference(&options).collect();
    assert!(gone.is_empty(), "shown, but no option: {gone:?}");
}
