//! Rebuilds, first part: the new table and the copy of its rows.

use std::collections::{BTreeMap, BTreeSet};

use super::super::serial::serial_columns;
use super::columns::TargetColumn;
use crate::event::OnFail;
use crate::fold::{Object, ObjectBody};
use crate::plan::builder::{ExistingTable, PlanBuilder};
use crate::plan::error::PlanError;
use crate::plan::hazard::{Hazard, HazardKind};
use crate::plan::operation::Operation;
use crate::plan::preflight::{PreflightCheck, PreflightKind};
use crate::plan::render::statement::{count_rels, count_rows};
use crate::plan::row_work::{RowWork, RowWorkKind};
use crate::plan::value::ValueSource;
use crate::schema::name::quote;
use crate::schema::{Expr, Multiplicity, NameKey, Table, TableKind};

impl<'a> PlanBuilder<'a> {
    /// Plans the new node table; returns it with the column by which rels find their nodes.
    pub(in crate::plan) fn rebuild_node(
        &mut self,
        table: &ExistingTable<'a>,
    ) -> Option<(RebuiltTable, String, ValueSource)> {
        let columns = self.columns(table)?;
        let ObjectBody::NodeTable { key } = table.object.body else {
            return None;
        };
        let key = self.after.database_name(self.after.object(key)?);
        let Some(value) = columns.iter().find(|c| c.property.name == key) else {
            self.errors.push(PlanError::Unsupported {
                object: format!("{}.{key}", table.name),
                reason: "existing rows have no value for the new primary key\n\
                         help: add a backfill, for example `#[kuzu(fill = \"gen_random_uuid()\")]`\n\
                         help: or give it another name with `#[kuzu(name = \"…\")]`, if another \
                         program created this table"
                    .into(),
            });
            return None;
        };
        let (key_name, value) = self.endpoint_key_column(table, &columns, (&key, &value.value));
        self.check_branch_count(table, &columns)?;
        let kind = TableKind::Node {
            primary_key: NameKey::new(&key),
        };
        let to = self.create_rebuilt_table(table, &columns, kind, Vec::new());
        let changes = |child: &Object| self.changed(child.id).is_some();
        let breaks = self.key_changes(table.object)
            || columns.iter().any(TargetColumn::uses_cast_of)
            || self.after.children(table.object.id).any(changes);
        let mut checks = self.cast_checks(table, &columns);
        let mut hazards = self.hazards(table, breaks, self.key_changes(table.object));
        hazards.extend(self.may_fail(table, &checks));
        let from = table.name.clone();
        let path = format!("{from}.{key}");
        let created = columns.iter().find(|c| c.property.name == key);
        let live = self.with_live_names(table, created.map_or(&value, |c| &c.value));
        let keys = key_checks(&live);
        let needs_key_checks = self.key_changes(table.object);
        for kind in keys.into_iter().filter(|_| needs_key_checks) {
            // The values of a function are compared where they are computed.
            let converted = live.is_converted() && matches!(kind, PreflightKind::NotNull(_));
            if converted || !live.uses_function() {
                checks.push(self.preflight_check(&path, table, kind));
            }
        }
        let counting = serial_columns(&columns);
        let operation = Operation::CopyNodes {
            from: from.clone(),
            to: to.clone(),
            columns: columns_to_copy(columns),
        };
        let count = count_rows(&table.live.name, true);
        let step = self.push_step(operation, &[&from, &to], hazards);
        step.row_count_checks = vec![(count_rows(&from, true), count_rows(&to, true))];
        step.preflight_checks = checks;
        step.row_work = Some(RowWork::new(RowWorkKind::CopyNode, count));
        self.continue_serial(table, &to, &counting);
        Some((RebuiltTable { name: to, counting }, key_name, value))
    }

    pub(in crate::plan) fn rebuild_edge(
        &mut self,
        table: &ExistingTable<'a>,
        keys: &BTreeMap<NameKey, (String, String, ValueSource)>,
    ) -> Option<RebuiltTable> {
        let columns = self.columns(table)?;
        self.check_branch_count(table, &columns)?;
        let ObjectBody::EdgeTable {
            multiplicity,
            storage,
        } = table.object.body
        else {
            return None;
        };
        let TableKind::Edge { pairs, .. } = &table.live.kind else {
            return None;
        };
        let pairs_before: Vec<(String, String)> = pairs
            .iter()
            .map(|p| (self.renamed(&p.from), self.renamed(&p.to)))
            .collect();
        let moved = |name: &String| keys.get(&NameKey::new(name));
        let place = |name: &String| moved(name).map_or_else(|| name.clone(), |m| m.0.clone());
        let pairs_after = pairs_before
            .iter()
            .map(|(a, b)| (place(a), place(b)))
            .collect();
        let kind = TableKind::Edge {
            pairs: BTreeSet::new(),
            multiplicity: Some(multiplicity),
            storage,
        };
        let to = self.create_rebuilt_table(table, &columns, kind, pairs_after);
        let tightens = self.restricts_multiplicity(table, multiplicity);
        let breaks = self.edge_changes(table)
            || pairs_before.iter().flat_map(|(a, b)| [a, b]).any(|name| {
                let node = self.after.find(None, &NameKey::new(name));
                node.is_some_and(|node| self.key_changes(node))
            });
        let mut checks = self.cast_checks(table, &columns);
        let mut hazards = self.hazards(table, breaks, tightens);
        hazards.extend(self.may_fail(table, &checks));
        checks.extend(tightens.then(|| self.multiplicity_check(table, multiplicity)));
        let live: Vec<String> = pairs
            .iter()
            .map(|pair| {
                let name = |key: &NameKey| self.live.tables.get(key).map(|t| quote(&t.name));
                let (a, b) = (name(&pair.from), name(&pair.to));
                let rel = quote(&table.live.name);
                let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
                format!("MATCH (:{a})-[r:{rel}]->(:{b}) RETURN count(*)")
            })
            .collect();
        let counting = serial_columns(&columns);
        let named = columns_to_copy(columns);
        let from = table.name.clone();
        for ((a, b), live) in pairs_before.into_iter().zip(live) {
            let ends = [moved(&a).cloned(), moved(&b).cloned()];
            let row_count_checks = vec![(
                count_rels(&from, (&a, &b)),
                count_rels(&to, (&place(&a), &place(&b))),
            )];
            let operation = Operation::CopyRels {
                from: from.clone(),
                to: to.clone(),
                pair: (a, b),
                moved: Box::new(ends),
                columns: named.clone(),
            };
            let hazards = std::mem::take(&mut hazards);
            let step = self.push_step(operation, &[&from, &to], hazards);
            step.row_count_checks = row_count_checks;
            step.preflight_checks = std::mem::take(&mut checks);
            step.row_work = Some(RowWork::new(RowWorkKind::CopyRel, live));
        }
        self.continue_serial(table, &to, &counting);
        Some(RebuiltTable { name: to, counting })
    }

    pub(in crate::plan) fn create_rebuilt_table(
        &mut self,
        table: &ExistingTable<'_>,
        columns: &[TargetColumn],
        kind: TableKind,
        pairs: Vec<(String, String)>,
    ) -> String {
        let name = self.rebuild_table_name(table, columns);
        let created = Table {
            name: name.clone(),
            kind,
            properties: columns
                .iter()
                .map(|c| (NameKey::new(&c.property.name), c.property.clone()))
                .collect(),
            indexes: BTreeMap::new(),
            comment: table.live.comment.clone(),
        };
        let order = columns
            .iter()
            .map(|c| NameKey::new(&c.property.name))
            .collect();
        let mut names = vec![name.clone()];
        names.extend(pairs.iter().flat_map(|(a, b)| [a.clone(), b.clone()]));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.push(
            Operation::CreateTable {
                table: created,
                order,
                pairs,
            },
            &names,
            Vec::new(),
        );
        name
    }

    pub(in crate::plan) fn hazards(
        &self,
        table: &ExistingTable<'_>,
        breaks: bool,
        may_fail: bool,
    ) -> Vec<Hazard> {
        if self.rebuilt.contains(&table.object.id) {
            // Unchanged, and verified by row counts.
            return Vec::new();
        }
        let mut kinds = vec![HazardKind::RewritesData];
        if breaks {
            kinds.push(HazardKind::BreaksOlderApps);
        }
        if may_fail {
            kinds.push(HazardKind::MayFail);
        }
        let count = count_rows(&table.live.name, table.live.kind.is_node());
        let hazard = |kind| Hazard::new(kind, table.name.clone(), Some(count.clone()));
        let mut hazards: Vec<Hazard> = kinds.into_iter().map(hazard).collect();
        hazards.extend(self.purge_hazards(table));
        hazards
    }

    /// Returns hazards for the columns whose casts can fail: the rows determine how many do.
    fn may_fail(&self, table: &ExistingTable<'_>, checks: &[PreflightCheck]) -> Vec<Hazard> {
        if self.rebuilt.contains(&table.object.id) {
            return Vec::new();
        }
        let casts = checks.iter().filter(|check| {
            matches!(
                check.kind,
                PreflightKind::Castable(_) | PreflightKind::FunctionValues { .. }
            )
        });
        let hazard =
            |check: &PreflightCheck| Hazard::new(HazardKind::MayFail, &*check.object, None);
        casts.map(hazard).collect()
    }

    /// Returns the column of the new table by which rels find their nodes: the new key, unless it
    /// is computed again at each evaluation; then the old key, which is copied too.
    fn endpoint_key_column(
        &self,
        table: &ExistingTable<'_>,
        columns: &[TargetColumn],
        (key, value): (&str, &ValueSource),
    ) -> (String, ValueSource) {
        let old = self.before.primary_key_of(table.object.id);
        let old = old.and_then(|id| self.after.object(id));
        let old = old.map(|object| self.after.database_name(object));
        let is_old = |column: &&TargetColumn| {
            let from = column.value.column.as_ref();
            is_repeatable(&column.value) && from.is_some_and(|(from, _)| Some(from) == old.as_ref())
        };
        let is_computed = value.column.is_none() || !is_repeatable(value);
        match columns.iter().find(is_old).filter(|_| is_computed) {
            Some(column) => (column.property.name.clone(), column.value.clone()),
            None => (key.to_owned(), value.clone()),
        }
    }

    pub(in crate::plan) fn restricts_multiplicity(
        &self,
        table: &ExistingTable<'_>,
        to: Multiplicity,
    ) -> bool {
        let before = self.before.object(table.object.id).map(|o| &o.body);
        match before {
            Some(ObjectBody::EdgeTable { multiplicity, .. }) => {
                *multiplicity != to && to != Multiplicity::ManyMany
            }
            _ => false,
        }
    }

    /// Returns a table's name after all renames, from its name in the database.
    pub(in crate::plan) fn renamed(&self, key: &NameKey) -> String {
        let spelled = || {
            self.live
                .tables
                .get(key)
                .map_or_else(|| key.to_string(), |t| t.name.clone())
        };
        let object = self.managed.get(key).and_then(|id| self.after.object(*id));
        object.map_or_else(spelled, |o| self.after.database_name(o))
    }
}

/// Returns the checks of a new key. Generated values are neither NULL nor checked: to evaluate them
/// would use them up. The other values must be unique all the same.
fn key_checks(value: &ValueSource) -> Vec<PreflightKind> {
    if !is_generated(value) {
        return vec![
            PreflightKind::NotNull(value.clone()),
            PreflightKind::Unique(value.clone()),
        ];
    }
    let present = ValueSource {
        fill: None,
        ..value.clone()
    };
    let has_values = present.column.is_some() && !is_generated(&present);
    let check = has_values.then_some(PreflightKind::Unique(present));
    check.into_iter().collect()
}

/// Returns whether a value is the same each time it is computed from a row: it is neither a function
/// of the application, which runs once per row, nor generated.
fn is_repeatable(value: &ValueSource) -> bool {
    !value.uses_function() && !is_generated(value)
}

/// Returns whether a value comes from a function such as `gen_random_uuid()`.
fn is_generated(value: &ValueSource) -> bool {
    let mut casts = value.stages.iter().flat_map(|stage| {
        let fallback = match &stage.on_fail {
            OnFail::Default(expr) => Some(expr),
            _ => None,
        };
        stage.cast.iter().chain(fallback)
    });
    let is_constant = casts.all(Expr::is_constant);
    !is_constant || value.fill.as_ref().is_some_and(|fill| !fill.is_constant())
}

/// Rebuilt table that is yet to replace the old one.
pub(in crate::plan) struct RebuiltTable {
    pub(in crate::plan) name: String,
    /// SERIAL properties.
    pub(in crate::plan) counting: Vec<String>,
}

/// Returns the columns to copy: all but those that the engine numbers.
pub(in crate::plan) fn columns_to_copy(columns: Vec<TargetColumn>) -> Vec<(String, ValueSource)> {
    let copied = columns.into_iter().filter(|c| !c.value.is_counted());
    copied.map(|c| (c.property.name, c.value)).collect()
}
