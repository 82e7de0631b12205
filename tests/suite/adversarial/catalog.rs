//! Catalogs with unmanaged tables of any name, and buffer pools that are too small.

use kuzu_ddl::{DriftPolicy, Error};
use kuzu_ddl_core::schema::Type;

use super::{declared, edge, illegal_names, node, odd_names, property};
use crate::fixture::{self, TestDatabase};

#[test]
fn unmanaged_tables_of_any_name_are_left_unchanged() {
    let mut db = TestDatabase::new();
    let mut created = 0;
    for (i, name) in illegal_names().into_iter().chain(odd_names()).enumerate() {
        if i > 24 {
            break;
        }
        let quoted = name.replace('`', "``");
        let session = db.session();
        let ddl = format!("CREATE NODE TABLE `{quoted}`(id INT64 PRIMARY KEY, `p{quoted}` STRING)");
        // Names that the engine refuses are irrelevant here; the ledger's own name has its own
        // test.
        if !name.to_ascii_lowercase().starts_with("_kuzu") && session.query(&ddl).is_ok() {
            created += 1;
        }
    }
    assert!(created > 15, "{created}");
    let declaration = || {
        declared([
            node("A", vec![property("s", Type::String, None)]),
            edge("R", "A", "A", vec![]),
        ])
    };
    let before = db.rows("CALL show_tables() RETURN count(*)");
    let report = db.migrate_cleanly(declaration());
    assert_eq!(report.steps.len(), 2);
    assert!(report.notes.len() >= created - 2, "{}", report.notes.len());
    db.reopen();
    db.assert_up_to_date(declaration());
    let after = db.rows("CALL show_tables() RETURN count(*)");
    assert_eq!(
        after.parse::<u32>().unwrap(),
        before.parse::<u32>().unwrap() + 3
    );
}

#[test]
fn manually_added_columns_with_odd_names_are_reported_as_drift() {
    let db = TestDatabase::migrated(declared([node("A", vec![])]));
    db.execute(&[
        "ALTER TABLE A ADD `odd``name` STRING",
        "ALTER TABLE A ADD `a.b` STRING",
        "ALTER TABLE A ADD _label STRING",
    ]);
    let declaration = || declared([node("A", vec![])]);
    assert!(
        matches!(db.assert_refused(declaration()), Error::DriftDetected(rows) if rows.len() == 3)
    );
    assert!(
        db.migrator(declaration())
            .drift(DriftPolicy::Warn)
            .migrate()
            .unwrap()
            .is_up_to_date()
    );
    let e = db.assert_fails(db.migrator(declaration()).drift(DriftPolicy::Adopt));
    assert!(matches!(e, Error::DriftDetected(_)), "{e}");
}

#[test]
fn comment_too_large_for_an_event_is_not_adopted() {
    let long = "x".repeat(100_000);
    let db = TestDatabase::from_cypher(&[
        &format!(
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING DEFAULT CAST('{long}' AS STRING))"
        ),
        "CREATE (:A {id: 1})",
    ]);
    let declaration = || declared([node("A", vec![property("s", Type::String, None)])]);
    db.migrate_cleanly(declaration());
    assert_eq!(db.rows("MATCH (a:A) RETURN size(a.s)"), "100000");
    // A comment can only be recorded in an event.
    let db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING)",
        &format!("COMMENT ON TABLE A IS '{long}'"),
    ]);
    let e = db.assert_refused(declaration());
    assert!(matches!(e, Error::Incompatible(_)), "{e}");
    assert!(e.to_string().contains("A: cannot be recorded"), "{e}");
    let db = TestDatabase::migrated(declaration());
    db.execute(&[&format!("COMMENT ON TABLE A IS '{long}'")]);
    let e = db.assert_fails(db.migrator(declaration()).drift(DriftPolicy::Adopt));
    assert!(
        matches!(e, Error::Incompatible(_)) && e.to_string().len() < 2_000,
        "{e}"
    );
    let e = db.assert_refused(declaration());
    assert!(
        matches!(e, Error::DriftDetected(_)) && e.to_string().len() < 2_000,
        "{}",
        e.to_string().len()
    );
}

fn many(n: usize) -> crate::fixture::Declaration {
    declared((0..n).map(|i| node(&format!("T{i}"), vec![])))
}

#[test]
fn buffer_pool_too_small_for_the_tables_is_an_error() {
    let mut db = TestDatabase::migrated(many(2));
    db.execute(&["CREATE (:T1 {id: 1})"]);
    let e = db.assert_refused(many(80));
    let Error::BufferPoolTooSmall {
        tables,
        needed,
        limit,
    } = &e
    else {
        panic!("{e}")
    };
    assert_eq!((*tables, *limit), (81, 64 << 20));
    assert!(needed > limit);
    db.reopen();
    db.assert_up_to_date(many(2));
    assert_eq!(db.rows("MATCH (t:T1) RETURN t.id"), "1");
    // With the pool size that the error requests, the migration succeeds.
    db.open(fixture::config().buffer_pool_size(*needed));
    db.migrate_cleanly(many(80));
    db.open(fixture::config().buffer_pool_size(*needed));
    db.assert_up_to_date(many(80));
}

#[test]
fn buffer_pool_without_space_for_the_ledger_is_an_error() {
    let ddl: Vec<String> = (0..60)
        .map(|i| format!("CREATE NODE TABLE T{i}(id INT64 PRIMARY KEY)"))
        .collect();
    let mut db = TestDatabase::from_cypher(&ddl.iter().map(String::as_str).collect::<Vec<_>>());
    let e = db.assert_refused(many(60));
    assert!(
        matches!(e, Error::BufferPoolTooSmall { tables: 61, .. }),
        "{e}"
    );
    db.reopen();
    assert_eq!(db.rows("CALL show_tables() RETURN count(*)"), "60");
}
