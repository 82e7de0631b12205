//! Renames of tables and properties, archived ones included.

use std::collections::BTreeSet;

use super::super::builder::{Builder, Kept};
use super::super::error::PlanError;
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::{Operation, Purpose};
use super::rename::{Rename, ordered};
use crate::fold::{Body, Object};
use crate::schema::Key;

impl<'a> Builder<'a> {
    /// Plans the renames of tables, in an order in which every name is free when it is assigned.
    pub(in crate::plan) fn rename_tables(&mut self, kept: &[Kept<'_>], created: &[&Object]) {
        let wanted: Vec<Rename> = kept
            .iter()
            .filter(|table| table.live.name != table.name && !self.keeps_name(table.object))
            .map(|table| Rename {
                from: table.live.name.clone(),
                to: table.name.clone(),
                purpose: self.purpose(table.object),
            })
            .collect();
        let mut names: BTreeSet<Key> = self.live.tables.keys().cloned().collect();
        for rename in ordered(wanted, names.clone(), self.can.rename_case) {
            let Rename { from, to, purpose } = rename;
            self.free(&names, &from, &to, &to);
            names.remove(&Key::new(&from));
            names.insert(Key::new(&to));
            let hazards = breaks(purpose, &from);
            let operation = Operation::RenameTable {
                from: from.clone(),
                to: to.clone(),
                purpose,
            };
            self.push(operation, &[&from, &to], hazards);
        }
        // A table that is created later needs its name free as well.
        for object in created {
            let name = self.after.physical(object);
            if names.contains(&Key::new(&name)) {
                self.errors.push(PlanError::NameTaken { object: name });
            }
        }
    }

    /// Plans the renames of a table's properties.
    pub(in crate::plan) fn rename_properties(&mut self, table: &Kept<'_>) {
        let mut wanted = Vec::new();
        for child in self.after.children(table.object.id) {
            if !matches!(child.body, Body::Property(_))
                || self.keeps_name(child)
                || self.is_gone(child.id)
            {
                continue;
            }
            let (Some(live), to) = (self.here(child, table), self.after.physical(child)) else {
                continue;
            };
            if live.name != to {
                let (from, purpose) = (live.name.clone(), self.purpose(child));
                wanted.push(Rename { from, to, purpose });
            }
        }
        let mut names: BTreeSet<Key> = table.live.properties.keys().cloned().collect();
        for rename in ordered(wanted, names.clone(), self.can.rename_case) {
            let Rename { from, to, purpose } = rename;
            let path = format!("{}.{from}", table.name);
            self.free(&names, &from, &to, &path);
            names.remove(&Key::new(&from));
            names.insert(Key::new(&to));
            let hazards = breaks(purpose, &path);
            let table_name = table.name.clone();
            let operation = Operation::RenameProperty {
                table: table_name,
                from,
                to,
                purpose,
            };
            self.push(operation, &[&table.name], hazards);
        }
    }

    /// Returns whether an object's name is known to differ and no event renames it.
    fn keeps_name(&self, object: &Object) -> bool {
        let before = self
            .before
            .object(object.id)
            .map(|before| self.before.physical(before));
        self.leave.contains(&object.id) && before == Some(self.after.physical(object))
    }

    /// Returns the reason for which an object's name changes.
    pub(in crate::plan) fn purpose(&self, object: &Object) -> Purpose {
        let was_live = self.before.object(object.id).is_some_and(Object::is_live);
        match (was_live, object.is_live()) {
            (true, false) => Purpose::Archive,
            (false, true) => Purpose::Restore,
            _ => Purpose::Rename,
        }
    }

    /// Reports an error if the new name is taken.
    pub(in crate::plan) fn free(
        &mut self,
        taken: &BTreeSet<Key>,
        from: &str,
        to: &str,
        object: &str,
    ) {
        let to = Key::new(to);
        if to != Key::new(from) && taken.contains(&to) {
            self.errors.push(PlanError::NameTaken {
                object: object.to_owned(),
            });
        }
    }
}

/// Returns the hazards of a rename.
pub(in crate::plan) fn breaks(purpose: Purpose, object: &str) -> Vec<Hazard> {
    match purpose {
        Purpose::Rename | Purpose::Archive => {
            vec![Hazard::new(HazardKind::BreaksOlderApps, object, None)]
        }
        Purpose::Restore | Purpose::Temporary | Purpose::Rebuilt => Vec::new(),
    }
}
