//! Full-text and vector indexes: made after the commit, kept through every change of their table,
//! and gone only with it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod kill;
mod tried;

use std::collections::BTreeMap;

use crate::bed::{Bed, Said};
use kuzu_ddl::schema::{Index, IndexKind, Key};
use kuzu_ddl::{DriftPolicy, Error, HazardKind, Report, schema};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Doc {
        #[kuzu(primary_key)]
        id: i64,
        title: String,
        v: [f32; 3],
        n: Option<i32>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Doc, to = Doc)]
    pub(super) struct Cites {
        w: i64,
    }
}

fn index(name: &str, kind: IndexKind, on: &[&str], options: &[(&str, &str)]) -> Index {
    let pair = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    Index {
        name: name.into(),
        kind,
        properties: on.iter().map(|p| Key::new(p)).collect(),
        options: options.iter().map(pair).collect(),
    }
}

fn text(options: &[(&str, &str)]) -> Index {
    index("words", IndexKind::FullText, &["title"], options)
}

fn vector(options: &[(&str, &str)]) -> Index {
    index("near", IndexKind::Vector, &["v"], options)
}

/// A declaration with these indexes on the table `table`.
fn with(said: Said, table: &str, indexes: &[Index]) -> Said {
    said.map(|mut declared| {
        let table = declared.schema.tables.get_mut(&Key::new(table)).unwrap();
        let keyed = indexes.iter().map(|ix| (Key::new(&ix.name), ix.clone()));
        table.indexes = keyed.collect::<BTreeMap<_, _>>();
        declared
    })
}

fn docs() -> Said {
    schema![v1::Doc, v1::Cites]
}

fn both() -> Said {
    with(docs(), "Doc", &[text(&[]), vector(&[("metric", "l2")])])
}

const ROWS: &[&str] = &[
    "UNWIND range(1, 20) AS i CREATE (:Doc {id: i, title: 'running dogs ' + CAST(i AS STRING), v: [i * 1.0, 0.0, 0.0], n: i})",
    "MATCH (a:Doc), (b:Doc) WHERE b.id = a.id + 1 CREATE (a)-[:Cites {w: a.id}]->(b)",
];

/// What is found: the stemmed word, and the nearest key.
fn found(bed: &Bed, table: &str) -> String {
    let words = bed.rows(&format!(
        "CALL QUERY_FTS_INDEX('{table}', 'words', 'dog') RETURN count(*)"
    ));
    let near = bed.rows(&format!(
        "CALL QUERY_VECTOR_INDEX('{table}', 'near', CAST([7.15, 0.0, 0.0] AS FLOAT[3]), 1) RETURN CAST(node.id AS STRING)"
    ));
    format!("{words} dogs, nearest {near}")
}

fn listed(bed: &Bed) -> String {
    bed.rows("CALL show_indexes() RETURN table_name, index_name ORDER BY table_name, index_name")
}

/// One word of each step.
fn steps(report: &Report) -> Vec<String> {
    report
        .steps
        .iter()
        .map(|s| s.operation.to_string())
        .collect()
}

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
fn an_option_is_changed_by_a_rebuild() {
    let mut bed = Bed::with(both());
    bed.run(ROWS);
    let said = with(
        docs(),
        "Doc",
        &[
            text(&[("stemmer", "none")]),
            vector(&[("metric", "l2"), ("efc", "100")]),
        ],
    );
    let report = bed.up(said.clone());
    let steps = steps(&report).join("\n");
    assert!(steps.contains("copy the nodes of Doc"), "{steps}");
    assert!(steps.contains("drop vector index Doc[near]"), "{steps}");
    // Not stemmed any more.
    assert_eq!(found(&bed, "Doc"), "0 dogs, nearest 7");
    assert_eq!(
        bed.rows("MATCH (:Doc)-[c:Cites]->(:Doc) RETURN count(*), sum(c.w)"),
        "19|190"
    );
    bed.run(&[
        "CREATE (:Doc {id: 21, title: 'dog', v: [7.2, 0.0, 0.0]})",
        "CHECKPOINT",
    ]);
    bed.reopen();
    assert_eq!(found(&bed, "Doc"), "1 dogs, nearest 21");
    bed.settled(said);
}

/// No longer declared in a struct that is: it goes. A struct that is not declared keeps its own.
#[test]
fn an_index_is_dropped_with_its_declaration() {
    let mut bed = Bed::with(both());
    bed.run(ROWS);
    bed.up(schema![]);
    assert_eq!(found(&bed, "Doc"), "20 dogs, nearest 7");
    bed.up(with(docs(), "Doc", &[text(&[])]));
    assert_eq!(listed(&bed), "Doc|words");
    bed.up(docs());
    assert_eq!(listed(&bed), "");
    bed.run(&[
        "CREATE (:Doc {id: 21, title: 'dog', v: [7.2, 0.0, 0.0]})",
        "CHECKPOINT",
    ]);
    bed.reopen();
    bed.run(&["MATCH (d:Doc {id: 3}) SET d.v = [0.0, 0.0, 1.0], d.title = 'x'"]);
    // Old and new binaries in turn: the one that declares it does not bring it back.
    let report = bed.migrate(both()).unwrap();
    assert!(report.is_up_to_date(), "{report}");
    bed.settled(docs());
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// Renamed, as is what is indexed, and another property has another type.
    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "Doc")]
    pub(super) struct Paper {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "title")]
        name: String,
        #[kuzu(renamed_from = "v")]
        vec: [f32; 3],
        n: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Paper, to = Paper)]
    pub(super) struct Cites {
        w: i64,
    }
}

#[test]
fn renames_and_the_change_of_another_property_keep_it() {
    let mut bed = Bed::with(both());
    bed.run(ROWS);
    let said = with(
        schema![v2::Paper, v2::Cites],
        "Paper",
        &[
            index("words", IndexKind::FullText, &["name"], &[]),
            index("near", IndexKind::Vector, &["vec"], &[("metric", "l2")]),
        ],
    );
    let report = bed.up(said.clone());
    let steps = steps(&report).join("\n");
    assert!(
        !steps.contains("index") && !steps.contains("copy"),
        "{steps}"
    );
    bed.reopen();
    bed.run(&["CREATE (:Paper {id: 21, name: 'dog', vec: [7.2, 0.0, 0.0]})"]);
    assert_eq!(found(&bed, "Paper"), "21 dogs, nearest 21");
    bed.settled(said);
}

mod v3 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// The indexed property has another type.
    #[derive(KuzuNode)]
    pub(super) struct Doc {
        #[kuzu(primary_key)]
        id: i64,
        title: String,
        #[kuzu(cast = "CAST(old AS DOUBLE[3])")]
        v: [f64; 3],
        n: Option<i32>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Doc, to = Doc)]
    pub(super) struct Cites {
        w: i64,
    }

    pub(super) mod key {
        use kuzu_ddl::{KuzuEdge, KuzuNode};

        /// Another key.
        #[derive(KuzuNode)]
        pub(crate) struct Doc {
            #[kuzu(primary_key, cast = "CAST(old AS STRING)")]
            id: String,
            title: String,
            v: [f32; 3],
            n: Option<i32>,
        }

        #[derive(KuzuEdge)]
        #[kuzu(from = Doc, to = Doc)]
        pub(crate) struct Cites {
            w: i64,
        }
    }
}

#[test]
fn changes_of_the_indexed_type_and_of_the_key_make_it_anew() {
    for (said, nearest) in [
        (
            schema![v3::Doc, v3::Cites],
            "CAST([7.15, 0.0, 0.0] AS DOUBLE[3])",
        ),
        (
            schema![v3::key::Doc, v3::key::Cites],
            "CAST([7.15, 0.0, 0.0] AS FLOAT[3])",
        ),
    ] {
        let mut bed = Bed::with(both());
        bed.run(ROWS);
        let said = with(said, "Doc", &[text(&[]), vector(&[("metric", "l2")])]);
        bed.up(said.clone());
        bed.reopen();
        let near = format!(
            "CALL QUERY_VECTOR_INDEX('Doc', 'near', {nearest}, 1) RETURN CAST(node.id AS STRING)"
        );
        assert_eq!(bed.rows(&near), "7");
        assert_eq!(
            bed.rows("CALL QUERY_FTS_INDEX('Doc', 'words', 'dog') RETURN count(*)"),
            "20"
        );
        assert_eq!(
            bed.rows("MATCH (:Doc)-[c:Cites]->(:Doc) RETURN count(*), sum(c.w)"),
            "19|190"
        );
        bed.settled(said);
    }
}

mod v4 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(dropped("title"))]
    pub(super) struct Doc {
        #[kuzu(primary_key)]
        id: i64,
        v: [f32; 3],
        n: Option<i32>,
    }
}

/// An archived table keeps its indexes, an archived property too; both come back whole.
#[test]
fn archived_and_restored() {
    let mut bed = Bed::with(both());
    bed.run(ROWS);
    bed.up(schema![; dropped "Doc", "Cites"]);
    bed.reopen();
    let report = bed
        .migrator(both())
        .restore("Doc")
        .restore("Cites")
        .migrate()
        .unwrap();
    assert_eq!(report.owed, []);
    bed.settled(both());
    assert_eq!(found(&bed, "Doc"), "20 dogs, nearest 7");

    let gone = with(schema![v4::Doc], "Doc", &[vector(&[("metric", "l2")])]);
    let report = bed.up(gone.clone());
    assert!(!steps(&report).join("\n").contains("copy"), "{report}");
    bed.run(&["CREATE (:Doc {id: 21, v: [7.2, 0.0, 0.0]})"]);
    bed.reopen();
    bed.settled(gone);
    let report = bed.migrator(both()).restore("Doc.title").migrate().unwrap();
    assert_eq!(report.owed, []);
    bed.settled(both());
    assert_eq!(found(&bed, "Doc"), "20 dogs, nearest 21");
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

#[test]
fn made_or_dropped_by_hand_is_drift() {
    let bed = Bed::with(docs());
    bed.run(&["CALL CREATE_FTS_INDEX('Doc', 'words', ['title'])"]);
    match bed.refused(docs()) {
        Error::Drift(rows) => assert_eq!(rows[0].object, "Doc[words]"),
        other => panic!("{other}"),
    }
    // Declared by now, it is taken in.
    bed.up(with(docs(), "Doc", &[text(&[])]));

    let bed = Bed::with(docs());
    bed.run(&["CALL CREATE_FTS_INDEX('Doc', 'words', ['title'])"]);
    bed.migrator(docs())
        .drift(DriftPolicy::Adopt)
        .migrate()
        .unwrap();
    bed.settled(docs());
    bed.run(&["CALL DROP_FTS_INDEX('Doc', 'words')", "CHECKPOINT"]);
    assert!(matches!(bed.refused(docs()), Error::Drift(_)));
    bed.migrator(docs())
        .drift(DriftPolicy::Recreate)
        .migrate()
        .unwrap();
    assert_eq!(listed(&bed), "Doc|words");
}

/// What the engine cannot index is refused before anything is touched.
#[test]
fn refused_at_plan_time() {
    let bed = Bed::new();
    for (said, why) in [
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
            "only to the rows that exist",
        ),
        (vector(&[("ml", "99999")]), "invalid value `99999`"),
        (text(&[("stopwords", "/etc/passwd")]), "no node table"),
        (text(&[("stopwords", "Doc")]), "no node table"),
    ] {
        let error = bed.refused(with(docs(), "Doc", &[said])).to_string();
        assert!(error.contains(why), "{error}");
    }
    let error = bed.refused(with(docs(), "Cites", &[text(&[])])).to_string();
    assert!(error.contains("cannot index rel tables"), "{error}");
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

/// B19: on a table of which a property was dropped in place, an index would crash the engine.
#[test]
fn a_table_with_a_gap_is_rebuilt_first() {
    let mut bed = Bed::by_hand(&[
        "CREATE NODE TABLE Doc(id INT64 PRIMARY KEY, old STRING, title STRING, v FLOAT[3], n INT32)",
        "CREATE REL TABLE Cites(FROM Doc TO Doc, w INT64)",
        "ALTER TABLE Doc DROP old",
        "CHECKPOINT",
    ]);
    bed.run(ROWS);
    bed.run(&["CHECKPOINT"]);
    // A first start says what is: that the rows are written anew is asked about.
    let report = bed
        .migrator(both())
        .allow(HazardKind::RewritesData, "Doc")
        .allow(HazardKind::RewritesData, "Cites")
        .migrate()
        .unwrap();
    bed.settled(both());
    assert!(
        steps(&report).join("\n").contains("copy the nodes of Doc"),
        "{report}"
    );
    bed.run(&[
        "CREATE (:Doc {id: 21, title: 'dog', v: [7.2, 0.0, 0.0]})",
        "CHECKPOINT",
    ]);
    bed.reopen();
    assert_eq!(found(&bed, "Doc"), "21 dogs, nearest 21");
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

/// The rows a rebuild touches are told, and the source's word is leave enough.
#[test]
fn dropping_tells_its_price() {
    let bed = Bed::with(both());
    bed.run(ROWS);
    let plan = bed.migrator(docs()).plan().unwrap();
    let hazards: Vec<_> = plan.steps.iter().flat_map(|s| &s.hazards).collect();
    assert!(
        hazards.iter().all(|h| h.kind == HazardKind::RewritesData),
        "{plan}"
    );
    assert!(
        hazards
            .iter()
            .any(|h| h.object == "Doc" && h.rows == Some(20)),
        "{plan}"
    );
}
