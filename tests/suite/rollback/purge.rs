//! Archived objects are listed, and purged only on request and with permission.

use kuzu_ddl::archive::list_archived;
use kuzu_ddl::history::History;
use kuzu_ddl::{Error, HazardKind, Migrator, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
        x: i32,
        #[kuzu(default = 7)]
        keep: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Old {
        #[kuzu(primary_key)]
        id: i64,
        text: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A, multiplicity = "many_one")]
    pub(super) struct R {
        w: Option<i64>,
        k: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Old, to = A)]
    pub(super) struct Tie {
        n: Option<i64>,
    }
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(dropped("s"))]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        x: i64,
        #[kuzu(default = 7)]
        keep: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A, multiplicity = "many_one", dropped("w"))]
    pub(super) struct R {
        k: Option<i64>,
    }
}

fn old() -> Declaration {
    schema![v1::A, v1::Old, v1::R, v1::Tie]
}

fn new() -> Declaration {
    schema![v2::A, v2::R; dropped "Old", "Tie"]
}

/// A migrated database with five archived objects.
fn archived() -> TestDatabase {
    let db = TestDatabase::migrated(old());
    db.execute(&[
        "UNWIND range(1, 40) AS i CREATE (:A {id: i, s: 'text of ' + CAST(i AS STRING), x: i})",
        "MATCH (a:A {id: 40}) SET a.s = NULL",
        "CREATE (:Old {id: 1, text: 'first'}), (:Old {id: 2, text: 'second'})",
        "MATCH (a:A), (b:A {id: 1}) WHERE a.id > 1 CREATE (a)-[:R {w: a.id, k: -a.id}]->(b)",
        "MATCH (o:Old), (a:A {id: 3}) CREATE (o)-[:Tie {n: o.id}]->(a)",
        "CHECKPOINT",
    ]);
    db.migrate_cleanly(new());
    db
}

fn purge<'a>(db: &'a TestDatabase, declaration: Declaration, objects: &[&str]) -> Migrator<'a> {
    objects
        .iter()
        .fold(db.migrator(declaration), |migrator, object| {
            migrator
                .purge(*object)
                .allow(HazardKind::DeletesData, *object)
                .allow(HazardKind::Irreversible, *object)
        })
}

fn names(db: &TestDatabase) -> Vec<String> {
    let archived = list_archived(db.kuzu()).unwrap();
    archived
        .into_iter()
        .map(|archived| archived.object)
        .collect()
}

/// The rows that no purge may change.
fn remaining_rows(db: &TestDatabase) -> String {
    db.rows("MATCH (a:A) RETURN count(*), sum(a.x), sum(a.keep)")
        + " / "
        + &db.rows("MATCH (:A)-[r:R]->(b:A) RETURN count(*), sum(r.k), min(b.id)")
}

const REMAINING: &str = "40|820|280 / 39|-819|1";

#[test]
fn archived_objects_are_listed() {
    let db = archived();
    let archived = list_archived(db.kuzu()).unwrap();
    let text: Vec<String> = archived.iter().map(ToString::to_string).collect();
    let text = text.join("\n");
    for line in [
        "property A.s, 39 values, about 1 KiB, as A.s__a_",
        "old values of A.x, 40 values, about 1 KiB, as A.x__a_",
        "property R.w, 39 values, about 1 KiB, as R.w__a_",
        "node table Old, 2 rows, about 1 KiB, as Old__a_",
        "rel table Tie, 2 rows, about 1 KiB, as Tie__a_",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert_eq!(archived.len(), 5, "{text}");
    let history = History::read(db.kuzu()).unwrap();
    for one in &archived {
        let entry = history
            .entries()
            .iter()
            .find(|e| e.event == one.archived_by)
            .unwrap();
        assert_eq!(
            (entry.revision, Some(entry.recorded_at_ms)),
            (Some(2), one.archived_at_ms)
        );
    }
    let json = serde_json::to_string(&archived).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<kuzu_ddl::archive::ArchivedObject>>(&json).unwrap(),
        archived
    );
    // An empty database has no archives.
    assert_eq!(list_archived(TestDatabase::new().kuzu()).unwrap(), []);
}

#[test]
fn purge_is_blocked_until_allowed() {
    let db = archived();
    let e = db.assert_fails(db.migrator(new()).purge("A.s"));
    let text = e.to_string();
    assert!(matches!(e, Error::HazardsNotAllowed { .. }), "{text}");
    for line in [
        "deletes data: A.s, 39 values",
        "help: allow it with `.allow(HazardKind::DeletesData, \"A.s\")` on the Migrator",
        "irreversible: A.s, 39 values",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let e = db.assert_fails(db.migrator(new()).purge("A.nothing"));
    assert!(
        e.to_string().contains("no archived object has this name"),
        "{e}"
    );
    let e = db.assert_fails(purge(&db, new(), &["Old"]));
    assert!(
        e.to_string()
            .contains("still connects it\n    help: purge that one too"),
        "{e}"
    );
}

#[test]
fn purged_property_is_removed_by_a_rebuild() {
    let mut db = archived();
    let before = remaining_rows(&db);
    assert_eq!(before, REMAINING);
    let plan = purge(&db, new(), &["A.s", "R.w"]).plan().unwrap();
    let cypher: Vec<&String> = plan.steps.iter().flat_map(|step| &step.cypher).collect();
    assert!(
        !cypher
            .iter()
            .any(|c| c.starts_with("ALTER") && c.contains(" DROP ")),
        "{plan}"
    );
    let report = purge(&db, new(), &["A.s", "R.w"]).migrate().unwrap();
    assert_eq!(report.events.len(), 2, "{report}");
    for _ in 0..2 {
        db.assert_up_to_date(new());
        assert_eq!(remaining_rows(&db), REMAINING);
        assert_eq!(names(&db), ["A.x", "Old", "Tie"]);
        // Its rels still exist, archived or not.
        assert_eq!(db.rows("MATCH (t)-[r]->(a:A {id: 3}) RETURN count(*)"), "2");
        db.reopen();
    }
    // The engine treats it like any other table.
    db.execute(&["CREATE (:A {id: 100, x: 0, keep: 0})", "CHECKPOINT"]);
    db.reopen();
    assert_eq!(db.rows("MATCH (a:A) RETURN count(*)"), "41");
    let text = History::read(db.kuzu()).unwrap().to_string();
    assert!(
        text.contains("purge A.s") && text.contains("purge R.w"),
        "{text}"
    );
}

#[test]
fn archived_values_and_tables_are_purged() {
    let mut db = archived();
    let column = list_archived(db.kuzu()).unwrap();
    let column = column
        .iter()
        .find(|a| a.object == "A.x")
        .unwrap()
        .name
        .clone();
    purge(&db, new(), &["Old", "Tie"])
        .purge(&*column)
        .allow(HazardKind::DeletesData, "A.x")
        .migrate()
        .unwrap();
    for _ in 0..2 {
        db.assert_up_to_date(new());
        assert_eq!(remaining_rows(&db), REMAINING);
        assert_eq!(names(&db), ["A.s", "R.w"]);
        db.reopen();
    }
    let tables = db.rows("CALL show_tables() RETURN name ORDER BY name");
    assert_eq!(tables, "A; R; _kuzu_ddl_ledger");
}

#[test]
fn purged_objects_cannot_be_restored() {
    let db = archived();
    purge(&db, new(), &["A.s", "Old", "Tie"]).migrate().unwrap();
    for object in ["A.s", "Old"] {
        let e = db.assert_fails(db.migrator(new()).restore(object));
        assert!(
            e.to_string()
                .contains("was dropped and purged; its data no longer exist"),
            "{e}"
        );
        let e = db.assert_fails(purge(&db, new(), &[object]));
        assert!(e.to_string().contains("no archived object"), "{e}");
    }
    // The binary that declares it is refused, and may request a new, empty one.
    let e = db.assert_refused(schema![v1::A, v1::Old, v1::R, v1::Tie]);
    assert!(e.to_string().contains(".recreate(\"A.s\")"), "{e}");
    let again = schema![v3::A, v2::R; dropped "Old", "Tie"];
    db.migrator(again.clone())
        .recreate("A.s")
        .migrate()
        .unwrap();
    db.assert_up_to_date(again);
    assert_eq!(db.rows("MATCH (a:A) RETURN count(*), count(a.s)"), "40|0");
}

mod v3 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
        x: i64,
        #[kuzu(default = 7)]
        keep: i64,
    }
}

#[test]
fn purge_of_an_ambiguous_name_is_refused() {
    let db = archived();
    let again = schema![v3::A, v2::R; dropped "Old", "Tie"];
    db.migrator(again).recreate("A.s").migrate().unwrap();
    db.execute(&["MATCH (a:A) SET a.s = 'newer'"]);
    let third = || schema![v2::A, v2::R; dropped "Tie", "Old", "None"];
    // The tombstone comes back with another declaration, so it acts again.
    db.migrator(third()).migrate().unwrap();
    let e = db.assert_fails(purge(&db, third(), &["A.s"]));
    let text = e.to_string();
    assert!(
        text.contains("several archived objects") && text.contains("A.s__a_"),
        "{text}"
    );
    let first = list_archived(db.kuzu()).unwrap();
    let first = first
        .iter()
        .filter(|a| a.object == "A.s")
        .min_by_key(|a| a.archived_at_ms)
        .unwrap();
    db.migrator(third())
        .purge(&*first.name)
        .allow(HazardKind::DeletesData, "A.s")
        .allow(HazardKind::Irreversible, "A.s")
        .migrate()
        .unwrap();
    db.migrator(third()).restore("A.s").migrate().unwrap();
    assert_eq!(
        db.rows("MATCH (a:A) RETURN count(a.s), min(a.s)"),
        "40|newer"
    );
}
