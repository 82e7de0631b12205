//! Catalog ids of objects whose differences are tolerated.
//!
//! Such an object keeps the id of the last apply, so that the next start detects the difference
//! again. But a rebuild replaces all column ids of its table: the ids are then those of the columns
//! that have the object's values now, and a missing column has none.

use std::collections::{BTreeMap, BTreeSet};

use super::live_names::LiveNames;
use crate::catalog::CatalogSnapshot;
use crate::event::ObjectId;
use crate::fold::{Fold, Object};
use crate::schema::NameKey;
use crate::state::CatalogIds;

/// Returns the catalog ids that the objects in `leave` have after a migration; `last` are those
/// from before it. Each state consists of the fold and the catalog snapshot that it describes.
#[must_use]
pub fn tolerated_ids(
    leave: &BTreeSet<ObjectId>,
    last: &CatalogIds,
    before: (&Fold, &CatalogSnapshot),
    after: (&Fold, &CatalogSnapshot),
) -> BTreeMap<ObjectId, Option<u64>> {
    let names = LiveNames::match_ids(before.0, before.1, last);
    let states = Tolerated {
        names: &names,
        last,
        before,
        after,
    };
    let of = |id: &ObjectId| {
        let object = before.0.object(*id)?;
        let number = match object.parent {
            None => states.table(object),
            Some(table) => states.property(before.0.object(table)?, object),
        };
        Some((*id, number))
    };
    leave.iter().filter_map(of).collect()
}

struct Tolerated<'a> {
    names: &'a LiveNames,
    last: &'a CatalogIds,
    before: (&'a Fold, &'a CatalogSnapshot),
    after: (&'a Fold, &'a CatalogSnapshot),
}

impl Tolerated<'_> {
    /// Returns the name that the plan gives an object whose present name is `live`: a name that
    /// was changed out of band stays.
    fn name_after(&self, object: &Object, live: NameKey) -> NameKey {
        let expected = NameKey::new(&self.before.0.database_name(object));
        let after = self.after.0.object(object.id);
        match after.filter(|_| live == expected) {
            Some(after) => NameKey::new(&self.after.0.database_name(after)),
            None => live,
        }
    }

    /// Returns a table's name in the database before and after the migration.
    fn table_names(&self, table: &Object) -> Option<(NameKey, NameKey)> {
        let expected = NameKey::new(&self.before.0.database_name(table));
        let live = self.names.table(table.id, &expected)?;
        Some((live.clone(), self.name_after(table, live)))
    }

    /// Returns the new id of a table, if the migration rebuilt it.
    fn rebuilt(&self, table: &Object) -> Option<u64> {
        let (was, is) = self.table_names(table)?;
        let was = self.before.1.table_ids.get(&was)?;
        let is = self.after.1.table_ids.get(&is)?;
        (was != is).then_some(*is)
    }

    fn table(&self, table: &Object) -> Option<u64> {
        let last = || self.last.tables.get(&table.id).copied();
        self.rebuilt(table).or_else(last)
    }

    fn property(&self, table: &Object, property: &Object) -> Option<u64> {
        let last = self.last.properties.get(&property.id).copied();
        if self.names.recreated.contains(&table.id) && self.rebuilt(table).is_none() {
            return last;
        }
        let Some((_, name)) = self.table_names(table) else {
            return last;
        };
        let columns = self.after.1.column_ids.get(&name)?;
        if self.rebuilt(table).is_none() {
            return last.filter(|last| columns.values().any(|number| number == last));
        }
        let expected = NameKey::new(&self.before.0.database_name(property));
        let live = self.names.property(table.id, property.id, &expected)?;
        columns.get(&self.name_after(property, live)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{ObjectKind, PropertySpec};
    use crate::fold::ChangeBuilder;
    use crate::schema::Type;

    /// A node table with the properties of `names`; returns their ids in the same order.
    fn table(names: &[&str]) -> (Fold, ObjectId, Vec<ObjectId>) {
        let spec = || PropertySpec {
            ty: Type::Int64,
            nullable: true,
            default: None,
        };
        let mut draft = ChangeBuilder::new(Fold::default());
        let table = draft.create_node_table("A", names[0], spec());
        for name in &names[1..] {
            draft.add_property(table, name, spec());
        }
        let (fold, _) = draft.finish();
        assert_eq!(
            fold.object(table).map(Object::kind),
            Some(ObjectKind::NodeTable)
        );
        let id = |name: &&str| fold.find(Some(table), &NameKey::new(name)).map(|o| o.id);
        let ids = names.iter().filter_map(id).collect();
        (fold, table, ids)
    }

    fn snapshot(table: u64, columns: &[&str]) -> CatalogSnapshot {
        let column = |text: &&str| {
            let (name, number) = text.split_once('=')?;
            Some((NameKey::new(name), number.parse().ok()?))
        };
        let columns = columns.iter().filter_map(column).collect();
        CatalogSnapshot {
            table_ids: BTreeMap::from([(NameKey::new("A"), table)]),
            column_ids: BTreeMap::from([(NameKey::new("A"), columns)]),
            ..CatalogSnapshot::default()
        }
    }

    /// The ids of `a`, `b` and `c` after a manual change that is tolerated and then rebuilt or not.
    fn ids_after(manual: &[&str], table_after: u64, columns_after: &[&str]) -> Vec<Option<u64>> {
        let (fold, table, ids) = table(&["id", "a", "b", "c"]);
        let first = snapshot(1, &["id=0", "a=1", "b=2", "c=3"]);
        let last = CatalogIds::from_catalog(&fold, &first, &BTreeMap::new());
        let before = snapshot(1, manual);
        let after = snapshot(table_after, columns_after);
        let leave = ids[1..].iter().copied().collect();
        let tolerated = tolerated_ids(&leave, &last, (&fold, &before), (&fold, &after));
        let now = CatalogIds::from_catalog(&fold, &after, &tolerated);
        assert_eq!(now.tables.get(&table), Some(&table_after));
        let number = |id: &ObjectId| now.properties.get(id).copied();
        ids[1..].iter().map(number).collect()
    }

    #[test]
    fn a_dropped_column_has_no_id() {
        let manual = ["id=0", "a=1", "c=3"];
        let ids = ids_after(&manual, 1, &manual);
        assert_eq!(ids, [Some(1), None, Some(3)]);
        let ids = ids_after(&manual, 2, &["id=0", "a=1", "c=2"]);
        assert_eq!(ids, [Some(1), None, Some(2)]);
    }

    #[test]
    fn a_renamed_column_keeps_its_object() {
        let manual = ["id=0", "a=1", "z=2", "c=3"];
        assert_eq!(ids_after(&manual, 1, &manual), [1, 2, 3].map(Some));
        let ids = ids_after(&manual, 2, &["id=0", "z=1", "a=2", "c=3"]);
        assert_eq!(ids, [Some(2), Some(1), Some(3)]);
    }

    #[test]
    fn swapped_columns_stay_with_their_objects() {
        let manual = ["id=0", "b=1", "a=2", "c=3"];
        assert_eq!(ids_after(&manual, 1, &manual), [1, 2, 3].map(Some));
        let ids = ids_after(&manual, 2, &["id=0", "a=1", "b=2", "c=3"]);
        assert_eq!(ids, [2, 1, 3].map(Some));
    }
}
