//! Diff and plan without a database: how the cost grows with the size of the schema.

use std::collections::BTreeSet;

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::diff::{DiffOptions, diff};
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_core::plan::{plan, plan_hints};
use kuzu_ddl_core::schema::Schema;

use super::{Outcome, print, tables, timed};

const SMALL: usize = 1_000;
const LARGE: usize = 10_000;
const PROPERTIES: usize = 20;

/// Every declared table is new.
pub(crate) fn all_tables_new(rounds: usize) -> Outcome<()> {
    let inputs = [LARGE, SMALL].map(|tables| Input::new(tables, None));
    compare("diff and plan, all tables new", inputs, rounds)
}

/// Every table has one property more than the previous declaration.
pub(crate) fn one_property_added(rounds: usize) -> Outcome<()> {
    let inputs = [LARGE, SMALL].map(|tables| Input::new(tables, Some(PROPERTIES)));
    compare(
        "diff and plan, one property added to each table",
        inputs,
        rounds,
    )
}

fn compare(title: &str, inputs: [Outcome<Input>; 2], rounds: usize) -> Outcome<()> {
    let [large, small] = inputs;
    let (large, small) = (large?, small?);
    let mut pairs = Vec::new();
    for round in 0..=rounds {
        let pair = (timed(|| large.run())?, timed(|| small.run())?);
        if round > 0 {
            pairs.push(pair);
        }
    }
    print(
        &format!("{title}: {LARGE} tables of {PROPERTIES} properties / {SMALL} tables"),
        Some(12.0),
        &pairs,
    );
    Ok(())
}

/// Input of one diff.
struct Input {
    ancestor: Option<Declared>,
    declared: Declared,
    expected: Fold,
    live: Schema,
    steps: usize,
}

impl Input {
    /// `before` is the number of properties per table in the previous declaration, if there is one.
    fn new(tables: usize, before: Option<usize>) -> Outcome<Self> {
        let now = before.map_or(PROPERTIES, |before| before + 1);
        let declared = Declared::from_tables(tables::build((tables, 1), now))?;
        let mut input = Self {
            ancestor: None,
            declared,
            expected: Fold::default(),
            live: Schema::default(),
            steps: tables,
        };
        if let Some(before) = before {
            let ancestor = Declared::from_tables(tables::build((tables, 1), before))?;
            let found = diff(&ancestor, None, Fold::default(), &DiffOptions::default());
            input.expected = found
                .map_err(|_| "the previous schema is incompatible")?
                .target;
            input.live = input.expected.schema();
            input.ancestor = Some(ancestor);
        }
        Ok(input)
    }

    fn run(&self) -> Outcome<()> {
        let before = self.expected.clone();
        let found = diff(
            &self.declared,
            self.ancestor.as_ref(),
            self.expected.clone(),
            &DiffOptions::default(),
        );
        let after = found.map_err(|_| "the schema is incompatible")?.target;
        let hints = plan_hints(&self.declared);
        let steps = plan(&before, &after, &self.live, &hints, &BTreeSet::new());
        let steps = steps.map_err(|_| "planning failed")?;
        if steps.len() == self.steps {
            Ok(())
        } else {
            Err("unexpected number of steps".into())
        }
    }
}
