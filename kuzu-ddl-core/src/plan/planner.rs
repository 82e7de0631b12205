//! TODO-DOC plan::planner

use std::collections::{BTreeMap, BTreeSet};

use super::builder::{Builder, Kept, is_purged};
use super::error::PlanError;
use super::hints::Said;
use super::live_catalog::Live;
use super::model::Step;
use crate::event::{ObjectId, ObjectKind};
use crate::fold::{Fold, Object, owned};
use crate::schema::Key;

/// Plans the steps from `before`, which describes `live`, to `after`. Objects in `leave` are known
/// to differ from `before`: the difference is not corrected, and only what `after` changes is
/// planned.
///
/// # Errors
/// Returns every change that cannot be made.
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

/// Plans like [`plan`], and also rebuilds the tables in `mend` unchanged: the engine may have left
/// them in a state in which a later checkpoint crashes.
///
/// # Errors
/// Returns every change that cannot be made.
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

impl<'a> Builder<'a> {
    fn run(&mut self) {
        self.create_sequences();
        let (kept, created) = self.sort_tables();
        self.drop_purged();
        self.rename_tables(&kept, &created);
        for table in &kept {
            self.rename_properties(table);
        }
        // New rel tables would depend on node tables that are yet to be replaced.
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
        // Before the indexes: an indexed property can no longer be SET.
        self.make_values(&kept);
        self.create_indexes(&kept, &created, &rebuilds);
    }

    /// Splits the tables of `after` into existing ones and ones to create, by name.
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
}
