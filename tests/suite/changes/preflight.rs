//! Primary keys and multiplicities: preflight checks of the rows.

use kuzu_ddl::{Error, Phase, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        code: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod keyed {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        id: i64,
        #[kuzu(primary_key)]
        code: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod single {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(from = super::v1::A, to = super::v1::A, multiplicity = "one_one")]
    pub(super) struct R {
        w: Option<i64>,
    }
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A, v1::R]);
    db.execute(&[
        "UNWIND range(1, 1500) AS i CREATE (:A {id: i, code: 'c' + CAST(i AS STRING)})",
        "MATCH (a:A), (b:A) WHERE b.id = a.id + 1 AND a.id < 10 CREATE (a)-[:R {w: a.id}]->(b)",
    ]);
    db
}

fn text(db: &TestDatabase, declaration: Declaration) -> String {
    let e = db.assert_refused(declaration);
    assert!(matches!(&e, Error::PreflightFailed(_)), "{e}");
    e.to_string()
}

#[test]
fn missing_and_duplicate_primary_keys_are_reported() {
    let db = populated();
    db.execute(&[
        "MATCH (a:A) WHERE a.id IN [3, 4] SET a.code = NULL",
        "MATCH (a:A) WHERE a.id IN [7, 8, 9] SET a.code = 'same'",
    ]);
    let declaration = || schema![keyed::A, keyed::R];
    let text = text(&db, declaration());
    for message in [
        "A.code: 2 of 1,500 rows have no value for the new primary key, for example id 3, id 4\n    help: set the values",
        "A.code: 3 of 1,500 rows have duplicate values of the new primary key, for example 'same' (3 times)\n    help: change these rows first",
    ] {
        assert!(text.contains(message), "{text}");
    }
    db.execute(&["MATCH (a:A) WHERE a.id IN [3, 4, 7, 8, 9] SET a.code = CAST(a.id AS STRING)"]);
    db.migrate_cleanly(declaration());
    assert_eq!(
        db.rows("MATCH (a:A)-[r:R]->(b:A) RETURN count(*), sum(r.w), min(b.code)"),
        "9|45|10".replace(
            "10",
            &db.rows("MATCH (b:A) WHERE b.id > 1 AND b.id < 11 RETURN min(b.code)")
        )
    );
}

#[test]
fn nodes_exceeding_the_multiplicity_are_reported() {
    let db = populated();
    db.execute(&[
        "MATCH (a:A {id: 5}), (b:A) WHERE b.id > 100 AND b.id < 103 CREATE (a)-[:R {w: 0}]->(b)",
    ]);
    let declaration = || schema![v1::A, single::R];
    let text = text(&db, declaration());
    let message = "R: 1 of 20 nodes with rels has more than ONE_ONE allows, for example \
                 node 5 (3 rels)\n    help: delete the surplus rels first";
    assert!(text.contains(message), "{text}");
    db.execute(&["MATCH (:A {id: 5})-[r:R {w: 0}]->() DELETE r"]);
    db.migrate_cleanly(declaration());
    assert_eq!(
        db.rows("MATCH ()-[r:R]->() RETURN count(*), sum(r.w)"),
        "9|45"
    );
}

#[test]
fn rows_without_a_required_value_are_reported() {
    mod must {
        use kuzu_ddl::KuzuNode;

        #[derive(KuzuNode)]
        pub(super) struct A {
            #[kuzu(primary_key)]
            id: i64,
            code: String,
        }
    }
    let db = populated();
    db.execute(&["MATCH (a:A) WHERE a.id < 8 SET a.code = NULL"]);
    let e = db.assert_refused(schema![must::A]);
    assert!(matches!(&e, Error::HazardsNotAllowed { .. }), "{e}");
    let text = e.to_string();
    for message in [
        "tightens: A.code, 7 rows without a value, for example id 1, id 2, id 3, id 4, id 5",
        "help: or give rows without a value one with `#[kuzu(fill = \"…\")]` on the field",
    ] {
        assert!(text.contains(message), "{text}");
    }
}

mod converted {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast_with = super::number)]
        code: Option<i64>,
    }
}

fn number(code: &str) -> Result<i64, std::num::ParseIntError> {
    code.trim_start_matches('c').parse()
}

/// Progress is reported per preflight check, and per batch of rows where a function is evaluated.
#[test]
fn progress_reports_every_preflight_check() {
    let db = populated();
    let declaration = || schema![converted::A, v1::R];
    let reported = |migrator: kuzu_ddl::Migrator<'_>, bad: bool| {
        let mut reported = Vec::new();
        let result = migrator
            .batch_size(500)
            .on_progress(|progress| {
                let step = progress.step.map(|step| step.operation.to_string());
                reported.push((
                    progress.phase,
                    progress.steps_done,
                    progress.steps_total,
                    step,
                    progress.rows_done,
                ));
            })
            .migrate();
        assert_eq!(result.is_err(), bad, "{result:?}");
        reported
    };
    db.execute(&["MATCH (a:A {id: 7}) SET a.code = 'x'"]);
    let refused = reported(db.migrator(declaration()), true);
    assert!(
        refused
            .iter()
            .all(|reported| reported.0 == Phase::Preflight),
        "{refused:?}"
    );
    db.execute(&["MATCH (a:A {id: 7}) SET a.code = 'c7'"]);
    let reported = reported(db.migrator(declaration()), false);
    let (checks, rest) = reported.split_at(refused.len());
    assert_eq!(checks, refused);
    assert_eq!(rest[0].0, Phase::Rehearse);
    assert!(
        rest.iter().all(|reported| reported.0 != Phase::Preflight),
        "{rest:?}"
    );
    let total = checks[0].2;
    assert!(
        checks
            .iter()
            .all(|reported| reported.1 < reported.2 && reported.2 == total),
        "{checks:?}"
    );
    assert!(checks.is_sorted_by_key(|reported| reported.1), "{checks:?}");
    assert_eq!(checks.last().map(|reported| reported.1 + 1), Some(total));
    let named = |reported: &&(_, _, _, Option<String>, _)| {
        reported
            .3
            .as_ref()
            .is_some_and(|step| step.contains("A.code"))
    };
    assert_eq!(checks.iter().filter(named).count(), checks.len());
    let rows: Vec<u64> = checks
        .iter()
        .map(|reported| reported.4)
        .filter(|rows| *rows > 0)
        .collect();
    assert_eq!(rows, [500, 1000, 1500]);
}
