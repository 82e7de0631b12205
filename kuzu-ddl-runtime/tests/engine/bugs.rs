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
fn b1b_property_replaced_in_one_transaction_crashes_the_checkpoint() {
    let test = "bugs::b1b_property_replaced_in_one_transaction_crashes_the_checkpoint";
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

/// Drops a property; killed, opened again, with a checkpoint, `before`, a row, a checkpoint.
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
    let test = "bugs::b1c_property_dropped_before_a_kill_crashes_later";
    let status = drop_killed_and_opened(test, &[]);
    assert!(child::crashed(status), "it ended with {status}");
}

#[test]
fn b1c_is_cured_by_another_change_of_the_table() {
    let test = "bugs::b1c_is_cured_by_another_change_of_the_table";
    let cure = [
        "ALTER TABLE A ADD zz INT64",
        "ALTER TABLE A DROP zz",
        "CHECKPOINT",
    ];
    let status = drop_killed_and_opened(test, &cure);
    assert_eq!(status.code(), Some(77), "it ended with {status}");
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

#[test]
fn b3_dropped_property_and_a_row_in_one_transaction_crash() {
    let test = "bugs::b3_dropped_property_and_a_row_in_one_transaction_crash";
    crashes(test, |s| {
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
fn b8_functions_beside_a_macro_crash() {
    crashes("bugs::b8_functions_beside_a_macro_crash", |s| {
        run(s, &["CREATE MACRO twice(x) AS x + x"]);
        run(s, &["CALL show_functions() RETURN *"]);
    });
}

/// The column is short: a SET can be read, and is gone after the checkpoint. Only the first value of
/// every 2,048 stays.
#[test]
fn b9_default_that_differs_by_row_fills_one_row() {
    let fills = [
        ("u UUID DEFAULT gen_random_uuid()", false),
        ("u STRING DEFAULT CAST(nextval('sq') AS STRING)", false),
        ("u INT128 DEFAULT CAST(nextval('sq') AS INT128)", false),
        ("u INT64 DEFAULT CAST(nextval('sq') AS INT64)", true),
        (
            "u TIMESTAMP DEFAULT CAST(current_timestamp() AS TIMESTAMP)",
            true,
        ),
        ("u DATE DEFAULT CAST(current_date() AS DATE)", true),
    ];
    for (column, sound) in fills {
        let (_dir, db) = fresh();
        let s = db.session().unwrap();
        let add = format!("ALTER TABLE A ADD {column}");
        let ty = column.split(' ').nth(1).unwrap();
        let value = match ty {
            "UUID" => "concat('00000000-0000-0000-0000-00000000000', CAST(a.id AS STRING))",
            "TIMESTAMP" | "DATE" => "concat('2020-01-0', CAST(a.id AS STRING))",
            _ => "a.id",
        };
        let set = format!("MATCH (a:A) SET a.u = CAST({value} AS {ty})");
        run(&*s, A);
        run(
            &*s,
            &[
                "CREATE SEQUENCE sq",
                "CREATE (:A {id: 2}), (:A {id: 3})",
                "BEGIN TRANSACTION",
                &add,
                &set,
                "COMMIT",
            ],
        );
        let query = "MATCH (a:A) RETURN CAST(a.u AS STRING) ORDER BY a.id";
        let before = rows(&*s, query);
        run(&*s, &["CHECKPOINT"]);
        let after = rows(&*s, query);
        assert_eq!(after == before, sound, "{column}: {before}, then {after}");
        let first = |rows: &str| rows.split("; ").next().map(str::to_owned);
        assert_eq!(first(&after), first(&before), "{column}");
    }
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

const HUB: &[&str] = &[
    "UNWIND range(2, 4) AS i CREATE (:A {id: i})",
    "CREATE REL TABLE R(FROM A TO A, MANY_ONE)",
    "MATCH (a:A {id: 1}), (b:A {id: 2}) CREATE (a)-[:R]->(b)",
];

#[test]
fn b12_failed_copy_of_rels_crashes_the_checkpoint() {
    crashes(
        "bugs::b12_failed_copy_of_rels_crashes_the_checkpoint",
        |s| {
            run(s, A);
            run(s, HUB);
            s.query("COPY R FROM (MATCH (a:A), (b:A) WHERE b.id > 2 RETURN a.id AS f, b.id AS t)")
                .unwrap_err();
            run(s, &["CHECKPOINT"]);
        },
    );
}

/// Two COPYs into a table that is there, rolled back, and one of their keys by hand.
fn copies_rolled_back(s: &dyn Session) {
    run(s, A);
    run(s, &["BEGIN TRANSACTION"]);
    for start in [100, 200] {
        let copy = format!(
            "COPY A FROM (UNWIND range({start}, {start} + 50) AS i \
             RETURN i AS a, CAST(i AS STRING) AS b, i + 0 AS c)"
        );
        run(s, &[&copy]);
    }
    run(s, &["ROLLBACK", "CREATE (:A {id: 100, x: 5})"]);
}

#[test]
fn b13_rolled_back_copies_crash() {
    crashes("bugs::b13_rolled_back_copies_crash", |s| {
        copies_rolled_back(s);
        run(s, &["CHECKPOINT"]);
    });
}

#[test]
fn b15_rebuild_by_copy_beside_a_reader_and_a_kill_loses_all_rows() {
    let test = "bugs::b15_rebuild_by_copy_beside_a_reader_and_a_kill_loses_all_rows";
    if let Some(path) = child::path() {
        let db = open(&path);
        let (s, reader) = (db.session().unwrap(), db.session().unwrap());
        run(&*s, A);
        run(
            &*reader,
            &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.id"],
        );
        run(
            &*s,
            &[
                "BEGIN TRANSACTION",
                "CREATE NODE TABLE A2(id INT64 PRIMARY KEY, s INT64, x INT64)",
                "COPY A2 FROM (MATCH (a:A) RETURN a.id AS a, CAST(a.s AS INT64) AS b, a.x AS c)",
                "DROP TABLE A",
                "ALTER TABLE A2 RENAME TO A",
            ],
        );
        assert_eq!(kind(&*s, "COMMIT"), EngineErrorKind::CheckpointTimeout);
        assert_eq!(rows(&*s, "MATCH (a:A) RETURN a.s"), "11");
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let db = open(&path);
    let s = db.session().unwrap();
    assert_eq!(rows(&*s, "MATCH (a:A) RETURN a.s"), "");
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
fn b18_value_copied_twice_arrives_once() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE P(id INT64 PRIMARY KEY, x INT64, y INT64)",
            "COPY P FROM (UNWIND range(2, 2) AS i RETURN i + 1 AS a, i AS b, i AS c)",
        ],
    );
    let found = rows(&*s, "MATCH (p:P) RETURN p.id, p.x, p.y");
    assert_eq!(found, "3|NULL|2", "2 was returned twice");
}

#[test]
fn b19_row_of_an_indexed_table_with_a_dropped_property_crashes() {
    let test = "bugs::b19_row_of_an_indexed_table_with_a_dropped_property_crashes";
    crashes(test, |s| {
        run(
            s,
            &[
                "CREATE NODE TABLE D(id INT64 PRIMARY KEY, s STRING, v FLOAT[2])",
                "CREATE (:D {id: 1, s: 's', v: CAST([0.0, 1.0] AS FLOAT[2])})",
                "CALL CREATE_VECTOR_INDEX('D', 'near', 'v', metric := 'l2')",
                "ALTER TABLE D DROP s",
                "CREATE (:D {id: 2, v: CAST([2.0, 1.0] AS FLOAT[2])})",
            ],
        );
    });
}

#[test]
fn b20_rels_of_few_nodes_are_slow_to_set() {
    let time = |rels: usize| {
        let db = memory();
        let s = db.session().unwrap();
        let rels =
            format!("MATCH (a:A) UNWIND range(1, {rels}) AS i CREATE (a)-[:R {{w: i}}]->(a)");
        run(&*s, A);
        run(&*s, &["CREATE REL TABLE R(FROM A TO A, w INT64)", &rels]);
        let start = std::time::Instant::now();
        run(&*s, &["MATCH ()-[r:R]->() SET r.w = r.w + 1"]);
        start.elapsed()
    };
    let (few, many) = (time(3_000), time(24_000));
    assert!(many > 16 * few, "8 times the rels: {few:?}, {many:?}");
}

#[test]
fn b21_index_beside_a_reader_is_not_made() {
    let (_dir, db) = fresh();
    let (s, reader) = (db.session().unwrap(), db.session().unwrap());
    run(&*s, A);
    run(
        &*reader,
        &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.id"],
    );
    let index = "CALL CREATE_FTS_INDEX('A', 'ix', ['s'])";
    assert_eq!(kind(&*s, index), EngineErrorKind::CheckpointTimeout);
    let indexes = "CALL show_indexes() RETURN index_name";
    assert_eq!(rows(&*s, indexes), "");
    run(&*reader, &["COMMIT"]);
    // Its inner tables are left behind, so that the name cannot be used again.
    assert_eq!(kind(&*s, index), EngineErrorKind::Exists);
    run(&*s, &["CALL CREATE_FTS_INDEX('A', 'other', ['s'])"]);
    assert_eq!(rows(&*s, indexes), "other");
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

/// A rolled-back CREATE has used up an id. The next table's rows are logged under an id that no
/// replay gives, so that after a kill the file cannot be opened, ever again.
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
fn b24_table_after_a_rolled_back_one_and_a_kill_lose_the_file() {
    let test = "bugs::b24_table_after_a_rolled_back_one_and_a_kill_lose_the_file";
    let e = rolled_back_and_killed(test, &[B], &[]).unwrap_err();
    assert_eq!(e, "unordered_map::at");
}

#[test]
fn b24_is_not_cured_by_a_checkpoint_alone() {
    let test = "bugs::b24_is_not_cured_by_a_checkpoint_alone";
    let pair = [
        "CREATE NODE TABLE B(id INT64 PRIMARY KEY)",
        "ALTER TABLE R ADD FROM A TO B",
    ];
    let e = rolled_back_and_killed(test, &pair, &["CHECKPOINT", "CHECKPOINT"]).unwrap_err();
    assert_eq!(e, "unordered_map::at");
}

#[test]
fn b24_is_cured_by_a_change_and_a_checkpoint() {
    let test = "bugs::b24_is_cured_by_a_change_and_a_checkpoint";
    let cure = ["CREATE SEQUENCE z", "DROP SEQUENCE z", "CHECKPOINT"];
    rolled_back_and_killed(test, &[B], &cure).unwrap();
}

/// As the migrator does it.
#[test]
fn b24_is_cured_by_the_transaction() {
    let test = "bugs::b24_is_cured_by_the_transaction";
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(&*s, A);
        let tx = engine::Transaction::begin(&*s).unwrap();
        run(&tx, &[B]);
        tx.rollback().unwrap();
        let tx = engine::Transaction::begin(&*s).unwrap();
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

/// Nothing of ours has a part in this: rows that the application deletes are its own.
#[test]
fn a_node_deleted_with_a_rel_to_itself_and_a_kill_takes_another_rel_along() {
    const RELS: &str = "MATCH (a:A)-[:R]->(b:A) RETURN a.id, b.id ORDER BY a.id, b.id";
    let test = "bugs::a_node_deleted_with_a_rel_to_itself_and_a_kill_takes_another_rel_along";
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(
            &*s,
            &[
                "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
                "CREATE REL TABLE R(FROM A TO A)",
                "UNWIND range(1, 4) AS i CREATE (:A {id: i})",
            ],
        );
        for (a, b) in [(1, 4), (3, 3), (2, 2), (1, 1)] {
            let ends = format!("MATCH (a:A), (b:A) WHERE a.id = {a} AND b.id = {b}");
            run(&*s, &[&format!("{ends} CREATE (a)-[:R]->(b)")]);
        }
        run(&*s, &["MATCH (a:A) WHERE a.id = 2 DETACH DELETE a"]);
        assert_eq!(rows(&*s, RELS), "1|1; 1|4; 3|3");
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let db = open(&path);
    let s = db.session().unwrap();
    assert_eq!(rows(&*s, RELS), "1|1; 3|3", "1 -> 4 was never deleted");
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
