//! Parts that several statements share.

use super::super::function_values::OFFSET_RANGE;
use super::super::value::ValueSource;
use crate::schema::name::quote;

pub(super) fn matched(condition: Option<String>) -> String {
    condition.map_or_else(String::new, |condition| format!(" WHERE {condition}"))
}

/// Renders a property map ` {name: value, …}`, or nothing.
pub(super) fn property_map(columns: &[(String, ValueSource)], values: Vec<String>) -> String {
    if columns.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = columns
        .iter()
        .zip(values)
        .map(|((name, _), value)| format!("{}: {value}", quote(name)))
        .collect();
    format!(" {{{}}}", parts.join(", "))
}

/// Renders the MATCH clause for the rels of one pair, as `x` between `a` and `b`.
pub(super) fn rels(table: &str, (a, b): &(String, String)) -> String {
    format!(
        "MATCH (a:{})-[x:{}]->(b:{})",
        quote(a),
        quote(table),
        quote(b)
    )
}

pub(super) fn values(columns: &[(String, ValueSource)]) -> Vec<&ValueSource> {
    columns.iter().map(|(_, value)| value).collect()
}

/// Renders the condition, restricted to an offset range where a function computes values.
pub(super) fn with_offset_range(
    columns: &[(String, ValueSource)],
    condition: Option<String>,
) -> Option<String> {
    if !columns.iter().any(|(_, value)| value.uses_function()) {
        return condition;
    }
    let more = condition.map_or_else(String::new, |condition| format!(" AND {condition}"));
    Some(format!("{OFFSET_RANGE}{more}"))
}
