//! A damaged ledger without its damage.

use super::contents::LedgerContents;
use super::corrupt::{CorruptRow, Corruption};
use super::encode::encode_revision;
use super::model::RowMap;

/// What is left of a damaged ledger, and what has to be done so that it can be read again. No byte is
/// lost: what cannot be read is set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LedgerRepair {
    /// What was wrong.
    pub(crate) corrupt: Vec<CorruptRow>,
    /// Keys of rows that are to be set aside.
    pub(crate) quarantined: Vec<String>,
    /// Rows to be written, once the others are aside.
    pub(crate) rows: RowMap,
}

impl LedgerContents {
    /// Takes out what cannot be read, and what speaks of events that are not there.
    ///
    /// # Errors
    /// The rows that belong to a newer version or to somebody else.
    pub(crate) fn repaired(mut self) -> Result<(Self, LedgerRepair), Vec<CorruptRow>> {
        let bad = std::mem::take(&mut self.corrupt);
        if bad.iter().any(|row| row.corruption == Corruption::Foreign) {
            return Err(bad);
        }
        let broken = bad
            .iter()
            .filter(|row| row.corruption == Corruption::Unreadable);
        let mut aside: Vec<String> = broken.map(|row| row.key.clone()).collect();
        let mut rows = RowMap::new();
        for revision in self.revisions.values_mut() {
            let known = revision.events.len();
            revision.events.retain(|id| self.events.contains_key(id));
            if revision.events.len() < known {
                let first = rows.len();
                encode_revision(&mut rows, revision);
                aside.extend(rows.keys().skip(first).cloned());
            }
        }
        let events = &self.events;
        self.tags.retain(|name, tag| {
            let whole = tag.frontier.iter().all(|id| events.contains_key(id));
            if !whole {
                aside.push(super::keys::tag(name));
            }
            whole
        });
        Ok((
            self,
            LedgerRepair {
                corrupt: bad,
                quarantined: aside,
                rows,
            },
        ))
    }
}
