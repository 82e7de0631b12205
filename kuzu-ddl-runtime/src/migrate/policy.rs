//! What a migration may do, as the application says it.

use std::collections::BTreeSet;
use std::time::Duration;

use kuzu_ddl_core::plan::HazardKind;
use serde::{Deserialize, Serialize};

/// How much of the live catalog a start looks at when the ledger says that there is nothing to do.
/// Whenever there is something to do, everything is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StartupCheck {
    /// Nothing: the ledger is believed. One look-up of a key.
    LedgerOnly,
    /// Which tables there are, with kinds, comments and the engine's ids: one look-up and one
    /// `show_tables`. Changes of properties made by hand are not seen.
    Tables,
    /// Everything. About a third of a millisecond for each table.
    FullCatalog,
    /// `Full` up to 128 tables, `Tables` above.
    #[default]
    Auto,
}

/// Up to how many tables [`Verify::Auto`] looks at everything.
pub(super) const AUTO_FULL: usize = 128;

impl StartupCheck {
    pub(super) fn is_full(self, tables: usize) -> bool {
        self == Self::FullCatalog || (self == Self::Auto && tables <= AUTO_FULL)
    }
}

/// What to do when the database is not what the ledger says: somebody changed it by hand, or rows of the
/// ledger are lost. None of them deletes anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DriftPolicy {
    /// Stop, and say what differs.
    #[default]
    Error,
    /// Go on with what does not differ; the report says what does. A damaged ledger is an error all the
    /// same.
    Warn,
    /// The database is right: what was done by hand becomes history, and travels to peers. Renames are
    /// told by the engine's own numbers. Tables and sequences that no event made are taken in as well.
    /// What is declared must still be there, or the start is refused with the words that settle it. A
    /// damaged ledger is an error all the same.
    Adopt,
    /// The ledger is wrong: it is made to say what is there, and nothing else is done. Rows of it that
    /// cannot be read are set aside. The structs have no say in it; where they differ from what is there,
    /// the next start has a plan.
    Repair,
    /// The ledger is right: what is missing is made again (empty), comments are set again. What is
    /// there beside it is left alone.
    Recreate,
}

/// What to do with tables, properties and pairs that are no longer declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UndeclaredPolicy {
    /// Keep and report them.
    #[default]
    Keep,
    /// Archive tables and properties by renaming them; drop pairs that nobody declares (which
    /// deletes their rels, and must be allowed one by one).
    Archive,
}

/// What a migration may do without being asked about each object. None of them lets a property be
/// required that has no value in some rows, and there is no policy that allows everything: what is
/// left is allowed one by one, with [`Migrator::allow`](crate::migrate::Migrator::allow).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ChangePolicy {
    /// What is not declared is kept. Data is rewritten where the source says how; nothing is
    /// deleted.
    #[default]
    Additive,
    /// And what is not declared is archived; data is rewritten also on the first start on a database
    /// that was there before. All can be brought back.
    Archive,
    /// And rels and rows may be deleted for ever where the change is one that deletes.
    Destructive,
}

impl ChangePolicy {
    pub(super) fn allows(self) -> BTreeSet<HazardKind> {
        use HazardKind::{DeletesData, Irreversible, MayFail, RewritesData};
        match self {
            Self::Additive => BTreeSet::new(),
            Self::Archive => BTreeSet::from([RewritesData, MayFail]),
            Self::Destructive => BTreeSet::from([RewritesData, MayFail, DeletesData, Irreversible]),
        }
    }

    pub(super) fn undeclared(self) -> UndeclaredPolicy {
        match self {
            Self::Additive => UndeclaredPolicy::Keep,
            Self::Archive | Self::Destructive => UndeclaredPolicy::Archive,
        }
    }
}

/// How far a migration has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// What it is doing.
    pub phase: Phase,
    /// Steps done.
    pub steps_done: usize,
    /// Steps in all.
    pub steps_total: usize,
    /// The step under way, if it is at one.
    pub step: Option<&'a kuzu_ddl_core::plan::Step>,
    /// Rows that the steps done have touched, and those that functions have made values for in the one
    /// under way; a row touched by several counts as often.
    pub rows_done: u64,
    /// Rows that all steps touch; 0 while nobody knows yet.
    pub rows: u64,
}

/// The phases of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Phase {
    /// Asking the rows, before anything is touched: how many each hazard is about, and whether they let the
    /// plan succeed. `done` and `total` count questions, `rows_done` rows that a function was tried on.
    Preflight,
    /// On a scratch database.
    Rehearse,
    /// Copying the file, before anything is changed.
    Backup,
    /// On the database, in its transaction.
    Apply,
    /// Looking whether the database is what was wanted.
    Verify,
    /// Writing the ledger.
    Record,
    /// Committing.
    Commit,
    /// After the commit: what no transaction can do. `done` and `total` count these steps alone.
    PostCommit,
}

/// How long a start waits for another connection's write transaction, unless told otherwise.
pub(super) const WAIT: Duration = Duration::from_secs(5);

/// What to do with events of peers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceivePolicy {
    /// Carry them out, but keep back what takes away from the running application what it declares,
    /// until somebody settles the conflict or a newer version of the application starts.
    #[default]
    HoldBreaking,
    /// Carry all of them out at once.
    Apply,
    /// Keep them all for the next start, which holds back as [`Hold`](Self::Hold) does.
    Defer,
}
