//! The capabilities of Kùzu.

use super::{Capabilities, MIB};

/// The capabilities of Kùzu 0.11.3. Each line has a test in `tests/engine` of the runtime.
pub const KUZU: Capabilities = Capabilities {
    name: "Kùzu",
    version: "0.11.3",
    local_database: "local(kuzu)",
    alter_type: false,
    drop_property: false,
    case_only_rename: false,
    rename_serial: false,
    add_serial: false,
    add_default_per_row: false,
    add_volatile_default_to_rels: false,
    set_rels_linear: false,
    set_indexed_property: false,
    set_nested_elements: false,
    transactional_index: false,
    drop_index: false,
    checkpoint_after_rollback: true,
    replay_evaluates_defaults: true,
    buffer_pool_per_node_table: MIB + (4 << 10),
    buffer_pool_base: 4 * MIB,
};

/// The capabilities of Kùzu, the engine that has an adapter.
impl Default for &Capabilities {
    fn default() -> Self {
        &KUZU
    }
}
