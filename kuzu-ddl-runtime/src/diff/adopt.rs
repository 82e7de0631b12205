//! Taking in what was there before: tables without a ledger go on working.

use std::collections::{BTreeMap, BTreeSet};

use super::table::spec;
use super::{Note, Reason, Refusal};
use crate::declared::Declared;
use crate::drift::{Drift, DriftKind, Local, owned};
use crate::event::{
    DdlEvent, Endpoints, IndexSpec, ObjectId, PropertySpec, index_key, sequence_key,
};
use crate::fold::{Draft, Fold};
use crate::plan::Said;
use crate::schema::name::check_table;
use crate::schema::{Expr, Index, IndexKind, Key, Property, Schema, Table, TableKind};

/// The live schema, and this database's own knowledge of it.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// What the catalog says.
    pub schema: Schema,
    /// What only this database knows.
    pub local: Local,
}

/// What adoption found.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// The events that describe what is there.
    pub events: Vec<DdlEvent>,
    /// The state with them.
    pub fold: Fold,
    /// What this database alone knows.
    pub local: Local,
    /// What a person should know.
    pub notes: Vec<Note>,
    /// Declared things that are there, but otherwise.
    pub refusals: Vec<Refusal>,
}

/// Describes by events the declared tables and properties that are in the database without any.
/// Nothing is changed by that. Tables that nobody declares stay foreign.
#[must_use]
pub fn adopt(declared: &Declared, live: &Live, expected: Fold) -> Adopted {
    let mut adopter = Adopter {
        declared,
        live: &live.schema,
        draft: Draft::new(expected),
        local: live.local.clone(),
        adopted: BTreeSet::new(),
        notes: Vec::new(),
        refusals: Vec::new(),
    };
    adopter.tables();
    adopter.properties();
    adopter.indexes();
    adopter.sequences();
    let Adopter {
        draft,
        local,
        notes,
        refusals,
        ..
    } = adopter;
    let (fold, events) = draft.finish();
    Adopted {
        events,
        fold,
        local,
        notes,
        refusals,
    }
}

/// Makes the ledger follow the database: the events that turn `drift` into history. Rows that no
/// event can describe yet are returned.
#[must_use]
pub fn follow(drift: &[Drift], live: &Live, expected: Fold) -> (Adopted, Vec<Drift>) {
    let mut draft = Draft::new(expected);
    let mut local = live.local.clone();
    let mut notes = Vec::new();
    let mut left = Vec::new();
    for row in drift {
        let table = row.object.split(['.', '(', '[']).next().unwrap_or_default();
        let table = Key::new(table);
        match (&row.kind, row.id) {
            (DriftKind::Missing, Some(id)) if !draft.fold().is_key(id) => draft.drop(id),
            (DriftKind::Extra, None) if row.object.ends_with(']') => {
                let index = live_index(live, &row.object);
                let id = owned(draft.fold()).get(&table).copied();
                match (id, index) {
                    (Some(id), Some(index)) if add_index(&mut draft, id, index) => {}
                    _ => left.push(row.clone()),
                }
            }
            (DriftKind::Altered { what, .. }, Some(id)) if what == "comment" => {
                let text = live
                    .schema
                    .tables
                    .get(&table)
                    .and_then(|t| t.comment.clone());
                draft.comment(id, text);
            }
            (DriftKind::Extra, None) => {
                let found = row.object.split_once('.').and_then(|(table, property)| {
                    let object = *owned(draft.fold()).get(&Key::new(table))?;
                    let property = live.schema.table(table)?.property(property)?;
                    Some((object, property))
                });
                match found {
                    Some((object, property)) if is_legal(property) => {
                        add(
                            &mut draft,
                            &mut local,
                            &mut notes,
                            object,
                            &row.object,
                            property,
                            None,
                        );
                    }
                    _ => left.push(row.clone()),
                }
            }
            _ => left.push(row.clone()),
        }
    }
    let (fold, events) = draft.finish();
    (
        Adopted {
            events,
            fold,
            local,
            notes,
            refusals: Vec::new(),
        },
        left,
    )
}

/// The index of `Table[index]`.
fn live_index<'l>(live: &'l Live, path: &str) -> Option<&'l Index> {
    let (table, index) = path.strip_suffix(']')?.split_once('[')?;
    live.schema.table(table)?.indexes.get(&Key::new(index))
}

fn is_legal(property: &Property) -> bool {
    crate::schema::name::check_property(&property.name).is_ok() && property.ty.check().is_ok()
}

struct Adopter<'a> {
    declared: &'a Declared,
    live: &'a Schema,
    draft: Draft,
    local: Local,
    /// The tables that were taken in.
    adopted: BTreeSet<ObjectId>,
    notes: Vec<Note>,
    refusals: Vec<Refusal>,
}

impl<'a> Adopter<'a> {
    fn tables(&mut self) {
        let owned: BTreeSet<Key> = owned(self.draft.fold()).into_keys().collect();
        for nodes in [true, false] {
            for (key, table) in &self.declared.schema.tables {
                if table.kind.is_node() != nodes || self.draft.fold().find(None, key).is_some() {
                    continue;
                }
                let hints = self.declared.tables.get(key);
                let earlier = hints.map(|h| h.renamed_from.as_slice()).unwrap_or_default();
                let names = std::iter::once(key.clone()).chain(earlier.iter().map(|n| Key::new(n)));
                let found = names
                    .filter(|name| !owned.contains(name))
                    .find_map(|name| self.live.tables.get(&name));
                if let Some(live) = found {
                    self.table(key, table, live);
                }
            }
        }
    }

    fn table(&mut self, key: &Key, declared: &Table, live: &'a Table) {
        let refuse = |reason| Refusal {
            object: declared.name.clone(),
            origin: self
                .declared
                .tables
                .get(key)
                .map(|h| h.origin.clone())
                .unwrap_or_default(),
            reason,
        };
        let id = match (&declared.kind, &live.kind) {
            (TableKind::Node { .. }, TableKind::Node { primary_key }) => {
                let Some(property) = live.properties.get(primary_key) else {
                    return;
                };
                let (spec, _) = self.spec(property, self.declared_property(key, primary_key));
                self.draft
                    .create_node_table(&live.name, &property.name, spec)
            }
            (
                TableKind::Edge {
                    multiplicity: wanted,
                    storage: wanted_storage,
                    ..
                },
                TableKind::Edge {
                    multiplicity,
                    storage,
                    ..
                },
            ) => {
                if multiplicity.is_none() {
                    let object = live.name.clone();
                    self.notes.push(Note::UnknownMultiplicity { object });
                }
                let multiplicity = multiplicity.or(*wanted).unwrap_or_default();
                // Without a property the engine does not tell the direction.
                let storage = if live.properties.is_empty() {
                    wanted_storage
                } else {
                    storage
                };
                self.draft
                    .create_edge_table(&live.name, multiplicity, *storage)
            }
            _ => {
                let is = live.kind.words().to_owned();
                return self.refusals.push(refuse(Reason::OtherKind { is }));
            }
        };
        self.notes.push(Note::Adopted {
            object: live.name.clone(),
        });
        self.adopted.insert(id);
        if live.comment.is_some() {
            self.draft.comment(id, live.comment.clone());
        }
        self.contents(key, live, id);
    }

    fn contents(&mut self, key: &Key, live: &'a Table, id: ObjectId) {
        if let TableKind::Edge { pairs, .. } = &live.kind {
            for pair in pairs {
                let node = |name| self.draft.fold().find(None, name).map(|o| o.id);
                if let (Some(from), Some(to)) = (node(&pair.from), node(&pair.to)) {
                    self.draft.add_pair(id, Endpoints { from, to });
                }
            }
        }
        for (name, property) in &live.properties {
            let path = format!("{}.{}", live.name, property.name);
            let declared = self.declared_property(key, name);
            if let Some(object) = self.draft.fold().find(Some(id), name).map(|o| o.id) {
                // The primary key came with its table; only its default may still be unclear.
                let (_, text) = self.spec(property, declared);
                if let Some(text) = text {
                    self.notes.push(Note::UnclearDefault {
                        object: path,
                        text: text.clone(),
                    });
                    self.local.defaults.insert(object, text);
                }
            } else if is_legal(property) {
                let Self {
                    draft,
                    local,
                    notes,
                    ..
                } = self;
                add(draft, local, notes, id, &path, property, declared);
            } else {
                let reason = "its name or its type cannot be managed".to_owned();
                self.notes.push(Note::Unreadable {
                    object: path,
                    reason,
                });
            }
        }
    }

    /// Properties that somebody added by hand and the source now declares.
    fn properties(&mut self) {
        for (key, table) in &self.declared.schema.tables {
            let fold = self.draft.fold();
            let Some(object) = fold.find(None, key) else {
                continue;
            };
            let (id, physical) = (object.id, Key::new(&fold.physical(object)));
            let Some(live) = self.live.tables.get(&physical) else {
                continue;
            };
            for (name, declared) in &table.properties {
                let fold = self.draft.fold();
                let known = fold.holders(Some(id), name).next().is_some();
                let Some(found) = live.properties.get(name).filter(|_| !known) else {
                    continue;
                };
                let path = format!("{}.{}", table.name, declared.name);
                if found.ty == declared.ty {
                    self.notes.push(Note::Adopted {
                        object: path.clone(),
                    });
                    let Self {
                        draft,
                        local,
                        notes,
                        ..
                    } = self;
                    add(draft, local, notes, id, &path, found, Some(declared));
                } else {
                    self.refusals.push(Refusal {
                        object: path,
                        origin: self
                            .declared
                            .tables
                            .get(key)
                            .map(|h| h.origin.clone())
                            .unwrap_or_default(),
                        reason: Reason::Differs {
                            what: "type".into(),
                            declared: declared.ty.to_string(),
                            is: found.ty.to_string(),
                        },
                    });
                }
            }
        }
    }

    /// Indexes that are there and of which no event tells: all of a table that is adopted now, and
    /// those that the source declares by now.
    fn indexes(&mut self) {
        for (key, table) in &self.declared.schema.tables {
            let fold = self.draft.fold();
            let Some(object) = fold.find(None, key) else {
                continue;
            };
            let (id, physical) = (object.id, Key::new(&fold.physical(object)));
            let Some(live) = self.live.tables.get(&physical) else {
                continue;
            };
            let adopted = self.adopted.contains(&id);
            for (name, index) in &live.indexes {
                let key = index_key(&index.name);
                let known = self.draft.fold().holders(Some(id), &key).next().is_some();
                if !known && (adopted || table.indexes.contains_key(name)) {
                    let object = format!("{}[{}]", table.name, index.name);
                    if add_index(&mut self.draft, id, index) {
                        self.notes.push(Note::Adopted { object });
                    }
                }
            }
        }
    }

    /// Declared sequences that are there, as they are.
    fn sequences(&mut self) {
        for (key, wanted) in &self.declared.schema.sequences {
            let known = self
                .draft
                .fold()
                .holders(None, &sequence_key(&wanted.name))
                .next()
                .is_some();
            let Some(live) = self.live.sequences.get(key).filter(|_| !known) else {
                continue;
            };
            self.draft.create_sequence(&live.name, live.into());
            let object = format!("sequence {}", live.name);
            self.notes.push(Note::Adopted { object });
        }
    }

    fn declared_property(&self, table: &Key, name: &Key) -> Option<&'a Property> {
        let properties = &self.declared.schema.tables.get(table)?.properties;
        properties.get(name).or_else(|| {
            let hints = &self.declared.tables.get(table)?.properties;
            let (now, _) = hints
                .iter()
                .find(|(_, olds)| olds.iter().any(|old| Key::new(old) == *name))?;
            properties.get(now)
        })
    }

    fn spec(&self, live: &Property, declared: Option<&Property>) -> (PropertySpec, Option<String>) {
        adopted_spec(live, declared)
    }
}

/// `false` if no event can tell of it.
fn add_index(draft: &mut Draft, table: ObjectId, index: &Index) -> bool {
    let fold = draft.fold();
    let children = || fold.children(table).filter(|child| child.is_live());
    let property = |key: &Key| {
        let mut all = children().filter(|child| fold.property(child).is_some());
        all.find(|child| Key::new(&fold.physical(child)) == *key)
            .map(|child| child.id)
    };
    let properties: Option<Vec<_>> = index.properties.iter().map(property).collect();
    let known = matches!(index.kind, IndexKind::FullText | IndexKind::Vector);
    match properties {
        Some(properties) if known && check_table(&index.name).is_ok() => {
            let spec = IndexSpec {
                kind: index.kind.clone(),
                properties,
                options: index.complete(),
            };
            draft.create_index(table, &index.name, spec);
            true
        }
        _ => false,
    }
}

fn add(
    draft: &mut Draft,
    local: &mut Local,
    notes: &mut Vec<Note>,
    table: ObjectId,
    path: &str,
    live: &Property,
    declared: Option<&Property>,
) {
    let (spec, text) = adopted_spec(live, declared);
    let id = draft.add_property(table, &live.name, spec);
    if let Some(text) = text {
        let object = path.to_owned();
        notes.push(Note::UnclearDefault {
            object,
            text: text.clone(),
        });
        local.defaults.insert(id, text);
    }
}

/// What the events shall say of a property that is there; and the engine's text of its default
/// where that is not to be had in typed form. Such a default is taken for the declared one if the
/// two differ at most in what the engine loses.
fn adopted_spec(live: &Property, declared: Option<&Property>) -> (PropertySpec, Option<String>) {
    let mut spec = spec(live);
    spec.nullable = declared.is_none_or(|p| p.nullable);
    let text = match &live.default {
        Some(Expr::Opaque(text)) => text,
        // The engine takes longer ones than a history may hold.
        Some(expr) if expr.check(&live.ty).is_err() => &expr.canonical(&live.ty),
        _ => return (spec, None),
    };
    let bare = |text: &str| text.replace(['-', ' ', '(', ')'], "").to_ascii_lowercase();
    let wanted = declared.and_then(|p| p.default.as_ref());
    spec.default = wanted
        .filter(|expr| bare(&expr.to_string()) == bare(text))
        .cloned();
    (spec, Some(text.clone()))
}

/// Column order by declaration, for tables that are made here.
#[must_use]
pub fn orders(declared: &Declared) -> BTreeMap<Key, Vec<Key>> {
    declared
        .tables
        .iter()
        .map(|(key, hints)| (key.clone(), hints.order.clone()))
        .collect()
}

/// What the source says that a plan needs beside the events. Texts that are no expressions are
/// left out: [`illegal`](super::illegal) refuses them.
#[must_use]
pub fn said(declared: &Declared) -> Said {
    let fills = declared.tables.iter().flat_map(|(table, hints)| {
        hints.fills.iter().filter_map(|(property, text)| {
            let expr = text.parse().ok()?;
            Some(((table.clone(), property.clone()), expr))
        })
    });
    let by = declared.tables.iter().flat_map(|(table, hints)| {
        let by = hints.fills_with.iter();
        by.map(|(property, by)| ((table.clone(), property.clone()), by.clone()))
    });
    let on_fails = declared.tables.iter().flat_map(|(table, hints)| {
        let declared = declared.schema.tables.get(table);
        hints.on_fails.keys().filter_map(move |property| {
            let wanted = declared?.properties.get(property)?;
            let on_fail = super::alter::on_fail(hints, property, wanted);
            Some(((table.clone(), property.clone()), on_fail))
        })
    });
    Said {
        orders: orders(declared),
        fills: fills.collect(),
        fills_by: by.collect(),
        on_fails: on_fails.collect(),
        functions: declared.functions.clone(),
        back: false,
    }
}
