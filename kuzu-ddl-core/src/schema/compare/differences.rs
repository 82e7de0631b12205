//! Collection of the differences between two schemas.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{ComparisonEntry, ComparisonKind, RenameMap};
use super::text::{column, index_text, or_none, property_name};
use crate::schema::{NameKey, Property, Schema, Table, TableKind};

/// Collector of differences.
pub(super) struct Differences<'a> {
    entries: Vec<ComparisonEntry>,
    from: &'a Schema,
    to: &'a Schema,
}

impl<'a> Differences<'a> {
    pub(super) fn new(from: &'a Schema, to: &'a Schema) -> Self {
        Self {
            entries: Vec::new(),
            from,
            to,
        }
    }

    /// Returns the differences, ordered by object.
    pub(super) fn finish(mut self) -> Vec<ComparisonEntry> {
        self.entries.sort_by(|a, b| a.object.cmp(&b.object));
        self.entries
    }

    /// Returns the path of a pair, with the names as they are spelled.
    fn pair_path(&self, table: &str, (from, to): &(NameKey, NameKey)) -> String {
        let spelled = |key: &NameKey| {
            let mut tables = [self.to, self.from].into_iter();
            let table = tables.find_map(|schema| schema.tables.get(key));
            table.map_or_else(|| key.to_string(), |table| table.name.clone())
        };
        format!("{table}({} -> {})", spelled(from), spelled(to))
    }

    pub(super) fn push(&mut self, object_kind: &str, object: &str, how: ComparisonKind) {
        self.entries.push(ComparisonEntry {
            object_kind: object_kind.to_owned(),
            object: object.to_owned(),
            how,
        });
    }

    pub(super) fn alter(
        &mut self,
        object_kind: &str,
        object: &str,
        aspect: &str,
        from: &str,
        to: &str,
    ) {
        if from != to {
            let how = ComparisonKind::Altered {
                aspect: aspect.to_owned(),
                from: from.to_owned(),
                to: to.to_owned(),
            };
            self.push(object_kind, object, how);
        }
    }

    pub(super) fn tables(&mut self, key: &NameKey, was: &Table, is: &Table, renames: &RenameMap) {
        let (object_kind, name) = (is.kind.as_str(), is.name.as_str());
        if was.name != is.name {
            let from = was.name.clone();
            self.push(object_kind, name, ComparisonKind::Renamed { from });
        }
        self.alter(
            object_kind,
            name,
            "comment",
            &or_none(&was.comment),
            &or_none(&is.comment),
        );
        self.kinds(key, was, is, renames);
        let mut new: BTreeMap<&NameKey, &Property> = is.properties.iter().collect();
        for (old, property) in &was.properties {
            let place = (key.clone(), old.clone());
            let now = renames.properties.get(&place).unwrap_or(old);
            match new.remove(now) {
                Some(found) => self.properties(name, property, found),
                None => {
                    let path = format!("{name}.{}", property.name);
                    self.push("property", &path, ComparisonKind::Removed);
                }
            }
        }
        for property in new.into_values() {
            let path = format!("{name}.{}", property.name);
            let detail = column(property);
            self.push("property", &path, ComparisonKind::Added { detail });
        }
        self.indexes(name, was, is);
    }

    fn kinds(&mut self, key: &NameKey, was: &Table, is: &Table, renames: &RenameMap) {
        let (object_kind, name) = (is.kind.as_str(), is.name.as_str());
        let renamed = |key: &NameKey| renames.tables.get(key).unwrap_or(key).clone();
        match (&was.kind, &is.kind) {
            (TableKind::Node { primary_key: a }, TableKind::Node { primary_key: b }) => {
                let place = (key.clone(), a.clone());
                let now = renames.properties.get(&place).unwrap_or(a);
                if now != b {
                    let (now, b) = (property_name(is, now), property_name(is, b));
                    self.alter(object_kind, name, "primary key", now, b);
                }
            }
            (
                TableKind::Edge {
                    pairs,
                    multiplicity,
                    storage,
                },
                TableKind::Edge {
                    pairs: new,
                    multiplicity: m,
                    storage: s,
                },
            ) => {
                // An unknown multiplicity does not differ.
                if let (Some(a), Some(b)) = (multiplicity, m) {
                    self.alter(object_kind, name, "multiplicity", a.as_str(), b.as_str());
                }
                self.alter(
                    object_kind,
                    name,
                    "storage direction",
                    storage.as_str(),
                    s.as_str(),
                );
                let old: BTreeSet<_> = pairs
                    .iter()
                    .map(|p| (renamed(&p.from), renamed(&p.to)))
                    .collect();
                let new = new.iter().map(|p| (p.from.clone(), p.to.clone())).collect();
                for ends in old.difference(&new) {
                    let path = self.pair_path(name, ends);
                    self.push("pair", &path, ComparisonKind::Removed);
                }
                for ends in new.difference(&old) {
                    let (path, detail) = (self.pair_path(name, ends), String::new());
                    self.push("pair", &path, ComparisonKind::Added { detail });
                }
            }
            _ => {}
        }
    }

    fn properties(&mut self, table: &str, was: &Property, is: &Property) {
        let path = format!("{table}.{}", is.name);
        if was.name != is.name {
            let from = was.name.clone();
            self.push("property", &path, ComparisonKind::Renamed { from });
        }
        let mut alter =
            |aspect: &str, a: &str, b: &str| self.alter("property", &path, aspect, a, b);
        alter("type", &was.ty.to_string(), &is.ty.to_string());
        let label = |p: &Property| if p.nullable { "nullable" } else { "required" };
        alter("nullability", label(was), label(is));
        if was.default != is.default {
            alter(
                "default",
                &or_none(&was.default_cypher()),
                &or_none(&is.default_cypher()),
            );
        }
        alter("comment", &or_none(&was.comment), &or_none(&is.comment));
    }

    fn indexes(&mut self, table: &str, was: &Table, is: &Table) {
        for (key, index) in &was.indexes {
            let path = format!("{table}.{}", index.name);
            match is.indexes.get(key) {
                None => self.push("index", &path, ComparisonKind::Removed),
                Some(now) => self.alter(
                    "index",
                    &path,
                    "shape",
                    &index_text(index, was),
                    &index_text(now, is),
                ),
            }
        }
        for (key, index) in &is.indexes {
            if !was.indexes.contains_key(key) {
                let path = format!("{table}.{}", index.name);
                let detail = index_text(index, is);
                self.push("index", &path, ComparisonKind::Added { detail });
            }
        }
    }
}
