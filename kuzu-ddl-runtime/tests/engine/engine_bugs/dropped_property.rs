//! A property that is dropped in place.

use super::*;

#[test]
fn b1_dropped_property_crashes_the_checkpoint() {
    crashes(test_name!(), |s| {
        run(s, A);
        run(
            s,
            &[
                "CHECKPOINT",
                "MATCH (a:A) SET a.x = 2",
                "ALTER TABLE A DROP s",
                "CHECKPOINT",
            ],
        );
    });
}

#[test]
fn b1b_property_replaced_in_one_transaction_crashes_the_checkpoint() {
    let test = test_name!();
    crashes(test, |s| {
        run(s, A);
        run(
            s,
            &[
                "CHECKPOINT",
                "BEGIN TRANSACTION",
                "ALTER TABLE A ADD n INT64",
                "MATCH (a:A) SET a.n = CAST(a.s AS INT64)",
                "ALTER TABLE A DROP s",
                "ALTER TABLE A RENAME n TO s",
                "COMMIT",
                "CHECKPOINT",
            ],
        );
    });
}

/// Drops a property and is killed; opened again, it runs a checkpoint, `before`, a row and a
/// checkpoint.
fn drop_killed_and_opened(test: &str, before: &[&str]) -> std::process::ExitStatus {
    if let Some(path) = child::path() {
        let first = !path.exists();
        let db = open(&path);
        let s = db.session().unwrap();
        if first {
            run(&*s, A);
            run(&*s, &["CHECKPOINT", "ALTER TABLE A DROP s"]);
        } else {
            run(&*s, &["CHECKPOINT"]);
            run(&*s, before);
            run(&*s, &["CREATE (:A {id: 2, x: 7})", "CHECKPOINT"]);
            assert_eq!(rows(&*s, "MATCH (a:A) RETURN a.x ORDER BY a.id"), "1; 7");
        }
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    child::run(test, &path)
}

#[test]
fn b1c_property_dropped_before_a_kill_crashes_later() {
    let test = test_name!();
    let status = drop_killed_and_opened(test, &[]);
    assert!(child::crashed(status), "it ended with {status}");
}

#[test]
fn b1c_is_cured_by_another_change_of_the_table() {
    let test = test_name!();
    let cure = [
        "ALTER TABLE A ADD zz INT64",
        "ALTER TABLE A DROP zz",
        "CHECKPOINT",
    ];
    let status = drop_killed_and_opened(test, &cure);
    assert_eq!(status.code(), Some(77), "it ended with {status}");
}

#[test]
fn b2_dropped_property_loses_values_of_others() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    run(&*s, A);
    run(
        &*s,
        &[
            "BEGIN TRANSACTION",
            "CREATE (:A {id: 2, s: 'y', x: 7})",
            "ALTER TABLE A DROP s",
            "COMMIT",
        ],
    );
    assert_eq!(
        rows(&*s, "MATCH (a:A) WHERE a.id = 2 RETURN a.x"),
        "0",
        "7 was written"
    );
}

#[test]
fn b3_dropped_property_and_a_row_in_one_transaction_crash() {
    let test = test_name!();
    crashes_or_fails(test, |s| {
        run(s, A);
        run(
            s,
            &[
                "BEGIN TRANSACTION",
                "ALTER TABLE A DROP s",
                "CREATE (:A {id: 2, x: 7})",
                "MATCH (a:A) RETURN a.id, a.x",
            ],
        );
    });
}

#[test]
fn b5_pair_after_a_dropped_property_crashes() {
    crashes(test_name!(), |s| {
        run(s, A);
        run(
            s,
            &[
                "CREATE NODE TABLE C(id INT64 PRIMARY KEY)",
                "CREATE REL TABLE R(FROM A TO A, w DOUBLE, k INT64)",
                "ALTER TABLE R DROP w",
                "ALTER TABLE R ADD FROM C TO A",
            ],
        );
    });
}

/// The engine reads memory of another column. Some runs reach one of its assertions first, which
/// the adapter reports as an error.
#[test]
fn b19_row_of_an_indexed_table_with_a_dropped_property_crashes() {
    crashes(test_name!(), |s| {
        run(
            s,
            &[
                "CREATE NODE TABLE D(id INT64 PRIMARY KEY, s STRING, v FLOAT[2])",
                "CREATE (:D {id: 1, s: 's', v: CAST([0.0, 1.0] AS FLOAT[2])})",
                "CALL CREATE_VECTOR_INDEX('D', 'near', 'v', metric := 'l2')",
                "ALTER TABLE D DROP s",
            ],
        );
        if let Err(e) = s.query("CREATE (:D {id: 2, v: CAST([2.0, 1.0] AS FLOAT[2])})") {
            assert!(e.message.contains("Assertion failed"), "{e}");
            std::process::abort();
        }
    });
}
