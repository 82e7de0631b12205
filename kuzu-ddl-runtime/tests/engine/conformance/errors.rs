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
            EngineErrorKind::Exists,
        ),
        ("ALTER TABLE A ADD S STRING", EngineErrorKind::Exists),
        ("ALTER TABLE A RENAME s TO id", EngineErrorKind::Exists),
        ("ALTER TABLE B ADD x STRING", EngineErrorKind::Missing),
        ("ALTER TABLE A RENAME x TO y", EngineErrorKind::Missing),
        ("DROP TABLE B", EngineErrorKind::Missing),
        ("CALL table_info('B') RETURN *", EngineErrorKind::Missing),
        ("MATCH (b:B) RETURN b.id", EngineErrorKind::Missing),
        ("MATCH (a:A) RETURN a.nope", EngineErrorKind::Missing),
        ("CREATE NODE TABLE", EngineErrorKind::Syntax),
        ("ROLLBACK", EngineErrorKind::NoActiveTransaction),
    ] {
        let e = fails(&*s, cypher);
        assert_eq!(e.kind, expected, "{e}");
        assert_eq!(e.statement, cypher);
        assert!(!e.message.starts_with("Query execution failed"));
    }
}
