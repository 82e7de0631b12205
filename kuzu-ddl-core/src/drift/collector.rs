//! Comparison of an object and its members, and collection of the drift found.

use std::collections::BTreeMap;
use std::fmt;

use super::live_names::LiveNames;
use super::model::{Aspect, Drift, DriftKind, Location};
use crate::event::ObjectId;
use crate::fold::{Fold, Lifecycle, Object, ObjectBody};
use crate::schema::{NameKey, Pair, Property, Table, TableKind};
use crate::state::LocalState;

/// Collector of the drift entries of one object.
pub(super) struct DriftCollector<'a> {
    rows: &'a mut Vec<Drift>,
    name: String,
    id: ObjectId,
    site: Location,
}

impl<'a> DriftCollector<'a> {
    pub(super) fn new(
        rows: &'a mut Vec<Drift>,
        name: String,
        id: ObjectId,
        site: Location,
    ) -> Self {
        Self {
            rows,
            name,
            id,
            site,
        }
    }

    pub(super) fn push(&mut self, kind: DriftKind) {
        self.rows.push(Drift {
            object: self.name.clone(),
            kind,
            id: Some(self.id),
            site: self.site.clone(),
        });
    }

    pub(super) fn check<T: PartialEq + fmt::Display>(
        &mut self,
        aspect: Aspect,
        expected: &T,
        is: &T,
    ) {
        if expected != is {
            let (expected, is) = (expected.to_string(), is.to_string());
            self.push(DriftKind::Changed {
                aspect,
                expected,
                actual: is,
            });
        }
    }
}

/// Table of the events, its counterpart in the database, and the state that only this database has.
pub(super) struct Compared<'a> {
    pub(super) fold: &'a Fold,
    pub(super) object: &'a Object,
    pub(super) live: &'a Table,
    pub(super) key: NameKey,
    pub(super) local: &'a LocalState,
    pub(super) names: &'a LiveNames,
}

impl Compared<'_> {
    /// Compares the table without its members; returns whether comparing the members makes sense.
    pub(super) fn check_table(&self, expected: &Table, rows: &mut Vec<Drift>) -> bool {
        let (name, site) = (expected.name.clone(), Location::Table(self.key.clone()));
        let mut rows = DriftCollector::new(rows, name, self.object.id, site);
        rows.check(Aspect::Name, &expected.name, &self.live.name);
        let text = |c: &Option<String>| c.clone().unwrap_or_default();
        rows.check(
            Aspect::Comment,
            &text(&expected.comment),
            &text(&self.live.comment),
        );
        let kinds = (expected.kind.as_str(), self.live.kind.as_str());
        rows.check(Aspect::Kind, &kinds.0, &kinds.1);
        match (&self.object.body, &expected.kind, &self.live.kind) {
            (ObjectBody::NodeTable { key }, _, TableKind::Node { primary_key }) => {
                let expected = self.property(*key).unwrap_or_else(|| primary_key.clone());
                rows.check(Aspect::PrimaryKey, &expected, primary_key);
                true
            }
            (
                _,
                TableKind::Edge {
                    multiplicity,
                    storage,
                    ..
                },
                TableKind::Edge {
                    multiplicity: m,
                    storage: s,
                    ..
                },
            ) => {
                match (multiplicity, m) {
                    (Some(a), Some(b)) => rows.check(Aspect::Multiplicity, a, b),
                    // The ledger described the table that existed before.
                    _ if self.names.recreated.contains(&self.object.id) => {
                        rows.push(DriftKind::MetadataLost {
                            aspect:
                                "was recreated out of band, and its multiplicity cannot be read"
                                    .into(),
                        });
                    }
                    _ => {}
                }
                // The engine reports the direction with a property; without properties it reports
                // nothing.
                if !self.live.properties.is_empty() {
                    rows.check(Aspect::Storage, &storage.as_str(), &s.as_str());
                }
                true
            }
            _ => false,
        }
    }

    /// Returns the name that a property has in the database.
    fn property(&self, id: ObjectId) -> Option<NameKey> {
        let expected = NameKey::new(&self.fold.database_name(self.fold.object(id)?));
        self.names.property(self.object.id, id, &expected)
    }

    /// Returns the same for a property given by the name that the events record.
    pub(super) fn live_name(&self, expected: &NameKey) -> NameKey {
        let mut properties = self.fold.children(self.object.id);
        let is_property = |o: &&crate::fold::Object| {
            matches!(o.body, ObjectBody::Property(_))
                && NameKey::new(&self.fold.database_name(o)) == *expected
        };
        let object = properties.find(is_property);
        let live_name = object.and_then(|object| self.property(object.id));
        live_name.unwrap_or_else(|| expected.clone())
    }

    pub(super) fn pairs(&self, rows: &mut Vec<Drift>) {
        let TableKind::Edge { pairs, .. } = &self.live.kind else {
            return;
        };
        let (mut extra, name) = (pairs.clone(), &self.live.name);
        let spelled = |key: &NameKey| {
            let table = self.fold.find(None, key);
            table.map_or_else(|| key.to_string(), |table| table.name.value.clone())
        };
        let row = |pair: &Pair, kind, id| Drift {
            object: format!("{name}({} -> {})", spelled(&pair.from), spelled(&pair.to)),
            kind,
            id,
            site: Location::Pair(self.key.clone(), pair.clone()),
        };
        for child in self.fold.physical_pairs(self.object.id) {
            let Some(pair) = self.pair(child) else {
                continue;
            };
            // The next plan adds those of an archived table, and the placeholder of the last pair.
            let is_planned = !child.is_live() || !self.object.is_live();
            if !extra.remove(&pair) && !is_planned {
                rows.push(row(&pair, DriftKind::Missing, Some(child.id)));
            }
        }
        if !self.object.is_live() {
            // Earlier versions did not drop the pairs of an archived table.
            let children = self.fold.children(self.object.id);
            for pair in children.filter_map(|child| self.pair(child)) {
                extra.remove(&pair);
            }
        }
        rows.extend(
            extra
                .iter()
                .map(|pair| row(pair, DriftKind::Unexpected, None)),
        );
    }

    /// Returns a pair with the names that its node tables have in the database.
    fn pair(&self, object: &Object) -> Option<Pair> {
        let ObjectBody::Pair(ends) = &object.body else {
            return None;
        };
        let live_name = |id: ObjectId| {
            let expected = NameKey::new(&self.fold.database_name(self.fold.object(id)?));
            Some(self.names.table(id, &expected).unwrap_or(expected))
        };
        Some(Pair {
            from: live_name(ends.from)?,
            to: live_name(ends.to)?,
        })
    }

    pub(super) fn properties(&self, rows: &mut Vec<Drift>) {
        let mut extra: BTreeMap<&NameKey, &Property> = self.live.properties.iter().collect();
        let children = || self.fold.children(self.object.id);
        let exists = |o: &&Object| !matches!(o.lifecycle.value, Lifecycle::Purged(_));
        for child in children().filter(exists) {
            let Some(expected) = self.fold.property(child) else {
                continue;
            };
            let key = NameKey::new(&expected.name);
            let live_name = self.names.property(self.object.id, child.id, &key);
            let is = live_name
                .as_ref()
                .and_then(|live_name| extra.remove(live_name));
            let path = format!("{}.{}", self.live.name, expected.name);
            let site = Location::Property(self.key.clone(), live_name.unwrap_or(key));
            let mut rows = DriftCollector::new(rows, path, child.id, site);
            match is {
                Some(is) => self.check_property(&expected, is, &mut rows),
                None if child.is_live() => rows.push(DriftKind::Missing),
                None => {}
            }
        }
        // Columns with old values. The next plan adds missing ones, which an earlier version did
        // not create where there were no old values.
        let archives = children().flat_map(Object::columns);
        for archive in archives.filter(|archive| !archive.purged) {
            extra.remove(&NameKey::new(&archive.name));
        }
        rows.extend(extra.into_iter().map(|(key, property)| Drift {
            object: format!("{}.{}", self.live.name, property.name),
            kind: DriftKind::Unexpected,
            id: None,
            site: Location::Property(self.key.clone(), key.clone()),
        }));
    }

    fn check_property(&self, expected: &Property, is: &Property, rows: &mut DriftCollector<'_>) {
        rows.check(Aspect::Name, &expected.name, &is.name);
        rows.check(Aspect::Type, &expected.ty, &is.ty);
        let none = || "none".to_owned();
        let adopted_default = self.local.adopted_defaults.get(&rows.id).cloned();
        let default = adopted_default
            .or_else(|| expected.default_cypher())
            .unwrap_or_else(none);
        let is = is.default_cypher().unwrap_or_else(none);
        rows.check(Aspect::Default, &default, &is);
    }
}
