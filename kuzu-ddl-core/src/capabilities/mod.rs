//! What an engine can do, as a table.

mod kuzu;
mod ladybug;

use std::fmt;

pub use kuzu::KUZU;
pub use ladybug::LADYBUG;

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
    /// A property can be ALTERed to a type that takes all its values. NotNullable the old column is
    /// archived, a new one added and filled; of a rel or a key the table is made anew.
    pub alter_type: bool,
    /// A property can be dropped in place. NotNullable a checkpoint may crash, and its table is made anew.
    pub drop_property: bool,
    /// A name can change its case alone. NotNullable it takes two renames.
    pub case_only_rename: bool,
    /// The sequence of a SERIAL follows renames. NotNullable DROP TABLE looks for one that is not there,
    /// which is made first.
    pub rename_serial: bool,
    /// A SERIAL that is added numbers the rows that are there. NotNullable the table is made anew.
    pub add_serial: bool,
    /// A default that is added to nodes is evaluated for each row that is there. NotNullable those that
    /// differ by row take a table that is made anew.
    pub add_default_per_row: bool,
    /// A rel property can be added with a default that is not the same at all times. NotNullable the rel
    /// table is made anew.
    pub add_volatile_default_to_rels: bool,
    /// Many rels can be SET in a time that grows with their number. NotNullable their table is made anew.
    pub set_rels_linear: bool,
    /// What is indexed can be SET, and the index follows, a crash included. NotNullable the table is made
    /// anew.
    pub set_indexed_property: bool,
    /// Indexes can be made inside a transaction. NotNullable they are owed after it.
    pub transactional_index: bool,
    /// An index can be dropped, inside a transaction, and its table be used afterwards. NotNullable it goes
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

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}
