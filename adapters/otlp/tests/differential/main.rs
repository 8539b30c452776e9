//! Our walker against a generated decoder (prost over opentelemetry-proto).
//!
//! Goal: for any bytes both accept or both refuse, and both read the same. Method: both results are
//! turned into one owned model (`model`), compared as a whole; doubles by their bits. The requests
//! are generated, encoded anew in every way that protobuf allows, cut at every byte, and mutated.
//!
//! One difference is meant: ours bounds the values of a record (`limits`), a generated decoder does
//! not. Depth is bounded by both, at 100 messages; text that is no UTF-8 is refused by both.
//!
//! Every test runs over all three signals.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod compare;
mod generate;
mod generated;
mod json;
mod limits;
mod model;
mod mutated;
mod one_nan;
mod reencode;
mod reencoded;
mod schema;
mod to_json;
mod truncated;
mod wire;
