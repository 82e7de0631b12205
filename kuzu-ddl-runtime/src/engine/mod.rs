//! The engines behind one small trait.
//!
//! Kùzu and its fork LadybugDB speak one dialect through one API, so the rest of the crate talks to
//! `dyn Engine` and `dyn Session`, and only the adapters name an engine's crate. What an engine can
//! and cannot do is data ([`Capabilities`]), what its texts mean is decided in one place
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
pub use kuzu::in_memory;
#[cfg(feature = "kuzu")]
pub use kuzu::open;
#[cfg(feature = "kuzu")]
pub use kuzu::open_file;
use kuzu_ddl_core::capabilities::Capabilities;
use kuzu_ddl_core::value::{Row, Value};
pub(crate) use pending_checkpoint::mark_checkpoint_needed;
pub use pending_checkpoint::{checkpoint_if_needed, needs_checkpoint};
pub use single_handle::ensure_single_handle;
pub use transaction::Transaction;

/// A database of some engine, opened by the user.
pub trait Engine {
    /// What this engine can do.
    fn capabilities(&self) -> &'static Capabilities;

    /// A new connection.
    ///
    /// # Errors
    /// What the engine says.
    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError>;

    /// Tells this handle from the other handles that are open in this process. It is an address:
    /// it may change when the handle is moved, and be used again after the handle is dropped.
    fn instance_id(&self) -> usize;

    /// A fresh in-memory database of the same engine with room for `tables` node tables.
    ///
    /// # Errors
    /// [`EngineErrorKind::BufferPool`] where the machine has not the memory.
    fn scratch(&self, tables: usize) -> Result<Box<dyn Engine>, EngineError>;

    /// Opens another database file with the same engine, for as long as what is returned lives.
    ///
    /// # Errors
    /// What the engine says.
    fn open_file(&self, path: &std::path::Path) -> Result<Box<dyn Engine>, EngineError> {
        Err(EngineError::new(
            EngineErrorKind::Unsupported,
            format!(
                "this engine opens no other files such as {}",
                path.display()
            ),
            "",
        ))
    }
}

/// A connection. One statement per call: of several in one text the engine reports only the
/// first one's error.
pub trait Session {
    /// What the engine can do.
    fn capabilities(&self) -> &'static Capabilities;

    /// The [`Engine::handle`] of the database this connection belongs to.
    fn instance_id(&self) -> usize;

    /// Runs one statement and fetches all rows.
    ///
    /// # Errors
    /// What the engine says, classified; [`EngineErrorKind::Unusable`] without asking the engine
    /// after a failed `BEGIN TRANSACTION`, where any further use of the connection would crash.
    fn query(&self, cypher: &str) -> Result<Vec<Row>, EngineError>;

    /// Runs one statement with the parameters `$name`.
    ///
    /// # Errors
    /// As [`Session::query`].
    fn query_with(&self, cypher: &str, params: &[(&str, Value)]) -> Result<Vec<Row>, EngineError>;
}
