//! Lists tables, the only cheap catalog call.

use kuzu_ddl_core::catalog::AttachedDatabase;

use super::row::{cells, int, text, unexpected_result};
use crate::engine::{EngineError, Session};

/// Row of `show_tables`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct TableListing {
    /// Name as spelled.
    pub name: String,
    /// Table id of the engine. A rename retains it.
    pub id: u64,
    /// Whether it is a node table and not a rel table.
    pub node: bool,
    /// Comment; never empty.
    pub comment: Option<String>,
}

/// Returns the tables of the local database, the ledger's included, by name.
///
/// # Errors
/// Fails where the engine fails.
pub fn tables(session: &dyn Session) -> Result<Vec<TableListing>, EngineError> {
    const CALL: &str = "CALL show_tables() RETURN id, name, type, comment, `database name`";
    let local = session.capabilities().local_database;
    let mut tables = Vec::new();
    for row in session.query(CALL)? {
        let [id, name, kind, comment, database] = cells(row, CALL)?;
        // The tables of attached databases are listed, too.
        if database.text() != Some(local) {
            continue;
        }
        let node = match kind.text() {
            Some("NODE") => true,
            Some("REL") => false,
            _ => return Err(unexpected_result(CALL)),
        };
        tables.push(TableListing {
            name: text(&name, CALL)?,
            id: int(&id, CALL)?,
            node,
            comment: comment.text().filter(|c| !c.is_empty()).map(str::to_owned),
        });
    }
    tables.sort();
    Ok(tables)
}

/// Returns the attached databases, by name.
///
/// # Errors
/// Fails where the engine fails.
pub fn attached_databases(session: &dyn Session) -> Result<Vec<AttachedDatabase>, EngineError> {
    const CALL: &str = "CALL show_attached_databases() RETURN name, `database type`";
    let mut databases = Vec::new();
    for row in session.query(CALL)? {
        let [name, kind] = cells(row, CALL)?;
        databases.push(AttachedDatabase {
            name: text(&name, CALL)?,
            kind: text(&kind, CALL)?,
        });
    }
    databases.sort();
    Ok(databases)
}
