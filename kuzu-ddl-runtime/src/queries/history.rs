//! TODO-DOC queries::history

use crate::engine::Engine;
use crate::error::Error;
use crate::history::History;
use crate::ledger;

impl History {
    /// Reads the history of a database. One without a ledger has an empty one.
    ///
    /// # Errors
    /// [`Error::Ledger`] if rows cannot be read; otherwise what the engine says.
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
