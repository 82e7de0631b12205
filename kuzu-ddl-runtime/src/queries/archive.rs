//! Lists the archived objects of a database, which can be restored or purged.

use std::fmt;

use kuzu_ddl_core::diff::{ArchiveEntry, archive_entries};
use kuzu_ddl_core::event::EventId;
use kuzu_ddl_core::one_line::fmt_one_line;
use kuzu_ddl_core::plan::count_noun;
use kuzu_ddl_core::schema::name::quote;
use kuzu_ddl_core::schema::{Schema, Table, Type};
use kuzu_ddl_core::value::Value;
use serde::{Deserialize, Serialize};

use crate::engine::{Engine, EngineError, Session};
use crate::error::Error;
use crate::history::format_timestamp;
use crate::inspect::{InspectScope, inspect};
use crate::ledger;

/// Archived object of a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ArchivedObject {
    /// Kind of the object.
    pub kind: ArchivedKind,
    /// Former name, `Table`, `Table.property` or `Table(From -> To)`, for `.restore(…)` and
    /// `.purge(…)`.
    pub object: String,
    /// Present name in the database, which is unique: for `.purge(…)` if the former name is
    /// ambiguous, and for `.restore(…)` of old values of a property.
    pub name: String,
    /// Event that archived it.
    pub archived_by: EventId,
    /// Time, in milliseconds since 1970; `None` if no revision has the event.
    pub archived_at_ms: Option<u64>,
    /// Name of the application that archived it.
    pub application: Option<String>,
    /// Number of rows of a table, or of non-NULL values of a column.
    pub row_count: u64,
    /// Estimated size in bytes, before compression: from the sizes of the types, and from the mean
    /// of a sample for texts, blobs and lists.
    pub bytes: u64,
}

/// Kind of an archived object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ArchivedKind {
    /// Dropped node table.
    NodeTable,
    /// Dropped rel table.
    EdgeTable,
    /// Dropped property.
    Property,
    /// Column of a property from before a change of its type or default.
    Column,
    /// Dropped FROM–TO pair: its rels are rows of a node table.
    Pair,
}

impl ArchivedKind {
    /// Returns the label of the kind.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::NodeTable => "node table",
            Self::EdgeTable => "rel table",
            Self::Property => "property",
            Self::Column => "old values of",
            Self::Pair => "pair",
        }
    }
}

impl fmt::Display for ArchivedObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_one_line(f, |f| self.fmt_raw(f))
    }
}

impl ArchivedObject {
    fn fmt_raw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, many) = match self.kind {
            ArchivedKind::NodeTable | ArchivedKind::EdgeTable => ("row", "rows"),
            ArchivedKind::Property | ArchivedKind::Column => ("value", "values"),
            ArchivedKind::Pair => ("rel", "rels"),
        };
        write!(
            f,
            "{} {}, {}, about {} KiB, as {}",
            self.kind.label(),
            self.object,
            count_noun(self.row_count, one, many),
            self.bytes.div_ceil(1024),
            self.name
        )?;
        self.archived_at_ms
            .map_or(Ok(()), |at| write!(f, ", since {}", format_timestamp(at)))
    }
}

/// Lists the archived objects of a database, by name. Counts all their rows, and reads a sample of
/// long values.
///
/// # Errors
/// [`Error::CorruptLedger`] if rows of the ledger cannot be read; otherwise fails where the engine
/// fails.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Connection, Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::Migrator;
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # Connection::new(&db)?.query("CREATE NODE TABLE Person(id INT64, PRIMARY KEY(id))")?;
/// # let mut declared = Declared::default();
/// # declared.schema = kuzu_ddl_runtime::queries::live_schema(&db)?;
/// # Migrator::new(&db).declared(declared.clone()).migrate()?;
/// use kuzu_ddl_runtime::queries::list_archived;
/// let dropped = Declared::default().with_dropped_table("Person")?;
/// Migrator::new(&db).declared(dropped).migrate()?;
/// for object in list_archived(&db)? {
///     println!("{object}"); // node table Person, 0 rows, …
///     assert_eq!((object.object.as_str(), object.row_count), ("Person", 0));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

/// Measures an object; `None` if it was archived before it came to this database.
fn measure(
    session: &dyn Session,
    live: &Schema,
    found: &ArchiveEntry,
) -> Result<Option<Measured>, EngineError> {
    let Some((name, column)) = found.name.split_once('.') else {
        let Some(table) = live.table(&found.name) else {
            return Ok(None);
        };
        let kind = if found.origin.contains('(') {
            ArchivedKind::Pair
        } else if table.kind.is_node() {
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
    // A row has an id of its own, a rel also those of its endpoints.
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

/// Number of values in a sample.
const SAMPLE: u32 = 1000;

/// Estimates the size of a value, in bytes.
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
        // The text of a nested value is about as long as the value.
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

/// Returns the only number of a query; NULL is 0.
fn number(session: &dyn Session, query: &str) -> Result<u64, EngineError> {
    let rows = session.query(query)?;
    let cell = rows.first().and_then(|row| row.first());
    let number = cell
        .and_then(Value::int)
        .and_then(|n| u64::try_from(n).ok());
    Ok(number.unwrap_or(0))
}
