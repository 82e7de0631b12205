//! `DriftPolicy::Adopt`, and drift that the source already declares.

use super::{CASES, Case, changed, said, start, v1};
use kuzu_ddl::{DriftPolicy, Error, schema};

#[test]
fn adopted_unless_the_source_says_otherwise() {
    for Case {
        by, told, adopt, ..
    } in CASES
    {
        let mut bed = changed(by);
        match start(&bed, DriftPolicy::Adopt) {
            Ok(report) => {
                assert_eq!(*adopt, "", "{by:?}: {report}");
                assert!(!report.events.is_empty(), "{by:?}: {report}");
                let text = format!("adopted: {told}");
                assert!(report.to_string().contains(&text), "{by:?}: {report}");
                bed.settled(said());
                bed.reopen();
                bed.settled(said());
            }
            Err(e) => {
                assert!(matches!(e, Error::NotAdopted(_)), "{by:?}: {e}");
                let has = |words: &str| e.to_string().contains(words);
                assert!(!adopt.is_empty() && has(adopt), "{by:?}: {e}");
                assert!(
                    has("DriftPolicy::Repair") && has("DriftPolicy::Recreate"),
                    "{e}"
                );
                assert!(matches!(bed.refused(said()), Error::Drift(_)), "{by:?}");
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

/// What the source says by now needs no policy: the rename is known for one, and nothing is done.
#[test]
fn renamed_by_hand_as_the_source_says_by_now() {
    let mut bed = changed(&["ALTER TABLE A RENAME s TO z", "ALTER TABLE B RENAME TO C"]);
    let newer =
        || schema![renamed::A, renamed::C, v1::K, renamed::R].map(|d| d.sequence("no", 1, 1));
    let before = bed.data();
    let report = bed.up(newer());
    assert_eq!(
        (report.steps.len(), report.events.len()),
        (0, 2),
        "{report}"
    );
    assert_eq!(bed.data(), before);
    bed.reopen();
    bed.settled(newer());
    assert_eq!(bed.rows("MATCH (a:A) RETURN a.z ORDER BY a.id"), "one; two");
}

/// A rename of the history is the same object: it can be gone back to.
#[test]
fn what_was_renamed_by_hand_keeps_its_identity() {
    let bed = changed(&["ALTER TABLE A RENAME s TO z"]);
    let first = bed.ledger().events.len();
    let said = || schema![renamed::A, v1::B, v1::K, v1::R].map(|d| d.sequence("no", 1, 1));
    bed.migrator(said())
        .drift(DriftPolicy::Adopt)
        .migrate()
        .unwrap();
    let events = bed.ledger().events;
    assert_eq!(events.len(), first + 1);
    let report = bed
        .migrator(said())
        .rollback(kuzu_ddl::Point::Revision(1))
        .unwrap();
    assert!(
        report.to_string().contains("rename property A.z to s"),
        "{report}"
    );
    assert_eq!(bed.rows("MATCH (a:A) RETURN a.s ORDER BY a.id"), "one; two");
}

/// Tables and sequences made by hand are nobody's until somebody says that they are history.
#[test]
fn tables_made_by_hand() {
    let mut bed = changed(&[
        "CREATE SEQUENCE hand_no",
        "CREATE NODE TABLE Hand(id INT64 DEFAULT CAST(nextval('hand_no') AS INT64), s STRING, PRIMARY KEY(id))",
        "CREATE NODE TABLE Other(`odd``id` INT64 PRIMARY KEY)",
        "CREATE REL TABLE Ties(FROM Hand TO A, FROM A TO Hand, w INT64)",
        "COMMENT ON TABLE Hand IS 'Mine.'",
        "CREATE (:Hand {s: 'x'})",
        "MATCH (h:Hand), (a:A) CREATE (h)-[:Ties {w: 1}]->(a)",
    ]);
    let report = bed.migrate(said()).unwrap();
    assert!(
        report.to_string().contains("Hand belongs to nobody here"),
        "{report}"
    );
    assert!(report.events.is_empty());
    let report = start(&bed, DriftPolicy::Adopt).unwrap();
    assert!(report.steps.is_empty(), "{report}");
    let text = report.to_string();
    assert!(
        !text.contains("Hand belongs to nobody") && text.contains("Other belongs to nobody"),
        "{text}"
    );
    bed.settled(said());
    bed.reopen();
    bed.settled(said());
    // By now it is watched over as all others are.
    bed.run(&["ALTER TABLE Hand RENAME s TO t", "DROP TABLE Ties"]);
    let text = bed.refused(said()).to_string();
    assert!(
        text.contains("Hand.s: the name is t, the ledger says s"),
        "{text}"
    );
    assert!(
        text.contains("Ties is in the ledger, but not in the database"),
        "{text}"
    );
    start(&bed, DriftPolicy::Adopt).unwrap();
    bed.settled(said());
}
