//! Columns with old values: where the values of a changed column go, and which columns are missing.
//!
//! Every database has the same ones ([`Fold::hidden_columns`]). On the way to a state, a database may
//! have had a column that no other had, so the column that keeps its values may differ in default or
//! type: then the table is rebuilt, which gives each column its target form whatever it was before.

use std::collections::{BTreeMap, BTreeSet};

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::operation::Operation;
use super::super::value::{CastStage, ValueSource};
use super::rebuild::columns::TargetColumn;
use crate::event::{Aspect, ObjectId, OnFail};
use crate::fold::{ArchivedColumn, Fold, Object};
use crate::schema::{NameKey, Property};

/// Column that keeps the values from before a change.
pub(in crate::plan) struct PreviousColumn<'a> {
    pub(in crate::plan) column: &'a ArchivedColumn,
    /// Whether the present column only has to be renamed.
    pub(in crate::plan) is_same: bool,
}

/// Column with old values that a table lacks.
pub(in crate::plan) struct MissingColumn {
    pub(in crate::plan) property: Property,
    /// Present column with the same values, by its name after all renames of the plan.
    pub(in crate::plan) copy_of: Option<String>,
}

impl<'a> PlanBuilder<'a> {
    /// Returns the column that keeps the present values of a property whose column changes; `None`
    /// if no column can.
    pub(in crate::plan) fn previous_column(
        &self,
        id: ObjectId,
        table: &ExistingTable<'a>,
    ) -> Option<PreviousColumn<'a>> {
        let before = self.before.object(id)?;
        let was = self.before.property(before)?;
        let heads = [Aspect::Type, Aspect::Default].map(|aspect| before.heads_of(aspect));
        let applied_here = |column: &ArchivedColumn| {
            column.is_conflict_column()
                && heads.iter().any(|heads| {
                    let by = |head: &&crate::event::EventId| {
                        column.name.ends_with(&head.abbreviate().to_string())
                    };
                    heads.iter().any(|head| by(&head))
                })
        };
        let mut free: Vec<&'a ArchivedColumn> = self
            .after
            .hidden_columns(table.object.id)
            .into_iter()
            .filter(|(object, column)| {
                let key = NameKey::new(&column.name);
                object.id == id && !table.live.properties.contains_key(&key)
            })
            .map(|(_, column)| column)
            .collect();
        free.sort_by_key(|column| (!applied_here(column), column.is_conflict_column()));
        let stored = was.ty.storage_type();
        let is_same = |column: &&&ArchivedColumn| {
            column.ty.storage_type() == stored && column.default == was.default
        };
        if let Some(column) = free.iter().find(is_same) {
            return Some(PreviousColumn {
                column,
                is_same: true,
            });
        }
        let same_type = free.iter().find(|c| c.ty.storage_type() == stored);
        let wider = || free.iter().find(|c| stored.is_subtype_of(&c.ty));
        let column = same_type.or_else(wider)?;
        Some(PreviousColumn {
            column,
            is_same: false,
        })
    }

    /// Returns the properties of a table whose column this plan replaces.
    fn replaced(&self, table: &ExistingTable<'a>) -> Vec<(&'a Object, Property)> {
        let children = self.after.children(table.object.id);
        let children = children.filter(|child| !self.ignored.contains(&child.id));
        let of = |child: &'a Object| {
            self.live_property(child, table)?;
            let (was, _) = self.changed(child.id)?;
            (!self.can_alter_type(child.id)).then_some((child, was))
        };
        children.filter_map(of).collect()
    }

    /// Returns the columns with old values that a table lacks and that no present column becomes.
    pub(in crate::plan) fn missing_columns(
        &self,
        table: &ExistingTable<'a>,
        is_rebuilt: bool,
    ) -> Vec<MissingColumn> {
        let all = self.after.hidden_columns(table.object.id);
        if all.is_empty() || !self.completes_columns(table.object.id) {
            return Vec::new();
        }
        let mut previous: BTreeMap<ObjectId, (Property, Option<String>)> = BTreeMap::new();
        let mut taken: BTreeSet<NameKey> = table.live.properties.keys().cloned().collect();
        for (child, was) in self.replaced(table) {
            let column = self.previous_column(child.id, table);
            let column = column.map(|previous| previous.column.name.clone());
            taken.extend(column.as_deref().map(NameKey::new));
            // A rebuild reads the old table, where the column still has the property's name.
            let name = if is_rebuilt {
                Some(self.after.database_name(child))
            } else {
                column
            };
            previous.insert(child.id, (was, name));
        }
        let mut missing = Vec::new();
        for (child, column) in &all {
            if taken.contains(&NameKey::new(&column.name)) {
                continue;
            }
            if self.can_alter_type(child.id) && column.ty.is_subtype_of(&column.to) {
                continue;
            }
            let ty = column.ty.storage_type();
            let replaced = previous.get(&child.id);
            let replaced = replaced.filter(|(was, _)| was.ty.storage_type() == ty);
            let replaced = replaced.and_then(|(_, name)| name.clone());
            let present = || {
                let others = all.iter().rev().filter(|(other, _)| other.id == child.id);
                let mut others = others.filter(|(_, other)| !other.is_conflict_column());
                others.find_map(|(_, other)| {
                    let live = table.live.properties.get(&NameKey::new(&other.name))?;
                    (live.ty == *ty).then(|| live.name.clone())
                })
            };
            let copy_of = if column.is_conflict_column() {
                None
            } else {
                replaced.or_else(present)
            };
            missing.push(MissingColumn {
                property: column.property(),
                copy_of,
            });
        }
        missing.sort_by(|a, b| a.property.name.cmp(&b.property.name));
        missing
    }

    /// Returns whether this plan adds the missing columns with old values to a table. Where it
    /// changes none of them, they are those of an earlier version, and nothing needs them.
    fn completes_columns(&self, table: ObjectId) -> bool {
        let names = |fold: &Fold| -> BTreeSet<String> {
            let columns = fold.hidden_columns(table).into_iter();
            columns.map(|(_, column)| column.name.clone()).collect()
        };
        self.hints.completes_archives || names(self.before) != names(self.after)
    }

    /// Returns whether a table must be rebuilt for its columns with old values.
    pub(in crate::plan) fn needs_rebuild_for_columns(&self, table: &ExistingTable<'a>) -> bool {
        let replaced = self.replaced(table);
        let moves = replaced.iter().any(|(child, _)| {
            let previous = self.previous_column(child.id, table);
            !previous.is_some_and(|previous| previous.is_same)
        });
        moves || self.missing_columns_need_rebuild(table)
    }

    /// Returns whether a table lacks columns that cannot be added in place: rels are not SET, and a
    /// default that varies per row is not overwritten.
    pub(in crate::plan) fn missing_columns_need_rebuild(&self, table: &ExistingTable<'a>) -> bool {
        let node = table.live.kind.is_node();
        self.missing_columns(table, false).iter().any(|missing| {
            let is_set = missing.property.default.is_some() || missing.copy_of.is_some();
            self.varies_per_row(&missing.property) || (is_set && !node)
        })
    }

    /// Adds the columns with old values that a table lacks. They are empty, or copies: the default
    /// is not a value that a row had.
    pub(in crate::plan) fn add_missing_columns(&mut self, table: &ExistingTable<'a>) {
        let node = table.live.kind.is_node();
        for MissingColumn { property, copy_of } in self.missing_columns(table, false) {
            let operation = Operation::AddProperty {
                table: table.name.clone(),
                node,
                property,
                fill: None,
                later: true,
                copy_of,
            };
            self.push(operation, &[&table.name], Vec::new());
        }
    }

    /// Returns the same as columns of a rebuilt table.
    pub(in crate::plan) fn rebuilt_columns(
        &self,
        table: &ExistingTable<'a>,
    ) -> impl Iterator<Item = TargetColumn> + use<'a> {
        let missing = self.missing_columns(table, true).into_iter();
        missing.map(|MissingColumn { property, copy_of }| {
            let value = match copy_of {
                Some(from) => ValueSource::copy_of(&from, &property.ty),
                None => ValueSource::null(&property.ty),
            };
            TargetColumn { property, value }
        })
    }

    /// Returns the column of a rebuilt table that keeps the values from before a change; `copy` is
    /// their present column.
    pub(in crate::plan) fn rebuilt_previous_column(
        &self,
        id: ObjectId,
        table: &ExistingTable<'a>,
        copy: &ValueSource,
    ) -> Option<TargetColumn> {
        let property = self.previous_column(id, table)?.column.property();
        let from = copy.column.as_ref().map(|(_, ty)| ty.storage_type());
        let stages = if from == Some(&property.ty) {
            Vec::new()
        } else {
            vec![CastStage {
                cast: None,
                to: property.ty.clone(),
                on_fail: OnFail::Abort,
            }]
        };
        let value = ValueSource {
            stages,
            to: property.ty.clone(),
            ..copy.clone()
        };
        Some(TargetColumn { property, value })
    }
}
