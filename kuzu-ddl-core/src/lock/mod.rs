//! The lock file: a snapshot of the schema that a crate declares.
//!
//! It is stored next to the crate's `Cargo.toml` under version control. The derives compare the
//! structs with it at compile time, and its changes show up in code review.
//!
//! ```text
//! # kuzu-ddl schema lock, format 1
//!
//! node Person key=id crate=shop 3f1c0a9be2d44c18
//!   email STRING NULL was=mail 9d02b6a1c45e7f30
//!   id INT64 5b7e8c0d1f2a3946
//!   @email_fts FTS(email) stemmer=german
//!
//! edge Purchased MANY_ONE crate=shop 77aa01b2c3d4e5f6
//!   (Person)->(Product) 0c1d2e3f40516273
//!   quantity INT64 DEFAULT 1 8899aabbccddeeff
//! ```
//!
//! Each line holds one object, sorted by name, so that branches which add different objects seldom
//! touch the same line. Names with other characters than letters, digits and underscores are
//! quoted. The digits at the end are the start of the [`ObjectId`] that the object gets where it is
//! created first; they survive renames, as do the former names after `was`. Comments are not
//! included, because they do not affect rows.

mod difference;
mod parse;
mod removals;
#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, BTreeSet};

pub use difference::difference;
pub use parse::ParseLockError;
pub use removals::{UnaccountedRemoval, unaccounted_removals};

use crate::declared::{Declared, TableHints};
use crate::event::{Dependencies, EventId, ObjectId, ObjectKind, object_id};
use crate::schema::{NameKey, Pair, Schema, Sequence, Table, TableKind};

/// The name of the lock file, next to `Cargo.toml`.
pub const LOCK_FILE_NAME: &str = "kuzu-schema.lock";

/// The format that this version writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// The content of a lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockFile {
    /// The tables.
    pub tables: BTreeMap<NameKey, LockedTable>,
    /// The sequences.
    pub sequences: BTreeMap<NameKey, Sequence>,
}

/// A table of a lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedTable {
    /// The shape of the table, without comments.
    pub table: Table,
    /// The identity of the table.
    pub identity: LockedIdentity,
    /// The package of its struct.
    pub krate: String,
    /// The identities of the properties.
    pub properties: BTreeMap<NameKey, LockedIdentity>,
    /// The ids of the `FROM`–`TO` pairs.
    pub pairs: BTreeMap<Pair, String>,
}

/// The identity of an object, which survives renames.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockedIdentity {
    /// The first hexadecimal digits of an [`ObjectId`].
    pub id: String,
    /// The declared former names.
    pub former_names: Vec<String>,
}

/// The number of written digits of an [`ObjectId`].
const DIGITS: usize = 16;

impl LockFile {
    /// Creates the lock of `declared`. Objects of `previous` keep their ids, whatever their names.
    #[must_use]
    pub fn from_declared(declared: &Declared, previous: Option<&Self>) -> Self {
        let none = Self::default();
        let previous = previous.unwrap_or(&none);
        let mut ids = Ids::of(previous);
        let blank = TableHints::default();
        let hints = |key: &NameKey| declared.tables.get(key).unwrap_or(&blank);
        let formers = previous.former_tables(declared);
        let mut tables = BTreeMap::new();
        for (key, table) in &declared.schema.tables {
            let former = formers.get(key).and_then(|old| previous.tables.get(old));
            let kind = if table.kind.is_node() {
                ObjectKind::NodeTable
            } else {
                ObjectKind::EdgeTable
            };
            let table = ids.table(kind, key, table, hints(key), former);
            tables.insert(key.clone(), table);
        }
        Self {
            tables,
            sequences: declared.schema.sequences.clone(),
        }
    }

    /// Returns the declarations from which this lock was written, without hints and comments.
    #[must_use]
    pub fn declared(&self) -> Declared {
        let tables = self.tables.iter();
        let hints = |locked: &LockedTable| TableHints {
            column_order: locked.table.properties.keys().cloned().collect(),
            package: locked.krate.clone(),
            ..TableHints::default()
        };
        Declared {
            schema: Schema {
                tables: tables
                    .clone()
                    .map(|(k, t)| (k.clone(), t.table.clone()))
                    .collect(),
                sequences: self.sequences.clone(),
            },
            tables: tables.map(|(k, t)| (k.clone(), hints(t))).collect(),
            ..Declared::default()
        }
    }

    /// Maps each table of `declared` to its name in this lock.
    pub fn former_tables(&self, declared: &Declared) -> BTreeMap<NameKey, NameKey> {
        let former_names =
            |key: &NameKey| declared.tables.get(key).map(|h| h.renamed_from.as_slice());
        let tables = declared.schema.tables.keys();
        let names = tables.map(|key| (key, former_names(key).unwrap_or_default()));
        formers(names, |key| {
            self.tables
                .get(key)
                .map(|t| t.identity.former_names.as_slice())
        })
    }
}

impl LockedTable {
    /// Maps each property of `table` to its name in this lock.
    pub fn former_properties(
        &self,
        table: &Table,
        hints: &TableHints,
    ) -> BTreeMap<NameKey, NameKey> {
        let former_names = |key: &NameKey| hints.property_renames.get(key).map(Vec::as_slice);
        let properties = table.properties.keys();
        let names = properties.map(|key| (key, former_names(key).unwrap_or_default()));
        formers(names, |key| {
            self.properties.get(key).map(|p| p.former_names.as_slice())
        })
    }
}

/// Maps each of `names`, which come with their former names, to its name in a lock.
///
/// `former_names_in_lock` returns the former names of an object in the lock. A former name counts unless the lock
/// already records it as a former name of the same object; unchanged names come after that.
fn formers<'a>(
    names: impl Iterator<Item = (&'a NameKey, &'a [String])> + Clone,
    former_names_in_lock: impl Fn(&NameKey) -> Option<&'a [String]>,
) -> BTreeMap<NameKey, NameKey> {
    let mut found = BTreeMap::new();
    let mut claimed = BTreeSet::new();
    for (key, former_names) in names.clone() {
        let own = former_names_in_lock(key).unwrap_or_default();
        let is_recorded = |old: &NameKey| own.iter().any(|name| NameKey::new(name) == *old);
        let mut former_names = former_names.iter().map(|old| NameKey::new(old));
        let moved = former_names
            .find(|old| old != key && former_names_in_lock(old).is_some() && !is_recorded(old));
        if let Some(old) = moved.filter(|old| claimed.insert(old.clone())) {
            found.insert(key.clone(), old);
        }
    }
    for (key, _) in names {
        if former_names_in_lock(key).is_some()
            && !found.contains_key(key)
            && claimed.insert(key.clone())
        {
            found.insert(key.clone(), key.clone());
        }
    }
    found
}

/// Allocates unique ids.
struct Ids {
    taken: BTreeSet<String>,
}

impl Ids {
    fn of(lock: &LockFile) -> Self {
        let ids = lock.tables.values().flat_map(LockedTable::ids);
        Self {
            taken: ids.map(|(id, _)| id.to_owned()).collect(),
        }
    }

    fn table(
        &mut self,
        kind: ObjectKind,
        key: &NameKey,
        table: &Table,
        hints: &TableHints,
        former_table: Option<&LockedTable>,
    ) -> LockedTable {
        let created = object_id(kind, None, key, &Dependencies::default());
        let id = former_table.map(|t| t.identity.id.clone());
        let id = id.unwrap_or_else(|| self.new_id(created, kind, None, key));
        let mut properties = BTreeMap::new();
        let formers = former_table.map(|t| t.former_properties(table, hints));
        let formers = formers.unwrap_or_default();
        for name in table.properties.keys() {
            let former_names = hints
                .property_renames
                .get(name)
                .cloned()
                .unwrap_or_default();
            let before = former_table.and_then(|t| t.properties.get(formers.get(name)?));
            let id = before.map(|p| p.id.clone()).unwrap_or_else(|| {
                let kind = ObjectKind::Property;
                let first = object_id(kind, Some(created), name, &Dependencies::default());
                self.new_id(first, kind, Some(created), name)
            });
            properties.insert(name.clone(), LockedIdentity { id, former_names });
        }
        let mut pairs = BTreeMap::new();
        if let TableKind::Edge { pairs: all, .. } = &table.kind {
            for pair in all {
                let before = former_table.and_then(|t| t.pairs.get(pair).cloned());
                let name = NameKey::new(&format!("{}>{}", pair.from, pair.to));
                let kind = ObjectKind::Pair;
                let first = object_id(kind, Some(created), &name, &Dependencies::default());
                let id = before.unwrap_or_else(|| self.new_id(first, kind, Some(created), &name));
                pairs.insert(pair.clone(), id);
            }
        }
        LockedTable {
            table: unquote(table),
            identity: LockedIdentity {
                id,
                former_names: hints.renamed_from.clone(),
            },
            krate: hints.package.clone(),
            properties,
            pairs,
        }
    }

    /// Returns the first digits of `id`, or of the id of a later creation if another object was
    /// created under the same name.
    fn new_id(
        &mut self,
        id: ObjectId,
        kind: ObjectKind,
        parent: Option<ObjectId>,
        key: &NameKey,
    ) -> String {
        let mut digits: String = id.to_string().chars().take(DIGITS).collect();
        while !self.taken.insert(digits.clone()) {
            let predecessors = Dependencies::from([EventId::hash_of(digits.as_bytes())]);
            let next = object_id(kind, parent, key, &predecessors).to_string();
            digits = next.chars().take(DIGITS).collect();
        }
        digits
    }
}

impl LockedTable {
    /// Returns all ids of the table, each with the name of its object.
    fn ids(&self) -> impl Iterator<Item = (&str, String)> {
        let name = &self.table.name;
        let own = std::iter::once((self.identity.id.as_str(), name.clone()));
        let properties = self.properties.iter();
        let spelled = |key: &NameKey| {
            let property = self.table.properties.get(key);
            property.map_or_else(|| key.to_string(), |property| property.name.clone())
        };
        let properties =
            properties.map(move |(key, p)| (p.id.as_str(), format!("{name}.{}", spelled(key))));
        let pairs = self.pairs.iter();
        let pairs =
            pairs.map(move |(p, id)| (id.as_str(), format!("{name} ({})->({})", p.from, p.to)));
        own.chain(properties).chain(pairs)
    }
}

fn unquote(table: &Table) -> Table {
    let mut table = table.clone();
    table.comment = None;
    for property in table.properties.values_mut() {
        property.comment = None;
    }
    table
}
