//! Sources of a column's values, rendered as Cypher.

pub(in crate::plan) mod conversion;
pub(in crate::plan) mod fallibility;
pub(in crate::plan) mod function;
pub(in crate::plan) mod prior;

use fallibility::{Fallibility, cast_fallibility};
use function::ValueFunction;
use serde::{Deserialize, Serialize};

use crate::event::OnFail;
use crate::schema::name::{quote, string_literal};
use crate::schema::{Expr, Type};

/// Source of a column's values: an old column through casts, a backfill, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueSource {
    /// Old column and its type; `None` for a new property.
    pub column: Option<(String, Type)>,
    /// Type changes from the old column to the new one, in order.
    pub stages: Vec<CastStage>,
    /// Type of the new column.
    pub to: Type,
    /// Backfill expression for rows that would have NULL.
    pub fill: Option<Expr>,
    /// Prior values, where the change returns to an earlier type.
    pub prior: Option<Box<PriorValues>>,
    /// Function that converts the old values, in place of type changes.
    #[serde(default)]
    pub cast_function: Option<ValueFunction>,
    /// Function that backfills missing values.
    #[serde(default)]
    pub fill_function: Option<ValueFunction>,
    /// Old values, as text, that cannot be converted: found by a trial run before the plan is
    /// applied, where no condition identifies them.
    pub failing_values: Vec<String>,
}

/// Type change of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CastStage {
    /// Expression that computes a new value from the `old` one; `None` is a plain CAST.
    pub cast: Option<Expr>,
    /// Type after the change.
    pub to: Type,
    /// Value for a row whose cast fails.
    pub on_fail: OnFail,
}

impl ValueSource {
    /// Creates the source that copies the old value unchanged.
    pub(super) fn copy_of(from: &str, ty: &Type) -> Self {
        Self {
            column: Some((from.to_owned(), ty.clone())),
            stages: Vec::new(),
            to: ty.clone(),
            fill: None,
            prior: None,
            cast_function: None,
            fill_function: None,
            failing_values: Vec::new(),
        }
    }

    /// Creates a source that is a backfill expression alone.
    pub(super) fn new(to: &Type, fill: Expr) -> Self {
        Self {
            fill: Some(fill),
            ..Self::none(to)
        }
    }

    /// Creates a source that is a backfill function alone.
    pub(super) fn computed(to: &Type, by: ValueFunction) -> Self {
        Self {
            fill_function: Some(by),
            ..Self::none(to)
        }
    }

    fn none(to: &Type) -> Self {
        Self {
            column: None,
            ..Self::copy_of("", to)
        }
    }

    /// Returns whether no value is specified, so that the engine numbers the rows.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        let has_no_source = self.column.is_none() && self.fill.is_none() && !self.uses_function();
        has_no_source && self.to == Type::Serial
    }

    /// Creates the source of a column without values.
    pub(super) fn null(ty: &Type) -> Self {
        Self::none(ty)
    }

    /// Creates the source of a SERIAL column that the engine numbers.
    pub(super) fn counted() -> Self {
        Self::none(&Type::Serial)
    }

    /// Returns the same source with its columns renamed.
    pub(super) fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        let mut value = self.clone();
        let by = [&mut value.cast_function, &mut value.fill_function];
        let inputs = by.into_iter().flatten().flat_map(|by| &mut by.inputs);
        for (column, _) in value.column.iter_mut().chain(inputs) {
            *column = name(column);
        }
        value
    }

    /// Returns the same source with its old column renamed.
    #[must_use]
    pub fn with_column_name(&self, name: &str) -> Self {
        let old = self.column.as_ref().map(|(from, _)| from.clone());
        self.renamed(|column| {
            let is_old = old.as_deref() == Some(column);
            if is_old { name } else { column }.to_owned()
        })
    }

    /// Returns whether the source uses a function.
    #[must_use]
    pub fn uses_function(&self) -> bool {
        self.cast_function.is_some() || self.fill_function.is_some()
    }

    /// Returns the fallback for a row whose cast fails, which the last type change specifies.
    #[must_use]
    pub fn on_fail(&self) -> &OnFail {
        let by = self.cast_function.as_ref().map(|by| &by.on_fail);
        by.or_else(|| self.stages.last().map(|stage| &stage.on_fail))
            .unwrap_or(&OnFail::Abort)
    }

    /// Renders the old value of `row`.
    #[must_use]
    pub fn render_input(&self, row: &str) -> String {
        self.column.as_ref().map_or_else(
            || "NULL".to_owned(),
            |(from, _)| format!("{row}.{}", quote(from)),
        )
    }

    /// Renders the casts of `old`, a Cypher expression, without fallback and backfill.
    #[must_use]
    pub fn cast(&self, old: &str) -> String {
        let from = self.column.as_ref().map(|(_, ty)| ty);
        ValueSource::render_stages(old, &self.stages, from)
    }

    /// Renders the value of `row`, without fallback and backfill.
    #[must_use]
    pub fn render(&self, row: &str) -> String {
        let old = self.render_input(row);
        match (&self.cast_function, &self.prior) {
            (Some(by), Some(original)) if by.conversion.is_some() => {
                original.render_by_function(row, by, &self.to)
            }
            (Some(by), _) => by.render(&self.to),
            (None, Some(original)) => original.render(row, &old, &self.stages),
            (None, None) => self.cast(&old),
        }
    }

    /// Renders an expression that is NULL where the casts yield no value for `row`. A prior value that
    /// is restored counts as a value, although it may be NULL.
    #[must_use]
    pub fn render_outcome(&self, row: &str) -> String {
        match (&self.cast_function, &self.prior) {
            (None, Some(prior)) if !prior.is_conflict_column() => {
                prior.render_outcome(row, &self.render_input(row), &self.stages)
            }
            _ => self.render(row),
        }
    }

    /// Returns whether the rows that take their prior value are known: no earlier cast failed on
    /// values that have a statement of their own.
    #[must_use]
    pub fn has_known_prior(&self) -> bool {
        let prior = self.prior.as_ref();
        prior.is_some_and(|prior| !prior.separate || prior.guard_condition("x").is_none())
    }

    /// Returns the condition for the rows whose prior value a rollback has to return, although only
    /// its conversion can show that it still applies.
    #[must_use]
    pub fn undecided_condition(&self, row: &str) -> Option<String> {
        let prior = self.prior.as_ref().filter(|prior| prior.required)?;
        Some(prior.undecided_condition(row, &self.render_input(row)))
    }

    /// Returns the prior values, where rows take them in a statement of their own.
    fn separate_prior(&self) -> Option<&PriorValues> {
        let prior = self.prior.as_deref()?;
        (prior.separate && self.cast_function.is_none()).then_some(prior)
    }

    /// Returns, where rows take prior values in a statement of their own, the condition for all
    /// other rows, and the Cypher of the value that is cast back for them.
    #[must_use]
    pub fn render_written_since(&self, row: &str) -> Option<(String, String)> {
        let now = self.render_input(row);
        let prior = self.separate_prior()?;
        Some((prior.differs_condition(row, &now), self.cast(&now)))
    }

    /// Returns the fallibility of the casts, for the old value of `row`.
    #[must_use]
    pub fn fallibility(&self, row: &str) -> Fallibility {
        let Some((_, ty)) = self
            .column
            .as_ref()
            .filter(|_| self.cast_function.is_none())
        else {
            return Fallibility::Infallible;
        };
        let whole = self.stages.iter().fold(Expr::Old, |old, stage| {
            let inner = match &stage.cast {
                Some(cast) => cast.substitute_old(&old),
                None => old,
            };
            Expr::Cast(Box::new(inner), stage.to.clone())
        });
        match cast_fallibility(&whole, ty, &self.render_input(row)) {
            Fallibility::FailsUnless(_)
                if self.prior.as_ref().is_some_and(|o| !o.is_conflict_column()) =>
            {
                Fallibility::Unknown
            }
            verdict => verdict,
        }
    }

    /// Returns whether a cast can fail at a type change before the last, with a fallback other than
    /// an abort: each change specifies its own, and only that of the last is honoured here.
    pub(super) fn is_ambiguous(&self) -> bool {
        let Some((_, before)) = self.stages.split_last() else {
            return false;
        };
        let aborts = |stage: &CastStage| stage.on_fail == OnFail::Abort;
        let earlier = Self {
            stages: before.to_vec(),
            prior: None,
            cast_function: None,
            ..self.clone()
        };
        !self.stages.iter().all(aborts) && earlier.fallibility("x") != Fallibility::Infallible
    }

    /// Returns a condition on `row`, never NULL, that holds where the casts do not fail; `None`
    /// where they never fail, or the failing values are unknown.
    #[must_use]
    pub fn guard_condition(&self, row: &str) -> Option<String> {
        let old = self.render_input(row);
        match self.fallibility(row) {
            Fallibility::Infallible => None,
            Fallibility::FailsUnless(condition) => Some(condition),
            Fallibility::Unknown if self.failing_values.is_empty() => None,
            Fallibility::Unknown => {
                let texts: Vec<String> = self
                    .failing_values
                    .iter()
                    .map(|t| string_literal(t))
                    .collect();
                let texts = texts.join(", ");
                Some(format!(
                    "({old} IS NULL OR NOT CAST({old} AS STRING) IN [{texts}])"
                ))
            }
        }
    }

    /// Returns the guard condition that the statements need, where failing rows get another value.
    #[must_use]
    pub fn branch_condition(&self, row: &str) -> Option<String> {
        if self.cast_function.is_some() {
            return None;
        }
        let original = self.prior.as_ref().filter(|o| !o.is_conflict_column());
        if let Some(prior) = self.separate_prior() {
            let current = self.render_input(row);
            return Some(prior.needs_no_cast(row, &current, &self.stages));
        }
        if let Some(guard) = original.and_then(|original| original.guard_condition(row)) {
            return Some(guard);
        }
        if *self.on_fail() == OnFail::Abort {
            return None;
        }
        self.guard_condition(row)
    }

    /// Renders the value of `row`, where the guard condition holds.
    #[must_use]
    pub fn render_or_prior(&self, row: &str) -> String {
        if let Some(prior) = self.separate_prior() {
            return self.render_fill(prior.render_uncast(row, &self.render_input(row)));
        }
        let old = self.render_input(row);
        let mut value = self.render(row);
        // A plain CAST returns NULL for NULL only.
        let plain =
            self.cast_function.is_none() && self.stages.iter().all(|stage| stage.cast.is_none());
        if let (OnFail::Default(expr), false) = (self.on_fail(), plain) {
            let default = expr.canonical(&self.to);
            value = format!(
                "CASE WHEN {old} IS NULL THEN {value} ELSE coalesce({value}, {default}) END"
            );
        }
        self.render_fill(value)
    }

    /// Renders the value of a row whose cast fails.
    #[must_use]
    pub fn render_fallback(&self, row: &str) -> String {
        let default = || match self.on_fail() {
            OnFail::Default(expr) => expr.canonical(&self.to),
            OnFail::Abort | OnFail::Null => format!("CAST(NULL AS {})", self.to),
        };
        let now = self.render_input(row);
        let value = match &self.prior {
            None => default(),
            Some(_) if self.separate_prior().is_some() => self.cast(&now),
            Some(original) if original.is_conflict_column() || *self.on_fail() == OnFail::Abort => {
                original.render_fallback(row, &now, &self.stages)
            }
            Some(original) => original.failed(row, &now, &default()),
        };
        self.render_fill(value)
    }

    /// Renders the value with the backfill for rows that have none.
    pub(super) fn render_fill(&self, value: String) -> String {
        if let Some(by) = &self.fill_function {
            let mut computed = by.render(&self.to);
            if let OnFail::Default(expr) = &by.on_fail {
                computed = format!("coalesce({computed}, {})", expr.canonical(&self.to));
            }
            return match &self.column {
                Some(_) => format!("coalesce({value}, {computed})"),
                None => computed,
            };
        }
        match (&self.fill, &self.column) {
            (Some(fill), Some(_)) => format!("coalesce({value}, {})", fill.canonical(&self.to)),
            (Some(fill), None) => fill.canonical(&self.to),
            (None, _) => value,
        }
    }
}

/// Renders a value after a sequence of type changes.
pub(super) fn render_cast(value: &str, stages: &[CastStage]) -> String {
    ValueSource::render_stages(value, stages, None)
}

/// Returns the branches for rows, of which each row takes exactly one: a condition, if there are
/// several branches, and the Cypher of each value.
pub(super) fn branches(row: &str, values: &[&ValueSource]) -> Vec<(Option<String>, Vec<String>)> {
    let mut branches = vec![(Vec::new(), Vec::new())];
    for value in values {
        let guard = value.branch_condition(row);
        let mut next = Vec::new();
        for (conditions, texts) in branches {
            let mut branch = |condition: Option<String>, text: String| {
                let mut conditions: Vec<String> = Vec::clone(&conditions);
                let mut texts: Vec<String> = Vec::clone(&texts);
                conditions.extend(condition);
                texts.push(text);
                next.push((conditions, texts));
            };
            branch(guard.clone(), value.render_or_prior(row));
            if let Some(guard) = &guard {
                branch(Some(format!("NOT {guard}")), value.render_fallback(row));
            }
        }
        branches = next;
    }
    branches
        .into_iter()
        .map(|(conditions, texts)| {
            let condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
            (condition, texts)
        })
        .collect()
}

/// Column with prior values, and what later changes computed from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorValues {
    /// Values that later changes computed from the prior ones.
    pub(super) computed: ValueSource,
    /// Whether a function computed it, so that no Cypher expression can tell which values are
    /// unchanged.
    #[serde(default)]
    pub(super) by_function: bool,
    /// Default of the column as a literal, unless it can be converted: rows inserted since have it.
    pub(super) default: Option<String>,
    /// Archived values of the present type, from which the prior ones had been computed before the
    /// property returned to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) returned: Option<Box<PriorValues>>,
    /// Whether it is the conflict column of the property: its values are for the rows that have no
    /// other.
    #[serde(default)]
    pub(super) is_conflict_column: bool,
    /// Whether some prior values could not be converted again, as a trial run found.
    #[serde(default)]
    pub(super) partial: bool,
    /// Whether the prior values of all rows apply by the values from which they had been computed, as
    /// a trial run found.
    #[serde(default)]
    pub(super) decided: bool,
    /// Whether the rows that take the prior value have a statement of their own, in which no value
    /// is cast: the engine casts a NULL to some types by its text.
    #[serde(default)]
    pub(super) separate: bool,
    /// Whether the plan must not compute the values again: it is a rollback.
    #[serde(default)]
    pub(super) required: bool,
}
