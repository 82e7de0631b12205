//! Readers and writers on other connections.

use std::time::Duration;

use super::{Sound, filled, v1};
use crate::fixture::{self, Bed, Said, child};
use kuzu_ddl::engine::{EngineErrorKind, Session};
use kuzu_ddl::{Error, schema};

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

fn keyed() -> Said {
    schema![keyed::A, keyed::R]
}

const SOUND: Sound = Sound {
    said: keyed,
    query: "MATCH (a:A)-[r:R]->(b:A) RETURN a.s, a.x, r.w, r.k, b.s, b.id ORDER BY a.s",
    after: "11|1|0.5|7|22|2",
    more: &[
        "CREATE (:A {s: '33', id: 3})",
        "MATCH (a:A {s: '33'}), (b:A {s: '22'}) CREATE (a)-[:R {k: 32}]->(b)",
    ],
    finally: "11|1|0.5|7|22|2; 33|NULL|NULL|32|22|2",
};

/// An open transaction that has read something.
fn reader<'db>(bed: &'db Bed, query: &str) -> Box<dyn Session + 'db> {
    let reader = bed.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    reader.query(query).unwrap();
    reader
}

/// The new tables are filled through the log, which the kill leaves whole.
#[test]
fn b15_a_rebuild_beside_a_reader_and_a_kill() {
    let bed = filled();
    let reader = reader(&bed, "MATCH (a:A) RETURN count(*)");
    bed.up(keyed());
    SOUND.check(&bed);
    drop(reader);
}

/// COMMIT reports an error when its checkpoint waits in vain for a reader, and has taken effect.
#[test]
fn b16_a_commit_that_crosses_the_threshold_beside_a_reader() {
    let mut bed = filled();
    bed.open(fixture::config().checkpoint_threshold(1));
    {
        let _reader = reader(&bed, "MATCH (a:A) RETURN count(*)");
        let report = bed.migrate(keyed()).unwrap();
        assert!(report.steps.len() > 5, "{report}");
        SOUND.check(&bed);
    }
    bed.open(fixture::config());
    SOUND.check(&bed);
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

/// A change of a property in place leaves a reader its view.
#[test]
fn b17_a_reader_keeps_a_table_that_is_changed_in_place() {
    const READ: &str = "MATCH (a:A) RETURN a.s ORDER BY a.id";
    let bed = filled();
    let reader = reader(&bed, READ);
    bed.up(schema![retyped::A, v1::R]);
    assert_eq!(fixture::rows(&*reader, READ), "11; 22");
    reader.query("COMMIT").unwrap();
    assert_eq!(fixture::rows(&*reader, READ), "11; 22");
}

/// A rebuild ends a reader's transaction with an error of its own; on the same connection the next
/// try reads what is there now.
#[test]
fn b17_a_reader_loses_a_table_that_is_rebuilt_and_tries_again() {
    const READ: &str = "MATCH (a:A) RETURN a.id, a.s ORDER BY a.id";
    let bed = filled();
    let reader = reader(&bed, READ);
    bed.up(keyed());
    let e = reader.query(READ).unwrap_err();
    assert_eq!(e.kind, EngineErrorKind::Missing, "{e}");
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    assert_eq!(fixture::rows(&*reader, READ), "1|11; 2|22");
    reader.query("COMMIT").unwrap();
}

/// A start that did not get its turn leaves nothing behind that could end the process.
#[test]
fn b22_a_start_beside_a_writer() {
    let test = "engine_bugs::concurrent_transactions::b22_a_start_beside_a_writer";
    if let Some(path) = child::path() {
        let bed = Bed::at(&path);
        let writer = bed.session();
        writer.query("BEGIN TRANSACTION").unwrap();
        for _ in 0..3 {
            let migrator = bed.migrator(keyed()).wait(Duration::from_millis(30));
            assert!(matches!(migrator.migrate(), Err(Error::Busy { .. })));
        }
        writer.query("COMMIT").unwrap();
        bed.up(keyed());
        child::exit();
    }
    let mut bed = filled();
    bed.close();
    child::run_to_exit(test, &bed.path());
    SOUND.check(&Bed::at(&bed.path()));
}
