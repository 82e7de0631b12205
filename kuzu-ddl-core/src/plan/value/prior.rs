//! Prior values: values from before a type change, where another change returns to that type.
//!
//! A cast and its inverse may lose data that the archived column still has. So the inverse change
//! takes the prior value of every row whose present value is still what the first change computed
//! from it; rows that were inserted or written since are cast back.

use super::fallibility::Fallibility;
use super::{CastStage, PriorValues, ValueSource, render_cast};
use crate::event::OnFail;
use crate::schema::{Expr, Type};

impl PriorValues {
    /// Renders the prior value where it still applies, else `now` with the casts `back`.
    pub(in crate::plan) fn render(&self, row: &str, current: &str, stages: &[CastStage]) -> String {
        let prior = self.computed.render_input(row);
        if self.by_function {
            let reverted = render_cast(
                &format!("CASE WHEN {prior} IS NULL THEN {current} END"),
                stages,
            );
            return format!("CASE WHEN {prior} IS NULL THEN {reverted} ELSE {prior} END");
        }
        if self.is_conflict_column {
            return format!("coalesce({}, {prior})", render_cast(current, stages));
        }
        prior_or_cast(
            &prior,
            current,
            &self.unchanged_condition(row, current),
            stages,
        )
    }

    /// Renders `true` where the prior value applies or `current` with the casts `stages` has a value,
    /// else NULL.
    pub(in crate::plan) fn render_outcome(
        &self,
        row: &str,
        current: &str,
        stages: &[CastStage],
    ) -> String {
        let applies = self.applies(row, current);
        let written = format!("CASE WHEN {applies} THEN NULL ELSE {current} END");
        let reverted = render_cast(&written, stages);
        format!("CASE WHEN {applies} OR {reverted} IS NOT NULL THEN true END")
    }

    /// Renders the condition that the prior value applies.
    pub(in crate::plan) fn applies(&self, row: &str, current: &str) -> String {
        if self.by_function {
            return format!("{} IS NOT NULL", self.computed.render_input(row));
        }
        let Some(guard) = self.guard_condition(row).filter(|_| self.separate) else {
            return self.unchanged_condition(row, current);
        };
        let original = format!("CASE WHEN {guard} THEN {} END", self.original(row, current));
        let failed = if self.may_have_failed() {
            unchanged_condition(current, &self.computed.render_fallback(row))
        } else {
            "false".to_owned()
        };
        let unchanged = unchanged_condition(current, &self.computed_from(&original));
        let returned = self.returned_condition(row, current);
        let returned = returned.map_or_else(String::new, |it| format!("WHEN {it} THEN true "));
        format!("CASE {returned}WHEN {guard} THEN {unchanged} ELSE {failed} END")
    }

    /// Renders the condition, never NULL, that the property returned to its present value, and that
    /// the prior value is what had been computed from it.
    pub(in crate::plan) fn returned_condition(&self, row: &str, current: &str) -> Option<String> {
        let returned = self.returned.as_ref()?;
        let value = returned.computed.render_input(row);
        let is_current = unchanged_condition(current, &value);
        let is_prior = returned.applies(row, &self.computed.render_input(row));
        Some(format!(
            "CASE WHEN ({is_current}) AND ({is_prior}) THEN true ELSE false END"
        ))
    }

    /// Renders the condition for the rows whose prior value must be converted to decide whether it
    /// applies.
    #[must_use]
    pub fn undecided_condition(&self, row: &str, current: &str) -> String {
        let prior = format!("{} IS NOT NULL", self.computed.render_input(row));
        match self.returned_condition(row, current) {
            Some(returned) => format!("{prior} AND NOT {returned}"),
            None => prior,
        }
    }

    /// Returns the condition for the rows that are not known to take their prior value or stay NULL,
    /// where the values from which the prior ones had been computed can show it.
    #[must_use]
    pub fn changed_condition(&self, row: &str, current: &str) -> Option<String> {
        let returned = self.returned_condition(row, current)?;
        let prior = self.computed.render_input(row);
        Some(format!(
            "NOT {returned} AND NOT ({prior} IS NULL AND {current} IS NULL)"
        ))
    }

    /// Returns whether Cypher can convert the prior values to the present type.
    #[must_use]
    pub fn is_computable(&self) -> bool {
        self.computed.is_computable()
    }

    /// Returns whether the later changes end at the type `to`.
    pub(in crate::plan) fn leads_to(&self, to: &Type) -> bool {
        let last = self.computed.stages.last();
        last.is_some_and(|stage| stage.to == *to)
    }

    /// Forgets the values from which the prior ones had been computed, as they cannot be computed
    /// again.
    pub fn forget_returned(&mut self) {
        self.returned = None;
    }

    /// Records that every prior value returns without a conversion that could show whether it
    /// applies.
    pub fn mark_decided(&mut self) {
        self.decided = true;
    }

    /// Returns whether every prior value returns without a conversion.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.decided
    }

    /// Records that the default of the column can be converted, so that a row that has it can be
    /// compared as any other.
    pub fn mark_default_converted(&mut self) {
        self.default = None;
    }

    /// Renders what became of the prior value `original`.
    fn computed_from(&self, original: &str) -> String {
        if self.is_computable() && !self.decided {
            self.computed.render_fill(self.computed.cast(original))
        } else {
            format!("CAST(NULL AS {})", self.computed.to)
        }
    }

    /// Renders the condition, never NULL, that the value needs no cast by `stages`: the prior value
    /// applies, or `current` is a NULL that stays one.
    pub(in crate::plan) fn needs_no_cast(
        &self,
        row: &str,
        current: &str,
        stages: &[CastStage],
    ) -> String {
        let applies = self.applies(row, current);
        let is_cast = |stage: &CastStage| match &stage.cast {
            None => true,
            Some(Expr::Cast(inner, _)) => **inner == Expr::Old,
            Some(_) => false,
        };
        let other = if stages.iter().all(is_cast) {
            format!("{current} IS NULL")
        } else {
            "false".to_owned()
        };
        format!("CASE WHEN {applies} THEN true ELSE {other} END")
    }

    /// Renders the value of a row that needs no cast.
    pub(in crate::plan) fn render_uncast(&self, row: &str, current: &str) -> String {
        let (applies, prior) = (self.applies(row, current), self.computed.render_input(row));
        format!("CASE WHEN {applies} THEN {prior} END")
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
        let is_unverified = !self.by_function && !self.is_conflict_column && !self.partial;
        let computed = Some(&self.computed).filter(|_| is_unverified)?;
        let can_fail = match computed.fallibility("x") {
            Fallibility::Infallible => false,
            Fallibility::FailsUnless(_) => !self.may_have_failed(),
            Fallibility::Unknown => true,
        };
        can_fail.then_some(computed)
    }

    /// Records the prior values that cannot be converted, as text, where no condition identifies
    /// them.
    pub fn mark_verified(&mut self, failing_values: Vec<String>) {
        self.computed.failing_values = failing_values;
        self.partial = true;
    }

    /// Returns a condition on `row` that holds where the earlier casts do not fail, if some do.
    pub(in crate::plan) fn guard_condition(&self, row: &str) -> Option<String> {
        // An archived value returns whether or not the function accepted it.
        if self.by_function {
            return None;
        }
        let is_partial = self.partial || self.may_have_failed();
        self.computed.guard_condition(row).filter(|_| is_partial)
    }

    /// Renders the value of a row whose prior value cannot be converted.
    pub(in crate::plan) fn render_fallback(
        &self,
        row: &str,
        current: &str,
        stages: &[CastStage],
    ) -> String {
        if self.is_conflict_column {
            return self.computed.render_input(row);
        }
        if !self.may_have_failed() {
            return render_cast(current, stages);
        }
        let unchanged_condition = unchanged_condition(current, &self.computed.render_fallback(row));
        prior_or_cast(
            &self.computed.render_input(row),
            current,
            &unchanged_condition,
            stages,
        )
    }

    /// Returns whether the earlier casts could fail, which by itself splits the rows into two
    /// branches.
    pub(in crate::plan) fn may_have_failed(&self) -> bool {
        !self.by_function && *self.computed.on_fail() != OnFail::Abort
    }

    /// Renders the value of a row whose cast fails now, where the earlier casts could not fail.
    pub(in crate::plan) fn failed(&self, row: &str, current: &str, default: &str) -> String {
        let (unchanged_condition, prior) = (
            self.unchanged_condition(row, current),
            self.computed.render_input(row),
        );
        format!("CASE WHEN {unchanged_condition} THEN {prior} ELSE {default} END")
    }

    /// Returns a condition on `row`, never NULL, that holds where the prior value no longer
    /// applies.
    #[must_use]
    pub fn differs_condition(&self, row: &str, current: &str) -> String {
        if self.is_conflict_column {
            return "true".to_owned();
        }
        format!(
            "CASE WHEN {} THEN false ELSE true END",
            self.applies(row, current)
        )
    }

    /// Renders the condition that the present value is still what was computed from the prior one.
    fn unchanged_condition(&self, row: &str, current: &str) -> String {
        let original = self.original(row, current);
        let unchanged = unchanged_condition(current, &self.computed_from(&original));
        match self.returned_condition(row, current) {
            Some(returned) => format!("({returned} OR {unchanged})"),
            None => unchanged,
        }
    }

    /// Renders the prior value. A default that cannot be converted, which rows inserted since have,
    /// and values that apply without a comparison need not survive the casts.
    fn original(&self, row: &str, current: &str) -> String {
        let prior = self.computed.render_input(row);
        let default = self.default.as_ref();
        let default = default.map(|default| format!("{prior} = {default}"));
        let needless: Vec<String> = self
            .returned_condition(row, current)
            .into_iter()
            .chain(default)
            .collect();
        if needless.is_empty() {
            return prior;
        }
        format!(
            "CASE WHEN {} THEN NULL ELSE {prior} END",
            needless.join(" OR ")
        )
    }
}

pub(in crate::plan) fn unchanged_condition(current: &str, computed: &str) -> String {
    format!("{current} = {computed} OR ({current} IS NULL AND {computed} IS NULL)")
}

/// Renders `then` where the condition `same` holds, else `now` cast back.
fn prior_or_cast(
    prior: &str,
    current: &str,
    unchanged_condition: &str,
    stages: &[CastStage],
) -> String {
    // The engine evaluates both branches for all rows, so a value that must not be cast must be
    // NULL.
    let reverted = render_cast(
        &format!("CASE WHEN {unchanged_condition} THEN NULL ELSE {current} END"),
        stages,
    );
    format!("CASE WHEN {unchanged_condition} THEN {prior} ELSE {reverted} END")
}
