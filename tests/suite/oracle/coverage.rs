//! The regular pairs without a database: the kinds of change they cover, and that the state after a
//! diff equals the fold of all its events.

use std::cell::RefCell;
use std::collections::BTreeMap;

use kuzu_ddl_core::diff::{Diff, DiffOptions, diff, next_ancestor};
use kuzu_ddl_core::event::{Change, OnFail};
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_core::schema::{IndexKind, Type};

use super::harness::{PAIRS, SHARD, run_shard};
use super::model::{self, Model};

/// A short label for a change.
fn label(change: &Change) -> String {
    let detail = match change {
        Change::SetType {
            ty: Type::Serial, ..
        } => "counting",
        Change::SetType { cast: None, .. } => "wider",
        Change::SetType { on_fail, .. } => match on_fail {
            OnFail::Abort => "by a cast",
            OnFail::Null => "or NULL",
            OnFail::Default(_) => "or the default",
        },
        Change::SetDefault { default: None } => "none",
        Change::SetNullable { nullable: true } => "yes",
        Change::SetNullable { nullable: false } => "no",
        Change::CreateIndex { spec, .. } if spec.kind == IndexKind::Vector => "vector",
        _ => "",
    };
    format!("{} {detail}", change.as_str())
        .trim_end()
        .to_owned()
}

/// Labels that no event has: fills, and changed types of keys.
fn hints_used(old: &Model, new: &Model) -> Vec<&'static str> {
    let mut label = Vec::new();
    for table in &new.tables {
        let Some(before) = old.table(table.id) else {
            continue;
        };
        if table.is_node() && table.key().change.is_some() {
            label.push("another type of a key");
        }
        let filled = table.properties.iter().filter(|p| p.fill.is_some());
        for property in filled {
            label.push(match before.property(property.id) {
                None => "fill what is new",
                Some(previous) if previous.nullable => "fill what is NULL",
                Some(_) => "fill where a cast fails",
            });
        }
        let name =
            |t: &model::ModelTable| old.tables.iter().any(|o| o.id != t.id && o.name == t.name);
        if name(table) {
            label.push("take the name of another table");
        }
    }
    label
}

/// The diffs that create `old` and lead from it to `new`.
fn diffs(old: &Model, new: &Model) -> (Diff, Diff) {
    let options = DiffOptions::default();
    let start = old.declared(&Model::default());
    let first = diff(&start, None, Fold::default(), &options).unwrap();
    let last = next_ancestor(&start, None, &first.target);
    let second = diff(
        &new.declared(old),
        Some(&last),
        first.target.clone(),
        &options,
    )
    .unwrap();
    (first, second)
}

/// Every kind; each occurs often in the regular run.
const KINDS: &[&str] = &[
    "add pair",
    "add property",
    "another type of a key",
    "comment on property",
    "comment on table",
    "create index",
    "create index vector",
    "create node table",
    "create rel table",
    "create sequence",
    "drop index",
    "drop pair",
    "drop property",
    "drop sequence",
    "drop table",
    "fill what is NULL",
    "fill what is new",
    "fill where a cast fails",
    "rename property",
    "rename table",
    "set default",
    "set default none",
    "set multiplicity",
    "set nullable no",
    "set nullable yes",
    "set primary key",
    "set storage direction",
    "set type by a cast",
    "set type counting",
    "set type or NULL",
    "set type or the default",
    "set type wider",
    "take the name of another table",
];

#[test]
fn regular_pairs_cover_every_kind_of_change() {
    let seen: RefCell<BTreeMap<String, usize>> = RefCell::default();
    for shard in 0..PAIRS / SHARD {
        run_shard(SHARD, shard.into(), |old, new| {
            let (first, second) = diffs(old, new);
            let mut labels: Vec<String> = second.events.iter().map(|e| label(e.change())).collect();
            labels.extend(hints_used(old, new).into_iter().map(str::to_owned));
            labels.sort();
            labels.dedup();
            for word in labels {
                *seen.borrow_mut().entry(word).or_default() += 1;
            }
            let all = first.events.iter().chain(&second.events);
            assert_eq!(Fold::from_events(all), second.target);
        });
    }
    let seen = seen.into_inner();
    for kind in KINDS {
        assert!(
            seen.get(*kind).is_some_and(|n| *n >= 5),
            "{kind}: {seen:#?}"
        );
    }
}
