//! Index options that crash the engine later, or that it does not keep.

use kuzu_ddl::KuzuNode;
use kuzu_ddl::schema;

use crate::fixture::TestDatabase;
use crate::fixture::documents::{ROWS, docs, text, v1, vector, with};

#[derive(KuzuNode)]
struct Stop {
    #[kuzu(primary_key)]
    word: String,
}

/// B31: with a stemmer, the next insert would be a SIGSEGV.
#[test]
fn stop_words_with_a_stemmer_are_refused_b31() {
    let base = || schema![v1::Doc, v1::Cites, Stop];
    let db = TestDatabase::migrated(base());
    db.execute(ROWS);
    db.execute(&["CREATE (:Stop {word: 'dogs'})"]);
    for options in [
        &[("stopwords", "Stop")][..],
        &[("stopwords", "Stop"), ("stemmer", "porter")],
    ] {
        let e = db.assert_refused(with(base(), "Doc", &[text(options)]));
        let message = e.to_string();
        assert!(
            message.contains("crashes at the next insert or delete")
                && message.contains("help: add `stemmer = \"none\"`"),
            "{message}"
        );
    }
    // The words of the error work, and the index takes rows.
    let options = [("stopwords", "Stop"), ("stemmer", "none")];
    let mut db = db;
    db.migrate_cleanly(with(base(), "Doc", &[text(&options)]));
    let new = "CREATE (:Doc {id: 50, title: 'two dogs', v: [1.0, 0.0, 0.0]})";
    db.execute(&[new, "MATCH (d:Doc) WHERE d.id = 1 DETACH DELETE d"]);
    db.reopen();
    let found = "CALL QUERY_FTS_INDEX('Doc', 'words', 'two') RETURN count(*)";
    assert_eq!(db.rows(found), "1");
}

/// B39: the engine keeps six digits, and cannot open a database whose index has more.
#[test]
fn numbers_that_six_digits_cannot_hold_are_refused_b39() {
    let db = TestDatabase::migrated(docs());
    for (value, help) in [("1.0000001", "1.000000"), ("1.2345678", "1.234568")] {
        let e = db.assert_refused(with(docs(), "Doc", &[vector(&[("alpha", value)])]));
        let message = e.to_string();
        assert!(
            message.contains(&format!("help: use alpha = {help}")),
            "{message}"
        );
    }
    let mut db = db;
    let declaration = || with(docs(), "Doc", &[vector(&[("alpha", "1.234568")])]);
    db.migrate_cleanly(declaration());
    db.execute(ROWS);
    db.reopen();
    db.assert_up_to_date(declaration());
}

/// B39: `pu` is back at its default after the database is reopened.
#[test]
fn option_that_is_forgotten_is_refused_and_is_no_drift_b39() {
    let db = TestDatabase::migrated(docs());
    let e = db.assert_refused(with(docs(), "Doc", &[vector(&[("pu", "0.3")])]));
    assert!(
        e.to_string()
            .contains("replaces the option `pu` with 0.05 when the database is reopened"),
        "{e}"
    );
    let mut db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE Doc(id INT64 PRIMARY KEY, title STRING, v FLOAT[3], n INT32)",
        "CREATE REL TABLE Cites(FROM Doc TO Doc, w INT64)",
        "CALL CREATE_VECTOR_INDEX('Doc', 'near', 'v', pu := 0.3)",
    ]);
    let declaration = || with(docs(), "Doc", &[vector(&[])]);
    let report = db.migrate_cleanly(declaration());
    assert!(report.steps.is_empty(), "{report}");
    db.reopen();
    db.assert_up_to_date(declaration());
}
