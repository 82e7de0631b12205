//! Tests of the expansions, and of the rules that the runtime has, too.

mod runtime_parity;
mod snapshot;
