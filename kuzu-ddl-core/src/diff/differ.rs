//! A diff in progress: its inputs, its phases, and what they found.

use std::collections::{BTreeMap, BTreeSet};

use super::incompatibility::{Incompatibility, IncompatibilityKind};
use super::note::Note;
use super::options::DiffOptions;
use crate::declared::Declared;
use crate::event::{Endpoints, EventId, ObjectId};
use crate::fold::{ChangeBuilder, Lifecycle, Object, ObjectBody};
use crate::schema::NameKey;

/// Diff in progress.
pub(super) struct Differ<'a> {
    pub(super) declared: &'a Declared,
    pub(super) ancestor: Option<&'a Declared>,
    pub(super) options: &'a DiffOptions,
    pub(super) draft: ChangeBuilder,
    /// Name by which the last declaration may know each declared table.
    pub(super) former_names: BTreeMap<NameKey, NameKey>,
    pub(super) notes: Vec<Note>,
    pub(super) refusals: Vec<Incompatibility>,
    pub(super) restored: BTreeSet<ObjectId>,
}

impl Differ<'_> {
    /// Runs the phases. Their order is part of the history that peers compare: drops free names,
    /// renames claim them, then come new tables, and the members of tables last.
    pub(super) fn run(&mut self) {
        self.check_recreate_requests();
        self.restore_requested();
        self.sequences();
        self.purge_requested();
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
    pub(super) fn undone(&self, parent: Option<ObjectId>, name: &NameKey) -> Option<ObjectId> {
        let fold = self.draft.fold();
        let undone = |object: &&Object| match object.lifecycle.value {
            Lifecycle::Archived(by) => self.options.rollback_events.contains(&by),
            _ => false,
        };
        let found = fold
            .objects_ever_named(parent, name)
            .filter(|object| NameKey::new(&object.name.value) == *name)
            .filter(undone);
        found
            .max_by_key(|object| fold.creation_rank(object.id))
            .map(|object| object.id)
    }

    /// Returns the pair of a rel table that a rollback archived.
    pub(super) fn undone_pair(&self, table: ObjectId, ends: Endpoints) -> Option<ObjectId> {
        let events = &self.options.rollback_events;
        self.archived_pair(table, ends, |by| events.contains(&by))
    }

    /// Returns the archived pair that connects two node tables; of several, the one dropped last.
    pub(super) fn archived_pair(
        &self,
        table: ObjectId,
        ends: Endpoints,
        fits: impl Fn(EventId) -> bool,
    ) -> Option<ObjectId> {
        let fold = self.draft.fold();
        let pairs = fold.children(table).filter(|child| {
            let is_archived = match child.lifecycle.value {
                Lifecycle::Archived(by) => fits(by),
                _ => false,
            };
            is_archived && child.body == ObjectBody::Pair(ends)
        });
        let last = pairs.max_by_key(|pair| fold.creation_rank(pair.id));
        last.map(|pair| pair.id)
    }

    pub(super) fn refuse(&mut self, object: String, origin: String, reason: IncompatibilityKind) {
        self.refusals.push(Incompatibility {
            object,
            origin,
            kind: reason,
        });
    }

    pub(super) fn origin(&self, table: &NameKey) -> String {
        self.declared
            .tables
            .get(table)
            .map(|hints| hints.origin.clone())
            .unwrap_or_default()
    }

    pub(super) fn find(&self, parent: Option<ObjectId>, name: &NameKey) -> Option<ObjectId> {
        self.draft.fold().find(parent, name).map(|object| object.id)
    }
}
