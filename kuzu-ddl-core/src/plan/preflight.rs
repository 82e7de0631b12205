//! What the rows must be like for a plan to succeed, as queries to ask before anything is touched.
//!
//! All queries are in the names of the database as it is before the plan.

use serde::{Deserialize, Serialize};

use super::value::Value;
use crate::schema::Multiplicity;
use crate::schema::name::quote;

/// How many rows a failure shows.
pub const SAMPLE: usize = 5;

/// The rows of a table, and how a person knows one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// What matches all, as `x`.
    pub all: String,
    /// What matches a part, as `x`, each with the Cypher of the text that names a row of it.
    pub named: Vec<(String, String)>,
}

/// What the rows of a table must be like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// `Table.property`, or the rel table.
    pub object: String,
    /// What is demanded.
    pub what: What,
    /// The name of the key by which rows are shown.
    pub key: String,
    /// The rows.
    pub rows: Rows,
}

/// The kinds of demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// Of every value a new one can be made.
    Cast(Value),
    /// Functions make values of all rows.
    Made {
        /// The value.
        value: Value,
        /// Whether no two rows may get one value.
        unique: bool,
    },
    /// Every row has a value.
    Present(Value),
    /// No two rows have one value.
    Unique(Value),
    /// No row has the largest INT64, above which nothing can be counted.
    Countable(Value),
    /// No node has more than one rel.
    Single {
        /// What the table will be.
        multiplicity: Multiplicity,
        /// For each pair and each side that may have one rel: what matches a node as `x` and its
        /// rels, and the Cypher of the text that names the node.
        sides: Vec<(String, String)>,
    },
}

impl Rows {
    /// A node table's.
    pub(super) fn of_nodes(table: &str, key: &str) -> Self {
        let all = format!("MATCH (x:{})", quote(table));
        let named = vec![(all.clone(), format!("CAST(x.{} AS STRING)", quote(key)))];
        Self { all, named }
    }

    /// A rel table's, by pairs of node tables, each end with its key.
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
            all: format!("MATCH ()-[x:{}]->()", quote(table)),
            named: named.collect(),
        }
    }

    /// The query that counts the rows for which `condition` holds.
    #[must_use]
    pub fn count(&self, condition: &str) -> String {
        format!("{} WHERE {condition} RETURN count(*)", self.all)
    }

    /// The queries for rows for which `condition` holds: the text that names the row, and that of
    /// `value`.
    pub fn sample(&self, condition: &str, value: &str) -> impl Iterator<Item = String> {
        self.named.iter().map(move |(rows, name)| {
            format!(
                "{rows} WHERE {condition} RETURN {name} AS k, CAST({value} AS STRING) AS v \
                 ORDER BY k LIMIT {SAMPLE}"
            )
        })
    }
}
