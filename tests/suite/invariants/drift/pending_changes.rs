//! Rule 5: drift next to pending changes is reported, and resolved only by policy.

use kuzu_ddl::{DriftPolicy, Error, Report, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// Text.
    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
        #[kuzu(default = 5)]
        x: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = B, multiplicity = "many_one")]
    pub(super) struct R {
        w: Option<i64>,
    }
}

/// A new table and a new property, pending next to the drift.
mod v2 {
    use kuzu_ddl::KuzuNode;

    /// Text.
    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
        #[kuzu(default = 5)]
        x: i64,
        y: Option<i64>,
    }

    #[derive(KuzuNode)]
    pub(super) struct New {
        #[kuzu(primary_key)]
        id: i64,
    }
}

fn declaration() -> Declaration {
    schema![v1::A, v1::B, v1::R]
}

fn newer() -> Declaration {
    schema![v2::A, v1::B, v1::R, v2::New]
}

/// A migrated database with rows and manual changes.
fn changed(manual: &[&str]) -> TestDatabase {
    let db = TestDatabase::migrated(declaration());
    db.execute(&[
        "CREATE (:A {id: 1, s: 'one'}), (:A {id: 2, s: 'two', x: 6}), (:B {id: 3})",
        "MATCH (a:A), (b:B) CREATE (a)-[:R {w: a.id}]->(b)",
        "CHECKPOINT",
    ]);
    db.execute(manual);
    db
}

const EXTRA: &[&str] = &[
    "ALTER TABLE A ADD extra STRING DEFAULT 'e'",
    "ALTER TABLE R ADD extra INT64",
];
// Only the last column can be dropped in place without damage.
const MISSING: &[&str] = &["ALTER TABLE A DROP x"];
const COMMENT: &[&str] = &["COMMENT ON TABLE A IS 'manual'"];
const REMOVED: &[&str] = &["DROP TABLE R"];
const REMADE: &[&str] = &[
    "DROP TABLE R",
    "CREATE REL TABLE R(FROM A TO B, FROM B TO A, w STRING, MANY_ONE)",
];
const PAIR: &[&str] = &["ALTER TABLE R ADD FROM B TO B"];
const RENAMED: &[&str] = &["ALTER TABLE A RENAME s TO t"];

fn migrate_with(
    db: &TestDatabase,
    declaration: Declaration,
    policy: DriftPolicy,
) -> Result<Report, Error> {
    db.migrator(declaration).drift_policy(policy).migrate()
}

#[test]
fn drift_is_an_error_with_and_without_pending_changes() {
    for (manual, reported) in [
        (EXTRA, "A.extra is in the database, but not in the ledger"),
        (MISSING, "A.x is in the ledger, but not in the database"),
        (COMMENT, "A: the comment is manual, expected Text."),
        (REMOVED, "R is in the ledger, but not in the database"),
        (REMADE, "R.w: the type is STRING, expected INT64"),
        (
            REMADE,
            "R(B -> A) is in the database, but not in the ledger",
        ),
        (PAIR, "R(B -> B) is in the database, but not in the ledger"),
        (RENAMED, "A.s: the name is t, expected s"),
    ] {
        let mut db = changed(manual);
        for declaration in [declaration(), newer()] {
            let e = db.assert_refused(declaration);
            assert!(
                matches!(e, Error::DriftDetected(_)) && e.to_string().contains(reported),
                "{e}"
            );
        }
        db.reopen();
        assert!(matches!(
            db.assert_refused(declaration()),
            Error::DriftDetected(_)
        ));
        assert_eq!(db.rows("MATCH (a:A) RETURN a.id ORDER BY a.id"), "1; 2");
    }
}

#[test]
fn warn_reports_drift_at_every_start() {
    for manual in [EXTRA, MISSING, COMMENT, REMOVED, REMADE, PAIR, RENAMED] {
        let mut db = changed(manual);
        let drift = db.drift();
        for _ in 0..2 {
            let report = migrate_with(&db, declaration(), DriftPolicy::Warn).unwrap();
            assert!(
                report.is_up_to_date() && !report.notes.is_empty(),
                "{report}"
            );
            assert!(
                report.notes.iter().any(|note| drift.contains(note)),
                "{report}"
            );
            assert_eq!(db.drift(), drift);
        }
        // A warning does not resolve the drift.
        assert!(
            matches!(db.assert_refused(declaration()), Error::DriftDetected(_)),
            "{manual:?}"
        );
        let report = migrate_with(&db, newer(), DriftPolicy::Warn).unwrap();
        assert_eq!(report.steps.len(), 2, "{report}");
        assert!(
            report.notes.iter().any(|note| drift.contains(note)),
            "{report}"
        );
        assert_eq!(db.drift(), drift);
        assert!(
            matches!(db.assert_refused(newer()), Error::DriftDetected(_)),
            "{manual:?}"
        );
        db.reopen();
        let report = migrate_with(&db, newer(), DriftPolicy::Warn).unwrap();
        assert!(report.is_up_to_date(), "{report}");
        assert_eq!(
            db.rows("MATCH (a:A) RETURN a.id, a.y ORDER BY a.id"),
            "1|NULL; 2|NULL"
        );
    }
}

#[test]
fn removed_and_undeclared_object_is_adopted() {
    let db = changed(REMOVED);
    let report = migrate_with(&db, schema![v1::A, v1::B], DriftPolicy::Adopt).unwrap();
    assert_eq!(
        (report.steps.len(), report.events.len()),
        (0, 1),
        "{report}"
    );
    db.assert_up_to_date(schema![v1::A, v1::B]);
    let db = changed(&["ALTER TABLE R DROP w"]);
    let less = || schema![v1::A, v1::B, less::R];
    migrate_with(&db, less(), DriftPolicy::Adopt).unwrap();
    db.assert_up_to_date(less());
}

mod less {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(from = super::v1::A, to = super::v1::B, multiplicity = "many_one")]
    pub(super) struct R;
}

#[test]
fn manually_created_and_declared_object_is_adopted() {
    let mut db = changed(&[
        "ALTER TABLE A ADD y INT64",
        "MATCH (a:A) SET a.y = a.id * 10",
        "CREATE NODE TABLE New(id INT64 PRIMARY KEY)",
        "CREATE (:New {id: 7})",
    ]);
    let report = db.migrate_cleanly(newer());
    assert!(
        report.steps.is_empty() && report.events.len() == 2,
        "{report}"
    );
    db.reopen();
    db.assert_up_to_date(newer());
    assert_eq!(
        db.rows("MATCH (a:A), (n:New) RETURN a.id, a.x, a.y, n.id ORDER BY a.id"),
        "1|5|10|7; 2|6|20|7"
    );
    // With another type it is not adopted.
    let db = changed(&["ALTER TABLE A ADD y STRING"]);
    let e = db.assert_refused(newer());
    assert!(
        matches!(e, Error::Incompatible(_) | Error::DriftDetected(_)),
        "{e}"
    );
}
