//! The real binary on a real database.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod columns;
mod configuration;
mod demo;
mod dialects;
mod health;
mod logs;
mod messages;
mod metrics;
mod migrations;
mod one_call;
mod openapi;
mod partitions;
mod stored;
mod tls;
