//! TODO-DOC capabilities::kuzu

use super::{Capabilities, MIB};

/// What Kùzu 0.11.3 can do. Each line has a test in `tests/engine`.
pub const KUZU: Capabilities = Capabilities {
    name: "Kùzu",
    version: "0.11.3",
    local_database: "local(kuzu)",
    alter_type: false,
    drop_property: false,
    rename_case: false,
    rename_serial: false,
    add_serial: false,
    add_by_row: false,
    add_to_rels: false,
    set_rels: false,
    set_indexed: false,
    index_in_transaction: false,
    drop_index: false,
    checkpoint_after_rollback: true,
    replay_evaluates_defaults: true,
    buffer_pool_per_node_table: MIB + (4 << 10),
    buffer_pool_base: 4 * MIB,
};
