//! Tests of the whole pipeline.

mod runtime_parity;
mod snapshot;
