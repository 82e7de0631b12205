//! Changes of existing objects: types, defaults, nullability, keys, multiplicities, storage.
//!
//! A difference becomes an event only if this very declaration introduces it. What others changed
//! stays, and the final compatibility check reports it.

use std::collections::BTreeMap;

use super::differ::Differ;
use super::incompatibility::IncompatibilityKind;
use super::resolve_names::ResolvedNames;
use crate::declared::{Declared, on_fail};
use crate::event::{Change, ObjectId};
use crate::fold::ObjectBody;
use crate::schema::{Expr, NameKey, Property, Table, TableKind, Type};

/// Declared cast of a type change.
pub(super) enum CastSource {
    /// Every old value is a value of the new type.
    Implicit,
    /// Cast by this expression.
    Expr(Expr),
    /// Cast by the function with this path.
    Function(String),
}

impl Differ<'_> {
    /// Diffs the body of a property, relative to its last declaration.
    pub(super) fn alter_property(
        &mut self,
        (table, name): (&NameKey, &NameKey),
        path: &str,
        id: ObjectId,
        desired: &Property,
        last: Option<&Property>,
    ) {
        let Some(ObjectBody::Property(spec)) = self.draft.fold().object(id).map(|o| o.body.clone())
        else {
            return;
        };
        if spec.ty != desired.ty && last.is_none_or(|last| last.ty != desired.ty) {
            match self.cast((table, name), &spec.ty, &desired.ty) {
                Ok(cast) => {
                    let hints = self.declared.tables.get(table);
                    let on_fail = hints.map(|hints| on_fail(hints, name, desired));
                    let (ty, on_fail) = (desired.ty.clone(), on_fail.unwrap_or_default());
                    let change = match cast {
                        CastSource::Function(function) => Change::SetTypeWith {
                            ty,
                            function,
                            on_fail,
                        },
                        CastSource::Expr(expr) => Change::SetType {
                            ty,
                            cast: Some(expr),
                            on_fail,
                        },
                        CastSource::Implicit => Change::SetType {
                            ty,
                            cast: None,
                            on_fail,
                        },
                    };
                    self.draft.change(id, change);
                }
                Err(reason) => return self.refuse(path.to_owned(), self.origin(table), reason),
            }
        }
        if spec.ty == desired.ty && self.casts_nothing((table, name), id, last) {
            let reason = format!(
                "the type is {} already, so there is nothing to cast\n\
                 help: remove the `cast`\n\
                 help: to change values, use a statement of your own",
                desired.ty
            );
            return self.refuse(
                path.to_owned(),
                self.origin(table),
                IncompatibilityKind::InvalidCast { reason },
            );
        }
        let is_requested = match last {
            Some(last) => last.default != desired.default,
            None => desired.default.is_some(),
        };
        if spec.default != desired.default && is_requested {
            self.draft.change(
                id,
                Change::SetDefault {
                    default: desired.default.clone(),
                },
            );
        }
        // A key is never NULL, whatever the property was before it became one.
        let kind = self.declared.schema.tables.get(table).map(|t| &t.kind);
        let is_key = matches!(kind, Some(TableKind::Node { primary_key }) if primary_key == name);
        if spec.nullable != desired.nullable
            && !(is_key && desired.nullable)
            && last.is_none_or(|last| last.nullable != desired.nullable)
        {
            self.draft.change(
                id,
                Change::SetNullable {
                    nullable: desired.nullable,
                },
            );
        }
    }

    fn cast(
        &self,
        (table, name): (&NameKey, &NameKey),
        from: &Type,
        to: &Type,
    ) -> Result<CastSource, IncompatibilityKind> {
        let hints = self.declared.tables.get(table);
        if let Some(by) = hints.and_then(|hints| hints.cast_functions.get(name)) {
            return self.declared_cast(by, from, to);
        }
        if let Some(declared) = hints.and_then(|hints| hints.casts.get(name)) {
            let expr = Expr::parse_cast(declared)
                .and_then(|expr| expr.check_members(from).map(|()| expr))
                .map_err(|e| IncompatibilityKind::InvalidCast { reason: e.reason })?;
            let conversion = from.conversion_to(to);
            return match conversion.help().filter(|_| expr.is_plain_cast(to)) {
                Some(help) => Err(IncompatibilityKind::InvalidCast {
                    reason: format!("{from} has no conversion to {to}\nhelp: {help}"),
                }),
                None => Ok(CastSource::Expr(expr)),
            };
        }
        if from.is_subtype_of(to) {
            return Ok(CastSource::Implicit);
        }
        Err(IncompatibilityKind::NeedsCast {
            from: from.to_string(),
            to: to.to_string(),
        })
    }

    /// Returns whether a cast is new in this declaration, for a property whose type never changed.
    fn casts_nothing(
        &self,
        (table, name): (&NameKey, &NameKey),
        id: ObjectId,
        last: Option<&Property>,
    ) -> bool {
        let cast = |declared: &Declared| {
            let hints = declared.tables.get(table)?;
            let function = hints.cast_functions.get(name);
            hints.casts.get(name).or(function).cloned()
        };
        let (Some(ancestor), Some(declared)) = (self.ancestor, cast(self.declared)) else {
            return false;
        };
        let object = self.draft.fold().object(id);
        let changed = object.is_some_and(|object| {
            let mut archives = object.archived_columns.iter();
            archives.any(|archive| archive.ty != archive.to)
        });
        last.is_some() && !changed && cast(ancestor) != Some(declared)
    }

    /// Checks a cast function: the compiler knows only the present type of the property, so the
    /// function's argument is compared here.
    fn declared_cast(
        &self,
        name: &str,
        from: &Type,
        to: &Type,
    ) -> Result<CastSource, IncompatibilityKind> {
        let invalid = |reason| Err(IncompatibilityKind::InvalidCast { reason });
        let Some(function) = self.declared.functions.get(name) else {
            return invalid(format!("the function {name} is missing from this program"));
        };
        let takes = function
            .arguments
            .first()
            .map(|input| Type::from(&input.ty));
        if let Some(takes) = takes.filter(|takes| !from.widens_to(takes)) {
            return invalid(format!(
                "the function {name} takes {takes}, but the property is {from}"
            ));
        }
        let return_type = Type::from(&function.returns);
        if !return_type.is_subtype_of(to) {
            return invalid(format!(
                "the function {name} returns {return_type} instead of {to}"
            ));
        }
        Ok(CastSource::Function(name.to_owned()))
    }

    /// Diffs the body of a table: its primary key, multiplicity and storage direction. `was` holds
    /// the name by which the last declaration knows each property.
    pub(super) fn alter_table(
        &mut self,
        key: &NameKey,
        id: ObjectId,
        resolved: &ResolvedNames,
        former_names: &BTreeMap<NameKey, NameKey>,
    ) {
        let declared = self.declared;
        let Some(table) = declared.schema.tables.get(key) else {
            return;
        };
        let last = self.ancestor_table(key);
        let Some(body) = self.draft.fold().object(id).map(|o| o.body.clone()) else {
            return;
        };
        match (&table.kind, body) {
            (TableKind::Node { primary_key }, ObjectBody::NodeTable { key: is })
                if !self.same_key(key, primary_key, last, former_names) =>
            {
                // Until the former key is dropped, two properties may have the name.
                let key_property = resolved.get(primary_key).copied().flatten();
                let found = key_property.or_else(|| self.find(Some(id), primary_key));
                if let Some(key) = found.filter(|found| *found != is) {
                    self.draft.change(id, Change::SetPrimaryKey { key });
                }
            }
            (
                TableKind::Edge {
                    multiplicity,
                    storage,
                    ..
                },
                ObjectBody::EdgeTable {
                    multiplicity: is,
                    storage: stored,
                },
            ) => {
                let (declared, previous) = match last.map(|t| &t.kind) {
                    Some(TableKind::Edge {
                        multiplicity,
                        storage,
                        ..
                    }) => (*multiplicity, Some(*storage)),
                    _ => (None, None),
                };
                if let Some(to) = multiplicity.filter(|to| *to != is && declared != Some(*to)) {
                    self.draft
                        .change(id, Change::SetMultiplicity { multiplicity: to });
                }
                if *storage != stored && previous != Some(*storage) {
                    self.draft
                        .change(id, Change::SetStorage { storage: *storage });
                }
            }
            _ => {}
        }
    }

    /// Returns whether the last declaration had the same key, perhaps under another name. Equal
    /// names are not enough: the name of the former key may be another property's now.
    fn same_key(
        &self,
        table: &NameKey,
        desired: &NameKey,
        last: Option<&Table>,
        former_names: &BTreeMap<NameKey, NameKey>,
    ) -> bool {
        let Some(last) = last else { return false };
        let TableKind::Node { primary_key } = &last.kind else {
            return false;
        };
        if former_names.get(desired) == Some(primary_key) {
            return true;
        }
        // A rename on another peer, before this declaration requested it.
        let renamed_from = self.declared.tables.get(table);
        let renamed_from = renamed_from.and_then(|hints| hints.property_renames.get(desired));
        !last.properties.contains_key(desired)
            && renamed_from.is_some_and(|renamed_from| {
                renamed_from
                    .iter()
                    .any(|old| NameKey::new(old) == *primary_key)
            })
    }
}
