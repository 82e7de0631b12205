//! The declared schema with its hints and tombstones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::hints::{Functions, TableHints};
use crate::schema::{NameKey, Schema};

/// A declared schema, with hints about its past.
///
/// The macro [`schema!`](crate::schema!) builds one from structs.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// let declared = kuzu_ddl::schema![]?
///     .with_sequence("order_no", 1, 1)
///     .with_dropped_sequence("ticket");
/// assert!(declared.schema.sequences.contains_key(&"order_no".into()));
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The declared schema.
    pub schema: Schema,
    /// The hints of each declared table.
    pub tables: BTreeMap<NameKey, TableHints>,
    /// The tombstones of tables, each with a former name as spelled.
    #[doc(alias = "tombstone")]
    pub dropped_tables: BTreeMap<NameKey, String>,
    /// The tombstones of sequences, as spelled.
    #[serde(default)]
    pub dropped_sequences: BTreeMap<NameKey, String>,
    /// The functions that the structs name. They are compiled code and not part of the declaration.
    #[serde(skip)]
    pub functions: Functions,
}
