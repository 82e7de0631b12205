//! A connection whose BEGIN failed.

use super::*;

#[test]
fn b22_failed_begin_crashes_the_connection() {
    if let Some(path) = child::path() {
        let db = open(&path);
        let (a, b) = (
            ::kuzu::Connection::new(&db).unwrap(),
            ::kuzu::Connection::new(&db).unwrap(),
        );
        a.query("BEGIN TRANSACTION").unwrap();
        b.query("BEGIN TRANSACTION").unwrap_err();
        let _ = b.query("CALL show_tables() RETURN *");
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let test = test_name!();
    assert!(child::crashed(child::run(test, &dir.path().join("db"))));
}
