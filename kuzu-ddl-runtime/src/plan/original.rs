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
    /// Whether what was made of some of the values of then could not be made again: it was found by trial.
    #[serde(default)]
    partial: bool,
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
        choose(&then, now, &self.same(row, now), back)
    }

    /// Whether the column stands beside the property: what is said of rows that fail holds as well.
    pub(super) fn is_beside(&self) -> bool {
        self.beside
    }

    /// What the changes since made of the values of then, if a trial is to tell of which values nothing was
    /// made. Where the casts could not fail it is those of rows that got older values on a way back.
    #[must_use]
    pub fn untried(&self) -> Option<&Value> {
        let untried = !self.by_function && !self.beside && !self.partial;
        let made = Some(&self.made).filter(|_| untried)?;
        let asks = match made.verdict("x") {
            Verdict::Never => false,
            Verdict::Unless(_) => !self.may_have_failed(),
            Verdict::Unknown => true,
        };
        asks.then_some(made)
    }

    /// Notes the values of then of which nothing can be made, as text, where no condition tells them.
    pub fn tried(&mut self, refused: Vec<String>) {
        self.made.refused = refused;
        self.partial = true;
    }

    /// A condition on `row` that holds where the casts of then do not fail, if some do.
    pub(super) fn guard(&self, row: &str) -> Option<String> {
        let some = self.partial || self.may_have_failed();
        self.made.guard(row).filter(|_| some)
    }

    /// The value of a row of whose value of then nothing can be made.
    pub(super) fn otherwise(&self, row: &str, now: &str, back: &[Stage]) -> String {
        if self.beside {
            return self.made.old(row);
        }
        if !self.may_have_failed() {
            return cast(now, back);
        }
        let same = same(now, &self.made.otherwise(row));
        choose(&self.made.old(row), now, &same, back)
    }

    /// Whether the casts of then could fail: the rows go two ways for that alone.
    pub(super) fn may_have_failed(&self) -> bool {
        *self.made.on_fail() != OnFail::Abort
    }

    /// The value of a row whose cast fails now, where those of then could not.
    pub(super) fn failed(&self, row: &str, now: &str, default: &str) -> String {
        let (same, then) = (self.same(row, now), self.made.old(row));
        format!("CASE WHEN {same} THEN {then} ELSE {default} END")
    }

    /// A condition on `row`, never NULL, that holds where the value of then does not count any more.
    #[must_use]
    pub fn is_other(&self, row: &str, now: &str) -> String {
        if self.beside {
            return "true".to_owned();
        }
        format!("CASE WHEN {} THEN false ELSE true END", self.same(row, now))
    }

    /// Whether the present value is still what was made of that of then.
    fn same(&self, row: &str, now: &str) -> String {
        let then = self.made.old(row);
        // What rows got there that are new since need not survive the casts.
        let known = match &self.default {
            Some(default) => format!("CASE WHEN {then} = {default} THEN NULL ELSE {then} END"),
            None => then,
        };
        same(now, &self.made.filled(self.made.cast(&known)))
    }
}

fn same(now: &str, made: &str) -> String {
    format!("{now} = {made} OR ({now} IS NULL AND {made} IS NULL)")
}

/// The Cypher of `then` where `now` is still the `same`, else of `now` cast back.
fn choose(then: &str, now: &str, same: &str, back: &[Stage]) -> String {
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
                partial: false,
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
        let filled = changes
            .clone()
            .next_back()
            .and_then(|a| self.filled.get(&a.by));
        if by_function && !self.said.goes_back(id) {
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
            fill: filled.cloned(),
            ..Value::same(&live.name, &live.ty)
        };
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
            partial: false,
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
