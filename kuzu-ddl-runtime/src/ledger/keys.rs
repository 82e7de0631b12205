//! Keys of the ledger's rows.
//!
//! A row of an earlier version can have a former key. Both keys are read, and the first write under
//! the current key removes the former one, so that no object has two rows.

use kuzu_ddl_core::event::{EventId, Fingerprint, ObjectId};

/// Key of the row with the [state](super::LedgerState).
pub(super) const STATE: &str = "state";

/// Key of the row with the catalog ids.
pub(super) const CATALOG_IDS: &str = "catalog-ids";

/// Key of the row with the attempt in progress.
pub(crate) const ATTEMPT: &str = "attempt";

/// Key of the row with the suspects of ended processes.
pub(crate) const SUSPECTS: &str = "suspects";

/// Key of the row with the deferred work that is set aside.
pub(crate) const DEFERRED_SET_ASIDE: &str = "deferred-set-aside";

/// Current kinds of keys with their former names.
const FORMER: [(&str, &str); 3] = [
    (CATALOG_IDS, "places"),
    ("backfill", "making"),
    ("quarantine", "aside"),
];

/// Splits a key into its kind, by the current name, and the rest.
pub(super) fn kind_of(key: &str) -> (&str, &str) {
    let (kind, rest) = key.split_once('/').unwrap_or((key, ""));
    let current = FORMER.iter().find(|(_, former)| *former == kind);
    (current.map_or(kind, |(current, _)| current), rest)
}

/// Returns the former key of a row, if its kind has one.
pub(super) fn former(key: &str) -> Option<String> {
    let (kind, rest) = key
        .split_once('/')
        .map_or((key, None), |(kind, rest)| (kind, Some(rest)));
    let (_, former) = FORMER.iter().find(|(current, _)| *current == kind)?;
    Some(match rest {
        Some(rest) => format!("{former}/{rest}"),
        None => (*former).to_owned(),
    })
}

/// Returns whether a key is a former one.
pub(super) fn is_former(key: &str) -> bool {
    let kind = key.split('/').next().unwrap_or_default();
    FORMER.iter().any(|(_, former)| *former == kind)
}

pub(super) fn backfill(id: ObjectId) -> String {
    format!("backfill/{id}")
}

pub(super) fn quarantine(key: &str) -> String {
    format!("quarantine/{key}")
}

pub(super) fn tag(name: &str) -> String {
    format!("tag/{name}")
}

pub(super) fn declared(id: Fingerprint) -> String {
    format!("declared/{id}")
}

pub(crate) fn set_aside(id: EventId) -> String {
    format!("set-aside/{id}")
}

pub(crate) fn inbox(id: EventId) -> String {
    format!("inbox/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_keys_are_read_as_current_ones() {
        assert_eq!(kind_of("places"), (CATALOG_IDS, ""));
        assert_eq!(kind_of("making/ab"), ("backfill", "ab"));
        assert_eq!(kind_of("aside/event/ab"), ("quarantine", "event/ab"));
        assert_eq!(kind_of("event/ab"), ("event", "ab"));
        assert_eq!(former("catalog-ids").as_deref(), Some("places"));
        assert_eq!(former("backfill/ab").as_deref(), Some("making/ab"));
        assert_eq!(former("event/ab"), None);
        assert!(is_former("making/ab") && !is_former("backfill/ab"));
    }
}
