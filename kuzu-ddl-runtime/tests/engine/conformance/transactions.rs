//! Transactions, concurrent writers and the snapshots of readers.

use kuzu_ddl_runtime::engine::Transaction;

use super::*;

/// `A` with one row.
const A: &[&str] = &[
    "CREATE NODE TABLE A(id INT64 PRIMARY KEY, x INT64)",
    "CREATE (:A {id: 1, x: 1})",
];

pub(crate) fn a_dropped_transaction_is_rolled_back(subject: &Subject) {
    let (_dir, db) = subject.fresh();
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

pub(crate) fn a_failed_transaction_runs_nothing_more(subject: &Subject) {
    let (_dir, db) = subject.fresh();
    let s = db.session().unwrap();
    let tx = Transaction::begin(&*s).unwrap();
    run(&tx, &["CREATE NODE TABLE A(id INT64 PRIMARY KEY)"]);
    assert_eq!(kind(&tx, "DROP TABLE nope"), EngineErrorKind::NotFound);
    assert_eq!(
        kind(&tx, "CREATE NODE TABLE B(id INT64 PRIMARY KEY)"),
        EngineErrorKind::TransactionAborted
    );
    assert_eq!(
        tx.commit().unwrap_err().kind,
        EngineErrorKind::TransactionAborted
    );
    // The same after an error that does not end the engine's own transaction.
    let tx = Transaction::begin(&*s).unwrap();
    run(&tx, &["CREATE NODE TABLE A(id INT64 PRIMARY KEY)"]);
    assert_eq!(kind(&tx, "no cypher"), EngineErrorKind::Syntax);
    assert_eq!(
        tx.commit().unwrap_err().kind,
        EngineErrorKind::TransactionAborted
    );
    assert_eq!(rows(&*s, "CALL show_tables() RETURN name"), "");
}

pub(crate) fn a_busy_writer_poisons_only_the_session(subject: &Subject) {
    let (_dir, db) = subject.fresh();
    let (a, b) = (db.session().unwrap(), db.session().unwrap());
    let tx = Transaction::begin(&*a).unwrap();
    assert_eq!(
        Transaction::begin(&*b).err().unwrap().kind,
        EngineErrorKind::WriterBusy
    );
    assert_eq!(kind(&*b, "RETURN 1"), EngineErrorKind::SessionPoisoned);
    drop(b);
    tx.rollback().unwrap();
    let b = db.session().unwrap();
    Transaction::begin(&*b).unwrap().commit().unwrap();
}

pub(crate) fn a_reader_keeps_a_table_that_is_renamed_or_dropped(subject: &Subject) {
    let (_dir, db) = subject.fresh();
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
        EngineErrorKind::NotFound
    );
}
