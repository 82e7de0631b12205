//! SERIAL columns of rebuilt tables, and the queries that find their next numbers.
//!
//! The recipe that uses them, with the reasons, is in `recipe/serial.rs`.

/// SERIAL column of a rebuilt table.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SerialColumn {
    /// Name of the property.
    pub property: String,
    /// Sequences that may have numbered it until now.
    pub previous_sequences: Vec<String>,
}

/// Queries from whose results the next number is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerialInputs {
    /// Query for the largest existing value; NULL if there is none.
    pub max_value: String,
    /// Queries for the next numbers of the previous sequences.
    pub previous_sequences: Vec<String>,
}
