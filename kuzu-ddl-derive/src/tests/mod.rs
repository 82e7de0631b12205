//! Tests of the expansions, and of the rules that kuzu-ddl-core has, too.

mod core_parity;
mod snapshot;
