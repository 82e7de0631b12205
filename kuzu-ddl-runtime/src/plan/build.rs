//! From two states of the events to steps.
//!
//! Identity comes from the events, presence from the live database: an object that is in both
//! states but under another name is renamed, whatever the names are; one that the database does not
//! have is made, unless it is archived already. The phases are fixed and within a phase names decide,
//! so one input gives one plan.

use std::collections::{BTreeMap, BTreeSet};

use super::making::Later;

use super::Step;
use super::hazard::Hazard;
use super::made::Making;
use super::operation::Operation;
use super::purge::is_purged;
use crate::drift::owned;
use crate::engine::{Capabilities, KUZU};
use crate::event::{EventId, ObjectId, ObjectKind, OnFail};
use crate::fold::{Fold, Object};
use crate::function::{FillBy, Functions};
use crate::inspect::Inspection;
use crate::schema::name::quote;
use crate::schema::{Expr, Key, Property, Schema, Table};

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
    /// Properties that go back to a type that they had, where the rest does not.
    pub restored: BTreeSet<ObjectId>,
}

impl Said {
    /// Whether a property goes back to what was before.
    pub(super) fn goes_back(&self, id: ObjectId) -> bool {
        self.back || self.restored.contains(&id)
    }
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
    /// What rows got that had no value, by the change of type that found none.
    pub filled: &'a BTreeMap<EventId, Expr>,
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
            filled: &UNFILLED,
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
            filled: &UNFILLED,
        }
    }
}

static NOTHING: BTreeMap<ObjectId, Making> = BTreeMap::new();
static UNFILLED: BTreeMap<EventId, Expr> = BTreeMap::new();

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
        filled,
    } = live.into();
    let mut builder = Builder {
        ids,
        gaps,
        can,
        counters,
        making,
        filled,
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
    pub(super) filled: &'a BTreeMap<EventId, Expr>,
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

    /// The live property that an object is, if the database has it.
    pub(super) fn here(&self, object: &Object, table: &Kept<'a>) -> Option<&'a Property> {
        let before = self.before.object(object.id)?;
        table
            .live
            .properties
            .get(&Key::new(&self.before.physical(before)))
    }

    pub(super) fn here_name(&self, id: ObjectId, table: &Kept<'a>) -> Option<String> {
        Some(self.here(self.after.object(id)?, table)?.name.clone())
    }
}

pub(super) fn count_rows(table: &str, node: bool) -> String {
    if node {
        format!("MATCH (x:{}) RETURN count(*)", quote(table))
    } else {
        format!("MATCH ()-[x:{}]->() RETURN count(*)", quote(table))
    }
}
