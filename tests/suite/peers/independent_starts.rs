//! Binaries that start on separate databases, which exchange their events afterwards.

use kuzu_ddl::history::Point;
use kuzu_ddl::peers::ReceivePolicy;
use kuzu_ddl::{Error, schema};

use crate::fixture::Declaration;
use crate::fixture::peer::{TestPeer, assert_converged, exchange_all};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: String,
        score: i32,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = Person, to = Person)]
    pub(super) struct Knows;
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: String,
        score: i32,
        email: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = Person, to = Person)]
    pub(super) struct Knows {
        since: Option<i64>,
    }
}

mod v3 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "name")]
        full_name: String,
        score: i64,
        email: Option<String>,
        age: Option<i32>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = Person, to = Person)]
    pub(super) struct Knows {
        since: Option<i64>,
    }

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct City {
        #[kuzu(primary_key)]
        name: String,
    }
}

fn one() -> Declaration {
    schema![v1::Person, v1::Knows]
}

fn two() -> Declaration {
    schema![v2::Person, v2::Knows]
}

fn three() -> Declaration {
    schema![v3::Person, v3::Knows, v3::City]
}

/// The first version with one row.
fn first(id: i64) -> TestPeer {
    let peer = TestPeer::with(one());
    let person = format!("CREATE (:Person {{id: {id}, name: 'n{id}', score: {id}}})");
    let knows = "MATCH (p:Person) CREATE (p)-[:Knows]->(p)";
    peer.db.execute(&[&person, knows]);
    peer
}

fn ids(peer: &TestPeer) -> Vec<kuzu_ddl::peers::EventId> {
    peer.sync_state().applied.keys().copied().collect()
}

const PEOPLE: &str =
    "MATCH (p:Person)-[:Knows]->(p) RETURN p.id, p.full_name, p.score ORDER BY p.id";

#[test]
fn same_binary_records_the_same_events_offline_s03() {
    let (a, b) = (first(1), first(2));
    a.db.migrate_cleanly(three());
    b.db.migrate_cleanly(three());
    assert_eq!(ids(&a), ids(&b));
    let received = b.receive_from(&a);
    assert!(
        received.applied.is_empty() && received.steps.is_empty(),
        "{received}"
    );
    exchange_all(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    for (peer, rows) in [(&a, "1|n1|1"), (&b, "2|n2|2")] {
        assert_eq!(peer.db.rows(PEOPLE), rows);
        peer.db.assert_up_to_date(three());
    }
}

#[test]
fn direct_and_stepwise_upgrades_converge_s05() {
    let (a, b) = (first(1), first(2));
    a.db.migrate_cleanly(two());
    a.db.execute(&["MATCH (p:Person) SET p.email = 'mail'", "CHECKPOINT"]);
    a.db.migrate_cleanly(three());
    b.db.migrate_cleanly(three());
    exchange_all(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    assert_eq!(a.db.rows(PEOPLE), "1|n1|1");
    assert_eq!(b.db.rows(PEOPLE), "2|n2|2");
    assert_eq!(a.db.rows("MATCH (p:Person) RETURN p.email"), "mail");
    for peer in [&a, &b] {
        peer.db.assert_up_to_date(three());
    }
}

#[test]
fn old_and_new_binaries_in_turn_record_nothing_s06() {
    let (a, b) = (first(1), first(2));
    a.db.migrate_cleanly(two());
    exchange_all(&[&a, &b]);
    let events = ids(&a);
    for turn in 0..50 {
        let (left, right) = if turn % 2 == 0 { (&a, &b) } else { (&b, &a) };
        for (peer, declaration) in [(left, one()), (right, two()), (left, two())] {
            let report = peer.db.migrate(declaration.clone());
            let report = report.unwrap_or_else(|e| panic!("in turn {turn}: {e}"));
            assert!(report.is_up_to_date(), "in turn {turn}: {report}");
            let other = if std::ptr::eq(peer, &raw const a) {
                &b
            } else {
                &a
            };
            let received = peer
                .db
                .migrator(declaration)
                .receive(other.events())
                .unwrap();
            assert!(received.applied.is_empty(), "in turn {turn}: {received}");
        }
    }
    assert_eq!((ids(&a), ids(&b)), (events.clone(), events));
    assert_converged(&[&a, &b]);
    let all = "MATCH (p:Person)-[:Knows]->(p) RETURN p.id, p.name, p.score";
    assert_eq!(
        (a.db.rows(all), b.db.rows(all)),
        ("1|n1|1".into(), "2|n2|2".into())
    );
}

/// One peer rolls its deployment back. The other, whose application still needs the removed
/// objects, keeps them until it rolls back as well; after a reapplication everything exists again
/// on both.
#[test]
fn rolled_back_deployment_converges_s06() {
    let (a, b) = (first(1), first(2));
    a.db.migrate_cleanly(three());
    b.db.migrate_cleanly(three());
    for peer in [&a, &b] {
        peer.db
            .execute(&["MATCH (p:Person) SET p.email = 'mail', p.age = 7"]);
    }
    a.db.migrator(three()).rollback(Point::Revision(1)).unwrap();
    a.db.assert_up_to_date(one());
    let received = b.db.migrator(three()).receive(a.events()).unwrap();
    assert!(!received.pending.is_empty(), "{received}");
    b.db.migrate(three()).unwrap();
    assert_eq!(b.db.rows(PEOPLE), "2|n2|2");
    assert_eq!(
        b.db.rows("MATCH (p:Person) RETURN p.email, p.age"),
        "mail|7"
    );
    // The old binary starts there, too: now the events are applied.
    let report =
        b.db.migrator(one())
            .receive_policy(ReceivePolicy::Apply)
            .migrate();
    report.unwrap_or_else(|e| panic!("{e}"));
    assert_converged(&[&a, &b]);
    b.db.assert_up_to_date(one());
    let e = a.db.assert_refused(three());
    assert!(matches!(e, Error::RolledBack { .. }), "{e}");
    a.db.migrator(three())
        .reapply_rolled_back()
        .migrate()
        .unwrap();
    exchange_all(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    for (peer, rows) in [(&a, "1|n1|1"), (&b, "2|n2|2")] {
        assert_eq!(peer.db.rows(PEOPLE), rows);
        let values = peer.db.rows("MATCH (p:Person) RETURN p.email, p.age");
        assert_eq!(values, "mail|7");
    }
}
