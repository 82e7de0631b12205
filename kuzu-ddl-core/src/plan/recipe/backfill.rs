//! Selection of value functions, and of the backfills that are deferred.

use super::super::builder::{DeferredValue, ExistingTable, PlanBuilder};
use super::super::error::{PlanError, not_at_once};
use super::super::operation::Operation;
use super::super::row_work::{RowWork, RowWorkKind};
use super::super::value::ValueSource;
use super::super::value::function::ValueFunction;
use crate::declared::FillFunction;
use crate::describe::FunctionDesc;
use crate::event::ObjectId;
use crate::fold::{ArchivedColumn, Object};
use crate::schema::name::quote;
use crate::schema::{NameKey, Property, Type};
use crate::state::BackfillProgress;

impl<'a> PlanBuilder<'a> {
    /// Returns whether the declaration names a backfill function for the property.
    pub(in crate::plan) fn uses_fill_function(&self, table: &str, property: &str) -> bool {
        let key = (NameKey::new(table), NameKey::new(property));
        self.hints.fill_functions.contains_key(&key)
    }

    /// Returns the function that backfills a property, with its columns by their names after the
    /// plan.
    pub(in crate::plan) fn fill_function(
        &mut self,
        table: &ExistingTable<'a>,
        child: &Object,
    ) -> Option<ValueFunction> {
        let property = self.after.property(child)?;
        let key = (NameKey::new(&table.name), NameKey::new(&property.name));
        let hints = self.hints;
        let FillFunction { function, inputs } = hints.fill_functions.get(&key)?;
        let path = format!("{}.{}", table.name, property.name);
        let columns = hints
            .functions
            .get(function)
            .ok_or_else(|| format!("the function {function} is missing from this program"))
            .and_then(|desc| Ok((desc, self.inputs(table, child.id, desc, inputs)?)));
        match columns {
            Ok((desc, inputs)) => Some(ValueFunction {
                function: function.clone(),
                inputs,
                accepts_null: desc.accepts_null(),
                on_fail: hints.on_fail.get(&key).cloned().unwrap_or_default(),
                required: !property.nullable || self.after.is_primary_key(child.id),
                slot: 0,
                conversion: None,
            }),
            Err(reason) => {
                let object = path;
                self.errors.push(PlanError::Unsupported { object, reason });
                None
            }
        }
    }

    /// Returns the input columns of a function. Columns dropped by this plan are accepted.
    pub(in crate::plan) fn inputs(
        &self,
        table: &ExistingTable<'a>,
        filled: ObjectId,
        function: &FunctionDesc,
        names: &[String],
    ) -> Result<Vec<(String, Type)>, String> {
        let called = function.name();
        let column = |(name, takes): (&String, &Type)| {
            let (parent, key) = (Some(table.object.id), NameKey::new(name));
            let now = self.after.find(parent, &key);
            let object = now.or_else(|| self.before.find(parent, &key));
            let object = object.and_then(|object| self.after.object(object.id));
            let existing = object.filter(|object| {
                let changed = self.changed(object.id).is_some() || object.id == filled;
                self.live_property(object, table).is_some() && !changed
            });
            let existing = existing.and_then(|object| Some((object, self.after.property(object)?)));
            let Some((object, property)) = existing else {
                return Err(format!(
                    "the function {called} takes `{name}`, which is new or changes in the same plan\n\
                     help: let the function take an existing, unchanged property\n\
                     help: or make the two changes in separate versions"
                ));
            };
            if !property.ty.widens_to(takes) {
                return Err(format!(
                    "the function {called} takes `{name}` as {takes}, but it is {}",
                    property.ty
                ));
            }
            Ok((self.after.database_name(object), property.ty))
        };
        let takes: Vec<Type> = function
            .arguments
            .iter()
            .map(|t| Type::from(&t.ty))
            .collect();
        names.iter().zip(&takes).map(column).collect()
    }

    /// Returns whether the function of a type change accepts NULL, and so gives every row a value.
    pub(in crate::plan) fn accepts_null(&self, id: ObjectId) -> bool {
        let casts = self.new_casts(id);
        let mut by = casts.iter().filter_map(|archive| archive.function.as_ref());
        by.any(|name| {
            self.hints
                .functions
                .get(name)
                .is_some_and(FunctionDesc::accepts_null)
        })
    }

    /// Returns the function of a type change, if it has one; the values are in the column `from`.
    pub(in crate::plan) fn cast_function(
        &mut self,
        id: ObjectId,
        path: &str,
        from: (&str, &Type),
    ) -> Option<ValueFunction> {
        let changes = self.new_casts(id);
        self.function_of(&changes, id, path, from)
    }

    /// Returns the function of the given type changes, if one of them has it.
    pub(in crate::plan) fn function_of(
        &mut self,
        new: &[&ArchivedColumn],
        id: ObjectId,
        path: &str,
        from: (&str, &Type),
    ) -> Option<ValueFunction> {
        let object = self.after.object(id)?;
        let archive = new.iter().find(|archive| archive.function.is_some())?;
        let function = archive.function.clone()?;
        let desc = self.hints.functions.get(&function);
        let reason = match desc {
            _ if new.len() > 1 => not_at_once(&format!("include one by the function {function}")),
            None => format!(
                "its values are computed by the function {function}, which is missing from this program\n\
                 help: start a program that has it, with `#[kuzu(cast_with = {function})]` on the field"
            ),
            Some(_) => String::new(),
        };
        let (Some(desc), true) = (desc, reason.is_empty()) else {
            let object = path.to_owned();
            self.errors.push(PlanError::Unsupported { object, reason });
            return None;
        };
        let table = object.parent.and_then(|table| self.after.object(table));
        let filled = table
            .zip(self.after.property(object))
            .is_some_and(|(table, property)| {
                self.uses_fill_function(&self.after.database_name(table), &property.name)
            });
        if filled {
            self.errors.push(PlanError::Unsupported {
                object: path.to_owned(),
                reason: format!(
                    "it has a cast function, {function}, and another one for the backfill\n\
                     help: let the cast function take an `Option` and compute both"
                ),
            });
        }
        Some(ValueFunction {
            accepts_null: desc.accepts_null(),
            inputs: vec![(from.0.to_owned(), from.1.clone())],
            on_fail: archive.on_fail.clone(),
            required: self.after.property(object).is_some_and(|p| !p.nullable),
            function,
            slot: 0,
            conversion: None,
        })
    }

    /// Defers values until after the transaction.
    pub(in crate::plan) fn defer_values(
        &mut self,
        table: &ExistingTable<'a>,
        child: ObjectId,
        value: ValueSource,
        count: String,
    ) {
        self.deferred.push(DeferredValue {
            table: table.name.clone(),
            child,
            value,
            count,
        });
    }

    /// Plans the conversion of values within the transaction.
    pub(in crate::plan) fn convert_values(
        &mut self,
        table: &ExistingTable<'a>,
        child: ObjectId,
        value: ValueSource,
        count: String,
    ) {
        let Some(object) = self.after.object(child) else {
            return;
        };
        let operation = Operation::Backfill {
            table: table.name.clone(),
            property: self.after.database_name(object),
            id: child,
            key: String::new(),
            value: Box::new(value),
            within: true,
        };
        let step = self.push_step(operation, &[&table.name], Vec::new());
        step.row_work = Some(RowWork::new(RowWorkKind::SetNode, count));
    }

    /// Plans the deferred backfills: those of this plan, and those that an earlier plan left
    /// unfinished.
    pub(in crate::plan) fn schedule_backfills(&mut self, existing: &[ExistingTable<'a>]) {
        self.resume_backfill(existing);
        let later = std::mem::take(&mut self.deferred);
        for DeferredValue {
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
            let key = parent.and_then(|table| self.after.object(self.after.primary_key_of(table)?));
            let operation = Operation::Backfill {
                table: table.clone(),
                property: self.after.database_name(object),
                id: child,
                key: key.map_or_else(String::new, |key| self.after.database_name(key)),
                value: Box::new(value),
                within: false,
            };
            let step = self.push_step(operation, &[&table], Vec::new());
            step.row_work = Some(RowWork::new(RowWorkKind::SetNode, count));
        }
    }

    /// Resumes the backfills that are unfinished according to the ledger.
    fn resume_backfill(&mut self, existing: &[ExistingTable<'a>]) {
        let progress = self.backfills;
        for (id, progress) in progress {
            let Some(object) = self.after.object(*id).filter(|object| object.is_live()) else {
                continue;
            };
            let table = existing.iter().find(|t| Some(t.object.id) == object.parent);
            let table = table.filter(|table| table.object.is_live());
            let (Some(table), Some(property)) = (table, self.after.property(object)) else {
                continue;
            };
            let path = format!("{}.{}", table.name, property.name);
            if self.hints.is_rolled_back(*id) && self.changed(*id).is_some() {
                // The old values return, and they are complete.
                continue;
            }
            if self.changed(*id).is_some() || self.deferred.iter().any(|later| later.child == *id) {
                self.errors.push(PlanError::Unsupported {
                    object: path,
                    reason: format!(
                        "its backfill by the function {} is unfinished\n\
                         help: start the version that has the function again, before this one \
                         changes the property",
                        progress.function
                    ),
                });
                continue;
            }
            let Some(value) = self.missing_value_condition(progress, object, &property) else {
                self.errors.push(PlanError::Unsupported {
                    object: path,
                    reason: format!(
                        "its backfill by the function {} is unfinished, and reads a column that is to be \
                         purged\nhelp: finish the backfill first",
                        progress.function
                    ),
                });
                continue;
            };
            let live_name = self.live_name(*id, table).unwrap_or_default();
            let live = quote(&table.live.name);
            let null = format!("x.{} IS NULL", quote(&live_name));
            let count = format!("MATCH (x:{live}) WHERE {null} RETURN count(*)");
            self.defer_values(table, *id, value, count);
        }
    }

    pub(in crate::plan) fn missing_value_condition(
        &self,
        progress: &BackfillProgress,
        object: &Object,
        property: &Property,
    ) -> Option<ValueSource> {
        let mut by = ValueFunction {
            function: progress.function.clone(),
            inputs: Vec::new(),
            accepts_null: progress.accepts_null,
            on_fail: progress.on_fail.clone(),
            required: !property.nullable,
            slot: 0,
            conversion: None,
        };
        if let Some(old) = &progress.archived_column {
            let archives = object
                .archived_columns
                .iter()
                .filter(|archive| !archive.purged);
            let ty = archives.into_iter().find(|a| a.name == *old)?.ty.clone();
            by.inputs.push((old.clone(), ty.clone()));
            return Some(ValueSource {
                cast_function: Some(by),
                to: property.ty.clone(),
                ..ValueSource::copy_of(old, &ty)
            });
        }
        for input in &progress.inputs {
            let object = self.after.object(*input)?;
            let ty = self.after.property(object)?.ty;
            by.inputs.push((self.after.database_name(object), ty));
        }
        Some(ValueSource::computed(&property.ty, by))
    }
}
