//! Display of operations as plan lines.

use crate::one_line::fmt_one_line;
use std::fmt;

use super::super::operation::{Operation, RenameReason};

impl Operation {
    /// Returns the symbol of the plan line: `+` adds, `-` removes, `~` changes.
    #[must_use]
    pub fn symbol(&self) -> char {
        match self {
            Self::CreateTable { .. }
            | Self::AddProperty { .. }
            | Self::AddPair { .. }
            | Self::RestorePair { .. }
            | Self::CreateSequence { .. }
            | Self::CreateIndex { .. } => '+',
            Self::DropReplacedTable { .. } => '~',
            Self::DropIndex { .. }
            | Self::DropProperty { .. }
            | Self::DropSequence { .. }
            | Self::DropTable { .. }
            | Self::DropPair { .. }
            | Self::ArchivePair { .. }
            | Self::RenameTable {
                purpose: RenameReason::Archive,
                ..
            }
            | Self::RenameProperty {
                purpose: RenameReason::Archive,
                ..
            } => '-',
            Self::RenameTable {
                purpose: RenameReason::Restore,
                ..
            }
            | Self::RenameProperty {
                purpose: RenameReason::Restore,
                ..
            } => '+',
            _ => '~',
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_one_line(f, |f| self.fmt_raw(f))
    }
}

impl Operation {
    fn fmt_raw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTable { table, .. } => {
                write!(f, "create {} {}", table.kind.as_str(), table.name)
            }
            Self::RenameTable { from, to, purpose } => match purpose {
                RenameReason::Declared => write!(f, "rename table {from} to {to}"),
                RenameReason::Archive => write!(f, "archive table {from} as {to}"),
                RenameReason::Restore => write!(f, "restore table {to} from {from}"),
                RenameReason::FreeName => write!(f, "rename table {from} to {to} temporarily"),
                RenameReason::SwapIn => write!(f, "swap in rebuilt table {from} as {to}"),
            },
            Self::RenameProperty {
                table,
                from,
                to,
                purpose,
            } => match purpose {
                RenameReason::Declared => write!(f, "rename property {table}.{from} to {to}"),
                RenameReason::Archive => write!(f, "archive property {table}.{from} as {to}"),
                RenameReason::Restore => write!(f, "restore property {table}.{to} from {from}"),
                RenameReason::FreeName | RenameReason::SwapIn => {
                    write!(f, "rename property {table}.{from} to {to} temporarily")
                }
            },
            Self::AddProperty {
                table, property, ..
            } => {
                write!(f, "add property {table}.{} {}", property.name, property.ty)
            }
            Self::ReplaceProperty {
                table, property, ..
            } => {
                write!(
                    f,
                    "change property {table}.{} to {}",
                    property.name, property.ty
                )?;
                property
                    .default_cypher()
                    .map_or(Ok(()), |text| write!(f, " DEFAULT {text}"))
            }
            Self::AlterType {
                table,
                property,
                ty,
            } => write!(f, "alter type of {table}.{property} to {ty}"),
            Self::DropProperty { table, property } => {
                write!(f, "drop property {table}.{property} and all its values")
            }
            Self::ContinueSerial { table, columns, .. } => {
                let columns = columns.iter().map(|c| format!("{table}.{}", c.property));
                let columns: Vec<String> = columns.collect();
                write!(f, "continue SERIAL numbering of {}", columns.join(", "))
            }
            Self::CreateSerialSequences {
                table, properties, ..
            } => {
                let columns = properties.iter().map(|p| format!("{table}.{p}"));
                let columns: Vec<String> = columns.collect();
                write!(f, "create SERIAL sequences for {}", columns.join(", "))
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
            Self::DropReplacedTable { table } => write!(f, "drop replaced table {table}"),
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
            Self::Backfill {
                table,
                property,
                value,
                within: true,
                ..
            } => write!(
                f,
                "convert the values of {table}.{property} to {}",
                value.to
            ),
            Self::Backfill {
                table,
                property,
                value,
                ..
            } => {
                let by = value
                    .cast_function
                    .as_ref()
                    .or(value.fill_function.as_ref());
                let function = by.map_or("", |by| by.function.as_str());
                write!(f, "backfill {table}.{property} with {function}")
            }
            Self::CreateSequence { sequence } => write!(f, "create sequence {}", sequence.name),
            Self::ReplaceSequence { sequence } => {
                let (name, increment) = (&sequence.name, sequence.increment);
                write!(f, "change sequence {name} to INCREMENT {increment}")
            }
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
            Self::DropPair {
                table, from, to, ..
            } => {
                let (from, to) = (former_name(from), former_name(to));
                write!(f, "drop pair {table}({from} -> {to})")
            }
            Self::ArchivePair {
                table,
                pair: (from, to),
                archive,
                ..
            } => {
                let (from, to) = (former_name(from), former_name(to));
                let name = &archive.name;
                write!(f, "archive the rels of {table}({from} -> {to}) as {name}")
            }
            Self::RestorePair {
                archive,
                table,
                pair: (from, to),
                ..
            } => write!(
                f,
                "restore the rels of {table}({from} -> {to}) from {archive}"
            ),
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

/// Returns the name that an archived table had; any other name unchanged.
fn former_name(name: &str) -> &str {
    match name.rsplit_once("__a_") {
        Some((former, digits))
            if digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_hexdigit()) =>
        {
            former
        }
        _ => name,
    }
}
