//! TODO-DOC diff::differ

use std::collections::{BTreeMap, BTreeSet};

use super::incompatibility::{Reason, Refusal};
use super::note::Note;
use super::options::Options;
use crate::declared::Declared;
use crate::event::ObjectId;
use crate::fold::{Draft, Life, Object};
use crate::schema::Key;

/// Diff in progress.
pub(super) struct Differ<'a> {
    pub(super) declared: &'a Declared,
    pub(super) ancestor: Option<&'a Declared>,
    pub(super) options: &'a Options,
    pub(super) draft: Draft,
    /// Name by which the last declaration may know each declared table.
    pub(super) was: BTreeMap<Key, Key>,
    pub(super) notes: Vec<Note>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) restored: BTreeSet<ObjectId>,
}

impl Differ<'_> {
    /// Runs the phases. Their order is part of the history that peers compare: drops free names,
    /// renames claim them, then come new tables, and the members of tables last.
    pub(super) fn run(&mut self) {
        self.restores();
        self.sequences();
        self.purges();
        let tables = self.resolve_tables();
        self.drop_tables(&tables);
        self.rename_tables(&tables);
        let tables = self.create_tables(tables);
        for (key, id) in &tables {
            self.properties(key, *id);
        }
        for (key, id) in &tables {
            self.indexes(key, *id);
        }
        for (key, id) in &tables {
            self.pairs(key, *id);
        }
    }

    /// Returns the object that had this name until a rollback undid its creation: it is restored
    /// where the declaration makes that change again.
    pub(super) fn undone(&self, parent: Option<ObjectId>, name: &Key) -> Option<ObjectId> {
        let fold = self.draft.fold();
        let undone = |object: &&Object| match object.life.value {
            Life::Archived(by) => self.options.back.contains(&by),
            _ => false,
        };
        let found = fold
            .holders(parent, name)
            .filter(|object| Key::new(&object.name.value) == *name)
            .filter(undone);
        found
            .max_by_key(|object| fold.age(object.id))
            .map(|object| object.id)
    }

    pub(super) fn refuse(&mut self, object: String, origin: String, reason: Reason) {
        self.refusals.push(Refusal {
            object,
            origin,
            reason,
        });
    }

    pub(super) fn origin(&self, table: &Key) -> String {
        self.declared
            .tables
            .get(table)
            .map(|hints| hints.origin.clone())
            .unwrap_or_default()
    }

    pub(super) fn find(&self, parent: Option<ObjectId>, name: &Key) -> Option<ObjectId> {
        self.draft.fold().find(parent, name).map(|object| object.id)
    }
}
