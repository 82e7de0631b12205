//! What a database has follows from the events, not from the path that led there.

use kuzu_ddl_core::event::{Change, Endpoints, OnFail, PropertySpec, SequenceSpec};
use kuzu_ddl_core::fold::ChangeBuilder;
use kuzu_ddl_core::schema::{Expr, Multiplicity, StorageDirection, Type};

use super::campaign::checks::assert_target;
use crate::fixture::peer::{TestPeer, exchange_all, id, set_type, spec};

/// Peers with one table `A(id, q)`, and a row each.
fn peers(count: usize) -> Vec<TestPeer> {
    let first = TestPeer::new();
    first.change(|d| {
        let a = d.create_node_table("A", "id", spec(Type::Int64));
        d.add_property(a, "q", spec(Type::String));
    });
    let mut peers = vec![first];
    while peers.len() < count {
        let peer = TestPeer::new();
        peer.receive_from(&peers[0]);
        peers.push(peer);
    }
    for (n, peer) in peers.iter().enumerate() {
        peer.db
            .execute(&[&format!("CREATE (:A {{id: {n}, q: '10{n}'}})")]);
    }
    peers
}

fn add(peer: &TestPeer, ty: Type, default: Option<Expr>) {
    peer.change(|d| {
        let a = id(d.fold(), None, "A");
        let nullable = true;
        d.add_property(
            a,
            "tag",
            PropertySpec {
                ty,
                nullable,
                default,
            },
        );
    });
}

fn retype(d: &mut ChangeBuilder, name: &str, ty: Type) {
    let property = id(d.fold(), Some("A"), name);
    let on_fail = OnFail::Null;
    d.change(
        property,
        Change::SetType {
            ty,
            cast: None,
            on_fail,
        },
    );
}

/// Exchanges everything, and asserts that all databases are equal and stay so.
#[track_caller]
fn assert_agreement(peers: &mut [TestPeer]) {
    let all: Vec<&TestPeer> = peers.iter().collect();
    exchange_all(&all);
    peers.iter().for_each(assert_target);
    for peer in peers {
        peer.db.reopen();
        peer.db.assert_up_to_date(Ok(Default::default()));
    }
}

#[test]
fn one_property_with_types_that_have_no_cast_s16() {
    for (one, value, other) in [
        (Type::Bool, "true", Type::Int64),
        (Type::Bool, "true", Type::Double),
        (Type::Double, "1.5", Type::Bool),
    ] {
        let mut peers = peers(3);
        add(&peers[0], one, None);
        add(&peers[1], other, None);
        peers[0]
            .db
            .execute(&[&format!("MATCH (a:A) SET a.tag = {value}")]);
        assert_agreement(&mut peers);
        let conflicts = peers[0].conflicts();
        assert_eq!(conflicts.len(), 1);
        let value = value
            .parse::<f64>()
            .map_or(value.to_owned(), |x| x.to_string());
        let content = peers[0].db.rows("MATCH (a:A) RETURN CAST(a AS STRING)");
        assert!(content.to_lowercase().contains(&value), "{content}");
    }
}

#[test]
fn a_conflict_of_types_settled_by_a_newer_type_s16() {
    let mut peers = peers(3);
    add(&peers[0], Type::Bool, None);
    add(&peers[1], Type::Date, None);
    exchange_all(&[&peers[0], &peers[1]]);
    peers[0].change(|d| retype(d, "tag", Type::String));
    assert_agreement(&mut peers);
    assert_eq!(peers[0].conflicts(), []);
}

#[test]
fn archives_are_in_every_database_s16() {
    let mut peers = peers(2);
    peers[0].change(|d| {
        let old = d.create_node_table("Old", "id", spec(Type::Int64));
        let a = id(d.fold(), None, "A");
        let rel = d.create_edge_table("Was", Multiplicity::ManyMany, StorageDirection::Both);
        d.add_pair(rel, Endpoints { from: a, to: old });
    });
    peers[0].change(|d| retype(d, "q", Type::Int64));
    peers[0].change(|d| {
        d.archive(id(d.fold(), None, "Was"));
        d.archive(id(d.fold(), None, "Old"));
        d.archive(id(d.fold(), Some("A"), "q"));
    });
    peers.push(TestPeer::new());
    assert_agreement(&mut peers);
}

#[test]
fn a_column_without_values_is_in_no_ones_way_s16() {
    let mut peers = peers(2);
    add(&peers[0], Type::Int64, None);
    exchange_all(&[&peers[0], &peers[1]]);
    peers[0].change(|d| {
        let tag = id(d.fold(), Some("A"), "tag");
        d.change(tag, set_type(Type::Bool, None));
    });
    assert_agreement(&mut peers);
}

#[test]
fn one_property_with_two_defaults_s16() {
    for other in [Some(Expr::Int(2)), None] {
        let mut peers = peers(3);
        add(&peers[0], Type::Int64, Some(Expr::Int(1)));
        add(&peers[1], Type::Int64, other);
        assert_agreement(&mut peers);
        for peer in &peers {
            peer.db.execute(&["CREATE (:A {id: 9})"]);
        }
        let rows = peers[0].db.rows("MATCH (a:A) WHERE a.id = 9 RETURN a.tag");
        assert_eq!(
            peers[1].db.rows("MATCH (a:A) WHERE a.id = 9 RETURN a.tag"),
            rows
        );
    }
}

#[test]
fn one_sequence_with_two_increments_s16() {
    let mut peers = peers(2);
    for (peer, increment) in peers.iter().zip([1, 5]) {
        let (start, min, max, cycle) = (1, 1, 1_000, false);
        let spec = SequenceSpec {
            start,
            increment,
            min,
            max,
            cycle,
        };
        peer.change(|d| {
            d.create_sequence("s", spec);
        });
        for _ in 0..4 {
            peer.db.rows("RETURN nextval('s')");
        }
    }
    assert_agreement(&mut peers);
    let next = |peer: &TestPeer| peer.db.rows("RETURN nextval('s')").parse::<i64>().unwrap();
    assert!(next(&peers[0]) > 4 && next(&peers[1]) > 4);
}

#[test]
fn a_conflict_column_has_one_default_s16() {
    let mut peers = peers(3);
    add(&peers[0], Type::Bool, Some(Expr::Bool(true)));
    add(&peers[1], Type::Date, None);
    add(&peers[2], Type::String, Some(Expr::Text("x".into())));
    assert_agreement(&mut peers);
}

/// A pair is dropped and added again here, and its table is archived there.
#[test]
fn a_pair_that_returns_and_a_table_that_is_archived_s16() {
    let mut peers = peers(3);
    peers[0].change(|d| {
        let a = id(d.fold(), None, "A");
        let b = d.create_node_table("B", "id", spec(Type::Int64));
        let rel = d.create_edge_table("R", Multiplicity::ManyMany, StorageDirection::Both);
        d.add_pair(rel, Endpoints { from: a, to: b });
        d.add_pair(rel, Endpoints { from: b, to: a });
    });
    exchange_all(&[&peers[0], &peers[1], &peers[2]]);
    let ends = |d: &ChangeBuilder| Endpoints {
        from: id(d.fold(), None, "B"),
        to: id(d.fold(), None, "A"),
    };
    peers[0].change(|d| {
        let (rel, ends) = (id(d.fold(), None, "R"), ends(d));
        let pair = d
            .fold()
            .children(rel)
            .find(|o| matches!(o.body, kuzu_ddl_core::fold::ObjectBody::Pair(e) if e == ends));
        let pair = pair.unwrap().id;
        d.archive(pair);
    });
    peers[2].receive_from(&peers[0]);
    for peer in [&peers[0], &peers[2]] {
        peer.change(|d| {
            let (rel, ends) = (id(d.fold(), None, "R"), ends(d));
            d.add_pair(rel, ends);
        });
    }
    peers[1].change(|d| d.archive(id(d.fold(), None, "R")));
    peers[2].change(|d| d.archive(id(d.fold(), None, "R")));
    assert_agreement(&mut peers);
}

#[test]
fn a_type_that_changes_beside_a_conflict_column_s16() {
    let mut peers = peers(3);
    let q = |peer: &TestPeer, ty| peer.change(|d| retype(d, "q", ty));
    q(&peers[0], Type::Int64);
    q(&peers[1], Type::Date);
    exchange_all(&[&peers[0], &peers[1]]);
    q(&peers[2], Type::Double);
    q(&peers[0], Type::Int128);
    assert_agreement(&mut peers);
    q(&peers[1], Type::String);
    assert_agreement(&mut peers);
    for (n, peer) in peers.iter().enumerate() {
        let rows = peer.db.rows("MATCH (a:A) RETURN CAST(a AS STRING)");
        assert!(rows.contains(&format!("10{n}")), "{rows}");
    }
}

/// Concurrent widenings lead to a type that neither database had.
#[test]
fn types_that_widen_to_a_third_s16() {
    let mut peers = peers(3);
    add(&peers[0], Type::Int32, Some(Expr::Int(3)));
    add(&peers[1], Type::UInt32, None);
    exchange_all(&[&peers[0], &peers[1]]);
    add(&peers[2], Type::String, None);
    assert_agreement(&mut peers);
}
