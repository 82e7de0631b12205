//! Rels of archived pairs that return: where their nodes are, and what became of their properties.

use std::collections::BTreeMap;

use super::archive::{column_of, properties};
use crate::event::{ObjectId, OnFail};
use crate::fold::{ArchivedColumn, Object, ObjectBody, object_path};
use crate::plan::builder::{ExistingTable, PlanBuilder};
use crate::plan::columns::Columns;
use crate::plan::error::PlanError;
use crate::plan::hazard::{Hazard, HazardKind};
use crate::plan::operation::Operation;
use crate::plan::preflight::PreflightCheck;
use crate::plan::render::pair::{ENDS, count_restorable, count_unrestorable};
use crate::plan::render::statement::{count_rels, count_rows};
use crate::plan::row_work::{RowWork, RowWorkKind};
use crate::plan::value::{CastStage, ValueSource};
use crate::schema::{NameKey, Property, Table, Type};

/// For each end of a rel, the property that identifies its node, and the source of the value.
type Ends = [(String, ValueSource); 2];

impl<'a> PlanBuilder<'a> {
    /// Plans the return of a pair's rels, and drops the table that keeps them. `alone` is whether
    /// the pair has no other rels.
    pub(in crate::plan) fn restore_pair(
        &mut self,
        table: &ExistingTable<'a>,
        pair: &Object,
        names: &(String, String),
        alone: bool,
    ) {
        let Some(archive) = self.live_pair_archive(pair) else {
            return;
        };
        let path = object_path(self.after, pair.id).unwrap_or_default();
        let source = ExistingTable {
            object: table.object,
            live: archive,
            name: table.name.clone(),
        };
        let now = self.columns_now();
        let Some(ends) = self.ends_after(pair, archive, names, &now) else {
            let reason =
                "a key property of its node tables was purged, so the nodes of its archived \
                          rels cannot be found"
                    .to_owned();
            let help = format!(
                "\nhelp: create the pair without them: `.purge({path:?})` and `.recreate({path:?})` \
                 on the Migrator"
            );
            let reason = reason + &help;
            self.errors.push(PlanError::Unsupported {
                object: path,
                reason,
            });
            return;
        };
        let (columns, checks) = self.restored_columns(&source, &now);
        let mut hazards = Vec::new();
        let count = self.count_lost(pair, archive);
        for kind in [HazardKind::DeletesData, HazardKind::Irreversible] {
            hazards.push(Hazard::new(kind, path.clone(), Some(count.clone())));
        }
        let rels = count_rels(&table.name, (&names.0, &names.1));
        let restorable = count_restorable(&archive.name, names, &ends);
        let operation = Operation::RestorePair {
            archive: archive.name.clone(),
            table: table.name.clone(),
            pair: names.clone(),
            ends: Box::new(ends),
            columns,
        };
        let touched = [table.name.as_str(), &names.0, &names.1, &archive.name];
        let step = self.push_step(operation, &touched, hazards);
        step.preflight_checks = checks;
        step.row_count_checks = alone.then_some((restorable, rels)).into_iter().collect();
        let count = count_rows(&archive.name, true);
        step.row_work = Some(RowWork::new(RowWorkKind::CopyRel, count));
        let operation = Operation::DropReplacedTable {
            table: archive.name.clone(),
        };
        self.push(operation, &[&archive.name], Vec::new());
    }

    /// Returns the properties of restored rels with the sources of their values.
    fn restored_columns(
        &mut self,
        source: &ExistingTable<'a>,
        now: &BTreeMap<NameKey, Columns>,
    ) -> (Vec<(String, ValueSource)>, Vec<PreflightCheck>) {
        let (mut columns, mut checks) = (Vec::new(), Vec::new());
        let table = source.object.id;
        for (name, property) in now.get(&NameKey::new(&source.name)).into_iter().flatten() {
            let path = format!("{}.{}", source.name, property.name);
            let Some(object) = self.property_named(table, name) else {
                columns.extend(self.kept_column(table, source.live, property));
                continue;
            };
            let column = column_of(object, object.original_name.as_str());
            let Some(kept) = source.live.property(&column) else {
                columns.extend(self.missing_value(&path, object, property));
                continue;
            };
            let (from, to) = (kept.ty.clone(), property.ty.clone());
            if from == *to.storage_type() {
                let value = ValueSource::copy_of(&kept.name, &from);
                columns.push((property.name.clone(), value));
                continue;
            }
            let changes = type_changes_since(object, source.live, (&from, &to));
            let stages = changes.iter().filter(|change| change.function.is_none());
            let stages: Vec<CastStage> = stages.copied().map(CastStage::of).collect();
            let by = self.function_of(&changes, object.id, &path, (&kept.name, &from));
            let plain = CastStage {
                cast: None,
                to: to.clone(),
                on_fail: OnFail::Abort,
            };
            let stages = match (stages.is_empty(), &by) {
                (true, None) => vec![plain],
                _ => stages,
            };
            let value = ValueSource {
                stages,
                to,
                ..ValueSource::copy_of(&kept.name, &from)
            };
            let value = value.cast_by(by);
            checks.extend(self.cast_check(&path, source, value.clone()));
            columns.push((property.name.clone(), value));
        }
        let functions = columns.iter_mut().flat_map(|(_, value)| {
            let by = [&mut value.cast_function, &mut value.fill_function];
            by.into_iter().flatten()
        });
        for (slot, by) in functions.enumerate() {
            by.slot = slot;
        }
        (columns, checks)
    }

    /// Returns the source of a column with old values, or of an unmanaged one.
    fn kept_column(
        &self,
        table: ObjectId,
        archive: &Table,
        property: &Property,
    ) -> Option<(String, ValueSource)> {
        let own = archive.property(&property.name);
        // A later change archived the values that the archive of the pair still has.
        let by_later_change = || {
            let object = properties(self.after.children(table)).find(|object| {
                let mut columns = object.columns();
                columns.any(|column| NameKey::new(&column.name) == NameKey::new(&property.name))
            })?;
            let column = column_of(object, object.original_name.as_str());
            archive.property(&column)
        };
        let kept = own.or_else(by_later_change)?;
        (kept.ty == *property.ty.storage_type()).then(|| {
            let value = ValueSource::copy_of(&kept.name, &kept.ty);
            (property.name.clone(), value)
        })
    }

    /// Returns the value of a property that was added after the rels were archived: its declared
    /// backfill, or nothing, since the engine knows its default.
    fn missing_value(
        &mut self,
        path: &str,
        object: &Object,
        property: &Property,
    ) -> Option<(String, ValueSource)> {
        let is = self.after.property(object).filter(|_| object.is_live())?;
        if let Some(fill) = self.fill_expr(object) {
            return Some((property.name.clone(), ValueSource::new(&is.ty, fill)));
        }
        if !is.nullable && is.default.is_none() && is.ty != Type::Serial {
            self.errors.push(PlanError::Unsupported {
                object: path.to_owned(),
                reason: "it is required, and the archived rels of the pair have no value for it\n\
                         help: add a backfill, for example `#[kuzu(fill = \"0\")]`"
                    .into(),
            });
        }
        None
    }

    /// Returns how the nodes of archived rels are found after the plan.
    fn ends_after(
        &self,
        pair: &Object,
        archive: &Table,
        names: &(String, String),
        now: &BTreeMap<NameKey, Columns>,
    ) -> Option<Ends> {
        let ObjectBody::Pair(ends) = pair.body else {
            return None;
        };
        let end = |node: ObjectId, name: &str, prefix: &str| {
            let columns = now.get(&NameKey::new(name))?;
            let name = |object: &Object| self.after.database_name(object);
            self.end_in(node, archive, prefix, columns, name)
        };
        Some([
            end(ends.from, &names.0, ENDS[0])?,
            end(ends.to, &names.1, ENDS[1])?,
        ])
    }

    /// Returns the query that counts the archived rels of which a node does not exist, with the
    /// names before the plan.
    fn count_lost(&self, pair: &Object, archive: &Table) -> String {
        let ObjectBody::Pair(ends) = pair.body else {
            return String::new();
        };
        let end = |node: ObjectId, prefix: &str| {
            let before = self.before.object(node)?;
            let key = NameKey::new(&self.before.database_name(before));
            let live = self.live.tables.get(&key)?;
            let name = |object: &Object| {
                let before = self.before.object(object.id);
                before.map_or_else(String::new, |object| self.before.database_name(object))
            };
            let end = self.end_in(node, archive, prefix, &live.properties, name)?;
            Some((live.name.clone(), end))
        };
        let found = (end(ends.from, ENDS[0]), end(ends.to, ENDS[1]));
        let (Some((from, a)), Some((to, b))) = found else {
            // A node table that this plan creates has no rows.
            return count_rows(&archive.name, true);
        };
        count_unrestorable(&archive.name, &(from, to), &[a, b])
    }

    /// Returns the column of a node table that has the values of the key that an archive keeps, and
    /// the value in the archive.
    fn end_in(
        &self,
        node: ObjectId,
        archive: &Table,
        prefix: &str,
        columns: &Columns,
        name: impl Fn(&Object) -> String,
    ) -> Option<(String, ValueSource)> {
        let mut objects = properties(self.after.children(node));
        let (object, kept) = objects
            .find_map(|object| Some((object, archive.property(&column_of(object, prefix))?)))?;
        let column = |name: &str| columns.get(&NameKey::new(name));
        let is_same = |property: &&Property| *property.ty.storage_type() == kept.ty;
        let present = column(&name(object));
        let copy = ValueSource::copy_of(&kept.name, &kept.ty);
        let archived = object.archived_columns.iter();
        let mut archived = archived.filter_map(|archived| column(&archived.name));
        if let Some(same) = present.filter(is_same).or_else(|| archived.find(is_same)) {
            return Some((same.name.clone(), copy));
        }
        let wider = present.filter(|property| kept.ty.widens_to(&property.ty))?;
        let stage = CastStage {
            cast: None,
            to: wider.ty.clone(),
            on_fail: OnFail::Abort,
        };
        let value = ValueSource {
            stages: vec![stage],
            to: wider.ty.clone(),
            ..copy
        };
        Some((wider.name.clone(), value))
    }
}

/// Returns the changes of a property's type since its values were archived, as a chain from the type
/// that they had then to the present one; empty where there is no such chain.
fn type_changes_since<'o>(
    property: &'o Object,
    archive: &Table,
    (from, to): (&Type, &Type),
) -> Vec<&'o ArchivedColumn> {
    let changes = property.archived_columns.iter();
    let changes: Vec<&ArchivedColumn> = changes
        .filter(|change| change.ty != change.to && archive.property(&change.name).is_none())
        .collect();
    let is_chain = |changes: &&[&ArchivedColumn]| {
        changes
            .first()
            .is_some_and(|first| first.ty.storage_type() == from)
            && changes.last().is_some_and(|last| last.to == *to)
            && changes.windows(2).all(|pair| pair[0].to == pair[1].ty)
    };
    let mut chains = (0..changes.len()).map(|first| &changes[first..]);
    chains.find(is_chain).unwrap_or_default().to_vec()
}
