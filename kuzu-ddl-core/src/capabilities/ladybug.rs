//! The capabilities of LadybugDB, for which no adapter exists yet.

use super::Capabilities;
use super::kuzu::KUZU;

/// The presumed capabilities of LadybugDB 0.22, Kùzu's fork.
///
/// They were determined with its Python wheel and from its sources, and **not tested through its
/// Rust crate**. What was not determined has Kùzu's value.
pub const LADYBUG: Capabilities = Capabilities {
    name: "LadybugDB",
    version: "0.22.1",
    local_database: "main(graph)",
    // Sound together with SETs, before and after a checkpoint; not with INSERTs into the same table
    // in the same transaction, which no plan contains.
    drop_property: true,
    ..KUZU
};
