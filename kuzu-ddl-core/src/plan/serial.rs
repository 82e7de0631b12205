//! TODO-DOC plan::serial

/// SERIAL column of a rebuilt table.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Count {
    /// Name of the property.
    pub property: String,
    /// Sequences that may have numbered it until now.
    pub formers: Vec<String>,
}

/// Queries from whose results the next number is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Query for the largest existing value; NULL if there is none.
    pub largest: String,
    /// Queries for the next numbers of the previous sequences.
    pub formers: Vec<String>,
}
