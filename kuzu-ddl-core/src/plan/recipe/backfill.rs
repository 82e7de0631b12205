//! Which functions make the values of a plan, and which are left to be made after it.

use super::super::builder::{Builder, Kept, Later};
use super::super::error::PlanError;
use super::super::operation::Operation;
use super::super::row_work::{Work, WorkKind};
use super::super::value::Value;
use super::super::value::function::By;
use crate::declared::FillBy;
use crate::describe::FunctionDesc;
use crate::event::ObjectId;
use crate::fold::Object;
use crate::schema::name::quote;
use crate::schema::{Key, Property, Type};
use crate::state::Making;

impl<'a> Builder<'a> {
    /// Whether the source names a function that fills the property.
    pub(in crate::plan) fn is_filled_by(&self, table: &str, property: &str) -> bool {
        let key = (Key::new(table), Key::new(property));
        self.said.fills_by.contains_key(&key)
    }

    /// The function that fills a property, with the columns by the names that they will have.
    pub(in crate::plan) fn fill_by(&mut self, table: &Kept<'a>, child: &Object) -> Option<By> {
        let property = self.after.property(child)?;
        let key = (Key::new(&table.name), Key::new(&property.name));
        let said = self.said;
        let FillBy { function, inputs } = said.fills_by.get(&key)?;
        let path = format!("{}.{}", table.name, property.name);
        let columns = said
            .functions
            .get(function)
            .ok_or_else(|| format!("the function {function} is not in this program"))
            .and_then(|desc| Ok((desc, self.inputs(table, child.id, desc, inputs)?)));
        match columns {
            Ok((desc, inputs)) => Some(By {
                function: function.clone(),
                inputs,
                takes_null: desc.takes_null(),
                on_fail: said.on_fails.get(&key).cloned().unwrap_or_default(),
                required: !property.nullable || self.after.is_key(child.id),
                slot: 0,
            }),
            Err(reason) => {
                let object = path;
                self.errors.push(PlanError::Impossible { object, reason });
                None
            }
        }
    }

    /// The columns that a function takes. What is dropped by now can be taken too.
    pub(in crate::plan) fn inputs(
        &self,
        table: &Kept<'a>,
        filled: ObjectId,
        function: &FunctionDesc,
        names: &[String],
    ) -> Result<Vec<(String, Type)>, String> {
        let called = function.name();
        let column = |(name, takes): (&String, &Type)| {
            let (parent, key) = (Some(table.object.id), Key::new(name));
            let now = self.after.find(parent, &key);
            let object = now.or_else(|| self.before.find(parent, &key));
            let object = object.and_then(|object| self.after.object(object.id));
            let there = object.filter(|object| {
                let changed = self.changed(object.id).is_some() || object.id == filled;
                self.here(object, table).is_some() && !changed
            });
            let there = there.and_then(|object| Some((object, self.after.property(object)?)));
            let Some((object, property)) = there else {
                return Err(format!(
                    "the function {called} takes `{name}`, which is new, or changes, in the same \
                     plan; let it take what is there before, or do it in two versions"
                ));
            };
            if !property.ty.widens_to(takes) {
                return Err(format!(
                    "the function {called} takes {takes} of `{name}`, which is {}",
                    property.ty
                ));
            }
            Ok((self.after.physical(object), property.ty))
        };
        let takes: Vec<Type> = function.takes.iter().map(|t| Type::from(&t.ty)).collect();
        names.iter().zip(&takes).map(column).collect()
    }

    /// Whether a function makes one of the changes of type that a property is to undergo.
    pub(in crate::plan) fn is_cast_by(&self, id: ObjectId) -> bool {
        self.new_casts(id)
            .iter()
            .any(|archive| archive.function.is_some())
    }

    /// Whether the function that makes a change of type takes NULL, and so gives every row a value.
    pub(in crate::plan) fn casts_null(&self, id: ObjectId) -> bool {
        let casts = self.new_casts(id);
        let mut by = casts.iter().filter_map(|archive| archive.function.as_ref());
        by.any(|name| {
            self.said
                .functions
                .get(name)
                .is_some_and(FunctionDesc::takes_null)
        })
    }

    /// The function that made a change of type, if one did; the values are in the column `from`.
    pub(in crate::plan) fn cast_by(
        &mut self,
        id: ObjectId,
        path: &str,
        from: (&str, &Type),
    ) -> Option<By> {
        let new = self.new_casts(id);
        let object = self.after.object(id)?;
        let archive = new.iter().find(|archive| archive.function.is_some())?;
        let function = archive.function.clone()?;
        let desc = self.said.functions.get(&function);
        let reason = match desc {
            _ if new.len() > 1 => format!(
                "its type changes several times at once, by the function {function} among them; \
                 start the versions in between first"
            ),
            None => format!(
                "its values are made by the function {function}, which is not in this program; \
                 start one that has it, with `#[kuzu(cast_with = {function})]` on the field"
            ),
            Some(_) => String::new(),
        };
        let (Some(desc), true) = (desc, reason.is_empty()) else {
            let object = path.to_owned();
            self.errors.push(PlanError::Impossible { object, reason });
            return None;
        };
        let table = object.parent.and_then(|table| self.after.object(table));
        let filled = table
            .zip(self.after.property(object))
            .is_some_and(|(table, property)| {
                self.is_filled_by(&self.after.physical(table), &property.name)
            });
        if filled {
            self.errors.push(PlanError::Impossible {
                object: path.to_owned(),
                reason: format!(
                    "the function {function} makes its values, and another is to fill it; let the one \
                     take an `Option` and do both"
                ),
            });
        }
        Some(By {
            takes_null: desc.takes_null(),
            inputs: vec![(from.0.to_owned(), from.1.clone())],
            on_fail: archive.on_fail.clone(),
            required: self.after.property(object).is_some_and(|p| !p.nullable),
            function,
            slot: 0,
        })
    }

    /// Values that are to be made after the transaction.
    pub(in crate::plan) fn make_later(
        &mut self,
        table: &Kept<'a>,
        child: ObjectId,
        value: Value,
        count: String,
    ) {
        self.later.push(Later {
            table: table.name.clone(),
            child,
            value,
            count,
        });
    }

    /// The steps after the transaction: values that this plan wants made, and those that one before
    /// left unmade.
    pub(in crate::plan) fn make_values(&mut self, kept: &[Kept<'a>]) {
        self.go_on(kept);
        let later = std::mem::take(&mut self.later);
        for Later {
            table,
            child,
            value,
            count,
        } in later
        {
            let Some(object) = self.after.object(child) else {
                continue;
            };
            let parent = object.parent;
            let key = parent.and_then(|table| self.after.object(self.after.key(table)?));
            let operation = Operation::MakeValues {
                table: table.clone(),
                property: self.after.physical(object),
                id: child,
                key: key.map_or_else(String::new, |key| self.after.physical(key)),
                value: Box::new(value),
            };
            let step = self.push_step(operation, &[&table], Vec::new());
            step.work = Some(Work::new(WorkKind::SetNode, count));
        }
    }

    /// Values that the ledger says are not all made yet.
    fn go_on(&mut self, kept: &[Kept<'a>]) {
        let making = self.making;
        for (id, making) in making {
            let Some(object) = self.after.object(*id).filter(|object| object.is_live()) else {
                continue;
            };
            let table = kept.iter().find(|t| Some(t.object.id) == object.parent);
            let table = table.filter(|table| table.object.is_live());
            let (Some(table), Some(property)) = (table, self.after.property(object)) else {
                continue;
            };
            let path = format!("{}.{}", table.name, property.name);
            if self.said.goes_back(*id) && self.changed(*id).is_some() {
                // The old values come back, and they are all there.
                continue;
            }
            if self.changed(*id).is_some() || self.later.iter().any(|later| later.child == *id) {
                self.errors.push(PlanError::Impossible {
                    object: path,
                    reason: format!(
                        "its values are still being made by the function {}; start the version \
                         that has it once more, before this one changes the property",
                        making.function
                    ),
                });
                continue;
            }
            let Some(value) = self.unmade(making, object, &property) else {
                self.errors.push(PlanError::Impossible {
                    object: path,
                    reason: format!(
                        "its values are still being made by the function {}, of a column that is to \
                         be purged; let that be finished first",
                        making.function
                    ),
                });
                continue;
            };
            let here = self.here_name(*id, table).unwrap_or_default();
            let live = quote(&table.live.name);
            let null = format!("x.{} IS NULL", quote(&here));
            let count = format!("MATCH (x:{live}) WHERE {null} RETURN count(*)");
            self.make_later(table, *id, value, count);
        }
    }

    pub(in crate::plan) fn unmade(
        &self,
        making: &Making,
        object: &Object,
        property: &Property,
    ) -> Option<Value> {
        let mut by = By {
            function: making.function.clone(),
            inputs: Vec::new(),
            takes_null: making.takes_null,
            on_fail: making.on_fail.clone(),
            required: !property.nullable,
            slot: 0,
        };
        if let Some(old) = &making.old {
            let archives = object.archives.iter().filter(|archive| !archive.purged);
            let ty = archives.into_iter().find(|a| a.name == *old)?.ty.clone();
            by.inputs.push((old.clone(), ty.clone()));
            return Some(Value {
                by: Some(by),
                to: property.ty.clone(),
                ..Value::same(old, &ty)
            });
        }
        for input in &making.inputs {
            let object = self.after.object(*input)?;
            let ty = self.after.property(object)?.ty;
            by.inputs.push((self.after.physical(object), ty));
        }
        Some(Value::made(&property.ty, by))
    }
}
