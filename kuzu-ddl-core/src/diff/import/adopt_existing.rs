//! Adoption of existing tables: a database without a ledger continues to work.

use std::collections::{BTreeMap, BTreeSet};

use super::super::incompatibility::{Incompatibility, IncompatibilityKind};
use super::super::note::Note;
use super::importer::CatalogImporter;
use crate::declared::Declared;
use crate::event::{DdlEvent, ObjectId, index_key, sequence_key};
use crate::fold::{ChangeBuilder, Fold, managed_tables};
use crate::schema::{NameKey, Schema, Table};
use crate::state::LocalState;

/// The live schema, with the state that only this database has.
#[derive(Clone, Debug, Default)]
pub struct LiveSchema {
    /// Schema in the catalog.
    pub schema: Schema,
    /// State that only this database has.
    pub local: LocalState,
    /// Number of rows without a value, by declared table and property: of properties that are
    /// declared as required and were not adopted before. Those without such rows are left out.
    pub missing_values: BTreeMap<(NameKey, NameKey), u64>,
}

/// Result of an adoption.
#[derive(Clone, Debug)]
pub struct Adoption {
    /// Events that describe the existing objects.
    pub events: Vec<DdlEvent>,
    /// State after the events.
    pub fold: Fold,
    /// State that only this database has.
    pub local: LocalState,
    /// Notes for the operator.
    pub notes: Vec<Note>,
    /// Declared items that exist in a different form.
    pub refusals: Vec<Incompatibility>,
}

/// Describes the declared tables and properties that exist in the database, but not in the events,
/// by new events. The database is not changed. Tables that are not declared stay unmanaged.
#[must_use]
pub fn adopt_existing(declared: &Declared, live: &LiveSchema, expected: Fold) -> Adoption {
    let mut adopter = Adopter {
        declared,
        live: &live.schema,
        importer: CatalogImporter {
            declared,
            draft: ChangeBuilder::new(expected),
            local: live.local.clone(),
            missing_values: &live.missing_values,
            notes: Vec::new(),
        },
        adopted: BTreeSet::new(),
        refusals: Vec::new(),
    };
    adopter.tables();
    adopter.properties();
    adopter.indexes();
    adopter.sequences();
    let Adopter {
        importer, refusals, ..
    } = adopter;
    Adoption::new(importer, refusals)
}

impl Adoption {
    pub(in crate::diff) fn new(
        importer: CatalogImporter<'_>,
        refusals: Vec<Incompatibility>,
    ) -> Self {
        let CatalogImporter {
            draft,
            local,
            notes,
            ..
        } = importer;
        let (fold, events) = draft.finish();
        Self {
            events,
            fold,
            local,
            notes,
            refusals,
        }
    }
}

struct Adopter<'a> {
    declared: &'a Declared,
    live: &'a Schema,
    importer: CatalogImporter<'a>,
    /// Tables adopted by this call.
    adopted: BTreeSet<ObjectId>,
    refusals: Vec<Incompatibility>,
}

impl<'a> Adopter<'a> {
    fn fold(&self) -> &Fold {
        self.importer.draft.fold()
    }

    fn note(&mut self, object: String) {
        self.importer.notes.push(Note::Adopted { object });
    }

    fn refuse(&mut self, table: &NameKey, object: String, reason: IncompatibilityKind) {
        let hints = self.declared.tables.get(table);
        let origin = hints.map(|h| h.origin.clone()).unwrap_or_default();
        self.refusals.push(Incompatibility {
            object,
            origin,
            kind: reason,
        });
    }

    fn tables(&mut self) {
        let owned: BTreeSet<NameKey> = managed_tables(self.fold()).into_keys().collect();
        for nodes in [true, false] {
            for (key, table) in &self.declared.schema.tables {
                if table.kind.is_node() != nodes || self.fold().find(None, key).is_some() {
                    continue;
                }
                let hints = self.declared.tables.get(key);
                let earlier = hints.map(|h| h.renamed_from.as_slice()).unwrap_or_default();
                let names =
                    std::iter::once(key.clone()).chain(earlier.iter().map(|n| NameKey::new(n)));
                let found = names
                    .filter(|name| !owned.contains(name))
                    .find_map(|name| self.live.tables.get(&name));
                if let Some(live) = found {
                    self.table(key, table, live);
                }
            }
        }
    }

    fn table(&mut self, key: &NameKey, declared: &Table, live: &Table) {
        if declared.kind.is_node() != live.kind.is_node() {
            let is = live.kind.as_str().to_owned();
            return self.refuse(
                key,
                declared.name.clone(),
                IncompatibilityKind::KindMismatch { is },
            );
        }
        if let Some(id) = self.importer.table(Some(key), live) {
            self.note(live.name.clone());
            self.adopted.insert(id);
        }
    }

    /// Adopts properties that were added out of band and are declared now.
    fn properties(&mut self) {
        for (key, table) in &self.declared.schema.tables {
            let fold = self.importer.draft.fold();
            let Some(object) = fold.find(None, key) else {
                continue;
            };
            let (id, physical) = (object.id, NameKey::new(&fold.database_name(object)));
            let Some(live) = self.live.tables.get(&physical) else {
                continue;
            };
            for (name, declared) in &table.properties {
                let fold = self.importer.draft.fold();
                let known = fold.objects_ever_named(Some(id), name).next().is_some();
                let Some(found) = live.properties.get(name).filter(|_| !known) else {
                    continue;
                };
                let path = format!("{}.{}", table.name, declared.name);
                if found.ty == declared.ty {
                    self.note(path.clone());
                    self.importer.property(Some(key), &path, found, id);
                } else {
                    let (declared, is) = (declared.ty.to_string(), found.ty.to_string());
                    let aspect = "type".into();
                    let reason = IncompatibilityKind::Changed {
                        aspect,
                        declared,
                        is,
                        restorable: false,
                    };
                    self.refuse(key, path, reason);
                }
            }
        }
    }

    /// Adopts indexes that no event describes: all indexes of a table that is adopted now, and
    /// those that are declared by now.
    fn indexes(&mut self) {
        for (key, table) in &self.declared.schema.tables {
            let fold = self.importer.draft.fold();
            let Some(object) = fold.find(None, key) else {
                continue;
            };
            let (id, physical) = (object.id, NameKey::new(&fold.database_name(object)));
            let Some(live) = self.live.tables.get(&physical) else {
                continue;
            };
            let adopted = self.adopted.contains(&id);
            for (name, index) in &live.indexes {
                let key = index_key(&index.name);
                let known = self
                    .fold()
                    .objects_ever_named(Some(id), &key)
                    .next()
                    .is_some();
                if !known && (adopted || table.indexes.contains_key(name)) {
                    let object = format!("{}[{}]", table.name, index.name);
                    if self.importer.index(id, index) {
                        self.note(object);
                    }
                }
            }
        }
    }

    /// Adopts declared sequences that exist, in their present form.
    fn sequences(&mut self) {
        for (key, wanted) in &self.declared.schema.sequences {
            let known = self
                .fold()
                .objects_ever_named(None, &sequence_key(&wanted.name))
                .next()
                .is_some();
            let Some(live) = self.live.sequences.get(key).filter(|_| !known) else {
                continue;
            };
            let (name, spec) = (live.name.clone(), live.into());
            self.importer.draft.create_sequence(&name, spec);
            self.note(format!("sequence {name}"));
        }
    }
}
