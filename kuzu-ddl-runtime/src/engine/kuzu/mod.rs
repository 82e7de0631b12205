//! Adapter for Kùzu 0.11.3, the only module that names the crate `kuzu`.

pub(in crate::engine) mod value;

use std::cell::Cell as Flag;
use std::path::Path;

use kuzu::{Connection, Database, QueryResult, SystemConfig};
use kuzu_ddl_core::capabilities::{Capabilities, KUZU};
use kuzu_ddl_core::value::{Row, Value};
use value::{from_kuzu, is_readable, to_kuzu};

use super::error::{EngineError, EngineErrorKind};
use super::{Engine, Session};

const MIB: u64 = 1 << 20;

/// Opens a database file, with a classified error on failure.
///
/// # Errors
/// [`EngineErrorKind::Locked`] while another process has it open; otherwise fails where the engine
/// fails.
pub fn open(path: impl AsRef<Path>, config: SystemConfig) -> Result<Database, EngineError> {
    Database::new(path, config).map_err(|e| EngineError::from_engine(&e.to_string(), ""))
}

/// Opens a database file for a short inspection, with room for all that it may hold.
///
/// # Errors
/// Returns the same errors as [`open`].
pub fn open_file(path: impl AsRef<Path>) -> Result<Box<dyn Engine>, EngineError> {
    let size = std::fs::metadata(&path).map_or(0, |file| file.len());
    // This reserves addresses only. The maximum size must be a power of two.
    let largest = size.saturating_mul(4).max(1 << 34);
    let largest = largest.checked_next_power_of_two().unwrap_or(1 << 63);
    let config = SystemConfig::default().max_db_size(largest);
    Ok(Box::new(open(path, config)?))
}

/// Buffer pool for the rows of a rehearsal.
const SCRATCH_ROWS: u64 = 32 * MIB;

impl Engine for Database {
    fn capabilities(&self) -> &'static Capabilities {
        &KUZU
    }

    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError> {
        let connection =
            Connection::new(self).map_err(|e| EngineError::from_engine(&e.to_string(), ""))?;
        Ok(Box::new(KuzuSession {
            connection,
            handle: self.instance_id(),
            unusable: Flag::new(false),
        }))
    }

    fn instance_id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    fn scratch(&self, tables: usize) -> Result<Box<dyn Engine>, EngineError> {
        in_memory(tables)
    }

    fn open_file(&self, path: &Path) -> Result<Box<dyn Engine>, EngineError> {
        open_file(path)
    }
}

/// Creates an in-memory database with room for `tables` node tables and a small number of rows.
///
/// # Errors
/// [`EngineErrorKind::BufferPool`] if the machine lacks the memory.
pub fn in_memory(tables: usize) -> Result<Box<dyn Engine>, EngineError> {
    let tables = u64::try_from(tables).unwrap_or(u64::MAX);
    let pool = KUZU
        .buffer_pool_per_node_table
        .saturating_mul(tables)
        .saturating_add(KUZU.buffer_pool_base)
        .saturating_add(SCRATCH_ROWS);
    // The pool only reserves addresses; memory is allocated on use. The maximum size of the file
    // must be a power of two and not smaller than the pool.
    let largest = pool
        .checked_next_power_of_two()
        .unwrap_or(1 << 63)
        .max(1 << 30);
    let config = SystemConfig::default()
        .buffer_pool_size(pool)
        .max_db_size(largest);
    let database =
        Database::in_memory(config).map_err(|e| EngineError::from_engine(&e.to_string(), ""))?;
    Ok(Box::new(database))
}

struct KuzuSession<'db> {
    connection: Connection<'db>,
    handle: usize,
    /// After a failed BEGIN the connection assumes a transaction that does not exist, and its next
    /// use is a segmentation fault.
    unusable: Flag<bool>,
}

impl<'db> KuzuSession<'db> {
    fn run(
        &self,
        cypher: &str,
        run: impl FnOnce() -> Result<QueryResult<'db>, kuzu::Error>,
    ) -> Result<Vec<Row>, EngineError> {
        if self.unusable.get() {
            return Err(EngineError::new(
                EngineErrorKind::SessionPoisoned,
                "this connection failed to begin a transaction and cannot be used again",
                cypher,
            ));
        }
        let result = run().map_err(|e| {
            let start = cypher.trim_start().get(..5).unwrap_or_default();
            self.unusable.set(start.eq_ignore_ascii_case("BEGIN"));
            EngineError::from_engine(&e.to_string(), cypher)
        })?;
        rows(result, cypher)
    }
}

impl Session for KuzuSession<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        &KUZU
    }

    fn instance_id(&self) -> usize {
        self.handle
    }

    fn query(&self, cypher: &str) -> Result<Vec<Row>, EngineError> {
        self.run(cypher, || self.connection.query(cypher))
    }

    fn query_with(&self, cypher: &str, params: &[(&str, Value)]) -> Result<Vec<Row>, EngineError> {
        let params = params
            .iter()
            .map(|(name, cell)| Ok((*name, to_kuzu(cell)?)))
            .collect::<Result<_, String>>()
            .map_err(|e| EngineError::new(EngineErrorKind::Unsupported, e, cypher))?;
        self.run(cypher, || {
            let mut statement = self.connection.prepare(cypher)?;
            self.connection.execute(&mut statement, params)
        })
    }
}

fn rows(result: QueryResult<'_>, cypher: &str) -> Result<Vec<Row>, EngineError> {
    for ty in result.get_column_data_types() {
        if !is_readable(&ty) {
            return Err(EngineError::new(
                EngineErrorKind::UnsupportedValue,
                format!(
                    "values of type {ty:?} cannot be fetched safely\nhelp: cast them to STRING"
                ),
                cypher,
            ));
        }
    }
    Ok(result
        .map(|row| row.into_iter().map(from_kuzu).collect())
        .collect())
}
