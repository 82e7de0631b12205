//! Readers and writers on other connections.

use std::time::Duration;

use kuzu_ddl::{Error, schema};
use kuzu_ddl_runtime::engine::{EngineErrorKind, Session};

use super::{DurabilityCheck, populated, v1};
use crate::fixture::{self, Declaration, TestDatabase, child};

mod keyed {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        id: i64,
        #[kuzu(primary_key)]
        s: String,
        x: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A)]
    pub(super) struct R {
        w: Option<f64>,
        k: Option<i64>,
    }
}

fn keyed() -> Declaration {
    schema![keyed::A, keyed::R]
}

const DURABILITY: DurabilityCheck = DurabilityCheck {
    declaration: keyed,
    query: "MATCH (a:A)-[r:R]->(b:A) RETURN a.s, a.x, r.w, r.k, b.s, b.id ORDER BY a.s",
    after: "11|1|0.5|7|22|2",
    later_rows: &[
        "CREATE (:A {s: '33', id: 3})",
        "MATCH (a:A {s: '33'}), (b:A {s: '22'}) CREATE (a)-[:R {k: 32}]->(b)",
    ],
    after_later_rows: "11|1|0.5|7|22|2; 33|NULL|NULL|32|22|2",
};

/// An open transaction that has read something.
fn reader<'db>(db: &'db TestDatabase, query: &str) -> Box<dyn Session + 'db> {
    let reader = db.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    reader.query(query).unwrap();
    reader
}

/// The new tables are filled through the log, which the kill leaves intact.
#[test]
fn rebuild_next_to_a_reader_survives_a_kill_b15() {
    let db = populated();
    let reader = reader(&db, "MATCH (a:A) RETURN count(*)");
    db.migrate_cleanly(keyed());
    DURABILITY.verify(&db);
    drop(reader);
}

/// COMMIT reports an error when its checkpoint times out waiting for a reader, although it has
/// taken effect.
#[test]
fn commit_over_the_checkpoint_threshold_next_to_a_reader_takes_effect_b16() {
    let mut db = populated();
    db.open(fixture::config().checkpoint_threshold(1));
    {
        let _reader = reader(&db, "MATCH (a:A) RETURN count(*)");
        let report = db.migrate(keyed()).unwrap();
        assert!(report.steps.len() > 5, "{report}");
        DURABILITY.verify(&db);
    }
    db.open(fixture::config());
    DURABILITY.verify(&db);
}

mod retyped {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS INT64)")]
        s: Option<i64>,
        x: Option<i64>,
    }
}

/// Changing a property in place leaves a reader its view.
#[test]
fn reader_keeps_its_view_of_a_table_changed_in_place_b17() {
    const READ: &str = "MATCH (a:A) RETURN a.s ORDER BY a.id";
    let db = populated();
    let reader = reader(&db, READ);
    db.migrate_cleanly(schema![retyped::A, v1::R]);
    assert_eq!(fixture::rows(&*reader, READ), "11; 22");
    reader.query("COMMIT").unwrap();
    assert_eq!(fixture::rows(&*reader, READ), "11; 22");
}

/// A rebuild ends a reader's transaction with an error; on the same connection the next attempt
/// reads the new table.
#[test]
fn reader_of_a_rebuilt_table_gets_an_error_and_can_retry_b17() {
    const READ: &str = "MATCH (a:A) RETURN a.id, a.s ORDER BY a.id";
    let db = populated();
    let reader = reader(&db, READ);
    db.migrate_cleanly(keyed());
    let e = reader.query(READ).unwrap_err();
    assert_eq!(e.kind, EngineErrorKind::NotFound, "{e}");
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    assert_eq!(fixture::rows(&*reader, READ), "1|11; 2|22");
    reader.query("COMMIT").unwrap();
}

/// A start that timed out leaves nothing behind that could crash the process.
#[test]
fn start_that_times_out_next_to_a_writer_can_be_repeated_b22() {
    let test = child::test_path!(start_that_times_out_next_to_a_writer_can_be_repeated_b22);
    if let Some(path) = child::path() {
        let db = TestDatabase::open_at(&path);
        let writer = db.session();
        writer.query("BEGIN TRANSACTION").unwrap();
        for _ in 0..3 {
            let migrator = db.migrator(keyed()).wait(Duration::from_millis(30));
            assert!(matches!(migrator.migrate(), Err(Error::LockTimeout { .. })));
        }
        writer.query("COMMIT").unwrap();
        db.migrate_cleanly(keyed());
        child::exit();
    }
    let mut db = populated();
    db.close();
    child::run_to_exit(test, &db.path());
    DURABILITY.verify(&TestDatabase::open_at(&db.path()));
}
