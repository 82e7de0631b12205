//! Events in any order, duplicated, and lost.

use std::collections::BTreeSet;

use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_core::fold::ChangeBuilder;
use kuzu_ddl_core::schema::Type;

use crate::fixture::peer::{TestPeer, assert_converged, id, set_type, spec};

/// Six events, of which some conflict and one depends on another.
fn events(base: &TestPeer) -> Vec<DdlEvent> {
    let person = |d: &ChangeBuilder, name: &str| id(d.fold(), Some("Person"), name);
    let mut events = base.draft(|d| {
        d.rename(person(d, "name"), "full");
        d.change(person(d, "n"), set_type(Type::Int64, None));
        let city = d.create_node_table("City", "id", spec(Type::Int64));
        d.add_property(city, "name", spec(Type::String));
    });
    events.extend(base.draft(|d| {
        d.change(person(d, "n"), set_type(Type::String, None));
        d.archive(person(d, "name"));
    }));
    assert_eq!(events.len(), 6);
    events
}

/// Some of the 720 orders, delivered event by event, in two halves, or with a loss that is repeated
/// at the end.
const ORDERS: [[usize; 6]; 12] = [
    [0, 1, 2, 3, 4, 5],
    [5, 4, 3, 2, 1, 0],
    [3, 2, 5, 0, 4, 1],
    [4, 1, 0, 5, 3, 2],
    [1, 4, 3, 5, 2, 0],
    [2, 0, 4, 3, 1, 5],
    [5, 0, 1, 4, 3, 2],
    [0, 5, 4, 1, 2, 3],
    [3, 5, 4, 2, 0, 1],
    [4, 5, 1, 0, 2, 3],
    [1, 0, 3, 2, 5, 4],
    [2, 3, 1, 5, 0, 4],
];

#[test]
fn state_is_independent_of_delivery_order_s01() {
    let base = TestPeer::new();
    base.change(|d| {
        let person = d.create_node_table("Person", "id", spec(Type::Int64));
        d.add_property(person, "name", spec(Type::String));
        d.add_property(person, "n", spec(Type::Int32));
    });
    base.db.execute(&[
        "CREATE (:Person {id: 1, name: 'Ada', n: 71}), (:Person {id: 2, name: 'Bo', n: 72})",
    ]);
    let events = events(&base);
    let mut peers = Vec::new();
    let mut rows = BTreeSet::new();
    for (i, order) in ORDERS.iter().enumerate() {
        let peer = base.copy();
        let in_order: Vec<DdlEvent> = order.iter().map(|at| events[*at].clone()).collect();
        match i % 3 {
            0 => in_order.iter().for_each(|event| {
                peer.receive(vec![event.clone(), event.clone()]);
            }),
            1 => in_order.chunks(3).for_each(|half| {
                peer.receive(half.to_vec());
            }),
            _ => {
                // The first is lost, and events that depend on it wait.
                peer.receive(in_order[1..].to_vec());
                peer.receive(in_order[1..3].to_vec());
                peer.receive(in_order);
            }
        }
        let people = "MATCH (p:Person) RETURN p.id, p.full, CAST(p.n AS STRING) ORDER BY p.id";
        rows.insert(peer.db.rows(people));
        assert_eq!(peer.sync_state().pending.len(), 0);
        peers.push(peer);
    }
    assert_eq!(rows, BTreeSet::from(["1|Ada|71; 2|Bo|72".to_owned()]));
    assert_eq!(peers[0].conflicts().len(), 2);
    assert_converged(&peers.iter().collect::<Vec<_>>());
    let first = peers[0].db.ledger().state.unwrap().schema;
    for peer in &mut peers {
        assert_eq!(peer.db.ledger().state.unwrap().schema, first);
        peer.db.reopen();
        peer.db.assert_up_to_date(Ok(Default::default()));
    }
}

/// A table that is created, dropped and recreated reaches a new peer, and one that had the first
/// table with rows.
#[test]
fn recreated_table_reaches_new_and_old_peers_s08() {
    let (a, b, c) = (TestPeer::new(), TestPeer::new(), TestPeer::new());
    let make = |d: &mut ChangeBuilder| {
        let table = d.create_node_table("T", "id", spec(Type::Int64));
        d.add_property(table, "x", spec(Type::String));
    };
    a.change(make);
    b.receive_from(&a);
    a.db.execute(&["CREATE (:T {id: 1, x: 'first'})"]);
    b.db.execute(&["CREATE (:T {id: 2, x: 'elsewhere'})"]);
    a.change(|d| d.archive(id(d.fold(), None, "T")));
    a.change(make);
    a.db.execute(&["CREATE (:T {id: 1, x: 'second'})"]);
    assert_eq!(a.events().len(), 5);
    c.receive_from(&a);
    b.receive_from(&c);
    assert_converged(&[&a, &b, &c]);
    assert_eq!(a.conflicts(), []);
    assert_eq!(a.db.rows("MATCH (t:T) RETURN t.x"), "second");
    for (peer, value) in [(&a, "first"), (&b, "elsewhere")] {
        assert!(peer.db.snapshot().contains(value), "{}", peer.db.snapshot());
    }
    assert_eq!(c.db.rows("MATCH (t:T) RETURN count(*)"), "0");
    // The second table is dropped as well, concurrently with a third use of the name.
    b.change(|d| d.archive(id(d.fold(), None, "T")));
    c.receive_from(&b);
    c.change(make);
    a.receive_from(&c);
    b.receive_from(&c);
    assert_converged(&[&a, &b, &c]);
    let state = a.db.snapshot();
    assert!(
        state.contains("first") && state.contains("second"),
        "{state}"
    );
}
