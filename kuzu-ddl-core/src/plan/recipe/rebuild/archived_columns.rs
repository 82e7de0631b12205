//! Type changes between two states, and how new values derive from old ones.
//!
//! Between two states there may be concurrent changes, so the new columns are those that only the
//! later state has, at whatever position of its order.

use std::collections::BTreeSet;

use crate::event::{ObjectId, OnFail};
use crate::fold::{ArchivedColumn, Fold, Object};
use crate::plan::builder::PlanBuilder;
use crate::plan::value::CastStage;
use crate::schema::Type;

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
        let all = all.filter(|a| !a.is_conflict_column());
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
}
