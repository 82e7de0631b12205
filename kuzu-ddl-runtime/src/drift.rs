//! What the database has against what the events say it has.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::ObjectId;
use crate::fold::{Body, Fold, Life, Object};
use crate::owed::Owed;
use crate::schema::{Index, IndexKind, Key, Pair, Property, Schema, Sequence, Table, TableKind};

/// What this database alone knows of objects that all peers share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Local {
    /// Defaults of adopted properties, in the engine's words.
    pub defaults: BTreeMap<ObjectId, String>,
    /// Tables that have gaps in the engine's numbers of their properties and are sound: those numbers.
    #[serde(default)]
    pub gaps: BTreeMap<ObjectId, Vec<u64>>,
    /// Work that is yet to be done here.
    #[serde(default)]
    pub owed: BTreeSet<Owed>,
}

impl Local {
    /// Whether it is known that the database still lacks the object.
    #[must_use]
    pub fn owes(&self, object: ObjectId) -> bool {
        self.owed.iter().any(|owed| owed.object() == object)
    }
}

/// One difference between the database and the ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Drift {
    /// `Table`, `Table.property`, `Table(From -> To)`, `Table[index]` or `sequence name`.
    pub object: String,
    /// What differs.
    pub kind: DriftKind,
    /// The object of the events; `None` for what no event made.
    pub id: Option<ObjectId>,
}

/// The classes of drift.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DriftKind {
    /// The events made it, the database lacks it.
    Missing,
    /// In a table of ours, made by no event.
    Extra,
    /// It is there, but otherwise.
    Altered {
        /// What differs.
        what: String,
        /// By the events.
        expected: String,
        /// By the catalog.
        is: String,
    },
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = &self.object;
        match &self.kind {
            DriftKind::Missing => write!(f, "{object} is in the ledger, but not in the database"),
            DriftKind::Extra => write!(f, "{object} is in the database, but not in the ledger"),
            DriftKind::Altered { what, expected, is } => {
                let (is, expected) = (Short(is), Short(expected));
                write!(
                    f,
                    "{object}: the {what} is {is}, the ledger says {expected}"
                )
            }
        }
    }
}

/// A value as far as a line has room: comments may be long.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(200) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}

/// The tables that the events made, live and archived, by their names in the database. Purged ones
/// have no name any more.
#[must_use]
pub fn owned(fold: &Fold) -> BTreeMap<Key, ObjectId> {
    let purged = |object: &Object| matches!(object.life.value, Life::Purged(_));
    let tables = fold
        .objects()
        .filter(|object| object.kind().is_table() && !purged(object));
    tables
        .map(|table| (Key::new(&fold.physical(table)), table.id))
        .collect()
}

/// All differences between `live` and `fold`, in tables of `only` if it is given (names in the
/// database). Foreign tables are no drift, and archived objects may be absent: they may have been
/// archived before they ever came here.
#[must_use]
pub fn drift(
    fold: &Fold,
    live: &Schema,
    local: &Local,
    only: Option<&BTreeSet<Key>>,
) -> Vec<Drift> {
    let mut rows = Vec::new();
    for (key, id) in owned(fold) {
        if only.is_some_and(|only| !only.contains(&key)) {
            continue;
        }
        let Some(object) = fold.object(id) else {
            continue;
        };
        match live.tables.get(&key) {
            None if object.is_live() => rows.push(Drift {
                object: object.name.value.clone(),
                kind: DriftKind::Missing,
                id: Some(id),
            }),
            None => {}
            Some(table) => compare(fold, object, table, local, &mut rows),
        }
    }
    compare_sequences(fold, live, &mut rows);
    rows.sort();
    rows
}

/// Sequences that no event made are nobody's here: a default of a foreign table may need them.
fn compare_sequences(fold: &Fold, live: &Schema, rows: &mut Vec<Drift>) {
    for object in fold.objects().filter(|object| object.is_live()) {
        let Some(expected) = fold.sequence(object) else {
            continue;
        };
        let name = format!("sequence {}", expected.name);
        let id = Some(object.id);
        let Some(is) = live.sequences.get(&Key::new(&expected.name)) else {
            let (object, kind) = (name, DriftKind::Missing);
            rows.push(Drift { object, kind, id });
            continue;
        };
        Rows { rows, name, id }.check("form", &Counting(&expected), &Counting(is));
    }
}

/// How a sequence counts. Where it started says nothing of where it is: one that is made again
/// counts on from the value it had come to.
struct Counting<'a>(&'a Sequence);

impl PartialEq for Counting<'_> {
    fn eq(&self, other: &Self) -> bool {
        let of = |s: &Sequence| (s.increment, s.min, s.max, s.cycle);
        of(self.0) == of(other.0)
    }
}

impl fmt::Display for Counting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sequence {
            increment,
            min,
            max,
            cycle,
            ..
        } = self.0;
        write!(f, "INCREMENT {increment} MINVALUE {min} MAXVALUE {max}")?;
        f.write_str(if *cycle { " CYCLE" } else { "" })
    }
}

fn compare(fold: &Fold, object: &Object, live: &Table, local: &Local, rows: &mut Vec<Drift>) {
    let Some(expected) = fold.table(object) else {
        return;
    };
    let mut altered = Rows {
        rows,
        name: live.name.clone(),
        id: Some(object.id),
    };
    altered.check("name", &expected.name, &live.name);
    let text = |c: &Option<String>| c.clone().unwrap_or_default();
    altered.check("comment", &text(&expected.comment), &text(&live.comment));
    altered.check("kind", &expected.kind.words(), &live.kind.words());
    match (&expected.kind, &live.kind) {
        (TableKind::Node { primary_key: a }, TableKind::Node { primary_key: b }) => {
            altered.check("primary key", a, b);
        }
        (
            TableKind::Edge {
                multiplicity,
                storage,
                ..
            },
            TableKind::Edge {
                multiplicity: m,
                storage: s,
                pairs,
            },
        ) => {
            if let (Some(a), Some(b)) = (multiplicity, m) {
                altered.check("multiplicity", a, b);
            }
            // The engine reports the direction beside a property; without one it says nothing.
            if !live.properties.is_empty() {
                altered.check("storage direction", &storage.word(), &s.word());
            }
            compare_pairs(fold, object, &live.name, pairs, rows);
        }
        _ => return,
    }
    compare_properties(fold, object, live, local, rows);
    compare_indexes(fold, object, live, local, rows);
}

/// Indexes. One that the events dropped may still be there: with an archived property it stays, for
/// the engine cannot drop it in place.
fn compare_indexes(
    fold: &Fold,
    table: &Object,
    live: &Table,
    local: &Local,
    rows: &mut Vec<Drift>,
) {
    let mut extra = live.indexes.clone();
    let path = |name: &str| format!("{}[{name}]", live.name);
    let (mut now, before): (Vec<&Object>, Vec<&Object>) =
        fold.children(table.id).partition(|child| child.is_live());
    now.retain(|child| !local.owes(child.id));
    for (id, expected) in now.iter().filter_map(|o| Some((o.id, fold.index(o)?))) {
        let object = path(&expected.name);
        let Some(is) = extra.remove(&Key::new(&expected.name)) else {
            let (kind, id) = (DriftKind::Missing, Some(id));
            rows.push(Drift { object, kind, id });
            continue;
        };
        let mut altered = Rows {
            rows,
            name: object,
            id: Some(id),
        };
        altered.check("name", &expected.name, &is.name);
        if !expected.is_as(&is) {
            altered.check("form", &Form(&expected), &Form(&is));
        }
    }
    let dropped = before.iter().filter(|o| matches!(o.body, Body::Index(_)));
    for object in dropped {
        extra.remove(&Key::new(&object.name.value));
    }
    // What is owed may be there already: nobody had the time to strike it out.
    let owed = fold.children(table.id).filter(|child| local.owes(child.id));
    for index in owed.filter_map(|o| fold.index(o)) {
        extra.remove(&Key::new(&index.name));
    }
    // Another kind of index is somebody else's affair.
    extra.retain(|_, index| !matches!(index.kind, IndexKind::Other(_)));
    rows.extend(extra.values().map(|index| Drift {
        object: path(&index.name),
        kind: DriftKind::Extra,
        id: None,
    }));
}

/// What an index is, for people.
#[derive(PartialEq)]
struct Form<'a>(&'a Index);

impl fmt::Display for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on", self.0.kind)?;
        for property in &self.0.properties {
            write!(f, " {property}")?;
        }
        let options = self.0.complete();
        options
            .iter()
            .try_for_each(|(name, value)| write!(f, ", {name} = {value}"))
    }
}

struct Rows<'a> {
    rows: &'a mut Vec<Drift>,
    name: String,
    id: Option<ObjectId>,
}

impl Rows<'_> {
    fn check<T: PartialEq + fmt::Display>(&mut self, what: &str, expected: &T, is: &T) {
        if expected != is {
            self.rows.push(Drift {
                object: self.name.clone(),
                kind: DriftKind::Altered {
                    what: what.to_owned(),
                    expected: expected.to_string(),
                    is: is.to_string(),
                },
                id: self.id,
            });
        }
    }
}

fn compare_pairs(
    fold: &Fold,
    table: &Object,
    name: &str,
    live: &BTreeSet<Pair>,
    rows: &mut Vec<Drift>,
) {
    let mut extra = live.clone();
    for child in fold.children(table.id).filter(|child| child.is_live()) {
        let Some(pair) = fold.pair(child) else {
            continue;
        };
        if !extra.remove(&pair) {
            let object = format!("{name}({} -> {})", pair.from, pair.to);
            rows.push(Drift {
                object,
                kind: DriftKind::Missing,
                id: Some(child.id),
            });
        }
    }
    for pair in extra {
        let object = format!("{name}({} -> {})", pair.from, pair.to);
        rows.push(Drift {
            object,
            kind: DriftKind::Extra,
            id: None,
        });
    }
}

fn compare_properties(
    fold: &Fold,
    table: &Object,
    live: &Table,
    local: &Local,
    rows: &mut Vec<Drift>,
) {
    let mut extra: BTreeMap<&Key, &Property> = live.properties.iter().collect();
    for child in fold.children(table.id) {
        let Body::Property(_) = child.body else {
            continue;
        };
        let Some(expected) = fold.property(child) else {
            continue;
        };
        if matches!(child.life.value, Life::Purged(_)) {
            continue;
        }
        let object = format!("{}.{}", live.name, expected.name);
        let Some(is) = extra.remove(&Key::new(&expected.name)) else {
            if child.is_live() {
                rows.push(Drift {
                    object,
                    kind: DriftKind::Missing,
                    id: Some(child.id),
                });
            }
            continue;
        };
        let mut altered = Rows {
            rows,
            name: object,
            id: Some(child.id),
        };
        altered.check("name", &expected.name, &is.name);
        altered.check("type", &expected.ty, &is.ty);
        let none = || "none".to_owned();
        let known = local.defaults.get(&child.id).cloned();
        let default = known
            .or_else(|| expected.default_text())
            .unwrap_or_else(none);
        altered.check("default", &default, &is.default_text().unwrap_or_else(none));
    }
    // Columns with the values from before a change; a database that never had the old ones has none.
    let archives = fold.children(table.id).flat_map(|child| &child.archives);
    for archive in archives.filter(|archive| !archive.purged) {
        extra.remove(&Key::new(&archive.name));
    }
    for property in extra.values() {
        let object = format!("{}.{}", live.name, property.name);
        rows.push(Drift {
            object,
            kind: DriftKind::Extra,
            id: None,
        });
    }
}
