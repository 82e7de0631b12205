//! Indexes of new and of existing tables.

use crate::fixture::Bed;
use crate::fixture::documents::{
    ROWS, both, docs, found, index, listed, steps, text, v1, vector, with,
};
use kuzu_ddl::schema;
use kuzu_ddl::schema::IndexKind;

#[test]
fn made_with_their_table_and_on_one_with_rows() {
    let bed = Bed::with(both());
    bed.run(ROWS);
    assert_eq!(found(&bed, "Doc"), "20 dogs, nearest 7");

    let mut bed = Bed::with(docs());
    bed.run(ROWS);
    let report = bed.up(both());
    assert_eq!(
        steps(&report),
        [
            "create vector index Doc[near] on v",
            "create full-text index Doc[words] on title"
        ]
    );
    assert_eq!(report.owed, []);
    bed.reopen();
    bed.settled(both());
    bed.run(&["CREATE (:Doc {id: 21, title: 'a dog', v: [7.2, 0.0, 0.0]})"]);
    assert_eq!(found(&bed, "Doc"), "21 dogs, nearest 21");
}

#[test]
fn what_is_said_in_other_words_is_no_change() {
    let bed = Bed::with(both());
    bed.settled(with(
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
fn a_database_from_before_keeps_its_indexes() {
    let bed = Bed::by_hand(&[
        "CREATE NODE TABLE Doc(id INT64 PRIMARY KEY, title STRING, v FLOAT[3], n INT32)",
        "CREATE REL TABLE Cites(FROM Doc TO Doc, w INT64)",
        "CALL CREATE_FTS_INDEX('Doc', 'words', ['title'])",
        "CALL CREATE_VECTOR_INDEX('Doc', 'near', 'v', metric := 'l2')",
        "CALL CREATE_VECTOR_INDEX('Doc', 'mine', 'v')",
    ]);
    bed.run(ROWS);
    let report = bed.up(both());
    assert!(report.steps.is_empty(), "{report}");
    assert_eq!(found(&bed, "Doc"), "20 dogs, nearest 7");
    assert_eq!(listed(&bed), "Doc|mine; Doc|near; Doc|words");
}

/// What the engine cannot index is refused before anything is touched.
#[test]
fn refused_at_plan_time() {
    let bed = Bed::new();
    for (said, why) in [
        (index("a", IndexKind::FullText, &["n"], &[]), "needs STRING"),
        (
            index("a", IndexKind::Vector, &["title"], &[]),
            "array of FLOAT or DOUBLE",
        ),
        (
            index("a b", IndexKind::Vector, &["v"], &[]),
            "letters, digits and underscores",
        ),
        (text(&[("stemmer", "klingon")]), "cannot be `klingon`"),
        (text(&[("ignore_pattern", "[a-f]+")]), "for no later one"),
        (vector(&[("ml", "99999")]), "cannot be `99999`"),
        (text(&[("stopwords", "/etc/passwd")]), "no node table"),
        (text(&[("stopwords", "Doc")]), "no node table"),
    ] {
        let error = bed.refused(with(docs(), "Doc", &[said])).to_string();
        assert!(error.contains(why), "{error}");
    }
    let error = bed.refused(with(docs(), "Cites", &[text(&[])])).to_string();
    assert!(error.contains("no rel tables"), "{error}");
}

mod words {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Stop {
        #[kuzu(primary_key)]
        word: String,
    }
}

#[test]
fn stop_words_of_a_table() {
    let bed = Bed::with(schema![v1::Doc, v1::Cites, words::Stop]);
    bed.run(ROWS);
    bed.run(&["CREATE (:Stop {word: 'dogs'})"]);
    let said = schema![v1::Doc, v1::Cites, words::Stop];
    let said = with(
        said,
        "Doc",
        &[text(&[("stopwords", "Stop"), ("stemmer", "none")])],
    );
    bed.up(said);
    let count = |word: &str| {
        bed.rows(&format!(
            "CALL QUERY_FTS_INDEX('Doc', 'words', '{word}') RETURN count(*)"
        ))
    };
    assert_eq!((count("dogs"), count("running")), ("0".into(), "20".into()));
}

/// B21: beside an open transaction no index can be made. It stays owed, and the next start does it.
#[test]
fn b21_owed_beside_a_reader() {
    let bed = Bed::with(docs());
    bed.run(ROWS);
    let reader = bed.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    reader.query("MATCH (d:Doc) RETURN count(*)").unwrap();
    let said = with(docs(), "Doc", &[text(&[])]);
    let report = bed.migrate(said.clone()).unwrap();
    assert_eq!(report.owed.len(), 1, "{report}");
    assert!(!report.is_up_to_date());
    assert!(
        report
            .to_string()
            .contains("still owed: create full-text index Doc[words]")
    );
    assert_eq!(bed.drift(), "");
    reader.query("COMMIT").unwrap();
    let report = bed.up(said);
    assert_eq!(
        steps(&report),
        ["create full-text index Doc[words] on title"]
    );
    assert_eq!(
        bed.rows("CALL QUERY_FTS_INDEX('Doc', 'words', 'dog') RETURN count(*)"),
        "20"
    );
}
