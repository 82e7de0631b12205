//! What an engine can do, as a table.

/// What an engine can do. One constant per engine; code asks this table instead of asking which
/// engine it talks to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// The engine's name.
    pub name: &'static str,
    /// The version these facts were tried on.
    pub version: &'static str,
    /// The only storage version that it opens.
    pub storage_version: u64,
    /// What `show_tables` calls the database itself, as against attached ones.
    pub local_database: &'static str,
    /// Tables, properties and pairs can be renamed or added in place, in a transaction, beside
    /// readers, and survive a crash.
    pub alter_in_place: bool,
    /// A property can be dropped in place. `false` where a later checkpoint may crash.
    pub drop_property: bool,
    /// A table with a SERIAL property, or such a property, can be renamed. `false` where it can
    /// never be dropped afterwards.
    pub rename_serial: bool,
    /// Indexes can be made and dropped inside a transaction.
    pub index_in_transaction: bool,
    /// An index can be dropped and its table be used afterwards. `false` where it must go with its
    /// table.
    pub drop_index: bool,
    /// There are indexes besides the primary key's, full-text and vector ones.
    pub secondary_index: bool,
    /// After a roll-back that contained an added property, a CHECKPOINT is due before the next
    /// change.
    pub checkpoint_after_rollback: bool,
    /// A crash before the next checkpoint evaluates the defaults of added properties anew.
    pub replay_evaluates_defaults: bool,
    /// Rows that COPY wrote are safe while other transactions are open.
    pub copy_beside_readers: bool,
    /// Bytes of buffer pool that each node table takes for as long as it exists.
    pub buffer_pool_per_node_table: u64,
    /// Bytes of buffer pool that an empty database needs.
    pub buffer_pool_base: u64,
    /// The engine's word for the JSON type.
    pub json: &'static str,
}
