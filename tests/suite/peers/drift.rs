//! Events that arrive at a database with drift.

use kuzu_ddl::peers::ReceivePolicy;
use kuzu_ddl::{DriftPolicy, Error, Migrator};
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_runtime::migrate::PendingReason;

use crate::fixture::peer::{TestPeer, assert_converged, exchange_all, id, spec};

fn migrator(peer: &TestPeer) -> Migrator<'_> {
    let migrator = Migrator::new(peer.engine()).declared(Default::default());
    migrator.receive_policy(ReceivePolicy::Apply)
}

fn two() -> (TestPeer, TestPeer) {
    let (a, b) = (TestPeer::new(), TestPeer::new());
    a.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    b.receive_from(&a);
    a.change(|d| {
        d.add_property(id(d.fold(), None, "Person"), "age", spec(Type::Int64));
    });
    b.db.execute(&[
        "ALTER TABLE Person ADD hand STRING",
        "CREATE (:Person {id: 1, hand: 'manual'})",
    ]);
    (a, b)
}

/// Received events are stored and wait, the drift is reported, and once it is resolved the next
/// start, or the next delivery, applies them.
#[test]
fn events_wait_until_drift_is_removed_s16() {
    for by_start in [true, false] {
        let (a, mut b) = two();
        let rows = b.db.rows("MATCH (p:Person) RETURN p.*");
        for _ in 0..2 {
            let received = migrator(&b).receive(a.events()).unwrap();
            assert!(
                received.applied.is_empty() && received.steps.is_empty(),
                "{received}"
            );
            assert_eq!(received.drift.len(), 1, "{received}");
            assert_eq!(received.pending.len(), 1, "{received}");
            assert_eq!(received.pending[0].reason, PendingReason::Drift);
            let text = received.to_string();
            assert!(
                text.contains("Person.age") && text.contains("Person.hand"),
                "{text}"
            );
            assert_eq!(b.db.rows("MATCH (p:Person) RETURN p.*"), rows);
            assert_eq!(b.sync_state().pending.len(), 1);
            b.db.reopen();
        }
        // The drift is unresolved: a start reports it, and loses nothing.
        let e = b.db.migrate(Ok(Default::default())).unwrap_err();
        assert!(matches!(e, Error::DriftDetected(_)), "{e}");
        assert_eq!(b.sync_state().pending.len(), 1);
        b.db.execute(&["ALTER TABLE Person DROP hand"]);
        if by_start {
            b.db.migrate(Ok(Default::default())).unwrap();
            assert!(b.sync_state().pending.is_empty());
            assert_converged(&[&a, &b]);
        } else {
            exchange_all(&[&a, &b]);
        }
        assert_eq!(b.db.rows("MATCH (p:Person) RETURN p.*"), "1|NULL");
    }
}

#[test]
fn adopted_drift_reaches_the_peers_s16() {
    let (a, b) = two();
    let received = migrator(&b)
        .drift_policy(DriftPolicy::Adopt)
        .receive(a.events());
    let received = received.unwrap_or_else(|e| panic!("{e}"));
    assert!(received.pending.is_empty(), "{received}");
    exchange_all(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    assert_eq!(
        b.db.rows("MATCH (p:Person) RETURN p.id, p.hand, p.age"),
        "1|manual|NULL"
    );
    assert_eq!(a.db.rows("MATCH (p:Person) RETURN count(p.hand)"), "0");
}

/// A manual change equal to a peer's event: once adopted, both are the same event.
#[test]
fn manual_change_equal_to_an_event_is_merged_s16() {
    let (a, b) = (TestPeer::new(), TestPeer::new());
    a.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    b.receive_from(&a);
    a.change(|d| {
        d.add_property(id(d.fold(), None, "Person"), "age", spec(Type::Int64));
    });
    b.db.execute(&[
        "ALTER TABLE Person ADD age INT64",
        "CREATE (:Person {id: 1, age: 7})",
    ]);
    let received = migrator(&b).receive(a.events()).unwrap();
    assert_eq!(
        (received.drift.len(), received.pending.len()),
        (1, 1),
        "{received}"
    );
    let received = migrator(&b)
        .drift_policy(DriftPolicy::Adopt)
        .receive(a.events());
    received.unwrap_or_else(|e| panic!("{e}"));
    assert_converged(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    assert_eq!(b.db.rows("MATCH (p:Person) RETURN p.id, p.age"), "1|7");
}
