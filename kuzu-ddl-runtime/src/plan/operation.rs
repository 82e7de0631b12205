//! What one step does, and its Cypher.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

use super::made::{Made, RANGE};
use super::serial::{self, Count, Counted};
use super::statement;
use super::value::{Value, ways};
use crate::event::ObjectId;
use crate::owed::Owed;
use crate::schema::name::{quote, string_literal};
use crate::schema::{
    Expr, Index, IndexKind, Key, Multiplicity, Pair, Property, Sequence, StorageDirection, Table,
    TableKind, Type,
};

/// One change of the database, in names as they are when the step's turn comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Operation {
    /// A new table of either kind, with its properties, pairs and comment.
    CreateTable {
        /// The table.
        table: Table,
        /// The properties in column order.
        order: Vec<Key>,
        /// The pairs by the spelling of the node tables' names.
        pairs: Vec<(String, String)>,
    },
    /// Another name for a table.
    RenameTable {
        /// From.
        from: String,
        /// To.
        to: String,
        /// Why.
        purpose: Purpose,
    },
    /// Another name for a property.
    RenameProperty {
        /// The table.
        table: String,
        /// From.
        from: String,
        /// To.
        to: String,
        /// Why.
        purpose: Purpose,
    },
    /// A new property of a table that is there.
    AddProperty {
        /// The table.
        table: String,
        /// Whether it is a node table.
        node: bool,
        /// The property.
        property: Property,
        /// What the rows that are there are SET to, if it is not the default that the ADD gives them.
        fill: Option<Box<Expr>>,
        /// Whether they get nothing yet, because a function makes their values later.
        #[serde(default)]
        later: bool,
    },
    /// A node property with another type or default: the old column is archived, a new one added
    /// and filled.
    ChangeProperty {
        /// The table.
        table: String,
        /// The property as it will be.
        property: Property,
        /// The name of the old column from now on.
        archive: String,
        /// How the new values are made.
        value: Box<Value>,
    },
    /// Properties of a table that is yet to be put in place count on, from above what rows have.
    CountOn {
        /// The table.
        table: String,
        /// Whether it is a node table.
        node: bool,
        /// The properties.
        columns: Vec<Count>,
    },
    /// The sequences that the engine looks for when it drops a table with SERIALs.
    ClaimCounters {
        /// The table.
        table: String,
        /// The properties.
        properties: Vec<String>,
        /// Whether there is a table of this name.
        there: bool,
    },
    /// Another type of a property, in place.
    AlterType {
        /// The table.
        table: String,
        /// The property.
        property: String,
        /// Its type from now on.
        ty: Type,
    },
    /// A property and all its values, for ever.
    DropProperty {
        /// The table.
        table: String,
        /// The property.
        property: String,
    },
    /// All rows of a node table into another.
    CopyNodes {
        /// From.
        from: String,
        /// To.
        to: String,
        /// Columns of the new table, each with how its values are made.
        columns: Vec<(String, Value)>,
    },
    /// All rels of one FROM–TO pair into another table.
    CopyRels {
        /// From.
        from: String,
        /// To.
        to: String,
        /// The node tables of the old pair.
        pair: (String, String),
        /// Where an end was rebuilt: the new node table, its key, and how that key is made of the old
        /// node.
        moved: Box<[Option<(String, String, Value)>; 2]>,
        /// Columns of the new table, each with how its values are made.
        columns: Vec<(String, Value)>,
    },
    /// An archived table and all its rows, for ever.
    DropTable {
        /// The table.
        table: String,
    },
    /// A table whose rows are all in another by now.
    DropCopied {
        /// The table.
        table: String,
    },
    /// Whether the application may read NULL: kept in the ledger. The database changes only where
    /// rows have NULL and the source says what they get.
    SetNullable {
        /// The table.
        table: String,
        /// Whether it is a node table.
        node: bool,
        /// The property.
        property: String,
        /// Whether it may.
        nullable: bool,
        /// What rows without a value get, and the property's type.
        fill: Option<(Expr, Type)>,
    },
    /// A new FROM–TO pair.
    AddPair {
        /// The rel table.
        table: String,
        /// The source.
        from: String,
        /// The destination.
        to: String,
    },
    /// A FROM–TO pair and its rels.
    DropPair {
        /// The rel table.
        table: String,
        /// The source.
        from: String,
        /// The destination.
        to: String,
    },
    /// An index goes, on the way to dropping its table, or by itself.
    DropIndex {
        /// The table.
        table: String,
        /// The index.
        index: String,
        /// What kind it is.
        kind: IndexKind,
        /// The engine's id of the table, after which the tables of the index are called: they are
        /// dropped one by one. `None` where the engine drops an index itself.
        id: Option<u64>,
    },
    /// Values of a node property that a Rust function makes. They are owed after the transaction of all
    /// other steps, and made in batches, each a transaction of its own.
    MakeValues {
        /// The table.
        table: String,
        /// The property.
        property: String,
        /// The object.
        id: ObjectId,
        /// The name of the table's key, by which a person knows a row.
        key: String,
        /// How the values are made.
        value: Box<Value>,
    },
    /// A new index. It is owed after the transaction of all other steps, unless the engine makes it within.
    CreateIndex {
        /// The table.
        table: String,
        /// The object.
        id: ObjectId,
        /// The properties as spelled.
        columns: Vec<String>,
        /// The index, with all its options.
        index: Index,
        /// Whether it is made within the transaction.
        #[serde(default)]
        within: bool,
    },
    /// A new sequence.
    CreateSequence {
        /// The sequence.
        sequence: Sequence,
    },
    /// A sequence goes.
    DropSequence {
        /// Its name.
        name: String,
    },
    /// A table's comment.
    CommentOnTable {
        /// The table.
        table: String,
        /// The comment; `None` clears it.
        text: Option<String>,
    },
    /// A property's comment: kept in the ledger, no change of the database.
    CommentOnProperty {
        /// The table.
        table: String,
        /// The property.
        property: String,
        /// The comment; `None` clears it.
        text: Option<String>,
    },
}

/// Why something gets another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// The source says so.
    Rename,
    /// It is dropped: kept under a name nobody uses.
    Archive,
    /// It is brought back.
    Restore,
    /// On the way to its name, which is not free yet.
    Temporary,
    /// It takes the place of the table whose rows it has.
    Rebuilt,
}

impl Operation {
    /// The table it is about, by the name it has before.
    #[must_use]
    pub fn table(&self) -> &str {
        match self {
            Self::CreateTable { table, .. } => &table.name,
            // Of no table: their names are never those of tables here.
            Self::CreateSequence { .. } | Self::DropSequence { .. } => "",
            Self::RenameTable { from, .. } => from,
            Self::CopyNodes { to, .. } | Self::CopyRels { to, .. } => to,
            Self::ChangeProperty { table, .. }
            | Self::CountOn { table, .. }
            | Self::ClaimCounters { table, .. }
            | Self::AlterType { table, .. }
            | Self::DropProperty { table, .. }
            | Self::DropTable { table }
            | Self::DropCopied { table }
            | Self::SetNullable { table, .. }
            | Self::RenameProperty { table, .. }
            | Self::AddProperty { table, .. }
            | Self::AddPair { table, .. }
            | Self::DropPair { table, .. }
            | Self::DropIndex { table, .. }
            | Self::MakeValues { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::CommentOnTable { table, .. }
            | Self::CommentOnProperty { table, .. } => table,
        }
    }

    /// What is owed after the transaction in place of this step within it, if the engine cannot do
    /// it in one.
    #[must_use]
    pub fn owed(&self) -> Option<Owed> {
        match self {
            Self::CreateIndex {
                id, within: false, ..
            } => Some(Owed::Index(*id)),
            Self::MakeValues { id, .. } => Some(Owed::Values(*id)),
            _ => None,
        }
    }

    /// The part that Rust functions make, if there is one: the statement is then run once for each
    /// range of rows.
    #[must_use]
    pub fn made(&self) -> Option<Made<'_>> {
        match self {
            Self::MakeValues {
                table,
                property,
                value,
                ..
            } => Made::of(
                format!("MATCH (x:{})", quote(table)),
                Some(unmade(property, value)),
                vec![value],
            ),
            Self::CopyNodes { from, columns, .. } => {
                Made::of(format!("MATCH (x:{})", quote(from)), None, values(columns))
            }
            Self::CopyRels {
                from,
                pair,
                columns,
                ..
            } => Made::of(rels(from, pair), None, values(columns)),
            _ => None,
        }
    }

    /// The statements, in order; each is run by itself. Every name is quoted, every literal is
    /// rendered here.
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
            } => add(table, *node, property, fill.as_deref(), *later),
            Self::ChangeProperty {
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
            Self::DropTable { table } | Self::DropCopied { table } => {
                vec![format!("DROP TABLE {}", quote(table))]
            }
            Self::CountOn { table, columns, .. } => serial::count_on(table, columns, None),
            Self::ClaimCounters {
                table,
                properties,
                there,
            } => serial::claim(table, properties, *there),
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
            Self::DropPair { table, from, to } => {
                vec![format!(
                    "ALTER TABLE {} DROP FROM {} TO {}",
                    quote(table),
                    quote(from),
                    quote(to)
                )]
            }
            Self::MakeValues {
                table,
                property,
                value,
                ..
            } => {
                let (name, only) = (quote(property), unmade(property, value));
                vec![format!(
                    "MATCH (x:{}) WHERE {RANGE} AND {only} SET x.{name} = {}",
                    quote(table),
                    value.of("x")
                )]
            }
            Self::CreateSequence { sequence } => vec![statement::create_sequence(sequence)],
            Self::DropSequence { name } => vec![format!("DROP SEQUENCE {}", quote(name))],
            Self::DropIndex {
                table,
                index,
                kind,
                id,
            } => match id {
                Some(id) => statement::drop_index(table, index, kind, *id),
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

    /// What the numbers depend on with which properties count on: they are found out when it is the
    /// step's turn, and [`counting_from`](Self::counting_from) has them.
    #[must_use]
    pub fn counted(&self) -> Vec<Counted> {
        match self {
            Self::CountOn {
                table,
                node,
                columns,
            } => serial::counted(table, *node, columns),
            _ => Vec::new(),
        }
    }

    /// The statements, with the next number of each property that counts on.
    #[must_use]
    pub fn counting_from(&self, next: &[i64]) -> Vec<String> {
        match self {
            Self::CountOn { table, columns, .. } => serial::count_on(table, columns, Some(next)),
            _ => self.cypher(),
        }
    }

    /// The values that it makes.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let (one, many) = match self {
            Self::ChangeProperty { value, .. } => (Some(value.as_mut()), None),
            Self::CopyNodes { columns, .. } | Self::CopyRels { columns, .. } => {
                (None, Some(columns))
            }
            _ => (None, None),
        };
        let many = many.into_iter().flatten().map(|(_, value)| value);
        one.into_iter().chain(many)
    }

    /// `+` for what is added, `-` for what goes away, `~` for what changes.
    #[must_use]
    pub fn sign(&self) -> char {
        match self {
            Self::CreateTable { .. }
            | Self::AddProperty { .. }
            | Self::AddPair { .. }
            | Self::CreateSequence { .. }
            | Self::CreateIndex { .. } => '+',
            Self::DropCopied { .. } => '~',
            Self::DropIndex { .. }
            | Self::DropProperty { .. }
            | Self::DropSequence { .. }
            | Self::DropTable { .. }
            | Self::DropPair { .. }
            | Self::RenameTable {
                purpose: Purpose::Archive,
                ..
            }
            | Self::RenameProperty {
                purpose: Purpose::Archive,
                ..
            } => '-',
            Self::RenameTable {
                purpose: Purpose::Restore,
                ..
            }
            | Self::RenameProperty {
                purpose: Purpose::Restore,
                ..
            } => '+',
            _ => '~',
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTable { table, .. } => {
                write!(f, "create {} {}", table.kind.words(), table.name)
            }
            Self::RenameTable { from, to, purpose } => match purpose {
                Purpose::Rename => write!(f, "rename table {from} to {to}"),
                Purpose::Archive => write!(f, "archive table {from} as {to}"),
                Purpose::Restore => write!(f, "restore table {to} from {from}"),
                Purpose::Temporary => write!(f, "move table {from} aside as {to}"),
                Purpose::Rebuilt => write!(f, "put the rebuilt table {from} in place as {to}"),
            },
            Self::RenameProperty {
                table,
                from,
                to,
                purpose,
            } => match purpose {
                Purpose::Rename => write!(f, "rename property {table}.{from} to {to}"),
                Purpose::Archive => write!(f, "archive property {table}.{from} as {to}"),
                Purpose::Restore => write!(f, "restore property {table}.{to} from {from}"),
                Purpose::Temporary | Purpose::Rebuilt => {
                    write!(f, "move property {table}.{from} aside as {to}")
                }
            },
            Self::AddProperty {
                table, property, ..
            } => {
                write!(f, "add property {table}.{} {}", property.name, property.ty)
            }
            Self::ChangeProperty {
                table, property, ..
            } => {
                write!(
                    f,
                    "change property {table}.{} to {}",
                    property.name, property.ty
                )?;
                property
                    .default_text()
                    .map_or(Ok(()), |text| write!(f, " DEFAULT {text}"))
            }
            Self::AlterType {
                table,
                property,
                ty,
            } => write!(f, "alter the type of {table}.{property} to {ty}"),
            Self::DropProperty { table, property } => {
                write!(f, "drop property {table}.{property} and all its values")
            }
            Self::CountOn { table, columns, .. } => {
                let columns: Vec<&str> = columns.iter().map(|c| c.property.as_str()).collect();
                let columns = columns.join(", ");
                write!(f, "let {columns} of {table} count on above the rows")
            }
            Self::ClaimCounters {
                table, properties, ..
            } => {
                let properties = properties.join(", ");
                write!(f, "make the sequences that go with {properties} of {table}")
            }
            Self::CopyNodes { from, to, .. } => write!(f, "copy the nodes of {from} to {to}"),
            Self::CopyRels {
                from,
                to,
                pair: (a, b),
                ..
            } => {
                write!(f, "copy the rels of {from}({a} -> {b}) to {to}")
            }
            Self::DropTable { table } => write!(f, "drop table {table} and all its rows"),
            Self::DropCopied { table } => write!(f, "drop table {table}, whose rows are copied"),
            Self::SetNullable {
                table,
                property,
                nullable: true,
                ..
            } => {
                write!(f, "allow NULL in {table}.{property}")
            }
            Self::SetNullable {
                table,
                property,
                nullable: false,
                ..
            } => {
                write!(f, "require a value of {table}.{property}")
            }
            Self::MakeValues {
                table,
                property,
                value,
                ..
            } => {
                let by = value.by.as_ref().or(value.fill_by.as_ref());
                let function = by.map_or("", |by| by.function.as_str());
                write!(f, "make the values of {table}.{property} by {function}")
            }
            Self::CreateSequence { sequence } => write!(f, "create sequence {}", sequence.name),
            Self::DropSequence { name } => write!(f, "drop sequence {name}"),
            Self::DropIndex {
                table, index, kind, ..
            } => write!(f, "drop {kind} {table}[{index}]"),
            Self::CreateIndex {
                table,
                columns,
                index,
                ..
            } => {
                let (kind, name) = (&index.kind, &index.name);
                write!(f, "create {kind} {table}[{name}] on {}", columns.join(", "))
            }
            Self::AddPair { table, from, to } => write!(f, "add pair {table}({from} -> {to})"),
            Self::DropPair { table, from, to } => write!(f, "drop pair {table}({from} -> {to})"),
            Self::CommentOnTable {
                table,
                text: Some(_),
            } => write!(f, "comment on table {table}"),
            Self::CommentOnTable { table, text: None } => {
                write!(f, "clear the comment on table {table}")
            }
            Self::CommentOnProperty {
                table,
                property,
                text: Some(_),
            } => {
                write!(f, "comment on property {table}.{property}")
            }
            Self::CommentOnProperty {
                table,
                property,
                text: None,
            } => {
                write!(f, "clear the comment on property {table}.{property}")
            }
        }
    }
}

fn create(table: &Table, order: &[Key], pairs: &[(String, String)]) -> Vec<String> {
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
            // The engine compares the name in PRIMARY KEY(…) with regard to case.
            if let Some(key) = table.properties.get(primary_key) {
                parts.push(format!("PRIMARY KEY({})", quote(&key.name)));
            }
            text.push_str("CREATE NODE TABLE ");
        }
        TableKind::Edge { multiplicity, .. } => {
            match multiplicity {
                None | Some(Multiplicity::ManyMany) => {}
                Some(other) => parts.push(other.word().to_owned()),
            }
            text.push_str("CREATE REL TABLE ");
        }
    }
    let _ = write!(text, "{}({})", quote(&table.name), parts.join(", "));
    if let TableKind::Edge {
        storage: StorageDirection::Fwd,
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

fn column(property: &Property) -> String {
    let mut text = format!("{} {}", quote(&property.name), property.ty);
    if let Some(default) = typed_default(property) {
        let _ = write!(text, " DEFAULT {default}");
    }
    text
}

/// An opaque default is the engine's text and is never sent back to it.
fn typed_default(property: &Property) -> Option<String> {
    match &property.default {
        None | Some(Expr::Opaque(_)) => None,
        Some(expr) => Some(expr.canonical(&property.ty)),
    }
}

fn add(
    table: &str,
    node: bool,
    property: &Property,
    fill: Option<&Expr>,
    later: bool,
) -> Vec<String> {
    let mut statements = vec![format!(
        "ALTER TABLE {} ADD {}",
        quote(table),
        column(property)
    )];
    let value = match fill {
        // A default that stood there meanwhile would pass for a value.
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

/// The rows of a table, as `x`.
fn pattern(table: &str, node: bool) -> String {
    let table = quote(table);
    if node {
        format!("(x:{table})")
    } else {
        format!("()-[x:{table}]->()")
    }
}

fn change(table: &str, property: &Property, archive: &str, value: &Value) -> Vec<String> {
    let (table, name) = (quote(table), quote(&property.name));
    let mut statements = vec![
        format!("ALTER TABLE {table} RENAME {name} TO {}", quote(archive)),
        format!("ALTER TABLE {table} ADD {}", column(property)),
    ];
    if value.is_made() {
        let unset = format!("MATCH (x:{table}) SET x.{name} = NULL");
        statements.extend(typed_default(property).map(|_| unset));
        return statements;
    }
    statements.extend(ways("x", &[value]).into_iter().map(|(condition, values)| {
        let (when, value) = (matched(condition), values.join(", "));
        format!("MATCH (x:{table}){when} SET x.{name} = {value}")
    }));
    statements
}

fn matched(condition: Option<String>) -> String {
    condition.map_or_else(String::new, |condition| format!(" WHERE {condition}"))
}

/// ` {name: value, …}`, or nothing.
fn assigned(columns: &[(String, Value)], values: Vec<String>) -> String {
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

fn copy_nodes(from: &str, to: &str, columns: &[(String, Value)]) -> Vec<String> {
    let values = values(columns);
    let (from, to) = (quote(from), quote(to));
    let statement = |(condition, values)| {
        let condition = ranged(columns, condition);
        let (when, properties) = (matched(condition), assigned(columns, values));
        format!("MATCH (x:{from}){when} CREATE (:{to}{properties})")
    };
    ways("x", &values).into_iter().map(statement).collect()
}

fn copy_rels(
    from: &str,
    to: &str,
    pair: &(String, String),
    moved: &[Option<(String, String, Value)>; 2],
    columns: &[(String, Value)],
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
                value.of(end)
            );
            *end = name;
        }
    }
    let values = values(columns);
    let statement = |(condition, values)| {
        let condition = ranged(columns, condition);
        let (when, properties) = (matched(condition), assigned(columns, values));
        let (start, rel, end) = (ends[0], quote(to), ends[1]);
        format!("{rels}{when}{nodes} CREATE ({start})-[:{rel}{properties}]->({end})")
    };
    ways("x", &values).into_iter().map(statement).collect()
}

/// The rels of one pair, as `x` between `a` and `b`.
fn rels(table: &str, (a, b): &(String, String)) -> String {
    format!(
        "MATCH (a:{})-[x:{}]->(b:{})",
        quote(a),
        quote(table),
        quote(b)
    )
}

fn values(columns: &[(String, Value)]) -> Vec<&Value> {
    columns.iter().map(|(_, value)| value).collect()
}

/// The condition, of a range of the rows where a function makes values.
fn ranged(columns: &[(String, Value)], condition: Option<String>) -> Option<String> {
    if !columns.iter().any(|(_, value)| value.is_made()) {
        return condition;
    }
    let more = condition.map_or_else(String::new, |condition| format!(" AND {condition}"));
    Some(format!("{RANGE}{more}"))
}

/// Which rows lack a value that a function makes: none of what others write meanwhile is touched.
fn unmade(property: &str, value: &Value) -> String {
    let null = format!("x.{} IS NULL", quote(property));
    match &value.by {
        Some(by) if !by.takes_null => format!("{null} AND {} IS NOT NULL", value.old("x")),
        _ => null,
    }
}

fn comment(table: &str, text: Option<&str>) -> String {
    // There is no NULL for comments; the empty one is none.
    format!(
        "COMMENT ON TABLE {} IS {}",
        quote(table),
        string_literal(text.unwrap_or_default())
    )
}

/// A pair by the spelling of its names.
pub(super) fn spelled(pair: &Pair, name: impl Fn(&Key) -> String) -> (String, String) {
    (name(&pair.from), name(&pair.to))
}
