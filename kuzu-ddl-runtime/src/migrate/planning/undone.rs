//! TODO-DOC migrate::planning::undone

use std::collections::BTreeSet;

use kuzu_ddl_core::diff::Refusal;
use kuzu_ddl_core::event::EventId;

use crate::error::Error;
use crate::history::time_text;
use crate::ledger::{Contents, Identified};

/// The error of a declaration that does not fit because its changes were undone; otherwise what is
/// refused.
pub(in crate::migrate) fn refused(
    contents: &Contents,
    declared: &Identified,
    refusals: Vec<Refusal>,
) -> Error {
    let mut revisions = contents.revisions.values().rev();
    let back = revisions.find_map(|revision| Some((revision.at, revision.back.as_ref()?)));
    match back {
        Some((at, back)) if contents.undone().contains(&declared.id) => Error::Undone {
            to: back.to.clone(),
            when: time_text(at),
            refusals,
        },
        _ => Error::Refused(refusals),
    }
}

/// All events that went back.
pub(in crate::migrate) fn returns(contents: &Contents) -> BTreeSet<EventId> {
    let back = contents.revisions.values().filter(|r| r.back.is_some());
    back.flat_map(|revision| revision.events.iter().copied())
        .collect()
}
