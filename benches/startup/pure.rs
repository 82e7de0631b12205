//! Diff and plan without a database: how the cost grows with the schema.

use std::collections::BTreeSet;

use kuzu_ddl::declared::Declared;
use kuzu_ddl::diff::{Options, diff, said};
use kuzu_ddl::fold::Fold;
use kuzu_ddl::plan::plan;
use kuzu_ddl::schema::Schema;

use super::{Outcome, print, tables, timed};

const SMALL: usize = 1_000;
const LARGE: usize = 10_000;
const PROPERTIES: usize = 20;

/// Everything declared is new.
pub(crate) fn all_new(rounds: usize) -> Outcome<()> {
    let sides = [LARGE, SMALL].map(|tables| Side::new(tables, None));
    compare("diff and plan, all new", sides, rounds)
}

/// Every table has one property more than last time.
pub(crate) fn one_more_property(rounds: usize) -> Outcome<()> {
    let sides = [LARGE, SMALL].map(|tables| Side::new(tables, Some(PROPERTIES)));
    compare("diff and plan, one property more in each", sides, rounds)
}

fn compare(what: &str, sides: [Outcome<Side>; 2], rounds: usize) -> Outcome<()> {
    let [large, small] = sides;
    let (large, small) = (large?, small?);
    let mut pairs = Vec::new();
    for round in 0..=rounds {
        let pair = (timed(|| large.run())?, timed(|| small.run())?);
        if round > 0 {
            pairs.push(pair);
        }
    }
    print(
        &format!("{what}: {LARGE} tables of {PROPERTIES} properties, {SMALL}"),
        Some(12.0),
        &pairs,
    );
    Ok(())
}

/// What a diff starts from.
struct Side {
    ancestor: Option<Declared>,
    declared: Declared,
    expected: Fold,
    live: Schema,
    steps: usize,
}

impl Side {
    /// `before`: how many properties each table had the last time, if there was one.
    fn new(tables: usize, before: Option<usize>) -> Outcome<Self> {
        let now = before.map_or(PROPERTIES, |before| before + 1);
        let declared = Declared::from_descs(tables::make(tables, now))?;
        let mut side = Self {
            ancestor: None,
            declared,
            expected: Fold::default(),
            live: Schema::default(),
            steps: tables,
        };
        if let Some(before) = before {
            let ancestor = Declared::from_descs(tables::make(tables, before))?;
            let found = diff(&ancestor, None, Fold::default(), &Options::default());
            side.expected = found.map_err(|_| "the earlier schema was refused")?.after;
            side.live = side.expected.schema();
            side.ancestor = Some(ancestor);
        }
        Ok(side)
    }

    fn run(&self) -> Outcome<()> {
        let before = self.expected.clone();
        let found = diff(
            &self.declared,
            self.ancestor.as_ref(),
            self.expected.clone(),
            &Options::default(),
        );
        let after = found.map_err(|_| "the schema was refused")?.after;
        let said = said(&self.declared);
        let steps = plan(&before, &after, &self.live, &said, &BTreeSet::new());
        let steps = steps.map_err(|_| "there is no plan")?;
        if steps.len() == self.steps {
            Ok(())
        } else {
            Err("other steps than wanted".into())
        }
    }
}
