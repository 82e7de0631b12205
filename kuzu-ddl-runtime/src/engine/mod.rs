//! Engines behind two small traits, [`Engine`] and [`Session`].
//!
//! Kùzu and its fork LadybugDB have one dialect and one API, so the rest of the crate uses
//! `dyn Engine` and `dyn Session`, and only the adapters name the crate of an engine. The abilities
//! of an engine are data ([`Capabilities`]); its messages are classified in one place
//! ([`EngineErrorKind`]).

mod database_info;
mod error;
#[cfg(feature = "kuzu")]
mod kuzu;
mod pending_checkpoint;
mod single_handle;
mod transaction;

pub use database_info::{BufferPool, buffer_pool, is_in_memory, is_read_only};
pub use error::{EngineError, EngineErrorKind};
#[cfg(feature = "kuzu")]
pub use kuzu::{in_memory, open, open_file};
use kuzu_ddl_core::capabilities::Capabilities;
use kuzu_ddl_core::value::{Row, Value};
pub(crate) use pending_checkpoint::mark_checkpoint_needed;
pub use pending_checkpoint::{checkpoint_if_needed, needs_checkpoint};
pub use single_handle::ensure_single_handle;
pub use transaction::Transaction;

/// Database of an engine, opened by the application.
pub trait Engine {
    /// Returns the capabilities of the engine.
    fn capabilities(&self) -> &'static Capabilities;

    /// Opens a connection.
    ///
    /// # Errors
    /// Fails where the engine fails.
    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError>;

    /// Returns an id that distinguishes this handle from the others open in this process. It is an
    /// address: it may change when the handle is moved, and be reused after the handle is dropped.
    fn instance_id(&self) -> usize;

    /// Creates an in-memory database of the same engine with room for `tables` node tables.
    ///
    /// # Errors
    /// [`EngineErrorKind::BufferPool`] if the machine lacks the memory.
    fn scratch(&self, tables: usize) -> Result<Box<dyn Engine>, EngineError>;

    /// Opens another database file with the same engine. It is closed when the result is dropped.
    ///
    /// # Errors
    /// Fails where the engine fails.
    fn open_file(&self, path: &std::path::Path) -> Result<Box<dyn Engine>, EngineError> {
        Err(EngineError::new(
            EngineErrorKind::Unsupported,
            format!("this engine cannot open other files: {}", path.display()),
            "",
        ))
    }
}

/// Connection to a database. A call takes one statement: of several statements the engine reports
/// only the error of the first.
pub trait Session {
    /// Returns the capabilities of the engine.
    fn capabilities(&self) -> &'static Capabilities;

    /// Returns the [`Engine::instance_id`] of the database of this connection.
    fn instance_id(&self) -> usize;

    /// Runs one statement and returns all rows.
    ///
    /// # Errors
    /// Fails where the engine fails, with a classified error. After a failed `BEGIN TRANSACTION`
    /// any further use of the connection would crash, so the call fails with
    /// [`EngineErrorKind::SessionPoisoned`] without using it.
    fn query(&self, cypher: &str) -> Result<Vec<Row>, EngineError>;

    /// Runs one statement with parameters, written `$name`.
    ///
    /// # Errors
    /// Returns the same errors as [`query`](Self::query).
    fn query_with(&self, cypher: &str, params: &[(&str, Value)]) -> Result<Vec<Row>, EngineError>;
}
