//! Events in any order, twice, and lost on the way.

use std::collections::BTreeSet;

use kuzu_ddl::event::DdlEvent;
use kuzu_ddl::fold::Draft;
use kuzu_ddl::schema::Type;

use crate::fixture::peer::{Member, id, same, set_type, spec};

/// Six events, of which some contradict one another and one needs another.
fn events(base: &Member) -> Vec<DdlEvent> {
    let person = |d: &Draft, name: &str| id(d.fold(), Some("Person"), name);
    let mut events = base.draft(|d| {
        d.rename(person(d, "name"), "full");
        d.set(person(d, "n"), set_type(Type::Int64, None));
        let city = d.create_node_table("City", "id", spec(Type::Int64));
        d.add_property(city, "name", spec(Type::String));
    });
    events.extend(base.draft(|d| {
        d.set(person(d, "n"), set_type(Type::String, None));
        d.drop(person(d, "name"));
    }));
    assert_eq!(events.len(), 6);
    events
}

/// Each order is one of the 720, given event by event, in two halves, or with a loss that is made good
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
fn s01_orders_repeats_and_losses() {
    let base = Member::new();
    base.change(|d| {
        let person = d.create_node_table("Person", "id", spec(Type::Int64));
        d.add_property(person, "name", spec(Type::String));
        d.add_property(person, "n", spec(Type::Int32));
    });
    base.bed.run(&[
        "CREATE (:Person {id: 1, name: 'Ada', n: 71}), (:Person {id: 2, name: 'Bo', n: 72})",
    ]);
    let events = events(&base);
    let mut members = Vec::new();
    let mut rows = BTreeSet::new();
    for (i, order) in ORDERS.iter().enumerate() {
        let member = base.copy();
        let in_order: Vec<DdlEvent> = order.iter().map(|at| events[*at].clone()).collect();
        match i % 3 {
            0 => in_order.iter().for_each(|event| {
                member.take(vec![event.clone(), event.clone()]);
            }),
            1 => in_order.chunks(3).for_each(|half| {
                member.take(half.to_vec());
            }),
            _ => {
                // The first is lost, and whatever needs it waits.
                member.take(in_order[1..].to_vec());
                member.take(in_order[1..3].to_vec());
                member.take(in_order);
            }
        }
        let kept = "MATCH (p:Person) RETURN p.id, p.full, CAST(p.n AS STRING) ORDER BY p.id";
        rows.insert(member.bed.rows(kept));
        assert_eq!(member.agreed().waiting.len(), 0);
        members.push(member);
    }
    assert_eq!(rows, BTreeSet::from(["1|Ada|71; 2|Bo|72".to_owned()]));
    assert_eq!(members[0].conflicts().len(), 2);
    same(&members.iter().collect::<Vec<_>>());
    let first = members[0].bed.ledger().state.unwrap().schema;
    for member in &mut members {
        assert_eq!(member.bed.ledger().state.unwrap().schema, first);
        member.bed.reopen();
        member.bed.settled(Ok(Default::default()));
    }
}

/// A table that is made, dropped and made again reaches a peer that knew nothing, and one that had the
/// first with rows in it.
#[test]
fn s08_made_dropped_and_made_again() {
    let (a, b, c) = (Member::new(), Member::new(), Member::new());
    let make = |d: &mut Draft| {
        let table = d.create_node_table("T", "id", spec(Type::Int64));
        d.add_property(table, "x", spec(Type::String));
    };
    a.change(make);
    b.hear(&a);
    a.bed.run(&["CREATE (:T {id: 1, x: 'first'})"]);
    b.bed.run(&["CREATE (:T {id: 2, x: 'elsewhere'})"]);
    a.change(|d| d.drop(id(d.fold(), None, "T")));
    a.change(make);
    a.bed.run(&["CREATE (:T {id: 1, x: 'second'})"]);
    assert_eq!(a.events().len(), 5);
    c.hear(&a);
    b.hear(&c);
    same(&[&a, &b, &c]);
    assert_eq!(a.conflicts(), []);
    assert_eq!(a.bed.rows("MATCH (t:T) RETURN t.x"), "second");
    for (member, kept) in [(&a, "first"), (&b, "elsewhere")] {
        assert!(member.bed.state().contains(kept), "{}", member.bed.state());
    }
    assert_eq!(c.bed.rows("MATCH (t:T) RETURN count(*)"), "0");
    // The second is dropped as well, apart from a third use of the name.
    b.change(|d| d.drop(id(d.fold(), None, "T")));
    c.hear(&b);
    c.change(make);
    a.hear(&c);
    b.hear(&c);
    same(&[&a, &b, &c]);
    let state = a.bed.state();
    assert!(
        state.contains("first") && state.contains("second"),
        "{state}"
    );
}
