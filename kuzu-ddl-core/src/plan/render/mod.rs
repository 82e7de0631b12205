//! Rendering of operations as Cypher.

pub(in crate::plan) mod display;
pub(in crate::plan) mod pair;
pub(in crate::plan) mod parts;
pub(in crate::plan) mod serial;
pub(in crate::plan) mod statement;

use std::fmt::Write as _;

use parts::{matched, property_map, rels, values, with_offset_range};

use super::function_values::{FunctionValues, OFFSET_RANGE};
use super::operation::Operation;
use super::serial::SerialInputs;
use super::value::{ValueSource, branches};
use crate::schema::name::{quote, string_literal};
use crate::schema::{
    Expr, Multiplicity, NameKey, Pair, Property, StorageDirection, Table, TableKind,
};

impl Operation {
    /// Returns the values that Rust functions compute, if there are any: the statement then runs
    /// once for each range of rows.
    #[must_use]
    pub fn function_values(&self) -> Option<FunctionValues<'_>> {
        match self {
            Self::Backfill {
                table,
                property,
                value,
                ..
            } => FunctionValues::new(
                format!("MATCH (x:{})", quote(table)),
                Some(missing_value_condition(property, value)),
                vec![value],
            ),
            Self::CopyNodes { from, columns, .. } => {
                FunctionValues::new(format!("MATCH (x:{})", quote(from)), None, values(columns))
            }
            Self::CopyRels {
                from,
                pair,
                columns,
                ..
            } => FunctionValues::new(rels(from, pair), None, values(columns)),
            Self::RestorePair {
                archive, columns, ..
            } => FunctionValues::new(
                format!("MATCH (x:{})", quote(archive)),
                None,
                values(columns),
            ),
            _ => None,
        }
    }

    /// Returns the inputs from which the next SERIAL numbers are computed. They are queried when
    /// the step runs; [`serial_statements`](Self::serial_statements) takes the results.
    #[must_use]
    pub fn serial_inputs(&self) -> Vec<SerialInputs> {
        match self {
            Self::ContinueSerial {
                table,
                node,
                columns,
            } => serial::serial_inputs_of(table, *node, columns),
            Self::ReplaceSequence { sequence } => serial::sequence_inputs(sequence),
            _ => Vec::new(),
        }
    }

    /// Returns the statements, given the next number of each SERIAL property.
    #[must_use]
    pub fn serial_statements(&self, next: &[i64]) -> Vec<String> {
        match self {
            Self::ContinueSerial { table, columns, .. } => {
                serial::continue_serial(table, columns, Some(next))
            }
            Self::ReplaceSequence { sequence } => {
                serial::continue_sequence(sequence, next.first().copied())
            }
            _ => self.cypher(),
        }
    }
}

impl Operation {
    /// Renders the statements, in order; each runs separately. Every name is quoted and every
    /// literal rendered here.
    #[must_use]
    pub fn cypher(&self) -> Vec<String> {
        match self {
            Self::CreateTable {
                table,
                order,
                pairs,
            } => create(table, order, pairs),
            Self::RenameTable { from, to, .. } => {
                vec![format!(
                    "ALTER TABLE {} RENAME TO {}",
                    quote(from),
                    quote(to)
                )]
            }
            Self::RenameProperty {
                table, from, to, ..
            } => {
                vec![format!(
                    "ALTER TABLE {} RENAME {} TO {}",
                    quote(table),
                    quote(from),
                    quote(to)
                )]
            }
            Self::AddProperty {
                table,
                node,
                property,
                fill,
                later,
                copy_of,
            } => {
                let values = (fill.as_deref(), copy_of.as_deref());
                add(table, *node, property, values, *later)
            }
            Self::ReplaceProperty {
                table,
                property,
                archive,
                value,
            } => change(table, property, archive, value),
            Self::CopyNodes { from, to, columns } => copy_nodes(from, to, columns),
            Self::CopyRels {
                from,
                to,
                pair,
                moved,
                columns,
            } => copy_rels(from, to, pair, moved, columns),
            Self::DropTable { table } | Self::DropReplacedTable { table } => {
                vec![format!("DROP TABLE {}", quote(table))]
            }
            Self::ContinueSerial { table, columns, .. } => {
                serial::continue_serial(table, columns, None)
            }
            Self::CreateSerialSequences {
                table,
                properties,
                table_exists,
            } => serial::create_serial_sequence(table, properties, *table_exists),
            Self::AlterType {
                table,
                property,
                ty,
            } => {
                let (table, property) = (quote(table), quote(property));
                vec![format!("ALTER TABLE {table} ALTER {property} TYPE {ty}")]
            }
            Self::DropProperty { table, property } => {
                vec![format!(
                    "ALTER TABLE {} DROP {}",
                    quote(table),
                    quote(property)
                )]
            }
            Self::SetNullable { fill: None, .. } => Vec::new(),
            Self::SetNullable {
                table,
                node,
                property,
                fill: Some((fill, ty)),
                ..
            } => {
                let name = quote(property);
                vec![format!(
                    "MATCH {} WHERE x.{name} IS NULL SET x.{name} = {}",
                    pattern(table, *node),
                    fill.canonical(ty)
                )]
            }
            Self::AddPair { table, from, to } => {
                vec![format!(
                    "ALTER TABLE {} ADD FROM {} TO {}",
                    quote(table),
                    quote(from),
                    quote(to)
                )]
            }
            Self::DropPair {
                table, from, to, ..
            } => {
                vec![format!(
                    "ALTER TABLE {} DROP FROM {} TO {}",
                    quote(table),
                    quote(from),
                    quote(to)
                )]
            }
            Self::ArchivePair {
                table,
                pair,
                keys,
                archive,
                order,
                columns,
            } => {
                let mut statements = create(archive, order, &[]);
                statements.push(pair::archive_rels(
                    table,
                    pair,
                    keys,
                    &archive.name,
                    columns,
                ));
                statements
            }
            Self::RestorePair {
                archive,
                table,
                pair,
                ends,
                columns,
            } => pair::restore_rels(archive, table, pair, ends, columns),
            Self::Backfill {
                table,
                property,
                value,
                ..
            } => {
                let (name, only) = (quote(property), missing_value_condition(property, value));
                vec![format!(
                    "MATCH (x:{}) WHERE {OFFSET_RANGE} AND {only} SET x.{name} = {}",
                    quote(table),
                    value.render_or_prior("x")
                )]
            }
            Self::CreateSequence { sequence } => vec![statement::create_sequence(sequence)],
            Self::ReplaceSequence { sequence } => serial::continue_sequence(sequence, None),
            Self::DropSequence { name } => vec![format!("DROP SEQUENCE {}", quote(name))],
            Self::DropIndex {
                table,
                index,
                kind,
                id,
            } => match id {
                Some(id) => statement::drop_index_statement(table, index, kind, *id),
                None => vec![statement::drop_index_alone(table, index, kind)],
            },
            Self::CreateIndex {
                table,
                columns,
                index,
                ..
            } => vec![statement::create_index(table, columns, index)],
            Self::CommentOnTable { table, text } => vec![comment(table, text.as_deref())],
            Self::CommentOnProperty { .. } => Vec::new(),
        }
    }
}

pub(super) fn create(table: &Table, order: &[NameKey], pairs: &[(String, String)]) -> Vec<String> {
    let mut parts: Vec<String> = pairs
        .iter()
        .map(|(from, to)| format!("FROM {} TO {}", quote(from), quote(to)))
        .collect();
    parts.extend(
        order
            .iter()
            .filter_map(|key| table.properties.get(key))
            .map(column),
    );
    let mut text = String::new();
    match &table.kind {
        TableKind::Node { primary_key } => {
            // The engine compares the name in PRIMARY KEY(…) case-sensitively.
            if let Some(key) = table.properties.get(primary_key) {
                parts.push(format!("PRIMARY KEY({})", quote(&key.name)));
            }
            text.push_str("CREATE NODE TABLE ");
        }
        TableKind::Edge { multiplicity, .. } => {
            match multiplicity {
                None | Some(Multiplicity::ManyMany) => {}
                Some(other) => parts.push(other.as_str().to_owned()),
            }
            text.push_str("CREATE REL TABLE ");
        }
    }
    let _ = write!(text, "{}({})", quote(&table.name), parts.join(", "));
    if let TableKind::Edge {
        storage: StorageDirection::Forward,
        ..
    } = table.kind
    {
        text.push_str(" WITH (storage_direction='fwd')");
    }
    let mut statements = vec![text];
    if let Some(text) = &table.comment {
        statements.push(comment(&table.name, Some(text)));
    }
    statements
}

pub(super) fn column(property: &Property) -> String {
    let mut text = format!("{} {}", quote(&property.name), property.ty);
    if let Some(default) = typed_default(property) {
        let _ = write!(text, " DEFAULT {default}");
    }
    text
}

/// Renders a default. An opaque default is the engine's text and is never sent back to it.
fn typed_default(property: &Property) -> Option<String> {
    match &property.default {
        None | Some(Expr::Opaque(_)) => None,
        Some(expr) => Some(expr.canonical(&property.ty)),
    }
}

pub(super) fn add(
    table: &str,
    node: bool,
    property: &Property,
    (fill, copy_of): (Option<&Expr>, Option<&str>),
    later: bool,
) -> Vec<String> {
    let mut statements = vec![format!(
        "ALTER TABLE {} ADD {}",
        quote(table),
        column(property)
    )];
    let value = match fill {
        None if copy_of.is_some() => copy_of.map(|column| format!("x.{}", quote(column))),
        // A default present in the meantime would be mistaken for a value.
        None if later => property.default.as_ref().map(|_| "NULL".to_owned()),
        fill => fill.map(|fill| fill.canonical(&property.ty)),
    };
    if let Some(value) = value {
        statements.push(format!(
            "MATCH {} SET x.{} = {value}",
            pattern(table, node),
            quote(&property.name)
        ));
    }
    statements
}

/// Renders the MATCH clause for the rows of a table, as `x`.
fn pattern(table: &str, node: bool) -> String {
    let table = quote(table);
    if node {
        format!("(x:{table})")
    } else {
        format!("()-[x:{table}]->()")
    }
}

pub(super) fn change(
    table: &str,
    property: &Property,
    archive: &str,
    value: &ValueSource,
) -> Vec<String> {
    let (table, name) = (quote(table), quote(&property.name));
    let mut statements = vec![
        format!("ALTER TABLE {table} RENAME {name} TO {}", quote(archive)),
        format!("ALTER TABLE {table} ADD {}", column(property)),
    ];
    if value.uses_function() {
        let unset = format!("MATCH (x:{table}) SET x.{name} = NULL");
        statements.extend(typed_default(property).map(|_| unset));
        return statements;
    }
    statements.extend(
        branches("x", &[value])
            .into_iter()
            .map(|(condition, values)| {
                let (when, value) = (matched(condition), values.join(", "));
                format!("MATCH (x:{table}){when} SET x.{name} = {value}")
            }),
    );
    statements
}

fn copy_nodes(from: &str, to: &str, columns: &[(String, ValueSource)]) -> Vec<String> {
    let values = values(columns);
    let (from, to) = (quote(from), quote(to));
    let statement = |(condition, values)| {
        let condition = with_offset_range(columns, condition);
        let (when, properties) = (matched(condition), property_map(columns, values));
        format!("MATCH (x:{from}){when} CREATE (:{to}{properties})")
    };
    branches("x", &values).into_iter().map(statement).collect()
}

fn copy_rels(
    from: &str,
    to: &str,
    pair: &(String, String),
    moved: &[Option<(String, String, ValueSource)>; 2],
    columns: &[(String, ValueSource)],
) -> Vec<String> {
    let rels = rels(from, pair);
    let mut ends = ["a", "b"];
    let mut nodes = String::new();
    for (end, (name, moved)) in ends.iter_mut().zip(["a2", "b2"].into_iter().zip(moved)) {
        if let Some((table, key, value)) = moved {
            let _ = write!(
                nodes,
                " MATCH ({name}:{}) WHERE {name}.{} = {}",
                quote(table),
                quote(key),
                value.render_or_prior(end)
            );
            *end = name;
        }
    }
    let values = values(columns);
    let statement = |(condition, values)| {
        let condition = with_offset_range(columns, condition);
        let (when, properties) = (matched(condition), property_map(columns, values));
        let (start, rel, end) = (ends[0], quote(to), ends[1]);
        format!("{rels}{when}{nodes} CREATE ({start})-[:{rel}{properties}]->({end})")
    };
    branches("x", &values).into_iter().map(statement).collect()
}

/// Renders the condition for rows that lack a computed value: values written by others are not
/// touched.
pub(super) fn missing_value_condition(property: &str, value: &ValueSource) -> String {
    let null = format!("x.{} IS NULL", quote(property));
    match &value.cast_function {
        Some(by) if !by.accepts_null && value.prior.is_none() => {
            format!("{null} AND {} IS NOT NULL", value.render_input("x"))
        }
        _ => null,
    }
}

pub(super) fn comment(table: &str, text: Option<&str>) -> String {
    // Comments have no NULL; an empty comment clears.
    format!(
        "COMMENT ON TABLE {} IS {}",
        quote(table),
        string_literal(text.unwrap_or_default())
    )
}

/// Returns a pair with the spelling of its names.
pub(super) fn spelled(pair: &Pair, name: impl Fn(&NameKey) -> String) -> (String, String) {
    (name(&pair.from), name(&pair.to))
}
