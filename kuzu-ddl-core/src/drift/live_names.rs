//! Matching of database objects with the objects of the events, by catalog id.
//!
//! An out-of-band rename keeps the catalog id of a table or property, so the ids recorded at the
//! last apply distinguish it from a drop and a new object. Ids are not trusted blindly: if an
//! application rolled back the creation of a table and the process was killed, the engine renumbers
//! the later tables, lower by as many. So an object counts as renamed only if its own name is gone,
//! or is held by a newer object or by one that was itself renamed.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::CatalogSnapshot;
use crate::event::ObjectId;
use crate::fold::Fold;
use crate::schema::NameKey;
use crate::state::{CatalogIds, properties};

/// Names of objects in the database, where they differ from those of the events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveNames {
    tables: Group,
    properties: BTreeMap<ObjectId, Group>,
    /// Tables that have the name of an object but not its id: they were recreated out of band.
    pub recreated: BTreeSet<ObjectId>,
}

impl LiveNames {
    /// Matches the objects of `fold` with those in `found` by the ids in `places`.
    #[must_use]
    pub fn match_ids(fold: &Fold, found: &CatalogSnapshot, catalog_ids: &CatalogIds) -> Self {
        let mut names = Self::default();
        let tables = fold
            .objects()
            .filter(|o| o.kind().is_table() && o.is_live());
        let expected: BTreeMap<ObjectId, NameKey> = tables
            .map(|table| (table.id, NameKey::new(&fold.database_name(table))))
            .collect();
        names.tables = Group::find(&expected, &catalog_ids.tables, &found.table_ids);
        for (id, name) in &expected {
            let Some(current) = names.tables.name(*id, name) else {
                continue;
            };
            let stored = catalog_ids.tables.get(id);
            let number = found.table_ids.get(current);
            if stored.is_some() && number.is_some() && stored != number {
                names.recreated.insert(*id);
                continue;
            }
            let Some(numbers) = found.column_ids.get(current) else {
                continue;
            };
            let expected = properties(fold, *id)
                .map(|property| (property.id, NameKey::new(&fold.database_name(property))))
                .collect();
            let group = Group::find(&expected, &catalog_ids.properties, numbers);
            if group != Group::default() {
                names.properties.insert(*id, group);
            }
        }
        names
    }

    /// Returns the database name of a table that the events call `expected`; `None` where another
    /// object has that name.
    #[must_use]
    pub fn table(&self, id: ObjectId, expected: &NameKey) -> Option<NameKey> {
        self.tables.name(id, expected).cloned()
    }

    /// Returns the same for a property of `table`.
    #[must_use]
    pub fn property(&self, table: ObjectId, id: ObjectId, expected: &NameKey) -> Option<NameKey> {
        match self.properties.get(&table) {
            Some(group) => group.name(id, expected).cloned(),
            None => Some(expected.clone()),
        }
    }

    /// Returns whether the database table `name` is an object that the events know under another
    /// name.
    #[must_use]
    pub fn contains(&self, name: &NameKey) -> bool {
        self.tables.claimed.contains(name)
    }
}

/// Objects of one name space that have other names than expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Group {
    moved: BTreeMap<ObjectId, NameKey>,
    claimed: BTreeSet<NameKey>,
}

impl Group {
    fn find(
        expected: &BTreeMap<ObjectId, NameKey>,
        stored: &BTreeMap<ObjectId, u64>,
        live: &BTreeMap<NameKey, u64>,
    ) -> Self {
        let names_by_id: BTreeMap<u64, &NameKey> =
            live.iter().map(|(key, number)| (*number, key)).collect();
        let owner: BTreeMap<u64, ObjectId> = expected
            .keys()
            .filter_map(|id| Some((*stored.get(id)?, *id)))
            .collect();
        // Follow the name backwards from holder to holder.
        let before = |id: ObjectId| {
            let (mut current, mut seen) = (id, BTreeSet::new());
            while seen.insert(current) {
                let Some(holder) = expected.get(&current).and_then(|name| live.get(name)) else {
                    return true;
                };
                match owner.get(holder) {
                    Some(next) => current = *next,
                    None => return stored.get(&current).is_some_and(|number| holder > number),
                }
            }
            true
        };
        let mut group = Self::default();
        for (id, name) in expected {
            let live_name = stored.get(id).and_then(|number| names_by_id.get(number));
            if let Some(live_name) = live_name.filter(|live_name| **live_name != name)
                && before(*id)
            {
                group.moved.insert(*id, (*live_name).clone());
                group.claimed.insert((*live_name).clone());
            }
        }
        group
    }

    fn name<'a>(&'a self, id: ObjectId, expected: &'a NameKey) -> Option<&'a NameKey> {
        let moved = self.moved.get(&id);
        moved.or_else(|| (!self.claimed.contains(expected)).then_some(expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses ids: `A=3` is the object A with the id 3.
    fn numbers<K: Ord>(text: &str, key: impl Fn(&str) -> K) -> BTreeMap<K, u64> {
        let parts = text
            .split_whitespace()
            .filter_map(|part| part.split_once('='));
        parts
            .filter_map(|(name, n)| Some((key(name), n.parse().ok()?)))
            .collect()
    }

    /// Returns the objects found under another name, `-` for one whose name another object has.
    fn moved_names(stored: &str, live: &str) -> String {
        let id = |name: &str| ObjectId::hash_of(name.as_bytes());
        let names: Vec<&str> = stored
            .split_whitespace()
            .filter_map(|entry| Some(entry.split_once('=')?.0))
            .collect();
        let expected = names
            .iter()
            .map(|name| (id(name), NameKey::new(name)))
            .collect();
        let stored = numbers(stored, id);
        let group = Group::find(&expected, &stored, &numbers(live, NameKey::new));
        let render = |name: &&str| {
            let key = NameKey::new(name);
            match group.name(id(name), &key) {
                Some(now) if *now == key => None,
                Some(now) => Some(format!("{name}:{now}")),
                None => Some(format!("{name}:-")),
            }
        };
        names
            .iter()
            .filter_map(render)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn out_of_band_renames() {
        for (stored, live, expected) in [
            ("a=0 b=1", "a=0 b=1", ""),
            ("a=0 b=1", "c=0 b=1", "a:c"),
            // Swapped, in a cycle, in a chain.
            ("a=0 b=1", "a=1 b=0", "a:b b:a"),
            ("a=0 b=1 c=2", "a=1 b=2 c=0", "a:c b:a c:b"),
            ("a=0 b=1", "b=0 c=1", "a:b b:c"),
            // One was dropped, and another took its name.
            ("a=0 b=1", "b=0", "a:b b:-"),
            // Renamed, and a new one was created under the old name.
            ("a=0 b=1", "x=0 a=2 b=1", "a:x"),
            // Dropped and recreated; or dropped alone.
            ("a=0 b=1", "a=2 b=1", ""),
            ("a=0 b=1", "b=1", ""),
        ] {
            assert_eq!(moved_names(stored, live), expected, "{stored} in {live}");
        }
    }

    /// After a creation that was rolled back and a crash the engine assigns lower ids: nothing was
    /// renamed.
    #[test]
    fn renumbered_catalog_ids() {
        for (stored, live) in [
            ("a=3 b=4", "a=2 b=3"),
            ("a=3 b=4", "a=2 b=3 foreign=4"),
            ("a=3 b=5 c=6", "a=3 b=4 c=5"),
            ("z=1 a=3 b=4", "z=1 a=2 b=3 foreign=4"),
        ] {
            assert_eq!(moved_names(stored, live), "", "{stored} in {live}");
        }
    }
}
