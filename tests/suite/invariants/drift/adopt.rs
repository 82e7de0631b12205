//! `DriftPolicy::Adopt`, and drift that the source already declares.

use kuzu_ddl::{DriftPolicy, Error, schema};

use super::{CASES, Case, changed, declaration, start, v1};

#[test]
fn adopt_records_drift_unless_the_source_contradicts_it() {
    for Case {
        manual,
        reported,
        adopt,
        ..
    } in CASES
    {
        let mut db = changed(manual);
        match start(&db, DriftPolicy::Adopt) {
            Ok(report) => {
                assert_eq!(*adopt, "", "{manual:?}: {report}");
                assert!(!report.events.is_empty(), "{manual:?}: {report}");
                let text = format!("adopted: {reported}");
                assert!(report.to_string().contains(&text), "{manual:?}: {report}");
                db.assert_up_to_date(declaration());
                db.reopen();
                db.assert_up_to_date(declaration());
            }
            Err(e) => {
                assert!(matches!(e, Error::CannotAdopt(_)), "{manual:?}: {e}");
                let has = |message: &str| e.to_string().contains(message);
                assert!(!adopt.is_empty() && has(adopt), "{manual:?}: {e}");
                assert!(
                    has("DriftPolicy::Repair") && has("DriftPolicy::Recreate"),
                    "{e}"
                );
                assert!(
                    matches!(db.assert_refused(declaration()), Error::DriftDetected(_)),
                    "{manual:?}"
                );
            }
        }
    }
}

mod renamed {
    use kuzu_ddl::KuzuNode;

    /// Text.
    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "s")]
        z: Option<String>,
        t: Option<String>,
        #[kuzu(default = 5)]
        x: i64,
    }

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "B")]
    pub(super) struct C {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(kuzu_ddl::KuzuEdge)]
    #[kuzu(from = A, to = C, pair(from = C, to = C), multiplicity = "many_one")]
    pub(super) struct R {
        w: Option<i64>,
    }
}

/// A manual rename that the source declares needs no policy: it is recognised as a rename, and no
/// step is needed.
#[test]
fn manual_rename_that_the_source_declares_is_adopted_without_a_policy() {
    let mut db = changed(&["ALTER TABLE A RENAME s TO z", "ALTER TABLE B RENAME TO C"]);
    let newer =
        || schema![renamed::A, renamed::C, v1::K, renamed::R].map(|d| d.with_sequence("no", 1, 1));
    let before = db.catalog_and_rows();
    let report = db.migrate_cleanly(newer());
    assert_eq!(
        (report.steps.len(), report.events.len()),
        (0, 2),
        "{report}"
    );
    assert_eq!(db.catalog_and_rows(), before);
    db.reopen();
    db.assert_up_to_date(newer());
    assert_eq!(db.rows("MATCH (a:A) RETURN a.z ORDER BY a.id"), "one; two");
}

/// The recorded rename refers to the same object, so it can be rolled back.
#[test]
fn manually_renamed_property_keeps_its_identity() {
    let db = changed(&["ALTER TABLE A RENAME s TO z"]);
    let first = db.ledger().events.len();
    let declaration =
        || schema![renamed::A, v1::B, v1::K, v1::R].map(|d| d.with_sequence("no", 1, 1));
    db.migrator(declaration())
        .drift_policy(DriftPolicy::Adopt)
        .migrate()
        .unwrap();
    let events = db.ledger().events;
    assert_eq!(events.len(), first + 1);
    let report = db
        .migrator(declaration())
        .rollback(kuzu_ddl::history::Point::Revision(1))
        .unwrap();
    assert!(
        report.to_string().contains("rename property A.z to s"),
        "{report}"
    );
    assert_eq!(db.rows("MATCH (a:A) RETURN a.s ORDER BY a.id"), "one; two");
}

/// Manually created tables and sequences are unmanaged until they are adopted.
#[test]
fn manually_created_tables_are_adopted_only_on_request() {
    let mut db = changed(&[
        "CREATE SEQUENCE hand_no",
        "CREATE NODE TABLE Hand(id INT64 DEFAULT CAST(nextval('hand_no') AS INT64), s STRING, PRIMARY KEY(id))",
        "CREATE NODE TABLE Other(`odd``id` INT64 PRIMARY KEY)",
        "CREATE REL TABLE Ties(FROM Hand TO A, FROM A TO Hand, w INT64)",
        "COMMENT ON TABLE Hand IS 'Mine.'",
        "CREATE (:Hand {s: 'x'})",
        "MATCH (h:Hand), (a:A) CREATE (h)-[:Ties {w: 1}]->(a)",
    ]);
    let report = db.migrate(declaration()).unwrap();
    assert!(
        report
            .to_string()
            .contains("Hand is not managed by kuzu-ddl"),
        "{report}"
    );
    assert!(report.events.is_empty());
    let report = start(&db, DriftPolicy::Adopt).unwrap();
    assert!(report.steps.is_empty(), "{report}");
    let text = report.to_string();
    assert!(
        !text.contains("Hand is not managed by kuzu-ddl")
            && text.contains("Other is not managed by kuzu-ddl"),
        "{text}"
    );
    db.assert_up_to_date(declaration());
    db.reopen();
    db.assert_up_to_date(declaration());
    // From now on their drift is detected like that of all others.
    db.execute(&["ALTER TABLE Hand RENAME s TO t", "DROP TABLE Ties"]);
    let text = db.assert_refused(declaration()).to_string();
    assert!(text.contains("Hand.s: the name is t, expected s"), "{text}");
    assert!(
        text.contains("Ties is in the ledger, but not in the database"),
        "{text}"
    );
    start(&db, DriftPolicy::Adopt).unwrap();
    db.assert_up_to_date(declaration());
}
