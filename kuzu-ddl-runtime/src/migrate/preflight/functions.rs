//! Preflight check of Rust functions: calls them for all rows before anything is changed, and
//! counts the rows without a value.

use std::collections::HashMap;

use kuzu_ddl_core::declared::Functions;
use kuzu_ddl_core::describe::FunctionError;
use kuzu_ddl_core::event::OnFail;
use kuzu_ddl_core::plan::{
    FunctionValues, PreflightCheck, RowFailure, RowFailureKind, SAMPLE_SIZE, Step, ValueSource,
};
use kuzu_ddl_core::value::Value;

use super::super::execute::function_batch::{
    BatchEvaluator, FailedRow, FunctionBatch, OffsetExtent,
};
use super::cast::{record_result, with_prior_values};
use super::written_since::check_undecided;
use crate::engine::{EngineError, Session};
use crate::error::Error;

/// Inputs of the check.
pub(in crate::migrate) struct FunctionPreflight<'a> {
    pub(in crate::migrate) session: &'a dyn Session,
    pub(in crate::migrate) functions: &'a Functions,
    /// Number of offsets in a range.
    pub(in crate::migrate) size: u64,
}

/// Findings of the check.
#[derive(Default)]
struct Findings {
    rows: u64,
    /// Rows without a value, including those for which `on_fail` determines one.
    failing: u64,
    /// Those for which it does not.
    unhandled: u64,
    sample: Vec<(String, Option<String>)>,
    example: Option<(String, String)>,
    /// Key values, each with the row that has it.
    keys: HashMap<String, (usize, u64)>,
    duplicates: u64,
    /// Keys that are NaN.
    not_numbers: u64,
}

impl FunctionPreflight<'_> {
    /// Finds the rows without a value. `progress` receives the number of checked rows after each
    /// range.
    pub(in crate::migrate) fn run(
        &self,
        step: &mut Step,
        check: &PreflightCheck,
        value: &ValueSource,
        unique: bool,
        mut progress: impl FnMut(&Step, u64),
    ) -> Result<Option<RowFailure>, Error> {
        let resolved = with_prior_values(self.session, &check.rows, value)?;
        if value.prior.is_some()
            && resolved.prior.is_none()
            && let Some(failure) = check_undecided(self.session, check, value)?
        {
            return Ok(Some(failure));
        }
        let (requested, value) = (value, &resolved);
        let mut findings = Findings::default();
        for (scope, (rows, name)) in check.rows.labelled.iter().enumerate() {
            let Some(functions) =
                FunctionValues::new(rows.clone(), missing_value_condition(value), vec![value])
            else {
                continue;
            };
            let evaluator = BatchEvaluator::new(functions, self.functions, &check.object)?;
            let Some(OffsetExtent { first, last, .. }) = evaluator.extent(self.session, 0)? else {
                continue;
            };
            let mut from = first;
            while from <= last {
                let to = from.saturating_add(self.size);
                let batch = evaluator.range(self.session, (from, to))?;
                let of = (check, unique, value.on_fail());
                self.count(&mut findings, (rows, name), of, &batch)?;
                if unique {
                    self.count_keys(&mut findings, (scope, name), check, &batch)?;
                }
                progress(step, findings.rows);
                from = to;
            }
        }
        record_result(
            step,
            &check.object,
            (requested, value),
            findings.failing,
            findings.rows,
        );
        Ok(findings.failure(check, value, unique))
    }

    fn count(
        &self,
        findings: &mut Findings,
        (rows, name): (&str, &str),
        (check, unique, on_fail): (&PreflightCheck, bool, &OnFail),
        batch: &FunctionBatch,
    ) -> Result<(), Error> {
        findings.rows += batch.rows;
        for failed in &batch.failed {
            findings.failing += 1;
            if let FunctionError::Panicked(_) = failed.error {
                let key = self.key((rows, name), failed.offset)?;
                return Err(Error::FunctionFailed {
                    object: check.object.clone(),
                    function: failed.function.clone(),
                    row: format!("{} {key}", check.key),
                    reason: failed.error.to_string(),
                });
            }
            // A key cannot be NULL.
            let is_missing_key = unique && *on_fail == OnFail::Null;
            if failed.has_fallback && !is_missing_key {
                continue;
            }
            findings.unhandled += 1;
            if findings.sample.len() < SAMPLE_SIZE {
                let key = self.key((rows, name), failed.offset)?;
                findings.sample.push((key, old(failed)));
            }
            let example = || (failed.function.clone(), failed.error.to_string());
            findings.example.get_or_insert_with(example);
        }
        Ok(())
    }

    fn count_keys(
        &self,
        findings: &mut Findings,
        (scope, name): (usize, &str),
        check: &PreflightCheck,
        batch: &FunctionBatch,
    ) -> Result<(), Error> {
        for (offset, value) in &batch.computed {
            let text = text(value);
            if matches!(value, Value::Float(x) if x.is_nan()) {
                findings.not_numbers += 1;
                if findings.sample.len() < SAMPLE_SIZE {
                    let rows = &check.rows.labelled[scope].0;
                    let key = self.key((rows, name), *offset)?;
                    findings.sample.push((key, Some(text)));
                }
                continue;
            }
            if let Some((scope, first)) = findings.keys.get(&text).copied() {
                findings.duplicates += 1;
                if findings.sample.len() < SAMPLE_SIZE {
                    let rows = &check.rows.labelled[scope].0;
                    let keys = [
                        self.key((rows, name), first)?,
                        self.key((rows, name), *offset)?,
                    ];
                    let keys = format!("of {} {}", check.key, keys.join(" and "));
                    findings.sample.push((text, Some(keys)));
                }
            } else {
                findings.keys.insert(text, (scope, *offset));
            }
        }
        Ok(())
    }

    /// Returns the label of a row for messages: its key.
    fn key(&self, (rows, name): (&str, &str), offset: u64) -> Result<String, EngineError> {
        let query = format!("{rows} WHERE offset(id(x)) = {offset} RETURN {name}");
        let rows = self.session.query(&query)?;
        let text = rows.first().and_then(|row| row.first()?.text());
        Ok(text.unwrap_or("?").to_owned())
    }
}

/// Returns the condition of a fill, which is computed only where there is no value, or of a
/// conversion, which keeps NULL.
fn missing_value_condition(value: &ValueSource) -> Option<String> {
    let fills =
        value.fill_function.is_some() && value.cast_function.is_none() && value.column.is_some();
    let not = if value.is_converted() { " NOT" } else { "" };
    (fills || value.is_converted()).then(|| format!("{} IS{not} NULL", value.render_input("x")))
}

fn old(failed: &FailedRow) -> Option<String> {
    failed.old.as_ref().map(text)
}

fn text(cell: &Value) -> String {
    match cell {
        Value::Null => "NULL".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => x.to_string(),
        Value::Text(text) => format!("'{text}'"),
        Value::Other(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

impl Findings {
    fn failure(
        self,
        check: &PreflightCheck,
        value: &ValueSource,
        unique: bool,
    ) -> Option<RowFailure> {
        let (rows, kind) = match self.example {
            Some(_) if value.is_converted() => (
                self.unhandled,
                RowFailureKind::Cast {
                    to: value.to.clone(),
                    engine: None,
                    accepts_on_fail: !unique,
                },
            ),
            Some((function, message)) => (
                self.unhandled,
                RowFailureKind::Function {
                    function,
                    message,
                    accepts_on_fail: !unique,
                },
            ),
            None if self.not_numbers > 0 => (self.not_numbers, RowFailureKind::NotANumberKey),
            None if self.duplicates > 0 => (self.duplicates, RowFailureKind::DuplicateKey),
            None => return None,
        };
        Some(RowFailure::new(
            (check.object.clone(), check.key.clone()),
            kind,
            (Some(rows), self.rows),
            self.sample,
        ))
    }
}
