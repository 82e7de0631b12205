//! Selection of the column that has the prior values of a property.
//!
//! A conflict column comes first: it holds the values of the type that lost a concurrent change.
//! Otherwise it is the newest archived column of the type that the property returns to.

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::value::fallibility::Fallibility;
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
                returned: None,
                is_conflict_column: true,
                partial: false,
                decided: false,
                separate: false,
                required: false,
            });
        }
        let archives = &before.archived_columns;
        let mut prior = self.archived_values(table, archives, (&was.ty, &is.ty))?;
        if prior.by_function && !self.hints.is_rolled_back(id) {
            return None;
        }
        let newest = |archive: &ArchivedColumn| archive.ty.storage_type() == is.ty.storage_type();
        let at = archives.iter().rposition(newest).unwrap_or_default();
        prior.returned = self
            .archived_values(table, &archives[..at], (&is.ty, &was.ty))
            .filter(|returned| returned.is_computable() && !returned.may_have_failed())
            .filter(|returned| !returned.by_function && returned.leads_to(&is.ty))
            .map(Box::new);
        prior.required = self.hints.is_rolled_back(id);
        Some(prior)
    }

    /// Returns the newest archived values of the type `to`, which later changes converted to `from`.
    fn archived_values(
        &self,
        table: &ExistingTable<'a>,
        archives: &[ArchivedColumn],
        (from, to): (&Type, &Type),
    ) -> Option<PriorValues> {
        let column = |archive: &ArchivedColumn| {
            let live = table.live.properties.get(&NameKey::new(&archive.name))?;
            (!archive.purged && live.ty == *to.storage_type()).then_some(live)
        };
        // Only databases that applied a change that lost have its values.
        let is_other = |i: &usize| archives[*i].is_conflict_column();
        let newest = || (0..archives.len()).rev();
        let found = |i: usize| Some((i, column(&archives[i])?));
        let own = newest().filter(|i| !is_other(i)).find_map(found);
        let (last, live) = own.or_else(|| newest().filter(is_other).find_map(found))?;
        let changes = conversion_changes(&archives[..=last], (from, to))
            .unwrap_or_else(|| without_detours(&archives[last..]));
        let filled = changes.last().and_then(|a| self.recorded_fills.get(&a.by));
        let computed = ValueSource {
            stages: changes.iter().copied().map(CastStage::of).collect(),
            to: from.clone(),
            fill: filled.cloned(),
            ..ValueSource::copy_of(&live.name, &live.ty)
        };
        // With other types, whatever the column held could be cast before as well.
        let risky = live.ty == Type::String && computed.fallibility("x") != Fallibility::Infallible;
        let default = live
            .default
            .as_ref()
            .filter(|expr| risky && expr.is_constant());
        Some(PriorValues {
            computed,
            by_function: changes.iter().any(|archive| archive.function.is_some()),
            default: default.map(|expr| expr.canonical(&live.ty)),
            returned: None,
            is_conflict_column: false,
            partial: false,
            decided: false,
            separate: is_cast_by_text(to),
            required: false,
        })
    }
}

impl CastStage {
    /// Returns the type change that replaced an archived column.
    pub(in crate::plan) fn of(archive: &ArchivedColumn) -> Self {
        Self {
            cast: archive.cast.clone(),
            to: archive.to.clone(),
            on_fail: archive.on_fail.clone(),
        }
    }
}

/// Returns the newest type changes from `to` to `from` that Cypher can compute, if there are any.
fn conversion_changes<'b>(
    archives: &'b [ArchivedColumn],
    (from, to): (&Type, &Type),
) -> Option<Vec<&'b ArchivedColumn>> {
    let starts = (0..archives.len()).rev();
    let starts = starts.filter(|i| archives[*i].ty.storage_type() == to.storage_type());
    let mut all = starts.filter_map(|start| {
        let rest = &archives[start..];
        let len = rest.iter().position(|change| change.to == *from)?;
        Some(without_detours(&rest[..=len]))
    });
    all.find(|changes| {
        let stages = changes.iter().copied().map(CastStage::of).collect();
        let source = ValueSource::copy_of("", to);
        ValueSource { stages, ..source }.is_computable()
    })
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
