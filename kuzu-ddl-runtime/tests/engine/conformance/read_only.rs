//! Databases that were opened read-only.

use kuzu_ddl_runtime::engine::{Transaction, is_read_only};
use kuzu_ddl_runtime::inspect::{InspectScope, inspect};

use super::*;

pub(crate) fn a_read_only_database_is_readable(subject: &Subject) {
    let (dir, db) = subject.fresh();
    let s = db.session().unwrap();
    assert!(!is_read_only(&*s).unwrap());
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
            "CREATE (:A {id: 1})",
        ],
    );
    drop(s);
    drop(db);
    let path = dir.path().join("db");
    let before = std::fs::read(&path).unwrap();
    let db = subject.open_read_only(&path);
    let s = db.session().unwrap();
    assert!(is_read_only(&*s).unwrap());
    assert_eq!(
        inspect(&*s, InspectScope::All).unwrap().schema.tables.len(),
        1
    );
    // Any transaction can be begun; only a write is refused, and it does not end the transaction.
    let tx = Transaction::begin(&*s).unwrap();
    assert_eq!(kind(&tx, "CREATE (:A {id: 2})"), EngineErrorKind::ReadOnly);
    tx.rollback().unwrap();
    run(
        &*s,
        &[
            "BEGIN TRANSACTION READ ONLY",
            "MATCH (a:A) RETURN a.id",
            "COMMIT",
        ],
    );
    for cypher in [
        "ALTER TABLE A ADD x INT64",
        "COMMENT ON TABLE A IS 'x'",
        "CREATE SEQUENCE s",
    ] {
        assert_eq!(kind(&*s, cypher), EngineErrorKind::ReadOnly);
    }
    drop(s);
    drop(db);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
