//! Reversal of definitions: types, defaults, keys, indexes, sequences and comments.

use super::Reverser;
use crate::event::{Change, IndexSpec, ObjectId, OnFail, SequenceSpec};
use crate::fold::{ArchivedColumn, ObjectBody};
use crate::schema::{Expr, Type};

impl Reverser<'_> {
    /// Reverts types, defaults, nullability, multiplicities and storage directions; keys last,
    /// since the property that becomes the key must have its type.
    pub(in crate::diff) fn revert_definitions(&mut self) {
        let mut objects = self.objects_of_both(|object| object.is_live());
        objects.retain(|id| self.is_live_at_target(*id));
        for id in objects.iter().copied() {
            let before = self.target.object(id).map(|object| object.body.clone());
            let current = self.draft.fold().object(id).map(|o| o.body.clone());
            let (Some(before), Some(current)) = (before, current) else {
                continue;
            };
            self.note_function_values(id);
            let types = self.type_changes(id, &before, &current);
            for change in types
                .into_iter()
                .chain(definition_changes(&before, &current))
            {
                self.draft.change(id, change);
            }
        }
        for id in objects {
            let Some(ObjectBody::NodeTable { key }) = self.target.object(id).map(|o| &o.body)
            else {
                continue;
            };
            let key = self.current_object(*key);
            if self.draft.fold().primary_key_of(id) != Some(key) {
                self.draft.change(id, Change::SetPrimaryKey { key });
            }
        }
    }

    /// Returns the type changes from the body `current` to the body `before`. Where the target state
    /// came from the present type by declared casts, these convert the rows written since.
    fn type_changes(&self, id: ObjectId, before: &ObjectBody, current: &ObjectBody) -> Vec<Change> {
        let (ObjectBody::Property(before), ObjectBody::Property(current)) = (before, current)
        else {
            return Vec::new();
        };
        if before.ty == current.ty {
            return Vec::new();
        }
        let archives = self.target.object(id);
        let archives = archives.map(|o| o.archived_columns.as_slice());
        let casts: Vec<&ArchivedColumn> = archives
            .unwrap_or_default()
            .iter()
            .filter(|archive| archive.ty != archive.to)
            .collect();
        let first = casts.iter().rposition(|cast| cast.ty == current.ty);
        let casts = first.map_or(&[][..], |first| &casts[first..]);
        let usable = casts.iter().all(|cast| cast.function.is_none())
            && casts.last().is_some_and(|last| last.to == before.ty)
            && casts.windows(2).all(|pair| pair[0].to == pair[1].ty);
        if !usable {
            return vec![inverse_type_change(&current.ty, &before.ty)];
        }
        let change = |cast: &&ArchivedColumn| Change::SetType {
            ty: cast.to.clone(),
            cast: cast.cast.clone(),
            on_fail: cast.on_fail.clone(),
        };
        casts.iter().map(change).collect()
    }

    /// Reports values that a function computed: they cannot be distinguished from values written
    /// since.
    fn note_function_values(&mut self, id: ObjectId) {
        let archived_before = self
            .target
            .object(id)
            .map_or(0, |o| o.archived_columns.len());
        let archives = self
            .draft
            .fold()
            .object(id)
            .map(|o| o.archived_columns.as_slice());
        let mut since = archives.unwrap_or_default().iter().skip(archived_before);
        if let Some(function) = since.find_map(|archive| archive.function.clone()) {
            self.note_irreversible(
                id,
                &format!(
                    "the values from before the function {function} are restored, also in rows \
                     written since"
                ),
            );
        }
    }

    /// Reverts the indexes; they hold no data, so what was dropped or changed is created again.
    pub(in crate::diff) fn indexes(&mut self) {
        for id in self.objects_of_both(|o| matches!(o.body, ObjectBody::Index(_)) && o.is_live()) {
            let table = self.draft.fold().object(id).and_then(|o| o.parent);
            if !self.is_live_at_target(id)
                && table.is_some_and(|table| self.is_live_at_target(table))
            {
                self.draft.archive(id);
            }
        }
        let mut missing: Vec<(String, ObjectId, IndexSpec)> = Vec::new();
        for index in self.target.objects().filter(|object| object.is_live()) {
            let (ObjectBody::Index(spec), Some(table)) = (&index.body, index.parent) else {
                continue;
            };
            if self.is_live_at_target(table) && !self.is_live(index.id) {
                let properties = spec
                    .properties
                    .iter()
                    .map(|id| self.current_object(*id))
                    .collect();
                let spec = IndexSpec {
                    properties,
                    ..spec.clone()
                };
                missing.push((index.name.value.clone(), self.current_object(table), spec));
            }
        }
        missing.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        for (name, table, spec) in missing {
            self.draft.create_index(table, &name, spec);
        }
    }

    /// Creates sequences that were dropped since, which restart.
    pub(in crate::diff) fn sequences(&mut self) {
        let removed = self.target.objects().filter(|object| object.is_live());
        let mut removed: Vec<(String, SequenceSpec)> = removed
            .filter(|object| !self.is_live(object.id))
            .filter_map(|object| match &object.body {
                ObjectBody::Sequence(spec) => Some((object.name.value.clone(), *spec)),
                _ => None,
            })
            .collect();
        removed.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, spec) in removed {
            let reason = "was dropped; restarts at its start value";
            self.irreversible.push(format!("sequence {name}: {reason}"));
            self.draft.create_sequence(&name, spec);
        }
    }

    pub(in crate::diff) fn comments(&mut self) {
        for id in self.objects_of_both(|o| o.is_live() && !matches!(o.body, ObjectBody::Pair(_))) {
            let Some(before) = self.target.object(id).filter(|before| before.is_live()) else {
                continue;
            };
            let text = before.comment.value.clone();
            let current = self.draft.fold().object(id).map(|o| &o.comment.value);
            if current != Some(&text) {
                self.draft.set_comment(id, text);
            }
        }
        // A recreated object had its comment then.
        for (id, created) in self.recreated.clone() {
            let comment = self
                .target
                .object(id)
                .map(|before| before.comment.value.clone());
            if let Some(Some(text)) = comment {
                self.draft.set_comment(created, Some(text));
            }
        }
    }
}

/// Returns the expression that casts back a row written since; `None` is a plain CAST. Where the
/// engine has no such cast, the value's text decides: without rows that need it, nothing fails.
fn inverse_cast(from: &Type, to: &Type) -> Option<Expr> {
    let text = || Expr::Cast(Box::new(Expr::Old), Type::String);
    from.conversion_to(to).method().is_none().then(text)
}

/// Returns whether the cast of a type change is one by the value's text, which stands for a missing
/// conversion.
pub(crate) fn is_cast_by_text(cast: Option<&Expr>, from: &Type, to: &Type) -> bool {
    cast.is_some() && cast == inverse_cast(from, to).as_ref()
}

/// Returns the inverse of a type change.
pub(in crate::diff) fn inverse_type_change(from: &Type, to: &Type) -> Change {
    Change::SetType {
        ty: to.clone(),
        cast: inverse_cast(from, to),
        on_fail: OnFail::Abort,
    }
}

/// Returns the changes that turn the body `current` into `before`, without that of a type.
fn definition_changes(before: &ObjectBody, current: &ObjectBody) -> Vec<Change> {
    let mut out = Vec::new();
    match (before, current) {
        (ObjectBody::Property(before), ObjectBody::Property(current)) => {
            if before.default != current.default {
                let default = before.default.clone();
                out.push(Change::SetDefault { default });
            }
            if before.nullable != current.nullable {
                let nullable = before.nullable;
                out.push(Change::SetNullable { nullable });
            }
        }
        (
            ObjectBody::EdgeTable {
                multiplicity,
                storage,
            },
            ObjectBody::EdgeTable {
                multiplicity: m,
                storage: s,
            },
        ) => {
            if multiplicity != m {
                let multiplicity = *multiplicity;
                out.push(Change::SetMultiplicity { multiplicity });
            }
            if storage != s {
                out.push(Change::SetStorage { storage: *storage });
            }
        }
        _ => {}
    }
    out
}
