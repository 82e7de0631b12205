//! Indexes that are dropped, archived with their table, or drifted.

use kuzu_ddl::{DriftPolicy, Error, HazardKind, schema};

use crate::fixture::TestDatabase;
use crate::fixture::documents::{
    ROWS, both, docs, listed, search_results, steps, text, vector, with,
};

/// An index that its struct no longer declares is dropped. An undeclared struct keeps its indexes.
#[test]
fn undeclared_index_of_a_declared_table_is_dropped() {
    let mut db = TestDatabase::migrated(both());
    db.execute(ROWS);
    db.migrate_cleanly(schema![]);
    assert_eq!(search_results(&db, "Doc"), "20 dogs, nearest 7");
    db.migrate_cleanly(with(docs(), "Doc", &[text(&[])]));
    assert_eq!(listed(&db), "Doc|words");
    db.migrate_cleanly(docs());
    assert_eq!(listed(&db), "");
    db.execute(&[
        "CREATE (:Doc {id: 21, title: 'dog', v: [7.2, 0.0, 0.0]})",
        "CHECKPOINT",
    ]);
    db.reopen();
    db.execute(&["MATCH (d:Doc {id: 3}) SET d.v = [0.0, 0.0, 1.0], d.title = 'x'"]);
    // Old and new binaries in turn: the one that declares it does not recreate it.
    let report = db.migrate(both()).unwrap();
    assert!(report.is_up_to_date(), "{report}");
    db.assert_up_to_date(docs());
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

/// An archived table keeps its indexes, and so does an archived property; both are restored.
#[test]
fn indexes_are_archived_and_restored_with_their_objects() {
    let mut db = TestDatabase::migrated(both());
    db.execute(ROWS);
    db.migrate_cleanly(schema![; dropped "Doc", "Cites"]);
    db.reopen();
    let report = db
        .migrator(both())
        .restore("Doc")
        .restore("Cites")
        .migrate()
        .unwrap();
    assert_eq!(report.deferred, []);
    db.assert_up_to_date(both());
    assert_eq!(search_results(&db, "Doc"), "20 dogs, nearest 7");

    let dropped = with(schema![v4::Doc], "Doc", &[vector(&[("metric", "l2")])]);
    let report = db.migrate_cleanly(dropped.clone());
    assert!(!steps(&report).join("\n").contains("copy"), "{report}");
    db.execute(&["CREATE (:Doc {id: 21, v: [7.2, 0.0, 0.0]})"]);
    db.reopen();
    db.assert_up_to_date(dropped);
    let report = db.migrator(both()).restore("Doc.title").migrate().unwrap();
    assert_eq!(report.deferred, []);
    db.assert_up_to_date(both());
    assert_eq!(search_results(&db, "Doc"), "20 dogs, nearest 21");
}

#[test]
fn manual_index_changes_are_drift() {
    let db = TestDatabase::migrated(docs());
    db.execute(&["CALL CREATE_FTS_INDEX('Doc', 'words', ['title'])"]);
    match db.assert_refused(docs()) {
        Error::DriftDetected(rows) => assert_eq!(rows[0].object, "Doc[words]"),
        other => panic!("{other}"),
    }
    // Declared by now, it is adopted.
    db.migrate_cleanly(with(docs(), "Doc", &[text(&[])]));

    let db = TestDatabase::migrated(docs());
    db.execute(&["CALL CREATE_FTS_INDEX('Doc', 'words', ['title'])"]);
    db.migrator(docs())
        .drift(DriftPolicy::Adopt)
        .migrate()
        .unwrap();
    db.assert_up_to_date(docs());
    db.execute(&["CALL DROP_FTS_INDEX('Doc', 'words')", "CHECKPOINT"]);
    assert!(matches!(db.assert_refused(docs()), Error::DriftDetected(_)));
    db.migrator(docs())
        .drift(DriftPolicy::Recreate)
        .migrate()
        .unwrap();
    assert_eq!(listed(&db), "Doc|words");
}

/// The rewritten rows are reported, and the declaration is sufficient permission.
#[test]
fn plan_reports_the_rewrite_of_a_dropped_index() {
    let db = TestDatabase::migrated(both());
    db.execute(ROWS);
    let plan = db.migrator(docs()).plan().unwrap();
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
