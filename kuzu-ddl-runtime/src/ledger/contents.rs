//! Contents of a ledger: its decoded rows, without an engine.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::drift::{Drift, LiveNames, detect_with_names};
use kuzu_ddl_core::event::{DdlEvent, EventId, Fingerprint, ObjectId};
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_core::state::{BackfillProgress, CatalogIds};

use super::attempt::Attempts;
use super::corrupt::{CorruptRow, Corruption};
use super::keys::STATE;
use super::model::{LedgerState, Revision, Tag};

/// Decoded rows of a ledger.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LedgerContents {
    /// Events by id.
    pub events: BTreeMap<EventId, DdlEvent>,
    /// Checkpoint that the history starts from, if any; `events` includes the events it retains.
    pub checkpoint: Option<Fold>,
    /// Received events of peers that are not applied yet.
    pub inbox: BTreeMap<EventId, DdlEvent>,
    /// Attempts to apply these events.
    pub(crate) attempts: Attempts,
    /// Declarations that were applied to this database.
    pub applied_declarations: BTreeSet<Fingerprint>,
    /// Last declaration of every object.
    pub ancestor: Option<Declared>,
    /// Revisions by number.
    pub revisions: BTreeMap<u64, Revision>,
    /// Tags by name.
    pub tags: BTreeMap<String, Tag>,
    /// Progress of backfills, by property.
    pub backfills: BTreeMap<ObjectId, BackfillProgress>,
    /// State after the last start; `None` only if the database has no ledger.
    pub state: Option<LedgerState>,
    /// Catalog ids of tables and properties.
    pub catalog_ids: CatalogIds,
    /// Corrupt rows.
    pub corrupt: Vec<CorruptRow>,
}

impl LedgerContents {
    /// Decodes rows. Never panics, whatever they contain; what cannot be decoded is listed as
    /// corrupt.
    pub fn from_rows(rows: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let mut contents = Self::default();
        let mut any = false;
        for (key, body) in rows {
            any = true;
            if let Err(corrupt_row) = contents.decode_row(&key, &body) {
                contents.corrupt.push(corrupt_row);
            }
        }
        if any && contents.state.is_none() && !contents.corrupt.iter().any(|row| row.key == STATE) {
            contents.corrupt.push(CorruptRow::missing(STATE.into()));
        }
        let frontier = contents.state.iter().flat_map(|state| &state.frontier);
        let recorded = contents
            .revisions
            .values()
            .flat_map(|revision| &revision.events);
        let tagged = contents.tags.values().flat_map(|tag| &tag.frontier);
        for event in frontier
            .chain(recorded)
            .chain(tagged)
            .filter(|id| !contents.events.contains_key(id))
        {
            contents
                .corrupt
                .push(CorruptRow::missing(format!("event/{event}")));
        }
        // An event that cannot be read is missing as well. It is reported as unreadable or foreign,
        // which decides about its repair.
        contents.corrupt.sort_by(|a, b| {
            let is_missing = |row: &CorruptRow| row.corruption == Corruption::DanglingReference;
            (&a.key, is_missing(a), &a.reason).cmp(&(&b.key, is_missing(b), &b.reason))
        });
        contents.corrupt.dedup_by(|a, b| a.key == b.key);
        contents
    }

    /// Returns the fold of all applied events.
    #[must_use]
    pub fn fold(&self) -> Fold {
        let mut fold = self.checkpoint.clone().unwrap_or_default();
        fold.extend(self.events.values().cloned());
        fold
    }

    /// Returns the declarations whose changes a rollback undid and that were not applied again.
    #[must_use]
    pub fn undone_declarations(&self) -> BTreeSet<Fingerprint> {
        self.undone_declarations_at(u64::MAX)
    }

    /// Returns the same as of the revision `last`.
    pub(crate) fn undone_declarations_at(&self, last: u64) -> BTreeSet<Fingerprint> {
        let mut undone = BTreeSet::new();
        for revision in self.revisions.range(..=last).map(|(_, revision)| revision) {
            if let Some(rollback) = &revision.rollback {
                undone.clone_from(&rollback.undone_declarations);
            }
            if let Some(declared) = &revision.declared {
                undone.remove(declared);
            }
        }
        undone
    }
}

/// Detects all differences between a database and its ledger, recognising out-of-band renames.
#[must_use]
pub fn ledger_drift(contents: &LedgerContents, found: &CatalogSnapshot) -> Vec<Drift> {
    let fold = contents.fold();
    let mut names = LiveNames::match_ids(&fold, found, &contents.catalog_ids);
    // An inspection does not report multiplicities, so none count as lost.
    names.recreated.clear();
    let local = contents.state.as_ref().map(|state| state.local.clone());
    detect_with_names(
        &fold,
        &found.schema,
        &local.unwrap_or_default(),
        &names,
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::super::encode::{encode_events, encode_revision};
    use super::super::model::{Revision, RowMap};
    use super::*;

    #[test]
    fn many_events_share_rows() {
        let events: Vec<DdlEvent> = (0..5_000)
            .map(|n| {
                let change = kuzu_ddl_core::event::Change::RenameTable {
                    to: format!("T{n}"),
                };
                DdlEvent::new(
                    kuzu_ddl_core::event::ObjectId::hash_of(b"t"),
                    [].into(),
                    change,
                )
            })
            .collect();
        let mut rows = RowMap::new();
        encode_events(&mut rows, &events);
        assert!(rows.len() < 20, "{}", rows.len());
        let found = LedgerContents::from_rows(rows.clone()).events;
        assert_eq!(found.len(), events.len());
        // Each row is reported by its key, or by the events that the revision lists.
        encode_revision(
            &mut rows,
            &Revision {
                number: 1,
                events: events.iter().map(DdlEvent::id).collect(),
                declared: None,
                rollback: None,
                application: None,
                version: String::new(),
                started_at_ms: 0,
                duration_ms: 0,
                from_peers: false,
            },
        );
        for key in rows.keys().filter(|key| key.starts_with("events/")) {
            for corrupt in [
                |body: &mut Vec<u8>| body.truncate(body.len() / 2),
                |body: &mut Vec<u8>| body[20] ^= 1,
                |body: &mut Vec<u8>| body[60] ^= 1,
                Vec::clear,
            ] {
                let mut rows = rows.clone();
                corrupt(rows.get_mut(key).expect("the row exists"));
                let rows = LedgerContents::from_rows(rows).corrupt;
                let is_reported =
                    |row: &CorruptRow| row.key == *key || row.key.starts_with("event/");
                assert!(rows.iter().any(is_reported), "{rows:?}");
            }
        }
    }

    #[test]
    fn unreadable_event_is_not_reported_as_missing() {
        let id = EventId::hash_of(b"x");
        let revision = Revision {
            number: 1,
            events: vec![id],
            declared: None,
            rollback: None,
            application: None,
            version: String::new(),
            started_at_ms: 0,
            duration_ms: 0,
            from_peers: false,
        };
        for (body, corruption) in [
            (&b"\x01garbage"[..], Corruption::Unreadable),
            (b"\x7fgarbage", Corruption::Foreign),
        ] {
            let mut rows = RowMap::from([(format!("event/{id}"), body.to_vec())]);
            encode_revision(&mut rows, &revision);
            let corrupt = LedgerContents::from_rows(rows).corrupt;
            let of_event = corrupt.iter().filter(|row| row.key.starts_with("event/"));
            let found: Vec<Corruption> = of_event.map(|row| row.corruption).collect();
            assert_eq!(found, [corruption], "{corrupt:?}");
        }
    }

    #[test]
    fn corrupt_rows_are_reported() {
        let row = |key: &str, body: &[u8]| (key.to_owned(), body.to_vec());
        let contents = LedgerContents::from_rows([
            row("event/zz", b""),
            row(&format!("event/{}", EventId::hash_of(b"x")), b"\x01garbage"),
            row("revision/1", b"{"),
            row("state", b"{\"format\": 99}"),
            row("ancestor", &[0xff]),
            row("declared/short", b""),
            row("what", b""),
            row(&"k".repeat(100_000), b""),
        ]);
        assert_eq!(contents.corrupt.len(), 8);
        assert!(
            contents
                .corrupt
                .iter()
                .any(|corrupt_row| corrupt_row.reason.contains("format 99"))
        );
        assert!(LedgerContents::from_rows([]).corrupt.is_empty());
    }
}
