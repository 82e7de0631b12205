//! Rule 5: every class of drift under every policy. No policy deletes anything.

mod adopt;
mod error;
mod pending_changes;
mod random;
mod rebuilds;
mod recreate;
mod remedies;
mod repair;
mod warn;

use kuzu_ddl::{DriftPolicy, Error, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// Text.
    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
        t: Option<String>,
        #[kuzu(default = 5)]
        x: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct K {
        #[kuzu(primary_key)]
        id: i64,
        k: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = B, pair(from = B, to = B), multiplicity = "many_one")]
    pub(super) struct R {
        w: Option<i64>,
    }
}

fn declaration() -> Declaration {
    schema![v1::A, v1::B, v1::K, v1::R].map(|d| d.with_sequence("no", 1, 1))
}

/// A manual change, and its result under each policy.
struct Case {
    manual: &'static [&'static str],
    /// The reported text.
    reported: &'static str,
    /// Why it cannot be adopted; empty if it can.
    adopt: &'static str,
    /// A step of the start after a repair, or its error; empty if there is nothing to do.
    next: &'static str,
    /// The step that recreates the object; empty where nothing is done, `-` where that is refused.
    recreate: &'static str,
}

const CASES: &[Case] = &[
    // Missing.
    Case {
        manual: &["ALTER TABLE A DROP x"],
        reported: "A.x is in the ledger, but not in the database",
        adopt: "A.x: is declared",
        next: "add property A.x INT64",
        recreate: "add property A.x INT64",
    },
    Case {
        manual: &["DROP TABLE R"],
        reported: "R is in the ledger, but not in the database",
        adopt: "R: is declared",
        next: "create rel table R",
        recreate: "create rel table R",
    },
    Case {
        manual: &["ALTER TABLE R DROP FROM B TO B"],
        reported: "R(B -> B) is in the ledger, but not in the database",
        adopt: "R(B -> B): is declared",
        next: "add pair R(B -> B)",
        recreate: "add pair R(B -> B)",
    },
    Case {
        manual: &["DROP SEQUENCE no"],
        reported: "sequence no is in the ledger, but not in the database",
        adopt: "",
        next: "create sequence no",
        recreate: "create sequence no",
    },
    // Extra.
    Case {
        manual: &["ALTER TABLE A ADD extra STRING DEFAULT 'e'"],
        reported: "A.extra is in the database, but not in the ledger",
        adopt: "",
        next: "",
        recreate: "",
    },
    Case {
        manual: &["ALTER TABLE R ADD FROM A TO A"],
        reported: "R(A -> A) is in the database, but not in the ledger",
        adopt: "",
        next: "",
        recreate: "",
    },
    // Altered.
    Case {
        manual: &["COMMENT ON TABLE A IS 'manual'"],
        reported: "A: the comment is manual, expected Text.",
        adopt: "",
        next: "comment on table A",
        recreate: "comment on table A",
    },
    Case {
        manual: &["ALTER TABLE A RENAME s TO z"],
        reported: "A.s: the name is z, expected s",
        adopt: "declare `z` with `#[kuzu(renamed_from = \"s\")]`",
        next: "declare `z` with `#[kuzu(renamed_from = \"s\")]`",
        recreate: "-",
    },
    Case {
        manual: &["ALTER TABLE A RENAME id TO key"],
        reported: "A.id: the name is key, expected id",
        adopt: "declare `key` with `#[kuzu(renamed_from = \"id\")]`",
        next: "declare `key` with `#[kuzu(renamed_from = \"id\")]`",
        recreate: "-",
    },
    Case {
        manual: &["ALTER TABLE B RENAME TO C"],
        reported: "B: the name is C, expected B",
        adopt: "declare `C` with `#[kuzu(renamed_from = \"B\")]`",
        next: "declare `C` with `#[kuzu(renamed_from = \"B\")]`",
        recreate: "-",
    },
    // Both names still exist, so no declared property is missing.
    Case {
        manual: &[
            "ALTER TABLE A RENAME s TO z",
            "ALTER TABLE A RENAME t TO s",
            "ALTER TABLE A RENAME z TO t",
        ],
        reported: "A.s: the name is t, expected s",
        adopt: "",
        next: "",
        recreate: "-",
    },
    Case {
        manual: &[
            "DROP TABLE R",
            "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w STRING, MANY_ONE)",
        ],
        reported: "R.w: the type is STRING, expected INT64",
        adopt: "declare STRING",
        next: "#[kuzu(cast = \"CAST(old AS INT64)\")]",
        recreate: "-",
    },
    Case {
        manual: &[
            "DROP TABLE R",
            "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64 DEFAULT CAST(7 AS INT64), MANY_ONE)",
        ],
        reported: "R.w: the default is CAST(7 AS INT64), expected none",
        adopt: "",
        next: "copy the rels of R(A -> B)",
        recreate: "-",
    },
    Case {
        manual: &[
            "DROP TABLE R",
            "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64)",
        ],
        reported: "R: the multiplicity is MANY_MANY, expected MANY_ONE",
        adopt: "declare MANY_MANY",
        next: "copy the rels of R(A -> B)",
        recreate: "-",
    },
    Case {
        manual: &[
            "DROP TABLE R",
            "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64, MANY_ONE) WITH (storage_direction='fwd')",
        ],
        reported: "R: the storage direction is fwd, expected both",
        adopt: "declare fwd",
        next: "copy the rels of R(A -> B)",
        recreate: "-",
    },
    Case {
        manual: &["DROP TABLE R", "CREATE NODE TABLE R(id INT64 PRIMARY KEY)"],
        reported: "R: the kind is node table, expected rel table",
        adopt: "is a node table in the database",
        next: "is a node table in the database",
        recreate: "-",
    },
    Case {
        manual: &[
            "DROP TABLE K",
            "CREATE NODE TABLE K(id INT64, k INT64, PRIMARY KEY(k))",
            "CREATE (:K {id: 1, k: 2})",
        ],
        reported: "K: the primary key is k, expected id",
        adopt: "K: the primary key is declared as id, but is k in the database",
        next: "copy the nodes of K",
        recreate: "-",
    },
    Case {
        manual: &["DROP SEQUENCE no", "CREATE SEQUENCE no START 3 INCREMENT 2"],
        reported: "sequence no: the definition is INCREMENT 2",
        adopt: "",
        next: "changing the increment or the bounds",
        recreate: "-",
    },
];

/// A migrated database with rows and a manual change.
fn changed(manual: &[&str]) -> TestDatabase {
    let db = TestDatabase::migrated(declaration());
    db.execute(&[
        "CREATE (:A {id: 1, s: 'one', t: 'i'}), (:A {id: 2, s: 'two', x: 6}), (:B {id: 3}), (:K {id: 1, k: 2})",
        "MATCH (a:A), (b:B) CREATE (a)-[:R {w: a.id}]->(b)",
        "MATCH (b:B) CREATE (b)-[:R {w: 9}]->(b)",
        "CHECKPOINT",
    ]);
    db.execute(manual);
    db
}

/// A start under a policy; catalog and rows stay unchanged in any case.
#[track_caller]
fn start(db: &TestDatabase, policy: DriftPolicy) -> Result<kuzu_ddl::Report, Error> {
    let before = db.catalog_and_rows();
    let result = db.migrator(declaration()).drift_policy(policy).migrate();
    assert_eq!(db.catalog_and_rows(), before);
    result
}

/// The row counts of two tables; a UNION would return them in any order.
fn counts(db: &TestDatabase) -> String {
    let count = |table| db.rows(&format!("MATCH (x:{table}) RETURN count(*)"));
    format!("{}; {}", count("A"), count("K"))
}
