//! From two states of the events to steps.
//!
//! Identity comes from the events, presence from the live database: an object that is in both
//! states but under another name is renamed, whatever the names are; one that the database does not
//! have is made, unless it is archived already. The phases are fixed and within a phase names decide,
//! so one input gives one plan.

use std::collections::{BTreeMap, BTreeSet};

use super::Step;
use super::demand::What;
use super::hazard::{Hazard, HazardKind};
use super::made::{Later, Making};
use super::operation::{Operation, Purpose, spelled};
use super::purge::is_purged;
use super::rename::{Rename, ordered};
use super::value::Value;
use super::work::{Work, WorkKind};
use crate::drift::owned;
use crate::engine::{Capabilities, KUZU};
use crate::event::{ObjectId, ObjectKind, OnFail};
use crate::fold::{Body, Fold, Object};
use crate::function::{FillBy, Functions};
use crate::inspect::Inspection;
use crate::schema::name::quote;
use crate::schema::{Expr, Key, Property, Schema, Table, TableKind, Type};

/// Column order by table, for tables that are made.
pub type Orders = BTreeMap<Key, Vec<Key>>;

/// What the source says beside the events: for this database alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The column order of new tables.
    pub orders: Orders,
    /// What rows get that have no value yet, by table and property.
    pub fills: BTreeMap<(Key, Key), Expr>,
    /// The functions that make it.
    pub fills_by: BTreeMap<(Key, Key), FillBy>,
    /// What they get whose function gives nothing.
    pub on_fails: BTreeMap<(Key, Key), OnFail>,
    /// The functions that the program has.
    pub functions: Functions,
    /// Whether the plan goes back to what was before.
    pub back: bool,
}

/// What no order of steps can do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The name belongs to something that the events did not make.
    #[error(
        "{object}: the name is taken in the database by something that is not under kuzu-ddl; rename that one by hand, or give this one another name with `#[kuzu(name = \"…\")]`"
    )]
    NameTaken {
        /// The table or property.
        object: String,
    },
    /// The engine has no way to do it.
    #[error("{object}: {reason}")]
    Impossible {
        /// The table or property.
        object: String,
        /// Why, and what to do instead.
        reason: String,
    },
}

/// The database as it is: what a plan starts from.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// What the catalog says.
    pub schema: &'a Schema,
    /// The engine's ids of tables.
    pub ids: &'a BTreeMap<Key, u64>,
    /// Tables of which a property was dropped in place once.
    pub gaps: &'a BTreeMap<Key, Vec<u64>>,
    /// What the engine can do.
    pub can: &'a Capabilities,
    /// The sequences of `SERIAL` properties; `None` where nobody looked.
    pub counters: Option<&'a BTreeSet<Key>>,
    /// Values that a plan before this one left unmade.
    pub making: &'a BTreeMap<ObjectId, Making>,
}

/// A schema of which no more is known, in the engine that there is.
impl<'a> From<&'a Schema> for Live<'a> {
    fn from(schema: &'a Schema) -> Self {
        static IDS: BTreeMap<Key, u64> = BTreeMap::new();
        static GAPS: BTreeMap<Key, Vec<u64>> = BTreeMap::new();
        Self {
            schema,
            ids: &IDS,
            gaps: &GAPS,
            can: &KUZU,
            counters: None,
            making: &NOTHING,
        }
    }
}

impl<'a> From<&'a Inspection> for Live<'a> {
    fn from(found: &'a Inspection) -> Self {
        Self {
            schema: &found.schema,
            ids: &found.ids,
            gaps: &found.gaps,
            can: found.can,
            counters: Some(&found.counters),
            making: &NOTHING,
        }
    }
}

static NOTHING: BTreeMap<ObjectId, Making> = BTreeMap::new();

/// The steps from `before`, which describes `live`, to `after`. Objects in `leave` are known to
/// differ from `before`: they are not mended, and only what `after` changes of them is done.
///
/// # Errors
/// All that cannot be done.
pub fn plan<'a>(
    before: &'a Fold,
    after: &'a Fold,
    live: impl Into<Live<'a>>,
    said: &'a Said,
    leave: &'a BTreeSet<ObjectId>,
) -> Result<Vec<Step>, Vec<PlanError>> {
    static NOTHING: BTreeSet<ObjectId> = BTreeSet::new();
    plan_mending(before, after, live, said, leave, &NOTHING)
}

/// The same, and the tables in `mend` are rebuilt as they are: the engine may have left them so that a
/// later checkpoint crashes.
///
/// # Errors
/// All that cannot be done.
pub fn plan_mending<'a>(
    before: &'a Fold,
    after: &'a Fold,
    live: impl Into<Live<'a>>,
    said: &'a Said,
    leave: &'a BTreeSet<ObjectId>,
    mend: &'a BTreeSet<ObjectId>,
) -> Result<Vec<Step>, Vec<PlanError>> {
    let Live {
        schema: live,
        ids,
        gaps,
        can,
        counters,
        making,
    } = live.into();
    let mut builder = Builder {
        ids,
        gaps,
        can,
        counters,
        making,
        later: Vec::new(),
        owned: owned(before),
        before,
        after,
        live,
        said,
        leave,
        mend,
        mended: BTreeSet::new(),
        made: BTreeSet::new(),
        steps: Vec::new(),
        touched: BTreeMap::new(),
        errors: Vec::new(),
    };
    builder.run();
    let Builder {
        steps, mut errors, ..
    } = builder;
    if errors.is_empty() {
        Ok(steps)
    } else {
        errors.sort();
        Err(errors)
    }
}

pub(super) struct Builder<'a> {
    pub(super) before: &'a Fold,
    pub(super) after: &'a Fold,
    pub(super) live: &'a Schema,
    pub(super) ids: &'a BTreeMap<Key, u64>,
    pub(super) gaps: &'a BTreeMap<Key, Vec<u64>>,
    pub(super) can: &'a Capabilities,
    /// The sequences of `SERIAL` properties.
    pub(super) counters: Option<&'a BTreeSet<Key>>,
    /// Values that a plan before this one left unmade.
    pub(super) making: &'a BTreeMap<ObjectId, Making>,
    /// Values to be made after the transaction.
    pub(super) later: Vec<Later>,
    /// The tables of `before` by their names in the database.
    pub(super) owned: BTreeMap<Key, ObjectId>,
    pub(super) said: &'a Said,
    pub(super) leave: &'a BTreeSet<ObjectId>,
    /// Tables to be rebuilt though nothing about them changes.
    pub(super) mend: &'a BTreeSet<ObjectId>,
    /// Tables that are rebuilt for no other reason.
    pub(super) mended: BTreeSet<ObjectId>,
    /// New properties that a rebuild has made already.
    pub(super) made: BTreeSet<ObjectId>,
    steps: Vec<Step>,
    /// The last step about each table name.
    touched: BTreeMap<Key, usize>,
    pub(super) errors: Vec<PlanError>,
}

/// A table that is there and stays.
pub(super) struct Kept<'a> {
    pub(super) object: &'a Object,
    pub(super) live: &'a Table,
    /// Its name after all renames.
    pub(super) name: String,
}

impl<'a> Builder<'a> {
    fn run(&mut self) {
        self.create_sequences();
        let (kept, created) = self.sort_tables();
        self.drop_purged();
        self.rename_tables(&kept, &created);
        for table in &kept {
            self.rename_properties(table);
        }
        // New rel tables would hold on to node tables that are yet to be replaced.
        let rebuilds = self.find_rebuilds(&kept);
        for table in kept.iter().filter(|t| !rebuilds.contains(t.object.id)) {
            self.drop_in_place(table);
            self.drop_properties(table);
        }
        self.rebuild(&kept, &rebuilds);
        self.create_tables(&created);
        for table in kept.iter().filter(|t| !rebuilds.contains(t.object.id)) {
            self.change_properties(table);
        }
        for table in kept.iter().filter(|table| table.object.is_live()) {
            self.beside(table.object, &table.name, Some(table));
        }
        for object in &created {
            self.beside(object, &self.after.physical(object), None);
        }
        for table in &kept {
            self.nullability(table, rebuilds.contains(table.object.id));
            self.add_properties(table);
        }
        for table in &kept {
            self.pairs(table);
        }
        for table in &kept {
            self.comments(table);
        }
        for object in &created {
            self.property_comments(object, &self.after.physical(object));
        }
        self.drop_sequences();
        // Before the indexes: what is indexed cannot be SET any more.
        self.make_values(&kept);
        self.create_indexes(&kept, &created, &rebuilds);
    }

    /// All tables of `after` by name: those that are there, and those to be made.
    fn sort_tables(&self) -> (Vec<Kept<'a>>, Vec<&'a Object>) {
        let (mut kept, mut created) = (Vec::new(), Vec::new());
        let tables = self.after.objects().filter(|o| o.kind().is_table());
        for object in tables.filter(|o| !is_purged(o)) {
            let name = self.after.physical(object);
            let here = self
                .before
                .object(object.id)
                .map(|o| Key::new(&self.before.physical(o)));
            match here.and_then(|key| self.live.tables.get(&key)) {
                Some(live) => kept.push(Kept { object, live, name }),
                None if object.is_live() && !self.leave.contains(&object.id) => {
                    created.push(object)
                }
                None => {}
            }
        }
        kept.sort_by_key(|t| Key::new(&t.name));
        created.sort_by_key(|o| (o.kind() != ObjectKind::NodeTable, Key::new(&o.name.value)));
        (kept, created)
    }

    pub(super) fn push(&mut self, operation: Operation, names: &[&str], hazards: Vec<Hazard>) {
        self.push_step(operation, names, hazards);
    }

    /// The new step, for what else it needs.
    pub(super) fn push_step(
        &mut self,
        operation: Operation,
        names: &[&str],
        hazards: Vec<Hazard>,
    ) -> &mut Step {
        let keys: Vec<Key> = names.iter().map(|name| Key::new(name)).collect();
        let depends_on = keys
            .iter()
            .filter_map(|key| self.touched.get(key))
            .copied()
            .collect();
        let position = self.steps.len();
        for key in keys {
            self.touched.insert(key, position);
        }
        let cypher = operation.cypher();
        self.steps.push(Step {
            operation,
            cypher,
            checks: Vec::new(),
            hazards,
            demands: Vec::new(),
            work: None,
            depends_on,
        });
        &mut self.steps[position]
    }

    /// Whether an object is known to differ in its name and no event gives it another.
    fn keeps_name(&self, object: &Object) -> bool {
        let before = self
            .before
            .object(object.id)
            .map(|before| self.before.physical(before));
        self.leave.contains(&object.id) && before == Some(self.after.physical(object))
    }

    /// Why an object's name changes.
    fn purpose(&self, object: &Object) -> Purpose {
        let was_live = self.before.object(object.id).is_some_and(Object::is_live);
        match (was_live, object.is_live()) {
            (true, false) => Purpose::Archive,
            (false, true) => Purpose::Restore,
            _ => Purpose::Rename,
        }
    }

    fn rename_tables(&mut self, kept: &[Kept<'_>], created: &[&Object]) {
        let wanted: Vec<Rename> = kept
            .iter()
            .filter(|table| table.live.name != table.name && !self.keeps_name(table.object))
            .map(|table| Rename {
                from: table.live.name.clone(),
                to: table.name.clone(),
                purpose: self.purpose(table.object),
            })
            .collect();
        let mut names: BTreeSet<Key> = self.live.tables.keys().cloned().collect();
        for rename in ordered(wanted, names.clone(), self.can.rename_case) {
            let Rename { from, to, purpose } = rename;
            self.free(&names, &from, &to, &to);
            names.remove(&Key::new(&from));
            names.insert(Key::new(&to));
            let hazards = breaks(purpose, &from);
            let operation = Operation::RenameTable {
                from: from.clone(),
                to: to.clone(),
                purpose,
            };
            self.push(operation, &[&from, &to], hazards);
        }
        // What is made later needs its name free as well.
        for object in created {
            let name = self.after.physical(object);
            if names.contains(&Key::new(&name)) {
                self.errors.push(PlanError::NameTaken { object: name });
            }
        }
    }

    fn free(&mut self, taken: &BTreeSet<Key>, from: &str, to: &str, object: &str) {
        let to = Key::new(to);
        if to != Key::new(from) && taken.contains(&to) {
            self.errors.push(PlanError::NameTaken {
                object: object.to_owned(),
            });
        }
    }

    fn rename_properties(&mut self, table: &Kept<'_>) {
        let mut wanted = Vec::new();
        for child in self.after.children(table.object.id) {
            if !matches!(child.body, Body::Property(_))
                || self.keeps_name(child)
                || self.is_gone(child.id)
            {
                continue;
            }
            let (Some(live), to) = (self.here(child, table), self.after.physical(child)) else {
                continue;
            };
            if live.name != to {
                let (from, purpose) = (live.name.clone(), self.purpose(child));
                wanted.push(Rename { from, to, purpose });
            }
        }
        let mut names: BTreeSet<Key> = table.live.properties.keys().cloned().collect();
        for rename in ordered(wanted, names.clone(), self.can.rename_case) {
            let Rename { from, to, purpose } = rename;
            let path = format!("{}.{from}", table.name);
            self.free(&names, &from, &to, &path);
            names.remove(&Key::new(&from));
            names.insert(Key::new(&to));
            let hazards = breaks(purpose, &path);
            let table_name = table.name.clone();
            let operation = Operation::RenameProperty {
                table: table_name,
                from,
                to,
                purpose,
            };
            self.push(operation, &[&table.name], hazards);
        }
    }

    /// The live property that an object is, if the database has it.
    pub(super) fn here(&self, object: &Object, table: &Kept<'a>) -> Option<&'a Property> {
        let before = self.before.object(object.id)?;
        table
            .live
            .properties
            .get(&Key::new(&self.before.physical(before)))
    }

    fn create_tables(&mut self, created: &[&Object]) {
        for object in created {
            let Some(table) = self.after.table(object) else {
                continue;
            };
            let table = Table {
                // They come later.
                indexes: BTreeMap::new(),
                ..table
            };
            let counting = table.properties.values().filter(|p| p.ty == Type::Serial);
            let counting: Vec<String> = counting.map(|p| p.name.clone()).collect();
            self.refuse_taken(&table.name, counting.iter());
            let order = self.order(&table);
            let name = |key: &Key| self.spelling(key);
            let (pairs, empty) = match &table.kind {
                TableKind::Edge { pairs, .. } => {
                    let pairs: Vec<_> = pairs.iter().map(|pair| spelled(pair, name)).collect();
                    let empty = pairs.is_empty();
                    (pairs, empty)
                }
                TableKind::Node { .. } => (Vec::new(), false),
            };
            if empty {
                let reason = "a rel table needs at least one FROM–TO pair".to_owned();
                self.errors.push(PlanError::Impossible {
                    object: table.name,
                    reason,
                });
                continue;
            }
            let mut names = vec![table.name.clone()];
            names.extend(
                pairs
                    .iter()
                    .flat_map(|(from, to)| [from.clone(), to.clone()]),
            );
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let operation = Operation::CreateTable {
                table: table.clone(),
                order,
                pairs,
            };
            self.push(operation, &names, Vec::new());
        }
    }

    /// A node table's name as spelled after all renames.
    fn spelling(&self, key: &Key) -> String {
        let found = self
            .after
            .find(None, key)
            .map(|object| self.after.physical(object));
        found.unwrap_or_else(|| key.to_string())
    }

    /// The declared column order, then all else by name; the primary key first where nothing is
    /// declared.
    pub(super) fn order_by<'k>(
        &self,
        table: &str,
        keys: impl Iterator<Item = &'k Key>,
    ) -> Vec<Key> {
        let order = self.said.orders.get(&Key::new(table));
        let place = |key: &Key| {
            order
                .and_then(|order| order.iter().position(|k| k == key))
                .unwrap_or(usize::MAX)
        };
        let mut keys: Vec<Key> = keys.cloned().collect();
        keys.sort_by_cached_key(|key| (place(key), key.clone()));
        keys
    }

    fn order(&self, table: &Table) -> Vec<Key> {
        let declared = self.said.orders.get(&Key::new(&table.name));
        let declared = declared.map(Vec::as_slice);
        let first = match (&table.kind, declared) {
            (TableKind::Node { primary_key }, None) => std::slice::from_ref(primary_key),
            (_, declared) => declared.unwrap_or_default(),
        };
        let mut order: Vec<Key> = first
            .iter()
            .filter(|key| table.properties.contains_key(key))
            .cloned()
            .collect();
        let seen: BTreeSet<Key> = order.iter().cloned().collect();
        order.extend(
            table
                .properties
                .keys()
                .filter(|key| !seen.contains(key))
                .cloned(),
        );
        order
    }

    /// Node properties whose type or default changes: in place, by way of an archived column.
    fn change_properties(&mut self, table: &Kept<'a>) {
        let children: Vec<&'a Object> = self.after.children(table.object.id).collect();
        let mut changes = Vec::new();
        for child in children {
            if self.leave.contains(&child.id) || self.here(child, table).is_none() {
                continue;
            }
            if let Some((was, is)) = self.changed(child.id) {
                changes.push((is.name.clone(), child.id, was, is));
            }
        }
        changes.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, id, was, is) in changes {
            let Some(archive) = self.archive(id) else {
                continue;
            };
            let path = format!("{}.{name}", table.name);
            if self.alters(id) {
                self.alter_type(table, is, path);
                continue;
            }
            let mut kinds = vec![HazardKind::RewritesData];
            if was.ty != is.ty {
                kinds.push(HazardKind::BreaksOlderApps);
            }
            if !was.ty.widens_to(&is.ty) || self.is_cast_by(id) {
                kinds.push(HazardKind::MayFail);
            }
            let count = format!(
                "MATCH (x:{}) WHERE x.{} IS NOT NULL RETURN count(*)",
                quote(&table.live.name),
                quote(&self.here_name(id, table).unwrap_or_default())
            );
            let hazard = |kind| Hazard::new(kind, path.clone(), Some(count.clone()));
            let hazards = kinds.into_iter().map(hazard).collect();
            let original = self.original(id, table, (&was, &is));
            let by = self.cast_by(id, &path, (&archive, &was.ty));
            let value = Value {
                by,
                ..self.value((id, &archive), (&was.ty, &is.ty), original)
            };
            let here = self.here_name(id, table).unwrap_or_default();
            let demands = self.castable(&path, table, value.called(&here));
            let work = Work::new(WorkKind::SetNode, count_rows(&table.live.name, true));
            let work = (!value.is_made()).then_some(work);
            if value.is_made() {
                self.make_later(table, id, value.clone(), count.clone());
            }
            let operation = Operation::ChangeProperty {
                table: table.name.clone(),
                property: is,
                archive,
                value: Box::new(value),
            };
            let step = self.push_step(operation, &[&table.name], hazards);
            step.demands.extend(demands);
            step.work = work;
        }
    }

    pub(super) fn here_name(&self, id: ObjectId, table: &Kept<'a>) -> Option<String> {
        Some(self.here(self.after.object(id)?, table)?.name.clone())
    }

    /// Whether NULL is legal is known to the ledger alone; the rows must agree.
    fn nullability(&mut self, table: &Kept<'a>, rebuilt: bool) {
        if !table.object.is_live() {
            return;
        }
        let mut changes = Vec::new();
        for child in self
            .after
            .children(table.object.id)
            .filter(|child| child.is_live())
        {
            let (Some(was), Some(is)) = (
                self.before
                    .object(child.id)
                    .and_then(|o| self.before.property(o)),
                self.after.property(child),
            ) else {
                continue;
            };
            if was.nullable != is.nullable && !self.after.is_key(child.id) {
                let here = self.here_name(child.id, table);
                changes.push((is.name, is.nullable, here, is.ty, child.id));
            }
        }
        changes.sort();
        for (property, nullable, here, ty, id) in changes {
            let object = format!("{}.{property}", table.name);
            let fill = self.fill(&table.name, &property).filter(|_| !nullable);
            let by = match self.after.object(id) {
                Some(child) if !nullable && fill.is_none() => self.fill_by(table, child),
                _ => None,
            };
            let filled = fill.is_some() || by.is_some() || self.casts_null(id);
            let here = here.filter(|_| !nullable);
            let count = here.as_ref().map(|here| {
                let null = format!("x.{} IS NULL", quote(here));
                self.rows(table).count(&null)
            });
            let kind = match (&here, filled) {
                (None, _) => HazardKind::BreaksOlderApps,
                (Some(_), true) => HazardKind::RewritesData,
                (Some(_), false) => HazardKind::Tightens,
            };
            let hazards = vec![Hazard::new(kind, object.clone(), count.clone())];
            let demands = match (here, by.filter(|_| !rebuilt)) {
                (_, Some(by)) => {
                    let value = Value {
                        fill_by: Some(by),
                        ..Value::same(&property, &ty)
                    };
                    let count = count.clone().unwrap_or_default();
                    let live = self.in_live(table, &value);
                    self.make_later(table, id, value, count);
                    self.castable(&object, table, live)
                }
                (Some(here), None) if !filled => {
                    Some(self.demand(&object, table, What::Present(Value::same(&here, &ty))))
                }
                _ => None,
            };
            // A rebuild has filled it in already, and rels with a fill are always rebuilt.
            let fill = fill.filter(|_| !rebuilt).map(|fill| (fill, ty));
            let work = count
                .filter(|_| fill.is_some())
                .map(|count| Work::new(WorkKind::SetNode, count));
            let operation = Operation::SetNullable {
                table: table.name.clone(),
                node: table.live.kind.is_node(),
                property,
                nullable,
                fill,
            };
            let step = self.push_step(operation, &[&table.name], hazards);
            step.demands.extend(demands);
            step.work = work;
        }
    }

    /// What the source says that rows get which have no value.
    pub(super) fn fill(&self, table: &str, property: &str) -> Option<Expr> {
        let key = (Key::new(table), Key::new(property));
        self.said.fills.get(&key).cloned()
    }

    fn add_properties(&mut self, table: &Kept<'a>) {
        if !table.object.is_live() {
            return;
        }
        let mut added: Vec<(Property, &Object)> = Vec::new();
        for child in self.after.children(table.object.id) {
            if self.made.contains(&child.id) || !self.is_added(child, table) {
                continue;
            }
            if let Some(property) = self.after.property(child) {
                added.push((property, child));
            }
        }
        let order = self.said.orders.get(&Key::new(&table.name));
        let place = |name: &str| {
            let key = Key::new(name);
            order
                .and_then(|order| order.iter().position(|k| *k == key))
                .unwrap_or(usize::MAX)
        };
        added.sort_by_key(|(property, _)| (place(&property.name), Key::new(&property.name)));
        let node = table.live.kind.is_node();
        for (property, child) in added {
            let path = format!("{}.{}", table.name, property.name);
            let fill = self.fill(&table.name, &property.name);
            let by = match fill {
                // Rel tables with such a property are rebuilt.
                None if node => self.fill_by(table, child),
                _ => None,
            };
            let count = count_rows(&table.live.name, node);
            let hazard = |kind| Hazard::new(kind, path.clone(), Some(count.clone()));
            let mut hazards = Vec::new();
            if by.is_some() {
                hazards.push(hazard(HazardKind::MayFail));
            } else if !property.nullable && property.default.is_none() && fill.is_none() {
                hazards.push(hazard(HazardKind::Tightens));
            }
            let later = by.is_some();
            let fill = match fill {
                None if !later => self.evaluated(&property),
                fill => fill,
            };
            let made = by.map(|by| Value::made(&property.ty, by));
            let live = made.as_ref().map(|value| self.in_live(table, value));
            let demand = live.and_then(|live| self.castable(&path, table, live));
            if let Some(value) = made {
                self.make_later(table, child.id, value, count.clone());
            }
            let operation = Operation::AddProperty {
                table: table.name.clone(),
                node,
                property,
                fill: fill.map(Box::new),
                later,
            };
            let step = self.push_step(operation, &[&table.name], hazards);
            step.demands.extend(demand);
            if step.cypher.len() > 1 {
                step.work = Some(Work::new(WorkKind::SetNode, count));
            }
        }
    }

    fn pairs(&mut self, table: &Kept<'_>) {
        let TableKind::Edge { pairs: live, .. } = &table.live.kind else {
            return;
        };
        if !table.object.is_live() {
            return;
        }
        let mut changes = Vec::new();
        let live_pairs = self.after.children(table.object.id).filter(|p| p.is_live());
        let present: BTreeSet<_> = live_pairs.filter_map(|p| self.after.pair(p)).collect();
        for child in self.after.children(table.object.id) {
            let Body::Pair(_) = child.body else { continue };
            if self.leave.contains(&child.id) {
                continue;
            }
            // One that was dropped before is not the one of the same ends that is there.
            let was = self.before.object(child.id).filter(|o| o.is_live());
            let was = was.and_then(|o| self.before.pair(o));
            let here = was.is_some_and(|pair| live.contains(&pair));
            let Some(pair) = self.after.pair(child) else {
                continue;
            };
            // A pair that was dropped and came again is another object with the same ends.
            if !child.is_live() && present.contains(&pair) {
                continue;
            }
            if here != child.is_live() {
                changes.push((
                    child.is_live(),
                    spelled(&pair, |key| self.spelling(key)),
                    child,
                ));
            }
        }
        // Additions first: the engine must never be left with a rel table without a pair.
        changes.sort_by_key(|(added, names, _)| (!added, names.clone()));
        for (added, (from, to), child) in changes {
            let names = [table.name.as_str(), &from, &to];
            let name = table.name.clone();
            if added {
                let operation = Operation::AddPair {
                    table: name,
                    from: from.clone(),
                    to: to.clone(),
                };
                self.push(operation, &names, Vec::new());
            } else {
                let path = format!("{name}({from} -> {to})");
                let count = self.count_pair(child, table);
                let hazards = [HazardKind::DeletesData, HazardKind::Irreversible]
                    .map(|kind| Hazard::new(kind, path.clone(), count.clone()));
                let operation = Operation::DropPair {
                    table: name,
                    from: from.clone(),
                    to: to.clone(),
                };
                let step = self.push_step(operation, &names, hazards.into());
                step.work = count.map(|count| Work::new(WorkKind::DropRel, count));
            }
        }
    }

    /// Counts in the names of the database as it is before the plan.
    fn count_pair(&self, pair: &Object, table: &Kept<'_>) -> Option<String> {
        let pair = self.before.pair(self.before.object(pair.id)?)?;
        let name = |key: &Key| self.live.tables.get(key).map(|t| quote(&t.name));
        let (from, to) = (name(&pair.from)?, name(&pair.to)?);
        let table = quote(&table.live.name);
        Some(format!(
            "MATCH (:{from})-[r:{table}]->(:{to}) RETURN count(*)"
        ))
    }

    fn comments(&mut self, table: &Kept<'_>) {
        if !table.object.is_live() {
            return;
        }
        let text = table.object.comment.value.clone();
        let before = self
            .before
            .object(table.object.id)
            .map(|before| &before.comment.value);
        let stays = self.leave.contains(&table.object.id) && before == Some(&text);
        if text != table.live.comment && !stays {
            let operation = Operation::CommentOnTable {
                table: table.name.clone(),
                text,
            };
            self.push(operation, &[&table.name], Vec::new());
        }
        self.property_comments(table.object, &table.name);
    }

    /// Comments of properties are in the ledger, so only a difference of the events counts.
    fn property_comments(&mut self, table: &Object, name: &str) {
        let mut changed = Vec::new();
        for child in self
            .after
            .children(table.id)
            .filter(|child| child.is_live())
        {
            let was = self
                .before
                .object(child.id)
                .and_then(|o| o.comment.value.clone());
            if was != child.comment.value {
                changed.push((self.after.physical(child), child.comment.value.clone()));
            }
        }
        changed.sort();
        for (property, text) in changed {
            let table = name.to_owned();
            let operation = Operation::CommentOnProperty {
                table,
                property,
                text,
            };
            self.push(operation, &[name], Vec::new());
        }
    }
}

fn breaks(purpose: Purpose, object: &str) -> Vec<Hazard> {
    match purpose {
        Purpose::Rename | Purpose::Archive => {
            vec![Hazard::new(HazardKind::BreaksOlderApps, object, None)]
        }
        Purpose::Restore | Purpose::Temporary | Purpose::Rebuilt => Vec::new(),
    }
}

pub(super) fn count_rows(table: &str, node: bool) -> String {
    if node {
        format!("MATCH (x:{}) RETURN count(*)", quote(table))
    } else {
        format!("MATCH ()-[x:{}]->() RETURN count(*)", quote(table))
    }
}

/// Whether the engine evaluates the expression once, at the time of the ADD.
pub(super) fn folds(expr: &Expr) -> bool {
    match expr {
        Expr::Call(name, _) if matches!(name.as_str(), "current_timestamp" | "current_date") => {
            true
        }
        other => other.is_constant(),
    }
}
