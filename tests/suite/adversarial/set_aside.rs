//! Events that end the process, fail in the engine, or need too much memory: stored first, set aside
//! and named; the others are applied.

use std::path::Path;

use kuzu_ddl::peers::{PendingReason, ReceivePolicy, ReceiveReport};
use kuzu_ddl::{Migrator, Report};
use kuzu_ddl_core::event::{DdlEvent, IndexSpec, pack};
use kuzu_ddl_core::schema::{IndexKind, Type};
use kuzu_ddl_runtime::engine::Engine;

use crate::fixture::faulty_engine::{
    Fault, FaultyEngine, abort_at_boom, exhaust_at_boom, fail_at_boom,
};
use crate::fixture::peer::{TestPeer, id, spec};
use crate::fixture::{TestDatabase, child};

fn receive(db: &dyn Engine, events: Vec<DdlEvent>) -> ReceiveReport {
    let migrator = Migrator::new(db).declared(Default::default());
    let received = migrator
        .receive_policy(ReceivePolicy::Apply)
        .receive(events);
    received.unwrap_or_else(|e| panic!("{e}"))
}

fn start(db: &dyn Engine) -> Report {
    let started = Migrator::new(db).declared(Default::default()).migrate();
    started.unwrap_or_else(|e| panic!("{e}"))
}

/// A peer with one table and one row, and events of which `bombs` have a fault.
fn events(honest: usize, bombs: usize) -> (TestPeer, Vec<DdlEvent>) {
    let peer = TestPeer::new();
    peer.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    peer.db.execute(&["CREATE (:Person {id: 1})"]);
    let events = peer.draft(|d| {
        let person = id(d.fold(), None, "Person");
        for i in 0..honest {
            d.add_property(person, &format!("p{i}"), spec(Type::Int64));
        }
        for i in 0..bombs {
            let boom = d.add_property(person, &format!("boom{i}"), spec(Type::Int64));
            if honest > 0 {
                d.set_comment(boom, Some("depends on it".into()));
            }
        }
    });
    (peer, events)
}

fn set_aside(received: &ReceiveReport) -> Vec<String> {
    let pending = received.pending.iter();
    let set_aside = pending.filter(|p| matches!(p.reason, PendingReason::SetAside(_)));
    set_aside.map(|pending| pending.object.clone()).collect()
}

/// In the child: delivers the events, or starts, with an engine that ends the process.
fn run_child(path: &Path) -> ! {
    let db = kuzu_ddl_runtime::engine::open(path, crate::fixture::config()).unwrap();
    let engine = FaultyEngine(&db, abort_at_boom);
    match std::fs::read(path.with_file_name("events")) {
        Ok(bytes) => drop(receive(&engine, pack::decode(&bytes, 1 << 20).unwrap())),
        Err(_) => drop(start(&engine)),
    }
    drop(db);
    child::exit()
}

/// Runs the child until it survives, and returns how often it ended before.
fn count_ends(test: &str, path: &Path) -> usize {
    use std::os::unix::process::ExitStatusExt;
    for ends in 0..20 {
        let output = child::start(test, path).wait_with_output().unwrap();
        if output.status.signal().is_none() {
            assert_eq!(output.status.code(), Some(77), "{output:?}");
            return ends;
        }
    }
    panic!("the process ends at every start")
}

#[test]
fn what_was_tried_when_the_process_ended_is_set_aside_s16() {
    if let Some(path) = child::path() {
        run_child(&path);
    }
    let test = child::test_path!(what_was_tried_when_the_process_ended_is_set_aside_s16);
    // One event alone; one among few; two among many.
    for (honest, bombs, most) in [(0, 1, 1), (5, 1, 2), (100, 2, 6)] {
        for delivers in [true, false] {
            let (mut peer, events) = events(honest, bombs);
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("db");
            if delivers {
                std::fs::write(dir.path().join("events"), pack::encode(&events)).unwrap();
            } else {
                let migrator = Migrator::new(peer.engine()).declared(Default::default());
                let migrator = migrator.receive_policy(ReceivePolicy::Defer);
                migrator.receive(events.clone()).unwrap();
            }
            peer.db.close();
            std::fs::copy(peer.db.path(), &path).unwrap();
            let ends = count_ends(test, &path);
            assert!(
                (1..=most).contains(&ends),
                "{ends} ends of {honest} and {bombs}"
            );
            // Neither a redelivery nor a start tries it again.
            assert_eq!(count_ends(test, &path), 0);
            let _ = std::fs::remove_file(dir.path().join("events"));
            assert_eq!(count_ends(test, &path), 0);
            let mut db = TestDatabase::open_at(&path);
            let received = receive(db.kuzu(), events.clone());
            let mut expected: Vec<_> = (0..bombs).map(|i| format!("Person.boom{i}")).collect();
            expected.sort();
            let mut named = set_aside(&received);
            named.sort();
            assert_eq!(named, expected, "{received}");
            let text = received.to_string();
            assert!(
                text.contains("the process ended while it was applied"),
                "{text}"
            );
            assert!(text.contains("`.retry_set_aside()`"), "{text}");
            let columns = db.rows("CALL table_info('Person') RETURN count(*)");
            assert_eq!(columns, (1 + honest).to_string(), "{received}");
            // The words of the report clear it, where nothing ends the process.
            let migrator = db.migrator(Ok(Default::default())).retry_set_aside();
            let report = migrator.migrate().unwrap_or_else(|e| panic!("{e}"));
            let received = report.received.unwrap();
            let each = if honest > 0 { 2 } else { 1 };
            assert_eq!(received.applied.len(), each * bombs, "{received}");
            db.reopen();
            assert_eq!(db.drift(), "");
            assert_eq!(db.ledger().inbox.len(), 0);
            db.assert_up_to_date(Ok(Default::default()));
        }
    }
}

#[test]
fn an_index_whose_build_ends_the_process_is_set_aside_s16() {
    if let Some(path) = child::path() {
        run_child(&path);
    }
    let test = child::test_path!(an_index_whose_build_ends_the_process_is_set_aside_s16);
    let (mut peer, _) = events(0, 0);
    let indexed = peer.draft(|d| {
        let person = id(d.fold(), None, "Person");
        let text = d.add_property(person, "text", spec(Type::String));
        let index = IndexSpec {
            kind: IndexKind::FullText,
            properties: vec![text],
            options: Default::default(),
        };
        d.create_index(person, "boomix", index);
    });
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    std::fs::write(dir.path().join("events"), pack::encode(&indexed)).unwrap();
    peer.db.close();
    std::fs::copy(peer.db.path(), &path).unwrap();
    let output = child::start(test, &path).wait_with_output().unwrap();
    assert_ne!(output.status.code(), Some(77));
    // The next start does not try it again, and names it.
    std::fs::remove_file(dir.path().join("events")).unwrap();
    assert_eq!(count_ends(test, &path), 0);
    assert_eq!(count_ends(test, &path), 0);
    let mut db = TestDatabase::open_at(&path);
    let report = start(&FaultyEngine(db.kuzu(), abort_at_boom));
    let text = report.to_string();
    assert!(text.contains("`.retry_set_aside()`"), "{text}");
    db.execute(&["CREATE (:Person {id: 2, text: 'one two'})"]);
    let migrator = db.migrator(Ok(Default::default())).retry_set_aside();
    let report = migrator.migrate().unwrap_or_else(|e| panic!("{e}"));
    assert!(report.deferred.is_empty(), "{report}");
    db.reopen();
    db.assert_up_to_date(Ok(Default::default()));
}

fn receive_with(peer: &TestPeer, fault: Fault, events: &[DdlEvent]) -> ReceiveReport {
    receive(&FaultyEngine(peer.db.kuzu(), fault), events.to_vec())
}

#[test]
fn an_error_of_the_engine_keeps_no_other_event_from_being_stored_or_applied_s16() {
    let (mut peer, events) = events(3, 1);
    let received = receive_with(&peer, fail_at_boom, &events);
    assert_eq!(
        (received.applied.len(), received.pending.len()),
        (3, 2),
        "{received}"
    );
    assert!(
        received
            .to_string()
            .contains("Unsupported casting function")
    );
    // A later delivery is not held up.
    let later = peer.draft(|d| {
        d.add_property(id(d.fold(), None, "Person"), "later", spec(Type::Int64));
    });
    let received = receive_with(&peer, fail_at_boom, &later);
    assert_eq!(
        (received.applied.len(), received.pending.len()),
        (1, 2),
        "{received}"
    );
    peer.db.reopen();
    let report = start(peer.db.kuzu());
    assert_eq!(report.received.unwrap().applied.len(), 2);
    assert_eq!(peer.db.drift(), "");
}

#[test]
fn what_failed_for_its_size_is_not_tried_again_s16() {
    static TRIED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    fn count(statement: &str) -> Result<(), kuzu_ddl_runtime::engine::EngineError> {
        let result = exhaust_at_boom(statement);
        if result.is_err() {
            TRIED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        result
    }
    let (mut peer, events) = events(3, 1);
    let received = receive_with(&peer, count, &events);
    assert_eq!(received.applied.len(), 3, "{received}");
    assert_eq!(set_aside(&received), ["Person.boom0"], "{received}");
    let tried = TRIED.load(std::sync::atomic::Ordering::Relaxed);
    peer.db.reopen();
    let engine = FaultyEngine(peer.db.kuzu(), count);
    start(&engine);
    receive(&engine, events.clone());
    start(&engine);
    assert_eq!(TRIED.load(std::sync::atomic::Ordering::Relaxed), tried);
    peer.db.execute(&["CREATE (:Person {id: 2, p0: 2})"]);
    let migrator = peer.db.migrator(Ok(Default::default())).retry_set_aside();
    let received = migrator.receive(Vec::new()).unwrap();
    assert_eq!(received.applied.len(), 2, "{received}");
}
