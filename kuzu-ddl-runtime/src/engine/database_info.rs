//! Properties of a database apart from its catalog.

use super::Session;
use super::error::{EngineError, EngineErrorKind};

/// Buffer pool of a database, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BufferPool {
    /// Size.
    pub limit: u64,
    /// Bytes in use, evictable pages included.
    pub used: u64,
}

/// Returns the buffer pool, to be compared with
/// [`buffer_pool_per_node_table`](kuzu_ddl_core::capabilities::Capabilities::buffer_pool_per_node_table).
///
/// # Errors
/// Fails where the engine fails.
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

/// Returns whether the database lives in memory only.
///
/// # Errors
/// Fails where the engine fails.
pub fn is_in_memory(session: &dyn Session) -> Result<bool, EngineError> {
    Ok(numbers(session, "CALL file_info() RETURN *")? == [0])
}

/// Returns whether the database is read-only: opened so, or because another one is attached to it.
/// Must not be called inside a transaction, which it would end.
///
/// # Errors
/// Fails where the engine fails.
pub fn is_read_only(session: &dyn Session) -> Result<bool, EngineError> {
    // BEGIN TRANSACTION succeeds on a read-only database. This statement is rejected before its
    // table is looked up, and no such table exists.
    match session.query("COMMENT ON TABLE `_kuzu_ddl_nothing` IS ''") {
        Ok(_) => Ok(false),
        Err(e) => match e.kind {
            EngineErrorKind::ReadOnly => Ok(true),
            EngineErrorKind::NotFound | EngineErrorKind::WriterBusy => Ok(false),
            _ => Err(e),
        },
    }
}

/// Returns the only row of a call that returns numbers.
fn numbers(session: &dyn Session, call: &str) -> Result<Vec<u64>, EngineError> {
    let row = session.query(call)?.into_iter().next().unwrap_or_default();
    Ok(row
        .iter()
        .filter_map(|cell| u64::try_from(cell.int()?).ok())
        .collect())
}
