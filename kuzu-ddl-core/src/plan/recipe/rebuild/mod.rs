//! Rebuilds: tables that the engine cannot alter in place.
//!
//! A replacement is created next to the old table, filled through the write-ahead log, verified by
//! row counts, and swapped in.
//!
//! A rel table is rebuilt for another type or default of a property, another multiplicity or
//! storage direction. A node table is rebuilt for another primary key, for a default that varies
//! per row, for a list with nested elements that would be SET, for a property that becomes or ceases
//! to be SERIAL, or to drop an index, and with it
//! every rel table that connects it. Filling is always `MATCH … CREATE`: a COPY is not in the log,
//! and with a reader open it can lose every row.

pub(in crate::plan) mod archived_columns;
pub(in crate::plan) mod columns;
pub(in crate::plan) mod copy;

use std::collections::{BTreeMap, BTreeSet};

use copy::RebuiltTable;

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::error::PlanError;
use super::super::operation::{Operation, RenameReason};
use super::super::value::ValueSource;
use super::add_property::folds;
use crate::event::ObjectId;
use crate::fold::{Object, ObjectBody};
use crate::schema::{Expr, NameKey, Property, TableKind};

/// Tables to rebuild, by identity.
#[derive(Default)]
pub(in crate::plan) struct RebuildSet {
    nodes: BTreeSet<ObjectId>,
    edges: BTreeSet<ObjectId>,
}

impl RebuildSet {
    pub(in crate::plan) fn contains(&self, table: ObjectId) -> bool {
        self.nodes.contains(&table) || self.edges.contains(&table)
    }
}

/// Returns the node tables to rebuild, by their names in the database.
fn moved(existing: &[ExistingTable<'_>], rebuilds: &RebuildSet) -> BTreeSet<NameKey> {
    let nodes = existing
        .iter()
        .filter(|t| rebuilds.nodes.contains(&t.object.id));
    nodes.map(|t| NameKey::new(&t.live.name)).collect()
}

impl<'a> PlanBuilder<'a> {
    /// Determines which tables cannot be altered in place.
    pub(in crate::plan) fn find_rebuilds(
        &mut self,
        existing: &[ExistingTable<'a>],
        created: &[&Object],
    ) -> RebuildSet {
        self.free_serial_sequences(existing, created);
        let needed = self.needed_rebuilds(existing, &BTreeSet::new());
        let forced = self.forced_rebuilds.union(&self.freeing).copied().collect();
        let rebuilds = self.needed_rebuilds(existing, &forced);
        let all = rebuilds.nodes.union(&rebuilds.edges);
        self.rebuilt = all.filter(|id| !needed.contains(**id)).copied().collect();
        let moved = moved(existing, &rebuilds);
        self.reject_unmanaged_rels(existing, &moved);
        rebuilds
    }

    fn needed_rebuilds(
        &self,
        existing: &[ExistingTable<'a>],
        forced: &BTreeSet<ObjectId>,
    ) -> RebuildSet {
        let mut rebuilds = RebuildSet::default();
        for table in existing.iter().filter(|t| t.live.kind.is_node()) {
            let forced = forced.contains(&table.object.id);
            if forced
                || self.key_changes(table.object)
                || self.purges_by_rebuild(table)
                || self.needs_rebuild_for_default(table)
                || self.needs_rebuild_for_elements(table)
                || self.index_needs_rebuild(table)
                || self.serial_changes(table)
                || self.needs_rebuild_for_columns(table)
            {
                rebuilds.nodes.insert(table.object.id);
            }
        }
        let moved = moved(existing, &rebuilds);
        for table in existing {
            let TableKind::Edge { pairs, .. } = &table.live.kind else {
                continue;
            };
            let joined = pairs
                .iter()
                .any(|p| moved.contains(&p.from) || moved.contains(&p.to));
            let joined = joined || forced.contains(&table.object.id);
            let changes = self.edge_changes(table)
                || self.serial_changes(table)
                || self.missing_columns_need_rebuild(table);
            if joined || changes || self.purges_by_rebuild(table) {
                rebuilds.edges.insert(table.object.id);
            }
        }
        rebuilds
    }

    /// Returns whether a node table gets another primary key, or the key's column changes.
    pub(in crate::plan) fn key_changes(&self, table: &Object) -> bool {
        let Some(before) = self.before.object(table.id) else {
            return false;
        };
        let (ObjectBody::NodeTable { key: was }, ObjectBody::NodeTable { key: is }) =
            (&before.body, &table.body)
        else {
            return false;
        };
        was != is || self.changes_column(*is)
    }

    /// Returns whether a rel table changes in a way that the engine cannot make in place.
    pub(in crate::plan) fn edge_changes(&self, table: &ExistingTable<'_>) -> bool {
        let Some(before) = self.before.object(table.object.id) else {
            return false;
        };
        before.body != table.object.body
            || self.after.children(table.object.id).any(|child| {
                let changes =
                    self.live_property(child, table).is_some() && self.changes_column(child.id);
                changes || self.fills(child, table)
            })
    }

    /// Returns whether a rel property gets values that an ADD does not give it. To SET them takes
    /// three times as long as a rebuild, and never ends where many rels share a node.
    pub(in crate::plan) fn fills(&self, child: &Object, table: &ExistingTable<'_>) -> bool {
        if !child.is_live() || self.ignored.contains(&child.id) {
            return false;
        }
        let Some(is) = self.after.property(child) else {
            return false;
        };
        let fill = self.fill(&table.name, &is.name).is_some() && !self.capabilities.set_rels_linear;
        let fill = fill || self.uses_fill_function(&table.name, &is.name);
        let sets = self.set_expression(&is).is_some() && !self.capabilities.set_rels_linear;
        let refused =
            |expr: &Expr| !folds(expr) && (sets || !self.capabilities.add_volatile_default_to_rels);
        match self.live_property(child, table) {
            Some(_) => fill && self.becomes_required(child.id),
            None => fill || is.default.as_ref().is_some_and(refused),
        }
    }

    /// Returns whether a property changes from nullable to required.
    pub(in crate::plan) fn becomes_required(&self, id: ObjectId) -> bool {
        let was = self.before.object(id).and_then(|o| self.before.property(o));
        let is = self.after.object(id).and_then(|o| self.after.property(o));
        matches!((was, is), (Some(was), Some(is)) if was.nullable && !is.nullable)
    }

    /// Returns whether the column changes in a way that the engine cannot make by itself.
    fn changes_column(&self, id: ObjectId) -> bool {
        self.changed(id).is_some() && !self.can_alter_type(id)
    }

    /// Returns the property before and after, if its column changes.
    pub(in crate::plan) fn changed(&self, id: ObjectId) -> Option<(Property, Property)> {
        let was = self.before.property(self.before.object(id)?)?;
        let is = self.after.property(self.after.object(id)?)?;
        (was.ty != is.ty || was.default != is.default).then_some((was, is))
    }

    /// Rejects a rebuild that would disconnect unmanaged rel tables from their nodes.
    fn reject_unmanaged_rels(&mut self, existing: &[ExistingTable<'_>], moved: &BTreeSet<NameKey>) {
        let ours: BTreeSet<NameKey> = existing
            .iter()
            .map(|t| NameKey::new(&t.live.name))
            .collect();
        for (key, table) in &self.live.tables {
            let TableKind::Edge { pairs, .. } = &table.kind else {
                continue;
            };
            let joins = pairs
                .iter()
                .any(|p| moved.contains(&p.from) || moved.contains(&p.to));
            let is_removed = self
                .managed
                .get(key)
                .is_some_and(|id| self.is_purged_by_plan(*id));
            if joins && !is_removed && !ours.contains(key) {
                self.errors.push(PlanError::Unsupported {
                    object: table.name.clone(),
                    reason: "it connects a node table that must be rebuilt, and is not declared\n\
                             help: declare it, so that its rels are copied"
                        .into(),
                });
            }
        }
    }

    /// Plans the steps of all rebuilds.
    pub(in crate::plan) fn rebuild(
        &mut self,
        existing: &[ExistingTable<'a>],
        rebuilds: &RebuildSet,
    ) {
        let mut keys: BTreeMap<NameKey, (String, String, ValueSource)> = BTreeMap::new();
        let mut old: Vec<(&ExistingTable<'a>, RebuiltTable)> = Vec::new();
        for table in existing
            .iter()
            .filter(|t| rebuilds.nodes.contains(&t.object.id))
        {
            if let Some((rebuilt, key, value)) = self.rebuild_node(table) {
                keys.insert(
                    NameKey::new(&table.name),
                    (rebuilt.name.clone(), key, value),
                );
                old.push((table, rebuilt));
            }
        }
        let mut edges = Vec::new();
        for table in existing
            .iter()
            .filter(|t| rebuilds.edges.contains(&t.object.id))
        {
            edges.extend(
                self.rebuild_edge(table, &keys)
                    .map(|rebuilt| (table, rebuilt)),
            );
        }
        // Rel tables depend on node tables, so they are replaced first.
        old.splice(0..0, edges);
        for (table, _) in &old {
            self.drop_copied(table);
        }
        for (table, rebuilt) in old {
            self.claim_serial_name(table, rebuilt.counting);
            self.drop_serial_sequences(table.object.id, Some(&rebuilt.name));
            let (from, to, purpose) = (rebuilt.name, table.name.clone(), RenameReason::SwapIn);
            let operation = Operation::RenameTable {
                from: from.clone(),
                to: to.clone(),
                purpose,
            };
            self.push(operation, &[&from, &to], Vec::new());
        }
    }

    fn drop_copied(&mut self, table: &ExistingTable<'a>) {
        let name = &table.name;
        if table.live.kind.is_node() {
            self.drop_indexes(table);
        }
        if self.freeing.contains(&table.object.id) {
            return self.drop_with_sequences(table);
        }
        self.complete_serial_sequences(name, self.serial_columns_before(table));
        let operation = Operation::DropReplacedTable {
            table: name.clone(),
        };
        self.push(operation, &[name], Vec::new());
    }
}
