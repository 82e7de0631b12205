//! Write transactions that always end.

use std::cell::Cell as Flag;

use kuzu_ddl_core::capabilities::Capabilities;
use kuzu_ddl_core::value::{Row, Value};

use super::error::{EngineError, EngineErrorKind};
use super::pending_checkpoint::RollbackResidue;
use super::{Session, pending_checkpoint};

/// Write transaction on a session. It is a session itself, and the only one to use during its
/// lifetime: it detects errors, after which the engine has rolled back already and would run the
/// following statements one by one, outside any transaction.
///
/// It rolls back if it is dropped without [`commit`](Self::commit).
pub struct Transaction<'s> {
    session: &'s dyn Session,
    state: Flag<State>,
    /// Residue that a rollback would leave, which requires a CHECKPOINT.
    residue: Flag<Option<RollbackResidue>>,
    /// Whether the buffer pool was too small.
    exhausted: Flag<bool>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    /// A statement failed. The engine may or may not have rolled back.
    Failed,
    Ended,
}

impl<'s> Transaction<'s> {
    /// Begins the write transaction. `session` must not be inside one.
    ///
    /// # Errors
    /// [`EngineErrorKind::WriterBusy`] while another connection has it; `session` is
    /// [poisoned](EngineErrorKind::SessionPoisoned) then. [`EngineErrorKind::CheckpointRequired`]
    /// as for [`checkpoint_if_needed`](crate::engine::checkpoint_if_needed).
    pub fn begin(session: &'s dyn Session) -> Result<Self, EngineError> {
        pending_checkpoint::checkpoint_if_needed(session)?;
        session.query("BEGIN TRANSACTION")?;
        Ok(Self {
            session,
            state: Flag::new(State::Open),
            residue: Flag::new(None),
            exhausted: Flag::new(false),
        })
    }

    /// Commits.
    ///
    /// # Errors
    /// [`EngineErrorKind::TransactionAborted`] after a failed statement: everything is rolled back.
    /// [`EngineErrorKind::OutcomeUnknown`] where the engine reports an error: it may have
    /// committed, so inspect the database through a new session.
    pub fn commit(self) -> Result<(), EngineError> {
        if self.state.get() != State::Open {
            return Err(aborted("COMMIT"));
        }
        // Whatever the outcome, nothing can be rolled back any more.
        self.state.set(State::Ended);
        let Err(e) = self.session.query("COMMIT") else {
            return Ok(());
        };
        // A checkpoint that times out does so after the commit. After any other error the engine
        // has probably rolled back.
        if self.residue.get().is_some() && e.kind != EngineErrorKind::CheckpointTimeout {
            pending_checkpoint::mark_checkpoint_needed(self.session);
        }
        Err(match e.kind {
            EngineErrorKind::NoActiveTransaction => {
                e.with_kind(EngineErrorKind::TransactionAborted)
            }
            _ => e.with_kind(EngineErrorKind::OutcomeUnknown),
        })
    }

    /// Rolls back, and clears the residue in the engine.
    ///
    /// # Errors
    /// [`EngineErrorKind::CheckpointRequired`]: rolled back, but other transactions are open, so
    /// that no change may follow yet. Otherwise fails where the engine fails.
    pub fn rollback(self) -> Result<(), EngineError> {
        self.end()
    }

    fn end(&self) -> Result<(), EngineError> {
        let before = self.state.replace(State::Ended);
        if before == State::Ended {
            return Ok(());
        }
        match self.session.query("ROLLBACK") {
            Err(e) if e.kind != EngineErrorKind::NoActiveTransaction => return Err(e),
            _ => {}
        }
        if let Some(residue) = self.residue.get() {
            pending_checkpoint::run_checkpoint(self.session, residue)?;
        } else if self.exhausted.get() {
            // The rolled-back tables hold their memory until then. That is all, so the next
            // checkpoint does as well.
            let _ = self.session.query("CHECKPOINT");
        }
        Ok(())
    }

    fn run(
        &self,
        cypher: &str,
        run: impl FnOnce() -> Result<Vec<Row>, EngineError>,
    ) -> Result<Vec<Row>, EngineError> {
        if self.state.get() != State::Open {
            return Err(aborted(cypher));
        }
        let result = run();
        // A statement that a read-only database rejects leaves no residue.
        let has_residue = self.session.capabilities().checkpoint_after_rollback;
        if has_residue && !matches!(&result, Err(e) if e.kind == EngineErrorKind::ReadOnly) {
            self.residue.set(self.residue.get().max(residue_of(cypher)));
        }
        result.inspect_err(|e| {
            self.state.set(State::Failed);
            self.exhausted.set(e.kind == EngineErrorKind::BufferPool);
        })
    }
}

/// Returns the residue of a rolled-back statement. Names in it can make another ALTER look like an
/// ADD, or a CREATE of rows like one of a table; that costs a checkpoint and no more.
fn residue_of(cypher: &str) -> Option<RollbackResidue> {
    let cypher = cypher.trim_start().to_ascii_uppercase();
    if cypher.starts_with("ALTER") && cypher.contains(" ADD ") {
        Some(RollbackResidue::Column)
    } else if cypher.starts_with("CREATE") && cypher.contains(" TABLE ") {
        Some(RollbackResidue::Ids)
    } else {
        None
    }
}

fn aborted(statement: &str) -> EngineError {
    EngineError::new(
        EngineErrorKind::TransactionAborted,
        "an earlier statement failed, and the transaction was rolled back",
        statement,
    )
}

impl Session for Transaction<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        self.session.capabilities()
    }

    fn instance_id(&self) -> usize {
        self.session.instance_id()
    }

    fn query(&self, cypher: &str) -> Result<Vec<Row>, EngineError> {
        self.run(cypher, || self.session.query(cypher))
    }

    fn query_with(&self, cypher: &str, params: &[(&str, Value)]) -> Result<Vec<Row>, EngineError> {
        self.run(cypher, || self.session.query_with(cypher, params))
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // A CHECKPOINT that could not run stays required; other errors cannot be reported here.
        let _ = self.end();
    }
}
