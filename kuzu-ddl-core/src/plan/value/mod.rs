//! How the values of a column are made of those from before.

pub(in crate::plan) mod fallibility;
pub(in crate::plan) mod function;
pub(in crate::plan) mod prior;

use fallibility::{Verdict, judge};
use function::By;
use serde::{Deserialize, Serialize};

use crate::event::OnFail;
use crate::schema::name::{quote, string_literal};
use crate::schema::{Expr, Type};

/// Where a column's values come from: an old column by way of casts, what the source fills in, or
/// both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// The old column and its type; `None` for a property that is new.
    pub from: Option<(String, Type)>,
    /// The changes of type on the way.
    pub stages: Vec<Stage>,
    /// The type of the new column.
    pub to: Type,
    /// What a row gets that would have NULL.
    pub fill: Option<Expr>,
    /// Where this leads back to a type of before: the values of then.
    pub original: Option<Box<Original>>,
    /// The function that makes values of the old ones, in place of changes of type.
    #[serde(default)]
    pub by: Option<By>,
    /// The function that makes them where there are none.
    #[serde(default)]
    pub fill_by: Option<By>,
    /// Old values, as text, of which none can be made: found by trial before the plan is carried
    /// out, where no condition tells them.
    pub refused: Vec<String>,
}

/// One change of type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// How a new value is made of the `old` one; `None` is a plain CAST.
    pub cast: Option<Expr>,
    /// The type it leads to.
    pub to: Type,
    /// What a row gets whose cast fails.
    pub on_fail: OnFail,
}

impl Value {
    /// The old value as it is.
    pub(super) fn same(from: &str, ty: &Type) -> Self {
        Self {
            from: Some((from.to_owned(), ty.clone())),
            stages: Vec::new(),
            to: ty.clone(),
            fill: None,
            original: None,
            by: None,
            fill_by: None,
            refused: Vec::new(),
        }
    }

    /// A value that only the source gives.
    pub(super) fn new(to: &Type, fill: Expr) -> Self {
        Self {
            fill: Some(fill),
            ..Self::none(to)
        }
    }

    /// A value that only a function gives.
    pub(super) fn made(to: &Type, by: By) -> Self {
        Self {
            fill_by: Some(by),
            ..Self::none(to)
        }
    }

    fn none(to: &Type) -> Self {
        Self {
            from: None,
            ..Self::same("", to)
        }
    }

    /// Whether nothing is said of it, and the engine counts the rows.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.from.is_none() && self.fill.is_none() && !self.is_made()
    }

    /// A value that the engine gives each new row.
    pub(super) fn counted() -> Self {
        Self::none(&Type::Serial)
    }

    /// The same, of columns that are called otherwise.
    pub(super) fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        let mut value = self.clone();
        let by = [&mut value.by, &mut value.fill_by];
        let inputs = by.into_iter().flatten().flat_map(|by| &mut by.inputs);
        for (column, _) in value.from.iter_mut().chain(inputs) {
            *column = name(column);
        }
        value
    }

    /// The same, of an old column that is called otherwise.
    #[must_use]
    pub fn called(&self, name: &str) -> Self {
        let old = self.from.as_ref().map(|(from, _)| from.clone());
        self.renamed(|column| {
            let is_old = old.as_deref() == Some(column);
            if is_old { name } else { column }.to_owned()
        })
    }

    /// Whether a function has a part in it.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.by.is_some() || self.fill_by.is_some()
    }

    /// What becomes of a row whose cast fails: as the last change of type on the way says.
    #[must_use]
    pub fn on_fail(&self) -> &OnFail {
        let by = self.by.as_ref().map(|by| &by.on_fail);
        by.or_else(|| self.stages.last().map(|stage| &stage.on_fail))
            .unwrap_or(&OnFail::Abort)
    }

    /// The old value of `row`.
    #[must_use]
    pub fn old(&self, row: &str) -> String {
        self.from.as_ref().map_or_else(
            || "NULL".to_owned(),
            |(from, _)| format!("{row}.{}", quote(from)),
        )
    }

    /// The casts of the value `old`, which is Cypher; nothing is caught and nothing filled in.
    #[must_use]
    pub fn cast(&self, old: &str) -> String {
        cast(old, &self.stages)
    }

    /// The Cypher of the value of `row`; nothing is caught and nothing filled in.
    #[must_use]
    pub fn cypher(&self, row: &str) -> String {
        let old = self.old(row);
        match (&self.by, &self.original) {
            (Some(by), _) => by.of(&self.to),
            (None, Some(original)) => original.of(row, &old, &self.stages),
            (None, None) => self.cast(&old),
        }
    }

    /// Which old values the casts can fail on.
    #[must_use]
    pub fn verdict(&self, row: &str) -> Verdict {
        let Some((_, ty)) = self.from.as_ref().filter(|_| self.by.is_none()) else {
            return Verdict::Never;
        };
        let whole = self.stages.iter().fold(Expr::Old, |old, stage| {
            let inner = match &stage.cast {
                Some(cast) => cast.replace_old(&old),
                None => old,
            };
            Expr::Cast(Box::new(inner), stage.to.clone())
        });
        match judge(&whole, ty, &self.old(row)) {
            Verdict::Unless(_) if self.original.as_ref().is_some_and(|o| !o.is_beside()) => {
                Verdict::Unknown
            }
            verdict => verdict,
        }
    }

    /// Whether a cast can fail at a change of type before the last, and something else than an abort
    /// follows: each change says that for itself, and here only the last is asked.
    pub(super) fn is_ambiguous(&self) -> bool {
        let Some((_, before)) = self.stages.split_last() else {
            return false;
        };
        let aborts = |stage: &Stage| stage.on_fail == OnFail::Abort;
        let earlier = Self {
            stages: before.to_vec(),
            original: None,
            ..self.clone()
        };
        !self.stages.iter().all(aborts) && earlier.verdict("x") != Verdict::Never
    }

    /// A condition on `row`, never NULL, that holds where the casts do not fail; `None` where they
    /// never do, or nobody knows of which values.
    #[must_use]
    pub fn guard(&self, row: &str) -> Option<String> {
        let old = self.old(row);
        match self.verdict(row) {
            Verdict::Never => None,
            Verdict::Unless(condition) => Some(condition),
            Verdict::Unknown if self.refused.is_empty() => None,
            Verdict::Unknown => {
                let texts: Vec<String> = self.refused.iter().map(|t| string_literal(t)).collect();
                let texts = texts.join(", ");
                Some(format!(
                    "({old} IS NULL OR NOT CAST({old} AS STRING) IN [{texts}])"
                ))
            }
        }
    }

    /// The guard that the statements need: where rows that fail get something else.
    #[must_use]
    pub fn split(&self, row: &str) -> Option<String> {
        let original = self.original.as_ref().filter(|o| !o.is_beside());
        if let Some(guard) = original.and_then(|original| original.guard(row)) {
            return Some(guard);
        }
        if *self.on_fail() == OnFail::Abort {
            return None;
        }
        self.guard(row)
    }

    /// The Cypher of the value of `row`, where the guard holds.
    #[must_use]
    pub fn of(&self, row: &str) -> String {
        let old = self.old(row);
        let mut value = self.cypher(row);
        // A plain CAST makes NULL of NULL alone.
        let plain = self.by.is_none() && self.stages.iter().all(|stage| stage.cast.is_none());
        if let (OnFail::Use(expr), false) = (self.on_fail(), plain) {
            let default = expr.canonical(&self.to);
            value = format!(
                "CASE WHEN {old} IS NULL THEN {value} ELSE coalesce({value}, {default}) END"
            );
        }
        self.filled(value)
    }

    /// The Cypher of the value of a row whose cast fails.
    #[must_use]
    pub fn otherwise(&self, row: &str) -> String {
        let default = || match self.on_fail() {
            OnFail::Use(expr) => expr.canonical(&self.to),
            OnFail::Abort | OnFail::Null => format!("CAST(NULL AS {})", self.to),
        };
        let now = self.old(row);
        let value = match &self.original {
            None => default(),
            Some(original) if original.is_beside() || *self.on_fail() == OnFail::Abort => {
                original.otherwise(row, &now, &self.stages)
            }
            Some(original) => original.failed(row, &now, &default()),
        };
        self.filled(value)
    }

    /// The value with what is filled in where there is none.
    pub(super) fn filled(&self, value: String) -> String {
        if let Some(by) = &self.fill_by {
            let mut made = by.of(&self.to);
            if let OnFail::Use(expr) = &by.on_fail {
                made = format!("coalesce({made}, {})", expr.canonical(&self.to));
            }
            return match &self.from {
                Some(_) => format!("coalesce({value}, {made})"),
                None => made,
            };
        }
        match (&self.fill, &self.from) {
            (Some(fill), Some(_)) => format!("coalesce({value}, {})", fill.canonical(&self.to)),
            (Some(fill), None) => fill.canonical(&self.to),
            (None, _) => value,
        }
    }
}

/// The Cypher of a value after some changes of type.
pub(super) fn cast(value: &str, stages: &[Stage]) -> String {
    stages.iter().fold(value.to_owned(), |old, stage| {
        let to = &stage.to;
        match &stage.cast {
            // The engine does not see that a second CAST is for nothing, and a million of them take their time.
            Some(cast @ Expr::Cast(_, ty)) if ty == to => cast.with_old(&old),
            Some(cast) => format!("CAST({} AS {to})", cast.with_old(&old)),
            None => format!("CAST({old} AS {to})"),
        }
    })
}

/// The ways rows can go, of which each row goes one: a condition, if there is more than one way, and
/// the Cypher of each value.
pub(super) fn ways(row: &str, values: &[&Value]) -> Vec<(Option<String>, Vec<String>)> {
    let mut ways = vec![(Vec::new(), Vec::new())];
    for value in values {
        let guard = value.split(row);
        let mut next = Vec::new();
        for (conditions, texts) in ways {
            let mut way = |condition: Option<String>, text: String| {
                let mut conditions: Vec<String> = Vec::clone(&conditions);
                let mut texts: Vec<String> = Vec::clone(&texts);
                conditions.extend(condition);
                texts.push(text);
                next.push((conditions, texts));
            };
            way(guard.clone(), value.of(row));
            if let Some(guard) = &guard {
                way(Some(format!("NOT {guard}")), value.otherwise(row));
            }
        }
        ways = next;
    }
    ways.into_iter()
        .map(|(conditions, texts)| {
            let condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
            (condition, texts)
        })
        .collect()
}

/// The column that has the values of then, and what the changes since made of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// What the changes since made of the values of then.
    pub(super) made: Value,
    /// Whether a function made them, so that no Cypher tells which values are still those.
    #[serde(default)]
    pub(super) by_function: bool,
    /// The column's default as a literal: what rows have there that are new since.
    pub(super) default: Option<String>,
    /// Whether the column stands beside the property since two types contradicted one another: its
    /// values are for the rows that have no other.
    #[serde(default)]
    pub(super) beside: bool,
    /// Whether what was made of some of the values of then could not be made again: it was found by trial.
    #[serde(default)]
    pub(super) partial: bool,
}
