//! Rule 5: every class of drift under every policy. None deletes anything.

use crate::bed::{Bed, Said};
use kuzu_ddl::{DriftPolicy, Error, schema};

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

fn said() -> Said {
    schema![v1::A, v1::B, v1::K, v1::R].map(|d| d.sequence("no", 1, 1))
}

/// A change by hand, and what becomes of it.
struct Case {
    by: &'static [&'static str],
    /// What is told of it.
    told: &'static str,
    /// In the way of adopting it, empty where nothing is.
    adopt: &'static str,
    /// A step of the start after a repair, or what it says; empty where there is nothing to do.
    next: &'static str,
    /// A step that makes it again; empty where it is left alone, `-` where that is refused.
    recreate: &'static str,
}

const CASES: &[Case] = &[
    // Missing.
    Case {
        by: &["ALTER TABLE A DROP x"],
        told: "A.x is in the ledger, but not in the database",
        adopt: "A.x: is declared",
        next: "add property A.x INT64",
        recreate: "add property A.x INT64",
    },
    Case {
        by: &["DROP TABLE R"],
        told: "R is in the ledger, but not in the database",
        adopt: "R: is declared",
        next: "create rel table R",
        recreate: "create rel table R",
    },
    Case {
        by: &["ALTER TABLE R DROP FROM B TO B"],
        told: "R(b -> b) is in the ledger, but not in the database",
        adopt: "R(b -> b): is declared",
        next: "add pair R(B -> B)",
        recreate: "add pair R(B -> B)",
    },
    Case {
        by: &["DROP SEQUENCE no"],
        told: "sequence no is in the ledger, but not in the database",
        adopt: "",
        next: "create sequence no",
        recreate: "create sequence no",
    },
    // Extra.
    Case {
        by: &["ALTER TABLE A ADD extra STRING DEFAULT 'e'"],
        told: "A.extra is in the database, but not in the ledger",
        adopt: "",
        next: "",
        recreate: "",
    },
    Case {
        by: &["ALTER TABLE R ADD FROM A TO A"],
        told: "R(a -> a) is in the database, but not in the ledger",
        adopt: "",
        next: "",
        recreate: "",
    },
    // Altered.
    Case {
        by: &["COMMENT ON TABLE A IS 'by hand'"],
        told: "A: the comment is by hand, the ledger says Text.",
        adopt: "",
        next: "comment on table A",
        recreate: "comment on table A",
    },
    Case {
        by: &["ALTER TABLE A RENAME s TO z"],
        told: "A.s: the name is z, the ledger says s",
        adopt: "declare `z` with `#[kuzu(renamed_from = \"s\")]`",
        next: "declare `z` with `#[kuzu(renamed_from = \"s\")]`",
        recreate: "-",
    },
    Case {
        by: &["ALTER TABLE A RENAME id TO key"],
        told: "A.id: the name is key, the ledger says id",
        adopt: "declare `key` with `#[kuzu(renamed_from = \"id\")]`",
        next: "declare `key` with `#[kuzu(renamed_from = \"id\")]`",
        recreate: "-",
    },
    Case {
        by: &["ALTER TABLE B RENAME TO C"],
        told: "B: the name is C, the ledger says B",
        adopt: "declare `C` with `#[kuzu(renamed_from = \"B\")]`",
        next: "declare `C` with `#[kuzu(renamed_from = \"B\")]`",
        recreate: "-",
    },
    // Both names are still there, so nothing that is declared is missing.
    Case {
        by: &[
            "ALTER TABLE A RENAME s TO z",
            "ALTER TABLE A RENAME t TO s",
            "ALTER TABLE A RENAME z TO t",
        ],
        told: "A.s: the name is t, the ledger says s",
        adopt: "",
        next: "",
        recreate: "-",
    },
    Case {
        by: &[
            "DROP TABLE R",
            "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w STRING, MANY_ONE)",
        ],
        told: "R.w: the type is STRING, the ledger says INT64",
        adopt: "declare STRING",
        next: "#[kuzu(cast = \"CAST(old AS INT64)\")]",
        recreate: "-",
    },
    Case {
        by: &[
            "DROP TABLE R",
            "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64 DEFAULT CAST(7 AS INT64), MANY_ONE)",
        ],
        told: "R.w: the default is CAST(7 AS INT64), the ledger says none",
        adopt: "",
        next: "copy the rels of R(A -> B)",
        recreate: "-",
    },
    Case {
        by: &[
            "DROP TABLE R",
            "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64)",
        ],
        told: "R: the multiplicity is MANY_MANY, the ledger says MANY_ONE",
        adopt: "declare MANY_MANY",
        next: "copy the rels of R(A -> B)",
        recreate: "-",
    },
    Case {
        by: &[
            "DROP TABLE R",
            "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64, MANY_ONE) WITH (storage_direction='fwd')",
        ],
        told: "R: the storage direction is fwd, the ledger says both",
        adopt: "declare fwd",
        next: "copy the rels of R(A -> B)",
        recreate: "-",
    },
    Case {
        by: &["DROP TABLE R", "CREATE NODE TABLE R(id INT64 PRIMARY KEY)"],
        told: "R: the kind is node table, the ledger says rel table",
        adopt: "is a node table in the database",
        next: "is a node table in the database",
        recreate: "-",
    },
    Case {
        by: &[
            "DROP TABLE K",
            "CREATE NODE TABLE K(id INT64, k INT64, PRIMARY KEY(k))",
            "CREATE (:K {id: 1, k: 2})",
        ],
        told: "K: the primary key is k, the ledger says id",
        adopt: "K: the primary key is declared as id, but it is k by now",
        next: "copy the nodes of K",
        recreate: "-",
    },
    Case {
        by: &["DROP SEQUENCE no", "CREATE SEQUENCE no START 3 INCREMENT 2"],
        told: "sequence no: the form is INCREMENT 2",
        adopt: "",
        next: "changing the step or the bounds",
        recreate: "-",
    },
];

/// A migrated database with rows, changed by hand.
fn changed(by: &[&str]) -> Bed {
    let bed = Bed::with(said());
    bed.run(&[
        "CREATE (:A {id: 1, s: 'one', t: 'i'}), (:A {id: 2, s: 'two', x: 6}), (:B {id: 3}), (:K {id: 1, k: 2})",
        "MATCH (a:A), (b:B) CREATE (a)-[:R {w: a.id}]->(b)",
        "MATCH (b:B) CREATE (b)-[:R {w: 9}]->(b)",
        "CHECKPOINT",
    ]);
    bed.run(by);
    bed
}

/// A start under a policy; catalog and rows are as before, whatever it says.
#[track_caller]
fn start(bed: &Bed, policy: DriftPolicy) -> Result<kuzu_ddl::Report, Error> {
    let before = bed.data();
    let result = bed.migrator(said()).drift(policy).migrate();
    assert_eq!(bed.data(), before);
    result
}

#[test]
fn by_default_an_error() {
    for Case { by, told, .. } in CASES {
        let mut bed = changed(by);
        let e = bed.refused(said());
        assert!(matches!(e, Error::Drift(_)), "{by:?}: {e}");
        assert!(e.to_string().contains(told), "{by:?}: {e}");
        for policy in ["Adopt", "Repair", "Recreate", "Warn"] {
            let words = format!("`.drift(DriftPolicy::{policy})`");
            assert!(e.to_string().contains(&words), "{e}");
        }
        bed.reopen();
        assert!(matches!(bed.refused(said()), Error::Drift(_)));
    }
}

#[test]
fn warned_of() {
    for Case { by, told, .. } in CASES {
        let bed = changed(by);
        for _ in 0..2 {
            let report = start(&bed, DriftPolicy::Warn).unwrap_or_else(|e| panic!("{by:?}: {e}"));
            assert!(report.is_up_to_date(), "{by:?}: {report}");
            assert!(report.to_string().contains(told), "{by:?}: {report}");
        }
        assert!(matches!(bed.refused(said()), Error::Drift(_)), "{by:?}");
    }
}

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

#[test]
fn repaired_is_the_ledger_alone() {
    for Case { by, told, next, .. } in CASES {
        let mut bed = changed(by);
        let report = start(&bed, DriftPolicy::Repair).unwrap_or_else(|e| panic!("{by:?}: {e}"));
        assert!(
            report.steps.is_empty() && !report.events.is_empty(),
            "{by:?}: {report}"
        );
        let text = format!("repaired: {told}");
        assert!(report.to_string().contains(&text), "{by:?}: {report}");
        assert_eq!(bed.drift(), "", "{by:?}");
        bed.reopen();
        match bed.migrator(said()).plan() {
            Ok(plan) => {
                let text = plan.to_string();
                assert_eq!(plan.steps.is_empty(), next.is_empty(), "{by:?}: {text}");
                assert!(text.contains(next), "{by:?}: {text}");
                bed.migrator(said())
                    .policy(kuzu_ddl::Policy::Archive)
                    .undeclared(kuzu_ddl::Undeclared::Keep)
                    .migrate()
                    .unwrap_or_else(|e| panic!("{by:?}: {e}"));
                bed.settled(said());
            }
            Err(e) => {
                assert!(matches!(e, Error::Refused(_)), "{by:?}: {e}");
                assert!(
                    !next.is_empty() && e.to_string().contains(next),
                    "{by:?}: {e}"
                );
            }
        }
        assert_eq!(counts(&bed), "2; 1", "{by:?}");
    }
}

/// How many rows the two tables have; a UNION would give them in any order.
fn counts(bed: &Bed) -> String {
    let count = |table| bed.rows(&format!("MATCH (x:{table}) RETURN count(*)"));
    format!("{}; {}", count("A"), count("K"))
}

#[test]
fn made_again() {
    for Case { by, recreate, .. } in CASES {
        let mut bed = changed(by);
        let before = bed.state();
        let result = bed.migrator(said()).drift(DriftPolicy::Recreate).migrate();
        match (*recreate, result) {
            ("-", Err(e)) => {
                assert!(matches!(e, Error::Drift(_)), "{by:?}: {e}");
                assert_eq!(bed.state(), before, "{by:?}");
            }
            ("", Ok(report)) => {
                assert!(report.is_up_to_date(), "{by:?}: {report}");
                assert!(!report.notes.is_empty(), "{by:?}");
                assert_eq!(bed.state(), before, "{by:?}");
            }
            (step, Ok(report)) => {
                assert_eq!(
                    (report.steps.len(), report.events.len()),
                    (1, 0),
                    "{report}"
                );
                assert!(report.to_string().contains(step), "{by:?}: {report}");
                bed.settled(said());
                bed.reopen();
                bed.settled(said());
                assert_eq!(counts(&bed), "2; 1");
            }
            (_, Err(e)) => panic!("{by:?}: {e}"),
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

/// What was dropped and made anew in the same shape is no drift, and is known by its new number.
#[test]
fn made_anew_in_the_same_shape() {
    let mut bed = changed(&[
        "DROP TABLE R",
        "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64, MANY_ONE)",
    ]);
    bed.up(said());
    bed.reopen();
    bed.run(&["ALTER TABLE R RENAME TO Q"]);
    let text = bed.refused(said()).to_string();
    assert!(
        text.contains("R: the name is Q, the ledger says R"),
        "{text}"
    );
}

/// The engine cannot write the schema down here, and so not the multiplicity of a table made anew.
#[test]
fn a_multiplicity_that_nobody_can_tell() {
    let by = &[
        "CREATE NODE TABLE X(`my id` INT64 PRIMARY KEY)",
        "CREATE REL TABLE XX(FROM X TO X)",
        "DROP TABLE R",
        "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64)",
    ];
    let told = "R: was made anew by hand, and its multiplicity cannot be read";
    let text = changed(by).refused(said()).to_string();
    assert!(text.contains(told), "{text}");
    let bed = changed(by);
    let report = start(&bed, DriftPolicy::Warn).unwrap();
    assert!(report.to_string().contains(told), "{report}");
    assert!(matches!(bed.refused(said()), Error::Drift(_)));
    for policy in [DriftPolicy::Adopt, DriftPolicy::Repair] {
        let bed = changed(by);
        let report = start(&bed, policy).unwrap();
        assert!(report.to_string().contains(told), "{report}");
        bed.migrate(said()).unwrap();
        bed.settled(said());
    }
    let e = bed.migrator(said()).drift(DriftPolicy::Recreate).migrate();
    assert!(matches!(e, Err(Error::Drift(_))));
}
