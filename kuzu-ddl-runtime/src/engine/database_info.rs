//! What a database can be asked about itself, beside its catalog.

use super::Session;
use super::error::{EngineError, EngineErrorKind};

/// The buffer pool of a database, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferPool {
    /// Its size.
    pub limit: u64,
    /// What of it is taken, with what could be given back.
    pub used: u64,
}

/// The buffer pool, to be held against
/// [`buffer_pool_per_node_table`](kuzu_ddl_core::capabilities::Capabilities::buffer_pool_per_node_table).
///
/// # Errors
/// What the engine says.
pub fn buffer_pool(session: &dyn Session) -> Result<BufferPool, EngineError> {
    const CALL: &str = "CALL bm_info() RETURN *";
    match numbers(session, CALL)?[..] {
        [limit, used] => Ok(BufferPool { limit, used }),
        _ => Err(EngineError::new(
            EngineErrorKind::Other,
            "unexpected result",
            CALL,
        )),
    }
}

/// Whether the database lives in memory only.
///
/// # Errors
/// What the engine says.
pub fn is_in_memory(session: &dyn Session) -> Result<bool, EngineError> {
    Ok(numbers(session, "CALL file_info() RETURN *")? == [0])
}

/// Whether nothing can be written: the database was opened read-only, or another one is attached
/// to it. Not to be called inside a transaction, which it would end.
///
/// # Errors
/// What the engine says.
pub fn is_read_only(session: &dyn Session) -> Result<bool, EngineError> {
    // BEGIN TRANSACTION succeeds on a read-only database. This statement is refused before its
    // table is looked for, and there is no such table.
    match session.query("COMMENT ON TABLE `_kuzu_ddl_nothing` IS ''") {
        Ok(_) => Ok(false),
        Err(e) => match e.kind {
            EngineErrorKind::ReadOnly => Ok(true),
            EngineErrorKind::NotFound | EngineErrorKind::WriterBusy => Ok(false),
            _ => Err(e),
        },
    }
}

/// The one row of a call that returns numbers.
fn numbers(session: &dyn Session, call: &str) -> Result<Vec<u64>, EngineError> {
    let row = session.query(call)?.into_iter().next().unwrap_or_default();
    Ok(row
        .iter()
        .filter_map(|cell| u64::try_from(cell.int()?).ok())
        .collect())
}
