//! Indexes of one table.
//!
//! An index holds no data and is rebuilt from the rows. So, unlike a table or a property, an index
//! that the struct declared last time and no longer declares is dropped, as in every tool that
//! creates indexes from source. What this source never declared (an index of a newer binary, or one
//! created out of band and adopted) is kept; so is every index of a table that is not declared.

use super::differ::Differ;
use super::note::Note;
use crate::event::{IndexSpec, ObjectId, index_key};
use crate::fold::ObjectBody;
use crate::schema::{Index, NameKey, Table, forgotten_option, is_retained, unsupported_option};

impl Differ<'_> {
    pub(super) fn indexes(&mut self, key: &NameKey, id: ObjectId) {
        let declared = self.declared;
        let Some(table) = declared.schema.tables.get(key) else {
            return;
        };
        let last = self.ancestor_table(key).map(|t| &t.indexes);
        let children = self.draft.fold().children(id);
        let mut present: Vec<(NameKey, ObjectId)> = children
            .filter(|child| child.is_live() && matches!(child.body, ObjectBody::Index(_)))
            .map(|child| (NameKey::new(&child.name.value), child.id))
            .collect();
        present.sort();
        for (name, object) in present {
            if table.indexes.contains_key(&name) {
                continue;
            }
            let was_declared = last.is_some_and(|last| last.contains_key(&name));
            if was_declared || self.options.archive_undeclared {
                self.draft.archive(object);
            } else {
                let spelled = self.draft.fold().object(object);
                let spelled = spelled.map_or_else(|| name.to_string(), |o| o.name.value.clone());
                let object = format!("{}[{spelled}]", table.name);
                self.notes.push(Note::Undeclared { object });
            }
        }
        for (name, desired) in &table.indexes {
            let last = last.and_then(|last| last.get(name));
            self.index(key, id, desired, last);
        }
    }

    fn index(&mut self, key: &NameKey, table: ObjectId, desired: &Index, last: Option<&Index>) {
        let Some(spec) = self.index_spec(table, desired) else {
            // A declared property that is missing is reported by itself.
            return;
        };
        let present = self.draft.fold().find_index(table, &desired.name);
        let present = present.and_then(|object| match &object.body {
            ObjectBody::Index(spec) => Some((object.id, spec.clone())),
            _ => None,
        });
        // If the last declaration had the same index, another party has changed it since.
        let new = last.is_none_or(|last| !last.is_equivalent_to(desired));
        match present {
            Some((_, is)) if retained_definition(&is) == retained_definition(&spec) => {}
            Some((object, is)) if new || is.properties != spec.properties => {
                self.draft.archive(object);
                self.draft.create_index(table, &desired.name, spec);
            }
            None if new || self.lost_property(table, &desired.name) => {
                self.draft.create_index(table, &desired.name, spec);
            }
            _ => {
                let object = self.declared.schema.tables.get(key);
                let object = object.map_or_else(String::new, |t| t.name.clone());
                let object = format!("{object}[{}]", desired.name);
                self.notes.push(Note::IndexChangedElsewhere { object });
            }
        }
    }

    /// Returns whether the index was dropped with a property, not on its own.
    fn lost_property(&self, table: ObjectId, name: &str) -> bool {
        let fold = self.draft.fold();
        let key = index_key(name);
        let mut last = fold.objects_ever_named(Some(table), &key);
        let is_gone = |id: &ObjectId| fold.object(*id).is_none_or(|object| !object.is_live());
        last.any(|object| match &object.body {
            ObjectBody::Index(spec) => spec.properties.iter().any(is_gone),
            _ => false,
        })
    }

    fn index_spec(&self, table: ObjectId, index: &Index) -> Option<IndexSpec> {
        let property = |key| self.find(Some(table), key);
        Some(IndexSpec {
            kind: index.kind.clone(),
            properties: index
                .properties
                .iter()
                .map(property)
                .collect::<Option<_>>()?,
            options: index.resolved_options(),
        })
    }
}

/// Returns the options of an index that the engine retains.
fn retained_definition(spec: &IndexSpec) -> IndexSpec {
    let mut spec = spec.clone();
    spec.options.retain(|name, _| is_retained(name));
    spec
}

/// Reports declared indexes that no engine could create.
pub(super) fn check(table: &Table, mut report: impl FnMut(String, String)) {
    for (key, index) in &table.indexes {
        let path = format!("{}[{}]", table.name, index.name);
        if *key != NameKey::new(&index.name) {
            report(
                path.clone(),
                format!("its key `{key}` does not match its name"),
            );
        }
        let reason = index.check(table).err().map(|e| e.to_string());
        let reason = reason.or_else(|| unsupported_option(index));
        if let Some(reason) = reason.or_else(|| forgotten_option(index)) {
            report(path, reason);
        }
    }
}
