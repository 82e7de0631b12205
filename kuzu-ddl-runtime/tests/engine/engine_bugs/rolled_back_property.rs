//! A property whose addition was rolled back.

use super::*;

const ROLLED_BACK_ADD: &[&str] = &[
    "BEGIN TRANSACTION",
    "ALTER TABLE A ADD n INT64 DEFAULT 4",
    "ROLLBACK",
];

#[test]
fn b4_rolled_back_values_reappear_in_the_next_property() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    run(&*s, A);
    run(&*s, ROLLED_BACK_ADD);
    run(&*s, &["ALTER TABLE A ADD n INT64 DEFAULT 9"]);
    assert_eq!(rows(&*s, "MATCH (a:A) RETURN a.n"), "4", "9 is the default");
}

#[test]
fn b4_is_cured_by_a_checkpoint() {
    let (dir, db) = fresh();
    {
        let s = db.session().unwrap();
        run(&*s, A);
        run(&*s, ROLLED_BACK_ADD);
        run(
            &*s,
            &[
                "CHECKPOINT",
                "ALTER TABLE A ADD n STRING DEFAULT 'nine'",
                "CREATE (:A {id: 2})",
            ],
        );
        assert_eq!(
            rows(&*s, "MATCH (a:A) RETURN a.n ORDER BY a.id"),
            "nine; nine"
        );
    }
    drop(db);
    let db = open(&dir.path().join("db"));
    let s = db.session().unwrap();
    assert_eq!(
        rows(&*s, "MATCH (a:A) RETURN a.n ORDER BY a.id"),
        "nine; nine"
    );
}

/// In memory, CHECKPOINT has no effect.
#[test]
fn b4_has_no_cure_in_memory() {
    let db = memory();
    let s = db.session().unwrap();
    run(&*s, A);
    run(&*s, ROLLED_BACK_ADD);
    run(&*s, &["CHECKPOINT", "ALTER TABLE A ADD n INT64 DEFAULT 9"]);
    assert_eq!(rows(&*s, "MATCH (a:A) RETURN a.n"), "4", "9 is the default");
}
