//! The classification of errors.

use super::*;

pub(crate) fn errors_are_classified(subject: &Subject) {
    let (_dir, db) = subject.fresh();
    let s = db.session().unwrap();
    run(
        &*s,
        &["CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING)"],
    );
    for (cypher, expected) in [
        (
            "CREATE NODE TABLE a(id INT64 PRIMARY KEY)",
            EngineErrorKind::AlreadyExists,
        ),
        ("ALTER TABLE A ADD S STRING", EngineErrorKind::AlreadyExists),
        (
            "ALTER TABLE A RENAME s TO id",
            EngineErrorKind::AlreadyExists,
        ),
        ("ALTER TABLE B ADD x STRING", EngineErrorKind::NotFound),
        ("ALTER TABLE A RENAME x TO y", EngineErrorKind::NotFound),
        ("DROP TABLE B", EngineErrorKind::NotFound),
        ("CALL table_info('B') RETURN *", EngineErrorKind::NotFound),
        ("MATCH (b:B) RETURN b.id", EngineErrorKind::NotFound),
        ("MATCH (a:A) RETURN a.nope", EngineErrorKind::NotFound),
        ("CREATE NODE TABLE", EngineErrorKind::Syntax),
        ("ROLLBACK", EngineErrorKind::NoActiveTransaction),
    ] {
        let e = fails(&*s, cypher);
        assert_eq!(e.kind, expected, "{e}");
        assert_eq!(e.statement, cypher);
        assert!(!e.message.starts_with("Query execution failed"));
    }
}
