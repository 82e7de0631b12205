//! Rels: multiplicities, many rels of few nodes, and rebuilt tables.

use kuzu_ddl::{Error, schema};

use super::{DurabilityCheck, v1};
use crate::fixture::{Declaration, TestDatabase};

mod loose {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = super::v1::A, to = super::v1::A)]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod tight {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = super::v1::A, to = super::v1::A, multiplicity = "many_one")]
    pub(super) struct R {
        w: Option<i64>,
    }
}

fn tight() -> Declaration {
    schema![v1::A, tight::R]
}

/// The rows are checked before any change; besides, the rels are copied to a new table, where a
/// violation fails and is rolled back.
#[test]
fn rels_violating_a_multiplicity_are_refused_b12() {
    let db = TestDatabase::migrated(schema![v1::A, loose::R]);
    db.execute(&[
        "UNWIND range(1, 3) AS i CREATE (:A {id: i})",
        "CHECKPOINT",
        // These rels are in the log only.
        "MATCH (a:A {id: 1}), (b:A) WHERE b.id > 1 CREATE (a)-[:R {w: b.id}]->(b)",
    ]);
    let e = db.assert_refused(tight());
    assert!(matches!(e, Error::PreflightFailed(_)), "{e}");
    assert!(e.to_string().contains("node 1 (2 rels)"), "{e}");
    db.execute(&["CHECKPOINT", "MATCH ()-[r:R {w: 3}]->() DELETE r"]);
    db.migrate_cleanly(tight());
    db.session()
        .query("MATCH (a:A {id: 1}), (b:A {id: 3}) CREATE (a)-[:R]->(b)")
        .unwrap_err();
    let durability = DurabilityCheck {
        declaration: tight,
        query: "MATCH (a:A)-[r:R]->(b:A) RETURN a.id, r.w, b.id ORDER BY a.id",
        after: "1|2|2",
        later_rows: &["MATCH (a:A {id: 3}), (b:A {id: 1}) CREATE (a)-[:R {w: 31}]->(b)"],
        after_later_rows: "1|2|2; 3|31|1",
    };
    durability.verify(&db);
}

mod cast {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = super::v1::A, to = super::v1::A)]
    pub(super) struct R {
        #[kuzu(cast = "CAST(old + 1 AS INT16)")]
        w: Option<i16>,
    }
}

fn cast() -> Declaration {
    schema![v1::A, cast::R]
}

/// A value that is written to the new column and to the archive arrives in both.
#[test]
fn column_copied_to_two_columns_arrives_in_both_b18() {
    let db = TestDatabase::migrated(schema![v1::A, loose::R]);
    db.execute(&[
        "UNWIND range(1, 3) AS i CREATE (:A {id: i})",
        "MATCH (a:A), (b:A) WHERE b.id = a.id + 1 CREATE (a)-[:R {w: a.id}]->(b)",
    ]);
    db.migrate_cleanly(cast());
    let columns = db.rows("CALL table_info('R') RETURN name ORDER BY name");
    let archive = columns.split("; ").find(|name| name.starts_with("w__a_"));
    let archive = archive.unwrap_or_else(|| panic!("{columns}"));
    let both = format!("MATCH (a:A)-[r:R]->() RETURN r.w, r.`{archive}` ORDER BY a.id");
    assert_eq!(db.rows(&both), "2|1; 3|2");
    let durability = DurabilityCheck {
        declaration: cast,
        query: "MATCH (a:A)-[r:R]->(b:A) RETURN a.id, r.w, b.id ORDER BY a.id",
        after: "1|2|2; 2|3|3",
        later_rows: &["MATCH (a:A {id: 3}), (b:A {id: 1}) CREATE (a)-[:R {w: 9}]->(b)"],
        after_later_rows: "1|2|2; 2|3|3; 3|9|1",
    };
    durability.verify(&db);
}

/// Rels that share few nodes are slow to SET, so the table is recreated.
#[test]
fn rels_of_few_nodes_are_recreated_instead_of_updated_b20() {
    let db = TestDatabase::migrated(schema![v1::A, loose::R]);
    db.execute(&[
        "UNWIND range(1, 10) AS i CREATE (:A {id: i})",
        "MATCH (a:A) UNWIND range(1, 4000) AS i CREATE (a)-[:R {w: i}]->(a)",
        "CHECKPOINT",
    ]);
    let report = db.migrate_cleanly(cast());
    for cypher in report.steps.iter().flat_map(|step| &step.cypher) {
        assert!(!cypher.contains(" SET "), "{cypher}");
    }
    let sum = "MATCH (a:A)-[r:R]->(:A) RETURN count(*), sum(r.w)";
    assert_eq!(
        db.rows(sum),
        format!("40000|{}", 10 * (2..=4001).sum::<i64>())
    );
}

/// The versions of `D`: plain, with an index, and with an index but without `s`.
macro_rules! version {
    ($name:ident, [$($word:meta),*], [$($s:tt)*], [$($index:meta)?]) => {
        mod $name {
            use kuzu_ddl::KuzuNode;

            #[derive(KuzuNode)]
            #[kuzu(unregistered)]
            $(#[$word])*
            pub(super) struct D {
                #[kuzu(primary_key)]
                id: i64,
                $($s)*
                x: Option<i64>,
                $(#[$index])?
                v: Option<[f32; 2]>,
            }
        }
    };
}

version!(plain, [], [s: Option<String>,], []);
version!(
    indexed,
    [],
    [s: Option<String>,],
    [kuzu(vector_index(name = "near", metric = "l2"))]
);
version!(
    slimmer,
    [kuzu(dropped("s"))],
    [],
    [kuzu(vector_index(name = "near", metric = "l2"))]
);

fn slimmer() -> Declaration {
    schema![slimmer::D]
}

/// An index survives a dropped property, whether it was created before or after it.
#[test]
fn index_survives_a_dropped_property_b19() {
    for start in [schema![indexed::D], schema![plain::D]] {
        let db = TestDatabase::migrated(start);
        db.execute(&["CREATE (:D {id: 1, s: 's', x: 1, v: CAST([0.0, 1.0] AS FLOAT[2])})"]);
        db.migrate_cleanly(slimmer());
        let durability = DurabilityCheck {
            declaration: slimmer,
            query: "CALL QUERY_VECTOR_INDEX('D', 'near', CAST([2.0, 2.0] AS FLOAT[2]), 5) \
                    RETURN node.id, node.x ORDER BY node.id",
            after: "1|1",
            later_rows: &["CREATE (:D {id: 2, x: 2, v: CAST([2.0, 1.0] AS FLOAT[2])})"],
            after_later_rows: "1|1; 2|2",
        };
        durability.verify(&db);
    }
}

/// No query of a start crashes the process.
#[test]
fn macro_in_the_database_does_not_crash_a_start_b8() {
    let db = TestDatabase::from_cypher(&["CREATE MACRO double(x) AS x + x"]);
    db.migrate_cleanly(v1_alone());
    db.execute(&["CREATE (:A {id: 1, x: 2})"]);
    let durability = DurabilityCheck {
        declaration: v1_alone,
        query: "MATCH (a:A) RETURN a.id, double(a.x) ORDER BY a.id",
        after: "1|4",
        later_rows: &["CREATE (:A {id: 2, x: 3})"],
        after_later_rows: "1|4; 2|6",
    };
    durability.verify(&db);
}

fn v1_alone() -> Declaration {
    schema![v1::A]
}

/// What the restore of a pair depends on: a pair that is dropped and added again in one transaction is
/// empty, survives a crash, and takes rels.
#[test]
fn pair_can_be_dropped_and_added_again_in_one_transaction() {
    let db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
        "CREATE REL TABLE R(FROM A TO A, w INT64)",
        "UNWIND range(1, 50) AS i CREATE (:A {id: i})",
        "MATCH (a:A) CREATE (a)-[:R {w: a.id}]->(a)",
        "CHECKPOINT",
    ]);
    let session = db.session();
    let run = |cypher: &str| session.query(cypher).unwrap_or_else(|e| panic!("{e}"));
    run("BEGIN TRANSACTION");
    run("MATCH (a:A) CREATE (a)-[:R {w: -a.id}]->(a)");
    run("ALTER TABLE R DROP FROM A TO A");
    run("ALTER TABLE R ADD FROM A TO A");
    run("MATCH (a:A {id: 7}) CREATE (a)-[:R {w: 7}]->(a)");
    run("COMMIT");
    let mut db = db.after_kill();
    for _ in 0..2 {
        assert_eq!(db.rows("MATCH (a:A)-[r:R]->(:A) RETURN a.id, r.w"), "7|7");
        db.execute(&["CHECKPOINT"]);
        db.reopen();
    }
}
