//! Values from before a change of type, where another change leads back to that type.
//!
//! A cast there and back may lose something that the archived column still has. So the way back takes
//! the old value of every row whose present one is still what the change made of it; rows that are
//! new since, or have been written since, are cast back.

use super::fallibility::Verdict;
use super::{Original, Stage, Value, cast};
use crate::event::OnFail;

impl Original {
    /// The Cypher of the value of then where it still counts, else of `now` with the casts `back`.
    pub(in crate::plan) fn of(&self, row: &str, now: &str, back: &[Stage]) -> String {
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
    pub(in crate::plan) fn is_beside(&self) -> bool {
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
    pub(in crate::plan) fn guard(&self, row: &str) -> Option<String> {
        let some = self.partial || self.may_have_failed();
        self.made.guard(row).filter(|_| some)
    }

    /// The value of a row of whose value of then nothing can be made.
    pub(in crate::plan) fn otherwise(&self, row: &str, now: &str, back: &[Stage]) -> String {
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
    pub(in crate::plan) fn may_have_failed(&self) -> bool {
        *self.made.on_fail() != OnFail::Abort
    }

    /// The value of a row whose cast fails now, where those of then could not.
    pub(in crate::plan) fn failed(&self, row: &str, now: &str, default: &str) -> String {
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

pub(in crate::plan) fn same(now: &str, made: &str) -> String {
    format!("{now} = {made} OR ({now} IS NULL AND {made} IS NULL)")
}

/// The Cypher of `then` where `now` is still the `same`, else of `now` cast back.
fn choose(then: &str, now: &str, same: &str, back: &[Stage]) -> String {
    // The engine evaluates both branches for all rows, so what is not to be cast must be NULL.
    let other = cast(&format!("CASE WHEN {same} THEN NULL ELSE {now} END"), back);
    format!("CASE WHEN {same} THEN {then} ELSE {other} END")
}
