//! Going back: a plan like any other, to what the history says that there was.
//!
//! What a later start makes of it: the ledger keeps which declarations were undone, and the ancestor
//! of the three-way diff becomes what the point said. So the binary of that time opens; the binary
//! whose changes were undone is kept out with [`Error::Undone`] however often it restarts, until
//! somebody says `.redo()`; and a binary that was never here before asks for its changes as usual,
//! those that were undone among them, and gets back with their rows what going back had archived.

use std::collections::BTreeSet;
use std::time::Instant;

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::diff::{ancestor_at_rollback, reverse};
use kuzu_ddl_core::event::{EventId, Fingerprint};
use kuzu_ddl_core::plan::{Plan, PlanHints};

use super::Migrator;
use super::planning::inputs::{PreparedMigration, RollbackChange, plan_to};
use super::report::Report;
use crate::engine::Session;
use crate::error::Error;
use crate::history::{History, Point};
use crate::ledger::{FingerprintedDeclaration, LedgerContents, RollbackRecord};

impl Migrator<'_> {
    /// Goes back to an event, a tag, a revision or a time: the schema is that of then, and so are the
    /// rows as far as they are archived. What came since is archived in its turn. Nothing is erased:
    /// going back is new history, and one can go back from it again.
    ///
    /// What is declared does not matter here. The next start of a binary whose changes were undone
    /// fails with [`Error::Undone`].
    ///
    /// # Errors
    /// [`Error::History`] for a point that is not there, [`Error::Irreversible`] for what cannot be
    /// reversed; else as [`migrate`](Self::migrate). The database is as it was.
    pub fn rollback(mut self, to: impl Into<Point>) -> Result<Report, Error> {
        let start = Instant::now();
        let _span = tracing::info_span!("rollback").entered();
        self.back = Some(to.into());
        self.plan_and_apply(
            &FingerprintedDeclaration::new(Declared::default()),
            None,
            start,
        )
    }

    /// What [`rollback`](Self::rollback) would do, with its hazards counted; what does not come back
    /// is among the notes. Writes nothing to the database.
    ///
    /// # Errors
    /// As `rollback`, blocked hazards and what cannot be reversed excepted.
    pub fn plan_rollback(mut self, to: impl Into<Point>) -> Result<Plan, Error> {
        self.back = Some(to.into());
        self.partial = true;
        let session = self.engine.session()?;
        let nothing = FingerprintedDeclaration::new(Declared::default());
        Ok(self.prepare(session.as_ref(), &nothing, None)?.plan)
    }

    /// Goes back also where not everything comes back; [`Error::Irreversible`] says what.
    #[must_use]
    pub fn allow_partial_rollback(mut self) -> Self {
        self.partial = true;
        self
    }

    /// Makes the changes of this binary again after somebody went back to before them. What going
    /// back archived is restored with its rows.
    #[must_use]
    pub fn reapply_rolled_back(mut self) -> Self {
        self.redo = true;
        self
    }

    pub(super) fn prepare_rollback(
        &self,
        session: &dyn Session,
        nothing: &FingerprintedDeclaration,
        point: &Point,
    ) -> Result<PreparedMigration, Error> {
        let ground = self.read_inputs(session, nothing)?;
        let settled = self.resolve_drift(nothing, &ground)?;
        let history = History::from_ledger(&ground.contents);
        let (ids, then) = (history.events_at(point)?, history.fold_at(point)?);
        let way = reverse(settled.fold.clone(), &then);
        if !way.lost.is_empty() && !self.partial {
            return Err(Error::Irreversible(way.lost));
        }
        let said = PlanHints {
            is_rollback: true,
            ..PlanHints::default()
        };
        let mut prepared = plan_to(ground, settled, (way.after, way.events), &said)?;
        let lost = way.lost.iter().map(|lost| format!("irreversible: {lost}"));
        prepared.plan.notes.extend(lost);
        let contents = &prepared.contents;
        prepared.back = Some(RollbackChange {
            back: RollbackRecord {
                target: point.to_string(),
                undone_declarations: undone_declarations(contents, &ids),
            },
            ancestor: ancestor_at_rollback(contents.ancestor.as_ref(), &then),
        });
        Ok(prepared)
    }
}

/// The declarations that are undone once only `ids` are left: those that were so then, and those
/// that came since.
fn undone_declarations(
    contents: &LedgerContents,
    ids: &BTreeSet<EventId>,
) -> BTreeSet<Fingerprint> {
    let revisions = &contents.revisions;
    let within = |revision: &&crate::ledger::Revision| {
        let mut events = revision.events.iter();
        events.all(|event| ids.contains(event))
    };
    let last = revisions.values().take_while(within).last();
    let last = last.map_or(0, |revision| revision.number);
    let mut undone = contents.undone_declarations_at(last);
    let declared = |since: bool| {
        let on_side = revisions
            .values()
            .filter(move |r| (r.number > last) == since);
        on_side.filter_map(|revision| revision.declared)
    };
    let fits: BTreeSet<Fingerprint> = declared(false).filter(|id| !undone.contains(id)).collect();
    undone.extend(declared(true).filter(|id| !fits.contains(id)));
    undone
}
