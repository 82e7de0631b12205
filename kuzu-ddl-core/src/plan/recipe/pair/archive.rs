//! The node tables that keep the rels of archived pairs.
//!
//! Such a table has one row for each rel: the key values of both ends, and every column of the rel
//! table. A column that belongs to a property is named after the identity of the property, so a
//! later rename does not matter; a later change of its type is made when the rels are restored.

use std::collections::BTreeMap;

use crate::event::ObjectId;
use crate::fold::{Object, ObjectBody, object_path};
use crate::plan::builder::{ExistingTable, PlanBuilder};
use crate::plan::error::PlanError;
use crate::plan::operation::{Operation, RenameReason};
use crate::plan::render::pair::{ENDS, REL};
use crate::plan::render::statement::{count_rels, count_rows};
use crate::plan::row_work::{RowWork, RowWorkKind};
use crate::schema::{NameKey, Property, Table, TableKind, Type};

/// Returns the column that keeps the values of a property.
pub(super) fn column_of(property: &Object, prefix: &str) -> String {
    format!("{prefix}__p_{}", property.id.abbreviate())
}

pub(super) fn properties<'o>(
    objects: impl Iterator<Item = &'o Object>,
) -> impl Iterator<Item = &'o Object> {
    objects.filter(|object| matches!(object.body, ObjectBody::Property(_)))
}

impl<'a> PlanBuilder<'a> {
    /// Returns the table that keeps the rels of a pair before the plan, if the database has it.
    pub(in crate::plan) fn live_pair_archive(&self, pair: &Object) -> Option<&'a Table> {
        let before = self.before.object(pair.id)?;
        let name = self.before.pair_archive_name(before)?;
        let table = self.live.tables.get(&NameKey::new(&name))?;
        table.kind.is_node().then_some(table)
    }

    /// Plans the renames of archives: after concurrent drops, the first of them names the archive.
    pub(in crate::plan) fn rename_pair_archives(&mut self) {
        let mut renames: Vec<(String, String)> = Vec::new();
        for pair in self.after.objects() {
            let to = self.after.pair_archive_name(pair);
            if let (Some(archive), Some(to)) = (self.live_pair_archive(pair), to)
                && archive.name != to
            {
                renames.push((archive.name.clone(), to));
            }
        }
        renames.sort();
        for (from, to) in renames {
            let names = [from.clone(), to.clone()];
            let purpose = RenameReason::Archive;
            let operation = Operation::RenameTable { from, to, purpose };
            self.push(operation, &[&names[0], &names[1]], Vec::new());
        }
    }

    /// Plans the copy of a pair's rels to a new table.
    pub(in crate::plan) fn archive_pair(
        &mut self,
        table: &ExistingTable<'a>,
        pair: &Object,
        names: &(String, String),
        archive: String,
        count: Option<String>,
    ) {
        let ObjectBody::Pair(ends) = pair.body else {
            return;
        };
        let columns = self.columns_now();
        let key = |name: &str| Property {
            name: name.to_owned(),
            ty: Type::Int64,
            nullable: true,
            default: None,
            comment: None,
        };
        // Rels that are not committed yet may share an offset.
        let mut all = vec![Property {
            ty: Type::Uuid,
            ..key(REL)
        }];
        let mut keys = Vec::new();
        for ((node, name), prefix) in [(ends.from, &names.0), (ends.to, &names.1)]
            .into_iter()
            .zip(ENDS)
        {
            let object = self.after.primary_key_of(node);
            let object = object.and_then(|key| self.after.object(key));
            let found = object.and_then(|object| {
                let name_now = NameKey::new(&self.after.database_name(object));
                Some((object, columns.get(&NameKey::new(name))?.get(&name_now)?))
            });
            let Some((object, property)) = found else {
                let object = object_path(self.after, pair.id).unwrap_or_default();
                let reason = format!(
                    "the rels of the pair must be archived, and the primary key of {name} that \
                     identifies their nodes was not found"
                );
                self.errors.push(PlanError::Unsupported { object, reason });
                return;
            };
            let column = column_of(object, prefix);
            all.push(Property {
                ty: property.ty.storage_type().clone(),
                ..key(&column)
            });
            keys.push((column, property.name.clone()));
        }
        let Ok(keys) = <[(String, String); 2]>::try_from(keys) else {
            return;
        };
        let mut copied = Vec::new();
        let own = columns.get(&NameKey::new(&table.name));
        for (name, property) in own.into_iter().flatten() {
            let object = self.property_named(table.object.id, name);
            let column = object.map_or_else(
                || property.name.clone(),
                |object| column_of(object, object.original_name.as_str()),
            );
            if let Type::Unknown(_) = property.ty {
                let object = format!("{}.{}", table.name, property.name);
                let reason = "the rels of the pair must be archived, and this column's type cannot \
                              be reproduced";
                let reason = reason.to_owned();
                self.errors.push(PlanError::Unsupported { object, reason });
            }
            all.push(Property {
                ty: property.ty.storage_type().clone(),
                ..key(&column)
            });
            copied.push((column, property.name.clone()));
        }
        let order: Vec<NameKey> = all.iter().map(|p| NameKey::new(&p.name)).collect();
        let created = Table {
            name: archive.clone(),
            kind: TableKind::Node {
                primary_key: NameKey::new(REL),
            },
            properties: order.iter().cloned().zip(all).collect(),
            indexes: BTreeMap::new(),
            comment: None,
        };
        let operation = Operation::ArchivePair {
            table: table.name.clone(),
            pair: names.clone(),
            keys: Box::new(keys),
            archive: Box::new(created),
            order,
            columns: copied,
        };
        let rels = count_rels(&table.name, (&names.0, &names.1));
        let rows = count_rows(&archive, true);
        let touched = [table.name.as_str(), &names.0, &names.1, &archive];
        let step = self.push_step(operation, &touched, Vec::new());
        step.row_count_checks = vec![(rels, rows)];
        step.row_work = count.map(|count| RowWork::new(RowWorkKind::CopyRel, count));
    }

    /// Returns the property of a table that has this name in the database after the plan.
    pub(super) fn property_named(&self, table: ObjectId, name: &NameKey) -> Option<&'a Object> {
        let mut objects = properties(self.after.children(table));
        objects.find(|object| NameKey::new(&self.after.database_name(object)) == *name)
    }
}
