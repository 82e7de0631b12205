//! Changes of an indexed table.

use kuzu_ddl::{HazardKind, schema};
use kuzu_ddl_core::schema::IndexKind;

use crate::fixture::TestDatabase;
use crate::fixture::documents::{
    ROWS, both, docs, index, search_results, steps, text, vector, with,
};

#[test]
fn changed_option_rebuilds_the_table() {
    let mut db = TestDatabase::migrated(both());
    db.execute(ROWS);
    let declaration = with(
        docs(),
        "Doc",
        &[
            text(&[("stemmer", "none")]),
            vector(&[("metric", "l2"), ("efc", "100")]),
        ],
    );
    let report = db.migrate_cleanly(declaration.clone());
    let steps = steps(&report).join("\n");
    assert!(steps.contains("copy the nodes of Doc"), "{steps}");
    assert!(steps.contains("drop vector index Doc[near]"), "{steps}");
    // Without stemming.
    assert_eq!(search_results(&db, "Doc"), "0 dogs, nearest 7");
    assert_eq!(
        db.rows("MATCH (:Doc)-[c:Cites]->(:Doc) RETURN count(*), sum(c.w)"),
        "19|190"
    );
    db.execute(&[
        "CREATE (:Doc {id: 21, title: 'dog', v: [7.2, 0.0, 0.0]})",
        "CHECKPOINT",
    ]);
    db.reopen();
    assert_eq!(search_results(&db, "Doc"), "1 dogs, nearest 21");
    db.assert_up_to_date(declaration);
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// The table and the indexed properties are renamed, and another property has another type.
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
fn indexes_survive_renames() {
    let mut db = TestDatabase::migrated(both());
    db.execute(ROWS);
    let declaration = with(
        schema![v2::Paper, v2::Cites],
        "Paper",
        &[
            index("words", IndexKind::FullText, &["name"], &[]),
            index("near", IndexKind::Vector, &["vec"], &[("metric", "l2")]),
        ],
    );
    let report = db.migrate_cleanly(declaration.clone());
    let steps = steps(&report).join("\n");
    assert!(
        !steps.contains("index") && !steps.contains("copy"),
        "{steps}"
    );
    db.reopen();
    db.execute(&["CREATE (:Paper {id: 21, name: 'dog', vec: [7.2, 0.0, 0.0]})"]);
    assert_eq!(search_results(&db, "Paper"), "21 dogs, nearest 21");
    db.assert_up_to_date(declaration);
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
fn changed_type_or_primary_key_recreates_the_indexes() {
    for (declaration, nearest) in [
        (
            schema![v3::Doc, v3::Cites],
            "CAST([7.15, 0.0, 0.0] AS DOUBLE[3])",
        ),
        (
            schema![v3::key::Doc, v3::key::Cites],
            "CAST([7.15, 0.0, 0.0] AS FLOAT[3])",
        ),
    ] {
        let mut db = TestDatabase::migrated(both());
        db.execute(ROWS);
        let declaration = with(
            declaration,
            "Doc",
            &[text(&[]), vector(&[("metric", "l2")])],
        );
        db.migrate_cleanly(declaration.clone());
        db.reopen();
        let near = format!(
            "CALL QUERY_VECTOR_INDEX('Doc', 'near', {nearest}, 1) RETURN CAST(node.id AS STRING)"
        );
        assert_eq!(db.rows(&near), "7");
        assert_eq!(
            db.rows("CALL QUERY_FTS_INDEX('Doc', 'words', 'dog') RETURN count(*)"),
            "20"
        );
        assert_eq!(
            db.rows("MATCH (:Doc)-[c:Cites]->(:Doc) RETURN count(*), sum(c.w)"),
            "19|190"
        );
        db.assert_up_to_date(declaration);
    }
}

/// B19: an index on a table with a property dropped in place would crash the engine.
#[test]
fn table_with_a_column_gap_is_rebuilt_before_indexing() {
    let mut db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE Doc(id INT64 PRIMARY KEY, old STRING, title STRING, v FLOAT[3], n INT32)",
        "CREATE REL TABLE Cites(FROM Doc TO Doc, w INT64)",
        "ALTER TABLE Doc DROP old",
        "CHECKPOINT",
    ]);
    db.execute(ROWS);
    db.execute(&["CHECKPOINT"]);
    // A first start records what exists: rewriting rows requires permission.
    let report = db
        .migrator(both())
        .allow(HazardKind::RewritesData, "Doc")
        .allow(HazardKind::RewritesData, "Cites")
        .migrate()
        .unwrap();
    db.assert_up_to_date(both());
    assert!(
        steps(&report).join("\n").contains("copy the nodes of Doc"),
        "{report}"
    );
    db.execute(&[
        "CREATE (:Doc {id: 21, title: 'dog', v: [7.2, 0.0, 0.0]})",
        "CHECKPOINT",
    ]);
    db.reopen();
    assert_eq!(search_results(&db, "Doc"), "21 dogs, nearest 21");
}
