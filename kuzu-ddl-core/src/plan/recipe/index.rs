//! Indexes: created last, and dropped only with their table.
//!
//! This applies where the engine's capabilities do not say otherwise. The engine creates no index
//! within a transaction, so that work is deferred. It cannot drop one in place at all: dropping a
//! vector index leaves a table that takes no rows and crashes the next process, and dropping a
//! full-text index does the same after a crash before the next checkpoint (bugs B25 and B26). What
//! does work, and rolls back and replays like any change, is to drop the index together with its
//! table. So a table whose index is to be dropped is rebuilt, and all its other indexes are
//! recreated.
//!
//! An index whose property is archived stays with the archived column: it follows every rename, and
//! costs nothing but its upkeep. The index of an archived table is restored with the table.

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::error::PlanError;
use super::super::operation::Operation;
use super::rebuild::RebuildSet;
use crate::event::ObjectId;
use crate::fold::{Object, ObjectBody};
use crate::schema::{Index, IndexKind, NameKey, Table, TableKind, Type, unsupported_option};

impl<'a> PlanBuilder<'a> {
    /// Returns whether an existing index must be dropped, or an index is wanted where creating it
    /// in place could crash the engine.
    pub(in crate::plan) fn index_needs_rebuild(&self, table: &ExistingTable<'a>) -> bool {
        if !table.object.is_live() || !table.live.kind.is_node() {
            return false;
        }
        let is_dropped = |index| {
            (!self.capabilities.drop_index && self.requires_drop(table, index))
                || (!self.capabilities.set_indexed_property && self.is_filled(table, index))
        };
        let gap = self
            .column_id_gaps
            .contains_key(&NameKey::new(&table.live.name));
        table.live.indexes.values().any(is_dropped)
            || (gap
                && self
                    .desired_indexes(table.object)
                    .any(|index| !self.is_live(table, &index.1)))
    }

    /// Returns whether a column of an index gets values in place: a vector index rejects the SET,
    /// and a full-text index loses them after a crash (bug B27).
    fn is_filled(&self, table: &ExistingTable<'a>, index: &Index) -> bool {
        let filled = |object: &Object| {
            self.becomes_required(object.id)
                && self.changed(object.id).is_none()
                && self.fill_expr(object).is_some()
        };
        let columns = index.properties.iter();
        columns
            .filter_map(|key| self.column(table, key))
            .any(filled)
    }

    /// Returns the live indexes of a table after the plan.
    fn desired_indexes(
        &self,
        table: &Object,
    ) -> impl Iterator<Item = (&'a Object, Index)> + use<'a> {
        let (after, leave) = (self.after, self.ignored);
        after
            .children(table.id)
            .filter(|child| child.is_live() && !leave.contains(&child.id))
            .filter_map(|child| Some((child, after.index(child)?)))
    }

    /// Returns whether the database has an index as it is after the plan.
    fn is_live(&self, table: &ExistingTable<'a>, desired: &Index) -> bool {
        let live = table.live.indexes.get(&NameKey::new(&desired.name));
        live.is_some_and(|live| desired.is_equivalent_to(&self.moved(table, live)))
    }

    /// Returns an index of the database with its columns by their names after the plan.
    fn moved(&self, table: &ExistingTable<'a>, index: &Index) -> Index {
        let column = |key: &NameKey| {
            let Some(object) = self.column(table, key) else {
                return key.clone();
            };
            let archive = self
                .changed(object.id)
                .and_then(|_| self.previous_column(object.id, table));
            let archive = archive.map(|previous| previous.column.name.clone());
            NameKey::new(&archive.unwrap_or_else(|| self.after.database_name(object)))
        };
        Index {
            properties: index.properties.iter().map(column).collect(),
            ..index.clone()
        }
    }

    /// Returns the property of a database column.
    fn column(&self, table: &ExistingTable<'a>, key: &NameKey) -> Option<&'a Object> {
        self.after
            .children(table.object.id)
            .filter(|child| matches!(child.body, ObjectBody::Property(_)))
            .find(|child| {
                let live_property = self.live_property(child, table);
                live_property.is_some_and(|property| NameKey::new(&property.name) == *key)
            })
    }

    fn requires_drop(&self, table: &ExistingTable<'a>, index: &Index) -> bool {
        let key = NameKey::new(&index.name);
        let named = |object: &&Object| {
            let is = self
                .after
                .index(object)
                .map(|index| NameKey::new(&index.name));
            is == Some(key.clone())
        };
        let indexes = || self.after.children(table.object.id).filter(named);
        if indexes().any(|object| self.ignored.contains(&object.id)) {
            return false;
        }
        if let Some(desired) = indexes().find(|object| object.is_live()) {
            let desired = self.after.index(desired);
            return desired
                .is_some_and(|desired| !desired.is_equivalent_to(&self.moved(table, index)));
        }
        // It stays with an archived column, of a dropped property or of a changed one.
        let is_unarchived = |key: &NameKey| match self.column(table, key) {
            Some(object) => object.is_live() && self.changed(object.id).is_none(),
            None => !self.keeps_old_values(table, key),
        };
        self.knows_index(table, &key) && index.properties.iter().all(is_unarchived)
    }

    /// Returns whether a column keeps the values of a property from before a change.
    fn keeps_old_values(&self, table: &ExistingTable<'_>, column: &NameKey) -> bool {
        let properties = self.before.children(table.object.id);
        let mut archives = properties.flat_map(|property| &property.archived_columns);
        archives.any(|archive| !archive.purged && NameKey::new(&archive.name) == *column)
    }

    fn knows_index(&self, table: &ExistingTable<'_>, name: &NameKey) -> bool {
        let mut children = self.after.children(table.object.id);
        children.any(|child| {
            matches!(child.body, ObjectBody::Index(_)) && NameKey::new(&child.name.value) == *name
        })
    }

    /// Drops the indexes of a rebuilt table, before the table itself is dropped.
    pub(in crate::plan) fn drop_indexes(&mut self, table: &ExistingTable<'a>) {
        for index in table.live.indexes.values() {
            let ours = self.knows_index(table, &NameKey::new(&index.name));
            if !ours || !self.drop_index(table.live, &table.name, index) {
                let reason = "the table must be rebuilt, and this unmanaged index would be lost\n\
                               help: declare it on its struct, so that it is recreated";
                self.errors.push(PlanError::Unsupported {
                    object: format!("{}[{}]", table.live.name, index.name),
                    reason: reason.into(),
                });
            }
        }
    }

    /// Drops indexes of a table that stays, where the engine can.
    pub(in crate::plan) fn drop_indexes_in_place(&mut self, table: &ExistingTable<'a>) {
        if !self.capabilities.drop_index || !table.object.is_live() {
            return;
        }
        for index in table.live.indexes.values() {
            if self.requires_drop(table, index) {
                self.drop_index(table.live, &table.name, index);
            }
        }
    }

    /// Plans the drop of an index, on the table that is then called `name`. Returns `false` if the
    /// kind or the table id is unknown.
    pub(in crate::plan) fn drop_index(&mut self, table: &Table, name: &str, index: &Index) -> bool {
        let id = self.table_ids.get(&NameKey::new(&table.name)).copied();
        let (false, Some(id)) = (matches!(index.kind, IndexKind::Other(_)), id) else {
            return false;
        };
        let operation = Operation::DropIndex {
            table: name.to_owned(),
            index: index.name.clone(),
            kind: index.kind.clone(),
            id: (!self.capabilities.drop_index).then_some(id),
        };
        self.push(operation, &[name], Vec::new());
        true
    }

    /// Plans the creation of all missing indexes, after everything else.
    pub(in crate::plan) fn create_indexes(
        &mut self,
        existing: &[ExistingTable<'a>],
        created: &[&'a Object],
        rebuilds: &RebuildSet,
    ) {
        let mut missing: Vec<(NameKey, ObjectId, Index)> = Vec::new();
        let mut add = |table: &Object, object: &Object, index| {
            let key = NameKey::new(&self.after.database_name(table));
            missing.push((key, object.id, index));
        };
        for table in existing.iter().filter(|table| table.object.is_live()) {
            for (object, index) in self.desired_indexes(table.object) {
                if rebuilds.contains(table.object.id) || !self.is_live(table, &index) {
                    add(table.object, object, index);
                }
            }
        }
        for table in created.iter().filter(|table| table.is_live()) {
            for (object, index) in self.desired_indexes(table) {
                add(table, object, index);
            }
        }
        missing.sort_by(|a, b| (&a.0, &a.2.name).cmp(&(&b.0, &b.2.name)));
        for (_, id, index) in missing {
            self.create_index(id, index);
        }
    }

    fn create_index(&mut self, id: ObjectId, index: Index) {
        let table = self.after.object(id).and_then(|object| object.parent);
        let table = table.and_then(|table| self.after.table(self.after.object(table)?));
        let Some(table) = table else { return };
        if let Err(reason) = self.check_index(&index, &table) {
            let object = format!("{}[{}]", table.name, index.name);
            self.errors.push(PlanError::Unsupported { object, reason });
            return;
        }
        let spelled = |key: &NameKey| table.properties.get(key).map(|p| p.name.clone());
        let operation = Operation::CreateIndex {
            table: table.name.clone(),
            id,
            columns: index.properties.iter().filter_map(spelled).collect(),
            index,
            within: self.capabilities.transactional_index,
        };
        self.push(operation, &[&table.name], Vec::new());
    }

    /// Rejects what the engine cannot index, with what to do instead.
    fn check_index(&self, index: &Index, table: &Table) -> Result<(), String> {
        index.check(table).map_err(|e| e.to_string())?;
        if let Some(option) = unsupported_option(index) {
            return Err(option);
        }
        let stopwords = index
            .options
            .get("stopwords")
            .filter(|stopwords| *stopwords != "default");
        match stopwords {
            Some(stopwords) if !self.is_stopword_table(stopwords) => Err(format!(
                "the stop words `{stopwords}` are not a node table with one STRING property\n\
                 help: declare such a table and specify its name (a file would be read again on every \
                 machine)"
            )),
            _ => Ok(()),
        }
    }

    fn is_stopword_table(&self, name: &str) -> bool {
        let table = self
            .after
            .find(None, &NameKey::new(name))
            .and_then(|o| self.after.table(o));
        table.is_some_and(|table| {
            let text = |key: &NameKey| {
                table
                    .properties
                    .get(key)
                    .is_some_and(|p| p.ty == Type::String)
            };
            let key = matches!(&table.kind, TableKind::Node { primary_key } if text(primary_key));
            key && table.properties.len() == 1
        })
    }
}
