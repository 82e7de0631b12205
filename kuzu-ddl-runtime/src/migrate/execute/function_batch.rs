//! Evaluation of Rust functions for the rows of a statement, range by range.

use kuzu_ddl_core::declared::Functions;
use kuzu_ddl_core::describe::{FunctionDesc, FunctionError};
use kuzu_ddl_core::event::OnFail;
use kuzu_ddl_core::plan::{
    ConversionChain, FunctionTarget, FunctionValues, RowMark, ValueFunction,
};
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_core::value::{Row, Value};

use crate::engine::{EngineError, Session};
use crate::error::Error;

/// Default number of offsets in a range.
pub(in crate::migrate) const DEFAULT_BATCH_SIZE: u64 = 10_000;

/// Values that functions compute for the rows of one range.
#[derive(Debug, Default)]
pub(in crate::migrate) struct FunctionBatch {
    /// Parameters of the statement.
    pub(in crate::migrate) params: Vec<(String, Value)>,
    /// Number of rows.
    pub(in crate::migrate) rows: u64,
    /// Rows for which a function returned no value.
    pub(in crate::migrate) failed: Vec<FailedRow>,
    /// Values of the first function, by offset.
    pub(in crate::migrate) computed: Vec<(u64, Value)>,
}

/// Row for which a function returned no value, with the first of its inputs.
#[derive(Debug)]
pub(in crate::migrate) struct FailedRow {
    pub(in crate::migrate) offset: u64,
    pub(in crate::migrate) function: String,
    pub(in crate::migrate) old: Option<Value>,
    pub(in crate::migrate) error: FunctionError,
    /// Whether `on_fail` determines the value of the row.
    pub(in crate::migrate) has_fallback: bool,
}

/// Extent of rows in the offsets of a table.
#[derive(Clone, Copy, Debug)]
pub(in crate::migrate) struct OffsetExtent {
    /// Number of rows.
    pub(in crate::migrate) rows: u64,
    /// Smallest offset.
    pub(in crate::migrate) first: u64,
    /// Largest offset.
    pub(in crate::migrate) last: u64,
}

/// Calls the functions of one statement.
pub(in crate::migrate) struct BatchEvaluator<'a> {
    values: FunctionValues<'a>,
    functions: Vec<Computation<'a>>,
}

/// What computes the value of a row from its inputs.
#[derive(Clone, Copy)]
enum Computation<'a> {
    /// A function of the application.
    Function(&'a FunctionDesc),
    /// A built-in conversion of the first input.
    Conversion(&'a ConversionChain, &'a Type),
}

impl<'a> BatchEvaluator<'a> {
    /// Resolves the functions of a statement.
    ///
    /// # Errors
    /// [`Error::FunctionMissing`] if the binary has no such function.
    pub(in crate::migrate) fn new(
        values: FunctionValues<'a>,
        functions: &'a Functions,
        object: &str,
    ) -> Result<Self, Error> {
        let find = |by: &'a ValueFunction| {
            if let (Some(chain), Some((_, from))) = (&by.conversion, by.inputs.first()) {
                return Ok(Computation::Conversion(chain, from));
            }
            let function = functions.get(&by.function);
            let missing = || Error::FunctionMissing {
                object: object.to_owned(),
                function: by.function.clone(),
            };
            function.map(Computation::Function).ok_or_else(missing)
        };
        let functions = values.by.iter().map(|(by, _)| find(by));
        let functions = functions.collect::<Result<_, _>>()?;
        Ok(Self { values, functions })
    }

    /// Returns the extent of the rows from an offset on.
    pub(in crate::migrate) fn extent(
        &self,
        session: &dyn Session,
        from: u64,
    ) -> Result<Option<OffsetExtent>, EngineError> {
        let rows = session.query_with(&self.values.extent(), &[("from", number(from))])?;
        let cells = rows.first().into_iter().flatten();
        let mut numbers = cells.map(|cell| cell.int().and_then(|n| u64::try_from(n).ok()));
        let mut next = || numbers.next().flatten();
        let (rows, first, last) = (next(), next(), next());
        Ok(rows.filter(|rows| *rows > 0).map(|rows| OffsetExtent {
            rows,
            first: first.unwrap_or_default(),
            last: last.unwrap_or_default(),
        }))
    }

    /// Calls the functions for the rows of a range.
    pub(in crate::migrate) fn range(
        &self,
        session: &dyn Session,
        (from, to): (u64, u64),
    ) -> Result<FunctionBatch, EngineError> {
        let ends = [("from", number(from)), ("to", number(to))];
        let rows = session.query_with(&self.values.read(), &ends)?;
        let mut batch = FunctionBatch {
            params: ends.map(|(name, cell)| (name.to_owned(), cell)).into(),
            rows: rows.len() as u64,
            ..FunctionBatch::default()
        };
        let inputs = self.values.inputs();
        let constants = self.values.constants();
        for (n, ((by, column), function)) in self.values.by.iter().zip(&self.functions).enumerate()
        {
            let at = |input: &(String, Type)| inputs.iter().position(|known| *known == input);
            let own = |(i, (of, _)): (usize, &(usize, &str))| (*of == n).then(|| inputs.len() + i);
            let constants = constants.iter().enumerate().filter_map(own);
            let positions: Vec<usize> = by.inputs.iter().filter_map(at).chain(constants).collect();
            let old = match column {
                FunctionTarget::Fill(Some(old)) => at(old),
                _ => None,
            };
            let lacks = |row: &&Row| old.is_none_or(|i| cell(row, i + 1) == Value::Null);
            let mut values = PositionLists::new((from, to), by.has_prior());
            for row in rows.iter().filter(lacks) {
                let Some(offset) = row.first().and_then(offset) else {
                    continue;
                };
                let arguments: Vec<Value> = positions.iter().map(|i| cell(row, i + 1)).collect();
                match self.evaluate(n, *function, &arguments) {
                    Ok(value) => {
                        if n == 0 {
                            let prior = || arguments.get(1).cloned().unwrap_or(Value::Null);
                            batch
                                .computed
                                .push((offset, value.clone().unwrap_or_else(prior)));
                        }
                        if let Some(value) = value {
                            values.put(offset, value);
                        }
                    }
                    Err(error) => {
                        values.put(offset, Value::Null);
                        batch.failed.push(FailedRow {
                            offset,
                            function: by.function.clone(),
                            old: arguments.into_iter().next(),
                            has_fallback: by.on_fail != OnFail::Abort
                                && matches!(error, FunctionError::Refused(_)),
                            error,
                        });
                    }
                }
            }
            batch.params.extend(values.params(by));
        }
        Ok(batch)
    }

    /// Returns parameters with which the statement matches no rows.
    pub(in crate::migrate) fn empty_params(&self) -> Vec<(String, Value)> {
        let mut params = vec![("from".to_owned(), number(0)), ("to".to_owned(), number(0))];
        let lists = self
            .values
            .by
            .iter()
            .map(|(by, _)| PositionLists::new((0, 1), by.has_prior()).params(by));
        params.extend(lists.flatten());
        params
    }

    /// Computes the value of a row; `None` if it takes its prior value.
    fn evaluate(
        &self,
        n: usize,
        function: Computation<'_>,
        row: &[Value],
    ) -> Result<Option<Value>, FunctionError> {
        let function = match function {
            Computation::Function(function) => function,
            Computation::Conversion(chain, from) => {
                let prior = self.values.by[n].0.inputs.get(1).map(|(_, ty)| ty);
                return chain
                    .convert(from, prior, row)
                    .map_err(|e| FunctionError::Refused(e.to_string()));
            }
        };
        let (by, column) = self.values.by[n];
        let no_old = row.first() == Some(&Value::Null);
        if column == FunctionTarget::Cast && no_old && !by.accepts_null {
            return Ok(Some(Value::Null));
        }
        let computed = function.call(row)?;
        let lost = column == FunctionTarget::Cast && !no_old;
        if computed == Value::Null && (by.required || lost) {
            return Err(FunctionError::Refused("no value returned".to_owned()));
        }
        Ok(Some(computed))
    }
}

fn number(n: u64) -> Value {
    Value::Int(n.into())
}

fn offset(cell: &Value) -> Option<u64> {
    cell.int().and_then(|n| u64::try_from(n).ok())
}

fn cell(row: &Row, i: usize) -> Value {
    row.get(i).cloned().unwrap_or(Value::Null)
}

/// Values of a range by their positions in it, and the mark of each position.
struct PositionLists {
    from: u64,
    has_prior: bool,
    computed: Vec<Value>,
    marks: Vec<Value>,
}

impl PositionLists {
    fn new((from, to): (u64, u64), has_prior: bool) -> Self {
        let n = usize::try_from(to.saturating_sub(from)).unwrap_or_default();
        let unmarked = if has_prior {
            Value::Int(RowMark::Prior as i128)
        } else {
            Value::Bool(false)
        };
        Self {
            from,
            has_prior,
            computed: vec![Value::Null; n],
            marks: vec![unmarked; n],
        }
    }

    fn put(&mut self, offset: u64, value: Value) {
        let position = usize::try_from(offset.saturating_sub(self.from)).unwrap_or(usize::MAX);
        let (Some(computed), Some(mark)) = (
            self.computed.get_mut(position),
            self.marks.get_mut(position),
        ) else {
            return;
        };
        let is_null = value == Value::Null;
        *mark = match (self.has_prior, is_null) {
            (true, true) => Value::Int(RowMark::Null as i128),
            (true, false) => Value::Int(RowMark::Computed as i128),
            (false, is_null) => Value::Bool(!is_null),
        };
        *computed = value;
    }

    /// Returns the two lists as parameters. The engine casts all elements, so positions without a
    /// value repeat an existing one.
    fn params(mut self, by: &ValueFunction) -> [(String, Value); 2] {
        let filler = self
            .computed
            .iter()
            .find(|cell| **cell != Value::Null)
            .cloned();
        if let Some(filler) = filler {
            let gaps = self
                .computed
                .iter_mut()
                .filter(|cell| **cell == Value::Null);
            gaps.for_each(|cell| cell.clone_from(&filler));
        }
        let [computed, marks] = by.parameter_names();
        [
            (computed, Value::List(self.computed)),
            (marks, Value::List(self.marks)),
        ]
    }
}

/// Borrows the parameter names, as the engine takes them.
pub(in crate::migrate) fn borrowed(params: &[(String, Value)]) -> Vec<(&str, Value)> {
    let borrowed = params
        .iter()
        .map(|(name, cell)| (name.as_str(), cell.clone()));
    borrowed.collect()
}
