//! Every conflicting pair of changes, on two databases with rows.

use std::collections::BTreeSet;

use kuzu_ddl_core::event::Endpoints;
use kuzu_ddl_core::fold::ConflictKind;
use kuzu_ddl_core::fold::ConflictKind::*;
use kuzu_ddl_core::schema::{Multiplicity, StorageDirection, Type};

use super::edits::apply_edit;
use crate::fixture::peer::{TestPeer, exchange_all, id, spec};

/// If this is set, all pairs are run; otherwise one of each kind of conflict.
const ALL: &str = "KUZU_DDL_PEERS_ALL";

/// Values that must not be lost, in a table, a column, or an archive.
const VALUES: [&str; 9] = [
    "7001", "7002", "7003", "7004", "7005", "7006", "7007", "7008", "7009",
];

fn base() -> TestPeer {
    let peer = TestPeer::new();
    peer.change(|d| {
        let a = d.create_node_table("A", "id", spec(Type::Int64));
        let b = d.create_node_table("B", "id", spec(Type::Int64));
        let r = d.create_edge_table("R", Multiplicity::ManyOne, StorageDirection::Forward);
        d.add_pair(r, Endpoints { from: a, to: b });
        d.add_property(a, "p", spec(Type::Int16));
        d.add_property(a, "q", spec(Type::Int64));
        d.add_property(r, "w", spec(Type::Int16));
        d.create_node_table("Old", "id", spec(Type::Int64));
        d.add_property(a, "old", spec(Type::Int64));
        let lone = d.create_node_table("Lone", "id", spec(Type::Int64));
        d.add_property(lone, "x", spec(Type::Int64));
    });
    peer.db.execute(&[
        "CREATE (:A {id: 7001, p: 7002, q: 7003, old: 7004}), (:B {id: 7005})",
        "CREATE (:Old {id: 7006}), (:Lone {id: 7007, x: 7008})",
        "MATCH (a:A), (b:B) CREATE (a)-[:R {w: 7009}]->(b)",
    ]);
    peer.change(|d| {
        d.archive(id(d.fold(), None, "Old"));
        d.archive(id(d.fold(), Some("A"), "old"));
    });
    peer
}

/// The conflicting changes, according to the fold; the first of each kind is always run.
const PAIRS: &[(ConflictKind, &str, &[&str])] = &[
    (
        NameCollision,
        "rename A to C",
        &[
            "create C(id)",
            "create C(id INT32)",
            "create C(code)",
            "create rel C",
            "create rel C, loose",
        ],
    ),
    (
        NameCollision,
        "rename Lone to C",
        &[
            "create C(id)",
            "create C(id INT32)",
            "create C(code)",
            "create rel C",
            "create rel C, loose",
            "rename A to C",
        ],
    ),
    (
        NameCollision,
        "create C(code)",
        &[
            "create C(id)",
            "create C(id INT32)",
            "create rel C",
            "create rel C, loose",
        ],
    ),
    (
        NameCollision,
        "create rel C",
        &["create C(id)", "create C(id INT32)"],
    ),
    (
        NameCollision,
        "create rel C, loose",
        &["create C(id)", "create C(id INT32)"],
    ),
    (
        NameCollision,
        "rename A.q to n",
        &["add A.n INT32", "add A.n INT64", "add A.n STRING"],
    ),
    (
        DropBlocked,
        "drop R",
        &[
            "add R.n",
            "add pair B -> A",
            "add pair A -> Lone",
            "R is one to many",
            "R is one to one",
            "R is stored both ways",
        ],
    ),
    (
        DropBlocked,
        "drop Lone",
        &["rename Lone to C", "add Lone.n", "add pair A -> Lone"],
    ),
    (
        DropBlocked,
        "drop A.q",
        &[
            "rename A.q to n",
            "rename A.q to m",
            "comment on A.q",
            "A.q is INT128",
            "A.q is DECIMAL",
            "A.q is STRING",
            "A.q defaults to 7",
            "A.q is required",
            "A.q may be NULL",
            "the key of A is q",
        ],
    ),
    (Rename, "rename A to C", &["rename A to D"]),
    (Rename, "rename A.q to n", &["rename A.q to m"]),
    (Type, "A.q is STRING", &["A.q is INT128", "A.q is DECIMAL"]),
    (Type, "A.q is INT128", &["A.q is DECIMAL"]),
    (Type, "add A.n STRING", &["add A.n INT32", "add A.n INT64"]),
    (PrimaryKey, "the key of A is q", &["the key of A is p"]),
    (Nullability, "A.q is required", &["A.q may be NULL"]),
    (Multiplicity, "R is one to many", &["R is one to one"]),
    (Multiplicity, "create rel C", &["create rel C, loose"]),
    (
        Definition,
        "create sequence t",
        &["create sequence t from 2"],
    ),
];

#[test]
fn conflicting_changes_converge_and_lose_no_value_s02() {
    let base = base();
    let all = std::env::var_os(ALL).is_some();
    let mut covered = BTreeSet::new();
    for (kind, one, others) in PAIRS {
        for other in *others {
            if covered.insert(*kind) || all {
                assert_conflict(&base, *kind, one, other);
            }
        }
    }
    assert_eq!(covered.len(), 8);
}

fn assert_conflict(base: &TestPeer, kind: ConflictKind, one: &str, other: &str) {
    let what = format!("{one} + {other}");
    let (a, b) = (base.copy(), base.copy());
    a.change(|d| apply_edit(one, d));
    b.change(|d| apply_edit(other, d));
    exchange_all(&[&a, &b]);
    let kinds: BTreeSet<ConflictKind> = a.conflicts().iter().map(|c| c.conflict.kind).collect();
    assert_eq!(kinds, BTreeSet::from([kind]), "{what}");
    for mut peer in [a, b] {
        let before = peer.db.snapshot();
        for value in VALUES {
            assert!(before.contains(value), "{what}: {value} is lost");
        }
        peer.db.reopen();
        peer.db.assert_up_to_date(Ok(Default::default()));
        assert_eq!(peer.db.snapshot(), before, "{what}");
    }
}
