//! The bugs of Kùzu that the project works around, named by their numbers in its notes, with the
//! work-arounds. A test that fails here is good news: the engine was improved, and the
//! work-around can be removed.

mod catalog_texts;
mod checkpointed_values;
mod conversions;
mod copy_from;
mod default_evaluation;
mod dropped_index;
mod dropped_property;
mod failed_begin;
mod indexed_values;
mod readers;
mod rel_tables;
mod rolled_back_property;
mod rolled_back_table;
mod serial_names;
mod serial_rebuild;
mod unfinished_index;

use std::path::Path;

use ::kuzu::Database;
use kuzu_ddl_runtime::engine;
use kuzu_ddl_runtime::engine::{Engine, EngineErrorKind, Session};

use crate::child;
use crate::kuzu::config;
use crate::query::{kind, rows, run};

/// `A` with one row.
const A: &[&str] = &[
    "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING, x INT64)",
    "CREATE (:A {id: 1, s: '11', x: 1})",
];

fn open(path: &Path) -> Database {
    engine::open(path, config()).unwrap()
}

fn memory() -> Database {
    Database::in_memory(config()).unwrap()
}

/// A database in a directory of its own.
fn fresh() -> (tempfile::TempDir, Database) {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir.path().join("db"));
    (dir, db)
}

/// Asserts that the statements end a process by a signal.
fn crashes(test: &str, statements: impl FnOnce(&dyn Session)) {
    let status = status_of(test, statements);
    assert!(child::crashed(status), "it ended with {status}");
}

/// Asserts that the statements do not succeed. They read foreign memory: mostly that ends the process
/// by a signal, rarely it is an error.
fn crashes_or_fails(test: &str, statements: impl FnOnce(&dyn Session)) {
    let status = status_of(test, statements);
    let has_failed = status.code() == Some(101);
    assert!(
        child::crashed(status) || has_failed,
        "it ended with {status}"
    );
}

/// Executes the statements in a process of their own.
fn status_of(test: &str, statements: impl FnOnce(&dyn Session)) -> std::process::ExitStatus {
    if let Some(path) = child::path() {
        let db = open(&path);
        statements(&*db.session().unwrap());
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    child::run(test, &dir.path().join("db"))
}
