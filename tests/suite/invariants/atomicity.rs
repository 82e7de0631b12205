//! Rule 3: a migration is applied entirely or not at all.

use kuzu_ddl::{Error, Phase, schema};
use kuzu_ddl_runtime::engine::EngineErrorKind;

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
    }
}

/// Every step before and after `n` succeeds; the sequence behind `n` is exhausted before the last
/// row.
mod bad {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// New text.
    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "A")]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "s")]
        text: Option<String>,
        #[kuzu(default = "first")]
        m: String,
        #[kuzu(default_expr = "nextval('short')")]
        n: i64,
        #[kuzu(default = "last")]
        o: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = B, to = B)]
    pub(super) struct Likes;
}

/// The same property names with other types.
mod good {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
        #[kuzu(default = 9)]
        m: i64,
        #[kuzu(default = "nnnnnnnnnnnnnnnnnnnn")]
        n: String,
    }
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A]);
    db.execute(&[
        "CREATE SEQUENCE short START 1 MAXVALUE 2",
        "UNWIND range(1, 3) AS i CREATE (:A {id: i, s: CAST(i AS STRING)})",
    ]);
    db.migrate_cleanly(schema![v1::A]);
    db
}

fn failing() -> Declaration {
    schema![bad::B, bad::Likes]
}

#[test]
fn failed_step_leaves_everything_unchanged() {
    let mut db = populated();
    let e = db.assert_refused(failing());
    let Error::StepFailed { step, .. } = &e else {
        panic!("{e}")
    };
    assert_eq!(step, "add property B.n INT64");
    db.reopen();
    db.assert_up_to_date(schema![v1::A]);
    assert_eq!(
        db.rows("MATCH (a:A) RETURN a.* ORDER BY a.id"),
        "1|1; 2|2; 3|3"
    );
}

#[test]
fn next_change_does_not_read_rolled_back_values() {
    let mut db = populated();
    for _ in 0..2 {
        assert!(matches!(
            db.assert_refused(failing()),
            Error::StepFailed { .. }
        ));
    }
    db.migrate_cleanly(schema![good::A]);
    for _ in 0..2 {
        assert_eq!(
            db.rows("MATCH (a:A) RETURN a.id, a.s, a.m, a.n ORDER BY a.id"),
            "1|1|9|nnnnnnnnnnnnnnnnnnnn; 2|2|9|nnnnnnnnnnnnnnnnnnnn; 3|3|9|nnnnnnnnnnnnnnnnnnnn"
        );
        db.reopen();
    }
    db.execute(&["CREATE (:A {id: 4})", "CHECKPOINT"]);
    db.assert_up_to_date(schema![good::A]);
}

#[test]
fn next_change_after_a_rollback_requires_a_checkpoint() {
    let db = populated();
    let reader = db.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    reader.query("MATCH (a:A) RETURN a.id").unwrap();
    // Rolled-back data stays in memory until a checkpoint, which requires that no reader is active.
    assert!(matches!(
        db.migrate(failing()),
        Err(Error::StepFailed { .. })
    ));
    let e = db.migrate(schema![good::A]).unwrap_err();
    assert!(
        matches!(&e, Error::Engine(e) if e.kind == EngineErrorKind::CheckpointRequired),
        "{e}"
    );
    reader.query("COMMIT").unwrap();
    drop(reader);
    db.migrate_cleanly(schema![good::A]);
    assert_eq!(
        db.rows("MATCH (a:A {id: 1}) RETURN a.m, a.n"),
        "9|nnnnnnnnnnnnnnnnnnnn"
    );
}

mod serial {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct First {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Second {
        #[kuzu(primary_key, type = "SERIAL")]
        id: i64,
    }
}

#[test]
fn failed_first_start_leaves_no_ledger() {
    let mut db = TestDatabase::from_cypher(&["CREATE SEQUENCE Second_id_serial"]);
    let e = db.assert_refused(schema![serial::First, serial::Second]);
    assert!(matches!(e, Error::StepFailed { number: 2, .. }), "{e}");
    db.reopen();
    assert_eq!(db.rows("CALL show_tables() RETURN name"), "");
    db.execute(&["DROP SEQUENCE Second_id_serial"]);
    db.migrate_cleanly(schema![serial::First, serial::Second]);
}

#[test]
fn panic_in_a_callback_rolls_back() {
    let mut db = populated();
    let before = db.snapshot();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let migrator = db.migrator(schema![good::A]).on_progress(|progress| {
            assert_ne!(progress.phase, Phase::Commit, "on purpose");
        });
        migrator.migrate()
    }));
    assert!(panicked.is_err());
    assert_eq!(db.snapshot(), before);
    db.migrate_cleanly(schema![good::A]);
    db.reopen();
    assert_eq!(
        db.rows("MATCH (a:A {id: 1}) RETURN a.m, a.n"),
        "9|nnnnnnnnnnnnnnnnnnnn"
    );
}
