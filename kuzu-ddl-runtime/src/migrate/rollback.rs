//! Rollback to a point of the history, with a plan like any other.
//!
//! The ledger records which declarations a rollback undid, and the ancestor of the three-way diff
//! becomes the one of the target point. So the binary of that time opens. The binary whose changes
//! were undone fails with [`Error::RolledBack`] at each start, until the operator requests
//! `.reapply_rolled_back()`. A binary that was never applied here requests its changes as usual,
//! including undone ones, and the rows that the rollback archived are restored.

use std::collections::BTreeSet;
use std::time::Instant;

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::diff::{ancestor_at_rollback, reverse};
use kuzu_ddl_core::event::{EventId, Fingerprint};
use kuzu_ddl_core::fold::{Fold, object_path};
use kuzu_ddl_core::plan::{Plan, PlanHints};

use super::Migrator;
use super::planning::inputs::{PlanningInputs, PreparedMigration, RollbackChange, plan_to};
use super::report::Report;
use super::run::Request;
use crate::engine::Session;
use crate::error::Error;
use crate::history::{History, Point};
use crate::ledger::{FingerprintedDeclaration, LedgerContents, RollbackRecord};

impl Migrator<'_> {
    /// Rolls the schema back to an event, a tag, a revision or a time.
    ///
    /// Rows return as far as they are archived; later additions are archived in turn. Nothing is
    /// deleted: a rollback is a new entry of the history, and can itself be rolled back.
    ///
    /// The declared schema is not used. The next start of a binary whose changes were undone fails
    /// with [`Error::RolledBack`].
    ///
    /// # Errors
    /// [`Error::History`] if the point does not exist, and [`Error::Irreversible`] for changes that
    /// cannot be reversed; otherwise as [`migrate`](Self::migrate). The database is unchanged.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// # use kuzu_ddl_runtime::history::Point;
    /// Migrator::new(&db).declared(declared.clone()).migrate()?;
    /// let grown = declared.with_sequence("invoice_no", 1, 1);
    /// Migrator::new(&db).declared(grown).migrate()?;
    /// let report = Migrator::new(&db).rollback(Point::Revision(1))?;
    /// println!("{report}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "revert")]
    #[doc(alias = "undo")]
    #[doc(alias = "down")]
    pub fn rollback(mut self, to: impl Into<Point>) -> Result<Report, Error> {
        let start = Instant::now();
        let _span = tracing::info_span!("rollback").entered();
        self.plan_and_apply(
            &FingerprintedDeclaration::new(Declared::default()),
            &Request::Rollback(to.into()),
            None,
            start,
        )
    }

    /// Returns the plan that [`rollback`](Self::rollback) would apply, with counted hazards, and
    /// writes nothing to the database. Irreversible changes are listed in its notes.
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback), except [`Error::HazardsNotAllowed`] and
    /// [`Error::Irreversible`].
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// # use kuzu_ddl_runtime::history::Point;
    /// Migrator::new(&db).declared(declared).migrate()?;
    /// let plan = Migrator::new(&db).plan_rollback(Point::Revision(1))?;
    /// assert!(plan.steps.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "dry_run")]
    pub fn plan_rollback(mut self, to: impl Into<Point>) -> Result<Plan, Error> {
        self.partial_rollback = true;
        let session = self.engine.session()?;
        let empty_declaration = FingerprintedDeclaration::new(Declared::default());
        let request = Request::Rollback(to.into());
        Ok(self
            .prepare(session.as_ref(), &empty_declaration, &request, None)?
            .plan)
    }

    /// Allows a rollback that cannot restore everything; [`Error::Irreversible`] lists the
    /// exceptions.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// # use kuzu_ddl_runtime::history::Point;
    /// Migrator::new(&db).declared(declared).migrate()?;
    /// let migrator = Migrator::new(&db).allow_partial_rollback();
    /// migrator.rollback(Point::Revision(1))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "partial")]
    #[must_use]
    pub fn allow_partial_rollback(mut self) -> Self {
        self.partial_rollback = true;
        self
    }

    /// Reapplies the changes of this binary that a rollback undid. What the rollback archived is
    /// restored with its rows.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// let migrator = Migrator::new(&db).declared(declared);
    /// migrator.reapply_rolled_back().migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "redo")]
    #[must_use]
    pub fn reapply_rolled_back(mut self) -> Self {
        self.reapply_rolled_back = true;
        self
    }

    pub(super) fn prepare_rollback(
        &self,
        session: &dyn Session,
        empty_declaration: &FingerprintedDeclaration,
        request: &Request,
        point: &Point,
    ) -> Result<PreparedMigration, Error> {
        let inputs = self.read_inputs(session, empty_declaration, request)?;
        let resolution = self.resolve_drift(empty_declaration, request, &inputs)?;
        let history = History::from_ledger(&inputs.contents);
        let (ids, fold_at_point) = (history.events_at(point)?, history.fold_at(point)?);
        let reversal = reverse(resolution.fold.clone(), &fold_at_point);
        if !reversal.irreversible.is_empty() && !self.partial_rollback {
            return Err(Error::Irreversible(reversal.irreversible));
        }
        let fills = remaining_fills(&inputs, &ids, &fold_at_point);
        let hints = PlanHints {
            is_rollback: true,
            ..PlanHints::default()
        };
        let mut prepared = plan_to(
            session,
            inputs,
            resolution,
            (reversal.after, reversal.events),
            &hints,
        )?;
        let irreversible = reversal
            .irreversible
            .iter()
            .map(|irreversible| format!("irreversible: {irreversible}"));
        prepared.plan.notes.extend(irreversible.chain(fills));
        let contents = &prepared.contents;
        prepared.rollback = Some(RollbackChange {
            record: RollbackRecord {
                target: point.to_string(),
                undone_declarations: undone_declarations(contents, &ids),
            },
            ancestor: ancestor_at_rollback(contents.ancestor.as_ref(), &fold_at_point),
        });
        Ok(prepared)
    }
}

/// Returns messages about the values of backfills that stay, although the rows had none at the
/// target point.
fn remaining_fills<'a>(
    inputs: &'a PlanningInputs,
    ids: &'a BTreeSet<EventId>,
    then: &'a Fold,
) -> Vec<String> {
    let fills = inputs.live.local.in_place_fills.iter();
    let of = |(event, fill): (&EventId, &String)| {
        let event = inputs.contents.events.get(event)?;
        let property = then.object(event.object()).filter(|o| o.is_live())?;
        let is_nullable = then.property(property)?.nullable;
        let path = object_path(then, property.id).filter(|_| is_nullable)?;
        Some(format!(
            "{path}: rows that got the value of the fill {fill} keep it"
        ))
    };
    let since = fills.filter(|(event, _)| !ids.contains(event));
    since.filter_map(of).collect()
}

/// Declarations that are undone once only `ids` are left: those that were already undone at that
/// point, and those declared since.
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
    let still_applied: BTreeSet<Fingerprint> =
        declared(false).filter(|id| !undone.contains(id)).collect();
    undone.extend(declared(true).filter(|id| !still_applied.contains(id)));
    undone
}
