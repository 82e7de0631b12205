//! Adoption: catalog objects and out-of-band changes become history.

pub(in crate::diff) mod adopt_drift;
pub(in crate::diff) mod adopt_existing;
pub(in crate::diff) mod importer;
