//! An event that cannot be applied waits; all others are applied.

use kuzu_ddl_core::schema::Type;
use kuzu_ddl_runtime::migrate::PendingReason;

use crate::fixture::peer::{TestPeer, assert_converged, exchange_all, id, set_type, spec};

#[test]
fn event_with_a_failing_cast_waits_alone_s10() {
    let (a, b) = (TestPeer::new(), TestPeer::new());
    a.change(|d| {
        let person = d.create_node_table("Person", "id", spec(Type::Int64));
        d.add_property(person, "age", spec(Type::String));
    });
    b.receive_from(&a);
    a.db.execute(&["CREATE (:Person {id: 1, age: '10'})"]);
    b.db.execute(&["CREATE (:Person {id: 2, age: 'old'}), (:Person {id: 3, age: '30'})"]);
    a.change(|d| {
        let person = id(d.fold(), None, "Person");
        d.change(
            id(d.fold(), Some("Person"), "age"),
            set_type(Type::Int64, None),
        );
        d.add_property(person, "email", spec(Type::String));
        d.set_comment(id(d.fold(), Some("Person"), "age"), Some("in years".into()));
    });
    let received = b.receive_from(&a);
    assert_eq!(received.pending.len(), 1, "{received}");
    let text = received.to_string();
    assert!(
        matches!(received.pending[0].reason, PendingReason::NotApplicable(_)),
        "{text}"
    );
    assert!(
        text.contains("Person.age") && text.contains("old"),
        "{text}"
    );
    assert_eq!(
        b.db.rows("MATCH (p:Person) RETURN p.id, p.age, p.email ORDER BY p.id"),
        "2|old|NULL; 3|30|NULL"
    );
    // Another event is applied, and every start retries the first.
    a.change(|d| {
        d.create_node_table("City", "id", spec(Type::Int64));
    });
    let received = b.receive_from(&a);
    assert_eq!(
        (received.applied.len(), received.pending.len()),
        (1, 1),
        "{received}"
    );
    b.db.migrate(Ok(Default::default())).unwrap();
    assert_eq!(b.sync_state().pending.len(), 1);
    b.db.execute(&["MATCH (p:Person {id: 2}) SET p.age = '20'"]);
    b.db.migrate(Ok(Default::default())).unwrap();
    assert_eq!(b.sync_state().pending.len(), 0);
    assert_converged(&[&a, &b]);
    assert_eq!(
        b.db.rows("MATCH (p:Person) RETURN p.id, p.age + 1 ORDER BY p.id"),
        "2|21; 3|31"
    );
    b.db.assert_up_to_date(Ok(Default::default()));
    exchange_all(&[&a, &b]);
}

#[test]
fn rename_chains_and_swaps_merge_with_additions_and_drops_s11() {
    let (a, b) = (TestPeer::new(), TestPeer::new());
    a.change(|d| {
        for name in ["A", "B"] {
            let table = d.create_node_table(name, "id", spec(Type::Int64));
            d.add_property(table, "p", spec(Type::String));
            d.add_property(table, "q", spec(Type::String));
        }
    });
    b.receive_from(&a);
    for (peer, n) in [(&a, 1), (&b, 2)] {
        peer.db.execute(&[
            &format!("CREATE (:A {{id: {n}, p: 'ap{n}', q: 'aq{n}'}})"),
            &format!("CREATE (:B {{id: {n}, p: 'bp{n}', q: 'bq{n}'}})"),
        ]);
    }
    // A becomes B, B becomes C, and in the first `p` and `q` exchange their names.
    a.change(|d| {
        let (one, two) = (id(d.fold(), None, "A"), id(d.fold(), None, "B"));
        let (p, q) = (id(d.fold(), Some("A"), "p"), id(d.fold(), Some("A"), "q"));
        d.rename(two, "C");
        d.rename(one, "B");
        d.rename(p, "spare");
        d.rename(q, "p");
        d.rename(p, "q");
    });
    b.change(|d| {
        let one = id(d.fold(), None, "A");
        d.add_property(one, "n", spec(Type::Int64));
        d.add_property(id(d.fold(), None, "B"), "n", spec(Type::Int64));
        d.archive(id(d.fold(), Some("B"), "q"));
        d.archive(id(d.fold(), Some("A"), "q"));
    });
    b.db.execute(&["MATCH (a:A) SET a.n = 5", "MATCH (b:B) SET b.n = 6"]);
    exchange_all(&[&a, &b]);
    for (peer, n) in [(&a, 1), (&b, 2)] {
        let rows = peer.db.rows("MATCH (b:B) RETURN b.id, b.p, b.q");
        assert_eq!(rows, format!("{n}|aq{n}|ap{n}"));
        assert_eq!(peer.db.rows("MATCH (c:C) RETURN c.p"), format!("bp{n}"));
        // A property dropped while unused is archived.
        assert!(peer.db.snapshot().contains(&format!("bq{n}")));
    }
    assert_eq!(b.db.rows("MATCH (b:B), (c:C) RETURN b.n, c.n"), "5|6");
    let conflicts = a.conflicts();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!(conflicts[0].object_name, "B.p");
    // A rename cycle of three tables, against a drop of one of them.
    a.change(|d| {
        d.create_node_table("D", "id", spec(Type::Int64));
    });
    exchange_all(&[&a, &b]);
    a.change(|d| {
        let ids = ["B", "C", "D"].map(|name| id(d.fold(), None, name));
        d.rename(ids[0], "spare");
        d.rename(ids[1], "B");
        d.rename(ids[2], "C");
        d.rename(ids[0], "D");
    });
    b.change(|d| d.archive(id(d.fold(), None, "D")));
    exchange_all(&[&a, &b]);
    assert_eq!(a.db.rows("MATCH (d:D), (b:B) RETURN d.p, b.p"), "aq1|bp1");
    assert_eq!(b.db.rows("MATCH (d:D), (b:B) RETURN d.p, b.p"), "aq2|bp2");
    a.db.rows("MATCH (c:C) RETURN count(*)");
}
