//! Going back, and purging, where tables have indexes.

use crate::fixture::{Bed, Said};
use kuzu_ddl::{HazardKind, Point, schema};

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

/// The full-text index is of another property and of other words, the vector index is gone.
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

/// What is indexed is dropped.
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

fn v1() -> Said {
    schema![v1::Doc, v1::Cites]
}

fn v2() -> Said {
    schema![v2::Doc, v2::Cites]
}

fn v3() -> Said {
    schema![v3::Doc, v3::Cites]
}

fn made() -> Bed {
    let bed = Bed::with(v1());
    bed.run(&[
        "UNWIND range(1, 20) AS i CREATE (:Doc {id: i, title: 'running dogs', note: 'n', v: [i * 1.0, 0.0]})",
        "MATCH (a:Doc), (b:Doc) WHERE b.id = a.id + 1 CREATE (a)-[:Cites {w: a.id}]->(b)",
    ]);
    bed
}

fn words(bed: &Bed, word: &str) -> String {
    bed.rows(&format!(
        "CALL QUERY_FTS_INDEX('Doc', 'words', '{word}') RETURN count(*)"
    ))
}

/// The first version, whole: both indexes find what is there, and rows that come.
#[track_caller]
fn is_v1(bed: &mut Bed, rows: usize) {
    for n in rows..rows + 2 {
        bed.settled(v1());
        assert_eq!(words(bed, "dog"), n.to_string());
        assert_eq!(
            bed.rows("CALL QUERY_VECTOR_INDEX('Doc', 'near', CAST([7.1, 0.0] AS FLOAT[2]), 1) RETURN node.id"),
            "7"
        );
        assert_eq!(
            bed.rows("MATCH ()-[c:Cites]->() RETURN count(*), sum(c.w)"),
            "19|190"
        );
        let row = format!("CREATE (:Doc {{id: {n}00, title: 'a dog', v: [99.0, 9.0]}})");
        bed.run(&[&row, "CHECKPOINT"]);
        bed.reopen();
    }
}

#[test]
fn indexes_of_then_are_made_anew() {
    let mut bed = made();
    bed.up(v2());
    assert_eq!(
        (words(&bed, "cat"), words(&bed, "cats")),
        ("0".into(), "20".into())
    );
    let report = bed.migrator(v2()).rollback(Point::Revision(1)).unwrap();
    assert_eq!(report.owed, []);
    is_v1(&mut bed, 20);
    // And there again.
    bed.migrator(v2()).redo().migrate().unwrap();
    bed.settled(v2());
    assert_eq!(words(&bed, "cats"), "20");
    bed.reopen();
    bed.settled(v2());
}

#[test]
fn indexes_of_archived_properties_come_back() {
    let mut bed = made();
    bed.up(v3());
    let report = bed.migrator(v3()).rollback(Point::Revision(1)).unwrap();
    assert_eq!(report.owed, []);
    is_v1(&mut bed, 20);
}

#[test]
fn indexes_of_archived_tables_come_back() {
    let mut bed = made();
    bed.up(schema![; dropped "Doc", "Cites"]);
    let report = bed.migrator(v1()).rollback(Point::Revision(1)).unwrap();
    assert_eq!(report.owed, []);
    is_v1(&mut bed, 20);
}

fn purge(bed: &Bed, said: Said, objects: &[&str]) {
    let migrator = objects.iter().fold(bed.migrator(said), |migrator, object| {
        migrator
            .purge(*object)
            .allow(HazardKind::DeletesData, *object)
            .allow(HazardKind::Irreversible, *object)
    });
    migrator.migrate().unwrap_or_else(|e| panic!("{e}"));
}

/// The index of an archived column goes with it, and one of a live column is made anew by the rebuild.
#[test]
fn purging_from_an_indexed_table() {
    let mut bed = made();
    bed.up(v2());
    purge(&bed, v2(), &["Doc.note"]);
    bed.settled(v2());
    assert_eq!(words(&bed, "cats"), "20");
    bed.reopen();
    bed.settled(v2());
    bed.run(&[
        "CREATE (:Doc {id: 21, title: 't', body: 'cats', v: [1.0, 1.0]})",
        "CHECKPOINT",
    ]);
    bed.reopen();
    assert_eq!(words(&bed, "cats"), "21");

    let mut bed = made();
    bed.up(v3());
    purge(&bed, v3(), &["Doc.title", "Doc.v"]);
    bed.settled(v3());
    assert_eq!(bed.rows("CALL show_indexes() RETURN index_name"), "");
    bed.run(&["CREATE (:Doc {id: 21})", "CHECKPOINT"]);
    bed.reopen();
    bed.settled(v3());
    assert_eq!(bed.rows("MATCH (d:Doc) RETURN count(*)"), "21");
}

#[test]
fn purging_an_indexed_table() {
    let mut bed = made();
    let none = || schema![; dropped "Doc", "Cites"];
    bed.up(none());
    purge(&bed, none(), &["Cites", "Doc"]);
    bed.settled(none());
    assert_eq!(bed.rows("CALL show_indexes() RETURN index_name"), "");
    bed.reopen();
    bed.settled(none());
    // The names are free, for a table as for its indexes.
    bed.migrator(v1())
        .recreate("Doc")
        .recreate("Cites")
        .migrate()
        .unwrap();
    bed.settled(v1());
    bed.run(&["CREATE (:Doc {id: 1, title: 'dogs', v: [1.0, 1.0]})"]);
    assert_eq!(words(&bed, "dog"), "1");
}
