//! Calling functions for the rows of a statement, range by range.

use kuzu_ddl_core::declared::Functions;
use kuzu_ddl_core::describe::{Fault, FunctionDesc};
use kuzu_ddl_core::event::OnFail;
use kuzu_ddl_core::plan::{By, Column as MadeColumn, Made};
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_core::value::{Cell, Row};

use crate::engine::{EngineError, Session};
use crate::error::Error;

/// How many offsets a range has, unless told otherwise.
pub(in crate::migrate) const BATCH: u64 = 10_000;

/// What functions make of the rows of one range.
#[derive(Debug, Default)]
pub(in crate::migrate) struct Batch {
    /// The parameters of the statement.
    pub(in crate::migrate) params: Vec<(String, Cell)>,
    /// How many rows there are.
    pub(in crate::migrate) rows: u64,
    /// Those for which a function gave nothing, with the first of its inputs.
    pub(in crate::migrate) failed: Vec<Failed>,
    /// The values of the first function, by offset.
    pub(in crate::migrate) made: Vec<(u64, Cell)>,
}

/// A row for which a function gave no value.
#[derive(Debug)]
pub(in crate::migrate) struct Failed {
    pub(in crate::migrate) offset: u64,
    pub(in crate::migrate) function: String,
    pub(in crate::migrate) old: Option<Cell>,
    pub(in crate::migrate) why: Fault,
    /// Whether the source says what the row gets.
    pub(in crate::migrate) settled: bool,
}

/// Where rows are.
#[derive(Clone, Copy, Debug)]
pub(in crate::migrate) struct Extent {
    /// How many.
    pub(in crate::migrate) rows: u64,
    /// The smallest offset.
    pub(in crate::migrate) first: u64,
    /// The largest offset.
    pub(in crate::migrate) last: u64,
}

/// Calls the functions of one statement.
pub(in crate::migrate) struct Maker<'a> {
    made: Made<'a>,
    functions: Vec<&'a FunctionDesc>,
}

impl<'a> Maker<'a> {
    /// # Errors
    /// [`Error::NoFunction`].
    pub(in crate::migrate) fn new(
        made: Made<'a>,
        functions: &'a Functions,
        object: &str,
    ) -> Result<Self, Error> {
        let find = |by: &By| {
            functions
                .get(&by.function)
                .ok_or_else(|| Error::NoFunction {
                    object: object.to_owned(),
                    function: by.function.clone(),
                })
        };
        let functions = made.by.iter().map(|(by, _)| find(by));
        let functions = functions.collect::<Result<_, _>>()?;
        Ok(Self { made, functions })
    }

    /// How many rows there are from an offset on, and the smallest and largest offset of them.
    pub(in crate::migrate) fn extent(
        &self,
        session: &dyn Session,
        from: u64,
    ) -> Result<Option<Extent>, EngineError> {
        let rows = session.query_with(&self.made.extent(), &[("from", number(from))])?;
        let cells = rows.first().into_iter().flatten();
        let mut numbers = cells.map(|cell| cell.int().and_then(|n| u64::try_from(n).ok()));
        let mut next = || numbers.next().flatten();
        let (rows, first, last) = (next(), next(), next());
        Ok(rows.filter(|rows| *rows > 0).map(|rows| Extent {
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
    ) -> Result<Batch, EngineError> {
        let ends = [("from", number(from)), ("to", number(to))];
        let rows = session.query_with(&self.made.read(), &ends)?;
        let mut batch = Batch {
            params: ends.map(|(name, cell)| (name.to_owned(), cell)).into(),
            rows: rows.len() as u64,
            ..Batch::default()
        };
        let inputs = self.made.inputs();
        for (n, ((by, column), function)) in self.made.by.iter().zip(&self.functions).enumerate() {
            let at = |input: &(String, Type)| inputs.iter().position(|known| *known == input);
            let places: Vec<usize> = by.inputs.iter().filter_map(at).collect();
            let old = match column {
                MadeColumn::Fill(Some(old)) => at(old),
                _ => None,
            };
            let lacks = |row: &&Row| old.is_none_or(|i| cell(row, i + 1) == Cell::Null);
            let mut list = Lists::new(from, to);
            for row in rows.iter().filter(lacks) {
                let Some(offset) = row.first().and_then(offset) else {
                    continue;
                };
                let taken: Vec<Cell> = places.iter().map(|i| cell(row, i + 1)).collect();
                match self.make(n, function, &taken) {
                    Ok(value) => {
                        if n == 0 {
                            batch.made.push((offset, value.clone()));
                        }
                        list.put(offset, value);
                    }
                    Err(why) => batch.failed.push(Failed {
                        offset,
                        function: by.function.clone(),
                        old: taken.into_iter().next(),
                        settled: by.on_fail != OnFail::Abort && matches!(why, Fault::Refused(_)),
                        why,
                    }),
                }
            }
            batch.params.extend(list.params(by));
        }
        Ok(batch)
    }

    /// The parameters for a statement that finds no rows.
    pub(in crate::migrate) fn nothing(&self) -> Vec<(String, Cell)> {
        let mut params = vec![("from".to_owned(), number(0)), ("to".to_owned(), number(0))];
        let lists = self
            .made
            .by
            .iter()
            .map(|(by, _)| Lists::new(0, 1).params(by));
        params.extend(lists.flatten());
        params
    }

    fn make(&self, n: usize, function: &FunctionDesc, row: &[Cell]) -> Result<Cell, Fault> {
        let (by, column) = self.made.by[n];
        let no_old = row.first() == Some(&Cell::Null);
        if column == MadeColumn::Cast && no_old && !by.takes_null {
            return Ok(Cell::Null);
        }
        let made = function.call(row)?;
        let lost = column == MadeColumn::Cast && !no_old;
        if made == Cell::Null && (by.required || lost) {
            return Err(Fault::Refused("it gave no value".to_owned()));
        }
        Ok(made)
    }
}

fn number(n: u64) -> Cell {
    Cell::Int(n.into())
}

fn offset(cell: &Cell) -> Option<u64> {
    cell.int().and_then(|n| u64::try_from(n).ok())
}

fn cell(row: &Row, i: usize) -> Cell {
    row.get(i).cloned().unwrap_or(Cell::Null)
}

/// The values of a range by their places in it, and which places have one.
struct Lists {
    from: u64,
    made: Vec<Cell>,
    has: Vec<Cell>,
}

impl Lists {
    fn new(from: u64, to: u64) -> Self {
        let n = usize::try_from(to.saturating_sub(from)).unwrap_or_default();
        Self {
            from,
            made: vec![Cell::Null; n],
            has: vec![Cell::Bool(false); n],
        }
    }

    fn put(&mut self, offset: u64, value: Cell) {
        let place = usize::try_from(offset.saturating_sub(self.from)).unwrap_or(usize::MAX);
        if let (Some(made), Some(has), false) = (
            self.made.get_mut(place),
            self.has.get_mut(place),
            value == Cell::Null,
        ) {
            (*made, *has) = (value, Cell::Bool(true));
        }
    }

    /// The engine casts all of them, so what is no value is one of those that are.
    fn params(mut self, by: &By) -> [(String, Cell); 2] {
        let any = self.made.iter().find(|cell| **cell != Cell::Null).cloned();
        if let Some(any) = any {
            let gaps = self.made.iter_mut().filter(|cell| **cell == Cell::Null);
            gaps.for_each(|cell| cell.clone_from(&any));
        }
        let [made, has] = by.lists();
        [(made, Cell::List(self.made)), (has, Cell::List(self.has))]
    }
}

/// Parameters as the engine takes them.
pub(in crate::migrate) fn borrowed(params: &[(String, Cell)]) -> Vec<(&str, Cell)> {
    let borrowed = params
        .iter()
        .map(|(name, cell)| (name.as_str(), cell.clone()));
    borrowed.collect()
}
