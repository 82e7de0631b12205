//! Declarations that a rollback undid.

use std::collections::BTreeSet;

use kuzu_ddl_core::diff::Incompatibility;
use kuzu_ddl_core::event::EventId;

use crate::error::Error;
use crate::history::format_timestamp;
use crate::ledger::{FingerprintedDeclaration, LedgerContents};

/// Returns the error of a declaration that does not match: that of a rollback if one undid its
/// changes.
pub(in crate::migrate) fn incompatible(
    contents: &LedgerContents,
    declared: &FingerprintedDeclaration,
    incompatibilities: Vec<Incompatibility>,
) -> Error {
    let mut revisions = contents.revisions.values().rev();
    let rollback =
        revisions.find_map(|revision| Some((revision.started_at_ms, revision.rollback.as_ref()?)));
    match rollback {
        Some((started_at_ms, rollback))
            if contents.undone_declarations().contains(&declared.id) =>
        {
            Error::RolledBack {
                to: rollback.target.clone(),
                when: format_timestamp(started_at_ms),
                incompatibilities,
            }
        }
        _ => Error::Incompatible(incompatibilities),
    }
}

/// Returns the events of all rollbacks.
pub(in crate::migrate) fn rollback_events(contents: &LedgerContents) -> BTreeSet<EventId> {
    let rollback = contents.revisions.values().filter(|r| r.rollback.is_some());
    rollback
        .flat_map(|revision| revision.events.iter().copied())
        .collect()
}
