//! A partitioned space that reconnects, and a peer that is restored from an old copy.

use kuzu_ddl_core::schema::Type;

use crate::fixture::peer::{TestPeer, assert_converged, exchange_all, id, set_type, spec};

#[test]
fn peers_converge_after_a_partition_and_a_restored_copy_s17() {
    let peers: Vec<TestPeer> = (0..5).map(|_| TestPeer::new()).collect();
    peers[0].change(|d| {
        let person = d.create_node_table("Person", "id", spec(Type::Int64));
        d.add_property(person, "age", spec(Type::Int32));
        d.add_property(person, "name", spec(Type::String));
    });
    let all: Vec<&TestPeer> = peers.iter().collect();
    exchange_all(&all);
    for (n, peer) in peers.iter().enumerate() {
        let person = format!("CREATE (:Person {{id: {n}, age: {n}, name: 'n{n}'}})");
        peer.db.execute(&[&person]);
    }
    let old = peers[3].copy();
    let (left, right) = all.split_at(3);
    let age = |d: &mut kuzu_ddl_core::fold::ChangeBuilder| id(d.fold(), Some("Person"), "age");
    left[0].change(|d| {
        let age = age(d);
        d.change(age, set_type(Type::Int64, None));
    });
    left[2].change(|d| {
        let name = id(d.fold(), Some("Person"), "name");
        d.rename(name, "full");
    });
    right[0].change(|d| {
        let age = age(d);
        d.change(age, set_type(Type::Int128, None));
    });
    right[1].change(|d| {
        d.create_node_table("City", "id", spec(Type::Int64));
        d.rename(id(d.fold(), Some("Person"), "name"), "nick");
    });
    exchange_all(left);
    exchange_all(right);
    right[0].db.execute(&["CREATE (:City {id: 33})"]);
    exchange_all(&all);
    let conflicts = peers[0].conflicts();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    let name = conflicts[0].object_name.strip_prefix("Person.").unwrap();
    assert!(["full", "nick"].contains(&name), "{conflicts:?}");
    for (n, peer) in peers.iter().enumerate() {
        let rows = format!("MATCH (p:Person) RETURN p.id, p.age, p.{name}");
        assert_eq!(peer.db.rows(&rows), format!("{n}|{n}|n{n}"));
    }
    assert_eq!(peers[3].db.rows("MATCH (c:City) RETURN c.id"), "33");
    // One peer's file is replaced by an old copy, and its application continues with it.
    old.db
        .execute(&["CREATE (:Person {id: 44, age: 44, name: 'n44'})"]);
    old.change(|d| {
        d.add_property(id(d.fold(), None, "Person"), "email", spec(Type::String));
    });
    let mut now: Vec<&TestPeer> = vec![&peers[0], &peers[1], &peers[2], &old, &peers[4]];
    now.rotate_left(3);
    exchange_all(&now);
    assert_converged(&[&old, &peers[4]]);
    let rows = format!("MATCH (p:Person) RETURN p.id, p.age, p.{name}, p.email ORDER BY p.id");
    assert_eq!(old.db.rows(&rows), "3|3|n3|NULL; 44|44|n44|NULL");
    assert_eq!(peers[0].conflicts(), conflicts);
}
