//! Edits of indexes.

use kuzu_ddl_core::schema::name::is_bare_identifier;
use kuzu_ddl_core::schema::{IndexKind, Type};

use super::schema::{Model, ModelIndex, ModelProperty, ModelTable, pick};

/// The kind of index that a property can have.
fn kind(property: &ModelProperty) -> Option<IndexKind> {
    match &property.ty {
        _ if !is_bare_identifier(&property.name) => None,
        Type::String => Some(IndexKind::FullText),
        Type::Array(item, _) if matches!(**item, Type::Float | Type::Double) => {
            Some(IndexKind::Vector)
        }
        _ => None,
    }
}

impl ModelTable {
    fn can_have(&self, index: &ModelIndex) -> bool {
        let fits = |id: &u32| self.property(*id).and_then(kind).as_ref() == Some(&index.kind);
        is_bare_identifier(&self.name) && self.is_node() && index.on.iter().all(fits)
    }
}

/// Options by kind; the first is the engine's default.
fn option(kind: &IndexKind, n: u16) -> Option<(&'static str, &'static str)> {
    let choices = match kind {
        IndexKind::FullText => [None, Some(("stemmer", "none")), Some(("stemmer", "german"))],
        _ => [None, Some(("metric", "l2")), Some(("mu", "17"))],
    };
    choices[usize::from(n) % choices.len()]
}

impl Model {
    pub(super) fn add_index(&mut self, b: u16, c: u16) {
        let id = self.id();
        let mut places = Vec::new();
        for (at, table) in self.tables.iter().enumerate() {
            let plain = table.is_node() && is_bare_identifier(&table.name);
            let fit = table.properties.iter().filter(|_| plain);
            places.extend(fit.filter_map(|p| Some((at, p.id, kind(p)?))));
        }
        let Some(place) = pick(&places, b) else {
            return;
        };
        let (at, property, kind) = places[place].clone();
        let mut on = vec![property];
        if kind == IndexKind::FullText && c.is_multiple_of(3) {
            // An index on two properties.
            let others = places.iter().filter(|p| (p.0, &p.2) == (at, &kind));
            on.extend(others.map(|p| p.1).find(|other| *other != property));
        }
        let option = option(&kind, c);
        let name = format!("ix{id}");
        self.tables[at].indexes.push(ModelIndex {
            name,
            kind,
            on,
            option,
        });
    }

    fn indexed(&self, b: u16, c: u16) -> Option<(usize, usize)> {
        let all = self.tables.iter().enumerate();
        let all: Vec<_> = all
            .flat_map(|(at, table)| (0..table.indexes.len()).map(move |index| (at, index)))
            .collect();
        Some(all[pick(&all, b ^ c)?])
    }

    /// Another option, or for a full-text index fewer properties.
    pub(super) fn change_index(&mut self, b: u16, c: u16) {
        if let Some((table, index)) = self.indexed(b, c) {
            let index = &mut self.tables[table].indexes[index];
            if c.is_multiple_of(4) {
                index.on.truncate(1);
            } else {
                index.option = option(&index.kind, c);
            }
        }
    }

    pub(super) fn drop_index(&mut self, b: u16, c: u16) {
        if let Some((table, index)) = self.indexed(b, c) {
            self.tables[table].indexes.remove(index);
        }
    }

    /// A source could not declare them any longer.
    pub(super) fn drop_impossible_indexes(&mut self) {
        for table in &mut self.tables {
            let mut indexes = std::mem::take(&mut table.indexes);
            indexes.retain(|index| table.can_have(index));
            table.indexes = indexes;
        }
    }
}
