//! What the engine really does, as far as this project leans on it. A test that fails after an
//! update of the engine names the assumption that has to be looked at again.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod adapter;
mod bugs;
mod capabilities;
mod casts;
mod child;
mod defaults;
mod durable;
mod indexes;
mod inspection;
mod serial;
mod shared;
mod tried;
mod words;

use std::path::Path;

use kuzu_ddl_runtime::engine::{self, Cell, Engine, EngineError, EngineErrorKind, Session};

/// The test databases' buffer pool, in MiB.
const POOL: u64 = 128;

fn config() -> kuzu::SystemConfig {
    kuzu::SystemConfig::default()
        .max_db_size(1 << 34)
        .buffer_pool_size(POOL << 20)
}

fn open(path: &Path) -> kuzu::Database {
    engine::open(path, config()).unwrap()
}

fn memory() -> kuzu::Database {
    kuzu::Database::in_memory(config()).unwrap()
}

/// A database in a directory of its own.
fn fresh() -> (tempfile::TempDir, kuzu::Database) {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir.path().join("db"));
    (dir, db)
}

/// Runs statements; each must succeed.
#[track_caller]
fn run(session: &dyn Session, statements: &[&str]) {
    for statement in statements {
        if let Err(e) = session.query(statement) {
            panic!("{e}");
        }
    }
}

/// The rows of a query, in short text: cells by `|`, rows by `; `.
#[track_caller]
fn rows(session: &dyn Session, cypher: &str) -> String {
    let rows = session.query(cypher).unwrap_or_else(|e| panic!("{e}"));
    let row = |row: &Vec<Cell>| row.iter().map(short).collect::<Vec<_>>().join("|");
    rows.iter().map(row).collect::<Vec<_>>().join("; ")
}

fn short(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".into(),
        Cell::Bool(b) => b.to_string(),
        Cell::Int(n) => n.to_string(),
        Cell::Float(x) => x.to_string(),
        Cell::Text(text) | Cell::Other(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// The error of a statement that must fail.
#[track_caller]
fn fails(session: &dyn Session, cypher: &str) -> EngineError {
    match session.query(cypher) {
        Err(e) => e,
        Ok(rows) => panic!("{cypher} must fail, and returned {rows:?}"),
    }
}

fn kind(session: &dyn Session, cypher: &str) -> EngineErrorKind {
    fails(session, cypher).kind
}
