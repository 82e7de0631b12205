//! Rebuilds: what the engine cannot alter in place is made anew beside the old, filled through the
//! write-ahead log, counted, and put in the old one's place.
//!
//! A rel table is rebuilt for another type or default of a property, another multiplicity or
//! storage direction. A node table is rebuilt for another primary key, for a default that differs by
//! row, or to be rid of an index, and with it every rel table that joins it. Filling is always
//! `MATCH … CREATE`: a COPY is not in the log, and beside an open
//! reader it can lose every row.

use std::collections::{BTreeMap, BTreeSet};

use super::build::{Builder, Kept, PlanError, count_rows, folds};
use super::demand::What;
use super::hazard::{Hazard, HazardKind};
use super::operation::{Operation, Purpose};
use super::original::Original;
use super::serial::counting;
use super::value::Value;
use super::work::{Work, WorkKind};
use crate::event::{ObjectId, OnFail};
use crate::fold::{Body, Fold, Object};
use crate::schema::name::quote;
use crate::schema::{Expr, Key, Multiplicity, Property, Table, TableKind, Type};

/// A column of a table as it will be.
pub(super) struct Column {
    pub(super) property: Property,
    pub(super) value: Value,
}

impl Column {
    fn is_cast(&self) -> bool {
        !self.value.stages.is_empty() || self.value.by.is_some()
    }
}

/// A table that has the rows of another, and is yet to be put in its place.
struct Rebuilt {
    name: String,
    /// The properties that count.
    counting: Vec<String>,
}

/// The columns that are copied, without those that the engine counts.
fn copied(columns: Vec<Column>) -> Vec<(String, Value)> {
    let copied = columns.into_iter().filter(|c| !c.value.is_counted());
    copied.map(|c| (c.property.name, c.value)).collect()
}

/// Tables that are rebuilt, by their names after all renames.
#[derive(Default)]
pub(super) struct Rebuilds {
    nodes: BTreeSet<ObjectId>,
    edges: BTreeSet<ObjectId>,
}

impl Rebuilds {
    pub(super) fn contains(&self, table: ObjectId) -> bool {
        self.nodes.contains(&table) || self.edges.contains(&table)
    }
}

/// The node tables that are rebuilt, by the names they have in the database.
fn moved(kept: &[Kept<'_>], rebuilds: &Rebuilds) -> BTreeSet<Key> {
    let nodes = kept
        .iter()
        .filter(|t| rebuilds.nodes.contains(&t.object.id));
    nodes.map(|t| Key::new(&t.live.name)).collect()
}

impl<'a> Builder<'a> {
    /// Which tables cannot be altered in place.
    pub(super) fn find_rebuilds(&mut self, kept: &[Kept<'a>]) -> Rebuilds {
        let needed = self.needed_rebuilds(kept, &BTreeSet::new());
        let rebuilds = self.needed_rebuilds(kept, self.mend);
        let all = rebuilds.nodes.union(&rebuilds.edges);
        self.mended = all.filter(|id| !needed.contains(**id)).copied().collect();
        let moved = moved(kept, &rebuilds);
        self.refuse_foreign(kept, &moved);
        rebuilds
    }

    fn needed_rebuilds(&self, kept: &[Kept<'a>], mend: &BTreeSet<ObjectId>) -> Rebuilds {
        let mut rebuilds = Rebuilds::default();
        for table in kept.iter().filter(|t| t.live.kind.is_node()) {
            let mend = mend.contains(&table.object.id);
            if mend
                || self.key_changes(table.object)
                || self.purges_by_rebuild(table)
                || self.fills_by_row(table)
                || self.index_needs_rebuild(table)
                || self.recounts(table)
            {
                rebuilds.nodes.insert(table.object.id);
            }
        }
        let moved = moved(kept, &rebuilds);
        for table in kept {
            let TableKind::Edge { pairs, .. } = &table.live.kind else {
                continue;
            };
            let joined = pairs
                .iter()
                .any(|p| moved.contains(&p.from) || moved.contains(&p.to));
            let joined = joined || mend.contains(&table.object.id);
            let changes = self.edge_changes(table) || self.recounts(table);
            if joined || changes || self.purges_by_rebuild(table) {
                rebuilds.edges.insert(table.object.id);
            }
        }
        rebuilds
    }

    fn key_changes(&self, table: &Object) -> bool {
        let Some(before) = self.before.object(table.id) else {
            return false;
        };
        let (Body::NodeTable { key: was }, Body::NodeTable { key: is }) =
            (&before.body, &table.body)
        else {
            return false;
        };
        was != is || self.changes_column(*is)
    }

    fn edge_changes(&self, table: &Kept<'_>) -> bool {
        let Some(before) = self.before.object(table.object.id) else {
            return false;
        };
        before.body != table.object.body
            || self.after.children(table.object.id).any(|child| {
                let changes = self.here(child, table).is_some() && self.changes_column(child.id);
                changes || self.fills(child, table)
            })
    }

    /// Whether a rel property gets values that no ADD gives it. To SET them takes three times as
    /// long as a rebuild, and where many rels share a node for ever.
    fn fills(&self, child: &Object, table: &Kept<'_>) -> bool {
        if !child.is_live() || self.leave.contains(&child.id) {
            return false;
        }
        let Some(is) = self.after.property(child) else {
            return false;
        };
        let fill = self.fill(&table.name, &is.name).is_some() && !self.can.set_rels;
        let fill = fill || self.is_filled_by(&table.name, &is.name);
        let sets = self.evaluated(&is).is_some() && !self.can.set_rels;
        let refused = |expr: &Expr| !folds(expr) && (sets || !self.can.add_to_rels);
        match self.here(child, table) {
            Some(_) => fill && self.becomes_required(child.id),
            None => fill || is.default.as_ref().is_some_and(refused),
        }
    }

    pub(super) fn becomes_required(&self, id: ObjectId) -> bool {
        let was = self.before.object(id).and_then(|o| self.before.property(o));
        let is = self.after.object(id).and_then(|o| self.after.property(o));
        matches!((was, is), (Some(was), Some(is)) if was.nullable && !is.nullable)
    }

    /// Whether the column changes, and the engine cannot do it by itself.
    fn changes_column(&self, id: ObjectId) -> bool {
        self.changed(id).is_some() && !self.alters(id)
    }

    /// The property as it was and as it will be, if its column changes.
    pub(super) fn changed(&self, id: ObjectId) -> Option<(Property, Property)> {
        let was = self.before.property(self.before.object(id)?)?;
        let is = self.after.property(self.after.object(id)?)?;
        (was.ty != is.ty || was.default != is.default).then_some((was, is))
    }

    /// Rel tables that no event made would lose the nodes they join.
    fn refuse_foreign(&mut self, kept: &[Kept<'_>], moved: &BTreeSet<Key>) {
        let ours: BTreeSet<Key> = kept.iter().map(|t| Key::new(&t.live.name)).collect();
        for (key, table) in &self.live.tables {
            let TableKind::Edge { pairs, .. } = &table.kind else {
                continue;
            };
            let joins = pairs
                .iter()
                .any(|p| moved.contains(&p.from) || moved.contains(&p.to));
            let goes = self.owned.get(key).is_some_and(|id| self.is_gone(*id));
            if joins && !goes && !ours.contains(key) {
                self.errors.push(PlanError::Impossible {
                    object: table.name.clone(),
                    reason: "it joins a node table that must be rebuilt, and is not declared; \
                             declare it, so that its rels can follow"
                        .into(),
                });
            }
        }
    }

    /// The steps of all rebuilds.
    pub(super) fn rebuild(&mut self, kept: &[Kept<'a>], rebuilds: &Rebuilds) {
        let mut keys: BTreeMap<Key, (String, String, Value)> = BTreeMap::new();
        let mut old: Vec<(&Kept<'a>, Rebuilt)> = Vec::new();
        for table in kept
            .iter()
            .filter(|t| rebuilds.nodes.contains(&t.object.id))
        {
            if let Some((rebuilt, key, value)) = self.rebuild_node(table) {
                keys.insert(Key::new(&table.name), (rebuilt.name.clone(), key, value));
                old.push((table, rebuilt));
            }
        }
        let mut edges = Vec::new();
        for table in kept
            .iter()
            .filter(|t| rebuilds.edges.contains(&t.object.id))
        {
            edges.extend(
                self.rebuild_edge(table, &keys)
                    .map(|rebuilt| (table, rebuilt)),
            );
        }
        // Rel tables hold on to node tables, so they go first.
        old.splice(0..0, edges);
        for (table, _) in &old {
            self.drop_copied(table);
        }
        for (table, rebuilt) in old {
            self.claim_name(table, rebuilt.counting);
            self.drop_counters(table.object.id, Some(&rebuilt.name));
            let (from, to, purpose) = (rebuilt.name, table.name.clone(), Purpose::Rebuilt);
            let operation = Operation::RenameTable {
                from: from.clone(),
                to: to.clone(),
                purpose,
            };
            self.push(operation, &[&from, &to], Vec::new());
        }
    }

    fn drop_copied(&mut self, table: &Kept<'a>) {
        let name = &table.name;
        if table.live.kind.is_node() {
            self.drop_indexes(table);
        }
        self.complete_claims(name, self.counting_before(table));
        let operation = Operation::DropCopied {
            table: name.clone(),
        };
        self.push(operation, &[name], Vec::new());
    }

    /// The columns of a table in the database, as they will be. What nobody knows comes along.
    fn columns(&mut self, table: &Kept<'a>) -> Option<Vec<Column>> {
        let children: Vec<&'a Object> = self.after.children(table.object.id).collect();
        let mut columns: BTreeMap<Key, Column> = BTreeMap::new();
        let mut archived = Vec::new();
        let purged: BTreeSet<Key> = self
            .purged_columns(table)
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        for property in table.live.properties.values() {
            if purged.contains(&Key::new(&property.name)) {
                continue;
            }
            let object = children.iter().find(|child| {
                self.here(child, table)
                    .is_some_and(|here| here.name == property.name)
            });
            let name = object.map_or_else(|| property.name.clone(), |o| self.after.physical(o));
            // Renames come before, so the old table has the new names already.
            let mut value = Value::same(&name, &property.ty);
            let mut property = Property {
                name: name.clone(),
                ..property.clone()
            };
            if let Some((object, (was, is))) = object.and_then(|o| Some((o, self.changed(o.id)?))) {
                let original = self.original(object.id, table, (&was, &is));
                let path = format!("{}.{name}", table.name);
                let by = self.cast_by(object.id, &path, (&name, &property.ty));
                if !was.ty.fits_in(&is.ty) || by.is_some() {
                    archived.extend(self.archive(object.id).map(|name| Column {
                        property: Property {
                            name,
                            default: None,
                            ty: was.ty.stored().clone(),
                            ..was
                        },
                        value: value.clone(),
                    }));
                }
                value = Value {
                    by,
                    ..self.value((object.id, &name), (&property.ty, &is.ty), original)
                };
                property = Property { name, ..is };
            } else if let Some(Expr::Opaque(_)) = property.default {
                property.default = object
                    .and_then(|o| self.after.property(o))
                    .and_then(|p| p.default);
            }
            if matches!(property.ty, Type::Unknown(_))
                || matches!(property.default, Some(Expr::Opaque(_)))
            {
                self.errors.push(PlanError::Impossible {
                    object: format!("{}.{name}", table.name, name = property.name),
                    reason: "its table must be rebuilt for this change, and this column's type or \
                             default cannot be written anew"
                        .into(),
                });
                return None;
            }
            if let Some(object) = object.filter(|o| self.becomes_required(o.id)) {
                value.fill = self.fill(&table.name, &self.after.physical(object));
                if value.fill.is_none() {
                    value.fill_by = self.fill_by(table, object);
                }
            }
            columns.insert(Key::new(&property.name), Column { property, value });
        }
        for child in children {
            if self.here(child, table).is_some() {
                continue;
            }
            if let Some(column) = self.new_column(child, table) {
                columns.insert(Key::new(&column.property.name), column);
                self.made.insert(child.id);
            }
        }
        let order = self.order_by(&table.name, columns.keys());
        let mut out: Vec<Column> = order.iter().filter_map(|key| columns.remove(key)).collect();
        out.extend(archived);
        let by = out
            .iter_mut()
            .flat_map(|column| [&mut column.value.by, &mut column.value.fill_by]);
        for (slot, by) in by.flatten().enumerate() {
            by.slot = slot;
        }
        Some(out)
    }

    /// A property that is new, where its rows get more than what ADD gives.
    fn new_column(&mut self, child: &Object, table: &Kept<'a>) -> Option<Column> {
        let property = self.after.property(child)?;
        let counts = property.ty == Type::Serial;
        let by_row = table.live.kind.is_node() && self.is_by_row(&property);
        if !self.is_added(child, table)
            || !(counts || by_row || self.fills(child, table) || self.after.is_key(child.id))
        {
            return None;
        }
        let fill = self.fill(&table.name, &property.name);
        let value = match self.fill_by(table, child).filter(|_| fill.is_none()) {
            Some(by) => Value::made(&property.ty, by),
            None if counts => Value::counted(),
            None => Value::new(&property.ty, fill.or_else(|| property.default.clone())?),
        };
        Some(Column { property, value })
    }

    /// How new values of a property are made, and of what.
    pub(super) fn value(
        &self,
        (id, from): (ObjectId, &str),
        (was, is): (&Type, &Type),
        original: Option<Original>,
    ) -> Value {
        let stages = self.stages(id, was, is);
        let may_fail = stages.iter().any(|stage| stage.on_fail != OnFail::Abort);
        // A cast that fails may leave NULL where there was none, and must not be any.
        let required = |fold: &Fold| {
            let property = fold.object(id).and_then(|o| fold.property(o));
            property.is_some_and(|property| !property.nullable)
        };
        let lacks = may_fail && required(self.before) && required(self.after);
        let fill = self.after.object(id).filter(|_| lacks);
        Value {
            fill: fill.and_then(|object| self.fill_of(object)),
            stages,
            to: is.clone(),
            // Rows go two ways, and not for two reasons.
            original: original
                .filter(|o| !may_fail || o.is_beside() || !o.may_have_failed())
                .map(Box::new),
            ..Value::same(from, was)
        }
    }

    /// What the source says that rows get which have no value of this property.
    pub(super) fn fill_of(&self, property: &Object) -> Option<Expr> {
        let table = self.after.object(property.parent?)?;
        let table = self.after.physical(table);
        self.fill(&table, &self.after.physical(property))
    }

    fn make(
        &mut self,
        table: &Kept<'_>,
        columns: &[Column],
        kind: TableKind,
        pairs: Vec<(String, String)>,
    ) -> String {
        let name = self.rebuilt_name(table, columns);
        let made = Table {
            name: name.clone(),
            kind,
            properties: columns
                .iter()
                .map(|c| (Key::new(&c.property.name), c.property.clone()))
                .collect(),
            indexes: BTreeMap::new(),
            comment: table.live.comment.clone(),
        };
        let order = columns.iter().map(|c| Key::new(&c.property.name)).collect();
        let mut names = vec![name.clone()];
        names.extend(pairs.iter().flat_map(|(a, b)| [a.clone(), b.clone()]));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.push(
            Operation::CreateTable {
                table: made,
                order,
                pairs,
            },
            &names,
            Vec::new(),
        );
        name
    }

    fn hazards(&self, table: &Kept<'_>, breaks: bool, may_fail: bool) -> Vec<Hazard> {
        if self.mended.contains(&table.object.id) {
            // As it was, and checked by count.
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

    /// The new node table, and how an old row finds its new one.
    fn rebuild_node(&mut self, table: &Kept<'a>) -> Option<(Rebuilt, String, Value)> {
        let columns = self.columns(table)?;
        let Body::NodeTable { key } = table.object.body else {
            return None;
        };
        let key = self.after.physical(self.after.object(key)?);
        let Some(value) = columns.iter().find(|c| c.property.name == key) else {
            self.errors.push(PlanError::Impossible {
                object: format!("{}.{key}", table.name),
                reason: "it is to be the primary key, is new, and the rows that are there have no \
                         value for it; say what they get, for example `#[kuzu(fill = \
                         \"gen_random_uuid()\")]`"
                    .into(),
            });
            return None;
        };
        let (key_name, value) = self.followed(table, &columns, (&key, &value.value));
        self.check_ways(table, &columns)?;
        let kind = TableKind::Node {
            primary_key: Key::new(&key),
        };
        let to = self.make(table, &columns, kind, Vec::new());
        let changes = |child: &Object| self.changed(child.id).is_some();
        let breaks = self.key_changes(table.object)
            || columns.iter().any(Column::is_cast)
            || self.after.children(table.object.id).any(changes);
        let hazards = self.hazards(table, breaks, breaks);
        let from = table.name.clone();
        let mut demands = self.castables(table, &columns);
        let path = format!("{from}.{key}");
        let made = columns.iter().find(|c| c.property.name == key);
        let live = self.in_live(table, made.map_or(&value, |c| &c.value));
        let keys = [What::Present(live.clone()), What::Unique(live.clone())];
        let asked = self.key_changes(table.object) && !live.is_made();
        for what in keys.into_iter().filter(|_| asked) {
            demands.push(self.demand(&path, table, what));
        }
        let counting = counting(&columns);
        let operation = Operation::CopyNodes {
            from: from.clone(),
            to: to.clone(),
            columns: copied(columns),
        };
        let count = count_rows(&table.live.name, true);
        let step = self.push_step(operation, &[&from, &to], hazards);
        step.checks = vec![(count_rows(&from, true), count_rows(&to, true))];
        step.demands = demands;
        step.work = Some(Work::new(WorkKind::CopyNode, count));
        self.count_on(table, &to, &counting);
        Some((Rebuilt { name: to, counting }, key_name, value))
    }

    /// By which column of the new table rels find their nodes: by the new key, unless it is made
    /// anew each time it is asked for; then by the old one, which comes along.
    fn followed(
        &self,
        table: &Kept<'_>,
        columns: &[Column],
        (key, value): (&str, &Value),
    ) -> (String, Value) {
        let old = self.before.key(table.object.id);
        let old = old.and_then(|id| self.after.object(id));
        let old = old.map(|object| self.after.physical(object));
        let is_old = |column: &&Column| {
            let from = column.value.from.as_ref();
            !column.value.is_made() && from.is_some_and(|(from, _)| Some(from) == old.as_ref())
        };
        let anew = value.from.is_none() || value.is_made();
        match columns.iter().find(is_old).filter(|_| anew) {
            Some(column) => (column.property.name.clone(), column.value.clone()),
            None => (key.to_owned(), value.clone()),
        }
    }

    fn rebuild_edge(
        &mut self,
        table: &Kept<'a>,
        keys: &BTreeMap<Key, (String, String, Value)>,
    ) -> Option<Rebuilt> {
        let columns = self.columns(table)?;
        self.check_ways(table, &columns)?;
        let Body::EdgeTable {
            multiplicity,
            storage,
        } = table.object.body
        else {
            return None;
        };
        let TableKind::Edge { pairs, .. } = &table.live.kind else {
            return None;
        };
        let here: Vec<(String, String)> = pairs
            .iter()
            .map(|p| (self.renamed(&p.from), self.renamed(&p.to)))
            .collect();
        let moved = |name: &String| keys.get(&Key::new(name));
        let place = |name: &String| moved(name).map_or_else(|| name.clone(), |m| m.0.clone());
        let there = here.iter().map(|(a, b)| (place(a), place(b))).collect();
        let kind = TableKind::Edge {
            pairs: BTreeSet::new(),
            multiplicity: Some(multiplicity),
            storage,
        };
        let to = self.make(table, &columns, kind, there);
        let tightens = self.tightens(table, multiplicity);
        let may_fail = tightens || columns.iter().any(Column::is_cast);
        let breaks = self.edge_changes(table)
            || here.iter().flat_map(|(a, b)| [a, b]).any(|name| {
                let node = self.after.find(None, &Key::new(name));
                node.is_some_and(|node| self.key_changes(node))
            });
        let mut hazards = self.hazards(table, breaks, may_fail);
        let mut demands = self.castables(table, &columns);
        demands.extend(tightens.then(|| self.single(table, multiplicity)));
        let live: Vec<String> = pairs
            .iter()
            .map(|pair| {
                let name = |key: &Key| self.live.tables.get(key).map(|t| quote(&t.name));
                let (a, b) = (name(&pair.from), name(&pair.to));
                let rel = quote(&table.live.name);
                let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
                format!("MATCH (:{a})-[r:{rel}]->(:{b}) RETURN count(*)")
            })
            .collect();
        let counting = counting(&columns);
        let named = copied(columns);
        let from = table.name.clone();
        for ((a, b), live) in here.into_iter().zip(live) {
            let ends = [moved(&a).cloned(), moved(&b).cloned()];
            let count = |table: &str, a: &str, b: &str| {
                format!(
                    "MATCH (:{})-[r:{}]->(:{}) RETURN count(*)",
                    quote(a),
                    quote(table),
                    quote(b)
                )
            };
            let checks = vec![(count(&from, &a, &b), count(&to, &place(&a), &place(&b)))];
            let operation = Operation::CopyRels {
                from: from.clone(),
                to: to.clone(),
                pair: (a, b),
                moved: Box::new(ends),
                columns: named.clone(),
            };
            let hazards = std::mem::take(&mut hazards);
            let step = self.push_step(operation, &[&from, &to], hazards);
            step.checks = checks;
            step.demands = std::mem::take(&mut demands);
            step.work = Some(Work::new(WorkKind::CopyRel, live));
        }
        self.count_on(table, &to, &counting);
        Some(Rebuilt { name: to, counting })
    }

    fn tightens(&self, table: &Kept<'_>, to: Multiplicity) -> bool {
        let before = self.before.object(table.object.id).map(|o| &o.body);
        match before {
            Some(Body::EdgeTable { multiplicity, .. }) => {
                *multiplicity != to && to != Multiplicity::ManyMany
            }
            _ => false,
        }
    }

    /// A table's name after all renames, from the one it has in the database.
    fn renamed(&self, key: &Key) -> String {
        let spelled = || {
            self.live
                .tables
                .get(key)
                .map_or_else(|| key.to_string(), |t| t.name.clone())
        };
        let object = self.owned.get(key).and_then(|id| self.after.object(*id));
        object.map_or_else(spelled, |o| self.after.physical(o))
    }
}
