//! A damaged ledger without its damage.

use super::contents::Contents;
use super::corrupt::{BadRow, Damage};
use super::encode::put_revision;
use super::model::Rows;

/// What is left of a damaged ledger, and what has to be done so that it can be read again. No byte is
/// lost: what cannot be read is set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repair {
    /// What was wrong.
    pub(crate) bad: Vec<BadRow>,
    /// Keys of rows that are to be set aside.
    pub(crate) aside: Vec<String>,
    /// Rows to be written, once the others are aside.
    pub(crate) rows: Rows,
}

impl Contents {
    /// Takes out what cannot be read, and what speaks of events that are not there.
    ///
    /// # Errors
    /// The rows that belong to a newer version or to somebody else.
    pub(crate) fn repaired(mut self) -> Result<(Self, Repair), Vec<BadRow>> {
        let bad = std::mem::take(&mut self.bad);
        if bad.iter().any(|row| row.damage == Damage::NotOurs) {
            return Err(bad);
        }
        let broken = bad.iter().filter(|row| row.damage == Damage::Broken);
        let mut aside: Vec<String> = broken.map(|row| row.key.clone()).collect();
        let mut rows = Rows::new();
        for revision in self.revisions.values_mut() {
            let known = revision.events.len();
            revision.events.retain(|id| self.events.contains_key(id));
            if revision.events.len() < known {
                let first = rows.len();
                put_revision(&mut rows, revision);
                aside.extend(rows.keys().skip(first).cloned());
            }
        }
        let events = &self.events;
        self.tags.retain(|name, tag| {
            let whole = tag.frontier.iter().all(|id| events.contains_key(id));
            if !whole {
                aside.push(format!("tag/{name}"));
            }
            whole
        });
        Ok((self, Repair { bad, aside, rows }))
    }
}
