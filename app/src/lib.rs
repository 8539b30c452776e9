//! Storage for LLM telemetry: OTLP in, PostgreSQL/TimescaleDB out by binary COPY.
//!
//! | room | what |
//! |---|---|
//! | `pipeline` | the way of a request: intake, lanes |
//! | `lifecycle` | up, running, down |
//! | `settings` | what the service is made from |
//! | `health`, `clock` | two small adapters of its own |
//! | `config` | options, read once and checked whole |
//! | `cli`, `command` | the command line |
//! | `demo` | sample traffic, and what SQL says about it |

pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod demo;
pub mod health;
pub mod lifecycle;
pub mod pipeline;
pub mod settings;
