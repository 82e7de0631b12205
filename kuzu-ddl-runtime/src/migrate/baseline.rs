//! Recording what is there, and doing nothing else.
//!
//! What is declared is left to the next start: the declaration is not marked as carried out, and of what
//! was recorded the ancestor of the three-way diff says that it was declared as it is. So the next start
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
use super::{Migrator, fingerprint_declaration};
use crate::error::Error;
use crate::ledger::LedgerContents;

/// How often the ledger is made to follow the database: the first time brings events into force, the
/// second follows what these say.
const ROUNDS: usize = 3;

impl Migrator<'_> {
    /// Records the tables of a database that has no ledger yet, and changes nothing else: its tables go
    /// on working as they are. What of the structs is not there, or is there otherwise, is what
    /// [`plan`](Self::plan) shows afterwards and the next [`migrate`](Self::migrate) does. That start
    /// would adopt by itself; this is for who wants to see the history begin with what is.
    ///
    /// Tables that no struct declares are left alone, unless the policy is
    /// [`DriftPolicy::Adopt`](crate::migrate::policy::DriftPolicy::Adopt). Where nothing is to be recorded, no ledger is
    /// made.
    ///
    /// # Errors
    /// [`Error::HasLedger`] where there is one; else as `migrate`. The database is as it was.
    pub fn baseline(mut self) -> Result<Report, Error> {
        let start = Instant::now();
        let _span = tracing::info_span!("baseline").entered();
        let declared = fingerprint_declaration(self.declared.take())?;
        self.baseline = true;
        self.plan_and_apply(&declared, None, start)
    }
}

/// The preparation of a start that writes to the ledger alone.
pub(super) fn prepare_ledger_only(
    ground: PlanningInputs,
    declared: &Declared,
    settled: DriftResolution,
) -> Result<PreparedMigration, Error> {
    let DriftResolution {
        fold,
        live,
        mut events,
        mut notes,
        followed,
        ..
    } = settled;
    let PlanningInputs {
        contents,
        repair,
        version,
        found,
        expected,
        ..
    } = ground;
    let adopted = adopt_existing(declared, &live, fold);
    events.extend(adopted.events);
    notes.extend(adopted.notes);
    // These are for the next start to refuse.
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
    notes.extend(unmanaged_notes(&found, &after));
    let last = contents.ancestor.as_ref();
    let ancestor = last.map(|last| ancestor_from_live(last, &followed, &expected, &live.schema));
    let plan = Plan {
        base: base(&contents, &found),
        events,
        steps: Vec::new(),
        notes: render_notes(notes),
    };
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
        back: None,
        records: Some(LedgerOnlyChange { repair, ancestor }),
        fits: false,
    })
}

/// The state once the ledger says all that the database shows. Where a lost event is made again, those
/// that waited for it come into force, and may say what has changed since.
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
