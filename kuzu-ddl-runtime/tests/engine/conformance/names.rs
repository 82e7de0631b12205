//! Names that applications and operators may give to their tables.

use kuzu_ddl_core::schema::TableKind;
use kuzu_ddl_core::schema::name::{NameKey, RESERVED_MEMBERS};
use kuzu_ddl_runtime::inspect::multiplicities;

use super::*;

pub(crate) fn names_that_cannot_be_quoted_are_noted(subject: &Subject) {
    let (_dir, db) = subject.fresh();
    let s = db.session().unwrap();
    let long = "x".repeat(100_000);
    for name in ["a.b", "a``b", "local.x", &long] {
        run(
            &*s,
            &[&format!("CREATE NODE TABLE `{name}`(id INT64 PRIMARY KEY)")],
        );
    }
    let legal = [
        "it's",
        "a\nb",
        "🦀",
        "a\\b",
        "\"q\"",
        "order",
        "x;DROP TABLE y",
        "É",
        "é",
        "$p",
        " ",
    ];
    for name in legal {
        run(
            &*s,
            &[&format!(
                "CREATE NODE TABLE `{name}`(`{name}` INT64 PRIMARY KEY, `p.q` STRING, `r``s` STRING)"
            )],
        );
    }
    let rels: Vec<_> = legal
        .iter()
        .map(|n| format!("FROM `{n}` TO `{n}`"))
        .collect();
    run(
        &*s,
        &[&format!(
            "CREATE REL TABLE `r'\n`({}, `w'` STRING)",
            rels.join(", ")
        )],
    );
    let found = inspect_all(&*s);
    let mut wanted: Vec<_> = legal.iter().map(|n| n.to_string()).collect();
    wanted.push("r'\n".into());
    wanted.sort();
    let mut names: Vec<_> = found
        .schema
        .tables
        .values()
        .map(|t| t.name.clone())
        .collect();
    names.sort();
    assert_eq!(names, wanted);
    for t in found.schema.tables.values().filter(|t| t.kind.is_node()) {
        assert_eq!(t.properties.len(), 3);
    }
    let TableKind::Edge { pairs, .. } = &found.schema.table("r'\n").unwrap().kind else {
        panic!()
    };
    assert_eq!(pairs.len(), legal.len());
    assert_eq!(found.skipped.len(), 4, "{:?}", found.skipped);
    assert!(found.skipped.iter().all(|n| n.object.chars().count() <= 81));
    // A name that cannot be quoted makes the export ambiguous, so no multiplicity is reported.
    assert!(
        multiplicities(&*s, &found)
            .unwrap()
            .unavailable_because
            .is_some()
    );
}

pub(crate) fn an_attached_database_is_not_inspected(subject: &Subject) {
    let (dir, other) = subject.fresh();
    let s = other.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE Other(id INT64 PRIMARY KEY)",
            "CHECKPOINT",
        ],
    );
    drop(s);
    drop(other);
    let db = subject.memory();
    let s = db.session().unwrap();
    run(&*s, &["CREATE NODE TABLE Own(id INT64 PRIMARY KEY)"]);
    let path = dir.path().join("db");
    for alias in ["x", "local"] {
        let before = db.session().unwrap();
        run(
            &*before,
            &[&format!(
                "ATTACH '{}' AS {alias} (dbtype {})",
                path.display(),
                subject.provider.attach_type()
            )],
        );
        let found = inspect_all(&*s);
        assert_eq!(
            found.schema.tables.keys().collect::<Vec<_>>(),
            [&NameKey::new("own")]
        );
        assert_eq!(found.attached[0].name, alias);
        let e = kind(&*s, "CREATE NODE TABLE B(id INT64 PRIMARY KEY)");
        assert_eq!(
            e,
            EngineErrorKind::ReadOnly,
            "an attached database makes all read-only"
        );
        run(&*before, &[&format!("DETACH {alias}")]);
    }
}

/// The other words of the engine's `keywords.txt`.
const FREE: &str = "add alter as attach begin by call checkpoint comment commit contains copy count cycle database decimal delete detach drop explain export extension force from graph if import increment is key limit load logical match maxvalue merge minvalue no node project read rel rename return rollback sequence set skip start struct to transaction type uninstall update use user write yield";

pub(crate) fn members_cannot_be_reserved_words(subject: &Subject) {
    let db = subject.memory();
    let session = db.session().unwrap();
    let mut wrong = Vec::new();
    let mut tables = 0;
    let mut works = |member: &str| {
        tables += 1;
        let table = format!(
            "CREATE NODE TABLE T{tables}(id INT64 PRIMARY KEY, s STRUCT({member} INT64), u UNION({member} INT64))"
        );
        session.query(&table).is_ok()
            && session.query(&format!("CREATE (:T{tables} {{id: 1, s: CAST({{{member}: 1}} AS STRUCT({member} INT64))}})")).is_ok()
            && session.query(&format!("MATCH (t:T{tables}) RETURN t.s.{member}")).is_ok()
    };
    for word in RESERVED_MEMBERS {
        if works(word) {
            wrong.push(format!("{word} can be a member"));
        }
    }
    for word in FREE.split(' ') {
        if !works(word) {
            wrong.push(format!("{word} cannot be a member"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
