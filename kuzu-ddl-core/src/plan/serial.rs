//! TODO-DOC plan::serial

/// What a rebuilt table counts by.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Count {
    /// The property.
    pub property: String,
    /// Sequences that it may have counted by until now.
    pub formers: Vec<String>,
}

/// What the next number depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The query for the largest value that there is; NULL if there is none.
    pub largest: String,
    /// Queries for the next numbers of the sequences before.
    pub formers: Vec<String>,
}
