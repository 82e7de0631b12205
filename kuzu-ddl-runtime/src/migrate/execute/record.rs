//! TODO-DOC migrate::execute::record

use std::collections::BTreeSet;
use std::time::Instant;

use kuzu_ddl_core::catalog::Inspection;
use kuzu_ddl_core::diff::ancestor;
use kuzu_ddl_core::event::EventId;
use kuzu_ddl_core::state::{Owed, Places};

use super::super::Migrator;
use super::super::planning::catalog_hash as catalog;
use super::super::planning::inputs::{Prepared, Records};
use super::super::planning::suspect_tables::known;
use super::super::post_commit::backfill as values;
use super::super::receive::emptied;
use crate::engine::Transaction;
use crate::error::Error;
use crate::inspect::tables;
use crate::ledger;
use crate::ledger::{Identified, Revision, Rows, State};
use crate::write_lock::now;

impl Migrator<'_> {
    /// Writes the ledger, and returns the revision's number.
    pub(in crate::migrate) fn record(
        &self,
        tx: &Transaction<'_>,
        declared: &Identified,
        prepared: &Prepared,
        found: &Inspection,
        start: Instant,
    ) -> Result<u64, Error> {
        let last = prepared.contents.state.as_ref();
        let (mut new, mut changed) = (Rows::new(), Rows::new());
        let events = &prepared.plan.events;
        ledger::put_events(&mut new, events);
        let ids: Vec<EventId> = events.iter().map(|event| event.id()).collect();
        // A state that was lost is one that revisions tell of.
        let recorded = prepared.contents.revisions.keys().last().copied();
        let mut number = last.map_or(0, |s| s.revision).max(recorded.unwrap_or(0));
        let own = is_carried_out(prepared) && self.received.is_none();
        if prepared.is_new || !ids.is_empty() || prepared.records.is_some() {
            number += 1;
            let took = millis(start.elapsed());
            let revision = Revision {
                number,
                events: ids,
                declared: own.then_some(declared.id),
                received: self.received.is_some(),
                back: prepared.back.as_ref().map(|to| to.back.clone()),
                app: self.app.clone(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                at: now().saturating_sub(took),
                took,
            };
            ledger::put_revision(&mut new, &revision);
        }
        if prepared.is_new {
            let last = prepared.contents.ancestor.as_ref();
            let ancestor = ancestor(&declared.declared, last, &prepared.after);
            // Its row is there already where changes are made again that were undone.
            for id in declared.ids() {
                ledger::put_declared(&mut changed, id, &ancestor);
            }
        }
        if let Some(to) = &prepared.back {
            ledger::put_ancestor(&mut changed, &to.ancestor);
        }
        let places = places(prepared, found);
        if places != prepared.contents.places {
            ledger::put_places(&mut changed, &places);
        }
        let state = state(declared, prepared, found, tables(tx)?, number);
        ledger::put_state(&mut changed, &state);
        if last.is_none() && !is_repair(prepared) {
            ledger::create(tx)?;
        }
        if let Some(beginning) = &self.beginning {
            ledger::put_checkpoint(&mut changed, &beginning.bytes);
        }
        if let Some(records) = &prepared.records {
            self.unsay(tx, declared, records, &mut changed)?;
        }
        ledger::add(tx, new)?;
        ledger::put(tx, changed)?;
        for (id, making) in values::begun(prepared) {
            ledger::put_making(tx, id, &making)?;
        }
        let owed = &prepared.local.owed;
        let over = prepared.contents.making.keys();
        for id in over.filter(|id| !owed.contains(&Owed::Values(**id))) {
            ledger::remove_making(tx, *id)?;
        }
        ledger::remove(tx, &emptied(prepared))?;
        Ok(number)
    }

    /// Where only the ledger is written: what is declared is not carried out, and damage is set aside.
    fn unsay(
        &self,
        tx: &Transaction<'_>,
        declared: &Identified,
        records: &Records,
        changed: &mut Rows,
    ) -> Result<(), Error> {
        if let Some(ancestor) = &records.ancestor {
            ledger::put_ancestor(changed, ancestor);
        }
        if let Some(repair) = &records.repair {
            for key in &repair.aside {
                ledger::set_aside(tx, key)?;
            }
            changed.extend(repair.rows.clone());
        }
        for id in declared.ids() {
            ledger::remove_declared(tx, id)?;
        }
        Ok(())
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Whether this start carries out what is declared.
fn is_carried_out(prepared: &Prepared) -> bool {
    prepared.back.is_none() && prepared.records.is_none()
}

fn is_repair(prepared: &Prepared) -> bool {
    let records = prepared.records.as_ref();
    records.is_some_and(|records| records.repair.is_some())
}

/// The engine's numbers. Of what is left as it is, though it differs, they stay what they were: it must
/// be told again.
fn places(prepared: &Prepared, found: &Inspection) -> Places {
    let last = &prepared.contents.places;
    Places::of(&prepared.after, found, &prepared.leave, last)
}

/// Whether the ledger says already all that this start would write.
pub(in crate::migrate) fn is_recorded(declared: &Identified, prepared: &Prepared) -> bool {
    if prepared.records.is_some() {
        return prepared.plan.events.is_empty()
            && prepared.contents.events.is_empty()
            && !is_repair(prepared);
    }
    let Some(last) = &prepared.contents.state else {
        return false;
    };
    // What was only warned of is told again at the next start, so nothing is ticked off.
    let ticked = !prepared.tolerated.is_empty()
        || (last.checked.contains(&declared.id) && last.catalog == catalog::whole(&prepared.found));
    let owed = last.local.owed == prepared.local.owed;
    let placed = !prepared.tolerated.is_empty()
        || places(prepared, &prepared.found) == prepared.contents.places;
    prepared.plan.is_owed_only() && owed && placed && !prepared.is_new && ticked
}

pub(in crate::migrate) fn state(
    declared: &Identified,
    prepared: &Prepared,
    found: &Inspection,
    listed: Vec<crate::inspect::Listed>,
    revision: u64,
) -> State {
    let mut checked = BTreeSet::new();
    if prepared.tolerated.is_empty() && is_carried_out(prepared) && prepared.fits {
        checked.insert(declared.id);
        if prepared.plan.is_empty()
            && let Some(last) = &prepared.contents.state
        {
            checked.extend(&last.checked);
        }
    }
    State {
        format: ledger::FORMAT,
        revision,
        frontier: prepared.after.frontier(),
        schema: prepared.after.schema().fingerprint(),
        checked,
        tables: catalog::listing(&listed),
        catalog: catalog::whole(found),
        size: listed.len(),
        local: known(&prepared.local, &prepared.found, found, &prepared.after),
        inbox: waiting(prepared),
        held: prepared
            .contents
            .state
            .as_ref()
            .and_then(|s| s.held.clone()),
    }
}

/// How many events of the inbox the next start tries: all of them once anything has changed.
fn waiting(prepared: &Prepared) -> usize {
    let all = prepared.contents.inbox.len() - emptied(prepared).len();
    let is_same = prepared.plan.events.is_empty() && !prepared.is_new;
    let last = prepared.contents.state.as_ref().filter(|_| is_same);
    last.map_or(all, |last| last.inbox.min(all))
}
