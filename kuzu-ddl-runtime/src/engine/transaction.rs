//! A transaction that cannot be left open.

use std::cell::Cell as Flag;

use kuzu_ddl_core::capabilities::Capabilities;
use kuzu_ddl_core::value::{Row, Value};

use super::error::{EngineError, EngineErrorKind};
use super::pending_checkpoint::RollbackResidue;
use super::{Session, pending_checkpoint as owed};

/// A write transaction on a session. It is a session itself, and the only one to use while it
/// lives: it sees errors, after which the engine has rolled back already and would run the
/// following statements one by one, outside any transaction.
///
/// Dropped without [`commit`](Self::commit) it rolls back.
pub struct Transaction<'s> {
    session: &'s dyn Session,
    state: Flag<State>,
    /// What a roll-back would leave behind, which takes a CHECKPOINT.
    leaves: Flag<Option<RollbackResidue>>,
    /// The buffer pool was too small.
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
    /// Takes the write transaction. `session` must not be inside one.
    ///
    /// # Errors
    /// [`EngineErrorKind::WriterBusy`] while another connection has it, and then `session` is
    /// [`Unusable`](EngineErrorKind::Unusable); [`EngineErrorKind::CheckpointOwed`] (see
    /// [`settle`](crate::engine::pending_checkpoint::settle)).
    pub fn begin(session: &'s dyn Session) -> Result<Self, EngineError> {
        owed::checkpoint_if_needed(session)?;
        session.query("BEGIN TRANSACTION")?;
        Ok(Self {
            session,
            state: Flag::new(State::Open),
            leaves: Flag::new(None),
            exhausted: Flag::new(false),
        })
    }

    /// Commits.
    ///
    /// # Errors
    /// [`EngineErrorKind::Aborted`] after a failed statement: everything is rolled back.
    /// [`EngineErrorKind::OutcomeUnknown`] where the engine reports an error: it may have
    /// committed, so ask the database through a new session.
    pub fn commit(self) -> Result<(), EngineError> {
        if self.state.get() != State::Open {
            return Err(aborted("COMMIT"));
        }
        // Whatever comes of it, there is nothing left to roll back.
        self.state.set(State::Ended);
        let Err(e) = self.session.query("COMMIT") else {
            return Ok(());
        };
        // A checkpoint that times out does so after the commit. After any other error the engine
        // has probably rolled back.
        if self.leaves.get().is_some() && e.kind != EngineErrorKind::CheckpointTimeout {
            owed::mark_checkpoint_needed(self.session);
        }
        Err(match e.kind {
            EngineErrorKind::NoActiveTransaction => {
                e.with_kind(EngineErrorKind::TransactionAborted)
            }
            _ => e.with_kind(EngineErrorKind::OutcomeUnknown),
        })
    }

    /// Rolls back, and clears what the engine leaves behind.
    ///
    /// # Errors
    /// [`EngineErrorKind::CheckpointOwed`]: rolled back, but other transactions are open, so that
    /// no change may follow yet. NotNullable what the engine says.
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
        if let Some(left) = self.leaves.get() {
            owed::run_checkpoint(self.session, left)?;
        } else if self.exhausted.get() {
            // The tables that were rolled back keep their memory until then; it is no more than
            // that, and the next checkpoint will do as well.
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
        // Of what a read-only database refuses nothing is left.
        let leaves_something = self.session.capabilities().checkpoint_after_rollback;
        if leaves_something && !matches!(&result, Err(e) if e.kind == EngineErrorKind::ReadOnly) {
            self.leaves.set(self.leaves.get().max(leaves(cypher)));
        }
        result.inspect_err(|e| {
            self.state.set(State::Failed);
            self.exhausted.set(e.kind == EngineErrorKind::BufferPool);
        })
    }
}

/// What rolling back a statement leaves behind. Some ALTERs pass for an ADD, and some CREATEs of rows
/// for one of a table, by the names in them; that costs a checkpoint and no more.
fn leaves(cypher: &str) -> Option<RollbackResidue> {
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
        "a statement before this one failed, and the transaction is rolled back",
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
        // A debt that could not be paid is remembered; of other errors nobody is left to tell.
        let _ = self.end();
    }
}
