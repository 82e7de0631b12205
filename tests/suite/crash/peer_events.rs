//! `kill -9` while events of peers are received.

use std::path::Path;

use kuzu_ddl::Migrator;
use kuzu_ddl::peers::ReceivePolicy;
use kuzu_ddl_core::event::{DdlEvent, pack};
use kuzu_ddl_core::schema::Type;

use crate::fixture::kill::{kill_at, memory_dir, run_watched};
use crate::fixture::peer::{TestPeer, assert_converged, id, set_type, spec};
use crate::fixture::{TestDatabase, child};

/// Events of a peer. The last depends on one that does not arrive, and waits.
fn events() -> (Vec<DdlEvent>, Vec<DdlEvent>) {
    let peer = TestPeer::new();
    peer.change(|d| {
        let person = d.create_node_table("Person", "id", spec(Type::Int64));
        d.add_property(person, "age", spec(Type::String));
    });
    let base = peer.events();
    peer.change(|d| {
        let person = id(d.fold(), None, "Person");
        d.change(
            id(d.fold(), Some("Person"), "age"),
            set_type(Type::Int64, None),
        );
        d.add_property(person, "email", spec(Type::String));
        d.create_node_table("City", "id", spec(Type::Int64));
    });
    let missing = peer.draft(|d| {
        let city = id(d.fold(), None, "City");
        let name = d.add_property(city, "name", spec(Type::String));
        d.set_comment(name, Some("of a city".into()));
    });
    let known = |event: &DdlEvent| base.iter().any(|e| e.id() == event.id());
    let mut new: Vec<DdlEvent> = peer.events();
    new.retain(|event| !known(event));
    new.push(missing[1].clone());
    (base, new)
}

fn receive(path: &Path) -> ! {
    let bytes = std::fs::read(path.with_file_name("events")).unwrap();
    let events = pack::decode(&bytes, 1 << 20).unwrap();
    run_watched(path, |db| {
        let migrator = Migrator::new(db).declared(Default::default());
        let received = migrator
            .receive_policy(ReceivePolicy::Apply)
            .receive(events)
            .unwrap();
        assert_eq!(received.pending.len(), 1, "{received}");
    })
}

const ROWS: &str =
    "MATCH (p:Person) RETURN count(*), sum(p.id), sum(CAST(p.age AS INT64)), min(p.id)";
const EXPECTED: &str = "100|5050|15050|1";

/// Opens the file of a killed process, and completes the work by another delivery, or by a start if
/// the events were stored.
fn check(path: &Path, at: &str, new: &[DdlEvent]) {
    let mut peer = TestPeer {
        db: TestDatabase::open_at(path),
    };
    assert_eq!(peer.db.rows(ROWS), EXPECTED, "killed at {at}");
    assert_eq!(peer.db.drift(), "", "killed at {at}");
    let agreed = peer.sync_state();
    let applied = agreed.applied.contains_key(&new[0].id());
    // All events are stored before any is tried, and those that are applied leave the inbox with
    // their transaction.
    let pending = agreed.pending.len();
    let stored = pending == new.len();
    assert!(
        pending == usize::from(applied) || (stored && !applied),
        "killed at {at}: {pending}"
    );
    // The next start applies what is stored.
    peer.db.migrate(Ok(Default::default())).unwrap();
    let pending = peer.sync_state().pending.len();
    assert_eq!(pending, usize::from(applied || stored), "killed at {at}");
    let received = peer.receive(new.to_vec());
    assert_eq!(received.pending.len(), 1, "killed at {at}: {received}");
    assert_eq!(
        received.applied.is_empty(),
        applied || stored,
        "killed at {at}: {received}"
    );
    peer.db.execute(&["CHECKPOINT"]);
    peer.db.reopen();
    assert_eq!(peer.db.rows(ROWS), EXPECTED, "killed at {at}, and finished");
    assert_eq!(peer.sync_state().pending.len(), 1, "killed at {at}");
    assert_converged(&[&peer]);
    assert!(applied || at != "the end", "killed at {at}");
}

/// A closed file with rows, and the later events of a peer.
fn prepare(at: &Path, policy: Option<ReceivePolicy>) -> Vec<DdlEvent> {
    let (base, new) = events();
    let mut peer = TestPeer::new();
    peer.receive(base);
    peer.db.execute(&[
        "UNWIND range(1, 100) AS i CREATE (:Person {id: i, age: CAST(i + 100 AS STRING)})",
    ]);
    if let Some(policy) = policy {
        let migrator = peer.db.migrator(Ok(Default::default()));
        migrator
            .receive_policy(policy)
            .receive(new.clone())
            .unwrap();
    }
    peer.db.close();
    std::fs::copy(peer.db.path(), at).unwrap();
    new
}

/// Kills the test's child at each of its statements, on a new copy of the template each time.
fn at_every_statement(test: &str, dir: &Path, check: impl Fn(&Path, &str)) {
    for stop in 0.. {
        let path = dir.join(format!("{stop}.db"));
        std::fs::copy(dir.join("template"), &path).unwrap();
        let at = kill_at(test, &path, stop);
        check(&path, &at);
        if at == "the end" {
            assert!(stop > 10, "only {stop} statements");
            return;
        }
    }
}

#[test]
fn kill_while_peer_events_are_received_is_resumed_s09() {
    if let Some(path) = child::path() {
        receive(&path);
    }
    let dir = memory_dir();
    let new = prepare(&dir.path().join("template"), None);
    std::fs::write(dir.path().join("events"), pack::encode(&new)).unwrap();
    let test = child::test_path!(kill_while_peer_events_are_received_is_resumed_s09);
    at_every_statement(test, dir.path(), |path, at| check(path, at, &new));
}

/// A start that applies pending events.
#[test]
fn kill_while_a_start_applies_peer_events_is_resumed_s09() {
    if let Some(path) = child::path() {
        crate::fixture::kill::migrate_watched(&path, Ok(Default::default()), 1);
    }
    let dir = memory_dir();
    let new = prepare(&dir.path().join("template"), Some(ReceivePolicy::Defer));
    let test = child::test_path!(kill_while_a_start_applies_peer_events_is_resumed_s09);
    at_every_statement(test, dir.path(), |path, at| {
        let mut peer = TestPeer {
            db: TestDatabase::open_at(path),
        };
        assert_eq!(peer.db.rows(ROWS), EXPECTED, "killed at {at}");
        assert_eq!(peer.db.drift(), "", "killed at {at}");
        // Either all events are pending, or only the one that must be.
        let pending = peer.sync_state().pending.len();
        assert!(pending == 1 || at != "the end");
        assert!(
            pending == new.len() || pending == 1,
            "killed at {at}: {pending}"
        );
        peer.db.migrate(Ok(Default::default())).unwrap();
        peer.db.execute(&["CHECKPOINT"]);
        peer.db.reopen();
        assert_eq!(peer.db.rows(ROWS), EXPECTED, "killed at {at}, and finished");
        assert_eq!(peer.sync_state().pending.len(), 1, "killed at {at}");
        assert_converged(&[&peer]);
    });
}
