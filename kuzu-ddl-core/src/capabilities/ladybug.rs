//! TODO-DOC capabilities::ladybug

use super::Capabilities;
use super::kuzu::KUZU;

/// What LadybugDB 0.22, Kùzu's fork, is said to be able to do. Found through its Python wheel and in its
/// sources, and **not tried through its Rust crate**; what was not found out stands as it is for Kùzu. There
/// is no adapter yet.
pub const LADYBUG: Capabilities = Capabilities {
    name: "LadybugDB",
    version: "0.22.1",
    local_database: "main(graph)",
    // Sound beside SETs, before and after a checkpoint; not beside INSERTs into the same table in the same
    // transaction, which no plan makes.
    drop_property: true,
    ..KUZU
};
