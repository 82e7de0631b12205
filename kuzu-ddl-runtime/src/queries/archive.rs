//! What is archived in a database: kept, out of the way, there to be brought back or purged.

use std::fmt;

use kuzu_ddl_core::diff;
use kuzu_ddl_core::diff::archive_entries;
use kuzu_ddl_core::event::EventId;
use kuzu_ddl_core::schema::name::quote;
use kuzu_ddl_core::schema::{Schema, Table, Type};
use kuzu_ddl_core::value::Value;
use serde::{Deserialize, Serialize};

use crate::engine::{Engine, EngineError, Session};
use crate::error::Error;
use crate::history::format_timestamp;
use crate::inspect::{InspectScope, inspect};
use crate::ledger;

/// Something archived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivedObject {
    /// What it is.
    pub kind: ArchivedKind,
    /// `Table` or `Table.property`, as it was called: what `.restore(…)` and `.purge(…)` take.
    pub object: String,
    /// The same with the name that it has in the database. No two are the same: what `.purge(…)`
    /// takes where the other name is not clear, and `.restore(…)` for old values of a property.
    pub name: String,
    /// The event that archived it.
    pub archived_by: EventId,
    /// When, in milliseconds since 1970; `None` if no revision has the event.
    pub archived_at_ms: Option<u64>,
    /// The application through which it happened, as it named itself.
    pub application: Option<String>,
    /// Rows of a table; of a column its values that are not NULL.
    pub row_count: u64,
    /// About how many bytes, before compression: what the types take, and of texts, blobs and lists
    /// the mean of a sample.
    pub bytes: u64,
}

/// The kinds of archived things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ArchivedKind {
    /// A dropped node table.
    NodeTable,
    /// A dropped rel table.
    EdgeTable,
    /// A dropped property.
    Property,
    /// The column of a property from before a change of its type or default.
    Column,
}

impl ArchivedKind {
    /// The words for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NodeTable => "node table",
            Self::EdgeTable => "rel table",
            Self::Property => "property",
            Self::Column => "old values of",
        }
    }
}

impl fmt::Display for ArchivedObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let things = match self.kind {
            ArchivedKind::NodeTable | ArchivedKind::EdgeTable => "rows",
            ArchivedKind::Property | ArchivedKind::Column => "values",
        };
        write!(
            f,
            "{} {}, {} {things}, about {} KiB, as {}",
            self.kind.words(),
            self.object,
            self.row_count,
            self.bytes.div_ceil(1024),
            self.name
        )?;
        self.archived_at_ms
            .map_or(Ok(()), |at| write!(f, ", since {}", format_timestamp(at)))
    }
}

/// Everything archived that this database has, by name. Counts all rows of it, and looks at a sample
/// of long values.
///
/// # Errors
/// [`Error::Ledger`] if rows of the ledger cannot be read; otherwise what the engine says.
pub fn list_archived(db: &dyn Engine) -> Result<Vec<ArchivedObject>, Error> {
    let session = db.session()?;
    let contents = ledger::read(session.as_ref())?;
    if !contents.corrupt.is_empty() {
        return Err(Error::CorruptLedger(contents.corrupt));
    }
    let live = inspect(session.as_ref(), InspectScope::All)?.schema;
    let fold = contents.fold();
    let mut out = Vec::new();
    for found in archive_entries(&fold) {
        let Some((kind, (count, bytes))) = measure(session.as_ref(), &live, &found)? else {
            continue;
        };
        let mut revisions = contents.revisions.values();
        let revision = revisions.find(|revision| revision.events.contains(&found.by));
        out.push(ArchivedObject {
            kind,
            object: found.origin,
            name: found.name,
            archived_by: found.by,
            archived_at_ms: revision.map(|revision| revision.started_at_ms),
            application: revision.and_then(|revision| revision.application.clone()),
            row_count: count,
            bytes,
        });
    }
    Ok(out)
}

type Measured = (ArchivedKind, (u64, u64));

/// How much there is of it; `None` if it was archived before it ever came here.
fn measure(
    session: &dyn Session,
    live: &Schema,
    found: &diff::ArchiveEntry,
) -> Result<Option<Measured>, EngineError> {
    let Some((name, column)) = found.name.split_once('.') else {
        let Some(table) = live.table(&found.name) else {
            return Ok(None);
        };
        let kind = if table.kind.is_node() {
            ArchivedKind::NodeTable
        } else {
            ArchivedKind::EdgeTable
        };
        return Ok(Some((kind, measure_table(session, table)?)));
    };
    let Some((table, property)) = live
        .table(name)
        .and_then(|table| Some((table, table.property(column)?)))
    else {
        return Ok(None);
    };
    let kind = if found.is_column {
        ArchivedKind::Column
    } else {
        ArchivedKind::Property
    };
    let pattern = pattern(table);
    let column = quote(&property.name);
    let query = format!("MATCH {pattern} WHERE x.{column} IS NOT NULL RETURN count(*)");
    let count = number(session, &query)?;
    let each = size_of(session, &pattern, &property.name, &property.ty)?;
    Ok(Some((kind, (count, count.saturating_mul(each)))))
}

fn measure_table(session: &dyn Session, table: &Table) -> Result<(u64, u64), EngineError> {
    let pattern = pattern(table);
    let count = number(session, &format!("MATCH {pattern} RETURN count(*)"))?;
    // A row has an id of its own, a rel also those of its ends.
    let mut each = if table.kind.is_node() { 8 } else { 24 };
    for property in table.properties.values() {
        each += size_of(session, &pattern, &property.name, &property.ty)?;
    }
    Ok((count, count.saturating_mul(each)))
}

fn pattern(table: &Table) -> String {
    let name = quote(&table.name);
    if table.kind.is_node() {
        format!("(x:{name})")
    } else {
        format!("()-[x:{name}]->()")
    }
}

/// How many values a sample has.
const SAMPLE: u32 = 1000;

/// About how many bytes a value takes.
fn size_of(
    session: &dyn Session,
    pattern: &str,
    column: &str,
    ty: &Type,
) -> Result<u64, EngineError> {
    let column = quote(column);
    let length = match ty {
        Type::Bool | Type::Int8 | Type::UInt8 => return Ok(1),
        Type::Int16 | Type::UInt16 => return Ok(2),
        Type::Int32 | Type::UInt32 | Type::Float | Type::Date => return Ok(4),
        Type::Int128 | Type::Uuid | Type::Interval | Type::InternalId => return Ok(16),
        Type::Decimal { precision, .. } if *precision > 18 => return Ok(16),
        Type::String | Type::Json => format!("size(x.{column})"),
        // The text of anything nested is about as long as the thing.
        Type::Blob
        | Type::List(_)
        | Type::Array(..)
        | Type::Struct(_)
        | Type::Map(..)
        | Type::Union(_)
        | Type::Unknown(_) => format!("size(CAST(x.{column} AS STRING))"),
        _ => return Ok(8),
    };
    let query = format!(
        "MATCH {pattern} WHERE x.{column} IS NOT NULL WITH x LIMIT {SAMPLE} \
         RETURN CAST(ceil(avg({length})) AS INT64)"
    );
    Ok(number(session, &query)?.saturating_add(8))
}

/// The one number that a query returns; NULL is 0.
fn number(session: &dyn Session, query: &str) -> Result<u64, EngineError> {
    let rows = session.query(query)?;
    let cell = rows.first().and_then(|row| row.first());
    let number = cell
        .and_then(Value::int)
        .and_then(|n| u64::try_from(n).ok());
    Ok(number.unwrap_or(0))
}
