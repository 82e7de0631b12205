//! Renames of tables and properties, archived ones included.

use std::collections::BTreeSet;

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::error::PlanError;
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::{Operation, RenameReason};
use super::rename::{Rename, ordered};
use crate::fold::{Object, ObjectBody};
use crate::schema::NameKey;

impl<'a> PlanBuilder<'a> {
    /// Plans the renames of tables, in an order in which every name is free when it is assigned.
    pub(in crate::plan) fn rename_tables(
        &mut self,
        existing: &[ExistingTable<'_>],
        created: &[&Object],
    ) {
        let renames: Vec<Rename> = existing
            .iter()
            .filter(|table| table.live.name != table.name && !self.retains_name(table.object))
            .map(|table| Rename {
                from: table.live.name.clone(),
                to: table.name.clone(),
                purpose: self.purpose(table.object),
            })
            .collect();
        let mut names: BTreeSet<NameKey> = self.live.tables.keys().cloned().collect();
        for rename in ordered(renames, names.clone(), self.capabilities.case_only_rename) {
            let Rename { from, to, purpose } = rename;
            self.vacate_name(&names, &from, &to, &to);
            names.remove(&NameKey::new(&from));
            names.insert(NameKey::new(&to));
            let hazards = rename_hazards(purpose, &from);
            let operation = Operation::RenameTable {
                from: from.clone(),
                to: to.clone(),
                purpose,
            };
            self.push(operation, &[&from, &to], hazards);
        }
        // A table that is created later needs its name free as well.
        for object in created {
            let name = self.after.database_name(object);
            if names.contains(&NameKey::new(&name)) {
                self.errors.push(PlanError::NameTaken { object: name });
            }
        }
    }

    /// Plans the renames of a table's properties.
    pub(in crate::plan) fn rename_properties(&mut self, table: &ExistingTable<'_>) {
        let mut renames = Vec::new();
        for child in self.after.children(table.object.id) {
            if !matches!(child.body, ObjectBody::Property(_))
                || self.retains_name(child)
                || self.is_purged_by_plan(child.id)
            {
                continue;
            }
            let (Some(live), to) = (
                self.live_property(child, table),
                self.after.database_name(child),
            ) else {
                continue;
            };
            if live.name != to {
                let (from, purpose) = (live.name.clone(), self.purpose(child));
                renames.push(Rename { from, to, purpose });
            }
        }
        let mut names: BTreeSet<NameKey> = table.live.properties.keys().cloned().collect();
        for rename in ordered(renames, names.clone(), self.capabilities.case_only_rename) {
            let Rename { from, to, purpose } = rename;
            let path = format!("{}.{from}", table.name);
            self.vacate_name(&names, &from, &to, &path);
            names.remove(&NameKey::new(&from));
            names.insert(NameKey::new(&to));
            let hazards = rename_hazards(purpose, &path);
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
    fn retains_name(&self, object: &Object) -> bool {
        let before = self
            .before
            .object(object.id)
            .map(|before| self.before.database_name(before));
        self.ignored.contains(&object.id) && before == Some(self.after.database_name(object))
    }

    /// Returns the reason for which an object's name changes.
    pub(in crate::plan) fn purpose(&self, object: &Object) -> RenameReason {
        let was_live = self.before.object(object.id).is_some_and(Object::is_live);
        match (was_live, object.is_live()) {
            (true, false) => RenameReason::Archive,
            (false, true) => RenameReason::Restore,
            _ => RenameReason::Declared,
        }
    }

    /// Reports an error if the new name is taken.
    pub(in crate::plan) fn vacate_name(
        &mut self,
        used_names: &BTreeSet<NameKey>,
        from: &str,
        to: &str,
        object: &str,
    ) {
        let to = NameKey::new(to);
        if to != NameKey::new(from) && used_names.contains(&to) {
            self.errors.push(PlanError::NameTaken {
                object: object.to_owned(),
            });
        }
    }
}

/// Returns the hazards of a rename.
pub(in crate::plan) fn rename_hazards(purpose: RenameReason, object: &str) -> Vec<Hazard> {
    match purpose {
        RenameReason::Declared | RenameReason::Archive => {
            vec![Hazard::new(HazardKind::BreaksOlderApps, object, None)]
        }
        RenameReason::Restore | RenameReason::FreeName | RenameReason::SwapIn => Vec::new(),
    }
}
