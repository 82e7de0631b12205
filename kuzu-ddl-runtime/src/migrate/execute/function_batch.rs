//! Evaluation of Rust functions for the rows of a statement, range by range.

use kuzu_ddl_core::declared::Functions;
use kuzu_ddl_core::describe::{FunctionDesc, FunctionError};
use kuzu_ddl_core::event::OnFail;
use kuzu_ddl_core::plan::{FunctionTarget as MadeColumn, FunctionValues, ValueFunction};
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
    pub(in crate::migrate) made: Vec<(u64, Value)>,
}

/// Row for which a function returned no value, with the first of its inputs.
#[derive(Debug)]
pub(in crate::migrate) struct FailedRow {
    pub(in crate::migrate) offset: u64,
    pub(in crate::migrate) function: String,
    pub(in crate::migrate) old: Option<Value>,
    pub(in crate::migrate) why: FunctionError,
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
    made: FunctionValues<'a>,
    functions: Vec<&'a FunctionDesc>,
}

impl<'a> BatchEvaluator<'a> {
    /// Resolves the functions of a statement.
    ///
    /// # Errors
    /// [`Error::FunctionMissing`] if the binary has no such function.
    pub(in crate::migrate) fn new(
        made: FunctionValues<'a>,
        functions: &'a Functions,
        object: &str,
    ) -> Result<Self, Error> {
        let find = |by: &ValueFunction| {
            functions
                .get(&by.function)
                .ok_or_else(|| Error::FunctionMissing {
                    object: object.to_owned(),
                    function: by.function.clone(),
                })
        };
        let functions = made.by.iter().map(|(by, _)| find(by));
        let functions = functions.collect::<Result<_, _>>()?;
        Ok(Self { made, functions })
    }

    /// Returns the extent of the rows from an offset on.
    pub(in crate::migrate) fn extent(
        &self,
        session: &dyn Session,
        from: u64,
    ) -> Result<Option<OffsetExtent>, EngineError> {
        let rows = session.query_with(&self.made.extent(), &[("from", number(from))])?;
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
        let rows = session.query_with(&self.made.read(), &ends)?;
        let mut batch = FunctionBatch {
            params: ends.map(|(name, cell)| (name.to_owned(), cell)).into(),
            rows: rows.len() as u64,
            ..FunctionBatch::default()
        };
        let inputs = self.made.inputs();
        for (n, ((by, column), function)) in self.made.by.iter().zip(&self.functions).enumerate() {
            let at = |input: &(String, Type)| inputs.iter().position(|known| *known == input);
            let places: Vec<usize> = by.inputs.iter().filter_map(at).collect();
            let old = match column {
                MadeColumn::Fill(Some(old)) => at(old),
                _ => None,
            };
            let lacks = |row: &&Row| old.is_none_or(|i| cell(row, i + 1) == Value::Null);
            let mut list = Lists::new(from, to);
            for row in rows.iter().filter(lacks) {
                let Some(offset) = row.first().and_then(offset) else {
                    continue;
                };
                let taken: Vec<Value> = places.iter().map(|i| cell(row, i + 1)).collect();
                match self.make(n, function, &taken) {
                    Ok(value) => {
                        if n == 0 {
                            batch.made.push((offset, value.clone()));
                        }
                        list.put(offset, value);
                    }
                    Err(why) => batch.failed.push(FailedRow {
                        offset,
                        function: by.function.clone(),
                        old: taken.into_iter().next(),
                        has_fallback: by.on_fail != OnFail::Abort
                            && matches!(why, FunctionError::Refused(_)),
                        why,
                    }),
                }
            }
            batch.params.extend(list.params(by));
        }
        Ok(batch)
    }

    /// Returns parameters with which the statement matches no rows.
    pub(in crate::migrate) fn nothing(&self) -> Vec<(String, Value)> {
        let mut params = vec![("from".to_owned(), number(0)), ("to".to_owned(), number(0))];
        let lists = self
            .made
            .by
            .iter()
            .map(|(by, _)| Lists::new(0, 1).params(by));
        params.extend(lists.flatten());
        params
    }

    fn make(
        &self,
        n: usize,
        function: &FunctionDesc,
        row: &[Value],
    ) -> Result<Value, FunctionError> {
        let (by, column) = self.made.by[n];
        let no_old = row.first() == Some(&Value::Null);
        if column == MadeColumn::Cast && no_old && !by.accepts_null {
            return Ok(Value::Null);
        }
        let made = function.call(row)?;
        let lost = column == MadeColumn::Cast && !no_old;
        if made == Value::Null && (by.required || lost) {
            return Err(FunctionError::Refused("no value returned".to_owned()));
        }
        Ok(made)
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

/// Values of a range by their positions in it, and which positions have one.
struct Lists {
    from: u64,
    made: Vec<Value>,
    has: Vec<Value>,
}

impl Lists {
    fn new(from: u64, to: u64) -> Self {
        let n = usize::try_from(to.saturating_sub(from)).unwrap_or_default();
        Self {
            from,
            made: vec![Value::Null; n],
            has: vec![Value::Bool(false); n],
        }
    }

    fn put(&mut self, offset: u64, value: Value) {
        let place = usize::try_from(offset.saturating_sub(self.from)).unwrap_or(usize::MAX);
        if let (Some(made), Some(has), false) = (
            self.made.get_mut(place),
            self.has.get_mut(place),
            value == Value::Null,
        ) {
            (*made, *has) = (value, Value::Bool(true));
        }
    }

    /// Returns the two lists as parameters. The engine casts all elements, so positions without a
    /// value repeat an existing one.
    fn params(mut self, by: &ValueFunction) -> [(String, Value); 2] {
        let any = self.made.iter().find(|cell| **cell != Value::Null).cloned();
        if let Some(any) = any {
            let gaps = self.made.iter_mut().filter(|cell| **cell == Value::Null);
            gaps.for_each(|cell| cell.clone_from(&any));
        }
        let [made, has] = by.lists();
        [(made, Value::List(self.made)), (has, Value::List(self.has))]
    }
}

/// Borrows the parameter names, as the engine takes them.
pub(in crate::migrate) fn borrowed(params: &[(String, Value)]) -> Vec<(&str, Value)> {
    let borrowed = params
        .iter()
        .map(|(name, cell)| (name.as_str(), cell.clone()));
    borrowed.collect()
}
