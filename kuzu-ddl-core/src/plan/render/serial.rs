//! Cypher of the sequences of SERIAL properties.
//!
//! The reasons for these statements are in `recipe/serial.rs`.

use super::super::serial::{SerialColumn, SerialInputs};
use super::statement;
use super::statement::count_rows;
use crate::schema::name::{INTERNAL_PREFIX, quote, string_literal};
use crate::schema::{NameKey, Sequence};

/// Placeholder for the next number in statements until it is known.
const NEXT: &str = "$next";

/// Returns the queries for the next numbers of SERIAL columns.
pub(in crate::plan) fn serial_inputs_of(
    table: &str,
    node: bool,
    counts: &[SerialColumn],
) -> Vec<SerialInputs> {
    let rows = count_rows(table, node);
    let rows = rows.trim_end_matches("count(*)");
    let inputs = |count: &SerialColumn| SerialInputs {
        max_value: format!("{rows}max(x.{})", quote(&count.property)),
        previous_sequences: count
            .previous_sequences
            .iter()
            .map(|name| next_of(name))
            .collect(),
    };
    counts.iter().map(inputs).collect()
}

/// Returns the query for the next number of a sequence that counts up.
pub(in crate::plan) fn sequence_inputs(sequence: &Sequence) -> Vec<SerialInputs> {
    let inputs = SerialInputs {
        max_value: "RETURN CAST(NULL AS INT64)".to_owned(),
        previous_sequences: vec![next_of(&sequence.name)],
    };
    (sequence.increment > 0)
        .then_some(inputs)
        .into_iter()
        .collect()
}

/// Renders the statements that give a sequence another definition. It continues at `next`, as far
/// as the new definition allows.
pub(in crate::plan) fn continue_sequence(sequence: &Sequence, next: Option<i64>) -> Vec<String> {
    let start = next.map_or(sequence.start, |next| {
        next.max(sequence.start).clamp(sequence.min, sequence.max)
    });
    let sequence = Sequence {
        start,
        ..sequence.clone()
    };
    vec![
        format!("DROP SEQUENCE {}", quote(&sequence.name)),
        statement::create_sequence(&sequence),
    ]
}

fn next_of(sequence: &str) -> String {
    format!("RETURN nextval({})", string_literal(sequence))
}

/// Renders the statements after which an existing table takes its numbers from sequences created by
/// kuzu-ddl, starting at the numbers in `next`.
pub(in crate::plan) fn continue_serial(
    table: &str,
    counts: &[SerialColumn],
    next: Option<&[i64]>,
) -> Vec<String> {
    let properties: Vec<&str> = counts.iter().map(|c| c.property.as_str()).collect();
    let aside = format!("{table}_");
    let mut statements = vec![rename(table, &aside)];
    statements.push(placeholder_sequence(table, &properties, ""));
    statements.extend(properties.iter().map(|p| {
        let (table, p) = (quote(table), quote(p));
        format!("ALTER TABLE {table} ADD {p} SERIAL")
    }));
    statements.push(format!("DROP TABLE {}", quote(table)));
    for (i, property) in properties.iter().enumerate() {
        let next = next.and_then(|next| next.get(i));
        let start = next.map_or_else(|| NEXT.to_owned(), i64::to_string);
        let name = format!("{table}_{property}_serial");
        statements.push(statement::create_serial_sequence_statement(&name, &start));
    }
    statements.push(rename(&aside, table));
    statements
}

/// Renders the statements that create the sequences which DROP TABLE will look for.
pub(in crate::plan) fn create_serial_sequence(
    table: &str,
    properties: &[String],
    table_exists: bool,
) -> Vec<String> {
    let aside = format!("{INTERNAL_PREFIX}_aside");
    let properties: Vec<&str> = properties.iter().map(String::as_str).collect();
    let columns: String = properties
        .iter()
        .map(|p| format!(", {} SERIAL", quote(p)))
        .collect();
    let mut statements = Vec::new();
    statements.extend(table_exists.then(|| rename(table, &aside)));
    statements.push(placeholder_sequence(table, &properties, &columns));
    // From the last column on, which leaves no gap in the column ids.
    statements.extend(properties.iter().rev().map(|p| {
        let (table, p) = (quote(table), quote(p));
        format!("ALTER TABLE {table} DROP {p}")
    }));
    statements.push(format!("DROP TABLE {}", quote(table)));
    statements.extend(table_exists.then(|| rename(&aside, table)));
    statements
}

fn rename(from: &str, to: &str) -> String {
    format!("ALTER TABLE {} RENAME TO {}", quote(from), quote(to))
}

/// Renders a table without rows, for sequences that are named after it.
fn placeholder_sequence(table: &str, properties: &[&str], columns: &str) -> String {
    let is_used = |key: &str| {
        properties
            .iter()
            .any(|p| NameKey::new(p) == NameKey::new(key))
    };
    let mut key = "k".to_owned();
    while is_used(&key) {
        key.push('k');
    }
    let (table, key) = (quote(table), quote(&key));
    format!("CREATE NODE TABLE {table}({key} INT64 PRIMARY KEY{columns})")
}
