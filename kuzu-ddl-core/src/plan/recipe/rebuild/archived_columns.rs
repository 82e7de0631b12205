//! Columns with old values: which of them a plan creates, and how new values derive from them.
//!
//! Between two states there may be concurrent changes, so the new columns are those that only the
//! later state has, at whatever position of its order.

use std::collections::BTreeSet;

use crate::event::{ObjectId, ObjectKind, OnFail, Part};
use crate::fold::{Archive, Fold, Object};
use crate::plan::builder::{Builder, Kept};
use crate::plan::operation::Operation;
use crate::plan::value::Stage;
use crate::schema::{Key, Property, Type};

impl<'a> Builder<'a> {
    /// Returns the columns with old values that the earlier state has.
    fn known_columns(&self, id: ObjectId) -> BTreeSet<&'a str> {
        let columns = self.before.object(id).into_iter().flat_map(Object::columns);
        columns.map(|column| column.name.as_str()).collect()
    }

    /// Returns the archived columns that only the later state has, in its order.
    fn new_archives(&self, id: ObjectId) -> Vec<&'a Archive> {
        let known = self.known_columns(id);
        let after = self.after.object(id).into_iter();
        let all = after.flat_map(|object| &object.archives);
        all.filter(|a| !known.contains(a.name.as_str())).collect()
    }

    /// Returns the type changes between the two states, as a chain from the earlier type to the
    /// later; empty where they are in conflict.
    pub(in crate::plan) fn new_casts(&self, id: ObjectId) -> Vec<&'a Archive> {
        let ty = |fold: &Fold| Some(fold.property(fold.object(id)?)?.ty);
        let (Some(mut at), Some(is)) = (ty(self.before), ty(self.after)) else {
            return Vec::new();
        };
        let changes = self.new_archives(id).into_iter().filter(|a| a.ty != a.to);
        let changes: Vec<&Archive> = changes.collect();
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
    pub(in crate::plan) fn stages(&self, id: ObjectId, was: &Type, is: &Type) -> Vec<Stage> {
        let changes = self.new_casts(id);
        if changes.is_empty() && was != is {
            let on_fail = if was.fits_in(is) {
                OnFail::Abort
            } else {
                OnFail::Null
            };
            return vec![Stage {
                cast: None,
                to: is.clone(),
                on_fail,
            }];
        }
        let by_expression = changes.iter().filter(|a| a.function.is_none());
        by_expression
            .map(|change| Stage {
                cast: change.cast.clone(),
                to: change.to.clone(),
                on_fail: change.on_fail.clone(),
            })
            .collect()
    }

    /// Returns the name of the column that keeps the previous values. Where the database has the
    /// type that just lost a conflict, it is the conflict column of the property.
    pub(in crate::plan) fn archive(&self, id: ObjectId) -> Option<String> {
        let (before, after) = (self.before.object(id)?, self.after.object(id)?);
        let known = self.known_columns(id);
        let lost = after.beside.iter().find(|column| {
            let had = before.heads_of(Part::Type).contains(&column.by);
            had && !known.contains(column.name.as_str())
        });
        if let Some(column) = lost {
            return Some(column.name.clone());
        }
        let newest = self.new_archives(id).pop().or(after.archives.last());
        newest.map(|archive| archive.name.clone())
    }

    /// Adds the conflict columns for types that lost on other peers: every database has them, each
    /// with its own rows.
    pub(in crate::plan) fn beside(&mut self, table: &Object, name: &str, live: Option<&Kept<'a>>) {
        let mut columns: Vec<&Archive> = Vec::new();
        let node = table.kind() == ObjectKind::NodeTable;
        for child in self.after.children(table.id).filter(|c| c.is_live()) {
            let kept = self.archive(child.id);
            for column in &child.beside {
                let key = Key::new(&column.name);
                let there = live.is_some_and(|t| t.live.properties.contains_key(&key));
                let moved = live.is_some() && kept.as_ref() == Some(&column.name);
                if !there && !moved {
                    columns.push(column);
                }
            }
        }
        columns.sort_by_key(|column| &column.name);
        for column in columns {
            let property = Property {
                name: column.name.clone(),
                ty: column.ty.stored().clone(),
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
