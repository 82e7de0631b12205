//! Indexes of new and of existing tables.

use kuzu_ddl::schema;
use kuzu_ddl_core::schema::IndexKind;

use crate::fixture::TestDatabase;
use crate::fixture::documents::{
    ROWS, both, docs, index, listed, search_results, steps, text, v1, vector, with,
};

#[test]
fn indexes_are_created_with_and_after_their_table() {
    let db = TestDatabase::migrated(both());
    db.execute(ROWS);
    assert_eq!(search_results(&db, "Doc"), "20 dogs, nearest 7");

    let mut db = TestDatabase::migrated(docs());
    db.execute(ROWS);
    let report = db.migrate_cleanly(both());
    assert_eq!(
        steps(&report),
        [
            "create vector index Doc[near] on v",
            "create full-text index Doc[words] on title"
        ]
    );
    assert_eq!(report.deferred, []);
    db.reopen();
    db.assert_up_to_date(both());
    db.execute(&["CREATE (:Doc {id: 21, title: 'a dog', v: [7.2, 0.0, 0.0]})"]);
    assert_eq!(search_results(&db, "Doc"), "21 dogs, nearest 21");
}

#[test]
fn explicit_default_options_are_no_change() {
    let db = TestDatabase::migrated(both());
    db.assert_up_to_date(with(
        docs(),
        "Doc",
        &[
            text(&[("stemmer", "english"), ("stopwords", "default")]),
            vector(&[
                ("metric", "l2"),
                ("pu", "0.05"),
                ("mu", "30"),
                ("alpha", "1.1"),
            ]),
        ],
    ));
}

#[test]
fn existing_indexes_are_adopted() {
    let db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE Doc(id INT64 PRIMARY KEY, title STRING, v FLOAT[3], n INT32)",
        "CREATE REL TABLE Cites(FROM Doc TO Doc, w INT64)",
        "CALL CREATE_FTS_INDEX('Doc', 'words', ['title'])",
        "CALL CREATE_VECTOR_INDEX('Doc', 'near', 'v', metric := 'l2')",
        "CALL CREATE_VECTOR_INDEX('Doc', 'mine', 'v')",
    ]);
    db.execute(ROWS);
    let report = db.migrate_cleanly(both());
    assert!(report.steps.is_empty(), "{report}");
    assert_eq!(search_results(&db, "Doc"), "20 dogs, nearest 7");
    assert_eq!(listed(&db), "Doc|mine; Doc|near; Doc|words");
}

/// An index that the engine cannot create is refused before any change.
#[test]
fn invalid_indexes_are_refused() {
    let db = TestDatabase::new();
    for (invalid, reason) in [
        (
            index("a", IndexKind::FullText, &["n"], &[]),
            "requires STRING",
        ),
        (
            index("a", IndexKind::Vector, &["title"], &[]),
            "array of FLOAT or DOUBLE",
        ),
        (
            index("a b", IndexKind::Vector, &["v"], &[]),
            "letters, digits and underscores",
        ),
        (text(&[("stemmer", "klingon")]), "invalid value `klingon`"),
        (
            text(&[("ignore_pattern", "[a-f]+")]),
            "only to rows that exist",
        ),
        (vector(&[("ml", "99999")]), "invalid value `99999`"),
        (
            text(&[("stopwords", "/etc/passwd"), ("stemmer", "none")]),
            "not a node table",
        ),
        (
            text(&[("stopwords", "Doc"), ("stemmer", "none")]),
            "not a node table",
        ),
    ] {
        let error = db
            .assert_refused(with(docs(), "Doc", &[invalid]))
            .to_string();
        assert!(error.contains(reason), "{error}");
    }
    let error = db
        .assert_refused(with(docs(), "Cites", &[text(&[])]))
        .to_string();
    assert!(error.contains("cannot index rel tables"), "{error}");
}

mod stop_words {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Stop {
        #[kuzu(primary_key)]
        word: String,
    }
}

#[test]
fn stop_words_are_read_from_a_table() {
    let db = TestDatabase::migrated(schema![v1::Doc, v1::Cites, stop_words::Stop]);
    db.execute(ROWS);
    db.execute(&["CREATE (:Stop {word: 'dogs'})"]);
    let declaration = schema![v1::Doc, v1::Cites, stop_words::Stop];
    let declaration = with(
        declaration,
        "Doc",
        &[text(&[("stopwords", "Stop"), ("stemmer", "none")])],
    );
    db.migrate_cleanly(declaration);
    let count = |word: &str| {
        db.rows(&format!(
            "CALL QUERY_FTS_INDEX('Doc', 'words', '{word}') RETURN count(*)"
        ))
    };
    assert_eq!((count("dogs"), count("running")), ("0".into(), "20".into()));
}

/// B21: next to an open transaction no index can be created. It is deferred to the next start.
#[test]
fn index_next_to_a_reader_is_deferred_b21() {
    let db = TestDatabase::migrated(docs());
    db.execute(ROWS);
    let reader = db.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    reader.query("MATCH (d:Doc) RETURN count(*)").unwrap();
    let declaration = with(docs(), "Doc", &[text(&[])]);
    let report = db.migrate(declaration.clone()).unwrap();
    assert_eq!(report.deferred.len(), 1, "{report}");
    assert!(!report.is_up_to_date());
    assert!(
        report
            .to_string()
            .contains("deferred: create full-text index Doc[words]")
    );
    assert_eq!(db.drift(), "");
    reader.query("COMMIT").unwrap();
    let report = db.migrate_cleanly(declaration);
    assert_eq!(
        steps(&report),
        ["create full-text index Doc[words] on title"]
    );
    assert_eq!(
        db.rows("CALL QUERY_FTS_INDEX('Doc', 'words', 'dog') RETURN count(*)"),
        "20"
    );
}
