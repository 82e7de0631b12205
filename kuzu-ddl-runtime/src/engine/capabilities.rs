//! What an engine can do, as a table.

use std::fmt;

const MIB: u64 = 1 << 20;

/// What an engine can do, of one version. The planner asks this table where it chooses a recipe, and everybody
/// else where the engine's ways matter; nobody asks which engine it is. A field is here because it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// The engine's name.
    pub name: &'static str,
    /// The version these facts were tried on, as `db_version()` tells it.
    pub version: &'static str,
    /// What `show_tables` calls the database itself, as against attached ones.
    pub local_database: &'static str,
    /// A property can be ALTERed to a type that takes all its values. Otherwise the old column is
    /// archived, a new one added and filled; of a rel or a key the table is made anew.
    pub alter_type: bool,
    /// A property can be dropped in place. Otherwise a checkpoint may crash, and its table is made anew.
    pub drop_property: bool,
    /// A name can change its case alone. Otherwise it takes two renames.
    pub rename_case: bool,
    /// The sequence of a SERIAL follows renames. Otherwise DROP TABLE looks for one that is not there,
    /// which is made first.
    pub rename_serial: bool,
    /// A SERIAL that is added numbers the rows that are there. Otherwise the table is made anew.
    pub add_serial: bool,
    /// A default that is added to nodes is evaluated for each row that is there. Otherwise those that
    /// differ by row take a table that is made anew.
    pub add_by_row: bool,
    /// A rel property can be added with a default that is not the same at all times. Otherwise the rel
    /// table is made anew.
    pub add_to_rels: bool,
    /// Many rels can be SET in a time that grows with their number. Otherwise their table is made anew.
    pub set_rels: bool,
    /// What is indexed can be SET, and the index follows, a crash included. Otherwise the table is made
    /// anew.
    pub set_indexed: bool,
    /// Indexes can be made inside a transaction. Otherwise they are owed after it.
    pub index_in_transaction: bool,
    /// An index can be dropped, inside a transaction, and its table be used afterwards. Otherwise it goes
    /// with its table, which is made anew.
    pub drop_index: bool,
    /// A roll-back leaves something behind: of an added property its bytes, of a new table its number. A
    /// CHECKPOINT is due before the next change.
    pub checkpoint_after_rollback: bool,
    /// A crash before the next checkpoint evaluates the defaults of added properties anew. What is SET
    /// stays.
    pub replay_evaluates_defaults: bool,
    /// Bytes of buffer pool that each node table takes for as long as it exists.
    pub buffer_pool_per_node_table: u64,
    /// Bytes of buffer pool that an empty database needs.
    pub buffer_pool_base: u64,
}

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

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// That of the engine there is an adapter for.
impl Default for &Capabilities {
    fn default() -> Self {
        &KUZU
    }
}
