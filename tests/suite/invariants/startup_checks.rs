//! How much a start with nothing to do looks at is a setting, and each does what it says.

use crate::fixture::Bed;
use kuzu_ddl::{Error, Verify, schema};

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
fn what_each_setting_sees() {
    const ALL: [Verify; 4] = [Verify::Ledger, Verify::Tables, Verify::Auto, Verify::Full];
    for (change, seen) in [
        ("COMMENT ON TABLE A IS 'by hand'", [false, true, true, true]),
        ("DROP TABLE A", [false, true, true, true]),
        ("ALTER TABLE A RENAME s TO t", [false, false, true, true]),
        ("ALTER TABLE A ADD x INT64", [false, false, true, true]),
    ] {
        for (verify, seen) in ALL.into_iter().zip(seen) {
            let bed = Bed::with(schema![v1::A]);
            bed.run(&[change]);
            let result = bed.migrator(schema![v1::A]).verify(verify).migrate();
            let told = matches!(result, Err(Error::Drift(_)));
            assert_eq!(told, seen, "{change} by {verify:?}: {result:?}");
        }
    }
}

#[test]
fn what_is_to_be_done_is_seen_by_all() {
    let bed = Bed::with(schema![v1::A]);
    bed.run(&["ALTER TABLE A ADD x INT64"]);
    let migrator = bed.migrator(schema![v2::A]).verify(Verify::Ledger);
    assert!(matches!(bed.fails(migrator), Error::Drift(_)));
}

/// The same word of the source in several versions, each with something new beside it.
#[test]
fn dropped_and_made_again_and_again() {
    let mut bed = Bed::with(schema![v1::A]);
    for turn in ["One", "Two", "Three"] {
        let with = |said: crate::fixture::Said| said.unwrap().drop_table(turn);
        bed.run(&[&format!(
            "CREATE (:A {{id: {}, s: '{turn}'}})",
            turn.len() * 100 + usize::from(turn.as_bytes()[0])
        )]);
        let report = bed.up(with(schema![v2::A]));
        assert_eq!(report.steps.len(), 1, "{turn}: {report}");
        let declared = || with(schema![v1::A]);
        assert!(matches!(bed.refused(declared()), Error::Refused(_)));
        bed.migrator(declared()).recreate("A.s").migrate().unwrap();
        bed.settled(declared());
        assert_eq!(
            bed.rows("MATCH (a:A) WHERE a.s IS NOT NULL RETURN a.s"),
            "",
            "{turn}"
        );
    }
    bed.reopen();
    // The last one that was dropped is the one that comes back.
    bed.up(schema![v2::A].unwrap().drop_table("Four"));
    bed.migrator(schema![v1::A])
        .restore("A.s")
        .migrate()
        .unwrap();
    assert_eq!(
        bed.rows("CALL table_info('A') WHERE name STARTS WITH 's' RETURN count(*)"),
        "4"
    );
    assert_eq!(bed.rows("MATCH (a:A) WHERE a.s IS NOT NULL RETURN a.s"), "");
}
