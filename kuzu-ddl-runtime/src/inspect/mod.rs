//! Inspection: reads the live schema from the catalog, with a list of the skipped objects.
//!
//! The catalog lacks three facts, which are in the ledger: whether the application may read NULL
//! (every property is nullable here), comments of properties (none here), and the multiplicity of
//! rel tables (`None` here; [`multiplicities`] determines it in another way).

mod index;
mod multiplicity;
mod row;
mod scope;
mod sequence;
mod table;
mod tables;

pub(crate) use index::{DanglingIndex, dangling_indexes};
use kuzu_ddl_core::catalog::{CatalogSnapshot, SkippedObject};
use kuzu_ddl_core::schema::name::check_catalog_name;
use kuzu_ddl_core::schema::{NameError, NameKey};
pub use multiplicity::{Multiplicities, multiplicities};
pub use scope::InspectScope;
pub(crate) use table::first_column_id;
pub use tables::{TableListing, attached_databases, tables};

use crate::engine::{EngineError, EngineErrorKind, Session};

/// Maximum number of inspections, if tables are dropped between two queries of one.
const ATTEMPTS: usize = 3;

/// Inspects the catalog, in a small number of queries. On a
/// [`Transaction`](crate::engine::Transaction) it sees the changes of that transaction; on a plain
/// session each query sees what is committed at its time.
///
/// # Errors
/// Fails where the engine fails, and with [`EngineErrorKind::Other`] if a catalog call returns a
/// result that this version does not understand. Unmanaged tables that cannot be read are no error,
/// but a [`SkippedObject`].
pub fn inspect(
    session: &dyn Session,
    scope: InspectScope<'_>,
) -> Result<CatalogSnapshot, EngineError> {
    let mut attempt = 1;
    loop {
        match attempt_inspect(session, scope) {
            Err(e) if e.kind == EngineErrorKind::NotFound && attempt < ATTEMPTS => attempt += 1,
            result => return result,
        }
    }
}

fn attempt_inspect(
    session: &dyn Session,
    scope: InspectScope<'_>,
) -> Result<CatalogSnapshot, EngineError> {
    let mut found = CatalogSnapshot {
        attached: attached_databases(session)?,
        capabilities: session.capabilities(),
        ..CatalogSnapshot::default()
    };
    let mut listed = Vec::new();
    for table in tables(session)? {
        let key = NameKey::new(&table.name);
        match check_catalog_name(&table.name) {
            Err(NameError::Internal(_)) => {
                found.internal_tables.insert(key, table.id);
            }
            _ if !scope.contains(&key) => {}
            Err(reason) => found
                .skipped
                .push(SkippedObject::new(&table.name, reason.to_string())),
            Ok(()) => listed.push(table),
        }
    }
    if matches!(scope, InspectScope::All) {
        found.version = version(session)?;
    }
    table::read(session, listed, &mut found)?;
    index::read(session, &mut found)?;
    sequence::read(session, scope, &mut found)?;
    found.skipped.sort();
    Ok(found)
}

fn version(session: &dyn Session) -> Result<Option<String>, EngineError> {
    let rows = session.query("CALL db_version() RETURN version")?;
    let cell = rows.into_iter().flatten().next();
    Ok(cell.and_then(|cell| cell.text().map(str::to_owned)))
}
