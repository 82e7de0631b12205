//! Repairs a corrupt ledger.

use super::contents::LedgerContents;
use super::corrupt::{CorruptRow, Corruption};
use super::encode::encode_revision;
use super::model::RowMap;

/// Changes that make a corrupt ledger readable. No byte is lost: rows that cannot be read are
/// quarantined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LedgerRepair {
    /// Corrupt rows.
    pub(crate) corrupt: Vec<CorruptRow>,
    /// Keys of the rows to quarantine.
    pub(crate) quarantined: Vec<String>,
    /// Rows to write, after the others are quarantined.
    pub(crate) rows: RowMap,
}

impl LedgerContents {
    /// Removes what cannot be read, and references to missing events.
    ///
    /// # Errors
    /// Returns the corrupt rows if some belong to a newer version or to another program.
    pub(crate) fn repaired(mut self) -> Result<(Self, LedgerRepair), Vec<CorruptRow>> {
        let corrupt = std::mem::take(&mut self.corrupt);
        if corrupt
            .iter()
            .any(|row| row.corruption == Corruption::Foreign)
        {
            return Err(corrupt);
        }
        let unreadable = corrupt
            .iter()
            .filter(|row| row.corruption == Corruption::Unreadable);
        let mut quarantined: Vec<String> = unreadable.map(|row| row.key.clone()).collect();
        let mut rows = RowMap::new();
        for revision in self.revisions.values_mut() {
            let event_count = revision.events.len();
            revision.events.retain(|id| self.events.contains_key(id));
            if revision.events.len() < event_count {
                let first = rows.len();
                encode_revision(&mut rows, revision);
                quarantined.extend(rows.keys().skip(first).cloned());
            }
        }
        let events = &self.events;
        self.tags.retain(|name, tag| {
            let is_complete = tag.frontier.iter().all(|id| events.contains_key(id));
            if !is_complete {
                quarantined.push(super::keys::tag(name));
            }
            is_complete
        });
        Ok((
            self,
            LedgerRepair {
                corrupt,
                quarantined,
                rows,
            },
        ))
    }
}
