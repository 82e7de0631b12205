//! Values from before a change of type, where another change leads back to that type.
//!
//! A cast there and back may lose something that the archived column still has. So the way back takes
//! the old value of every row whose present one is still what the change made of it; rows that are
//! new since, or have been written since, are cast back.

use serde::{Deserialize, Serialize};

use super::build::{Builder, Kept};
use super::judge::Verdict;
use super::value::{Stage, Value, cast};
use crate::event::{ObjectId, OnFail};
use crate::schema::{Key, Property, Type};

/// The column that has the values of then, and what the changes since made of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// What the changes since made of the values of then.
    made: Value,
    /// Whether a function made them, so that no Cypher tells which values are still those.
    #[serde(default)]
    by_function: bool,
    /// The column's default as a literal: what rows have there that are new since.
    default: Option<String>,
    /// Whether the column stands beside the property since two types contradicted one another: its
    /// values are for the rows that have no other.
    #[serde(default)]
    beside: bool,
}

impl Original {
    /// The Cypher of the value of then where it still counts, else of `now` with the casts `back`.
    pub(super) fn of(&self, row: &str, now: &str, back: &[Stage]) -> String {
        let then = self.made.old(row);
        if self.by_function {
            let other = cast(&format!("CASE WHEN {then} IS NULL THEN {now} END"), back);
            return format!("CASE WHEN {then} IS NULL THEN {other} ELSE {then} END");
        }
        if self.beside {
            return format!("coalesce({}, {then})", cast(now, back));
        }
        // What rows got there that are new since need not survive the casts.
        let known = match &self.default {
            Some(default) => format!("CASE WHEN {then} = {default} THEN NULL ELSE {then} END"),
            None => then.clone(),
        };
        choose(&then, now, &self.made.cast(&known), back)
    }

    /// Whether the column stands beside the property: what is said of rows that fail holds as well.
    pub(super) fn is_beside(&self) -> bool {
        self.beside
    }

    /// A condition on `row` that holds where the casts of then did not fail, if some did.
    pub(super) fn guard(&self, row: &str) -> Option<String> {
        self.made.split(row)
    }

    /// The value of a row whose cast failed then.
    pub(super) fn otherwise(&self, row: &str, now: &str, back: &[Stage]) -> String {
        if self.beside {
            return self.made.old(row);
        }
        choose(&self.made.old(row), now, &self.made.otherwise(row), back)
    }
}

/// The Cypher of `then` where `now` is still what was `made` of it, else of `now` cast back.
fn choose(then: &str, now: &str, made: &str, back: &[Stage]) -> String {
    let same = format!("{now} = {made} OR ({now} IS NULL AND {made} IS NULL)");
    // The engine evaluates both branches for all rows, so what is not to be cast must be NULL.
    let other = cast(&format!("CASE WHEN {same} THEN NULL ELSE {now} END"), back);
    format!("CASE WHEN {same} THEN {then} ELSE {other} END")
}

impl<'a> Builder<'a> {
    /// The archived column with the values of a property from when it had the type that it gets
    /// again.
    pub(super) fn original(
        &self,
        id: ObjectId,
        table: &Kept<'a>,
        (was, is): (&Property, &Property),
    ) -> Option<Original> {
        if was.ty == is.ty || !is_comparable(&was.ty) {
            return None;
        }
        let before = self.before.object(id)?;
        let mut beside = before
            .beside
            .iter()
            .filter(|column| column.ty.stored() == is.ty.stored());
        let properties = &table.live.properties;
        if let Some(live) = beside.find_map(|c| properties.get(&Key::new(&c.name))) {
            return Some(Original {
                made: Value::same(&live.name, &live.ty),
                by_function: false,
                default: None,
                beside: true,
            });
        }
        let archives = &before.archives;
        let column = |i: usize| {
            let archive = archives.get(i).filter(|archive| !archive.purged)?;
            let live = table.live.properties.get(&Key::new(&archive.name))?;
            (live.ty == *is.ty.stored()).then_some(live)
        };
        let (last, live) = (0..archives.len())
            .rev()
            .find_map(|i| Some((i, column(i)?)))?;
        // One plan may have made several changes, which then share the last one's column.
        let first = (0..=last)
            .rev()
            .find(|i| *archives[*i].ty.stored() == live.ty)?;
        let changes = archives[first..]
            .iter()
            .filter(|archive| archive.ty != archive.to);
        let by_function = changes.clone().any(|archive| archive.function.is_some());
        if by_function && !self.said.back {
            return None;
        }
        let stages = changes.map(|a| Stage {
            cast: a.cast.clone(),
            to: a.to.clone(),
            on_fail: a.on_fail.clone(),
        });
        let made = Value {
            stages: stages.collect(),
            to: was.ty.clone(),
            ..Value::same(&live.name, &live.ty)
        };
        // Which values failed then was found by trial, and is not known any more.
        if !by_function && *made.on_fail() != OnFail::Abort && made.verdict("x") == Verdict::Unknown
        {
            return None;
        }
        // Of other types whatever the column held could be cast before as well.
        let risky = live.ty == Type::String;
        let default = live
            .default
            .as_ref()
            .filter(|expr| risky && expr.is_constant());
        Some(Original {
            made,
            by_function,
            default: default.map(|expr| expr.canonical(&live.ty)),
            beside: false,
        })
    }
}

/// Whether the engine can tell whether two values are the same.
fn is_comparable(ty: &Type) -> bool {
    match ty {
        Type::Struct(_) | Type::Map(..) | Type::Union(_) | Type::Json | Type::Unknown(_) => false,
        Type::List(of) | Type::Array(of, _) => is_comparable(of),
        _ => true,
    }
}
