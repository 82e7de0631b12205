//! The columns of a table that is made anew, and of what their values are made.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{ObjectId, OnFail};
use crate::fold::{Fold, Object};
use crate::plan::builder::{Builder, Kept};
use crate::plan::error::PlanError;
use crate::plan::value::{Original, Value};
use crate::schema::{Expr, Key, Property, Type};

impl<'a> Builder<'a> {
    /// The columns of a table in the database, as they will be. What nobody knows comes along.
    pub(in crate::plan) fn columns(&mut self, table: &Kept<'a>) -> Option<Vec<Column>> {
        let children: Vec<&'a Object> = self.after.children(table.object.id).collect();
        let mut columns: BTreeMap<Key, Column> = BTreeMap::new();
        let mut archived = Vec::new();
        let purged: BTreeSet<Key> = self
            .purged_columns(table)
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        for property in table.live.properties.values() {
            if purged.contains(&Key::new(&property.name)) {
                continue;
            }
            let object = children.iter().find(|child| {
                self.here(child, table)
                    .is_some_and(|here| here.name == property.name)
            });
            let name = object.map_or_else(|| property.name.clone(), |o| self.after.physical(o));
            // Renames come before, so the old table has the new names already.
            let mut value = Value::same(&name, &property.ty);
            let mut property = Property {
                name: name.clone(),
                ..property.clone()
            };
            if let Some((object, (was, is))) = object.and_then(|o| Some((o, self.changed(o.id)?))) {
                let original = self.original(object.id, table, (&was, &is));
                let path = format!("{}.{name}", table.name);
                let by = self.cast_by(object.id, &path, (&name, &property.ty));
                if !was.ty.fits_in(&is.ty) || by.is_some() {
                    archived.extend(self.archive(object.id).map(|name| Column {
                        property: Property {
                            name,
                            default: None,
                            ty: was.ty.stored().clone(),
                            ..was
                        },
                        value: value.clone(),
                    }));
                }
                value = Value {
                    by,
                    ..self.value((object.id, &name), (&property.ty, &is.ty), original)
                };
                property = Property { name, ..is };
            } else if let Some(Expr::Opaque(_)) = property.default {
                property.default = object
                    .and_then(|o| self.after.property(o))
                    .and_then(|p| p.default);
            }
            if matches!(property.ty, Type::Unknown(_))
                || matches!(property.default, Some(Expr::Opaque(_)))
            {
                self.errors.push(PlanError::Impossible {
                    object: format!("{}.{name}", table.name, name = property.name),
                    reason: "its table must be rebuilt for this change, and this column's type or \
                             default cannot be written anew"
                        .into(),
                });
                return None;
            }
            if let Some(object) = object.filter(|o| self.becomes_required(o.id)) {
                value.fill = self.fill(&table.name, &self.after.physical(object));
                if value.fill.is_none() {
                    value.fill_by = self.fill_by(table, object);
                }
            }
            columns.insert(Key::new(&property.name), Column { property, value });
        }
        for child in children {
            if self.here(child, table).is_some() {
                continue;
            }
            if let Some(column) = self.new_column(child, table) {
                columns.insert(Key::new(&column.property.name), column);
                self.made.insert(child.id);
            }
        }
        let order = self.order_by(&table.name, columns.keys());
        let mut out: Vec<Column> = order.iter().filter_map(|key| columns.remove(key)).collect();
        out.extend(archived);
        let by = out
            .iter_mut()
            .flat_map(|column| [&mut column.value.by, &mut column.value.fill_by]);
        for (slot, by) in by.flatten().enumerate() {
            by.slot = slot;
        }
        Some(out)
    }

    /// A property that is new, where its rows get more than what ADD gives.
    fn new_column(&mut self, child: &Object, table: &Kept<'a>) -> Option<Column> {
        let property = self.after.property(child)?;
        let counts = property.ty == Type::Serial;
        let by_row = table.live.kind.is_node() && self.is_by_row(&property);
        if !self.is_added(child, table)
            || !(counts || by_row || self.fills(child, table) || self.after.is_key(child.id))
        {
            return None;
        }
        let fill = self.fill(&table.name, &property.name);
        let value = match self.fill_by(table, child).filter(|_| fill.is_none()) {
            Some(by) => Value::made(&property.ty, by),
            None if counts => Value::counted(),
            None => Value::new(&property.ty, fill.or_else(|| property.default.clone())?),
        };
        Some(Column { property, value })
    }

    /// How new values of a property are made, and of what.
    pub(in crate::plan) fn value(
        &self,
        (id, from): (ObjectId, &str),
        (was, is): (&Type, &Type),
        original: Option<Original>,
    ) -> Value {
        let stages = self.stages(id, was, is);
        let may_fail = stages.iter().any(|stage| stage.on_fail != OnFail::Abort);
        // A cast that fails may leave NULL where there was none, and must not be any.
        let required = |fold: &Fold| {
            let property = fold.object(id).and_then(|o| fold.property(o));
            property.is_some_and(|property| !property.nullable)
        };
        let lacks = may_fail && required(self.before) && required(self.after);
        let fill = self.after.object(id).filter(|_| lacks);
        Value {
            fill: fill.and_then(|object| self.fill_of(object)),
            stages,
            to: is.clone(),
            // Rows go two ways, and not for two reasons.
            original: original
                .filter(|o| !may_fail || o.is_beside() || !o.may_have_failed())
                .map(Box::new),
            ..Value::same(from, was)
        }
    }

    /// What the source says that rows get which have no value of this property.
    pub(in crate::plan) fn fill_of(&self, property: &Object) -> Option<Expr> {
        let table = self.after.object(property.parent?)?;
        let table = self.after.physical(table);
        self.fill(&table, &self.after.physical(property))
    }
}

/// A column of a table as it will be.
pub(in crate::plan) struct Column {
    pub(in crate::plan) property: Property,
    pub(in crate::plan) value: Value,
}

impl Column {
    pub(in crate::plan) fn is_cast(&self) -> bool {
        !self.value.stages.is_empty() || self.value.by.is_some()
    }
}
