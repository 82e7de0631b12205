//! Selection of the column that has the prior values of a property.
//!
//! A conflict column comes first: it holds the values of the type that lost a concurrent change.
//! Otherwise it is the newest archived column of the type that the property returns to.

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::value::{CastStage, PriorValues, ValueSource};
use crate::event::ObjectId;
use crate::fold::ArchivedColumn;
use crate::schema::{NameKey, Property, Type};

impl<'a> PlanBuilder<'a> {
    /// Returns the archived column with the prior values of a property that returns to an earlier
    /// type.
    pub(in crate::plan) fn prior_values(
        &self,
        id: ObjectId,
        table: &ExistingTable<'a>,
        (was, is): (&Property, &Property),
    ) -> Option<PriorValues> {
        if was.ty == is.ty || !is_comparable(&was.ty) {
            return None;
        }
        let before = self.before.object(id)?;
        let mut conflict_columns = before
            .conflict_columns
            .iter()
            .filter(|column| column.ty.storage_type() == is.ty.storage_type());
        let properties = &table.live.properties;
        if let Some(live) = conflict_columns.find_map(|c| properties.get(&NameKey::new(&c.name))) {
            return Some(PriorValues {
                computed: ValueSource::copy_of(&live.name, &live.ty),
                by_function: false,
                default: None,
                is_conflict_column: true,
                partial: false,
                separate: false,
                required: false,
            });
        }
        let archives = &before.archived_columns;
        let column = |i: usize| {
            let archive = archives.get(i).filter(|archive| !archive.purged)?;
            let live = table.live.properties.get(&NameKey::new(&archive.name))?;
            (live.ty == *is.ty.storage_type()).then_some(live)
        };
        // Values of a change that lost are those of few databases.
        let is_other = |i: &usize| archives[*i].is_conflict_column();
        let newest = || (0..archives.len()).rev();
        let found = |i: usize| Some((i, column(i)?));
        let own = newest().filter(|i| !is_other(i)).find_map(found);
        let (last, live) = own.or_else(|| newest().filter(is_other).find_map(found))?;
        // Earlier versions gave several changes of one plan the column of the last one.
        let first = (0..=last)
            .rev()
            .find(|i| *archives[*i].ty.storage_type() == live.ty)?;
        let changes = without_detours(&archives[first..]);
        let by_function = changes.iter().any(|archive| archive.function.is_some());
        let filled = changes.last().and_then(|a| self.recorded_fills.get(&a.by));
        if by_function && !self.hints.is_rolled_back(id) {
            return None;
        }
        let stages = changes.iter().map(|a| CastStage {
            cast: a.cast.clone(),
            to: a.to.clone(),
            on_fail: a.on_fail.clone(),
        });
        let computed = ValueSource {
            stages: stages.collect(),
            to: was.ty.clone(),
            fill: filled.cloned(),
            ..ValueSource::copy_of(&live.name, &live.ty)
        };
        // With other types, whatever the column held could be cast before as well.
        let risky = live.ty == Type::String;
        let default = live
            .default
            .as_ref()
            .filter(|expr| risky && expr.is_constant());
        Some(PriorValues {
            computed,
            by_function,
            default: default.map(|expr| expr.canonical(&live.ty)),
            is_conflict_column: false,
            partial: false,
            separate: is_cast_by_text(&is.ty),
            required: self.hints.is_rolled_back(id),
        })
    }
}

/// Returns the type changes without those after which the property had an earlier type again: a
/// value that was not written since is the former one.
fn without_detours(archives: &[ArchivedColumn]) -> Vec<&ArchivedColumn> {
    let mut changes: Vec<&ArchivedColumn> = Vec::new();
    let first = archives.first().into_iter();
    let later = archives.iter().skip(1).filter(|a| !a.is_conflict_column());
    for archive in first
        .chain(later)
        .filter(|archive| archive.ty != archive.to)
    {
        changes.push(archive);
        if let Some(at) = changes.iter().position(|change| change.ty == archive.to) {
            changes.truncate(at);
        }
    }
    changes
}

/// Returns whether the engine compares values of the type exactly. It compares nested values member
/// by member, and JSON as text.
fn is_comparable(ty: &Type) -> bool {
    !matches!(ty, Type::Unknown(_))
}

/// Returns whether the engine casts to the type by parsing a text, a NULL included.
fn is_cast_by_text(ty: &Type) -> bool {
    match ty {
        Type::Struct(_) | Type::Map(..) | Type::Union(_) | Type::Json => true,
        Type::List(of) | Type::Array(of, _) => is_cast_by_text(of),
        _ => false,
    }
}
