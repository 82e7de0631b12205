//! Queries to the engine.

use kuzu_ddl::kuzu::{Connection, Database};

fn cells(db: &Database, query: &str) -> Vec<Vec<String>> {
    let connection = Connection::new(db).unwrap();
    let result = connection
        .query(query)
        .unwrap_or_else(|e| panic!("{e}: {query}"));
    result
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

pub(super) fn ask(db: &Database, query: &str) -> Vec<String> {
    cells(db, query).iter().map(|row| row.join("|")).collect()
}

/// Constant expressions in the engine's rendering of their values.
pub(super) fn evaluate(db: &Database, parts: &[String]) -> Vec<String> {
    // The engine merges equal result columns, so each has a name.
    let named = parts.iter().enumerate();
    let named: Vec<String> = named.map(|(i, part)| format!("{part} AS c{i}")).collect();
    cells(db, &format!("RETURN {}", named.join(", "))).remove(0)
}

/// Whether a constant expression has a value.
pub(super) fn has_value(db: &Database, part: &str) -> bool {
    let connection = Connection::new(db).unwrap();
    let query = format!("RETURN ({part}) IS NOT NULL");
    connection.query(&query).is_ok_and(|mut rows| {
        let cell = rows
            .next()
            .and_then(|row| row.first().map(ToString::to_string));
        cell.as_deref() == Some("True")
    })
}
