//! TODO-DOC declared::model

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::hints::{Functions, TableHints};
use crate::schema::{Key, Schema};

/// A schema with what source says about its past.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The schema.
    pub schema: Schema,
    /// Per declared table: earlier names and tombstones.
    pub tables: BTreeMap<Key, TableHints>,
    /// Tables that the source says are gone, each with an earlier name as spelled.
    pub dropped_tables: BTreeMap<Key, String>,
    /// Sequences that the source says are gone, as spelled.
    #[serde(default)]
    pub dropped_sequences: BTreeMap<Key, String>,
    /// The functions that the structs name. They are compiled code, and no part of what is declared.
    #[serde(skip)]
    pub functions: Functions,
}
