//! Tombstones that come back after a restore.

use kuzu_ddl::{UndeclaredPolicy, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        mail: Option<String>,
    }

    #[derive(KuzuNode)]
    pub(super) struct Club {
        #[kuzu(primary_key)]
        id: i64,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(dropped("mail"))]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Extra {
        #[kuzu(primary_key)]
        id: i64,
    }
}

fn old() -> Declaration {
    schema![v1::Person, v1::Club]
}

fn dropped() -> Declaration {
    schema![v2::Person; dropped "Club"]
}

fn tables(db: &TestDatabase) -> String {
    let columns = db.rows("CALL table_info('Person') RETURN name");
    let tables = db.rows("CALL show_tables() RETURN name ORDER BY name");
    let has = |text: &str, name: &str| text.split("; ").any(|found| found == name);
    format!(
        "mail {}, Club {}",
        has(&columns, "mail"),
        has(&tables, "Club")
    )
}

fn restored() -> TestDatabase {
    let db = TestDatabase::migrated(old());
    db.migrate_cleanly(dropped());
    assert_eq!(tables(&db), "mail false, Club false");
    db.migrator(old())
        .restore("Club")
        .restore("Person.mail")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.assert_up_to_date(old());
    assert_eq!(tables(&db), "mail true, Club true");
    db
}

#[test]
fn tombstone_that_comes_back_after_a_restore_acts_again() {
    let db = restored();
    db.migrate_cleanly(schema![v2::Person, v2::Extra; dropped "Club"]);
    assert_eq!(tables(&db), "mail false, Club false");
}

/// A program that still has the tombstone does not undo the restore. The note
/// does not advise to write the tombstone that is written.
#[test]
fn tombstone_that_was_applied_does_not_undo_a_restore() {
    let note =
        |object: &str| format!("{object} has a tombstone, but was restored since, and is kept");
    let db = restored();
    let report = db.migrate_cleanly(dropped()).to_string();
    assert!(
        report.contains(&note("Club")) && report.contains(&note("Person.mail")),
        "{report}"
    );
    assert!(!report.contains("to drop it, declare"), "{report}");
    assert_eq!(tables(&db), "mail true, Club true");

    let db = TestDatabase::migrated(old());
    db.migrate_cleanly(dropped());
    db.migrator(dropped())
        .restore("Club")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.assert_up_to_date(dropped());
    let next = || schema![v2::Person, v2::Extra; dropped "Club"];
    let report = db.migrate_cleanly(next()).to_string();
    assert!(
        report.contains(&note("Club")) && !report.contains("to drop it, declare"),
        "{report}"
    );
    assert_eq!(tables(&db), "mail false, Club true");
    // The words of the note work.
    db.migrator(next())
        .undeclared_policy(UndeclaredPolicy::Archive)
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(tables(&db), "mail false, Club false");
}

/// A restored table is not reported as one that nothing manages.
#[test]
fn restored_table_is_managed() {
    let db = TestDatabase::migrated(old());
    db.migrate_cleanly(dropped());
    let report = db.migrator(dropped()).restore("Club").migrate();
    let report = report.map(|report| report.to_string()).unwrap_or_default();
    assert!(
        report.contains("restore table Club") && !report.contains("not managed"),
        "{report}"
    );
}
