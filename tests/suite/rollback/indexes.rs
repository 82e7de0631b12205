//! Rollback and purge of indexed tables.

use kuzu_ddl::history::Point;
use kuzu_ddl::{HazardKind, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Doc {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(fts_index(name = "words"))]
        title: String,
        note: Option<String>,
        #[kuzu(vector_index(name = "near", metric = "l2"))]
        v: [f32; 2],
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Doc, to = Doc)]
    pub(super) struct Cites {
        w: i64,
    }
}

/// The full-text index has another property and other options, the vector index is removed.
mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(dropped("note"))]
    pub(super) struct Doc {
        #[kuzu(primary_key)]
        id: i64,
        title: String,
        #[kuzu(fill = "'walking cats'", fts_index(name = "words", stemmer = "none"))]
        body: String,
        v: [f32; 2],
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Doc, to = Doc)]
    pub(super) struct Cites {
        w: i64,
    }
}

/// The indexed properties are dropped.
mod v3 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(dropped("title", "v"))]
    pub(super) struct Doc {
        #[kuzu(primary_key)]
        id: i64,
        note: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Doc, to = Doc)]
    pub(super) struct Cites {
        w: i64,
    }
}

fn v1() -> Declaration {
    schema![v1::Doc, v1::Cites]
}

fn v2() -> Declaration {
    schema![v2::Doc, v2::Cites]
}

fn v3() -> Declaration {
    schema![v3::Doc, v3::Cites]
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(v1());
    db.execute(&[
        "UNWIND range(1, 20) AS i CREATE (:Doc {id: i, title: 'running dogs', note: 'n', v: [i * 1.0, 0.0]})",
        "MATCH (a:Doc), (b:Doc) WHERE b.id = a.id + 1 CREATE (a)-[:Cites {w: a.id}]->(b)",
    ]);
    db
}

fn matches(db: &TestDatabase, word: &str) -> String {
    db.rows(&format!(
        "CALL QUERY_FTS_INDEX('Doc', 'words', '{word}') RETURN count(*)"
    ))
}

/// Asserts the first version: both indexes find existing and new rows.
#[track_caller]
fn is_v1(db: &mut TestDatabase, rows: usize) {
    for n in rows..rows + 2 {
        db.assert_up_to_date(v1());
        assert_eq!(matches(db, "dog"), n.to_string());
        assert_eq!(
            db.rows("CALL QUERY_VECTOR_INDEX('Doc', 'near', CAST([7.1, 0.0] AS FLOAT[2]), 1) RETURN node.id"),
            "7"
        );
        assert_eq!(
            db.rows("MATCH ()-[c:Cites]->() RETURN count(*), sum(c.w)"),
            "19|190"
        );
        let row = format!("CREATE (:Doc {{id: {n}00, title: 'a dog', v: [99.0, 9.0]}})");
        db.execute(&[&row, "CHECKPOINT"]);
        db.reopen();
    }
}

#[test]
fn former_indexes_are_recreated() {
    let mut db = populated();
    db.migrate_cleanly(v2());
    assert_eq!(
        (matches(&db, "cat"), matches(&db, "cats")),
        ("0".into(), "20".into())
    );
    let report = db.migrator(v2()).rollback(Point::Revision(1)).unwrap();
    assert_eq!(report.deferred, []);
    is_v1(&mut db, 20);
    // Reapplied.
    db.migrator(v2()).reapply_rolled_back().migrate().unwrap();
    db.assert_up_to_date(v2());
    assert_eq!(matches(&db, "cats"), "20");
    db.reopen();
    db.assert_up_to_date(v2());
}

#[test]
fn indexes_of_archived_properties_are_restored() {
    let mut db = populated();
    db.migrate_cleanly(v3());
    let report = db.migrator(v3()).rollback(Point::Revision(1)).unwrap();
    assert_eq!(report.deferred, []);
    is_v1(&mut db, 20);
}

#[test]
fn indexes_of_archived_tables_are_restored() {
    let mut db = populated();
    db.migrate_cleanly(schema![; dropped "Doc", "Cites"]);
    let report = db.migrator(v1()).rollback(Point::Revision(1)).unwrap();
    assert_eq!(report.deferred, []);
    is_v1(&mut db, 20);
}

fn purge(db: &TestDatabase, declaration: Declaration, objects: &[&str]) {
    let migrator = objects
        .iter()
        .fold(db.migrator(declaration), |migrator, object| {
            migrator
                .purge(*object)
                .allow(HazardKind::DeletesData, *object)
                .allow(HazardKind::Irreversible, *object)
        });
    migrator.migrate().unwrap_or_else(|e| panic!("{e}"));
}

/// The index of an archived column is removed with it, and one of a live column is recreated by the
/// rebuild.
#[test]
fn purge_of_a_property_rebuilds_the_indexes() {
    let mut db = populated();
    db.migrate_cleanly(v2());
    purge(&db, v2(), &["Doc.note"]);
    db.assert_up_to_date(v2());
    assert_eq!(matches(&db, "cats"), "20");
    db.reopen();
    db.assert_up_to_date(v2());
    db.execute(&[
        "CREATE (:Doc {id: 21, title: 't', body: 'cats', v: [1.0, 1.0]})",
        "CHECKPOINT",
    ]);
    db.reopen();
    assert_eq!(matches(&db, "cats"), "21");

    let mut db = populated();
    db.migrate_cleanly(v3());
    purge(&db, v3(), &["Doc.title", "Doc.v"]);
    db.assert_up_to_date(v3());
    assert_eq!(db.rows("CALL show_indexes() RETURN index_name"), "");
    db.execute(&["CREATE (:Doc {id: 21})", "CHECKPOINT"]);
    db.reopen();
    db.assert_up_to_date(v3());
    assert_eq!(db.rows("MATCH (d:Doc) RETURN count(*)"), "21");
}

#[test]
fn purge_of_an_indexed_table_frees_its_names() {
    let mut db = populated();
    let none = || schema![; dropped "Doc", "Cites"];
    db.migrate_cleanly(none());
    purge(&db, none(), &["Cites", "Doc"]);
    db.assert_up_to_date(none());
    assert_eq!(db.rows("CALL show_indexes() RETURN index_name"), "");
    db.reopen();
    db.assert_up_to_date(none());
    // The names are free for tables and for indexes.
    db.migrator(v1())
        .recreate("Doc")
        .recreate("Cites")
        .migrate()
        .unwrap();
    db.assert_up_to_date(v1());
    db.execute(&["CREATE (:Doc {id: 1, title: 'dogs', v: [1.0, 1.0]})"]);
    assert_eq!(matches(&db, "dog"), "1");
}
