//! Our own adapter: values, errors, transactions.

use kuzu_ddl_runtime::engine::{Transaction, owes_checkpoint, settle};

use super::*;

#[test]
fn values_come_back() {
    let db = memory();
    let s = db.session().unwrap();
    run(
        &*s,
        &["CREATE NODE TABLE T(k STRING PRIMARY KEY, b BLOB, n INT64, t STRING)"],
    );
    let row = |k: &str, b: Cell, n: Cell| {
        Cell::Struct(vec![
            ("k".into(), k.into()),
            ("b".into(), b),
            ("n".into(), n),
            ("t".into(), Cell::Null),
        ])
    };
    let list = Cell::List(vec![
        row("a", Cell::Null, Cell::Int(1)),
        row("b", vec![0_u8, 255, 39, 92].into(), Cell::Null),
    ]);
    let cypher = "UNWIND $rows AS r CREATE (:T {k: r.k, b: r.b, n: r.n, t: r.t})";
    s.query_with(cypher, &[("rows", list)]).unwrap();
    let got = s
        .query("MATCH (t:T) RETURN t.k, t.b, t.n, t.t ORDER BY t.k")
        .unwrap();
    assert_eq!(
        got,
        vec![
            vec!["a".into(), Cell::Null, Cell::Int(1), Cell::Null],
            vec![
                "b".into(),
                vec![0_u8, 255, 39, 92].into(),
                Cell::Null,
                Cell::Null
            ],
        ]
    );
    // The engine would read the string's bytes as a number.
    let mixed = Cell::List(vec![Cell::Int(1), "x".into()]);
    let e = s
        .query_with("UNWIND $rows AS r RETURN r", &[("rows", mixed)])
        .unwrap_err();
    assert_eq!(e.kind, EngineErrorKind::Unsupported);
    let empty = s.query_with(
        "UNWIND $rows AS r RETURN r",
        &[("rows", Cell::List(vec![]))],
    );
    assert_eq!(empty.unwrap(), Vec::<Vec<Cell>>::new());
}

#[test]
fn values_that_would_panic_are_refused() {
    let db = memory();
    let s = db.session().unwrap();
    for cypher in [
        "RETURN CAST('290000-01-01' AS DATE)",
        "RETURN CAST('12345678901234567890123456789012345678' AS DECIMAL(38, 0))",
        "RETURN [CAST('290000-01-01' AS DATE)]",
    ] {
        assert_eq!(kind(&*s, cypher), EngineErrorKind::Unreadable, "{cypher}");
    }
    assert_eq!(
        rows(
            &*s,
            "RETURN CAST(CAST('2900-01-01' AS DATE) AS STRING), NULL"
        ),
        "2900-01-01|NULL"
    );
}

#[test]
fn errors_get_their_kind() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    run(
        &*s,
        &["CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING)"],
    );
    for (cypher, expected) in [
        (
            "CREATE NODE TABLE a(id INT64 PRIMARY KEY)",
            EngineErrorKind::Exists,
        ),
        ("ALTER TABLE A ADD S STRING", EngineErrorKind::Exists),
        ("ALTER TABLE A RENAME s TO id", EngineErrorKind::Exists),
        ("ALTER TABLE B ADD x STRING", EngineErrorKind::Missing),
        ("ALTER TABLE A RENAME x TO y", EngineErrorKind::Missing),
        ("DROP TABLE B", EngineErrorKind::Missing),
        ("CALL table_info('B') RETURN *", EngineErrorKind::Missing),
        ("MATCH (b:B) RETURN b.id", EngineErrorKind::Missing),
        ("MATCH (a:A) RETURN a.nope", EngineErrorKind::Missing),
        ("CREATE NODE TABLE", EngineErrorKind::Syntax),
        ("ROLLBACK", EngineErrorKind::NoActiveTransaction),
    ] {
        let e = fails(&*s, cypher);
        assert_eq!(e.kind, expected, "{e}");
        assert_eq!(e.statement, cypher);
        assert!(!e.message.starts_with("Query execution failed"));
    }
}

#[test]
fn a_dropped_transaction_rolls_back() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    {
        let tx = Transaction::begin(&*s).unwrap();
        run(&tx, &["CREATE NODE TABLE A(id INT64 PRIMARY KEY)"]);
    }
    assert_eq!(rows(&*s, "CALL show_tables() RETURN name"), "");
    let tx = Transaction::begin(&*s).unwrap();
    run(&tx, &["CREATE NODE TABLE A(id INT64 PRIMARY KEY)"]);
    tx.commit().unwrap();
    assert_eq!(rows(&*s, "CALL show_tables() RETURN name"), "A");
}

#[test]
fn after_an_error_a_transaction_runs_nothing() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    let tx = Transaction::begin(&*s).unwrap();
    run(&tx, &["CREATE NODE TABLE A(id INT64 PRIMARY KEY)"]);
    assert_eq!(kind(&tx, "DROP TABLE nope"), EngineErrorKind::Missing);
    assert_eq!(
        kind(&tx, "CREATE NODE TABLE B(id INT64 PRIMARY KEY)"),
        EngineErrorKind::Aborted
    );
    assert_eq!(tx.commit().unwrap_err().kind, EngineErrorKind::Aborted);
    // Not even after an error that the engine itself does not take for one.
    let tx = Transaction::begin(&*s).unwrap();
    run(&tx, &["CREATE NODE TABLE A(id INT64 PRIMARY KEY)"]);
    assert_eq!(kind(&tx, "no cypher"), EngineErrorKind::Syntax);
    assert_eq!(tx.commit().unwrap_err().kind, EngineErrorKind::Aborted);
    assert_eq!(rows(&*s, "CALL show_tables() RETURN name"), "");
}

#[test]
fn a_busy_writer_spoils_the_session_only() {
    let (_dir, db) = fresh();
    let (a, b) = (db.session().unwrap(), db.session().unwrap());
    let tx = Transaction::begin(&*a).unwrap();
    assert_eq!(
        Transaction::begin(&*b).err().unwrap().kind,
        EngineErrorKind::WriterBusy
    );
    assert_eq!(kind(&*b, "RETURN 1"), EngineErrorKind::Unusable);
    drop(b);
    tx.rollback().unwrap();
    let b = db.session().unwrap();
    Transaction::begin(&*b).unwrap().commit().unwrap();
}

#[test]
fn a_checkpoint_that_readers_prevent_is_owed() {
    let (_dir, db) = fresh();
    let (s, reader) = (db.session().unwrap(), db.session().unwrap());
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
            "CREATE (:A {id: 1})",
        ],
    );
    run(
        &*reader,
        &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.id"],
    );
    let tx = Transaction::begin(&*s).unwrap();
    run(&tx, &["ALTER TABLE A ADD n INT64 DEFAULT 4"]);
    assert_eq!(
        tx.rollback().unwrap_err().kind,
        EngineErrorKind::CheckpointOwed
    );
    assert!(owes_checkpoint(&*db.session().unwrap()));
    assert_eq!(
        Transaction::begin(&*s).err().unwrap().kind,
        EngineErrorKind::CheckpointOwed
    );
    run(&*reader, &["COMMIT"]);
    settle(&*s).unwrap();
    assert!(!owes_checkpoint(&*s));
    run(&*s, &["ALTER TABLE A ADD n STRING DEFAULT 'q'"]);
    assert_eq!(rows(&*s, "MATCH (a:A) RETURN a.n"), "q");
}
