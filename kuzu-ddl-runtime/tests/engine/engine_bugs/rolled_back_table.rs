//! A table whose creation was rolled back.

use kuzu_ddl_runtime::engine::Transaction;

use super::*;

/// A rolled-back CREATE has consumed a table id. The next table's rows are logged under an id
/// that no replay assigns, so that after a kill the file can never be opened again.
fn rolled_back_and_killed(test: &str, rollback: &[&str], cure: &[&str]) -> Result<(), String> {
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(&*s, A);
        run(&*s, &["CREATE REL TABLE R(FROM A TO A)"]);
        run(&*s, &["CHECKPOINT", "BEGIN TRANSACTION"]);
        run(&*s, rollback);
        run(&*s, &["ROLLBACK"]);
        run(&*s, cure);
        run(
            &*s,
            &[
                "CREATE NODE TABLE C(id INT64 PRIMARY KEY)",
                "CREATE (:C {id: 7})",
            ],
        );
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let db = engine::open(&path, config()).map_err(|e| e.message)?;
    let s = db.session().unwrap();
    assert_eq!(rows(&*s, "MATCH (c:C) RETURN c.id"), "7");
    Ok(())
}

const B: &str = "CREATE NODE TABLE B(id INT64 PRIMARY KEY)";

#[test]
fn b24_next_table_and_a_kill_lose_the_file() {
    let test = test_name!();
    let e = rolled_back_and_killed(test, &[B], &[]).unwrap_err();
    assert_eq!(e, "unordered_map::at");
}

#[test]
fn b24_is_not_cured_by_a_checkpoint_alone() {
    let test = test_name!();
    let pair = [
        "CREATE NODE TABLE B(id INT64 PRIMARY KEY)",
        "ALTER TABLE R ADD FROM A TO B",
    ];
    let e = rolled_back_and_killed(test, &pair, &["CHECKPOINT", "CHECKPOINT"]).unwrap_err();
    assert_eq!(e, "unordered_map::at");
}

#[test]
fn b24_is_cured_by_a_change_and_a_checkpoint() {
    let test = test_name!();
    let cure = ["CREATE SEQUENCE z", "DROP SEQUENCE z", "CHECKPOINT"];
    rolled_back_and_killed(test, &[B], &cure).unwrap();
}

/// The work-around of the migrator.
#[test]
fn b24_is_cured_by_the_transaction() {
    let test = test_name!();
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(&*s, A);
        let tx = Transaction::begin(&*s).unwrap();
        run(&tx, &[B]);
        tx.rollback().unwrap();
        let tx = Transaction::begin(&*s).unwrap();
        run(&tx, &[B, "CREATE (:B {id: 7})"]);
        tx.commit().unwrap();
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let db = open(&path);
    let s = db.session().unwrap();
    assert_eq!(rows(&*s, "MATCH (b:B) RETURN b.id"), "7");
    assert_eq!(rows(&*s, "CALL show_sequences() RETURN name"), "");
}
