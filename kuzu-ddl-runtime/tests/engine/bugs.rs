//! The bugs we work around, by their names in our notes. A test that fails here is good news: the
//! engine has got better, and the work-around may go.

use super::*;

/// `A` with one row.
const A: &[&str] = &[
    "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING, x INT64)",
    "CREATE (:A {id: 1, s: '11', x: 1})",
];

#[test]
fn b1_dropped_property_crashes_the_checkpoint() {
    crashes("bugs::b1_dropped_property_crashes_the_checkpoint", |s| {
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
fn b2_dropped_property_takes_values_along() {
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

const ROLLED_BACK_ADD: &[&str] = &[
    "BEGIN TRANSACTION",
    "ALTER TABLE A ADD n INT64 DEFAULT 4",
    "ROLLBACK",
];

#[test]
fn b4_rolled_back_add_haunts_the_next_one() {
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

/// CHECKPOINT does nothing there.
#[test]
fn b4_has_no_cure_in_memory() {
    let db = memory();
    let s = db.session().unwrap();
    run(&*s, A);
    run(&*s, ROLLED_BACK_ADD);
    run(&*s, &["CHECKPOINT", "ALTER TABLE A ADD n INT64 DEFAULT 9"]);
    assert_eq!(rows(&*s, "MATCH (a:A) RETURN a.n"), "4", "9 is the default");
}

#[test]
fn b5_pair_after_a_dropped_property_crashes() {
    crashes("bugs::b5_pair_after_a_dropped_property_crashes", |s| {
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

#[test]
fn b6_pair_of_a_node_table_crashes() {
    crashes("bugs::b6_pair_of_a_node_table_crashes", |s| {
        run(s, A);
        run(s, &["ALTER TABLE A ADD FROM A TO A"]);
    });
}

#[test]
fn b10_replay_evaluates_defaults_anew() {
    let test = "bugs::b10_replay_evaluates_defaults_anew";
    const QUERY: &str = "MATCH (a:A) RETURN CAST(a.t AS STRING)";
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(&*s, A);
        run(
            &*s,
            &["ALTER TABLE A ADD t TIMESTAMP DEFAULT CAST(current_timestamp() AS TIMESTAMP)"],
        );
        std::fs::write(path.with_extension("before"), rows(&*s, QUERY)).unwrap();
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let before = std::fs::read_to_string(path.with_extension("before")).unwrap();
    let db = open(&path);
    assert_ne!(rows(&*db.session().unwrap(), QUERY), before);
}

#[test]
fn b11_the_catalog_drops_signs_and_parentheses() {
    let db = memory();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE D(id INT64 DEFAULT -5 PRIMARY KEY, b INT64 DEFAULT 2 * (3 + 4), \
           c INT64 DEFAULT CAST(-5 AS INT64))",
        ],
    );
    assert_eq!(
        rows(&*s, "CALL table_info('D') RETURN `default expression`"),
        "5; 2 * 3 + 4; CAST(-5 AS INT64)"
    );
}

#[test]
fn b16_commit_beside_a_reader_fails_and_is_committed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let test = "bugs::b16_commit_beside_a_reader_fails_and_is_committed";
    if let Some(path) = child::path() {
        let db = engine::open(&path, config().checkpoint_threshold(4096)).unwrap();
        let (s, reader) = (db.session().unwrap(), db.session().unwrap());
        run(&*s, A);
        run(
            &*reader,
            &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.id"],
        );
        let tx = engine::Transaction::begin(&*s).unwrap();
        run(
            &tx,
            &["UNWIND range(2, 5000) AS i CREATE (:A {id: i, s: 'xxxxxxxxxx', x: i})"],
        );
        assert_eq!(
            tx.commit().unwrap_err().kind,
            EngineErrorKind::OutcomeUnknown
        );
        // The session is usable, the reader undisturbed.
        assert_eq!(rows(&*s, "MATCH (a:A) RETURN count(*)"), "5000");
        assert_eq!(rows(&*reader, "MATCH (a:A) RETURN count(*)"), "1");
        child::exit();
    }
    child::run_to_exit(test, &path);
    let db = open(&path);
    assert_eq!(
        rows(&*db.session().unwrap(), "MATCH (a:A) RETURN count(*)"),
        "5000"
    );
}

#[test]
fn b17_a_reader_loses_a_table_that_is_rebuilt_under_it() {
    let (_dir, db) = fresh();
    let (s, reader) = (db.session().unwrap(), db.session().unwrap());
    run(&*s, A);
    run(
        &*reader,
        &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.x"],
    );
    run(&*s, &["ALTER TABLE A RENAME x TO y"]);
    assert_eq!(rows(&*reader, "MATCH (a:A) RETURN a.x"), "1");
    run(
        &*s,
        &[
            "CREATE NODE TABLE B(id INT64 PRIMARY KEY, s STRING, y INT64)",
            "MATCH (a:A) CREATE (:B {id: a.id, s: a.s, y: a.y})",
            "DROP TABLE A",
            "ALTER TABLE B RENAME TO A",
        ],
    );
    assert_eq!(
        kind(&*reader, "MATCH (a:A) RETURN a.x"),
        EngineErrorKind::Missing
    );
    assert_eq!(
        kind(&*reader, "COMMIT"),
        EngineErrorKind::NoActiveTransaction
    );
}

#[test]
fn a_reader_keeps_a_table_that_is_renamed_or_dropped() {
    let (_dir, db) = fresh();
    let (s, reader) = (db.session().unwrap(), db.session().unwrap());
    run(&*s, A);
    run(
        &*reader,
        &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.x"],
    );
    run(&*s, &["ALTER TABLE A RENAME TO B"]);
    assert_eq!(rows(&*reader, "MATCH (a:A) RETURN a.x"), "1");
    run(&*s, &["DROP TABLE B"]);
    assert_eq!(rows(&*reader, "MATCH (a:A) RETURN a.x"), "1");
    run(&*reader, &["COMMIT"]);
    assert_eq!(
        kind(&*reader, "MATCH (a:A) RETURN a.x"),
        EngineErrorKind::Missing
    );
}

/// So a swap of tables is seen by readers, a swap of properties is not.
#[test]
fn b17_a_reader_loses_a_table_whose_name_is_taken_by_another() {
    let (_dir, db) = fresh();
    let (s, reader) = (db.session().unwrap(), db.session().unwrap());
    run(&*s, A);
    run(
        &*reader,
        &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.x"],
    );
    run(
        &*s,
        &[
            "ALTER TABLE A RENAME TO B",
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
        ],
    );
    assert_eq!(
        kind(&*reader, "MATCH (a:A) RETURN a.x"),
        EngineErrorKind::Missing
    );
    run(
        &*reader,
        &["BEGIN TRANSACTION READ ONLY", "MATCH (b:B) RETURN b.x"],
    );
    run(
        &*s,
        &[
            "BEGIN TRANSACTION",
            "ALTER TABLE B RENAME x TO tmp",
            "ALTER TABLE B RENAME s TO x",
            "ALTER TABLE B RENAME tmp TO s",
            "COMMIT",
        ],
    );
    assert_eq!(rows(&*reader, "MATCH (b:B) RETURN b.x, b.s"), "1|11");
    assert_eq!(rows(&*s, "MATCH (b:B) RETURN b.x, b.s"), "11|1");
}

#[test]
fn b22_failed_begin_crashes_the_connection() {
    if let Some(path) = child::path() {
        let db = open(&path);
        let (a, b) = (
            kuzu::Connection::new(&db).unwrap(),
            kuzu::Connection::new(&db).unwrap(),
        );
        a.query("BEGIN TRANSACTION").unwrap();
        b.query("BEGIN TRANSACTION").unwrap_err();
        let _ = b.query("CALL show_tables() RETURN *");
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let test = "bugs::b22_failed_begin_crashes_the_connection";
    assert!(child::crashed(child::run(test, &dir.path().join("db"))));
}

/// The pairs that were there before hide it until the file is opened again.
#[test]
fn export_of_a_rel_table_without_pairs_crashes() {
    let test = "bugs::export_of_a_rel_table_without_pairs_crashes";
    let export = |path: &Path| {
        let db = open(path);
        let target = path.with_extension("export");
        run(
            &*db.session().unwrap(),
            &[&format!(
                "EXPORT DATABASE '{}' (schema_only=true)",
                target.display()
            )],
        );
    };
    if let Some(path) = child::path() {
        export(&path);
        child::exit();
    }
    let (dir, db) = fresh();
    {
        let s = db.session().unwrap();
        run(&*s, A);
        run(
            &*s,
            &[
                "CREATE REL TABLE R(FROM A TO A)",
                "ALTER TABLE R DROP FROM A TO A",
            ],
        );
    }
    drop(db);
    assert!(child::crashed(child::run(test, &dir.path().join("db"))));
}

/// Asserts that the statements end a process by a signal.
fn crashes(test: &str, statements: impl FnOnce(&dyn Session)) {
    if let Some(path) = child::path() {
        let db = open(&path);
        statements(&*db.session().unwrap());
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let status = child::run(test, &dir.path().join("db"));
    assert!(child::crashed(status), "it ended with {status}");
}
