//! Baseline: records the existing tables of a database, and changes nothing else.
//!
//! The declaration is left to the next start: it is not marked as applied, and for recorded objects
//! the ancestor of the three-way diff states that they were declared as they are. So the next start
//! plans the differences to the structs, with all their hazards.

use std::time::Instant;

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::diff::{
    LiveSchema, Note, adopt_drift, adopt_existing, ancestor_from_live, find_undecodable,
};
use kuzu_ddl_core::drift::detect;
use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_core::plan::Plan;

use super::planning::inputs::{
    DriftResolution, LedgerOnlyChange, PlanningInputs, PreparedMigration, base,
};
use super::planning::notes::{render_notes, snapshot_notes, unmanaged_notes};
use super::report::Report;
use super::run::Request;
use super::{Migrator, fingerprint_declaration};
use crate::error::Error;
use crate::ledger::LedgerContents;

/// Largest number of rounds in which the ledger follows the database: the first round makes events
/// effective, the second records what these change.
const ROUNDS: usize = 3;

impl Migrator<'_> {
    /// Records the tables of a database that has no ledger yet, and changes nothing else.
    ///
    /// [`plan`](Self::plan) then shows how the structs differ, and the next
    /// [`migrate`](Self::migrate) applies the differences. `migrate` adopts existing tables by
    /// itself; a baseline gives the history an entry for the state before any change.
    ///
    /// Tables that no struct declares are left unmanaged, unless the policy is
    /// [`DriftPolicy::Adopt`](crate::migrate::policy::DriftPolicy::Adopt). If there is nothing to
    /// record, no ledger is created.
    ///
    /// # Errors
    /// [`Error::AlreadyBaselined`] if there is a ledger; otherwise as [`migrate`](Self::migrate).
    /// The database is unchanged.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{Migrator, DriftPolicy};
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default();
    /// # let connection = kuzu_ddl_runtime::kuzu::Connection::new(&db)?;
    /// connection.query("CREATE NODE TABLE Person(id INT64, PRIMARY KEY(id))")?;
    /// let migrator = Migrator::new(&db).declared(declared);
    /// let report = migrator.drift_policy(DriftPolicy::Adopt).baseline()?;
    /// assert!(report.steps.is_empty() && !report.events.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "adopt")]
    #[doc(alias = "mark_applied")]
    pub fn baseline(mut self) -> Result<Report, Error> {
        let start = Instant::now();
        let _span = tracing::info_span!("baseline").entered();
        let declared = fingerprint_declaration(self.declared.take())?;
        self.plan_and_apply(&declared, &Request::Baseline, None, start)
    }
}

/// Prepares a start that writes to the ledger alone.
pub(super) fn prepare_ledger_only(
    inputs: PlanningInputs,
    declared: &Declared,
    resolution: DriftResolution,
) -> Result<PreparedMigration, Error> {
    let DriftResolution {
        fold,
        live,
        mut events,
        mut notes,
        followed,
        ..
    } = resolution;
    let PlanningInputs {
        contents,
        repair,
        version,
        found,
        expected,
        ..
    } = inputs;
    let adopted = adopt_existing(declared, &live, fold);
    events.extend(adopted.events);
    notes.extend(adopted.notes);
    // The next start rejects these.
    notes.extend(adopted.refusals.iter().map(|refusal| Note::Drift {
        row: refusal.to_string(),
    }));
    let mut live = LiveSchema {
        local: adopted.local,
        ..live
    };
    let after = fully_adopted(&contents, &mut events, declared, &mut live)?;
    let refusals = find_undecodable(&events, &after);
    if !refusals.is_empty() {
        return Err(Error::Incompatible(refusals));
    }
    notes.extend(snapshot_notes(&found));
    notes.extend(unmanaged_notes(&found, [&after, &after]));
    let last = contents.ancestor.as_ref();
    let ancestor = last.map(|last| ancestor_from_live(last, &followed, &expected, &live.schema));
    let plan = Plan::new(
        base(&contents, &found),
        events,
        Vec::new(),
        render_notes(notes),
    );
    Ok(PreparedMigration {
        contents,
        found,
        version,
        before: after.clone(),
        after,
        local: live.local,
        leave: Default::default(),
        tolerated: Vec::new(),
        plan,
        is_new: false,
        may_wait: false,
        rollback: None,
        ledger_only: Some(LedgerOnlyChange { repair, ancestor }),
        fits: false,
    })
}

/// Returns the state once the ledger records everything that the database shows. Where a lost event
/// is recreated, events that waited for it become effective, and may record further changes.
fn fully_adopted(
    contents: &LedgerContents,
    events: &mut Vec<DdlEvent>,
    declared: &Declared,
    live: &mut LiveSchema,
) -> Result<Fold, Error> {
    let mut rounds = 0;
    loop {
        events.retain(|event| !contents.events.contains_key(&event.id()));
        let mut fold = contents.fold();
        fold.extend(events.iter().cloned());
        let rows = detect(&fold, &live.schema, &live.local, None);
        if rows.is_empty() {
            return Ok(fold);
        }
        if rounds == ROUNDS {
            return Err(Error::DriftDetected(rows));
        }
        rounds += 1;
        let (more, _) = adopt_drift(&rows, declared, live, fold);
        events.extend(more.events);
        live.local = more.local;
    }
}
