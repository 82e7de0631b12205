//! TODO-DOC diff::import

pub(in crate::diff) mod adopt_drift;
pub(in crate::diff) mod adopt_existing;
pub(in crate::diff) mod importer;
