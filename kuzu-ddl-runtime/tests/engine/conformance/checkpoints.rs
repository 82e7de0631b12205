//! Checkpoints that a rollback makes necessary.

use kuzu_ddl_runtime::engine::{Transaction, checkpoint_if_needed, needs_checkpoint};
use kuzu_ddl_runtime::inspect::{InspectScope, inspect};

use super::*;

pub(crate) fn a_checkpoint_blocked_by_readers_stays_pending(subject: &Subject) {
    let (_dir, db) = subject.fresh();
    let (s, reader) = (db.session().unwrap(), db.session().unwrap());
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
            "CREATE (:A {id: 1})",
        ],
    );
    run(
        &*reader,
        &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.id"],
    );
    let tx = Transaction::begin(&*s).unwrap();
    run(&tx, &["ALTER TABLE A ADD n INT64 DEFAULT 4"]);
    let outcome = tx.rollback();
    if !subject.capabilities().checkpoint_after_rollback {
        return outcome.unwrap();
    }
    assert_eq!(
        outcome.unwrap_err().kind,
        EngineErrorKind::CheckpointRequired
    );
    assert!(needs_checkpoint(&*db.session().unwrap()));
    assert_eq!(
        Transaction::begin(&*s).err().unwrap().kind,
        EngineErrorKind::CheckpointRequired
    );
    run(&*reader, &["COMMIT"]);
    checkpoint_if_needed(&*s).unwrap();
    assert!(!needs_checkpoint(&*s));
    run(&*s, &["ALTER TABLE A ADD n STRING DEFAULT 'q'"]);
    assert_eq!(rows(&*s, "MATCH (a:A) RETURN a.n"), "q");
}

const ROLLED_BACK: &[&str] = &[
    "ALTER TABLE A RENAME s TO t",
    "ALTER TABLE R RENAME w TO v",
    "ALTER TABLE B RENAME TO C",
    "ALTER TABLE R DROP FROM A TO A",
    "CREATE NODE TABLE D(id INT64 PRIMARY KEY)",
    "CREATE (:D {id: 1})",
    "COMMENT ON TABLE A IS 'x'",
    "MATCH (a:A), (c:C) CREATE (a)-[:R {v: 2}]->(c)",
    "CREATE (:A {id: 2, t: 'z'})",
];

/// Only an added property leaves a visible residue. Catalog ids are another matter: see B24.
pub(crate) fn a_rollback_of_other_changes_needs_no_checkpoint(subject: &Subject) {
    let (dir, file) = subject.fresh();
    for db in [file, subject.memory()] {
        let s = db.session().unwrap();
        run(
            &*s,
            &[
                "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING)",
                "CREATE NODE TABLE B(id INT64 PRIMARY KEY)",
                "CREATE REL TABLE R(FROM A TO A, FROM A TO B, w INT64)",
                "CREATE (a:A {id: 1, s: 'a'})-[:R {w: 1}]->(:B {id: 1})",
                "MATCH (a:A) CREATE (a)-[:R {w: 0}]->(a)",
            ],
        );
        let before = inspect(&*s, InspectScope::All).unwrap();
        let tx = Transaction::begin(&*s).unwrap();
        run(&tx, ROLLED_BACK);
        tx.rollback().unwrap();
        assert!(!needs_checkpoint(&*s));
        assert_eq!(inspect(&*s, InspectScope::All).unwrap(), before);
        assert_eq!(
            rows(&*s, "MATCH (a:A)-[r:R]->(x) RETURN a.s, r.w ORDER BY r.w"),
            "a|0; a|1"
        );
        let tx = Transaction::begin(&*s).unwrap();
        run(&tx, ROLLED_BACK);
        tx.commit().unwrap();
        assert_eq!(
            rows(&*s, "MATCH (a:A)-[r:R]->(c:C) RETURN a.t, r.v ORDER BY r.v"),
            "a|1; a|2"
        );
    }
    let db = subject.open(&dir.path().join("db"));
    let s = db.session().unwrap();
    assert_eq!(
        rows(&*s, "MATCH (a:A)-[r:R]->(c:C) RETURN a.t, r.v ORDER BY r.v"),
        "a|1; a|2"
    );
    assert_eq!(
        rows(&*s, "MATCH (a:A) RETURN a.id, a.t ORDER BY a.id"),
        "1|a; 2|z"
    );
}

pub(crate) fn an_in_memory_database_cannot_checkpoint(subject: &Subject) {
    // One after the other at the same address: the second is not refused because of the first.
    for _ in 0..3 {
        let db = subject.memory();
        let s = db.session().unwrap();
        run(&*s, &["CREATE NODE TABLE A(id INT64 PRIMARY KEY)"]);
        let tx = Transaction::begin(&*s).unwrap();
        run(&tx, &["ALTER TABLE A ADD n INT64"]);
        let outcome = tx.rollback();
        if !subject.capabilities().checkpoint_after_rollback {
            outcome.unwrap();
            continue;
        }
        assert_eq!(
            outcome.unwrap_err().kind,
            EngineErrorKind::CheckpointRequired
        );
        assert_eq!(
            Transaction::begin(&*s).err().unwrap().kind,
            EngineErrorKind::CheckpointRequired
        );
        let found = inspect(&*s, InspectScope::All).unwrap();
        assert_eq!((found.schema.sequences.len(), found.skipped.len()), (0, 0));
    }
}
