//! Reads the history of a database.

use crate::engine::Engine;
use crate::error::Error;
use crate::history::History;
use crate::ledger;

impl History {
    /// Reads the history of a database. It is empty if the database has no ledger.
    ///
    /// # Errors
    /// [`Error::CorruptLedger`] if rows cannot be read; otherwise fails where the engine fails.
    pub fn read(db: &dyn Engine) -> Result<Self, Error> {
        let session = db.session()?;
        let contents = ledger::read(session.as_ref())?;
        if contents.corrupt.is_empty() {
            Ok(Self::from_ledger(&contents))
        } else {
            Err(Error::CorruptLedger(contents.corrupt))
        }
    }
}
