//! Capabilities: what an engine can do, as data.
//!
//! The planner consults this table where it chooses a recipe, and so does all other code that
//! depends on the engine; no code tests which engine it is. A field exists only if some code reads
//! it.

mod kuzu;
mod ladybug;

use std::fmt;

pub use kuzu::KUZU;
pub use ladybug::LADYBUG;

const MIB: u64 = 1 << 20;

/// Capabilities of one version of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Name of the engine.
    pub name: &'static str,
    /// Version that these facts were tested with, as `db_version()` reports it.
    pub version: &'static str,
    /// Text by which `show_tables` names the database itself, as opposed to attached ones.
    pub local_database: &'static str,
    /// A property can be ALTERed to a type that holds all its values. Otherwise the old column is
    /// archived and a new one is added and filled; for a rel or a key the table is rebuilt.
    pub alter_type: bool,
    /// A property can be dropped in place. Otherwise a checkpoint may crash, and its table is
    /// rebuilt.
    pub drop_property: bool,
    /// A name can change its case alone. Otherwise it takes two renames.
    pub case_only_rename: bool,
    /// The sequence of a SERIAL follows renames. Otherwise DROP TABLE looks for a sequence that
    /// does not exist, which is created first.
    pub rename_serial: bool,
    /// An added SERIAL numbers the existing rows. Otherwise the table is rebuilt.
    pub add_serial: bool,
    /// A default that is added to nodes is evaluated for each existing row. Otherwise the table is
    /// rebuilt for a default that varies per row.
    pub add_default_per_row: bool,
    /// A rel property can be added with a default that is not constant. Otherwise the rel table is
    /// rebuilt.
    pub add_volatile_default_to_rels: bool,
    /// The time to SET many rels is linear in their number. Otherwise their table is rebuilt.
    pub set_rels_linear: bool,
    /// An indexed property can be SET, and the index follows, also after a crash. Otherwise the
    /// table is rebuilt.
    pub set_indexed_property: bool,
    /// A SET keeps the elements of a list that are nested themselves. Otherwise a checkpoint loses
    /// them, and the node table is rebuilt.
    pub set_nested_elements: bool,
    /// Indexes can be created inside a transaction. Otherwise they are deferred until after it.
    pub transactional_index: bool,
    /// An index can be dropped inside a transaction, and its table be used afterwards. Otherwise it
    /// is dropped with its table, which is rebuilt.
    pub drop_index: bool,
    /// A rollback leaves a residue: the bytes of an added property, the table id of a new table. A
    /// CHECKPOINT is required before the next change.
    pub checkpoint_after_rollback: bool,
    /// Recovery from a crash before the next checkpoint reevaluates the defaults of added
    /// properties. Values that were SET are kept.
    pub replay_evaluates_defaults: bool,
    /// Bytes of buffer pool that each node table occupies as long as it exists.
    pub buffer_pool_per_node_table: u64,
    /// Bytes of buffer pool that an empty database needs.
    pub buffer_pool_base: u64,
}

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}
