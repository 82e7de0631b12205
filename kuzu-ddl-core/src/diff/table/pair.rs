//! FROM–TO pairs: declared, dropped and restored.

use std::collections::BTreeMap;

use crate::diff::differ::Differ;
use crate::diff::incompatibility::IncompatibilityKind;
use crate::diff::note::Note;
use crate::diff::requests::PairPath;
use crate::diff::resolve_names::ResolvedNames;
use crate::event::{Endpoints, ObjectId};
use crate::fold::{Lifecycle, ObjectBody, object_path};
use crate::schema::{NameKey, Pair, Table, TableKind};

impl Differ<'_> {
    /// Restores the pair that the application requested.
    pub(in crate::diff) fn restore_pair(&mut self, path: &str) {
        let Some(found) = PairPath::parse(path) else {
            return self.refuse_unknown_archive(path, "restored");
        };
        let Some(table) = self.find(None, &found.table) else {
            return self.refuse_unknown_archive(path, "restored");
        };
        let ends = [&found.pair.from, &found.pair.to];
        let [from, to] = ends.map(|name| self.find(None, name));
        let (Some(from), Some(to)) = (from, to) else {
            let names = PairPath::ends(path).unwrap_or_default();
            let missing = names.into_iter();
            let missing = missing.filter(|name| self.find(None, &NameKey::new(name)).is_none());
            let help = missing.map(|name| {
                format!("\nhelp: restore its node table as well: `.restore(\"{name}\")`")
            });
            let help: String = help.collect();
            let reason = format!("cannot be restored: a node table does not exist{help}");
            let kind = IncompatibilityKind::Invalid { reason };
            return self.refuse(path.to_owned(), String::new(), kind);
        };
        let ends = Endpoints { from, to };
        if self.find_pair(table, ends).is_some() {
            return;
        }
        if let Some(id) = self.archived_pair(table, ends, |_| true) {
            self.draft.restore(id);
        } else if self.has_purged_pair(table, ends) {
            self.refuse(path.to_owned(), String::new(), IncompatibilityKind::Purged);
        } else if !self.declares_pair(&found) {
            self.refuse_unknown_archive(path, "restored");
        }
    }

    fn has_purged_pair(&self, table: ObjectId, ends: Endpoints) -> bool {
        let mut pairs = self.draft.fold().children(table);
        pairs.any(|pair| {
            pair.body == ObjectBody::Pair(ends)
                && matches!(pair.lifecycle.value, Lifecycle::Purged(_))
        })
    }

    /// Adds a declared pair, or restores it where a rollback archived it. A pair that the last
    /// declaration dropped returns only on request: with its rels, or without them.
    fn declare_pair(
        &mut self,
        key: &NameKey,
        table: &Table,
        (pair, id): (&Pair, ObjectId),
        ends: Endpoints,
    ) {
        let had_tombstone = self
            .last_hints(key)
            .is_some_and(|hints| hints.dropped_pairs.contains(pair));
        if self.recreates_pair(key, pair) {
            self.draft.add_pair(id, ends);
        } else if let Some(undone) = self.undone_pair(id, ends) {
            self.draft.restore(undone);
        } else if had_tombstone && self.archived_pair(id, ends, |_| true).is_some() {
            let spelled = |key: &NameKey| {
                let table = self.declared.schema.tables.get(key);
                table.map_or_else(|| key.to_string(), |table| table.name.clone())
            };
            let (from, to) = (spelled(&pair.from), spelled(&pair.to));
            let path = format!("{}({from} -> {to})", table.name);
            let origin = self.origin(key);
            self.refuse(path, origin, IncompatibilityKind::Dropped);
        } else {
            self.draft.add_pair(id, ends);
        }
    }

    /// Returns whether the application requests a new pair in place of a dropped one.
    fn recreates_pair(&self, table: &NameKey, pair: &Pair) -> bool {
        let paths = self.options.recreate.iter();
        let mut paths = paths.filter_map(|path| PairPath::parse(path));
        paths.any(|path| path.table == *table && path.pair == *pair)
    }

    /// Applies the tombstones of pairs, before those of the node tables that they connect.
    pub(in crate::diff) fn drop_pairs(&mut self, resolved: &ResolvedNames) {
        for (key, id) in resolved {
            let (Some(id), Some(hints)) = (*id, self.declared.tables.get(key)) else {
                continue;
            };
            let before = self.last_hints(key);
            for pair in &hints.dropped_pairs {
                if before.is_some_and(|b| b.dropped_pairs.contains(pair)) {
                    continue;
                }
                // The declaration uses names that renames are yet to assign.
                let node = |name| match resolved.get(name) {
                    Some(id) => *id,
                    None => self.find(None, name),
                };
                let (Some(from), Some(to)) = (node(&pair.from), node(&pair.to)) else {
                    continue;
                };
                if let Some(pair) = self.find_pair(id, Endpoints { from, to }) {
                    self.draft.archive(pair);
                }
            }
        }
    }

    fn find_pair(&self, table: ObjectId, endpoints: Endpoints) -> Option<ObjectId> {
        let mut pairs = self
            .draft
            .fold()
            .children(table)
            .filter(|child| child.is_live());
        pairs
            .find(|object| object.body == ObjectBody::Pair(endpoints))
            .map(|object| object.id)
    }

    /// Adds declared pairs; others are reported and kept.
    pub(in crate::diff) fn pairs(&mut self, key: &NameKey, id: ObjectId) {
        let declared = self.declared;
        let Some(table) = declared.schema.tables.get(key) else {
            return;
        };
        let TableKind::Edge { pairs, .. } = &table.kind else {
            return;
        };
        let fold = self.draft.fold();
        let mut present: BTreeMap<Pair, ObjectId> = BTreeMap::new();
        for child in fold.children(id).filter(|child| child.is_live()) {
            if let Some(pair) = fold.pair(child) {
                present.insert(pair, child.id);
            }
        }
        for pair in pairs {
            if present.remove(pair).is_some() {
                continue;
            }
            let from = self.find(None, &pair.from);
            let to = self.find(None, &pair.to);
            if let (Some(from), Some(to)) = (from, to) {
                self.declare_pair(key, table, (pair, id), Endpoints { from, to });
            }
        }
        for (pair, id) in present {
            if self.options.archive_undeclared {
                self.draft.archive(id);
            } else if let Some(object) = object_path(self.draft.fold(), id) {
                let hints = declared.tables.get(key);
                let has_tombstone = hints.is_some_and(|h| h.dropped_pairs.contains(&pair));
                self.notes.push(Note::kept(object, has_tombstone));
            }
        }
    }
}
