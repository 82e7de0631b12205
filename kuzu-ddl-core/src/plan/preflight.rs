//! Preflight checks: what must hold for the rows so that a plan succeeds.
//!
//! The checks are queries that run before anything is changed. All of them use the names of the
//! database before the plan.

use serde::{Deserialize, Serialize};

use super::value::ValueSource;
use crate::schema::Multiplicity;
use crate::schema::name::quote;

/// Number of rows in a failure's sample.
pub const SAMPLE_SIZE: usize = 5;

/// Rows of a table, and how they are labelled in messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowScope {
    /// MATCH clause for all rows, as `x`.
    pub pattern: String,
    /// MATCH clauses for parts of the rows, as `x`, each with the Cypher expression that labels a
    /// row of it.
    pub labelled: Vec<(String, String)>,
}

/// Preflight check: a condition that the rows of a table must satisfy.
#[doc(alias = "preflight")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreflightCheck {
    /// Object checked: `Table.property`, or the rel table.
    pub object: String,
    /// Condition to verify.
    #[serde(rename = "what")]
    pub kind: PreflightKind,
    /// Name of the key that identifies rows.
    pub key: String,
    /// Rows checked.
    pub rows: RowScope,
}

/// Condition that a preflight check verifies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PreflightKind {
    /// Every old value can be converted to a new one.
    Castable(ValueSource),
    /// The functions return values for all rows.
    FunctionValues {
        /// Source of the values.
        value: ValueSource,
        /// Whether the values must be unique.
        unique: bool,
    },
    /// Every row has a value.
    NotNull(ValueSource),
    /// The values are unique.
    Unique(ValueSource),
    /// No row has the largest INT64, above which SERIAL numbering cannot continue.
    BelowSerialLimit(ValueSource),
    /// No node has more rels than the multiplicity allows.
    Multiplicity {
        /// Multiplicity that the table gets.
        multiplicity: Multiplicity,
        /// For each pair and each end limited to one rel: the MATCH clause for a node as `x` with
        /// its rels, and the Cypher expression that labels the node.
        sides: Vec<(String, String)>,
    },
}

impl RowScope {
    /// Creates the scope of a node table.
    pub(super) fn of_nodes(table: &str, key: &str) -> Self {
        let all = format!("MATCH (x:{})", quote(table));
        let named = vec![(all.clone(), format!("CAST(x.{} AS STRING)", quote(key)))];
        Self {
            pattern: all,
            labelled: named,
        }
    }

    /// Creates the scope of a rel table, from its pairs of node tables, each end with its key.
    pub(super) fn of_rels(table: &str, pairs: &[[(String, String); 2]]) -> Self {
        let named = pairs.iter().map(|[(from, from_key), (to, to_key)]| {
            let (from, to, rel) = (quote(from), quote(to), quote(table));
            let (from_key, to_key) = (quote(from_key), quote(to_key));
            (
                format!("MATCH (a:{from})-[x:{rel}]->(b:{to})"),
                format!("concat(CAST(a.{from_key} AS STRING), ' -> ', CAST(b.{to_key} AS STRING))"),
            )
        });
        Self {
            pattern: format!("MATCH ()-[x:{}]->()", quote(table)),
            labelled: named.collect(),
        }
    }

    /// Returns the query that counts the rows for which `condition` holds.
    #[must_use]
    pub fn count(&self, condition: &str) -> String {
        format!("{} WHERE {condition} RETURN count(*)", self.pattern)
    }

    /// Returns the queries that sample rows for which `condition` holds: each returns the label of
    /// the row and the text of `value`.
    pub fn sample(&self, condition: &str, value: &str) -> impl Iterator<Item = String> {
        self.labelled.iter().map(move |(rows, name)| {
            format!(
                "{rows} WHERE {condition} RETURN {name} AS k, CAST({value} AS STRING) AS v \
                 ORDER BY k LIMIT {SAMPLE_SIZE}"
            )
        })
    }
}
