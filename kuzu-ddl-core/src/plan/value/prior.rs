//! Prior values: values from before a type change, where another change returns to that type.
//!
//! A cast and its inverse may lose data that the archived column still has. So the inverse change
//! takes the prior value of every row whose present value is still what the first change computed
//! from it; rows that were inserted or written since are cast back.

use super::fallibility::Fallibility;
use super::{CastStage, PriorValues, ValueSource, render_cast};
use crate::event::OnFail;

impl PriorValues {
    /// Renders the prior value where it still applies, else `now` with the casts `back`.
    pub(in crate::plan) fn render(&self, row: &str, now: &str, back: &[CastStage]) -> String {
        let then = self.computed.render_input(row);
        if self.by_function {
            let other = render_cast(&format!("CASE WHEN {then} IS NULL THEN {now} END"), back);
            return format!("CASE WHEN {then} IS NULL THEN {other} ELSE {then} END");
        }
        if self.is_conflict_column {
            return format!("coalesce({}, {then})", render_cast(now, back));
        }
        prior_or_cast(&then, now, &self.same(row, now), back)
    }

    /// Returns whether it is a conflict column, in which case the fallback for failing rows applies
    /// too.
    pub(in crate::plan) fn is_conflict_column(&self) -> bool {
        self.is_conflict_column
    }

    /// Returns what later changes computed from the prior values, if a trial run must determine
    /// which values could not be converted. Where the casts could not fail, these are the values of
    /// rows that got older values on an earlier return.
    #[must_use]
    pub fn unverified(&self) -> Option<&ValueSource> {
        let untried = !self.by_function && !self.is_conflict_column && !self.partial;
        let computed = Some(&self.computed).filter(|_| untried)?;
        let can_fail = match computed.fallibility("x") {
            Fallibility::Infallible => false,
            Fallibility::FailsUnless(_) => !self.may_have_failed(),
            Fallibility::Unknown => true,
        };
        can_fail.then_some(computed)
    }

    /// Records the prior values that cannot be converted, as text, where no condition identifies
    /// them.
    pub fn mark_verified(&mut self, refused: Vec<String>) {
        self.computed.failing_values = refused;
        self.partial = true;
    }

    /// Returns a condition on `row` that holds where the earlier casts do not fail, if some do.
    pub(in crate::plan) fn guard_condition(&self, row: &str) -> Option<String> {
        let some = self.partial || self.may_have_failed();
        self.computed.guard_condition(row).filter(|_| some)
    }

    /// Renders the value of a row whose prior value cannot be converted.
    pub(in crate::plan) fn render_fallback(
        &self,
        row: &str,
        now: &str,
        back: &[CastStage],
    ) -> String {
        if self.is_conflict_column {
            return self.computed.render_input(row);
        }
        if !self.may_have_failed() {
            return render_cast(now, back);
        }
        let same = same(now, &self.computed.render_fallback(row));
        prior_or_cast(&self.computed.render_input(row), now, &same, back)
    }

    /// Returns whether the earlier casts could fail, which by itself splits the rows into two
    /// branches.
    pub(in crate::plan) fn may_have_failed(&self) -> bool {
        *self.computed.on_fail() != OnFail::Abort
    }

    /// Renders the value of a row whose cast fails now, where the earlier casts could not fail.
    pub(in crate::plan) fn failed(&self, row: &str, now: &str, default: &str) -> String {
        let (same, then) = (self.same(row, now), self.computed.render_input(row));
        format!("CASE WHEN {same} THEN {then} ELSE {default} END")
    }

    /// Returns a condition on `row`, never NULL, that holds where the prior value no longer
    /// applies.
    #[must_use]
    pub fn differs_condition(&self, row: &str, now: &str) -> String {
        if self.is_conflict_column {
            return "true".to_owned();
        }
        format!("CASE WHEN {} THEN false ELSE true END", self.same(row, now))
    }

    /// Renders the condition that the present value is still what was computed from the prior one.
    fn same(&self, row: &str, now: &str) -> String {
        let then = self.computed.render_input(row);
        // The placeholder values of rows inserted since need not survive the casts.
        let known = match &self.default {
            Some(default) => format!("CASE WHEN {then} = {default} THEN NULL ELSE {then} END"),
            None => then,
        };
        same(now, &self.computed.render_fill(self.computed.cast(&known)))
    }
}

pub(in crate::plan) fn same(now: &str, computed: &str) -> String {
    format!("{now} = {computed} OR ({now} IS NULL AND {computed} IS NULL)")
}

/// Renders `then` where the condition `same` holds, else `now` cast back.
fn prior_or_cast(then: &str, now: &str, same: &str, back: &[CastStage]) -> String {
    // The engine evaluates both branches for all rows, so a value that must not be cast must be
    // NULL.
    let other = render_cast(&format!("CASE WHEN {same} THEN NULL ELSE {now} END"), back);
    format!("CASE WHEN {same} THEN {then} ELSE {other} END")
}
