//! Import of catalog objects: events for objects that exist in the database without any.

use std::collections::BTreeMap;

use super::super::note::Note;
use super::super::table::spec;
use crate::declared::Declared;
use crate::event::{Endpoints, IndexSpec, ObjectId, PropertySpec};
use crate::fold::ChangeBuilder;
use crate::schema::name::{check_property, check_table};
use crate::schema::{Expr, Index, IndexKind, NameKey, Property, Table, TableKind};
use crate::state::LocalState;

/// Importer of live objects into the history, one by one.
pub(in crate::diff) struct CatalogImporter<'a> {
    pub(in crate::diff) declared: &'a Declared,
    pub(in crate::diff) draft: ChangeBuilder,
    pub(in crate::diff) local: LocalState,
    pub(in crate::diff) missing_values: &'a BTreeMap<(NameKey, NameKey), u64>,
    pub(in crate::diff) notes: Vec<Note>,
}

impl CatalogImporter<'_> {
    /// Imports a table with all its members. `key` is its declared name, whose declaration supplies
    /// what the catalog does not report. Returns `None` where no event can describe the table.
    pub(in crate::diff) fn table(
        &mut self,
        key: Option<&NameKey>,
        live: &Table,
    ) -> Option<ObjectId> {
        let id = match &live.kind {
            TableKind::Node { primary_key } => {
                let property = live.properties.get(primary_key)?;
                if check_table(&live.name).is_err() || !is_legal(property) {
                    return None;
                }
                let (spec, _) = adopted_spec(property, self.declared_property(key, primary_key));
                self.draft
                    .create_node_table(&live.name, &property.name, spec)
            }
            TableKind::Edge { .. } if check_table(&live.name).is_err() => return None,
            TableKind::Edge {
                multiplicity,
                storage,
                ..
            } => {
                let desired = key.and_then(|key| self.declared.schema.tables.get(key));
                let (desired, desired_storage) = match desired.map(|table| &table.kind) {
                    Some(TableKind::Edge {
                        multiplicity,
                        storage,
                        ..
                    }) => (*multiplicity, storage),
                    _ => (None, storage),
                };
                if multiplicity.is_none() {
                    let object = live.name.clone();
                    self.notes.push(Note::UnknownMultiplicity { object });
                }
                // Without a property the engine does not report the direction.
                let storage = if live.properties.is_empty() {
                    desired_storage
                } else {
                    storage
                };
                let multiplicity = multiplicity.or(desired).unwrap_or_default();
                self.draft
                    .create_edge_table(&live.name, multiplicity, *storage)
            }
        };
        if live.comment.is_some() {
            self.draft.set_comment(id, live.comment.clone());
        }
        self.pairs(live, id);
        self.properties(key, live, id);
        Some(id)
    }

    fn pairs(&mut self, live: &Table, id: ObjectId) {
        if let TableKind::Edge { pairs, .. } = &live.kind {
            for pair in pairs {
                let node = |name| self.draft.fold().find(None, name).map(|o| o.id);
                if let (Some(from), Some(to)) = (node(&pair.from), node(&pair.to)) {
                    self.draft.add_pair(id, Endpoints { from, to });
                }
            }
        }
    }

    fn properties(&mut self, key: Option<&NameKey>, live: &Table, id: ObjectId) {
        for (name, property) in &live.properties {
            let path = format!("{}.{}", live.name, property.name);
            if let Some(object) = self.draft.fold().find(Some(id), name).map(|o| o.id) {
                // The primary key was imported with its table; only its default may still be
                // ambiguous.
                let (_, text) = adopted_spec(property, self.declared_property(key, name));
                self.note_ambiguous_default(object, path, text);
            } else if !self.property(key, &path, property, id) {
                let reason = "unsupported name or type".to_owned();
                self.notes.push(Note::Unreadable {
                    object: path,
                    reason,
                });
            }
        }
    }

    /// Imports a property of a managed table; returns `false` if no event can describe it.
    pub(in crate::diff) fn property(
        &mut self,
        key: Option<&NameKey>,
        path: &str,
        live: &Property,
        table: ObjectId,
    ) -> bool {
        if !is_legal(live) {
            return false;
        }
        let (mut spec, text) =
            adopted_spec(live, self.declared_property(key, &NameKey::new(&live.name)));
        if self.lacks_values(key, path, &NameKey::new(&live.name)) {
            spec.nullable = true;
        }
        let id = self.draft.add_property(table, &live.name, spec);
        self.note_ambiguous_default(id, path.to_owned(), text);
        true
    }

    /// Reports a declared property whose rows lack values. Returns whether it has a backfill: then it
    /// is adopted as it is, so that the declaration makes it required and runs the backfill.
    fn lacks_values(&mut self, key: Option<&NameKey>, path: &str, name: &NameKey) -> bool {
        let declared = self.declared_property(key, name);
        let (Some(key), Some(declared)) = (key, declared) else {
            return false;
        };
        let name = NameKey::new(&declared.name);
        let hints = self.declared.tables.get(key);
        let is_filled = hints.is_some_and(|hints| {
            hints.fills.contains_key(&name) || hints.fill_functions.contains_key(&name)
        });
        let Some(rows) = self.missing_values.get(&(key.clone(), name)) else {
            return false;
        };
        self.notes.push(Note::MissingValues {
            object: path.to_owned(),
            rows: *rows,
            is_filled,
        });
        is_filled
    }

    /// Returns the default of a property as it is in the catalog; `None` if there is none in typed
    /// form.
    pub(in crate::diff) fn default(
        &mut self,
        id: ObjectId,
        path: &str,
        live: &Property,
    ) -> Option<Expr> {
        let (spec, text) = adopted_spec(live, None);
        self.local.adopted_defaults.remove(&id);
        self.note_ambiguous_default(id, path.to_owned(), text);
        spec.default
    }

    fn note_ambiguous_default(&mut self, id: ObjectId, object: String, text: Option<String>) {
        if let Some(text) = text {
            self.notes.push(Note::AmbiguousDefault {
                object,
                text: text.clone(),
            });
            self.local.adopted_defaults.insert(id, text);
        }
    }

    /// Returns the declaration of a property that has, or had, this name.
    fn declared_property(&self, table: Option<&NameKey>, name: &NameKey) -> Option<&Property> {
        let properties = &self.declared.schema.tables.get(table?)?.properties;
        properties.get(name).or_else(|| {
            let hints = &self.declared.tables.get(table?)?.property_renames;
            let (now, _) = hints
                .iter()
                .find(|(_, olds)| olds.iter().any(|old| NameKey::new(old) == *name))?;
            properties.get(now)
        })
    }

    /// Imports an index of a managed table; returns `false` if no event can describe it.
    pub(in crate::diff) fn index(&mut self, table: ObjectId, index: &Index) -> bool {
        let fold = self.draft.fold();
        let children = || fold.children(table).filter(|child| child.is_live());
        let property = |key: &NameKey| {
            let mut all = children().filter(|child| fold.property(child).is_some());
            all.find(|child| NameKey::new(&fold.database_name(child)) == *key)
                .map(|child| child.id)
        };
        let properties: Option<Vec<_>> = index.properties.iter().map(property).collect();
        let is_supported = matches!(index.kind, IndexKind::FullText | IndexKind::Vector);
        match properties {
            Some(properties) if is_supported && check_table(&index.name).is_ok() => {
                let spec = IndexSpec {
                    kind: index.kind.clone(),
                    properties,
                    options: index.resolved_options(),
                };
                self.draft.create_index(table, &index.name, spec);
                true
            }
            _ => false,
        }
    }
}

/// Returns whether an event can describe a property.
pub(in crate::diff) fn is_legal(property: &Property) -> bool {
    check_property(&property.name).is_ok() && property.ty.check().is_ok()
}

/// Returns the specification that the events record of an existing property; and the engine's text
/// of its default where that is not available in typed form. Such a default is assumed to be the
/// declared one if the two differ at most in what the engine loses.
fn adopted_spec(live: &Property, declared: Option<&Property>) -> (PropertySpec, Option<String>) {
    let mut spec = spec(live);
    spec.nullable = declared.is_none_or(|p| p.nullable);
    let text = match &live.default {
        Some(Expr::Opaque(text)) => text,
        // The engine accepts longer defaults than a history can hold.
        Some(expr) if expr.check(&live.ty).is_err() => &expr.canonical(&live.ty),
        _ => return (spec, None),
    };
    let bare = |text: &str| text.replace(['-', ' ', '(', ')'], "").to_ascii_lowercase();
    let desired = declared.and_then(|p| p.default.as_ref());
    spec.default = desired
        .filter(|expr| bare(&expr.to_string()) == bare(text))
        .cloned();
    (spec, Some(text.clone()))
}
