//! How thoroughly a no-op start checks is a setting; each detects what it documents.

use kuzu_ddl::{Error, StartupCheck, schema};

use crate::fixture::TestDatabase;

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(dropped("s"))]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
    }
}

#[test]
fn each_startup_check_detects_its_drift() {
    const ALL: [StartupCheck; 4] = [
        StartupCheck::LedgerOnly,
        StartupCheck::Tables,
        StartupCheck::Auto,
        StartupCheck::FullCatalog,
    ];
    for (change, seen) in [
        ("COMMENT ON TABLE A IS 'manual'", [false, true, true, true]),
        ("DROP TABLE A", [false, true, true, true]),
        ("ALTER TABLE A RENAME s TO t", [false, false, true, true]),
        ("ALTER TABLE A ADD x INT64", [false, false, true, true]),
    ] {
        for (verify, seen) in ALL.into_iter().zip(seen) {
            let db = TestDatabase::migrated(schema![v1::A]);
            db.execute(&[change]);
            let result = db.migrator(schema![v1::A]).verify(verify).migrate();
            let reported = matches!(result, Err(Error::DriftDetected(_)));
            assert_eq!(reported, seen, "{change} by {verify:?}: {result:?}");
        }
    }
}

#[test]
fn pending_changes_are_checked_under_every_setting() {
    let db = TestDatabase::migrated(schema![v1::A]);
    db.execute(&["ALTER TABLE A ADD x INT64"]);
    let migrator = db.migrator(schema![v2::A]).verify(StartupCheck::LedgerOnly);
    assert!(matches!(db.assert_fails(migrator), Error::DriftDetected(_)));
}

/// The same tombstone in several versions, each with another change next to it.
#[test]
fn property_can_be_dropped_and_recreated_repeatedly() {
    let mut db = TestDatabase::migrated(schema![v1::A]);
    for turn in ["One", "Two", "Three"] {
        let with = |declaration: crate::fixture::Declaration| {
            declaration.unwrap().with_dropped_table(turn)
        };
        db.execute(&[&format!(
            "CREATE (:A {{id: {}, s: '{turn}'}})",
            turn.len() * 100 + usize::from(turn.as_bytes()[0])
        )]);
        let report = db.migrate_cleanly(with(schema![v2::A]));
        assert_eq!(report.steps.len(), 1, "{turn}: {report}");
        let declared = || with(schema![v1::A]);
        assert!(matches!(
            db.assert_refused(declared()),
            Error::Incompatible(_)
        ));
        db.migrator(declared()).recreate("A.s").migrate().unwrap();
        db.assert_up_to_date(declared());
        assert_eq!(
            db.rows("MATCH (a:A) WHERE a.s IS NOT NULL RETURN a.s"),
            "",
            "{turn}"
        );
    }
    db.reopen();
    // The last dropped property is the one that is restored.
    db.migrate_cleanly(schema![v2::A].unwrap().with_dropped_table("Four"));
    db.migrator(schema![v1::A])
        .restore("A.s")
        .migrate()
        .unwrap();
    assert_eq!(
        db.rows("CALL table_info('A') WHERE name STARTS WITH 's' RETURN count(*)"),
        "4"
    );
    assert_eq!(db.rows("MATCH (a:A) WHERE a.s IS NOT NULL RETURN a.s"), "");
}
