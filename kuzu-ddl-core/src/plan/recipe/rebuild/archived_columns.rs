//! Columns with old values: which of them a plan creates, and how new values derive from them.
//!
//! Between two states there may be concurrent changes, so the new columns are those that only the
//! later state has, at whatever position of its order.

use std::collections::BTreeSet;

use crate::event::{Aspect, ObjectId, ObjectKind, OnFail};
use crate::fold::{ArchivedColumn, Fold, Object};
use crate::plan::builder::{ExistingTable, PlanBuilder};
use crate::plan::operation::Operation;
use crate::plan::value::CastStage;
use crate::schema::{NameKey, Property, Type};

impl<'a> PlanBuilder<'a> {
    /// Returns the columns with old values that the earlier state has.
    fn known_columns(&self, id: ObjectId) -> BTreeSet<&'a str> {
        let columns = self.before.object(id).into_iter().flat_map(Object::columns);
        columns.map(|column| column.name.as_str()).collect()
    }

    /// Returns the archived columns that only the later state has, in its order.
    fn new_archives(&self, id: ObjectId) -> Vec<&'a ArchivedColumn> {
        let known = self.known_columns(id);
        let after = self.after.object(id).into_iter();
        let all = after.flat_map(|object| &object.archived_columns);
        all.filter(|a| !known.contains(a.name.as_str())).collect()
    }

    /// Returns the type changes between the two states, as a chain from the earlier type to the
    /// later; empty where they are in conflict.
    pub(in crate::plan) fn new_casts(&self, id: ObjectId) -> Vec<&'a ArchivedColumn> {
        let ty = |fold: &Fold| Some(fold.property(fold.object(id)?)?.ty);
        let (Some(mut at), Some(is)) = (ty(self.before), ty(self.after)) else {
            return Vec::new();
        };
        let changes = self.new_archives(id).into_iter().filter(|a| a.ty != a.to);
        let changes: Vec<&ArchivedColumn> = changes.collect();
        for change in &changes {
            if change.ty != at {
                return Vec::new();
            }
            at = change.to.clone();
        }
        if at == is { changes } else { Vec::new() }
    }

    /// Returns all casts between the two states. Where the changes form no chain, it is one plain
    /// cast: the old values are kept.
    pub(in crate::plan) fn stages(&self, id: ObjectId, was: &Type, is: &Type) -> Vec<CastStage> {
        let changes = self.new_casts(id);
        if changes.is_empty() && was != is {
            let on_fail = if was.is_subtype_of(is) {
                OnFail::Abort
            } else {
                OnFail::Null
            };
            return vec![CastStage {
                cast: None,
                to: is.clone(),
                on_fail,
            }];
        }
        let by_expression = changes.into_iter().filter(|a| a.function.is_none());
        by_expression.map(CastStage::of).collect()
    }

    /// Returns the name of the column that keeps the previous values. Where the database has the
    /// type that just lost a conflict, it is the conflict column of the property.
    pub(in crate::plan) fn archive(&self, id: ObjectId) -> Option<String> {
        let (before, after) = (self.before.object(id)?, self.after.object(id)?);
        let known = self.known_columns(id);
        let lost = after.conflict_columns.iter().find(|column| {
            let had = before.heads_of(Aspect::Type).contains(&column.by);
            had && !known.contains(column.name.as_str())
        });
        if let Some(column) = lost {
            return Some(column.name.clone());
        }
        let newest = self
            .new_archives(id)
            .pop()
            .or(after.archived_columns.last());
        newest.map(|archive| archive.name.clone())
    }

    /// Adds the conflict columns for types that lost on other peers: every database has them, each
    /// with its own rows.
    pub(in crate::plan) fn add_conflict_columns(
        &mut self,
        table: &Object,
        name: &str,
        live: Option<&ExistingTable<'a>>,
    ) {
        let mut columns: Vec<&ArchivedColumn> = Vec::new();
        let node = table.kind() == ObjectKind::NodeTable;
        for child in self.after.children(table.id).filter(|c| c.is_live()) {
            let archived = self.archive(child.id);
            for column in &child.conflict_columns {
                let key = NameKey::new(&column.name);
                let exists = live.is_some_and(|t| t.live.properties.contains_key(&key));
                let moved = live.is_some() && archived.as_ref() == Some(&column.name);
                if !exists && !moved {
                    columns.push(column);
                }
            }
        }
        columns.sort_by_key(|column| &column.name);
        for column in columns {
            let property = Property {
                name: column.name.clone(),
                ty: column.ty.storage_type().clone(),
                nullable: true,
                default: None,
                comment: None,
            };
            let operation = Operation::AddProperty {
                table: name.to_owned(),
                node,
                property,
                fill: None,
                later: false,
            };
            self.push(operation, &[name], Vec::new());
        }
    }
}
