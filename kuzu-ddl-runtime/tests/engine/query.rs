//! Short ways to run statements.

use kuzu_ddl_core::value::Value;
use kuzu_ddl_runtime::engine::{EngineError, EngineErrorKind, Session};

/// Runs statements; each must succeed.
#[track_caller]
pub(crate) fn run(session: &dyn Session, statements: &[&str]) {
    for statement in statements {
        if let Err(e) = session.query(statement) {
            panic!("{e}");
        }
    }
}

/// The rows of a query, in short text: cells by `|`, rows by `; `.
#[track_caller]
pub(crate) fn rows(session: &dyn Session, cypher: &str) -> String {
    let rows = session.query(cypher).unwrap_or_else(|e| panic!("{e}"));
    let row = |row: &Vec<Value>| row.iter().map(short).collect::<Vec<_>>().join("|");
    rows.iter().map(row).collect::<Vec<_>>().join("; ")
}

fn short(cell: &Value) -> String {
    match cell {
        Value::Null => "NULL".into(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => x.to_string(),
        Value::Text(text) | Value::Other(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// The error of a statement that must fail.
#[track_caller]
pub(crate) fn fails(session: &dyn Session, cypher: &str) -> EngineError {
    match session.query(cypher) {
        Err(e) => e,
        Ok(rows) => panic!("{cypher} must fail, and returned {rows:?}"),
    }
}

/// Its kind.
#[track_caller]
pub(crate) fn kind(session: &dyn Session, cypher: &str) -> EngineErrorKind {
    fails(session, cypher).kind
}
