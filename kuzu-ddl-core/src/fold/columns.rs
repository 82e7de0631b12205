//! Columns with old values: archived columns of changes, and conflict columns of lost types.
//!
//! The engine alters neither types nor defaults in place, so the old values stay in a column of
//! their own. Which columns exist follows from what each change saw, so it is the same on every
//! peer.

use super::object::{ArchivedColumn, AspectValue, Object, ObjectBody};
use super::state::Fold;
use crate::conversion::convert;
use crate::event::{Aspect, Change, DdlEvent, EventId, ObjectId, OnFail, hex};
use crate::schema::{Expr, NameKey, Type};
use crate::value::Value;

impl Fold {
    /// Archives the column that a change replaces. The engine can alter neither type nor default,
    /// so the old values stay in another column. Which columns can exist follows from what each
    /// change saw, so it is the same on every peer.
    pub(super) fn archive_previous_column(
        &mut self,
        id: ObjectId,
        aspect: Aspect,
        event: &DdlEvent,
        written: &AspectValue,
    ) {
        if event.change().is_creation() {
            return;
        }
        let Some(before) = self.value_seen_by(id, aspect, event) else {
            return;
        };
        let Some((ty, default)) = self.column_seen_by(id, event) else {
            return;
        };
        let to = match written {
            AspectValue::Type(to) => to.clone(),
            _ => ty.clone(),
        };
        let Some(object) = self.object(id) else {
            return;
        };
        if before.value != *written {
            let name = column_name(&object.original_name, false, name_suffix(event.id()));
            let mut column = archived_column(event, name, (ty, to));
            column.default = default;
            self.push_archived_column(id, column);
        }
    }

    /// Records an archived column, in the order of the changes; of two with one name, the first
    /// stays.
    pub(super) fn push_archived_column(&mut self, id: ObjectId, column: ArchivedColumn) {
        let Some(object) = self.object(id) else {
            return;
        };
        let (rank, archives) = (self.rank_of(column.by), &object.archived_columns);
        let twin = archives.iter().position(|a| a.name == column.name);
        if twin.is_some_and(|twin| self.rank_of(archives[twin].by) <= rank) {
            return;
        }
        let before = |a: &ArchivedColumn| (self.rank_of(a.by), &a.name) < (rank, &column.name);
        let at = archives.partition_point(before);
        if let Some(object) = self.object_mut(id) {
            if let Some(twin) = twin {
                object.archived_columns.remove(twin);
            }
            if object.archived_columns.len() < 4 {
                object.archived_columns.reserve_exact(1);
            }
            object.archived_columns.insert(at, column);
        }
    }

    /// Drops a default that does not fit the type, which happens after concurrent changes of the
    /// two.
    pub(super) fn drop_mismatched_default(&mut self, id: ObjectId) {
        let Some(object) = self.object(id) else {
            return;
        };
        let heads = self.values_written_by(id, Aspect::Default, object.heads_of(Aspect::Default));
        let default = self.merge(&heads).map(|outcome| outcome.value);
        if let (Some(AspectValue::Default(default)), Some(object)) = (default, self.object_mut(id))
        {
            set_default(object, default);
        }
    }

    pub(super) fn purge_column(&mut self, id: ObjectId, archived_by: EventId) {
        if let Some(object) = self.object_mut(id) {
            let archives = object
                .archived_columns
                .iter_mut()
                .filter(|a| a.by == archived_by);
            archives.for_each(|archive| archive.purged = true);
        }
    }
}

/// Type of a column, and its default if that fits the type.
pub(super) type Column = (Type, Option<Expr>);

/// Sets the default that was declared, if it fits the present type of the property.
pub(super) fn set_default(object: &mut Object, default: Option<Expr>) {
    if let ObjectBody::Property(spec) = &mut object.body {
        spec.default = default.filter(|expr| is_default_of(expr, &spec.ty));
    }
}

/// Returns whether an expression can be the default of a type. It may have been declared for another
/// type, and be no value of this one.
pub(super) fn is_default_of(expr: &Expr, ty: &Type) -> bool {
    is_value(expr, ty) && expr.check(ty).is_ok() && expr.check_result(ty).is_ok()
}

fn is_value(expr: &Expr, ty: &Type) -> bool {
    match (expr, ty) {
        (Expr::Text(text), Type::Json) => may_be_json(text),
        (Expr::Text(text), Type::Interval) => may_be_interval(text),
        (Expr::Text(text), ty)
            if ty.is_time() || matches!(ty, Type::Uuid | Type::Decimal { .. }) =>
        {
            convert(&Value::from(text.as_str()), &Type::String, ty).is_ok()
        }
        (Expr::List(items), Type::List(of) | Type::Array(of, _)) => {
            items.iter().all(|item| is_value(item, of))
        }
        (Expr::Struct(given), Type::Struct(members)) => {
            let mut both = given.iter().zip(members);
            both.all(|((_, value), member)| is_value(value, &member.ty))
        }
        _ => true,
    }
}

fn may_be_json(text: &str) -> bool {
    let text = text.trim();
    matches!(text, "true" | "false" | "null")
        || text.starts_with(['{', '[', '"', '-'])
        || text.starts_with(|c: char| c.is_ascii_digit())
}

fn may_be_interval(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['-', '+']);
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Returns the name of a column with old values: the name that its property was created with, and
/// the first four bytes of the id of the event that replaced it; for a conflict column, of the
/// event that wrote its type.
pub(super) fn column_name(original: &NameKey, is_conflict: bool, mark: [u8; 4]) -> String {
    let link = if is_conflict { "__c_" } else { "__a_" };
    [original.as_str(), link, &hex(&mark)].concat()
}

pub(super) fn name_suffix(event: EventId) -> [u8; 4] {
    let [a, b, c, d, ..] = *event.as_bytes();
    [a, b, c, d]
}

/// Returns the column of a change that lost against a concurrent one.
pub(super) fn conflict_column(
    object: &Object,
    loser: EventId,
    (ty, default): Column,
    to: Type,
) -> ArchivedColumn {
    ArchivedColumn {
        by: loser,
        name: column_name(&object.original_name, true, name_suffix(loser)),
        ty,
        default,
        to,
        cast: None,
        function: None,
        purged: false,
        on_fail: OnFail::Null,
    }
}

/// Returns the column with the values from before the event: of the first type, converted to the
/// second.
pub(super) fn archived_column(
    event: &DdlEvent,
    name: String,
    (ty, to): (Type, Type),
) -> ArchivedColumn {
    let (cast, function, on_fail) = match event.change() {
        Change::SetType { cast, on_fail, .. } => (cast.clone(), None, on_fail.clone()),
        Change::SetTypeWith {
            function, on_fail, ..
        } => (None, Some(function.clone()), on_fail.clone()),
        Change::Resolve { .. } => (None, None, OnFail::Null),
        _ => (None, None, OnFail::Abort),
    };
    ArchivedColumn {
        by: event.id(),
        name,
        ty,
        default: None,
        to,
        cast,
        function,
        purged: false,
        on_fail,
    }
}
