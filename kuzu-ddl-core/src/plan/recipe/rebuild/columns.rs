//! Columns of a rebuilt table, and the sources of their values.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{ObjectId, OnFail};
use crate::fold::{Fold, Object};
use crate::plan::builder::{ExistingTable, PlanBuilder};
use crate::plan::error::PlanError;
use crate::plan::value::{CastStage, PriorValues, ValueSource};
use crate::schema::{Expr, NameKey, Property, Type};

impl<'a> PlanBuilder<'a> {
    /// Returns the columns of an existing table after the plan. Unmanaged columns are copied as
    /// they are.
    pub(in crate::plan) fn columns(
        &mut self,
        table: &ExistingTable<'a>,
    ) -> Option<Vec<TargetColumn>> {
        let children: Vec<&'a Object> = self.after.children(table.object.id).collect();
        let mut columns: BTreeMap<NameKey, TargetColumn> = BTreeMap::new();
        let mut archived = Vec::new();
        let purged: BTreeSet<NameKey> = self
            .purged_columns(table)
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        for property in table.live.properties.values() {
            if purged.contains(&NameKey::new(&property.name)) {
                continue;
            }
            let object = children.iter().find(|child| {
                self.live_property(child, table)
                    .is_some_and(|here| here.name == property.name)
            });
            let name =
                object.map_or_else(|| property.name.clone(), |o| self.after.database_name(o));
            // Renames come first, so the old table already has the new names.
            let mut value = ValueSource::copy_of(&name, &property.ty);
            let mut property = Property {
                name: name.clone(),
                ..property.clone()
            };
            if let Some((object, (was, is))) = object.and_then(|o| Some((o, self.changed(o.id)?))) {
                let original = self.prior_values(object.id, table, (&was, &is));
                let path = format!("{}.{name}", table.name);
                let by = self.cast_function(object.id, &path, (&name, &property.ty));
                let copy = value.clone();
                let source = self.value((object.id, &name), (&property.ty, &is.ty), original);
                archived.extend(self.rebuilt_previous_column(object.id, table, &copy));
                value = source.cast_by(by);
                property = Property { name, ..is };
            } else if let Some(Expr::Opaque(_)) = property.default {
                let target = object.and_then(|o| self.after.property(o));
                property.default = target.and_then(|p| p.default).or(property.default);
            }
            if matches!(property.ty, Type::Unknown(_))
                || matches!(property.default, Some(Expr::Opaque(_)))
            {
                self.errors.push(PlanError::Unsupported {
                    object: format!("{}.{name}", table.name, name = property.name),
                    reason: unknown_column_reason(&property),
                });
                return None;
            }
            if let Some(object) = object.filter(|o| self.becomes_required(o.id)) {
                value.fill = self.fill(&table.name, &self.after.database_name(object));
                if value.fill.is_none() {
                    value.fill_function = self.fill_function(table, object);
                }
            }
            columns.insert(
                NameKey::new(&property.name),
                TargetColumn { property, value },
            );
        }
        for child in children {
            if self.live_property(child, table).is_some() {
                continue;
            }
            if let Some(column) = self.new_column(child, table) {
                columns.insert(NameKey::new(&column.property.name), column);
                self.filled_by_rebuild.insert(child.id);
            }
        }
        archived.extend(self.rebuilt_columns(table));
        let order = self.order_by(&table.name, columns.keys());
        let mut out: Vec<TargetColumn> =
            order.iter().filter_map(|key| columns.remove(key)).collect();
        out.extend(archived);
        let by = out.iter_mut().flat_map(|column| {
            [
                &mut column.value.cast_function,
                &mut column.value.fill_function,
            ]
        });
        for (slot, by) in by.flatten().enumerate() {
            by.slot = slot;
        }
        Some(out)
    }

    /// Returns a new property as a column, where its rows get more than the value of an ADD.
    fn new_column(&mut self, child: &Object, table: &ExistingTable<'a>) -> Option<TargetColumn> {
        let property = self.after.property(child)?;
        let counts = property.ty == Type::Serial;
        let by_row = table.live.kind.is_node() && self.varies_per_row(&property);
        if !self.is_new_property(child, table)
            || !(counts
                || by_row
                || self.fills(child, table)
                || self.after.is_primary_key(child.id))
        {
            return None;
        }
        let fill = self.fill(&table.name, &property.name);
        let value = match self.fill_function(table, child).filter(|_| fill.is_none()) {
            Some(by) => ValueSource::computed(&property.ty, by),
            None if counts => ValueSource::counted(),
            None => ValueSource::new(&property.ty, fill.or_else(|| property.default.clone())?),
        };
        Some(TargetColumn { property, value })
    }

    /// Returns the source of a property's new values.
    pub(in crate::plan) fn value(
        &self,
        (id, from): (ObjectId, &str),
        (was, is): (&Type, &Type),
        original: Option<PriorValues>,
    ) -> ValueSource {
        let stages = self.stages(id, was, is);
        let may_fail = stages.iter().any(|stage| stage.on_fail != OnFail::Abort);
        // A failing cast may leave NULL in a row that had a value, where NULL is not allowed.
        let required = |fold: &Fold| {
            let property = fold.object(id).and_then(|o| fold.property(o));
            property.is_some_and(|property| !property.nullable)
        };
        let lacks = may_fail && required(self.before) && required(self.after);
        let fill = self.after.object(id).filter(|_| lacks);
        // Rows take one of two branches, and for one reason only.
        let prior = original
            .filter(|o| !may_fail || o.is_conflict_column() || !o.may_have_failed())
            .map(|prior| PriorValues {
                separate: prior.separate && !may_fail,
                ..prior
            });
        if !is_convertible(was, &stages) {
            // No cast leads back, so only values of the type itself are left.
            let lost = prior.filter(PriorValues::is_conflict_column);
            if let Some((name, _)) = lost.and_then(|prior| prior.computed.column) {
                return ValueSource::copy_of(&name, is);
            }
            return ValueSource {
                stages,
                to: is.clone(),
                ..ValueSource::copy_of(from, was)
            };
        }
        ValueSource {
            fill: fill.and_then(|object| self.fill_expr(object)),
            stages,
            to: is.clone(),
            prior: prior.map(Box::new),
            ..ValueSource::copy_of(from, was)
        }
    }

    /// Returns the declared backfill expression of a property, for rows without a value.
    pub(in crate::plan) fn fill_expr(&self, property: &Object) -> Option<Expr> {
        let table = self.after.object(property.parent?)?;
        let table = self.after.database_name(table);
        self.fill(&table, &self.after.database_name(property))
    }
}

/// Returns whether each plain cast of a column has a conversion.
fn is_convertible(from: &Type, stages: &[CastStage]) -> bool {
    let mut from = from;
    stages.iter().all(|stage| {
        let was = std::mem::replace(&mut from, &stage.to);
        stage.cast.is_some() || was.conversion_to(&stage.to).method().is_some()
    })
}

fn unknown_column_reason(property: &Property) -> String {
    match &property.default {
        Some(Expr::Opaque(text)) => format!(
            "the table must be rebuilt, and the default of this column cannot be reproduced: the \
             engine reports it as \"{text}\", without signs and parentheses\n\
             help: declare the property with its default"
        ),
        _ => "the table must be rebuilt, and this column's type cannot be reproduced".into(),
    }
}

/// Column of a table after the plan.
pub(in crate::plan) struct TargetColumn {
    pub(in crate::plan) property: Property,
    pub(in crate::plan) value: ValueSource,
}

impl TargetColumn {
    pub(in crate::plan) fn uses_cast_of(&self) -> bool {
        !self.value.stages.is_empty() || self.value.cast_function.is_some()
    }
}
