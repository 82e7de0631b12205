//! Short definitions of schema objects, as text.

use crate::json_text::quote;
use crate::schema::{Index, IndexKind, NameKey, Property, Schema, Sequence, Table, TableKind};

/// Returns an optional text for display.
pub(super) fn or_none(text: &Option<String>) -> String {
    text.clone().unwrap_or_else(|| "none".into())
}

/// Returns the name of a property as it is spelled.
pub(super) fn property_name<'t>(table: &'t Table, key: &'t NameKey) -> &'t str {
    let property = table.properties.get(key);
    property.map_or(key.as_str(), |property| &property.name)
}

/// Returns the JSON of an index of a table, with its names as they are spelled.
pub(super) fn index_text(index: &Index, table: &Table) -> String {
    let name = quote(&index.name);
    let kind = match &index.kind {
        IndexKind::FullText => "\"FullText\"".to_owned(),
        IndexKind::Vector => "\"Vector\"".to_owned(),
        IndexKind::Other(kind) => format!("{{\"Other\":{}}}", quote(kind)),
    };
    let properties = index.properties.iter();
    let properties = properties.map(|key| quote(property_name(table, key)));
    let properties: Vec<String> = properties.collect();
    let properties = properties.join(",");
    let options = index.options.iter();
    let options: Vec<String> = options
        .map(|(name, value)| format!("{}:{}", quote(name), quote(value)))
        .collect();
    let options = options.join(",");
    format!(
        "{{\"name\":{name},\"kind\":{kind},\"properties\":[{properties}],\"options\":{{{options}}}}}"
    )
}

/// Returns the JSON of a sequence.
pub(super) fn sequence_text(sequence: &Sequence) -> String {
    let Sequence {
        name,
        start,
        increment,
        min,
        max,
        cycle,
    } = sequence;
    let name = quote(name);
    format!(
        "{{\"name\":{name},\"start\":{start},\"increment\":{increment},\"min\":{min},\
         \"max\":{max},\"cycle\":{cycle}}}"
    )
}

pub(super) fn column(property: &Property) -> String {
    let default = property
        .default_cypher()
        .map(|text| format!(" DEFAULT {text}"));
    format!("{}{}", property.ty, default.unwrap_or_default())
}

pub(super) fn shape(table: &Table, schema: &Schema) -> String {
    let mut parts = Vec::new();
    if let TableKind::Edge { pairs, .. } = &table.kind {
        let spelled = |key: &NameKey| {
            let table = schema.tables.get(key);
            table.map_or_else(|| key.to_string(), |table| table.name.clone())
        };
        let ends = pairs.iter().map(|p| (spelled(&p.from), spelled(&p.to)));
        parts.extend(ends.map(|(from, to)| format!("{from} -> {to}")));
    }
    for (key, property) in &table.properties {
        let is_key = matches!(&table.kind, TableKind::Node { primary_key } if primary_key == key);
        let key = if is_key { " PRIMARY KEY" } else { "" };
        parts.push(format!("{} {}{key}", property.name, column(property)));
    }
    format!("({})", parts.join(", "))
}
