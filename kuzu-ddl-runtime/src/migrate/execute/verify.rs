//! Verification after the steps, inside their transaction: the live schema must equal the target.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::drift::{Drift, DriftKind, Location, detect};
use kuzu_ddl_core::fold::managed_tables;
use kuzu_ddl_core::plan::Operation;
use kuzu_ddl_core::schema::{Multiplicity, NameKey, StorageDirection, Table, TableKind};

use super::super::planning::inputs::PreparedMigration;
use crate::engine::Transaction;
use crate::error::Error;
use crate::inspect::{InspectScope, TableListing, first_column_id, inspect, tables};

/// Largest number of new tables that are all inspected in full.
///
/// The engine creates a table entirely or not at all, and the result differs from the statement at
/// most in the spelling of a type or default. So among many tables, one of each form is inspected
/// in full; for the others, name, kind and comment are compared.
const ALL_SIDES: usize = 128;

/// Inspects the objects that the steps touched; the others cannot have changed.
pub(in crate::migrate) fn verify(
    tx: &Transaction<'_>,
    prepared: &PreparedMigration,
) -> Result<CatalogSnapshot, Error> {
    let mut before = BTreeSet::new();
    let mut touched = BTreeSet::new();
    let mut created: BTreeMap<NameKey, &Table> = BTreeMap::new();
    let mut orders: BTreeMap<NameKey, &[NameKey]> = BTreeMap::new();
    for step in &prepared.plan.steps {
        match &step.operation {
            Operation::RenameTable { from, to, .. } => {
                before.insert(NameKey::new(from));
                touched.insert(NameKey::new(to));
            }
            Operation::CreateTable { table, order, .. } => {
                created.insert(NameKey::new(&table.name), table);
                orders.insert(NameKey::new(&table.name), order);
            }
            other => {
                touched.insert(NameKey::new(other.table()));
            }
        }
    }
    created.retain(|key, _| !touched.contains(key));
    if before.is_empty() && touched.is_empty() && created.is_empty() {
        return Ok(prepared.found.clone());
    }
    let mut found;
    if before.is_empty() {
        let plain = if created.len() > ALL_SIDES {
            representatives(created)
        } else {
            touched.extend(created.into_keys());
            BTreeMap::new()
        };
        touched.extend(
            plain
                .iter()
                .filter(|(_, seen)| **seen)
                .map(|(key, _)| key.clone()),
        );
        found = refreshed_snapshot(tx, prepared, &touched)?;
        let listed = plain
            .into_iter()
            .filter(|(_, seen)| !seen)
            .map(|(key, _)| key);
        let listed = listed.map(|key| {
            let order = orders.get(&key).copied().unwrap_or_default();
            (key, order)
        });
        add_as_planned(&tables(tx)?, prepared, listed.collect(), &mut found)?;
    } else {
        // A renamed node table is renamed in the pairs of every rel table.
        found = inspect(tx, InspectScope::All)?;
        touched.extend(found.schema.tables.keys().cloned());
        touched.extend(before);
    }
    let rows = detect(
        &prepared.after,
        &found.schema,
        &prepared.local,
        Some(&touched),
    );
    require_no_drift(untolerated_drift(rows, prepared))?;
    Ok(found)
}

fn require_no_drift(rows: Vec<Drift>) -> Result<(), Error> {
    if rows.is_empty() {
        Ok(())
    } else {
        Err(Error::VerificationFailed(rows))
    }
}

/// Returns the earlier snapshot with `touched` refreshed.
fn refreshed_snapshot(
    tx: &Transaction<'_>,
    prepared: &PreparedMigration,
    touched: &BTreeSet<NameKey>,
) -> Result<CatalogSnapshot, Error> {
    let now = inspect(tx, InspectScope::Only(touched))?;
    let mut found = prepared.found.clone();
    for key in touched {
        found.schema.tables.remove(key);
        found.table_ids.remove(key);
        found.column_id_gaps.remove(key);
        found.column_ids.remove(key);
    }
    found.schema.tables.extend(now.schema.tables);
    found.table_ids.extend(now.table_ids);
    found.column_id_gaps.extend(now.column_id_gaps);
    found.column_ids.extend(now.column_ids);
    found.schema.sequences = now.schema.sequences;
    Ok(found)
}

/// Returns every part of a table whose spelling the engine may change.
fn spellings(
    table: &Table,
) -> impl Iterator<Item = (Option<(Multiplicity, StorageDirection)>, String)> {
    let edge = match &table.kind {
        TableKind::Node { .. } => None,
        TableKind::Edge {
            multiplicity,
            storage,
            ..
        } => Some((multiplicity.unwrap_or_default(), *storage)),
    };
    let properties = table.properties.values();
    std::iter::once((edge, String::new())).chain(properties.map(move |property| {
        (
            edge,
            format!("{} {:?}", property.ty, property.default_cypher()),
        )
    }))
}

/// Returns the tables, each with whether it has a form that no earlier one has.
fn representatives(created: BTreeMap<NameKey, &Table>) -> BTreeMap<NameKey, bool> {
    let mut seen_spellings = BTreeSet::new();
    let of = |(key, table): (NameKey, &Table)| {
        let before = seen_spellings.len();
        seen_spellings.extend(spellings(table));
        (key, seen_spellings.len() > before)
    };
    created.into_iter().map(of).collect()
}

/// Compares each table of `created` by name, kind and comment, and adds it to the snapshot as
/// planned.
fn add_as_planned(
    listed: &[TableListing],
    prepared: &PreparedMigration,
    created: BTreeMap<NameKey, &[NameKey]>,
    found: &mut CatalogSnapshot,
) -> Result<(), Error> {
    if created.is_empty() {
        return Ok(());
    }
    let listed_tables: BTreeMap<NameKey, &TableListing> =
        listed.iter().map(|t| (NameKey::new(&t.name), t)).collect();
    let mut rows = Vec::new();
    let managed = managed_tables(&prepared.after);
    for (key, order) in created {
        let object = managed.get(&key).and_then(|id| prepared.after.object(*id));
        let planned = object.and_then(|object| prepared.after.physical_table(object));
        let Some(planned) = planned else { continue };
        match listed_tables.get(&key) {
            Some(is)
                if is.name == planned.name
                    && is.node == planned.kind.is_node()
                    && is.comment == planned.comment =>
            {
                found.table_ids.insert(key.clone(), is.id);
                let numbers = order.iter().cloned().zip(first_column_id(is.node)..);
                found.column_ids.insert(key.clone(), numbers.collect());
                found.schema.tables.insert(key, as_inspected(planned));
            }
            _ => {
                let site = Location::Table(key);
                let mut drift = Drift::new(planned.name, DriftKind::Missing, site);
                drift.id = object.map(|o| o.id);
                rows.push(drift);
            }
        }
    }
    require_no_drift(rows)
}

/// Removes what the catalog does not show.
fn as_inspected(mut table: Table) -> Table {
    if let TableKind::Edge { multiplicity, .. } = &mut table.kind {
        *multiplicity = None;
    }
    table.indexes.clear();
    for property in table.properties.values_mut() {
        property.nullable = true;
        property.comment = None;
    }
    table
}

/// Returns the differences that the policy does not tolerate.
pub(in crate::migrate) fn untolerated_drift(
    rows: Vec<Drift>,
    prepared: &PreparedMigration,
) -> Vec<Drift> {
    let tolerated = |row: &Drift| {
        row.id.is_some_and(|id| prepared.leave.contains(&id))
            || (row.id.is_none() && !prepared.tolerated.is_empty())
            || prepared.tolerated.contains(row)
    };
    rows.into_iter().filter(|row| !tolerated(row)).collect()
}
