//! What is archived is listed, and goes only when somebody says so twice.

use crate::fixture::{Bed, Said};
use kuzu_ddl::{Error, HazardKind, History, Migrator, archives, schema};

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

fn old() -> Said {
    schema![v1::A, v1::Old, v1::R, v1::Tie]
}

fn new() -> Said {
    schema![v2::A, v2::R; dropped "Old", "Tie"]
}

/// A migrated database with five archived things.
fn archived() -> Bed {
    let bed = Bed::with(old());
    bed.run(&[
        "UNWIND range(1, 40) AS i CREATE (:A {id: i, s: 'text of ' + CAST(i AS STRING), x: i})",
        "MATCH (a:A {id: 40}) SET a.s = NULL",
        "CREATE (:Old {id: 1, text: 'first'}), (:Old {id: 2, text: 'second'})",
        "MATCH (a:A), (b:A {id: 1}) WHERE a.id > 1 CREATE (a)-[:R {w: a.id, k: -a.id}]->(b)",
        "MATCH (o:Old), (a:A {id: 3}) CREATE (o)-[:Tie {n: o.id}]->(a)",
        "CHECKPOINT",
    ]);
    bed.up(new());
    bed
}

fn purge<'a>(bed: &'a Bed, said: Said, objects: &[&str]) -> Migrator<'a> {
    objects.iter().fold(bed.migrator(said), |migrator, object| {
        migrator
            .purge(*object)
            .allow(HazardKind::DeletesData, *object)
            .allow(HazardKind::Irreversible, *object)
    })
}

fn names(bed: &Bed) -> Vec<String> {
    let found = archives(bed.db()).unwrap();
    found.into_iter().map(|archived| archived.object).collect()
}

/// The rows that no purge may touch.
fn kept(bed: &Bed) -> String {
    bed.rows("MATCH (a:A) RETURN count(*), sum(a.x), sum(a.keep)")
        + " / "
        + &bed.rows("MATCH (:A)-[r:R]->(b:A) RETURN count(*), sum(r.k), min(b.id)")
}

const KEPT: &str = "40|820|280 / 39|-819|1";

#[test]
fn what_is_archived_is_listed() {
    let bed = archived();
    let found = archives(bed.db()).unwrap();
    let text: Vec<String> = found.iter().map(ToString::to_string).collect();
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
    assert_eq!(found.len(), 5, "{text}");
    let history = History::read(bed.db()).unwrap();
    for one in &found {
        let entry = history
            .entries()
            .iter()
            .find(|e| e.event == one.by)
            .unwrap();
        assert_eq!((entry.revision, Some(entry.at)), (Some(2), one.at));
    }
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<kuzu_ddl::Archived>>(&json).unwrap(),
        found
    );
    // An empty database has nothing.
    assert_eq!(archives(Bed::new().db()).unwrap(), []);
}

#[test]
fn a_purge_says_what_it_deletes_and_is_blocked() {
    let bed = archived();
    let e = bed.fails(bed.migrator(new()).purge("A.s"));
    let text = e.to_string();
    assert!(matches!(e, Error::Blocked { .. }), "{text}");
    for line in [
        "deletes data: A.s, 39 values; to allow it, write `.allow(HazardKind::DeletesData, \"A.s\")`",
        "irreversible: A.s, 39 values",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let e = bed.fails(bed.migrator(new()).purge("A.nothing"));
    assert!(
        e.to_string().contains("nothing archived has this name"),
        "{e}"
    );
    let e = bed.fails(purge(&bed, new(), &["Old"]));
    assert!(
        e.to_string().contains("still joins it; purge that one too"),
        "{e}"
    );
}

#[test]
fn a_property_goes_by_a_rebuild() {
    let mut bed = archived();
    let before = kept(&bed);
    assert_eq!(before, KEPT);
    let plan = purge(&bed, new(), &["A.s", "R.w"]).plan().unwrap();
    let cypher: Vec<&String> = plan.steps.iter().flat_map(|step| &step.cypher).collect();
    assert!(
        !cypher
            .iter()
            .any(|c| c.starts_with("ALTER") && c.contains(" DROP ")),
        "{plan}"
    );
    let report = purge(&bed, new(), &["A.s", "R.w"]).migrate().unwrap();
    assert_eq!(report.events.len(), 2, "{report}");
    for _ in 0..2 {
        bed.settled(new());
        assert_eq!(kept(&bed), KEPT);
        assert_eq!(names(&bed), ["A.x", "Old", "Tie"]);
        // What joined it still joins it, archived or not.
        assert_eq!(
            bed.rows("MATCH (t)-[r]->(a:A {id: 3}) RETURN count(*)"),
            "2"
        );
        bed.reopen();
    }
    // The engine goes on with it as with any other table.
    bed.run(&["CREATE (:A {id: 100, x: 0, keep: 0})", "CHECKPOINT"]);
    bed.reopen();
    assert_eq!(bed.rows("MATCH (a:A) RETURN count(*)"), "41");
    let text = History::read(bed.db()).unwrap().to_string();
    assert!(
        text.contains("purge A.s") && text.contains("purge R.w"),
        "{text}"
    );
}

#[test]
fn old_values_and_tables_go() {
    let mut bed = archived();
    let column = archives(bed.db()).unwrap();
    let column = column
        .iter()
        .find(|a| a.object == "A.x")
        .unwrap()
        .name
        .clone();
    purge(&bed, new(), &[&column, "Old", "Tie"])
        .migrate()
        .unwrap();
    for _ in 0..2 {
        bed.settled(new());
        assert_eq!(kept(&bed), KEPT);
        assert_eq!(names(&bed), ["A.s", "R.w"]);
        bed.reopen();
    }
    let tables = bed.rows("CALL show_tables() RETURN name ORDER BY name");
    assert_eq!(tables, "A; R; _kuzu_ddl_ledger");
}

#[test]
fn nothing_comes_back_from_a_purge() {
    let bed = archived();
    purge(&bed, new(), &["A.s", "Old", "Tie"])
        .migrate()
        .unwrap();
    for object in ["A.s", "Old"] {
        let e = bed.fails(bed.migrator(new()).restore(object));
        assert!(
            e.to_string()
                .contains("was dropped and purged, and its data are gone for ever"),
            "{e}"
        );
        let e = bed.fails(purge(&bed, new(), &[object]));
        assert!(e.to_string().contains("nothing archived"), "{e}");
    }
    // The binary that declares it is told, and may ask for a new, empty one.
    let e = bed.refused(schema![v1::A, v1::Old, v1::R, v1::Tie]);
    assert!(e.to_string().contains(".recreate(\"A.s\")"), "{e}");
    let again = schema![v3::A, v2::R; dropped "Old", "Tie"];
    bed.migrator(again.clone())
        .recreate("A.s")
        .migrate()
        .unwrap();
    bed.settled(again);
    assert_eq!(bed.rows("MATCH (a:A) RETURN count(*), count(a.s)"), "40|0");
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
fn one_of_several_of_one_name() {
    let bed = archived();
    let again = schema![v3::A, v2::R; dropped "Old", "Tie"];
    bed.migrator(again).recreate("A.s").migrate().unwrap();
    bed.run(&["MATCH (a:A) SET a.s = 'newer'"]);
    let third = || schema![v2::A, v2::R; dropped "Tie", "Old", "None"];
    // A tombstone that has done its work stays quiet, so it is said by policy.
    bed.migrator(third())
        .undeclared(kuzu_ddl::Undeclared::Archive)
        .migrate()
        .unwrap();
    let e = bed.fails(purge(&bed, third(), &["A.s"]));
    let text = e.to_string();
    assert!(
        text.contains("several archived things") && text.contains("A.s__a_"),
        "{text}"
    );
    let first = archives(bed.db()).unwrap();
    let first = first
        .iter()
        .filter(|a| a.object == "A.s")
        .min_by_key(|a| a.at)
        .unwrap();
    bed.migrator(third())
        .purge(&*first.name)
        .allow(HazardKind::DeletesData, "A.s")
        .allow(HazardKind::Irreversible, "A.s")
        .migrate()
        .unwrap();
    bed.migrator(third()).restore("A.s").migrate().unwrap();
    assert_eq!(
        bed.rows("MATCH (a:A) RETURN count(a.s), min(a.s)"),
        "40|newer"
    );
}
