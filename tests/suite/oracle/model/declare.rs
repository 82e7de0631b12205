//! A model as structs would declare it.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::declared::{Declared, TableHints};
use kuzu_ddl_core::schema::name::NameKey;
use kuzu_ddl_core::schema::{Index, Pair, Property, Schema, Table, TableKind};

use super::schema::{Model, ModelIndex, ModelProperty, ModelTable};

impl Model {
    /// The declaration, with the hints that lead from `old` to it.
    pub(in crate::oracle) fn declared(&self, old: &Self) -> Declared {
        let names = self.tables.iter().map(|t| (t.id, NameKey::new(&t.name)));
        let names: BTreeMap<u32, NameKey> = names.collect();
        let mut declared = Declared::default();
        for table in &self.tables {
            let key = NameKey::new(&table.name);
            let shape = table.declared(&names);
            declared.schema.tables.insert(key.clone(), shape);
            let mut hints = table.hints(old.table(table.id));
            hints.dropped_pairs = self.dropped_pairs(old, table);
            declared.tables.insert(key, hints);
        }
        for table in old.tables.iter().filter(|t| self.table(t.id).is_none()) {
            let key = NameKey::new(&table.name);
            declared.dropped_tables.insert(key, table.name.clone());
        }
        for sequence in &self.sequences {
            declared = declared.with_sequence(&sequence.name, sequence.start, sequence.increment);
        }
        for sequence in &old.sequences {
            if self.sequences.iter().all(|s| s.name != sequence.name) {
                declared = declared.with_dropped_sequence(&sequence.name);
            }
        }
        declared
    }

    /// The removed pairs of a table, by the present or last names of their node tables.
    pub(in crate::oracle) fn dropped_pairs(
        &self,
        old: &Self,
        table: &ModelTable,
    ) -> BTreeSet<Pair> {
        let name = |id: u32| {
            let table = self.table(id).or_else(|| old.table(id));
            table.map(|t| NameKey::new(&t.name))
        };
        let before = old.table(table.id);
        let pairs = before.map(|t| t.pairs.as_slice()).unwrap_or_default();
        pairs
            .iter()
            .filter(|pair| !table.pairs.contains(pair))
            .filter_map(|pair| {
                let (from, to) = (name(pair.0)?, name(pair.1)?);
                Some(Pair { from, to })
            })
            .collect()
    }

    /// Whether one version of a source can declare it: a new object cannot take the name of one
    /// that the same version drops.
    pub(in crate::oracle) fn is_declarable(&self, old: &Self) -> bool {
        let declared = self.declared(old);
        declared.dropped_tables.keys().all(|key| {
            declared
                .tables
                .get(key)
                .is_none_or(|hints| !hints.renamed_from.is_empty())
        }) && declared.tables.iter().all(|(key, hints)| {
            let present = &declared.schema.tables[key].properties;
            let came = |name| hints.property_renames.contains_key(name);
            hints
                .dropped
                .iter()
                .all(|name| !present.contains_key(name) || came(name))
        })
    }

    pub(in crate::oracle) fn schema(&self) -> Schema {
        let mut schema = self.declared(&Self::default()).schema;
        for index in schema.tables.values_mut().flat_map(|t| &mut t.indexes) {
            // The engine chooses undeclared options.
            index.1.options = index.1.resolved_options();
        }
        schema
    }
}

impl ModelTable {
    fn declared(&self, names: &BTreeMap<u32, NameKey>) -> Table {
        let kind = if self.is_node() {
            TableKind::Node {
                primary_key: NameKey::new(&self.key().name),
            }
        } else {
            let pair = |(from, to): &(u32, u32)| Pair {
                from: names[from].clone(),
                to: names[to].clone(),
            };
            TableKind::Edge {
                pairs: self.pairs.iter().map(pair).collect(),
                multiplicity: Some(self.multiplicity),
                storage: self.storage,
            }
        };
        let properties = self.properties.iter();
        let indexes = self.indexes.iter().map(|index| self.index(index));
        Table {
            name: self.name.clone(),
            kind,
            properties: properties
                .map(|p| (NameKey::new(&p.name), p.declared()))
                .collect(),
            indexes: indexes.map(|ix| (NameKey::new(&ix.name), ix)).collect(),
            comment: self.comment.clone(),
        }
    }

    fn index(&self, index: &ModelIndex) -> Index {
        let on = index.on.iter().filter_map(|id| self.property(*id));
        let option = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        Index {
            name: index.name.clone(),
            kind: index.kind.clone(),
            properties: on.map(|p| NameKey::new(&p.name)).collect(),
            options: index.option.into_iter().map(option).collect(),
        }
    }

    fn hints(&self, before: Option<&Self>) -> TableHints {
        let mut hints = TableHints {
            column_order: self
                .properties
                .iter()
                .map(|p| NameKey::new(&p.name))
                .collect(),
            ..TableHints::default()
        };
        let Some(before) = before else { return hints };
        if before.name != self.name {
            hints.renamed_from.push(before.name.clone());
        }
        for property in &before.properties {
            match self.property(property.id) {
                Some(now) if now.name != property.name => {
                    let olds = vec![property.name.clone()];
                    hints.property_renames.insert(NameKey::new(&now.name), olds);
                }
                Some(_) => {}
                None => {
                    hints.dropped.insert(NameKey::new(&property.name));
                }
            }
        }
        for property in &self.properties {
            property.write_hints(&mut hints);
        }
        hints
    }
}

impl ModelProperty {
    fn declared(&self) -> Property {
        Property {
            name: self.name.clone(),
            ty: self.ty.clone(),
            nullable: self.nullable,
            default: self.default.clone(),
            comment: self.comment.clone(),
        }
    }

    /// Writes the hints of the field's attributes.
    fn write_hints(&self, hints: &mut TableHints) {
        let key = || NameKey::new(&self.name);
        if let Some(fill) = &self.fill {
            hints.fills.insert(key(), fill.to_string());
        }
        let Some(change) = self.change else { return };
        if let Some(cast) = change.cast {
            hints.casts.insert(key(), cast.to_owned());
        }
        if let Some(on_fail) = change.on_fail {
            hints.on_fail.insert(key(), on_fail);
        }
    }
}
