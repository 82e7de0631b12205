//! Recording of a migration in the ledger, inside its transaction.

use std::collections::BTreeSet;

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::diff::next_ancestor;
use kuzu_ddl_core::drift::tolerated_ids;
use kuzu_ddl_core::event::EventId;
use kuzu_ddl_core::state::{CatalogIds, DeferredTask};

use super::super::Migrator;
use super::super::planning::catalog_hash;
use super::super::planning::inputs::{LedgerOnlyChange, PreparedMigration};
use super::super::planning::suspect_tables::update_column_id_gaps;
use super::super::post_commit::backfill;
use super::super::receive::inbox_keys_applied;
use super::super::run::Run;
use crate::engine::Transaction;
use crate::error::Error;
use crate::inspect::tables;
use crate::ledger;
use crate::ledger::{FingerprintedDeclaration, LedgerState, Revision, RowMap};
use crate::write_lock::now;

impl Migrator<'_> {
    /// Writes the ledger, and returns the number of the revision.
    pub(in crate::migrate) fn write_ledger(
        &self,
        tx: &Transaction<'_>,
        run: &Run<'_>,
        prepared: &PreparedMigration,
        found: &CatalogSnapshot,
    ) -> Result<u64, Error> {
        let (declared, from_peers) = (run.declared, run.request.is_from_peers());
        let last = prepared.contents.state.as_ref();
        let (mut new, mut changed) = (RowMap::new(), RowMap::new());
        let events = &prepared.plan.events;
        ledger::encode_events(&mut new, events);
        let ids: Vec<EventId> = events.iter().map(|event| event.id()).collect();
        // Revisions survive a lost state row.
        let recorded = prepared.contents.revisions.keys().last().copied();
        let mut number = last.map_or(0, |s| s.revision).max(recorded.unwrap_or(0));
        let applies_own = applies_declaration(prepared) && !from_peers;
        if prepared.is_new || !ids.is_empty() || prepared.ledger_only.is_some() {
            number += 1;
            let took = millis(run.start.elapsed());
            let revision = Revision {
                number,
                events: ids,
                declared: applies_own.then_some(declared.id),
                from_peers,
                rollback: prepared
                    .rollback
                    .as_ref()
                    .map(|change| change.record.clone()),
                application: self.application.clone(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                started_at_ms: now().saturating_sub(took),
                duration_ms: took,
            };
            ledger::encode_revision(&mut new, &revision);
        }
        if prepared.is_new {
            let last = prepared.contents.ancestor.as_ref();
            let ancestor = next_ancestor(&declared.declared, last, &prepared.after);
            // The row exists already where undone changes are reapplied.
            for id in declared.ids() {
                ledger::encode_declared(&mut changed, id, &ancestor);
            }
        }
        if let Some(to) = &prepared.rollback {
            ledger::encode_ancestor(&mut changed, &to.ancestor);
        }
        let catalog_ids = catalog_ids_after(prepared, found);
        if catalog_ids != prepared.contents.catalog_ids {
            ledger::encode_catalog_ids(&mut changed, &catalog_ids);
        }
        let state = state(declared, prepared, found, tables(tx)?, number);
        ledger::encode_state(&mut changed, &state);
        if last.is_none() && !is_repair(prepared) {
            ledger::create_table(tx)?;
        }
        if let Some(bootstrap) = run.request.bootstrap() {
            ledger::encode_checkpoint(&mut changed, &bootstrap.bytes);
        }
        if let Some(ledger_only) = &prepared.ledger_only {
            self.write_ledger_only(tx, declared, ledger_only, &mut changed)?;
        }
        ledger::insert_rows(tx, new)?;
        ledger::upsert_rows(tx, changed)?;
        for (id, progress) in backfill::started_backfills(prepared) {
            ledger::write_backfill(tx, id, &progress)?;
        }
        let deferred = &prepared.local.deferred;
        let recorded = prepared.contents.backfills.keys();
        for id in recorded.filter(|id| !deferred.contains(&DeferredTask::Backfill(**id))) {
            ledger::delete_backfill(tx, *id)?;
        }
        let mut obsolete = inbox_keys_applied(prepared);
        if run.request.completes_attempt() && prepared.local.deferred.is_empty() {
            obsolete.push(ledger::ATTEMPT.into());
        }
        ledger::delete_rows(tx, &obsolete)?;
        Ok(number)
    }

    /// Writes what a ledger-only change adds: the declaration is not marked as applied, and corrupt
    /// rows are quarantined.
    fn write_ledger_only(
        &self,
        tx: &Transaction<'_>,
        declared: &FingerprintedDeclaration,
        ledger_only: &LedgerOnlyChange,
        changed: &mut RowMap,
    ) -> Result<(), Error> {
        if let Some(ancestor) = &ledger_only.ancestor {
            ledger::encode_ancestor(changed, ancestor);
        }
        if let Some(repair) = &ledger_only.repair {
            for key in &repair.quarantined {
                ledger::quarantine_row(tx, key)?;
            }
            changed.extend(repair.rows.clone());
        }
        for id in declared.ids() {
            ledger::delete_declared(tx, id)?;
        }
        Ok(())
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Returns whether this start applies the declaration.
fn applies_declaration(prepared: &PreparedMigration) -> bool {
    prepared.rollback.is_none() && prepared.ledger_only.is_none()
}

fn is_repair(prepared: &PreparedMigration) -> bool {
    let ledger_only = prepared.ledger_only.as_ref();
    ledger_only.is_some_and(|ledger_only| ledger_only.repair.is_some())
}

/// Returns the catalog ids after the migration.
fn catalog_ids_after(prepared: &PreparedMigration, found: &CatalogSnapshot) -> CatalogIds {
    let tolerated = tolerated_ids(
        &prepared.leave,
        &prepared.contents.catalog_ids,
        (&prepared.before, &prepared.found),
        (&prepared.after, found),
    );
    CatalogIds::from_catalog(&prepared.after, found, &tolerated)
}

/// Returns whether the ledger already contains everything that this start would write.
pub(in crate::migrate) fn is_noop(
    declared: &FingerprintedDeclaration,
    prepared: &PreparedMigration,
) -> bool {
    if prepared.ledger_only.is_some() {
        return prepared.plan.events.is_empty()
            && prepared.contents.events.is_empty()
            && !is_repair(prepared);
    }
    let Some(last) = &prepared.contents.state else {
        return false;
    };
    // A tolerated difference is reported again at the next start, so nothing is marked as verified.
    let is_verified = !prepared.tolerated.is_empty()
        || (last.verified_declarations.contains(&declared.id)
            && last.catalog_hash == catalog_hash::snapshot_hash(&prepared.found));
    let same_deferred = last.local.deferred == prepared.local.deferred;
    let same_catalog_ids = !prepared.tolerated.is_empty()
        || catalog_ids_after(prepared, &prepared.found) == prepared.contents.catalog_ids;
    prepared.plan.only_deferred()
        && same_deferred
        && same_catalog_ids
        && !prepared.is_new
        && is_verified
}

pub(in crate::migrate) fn state(
    declared: &FingerprintedDeclaration,
    prepared: &PreparedMigration,
    found: &CatalogSnapshot,
    listed: Vec<crate::inspect::TableListing>,
    revision: u64,
) -> LedgerState {
    let mut checked = BTreeSet::new();
    if prepared.tolerated.is_empty() && applies_declaration(prepared) && prepared.fits {
        checked.insert(declared.id);
        if prepared.plan.is_empty()
            && let Some(last) = &prepared.contents.state
        {
            checked.extend(&last.verified_declarations);
        }
    }
    LedgerState {
        format: ledger::FORMAT,
        revision,
        frontier: prepared.after.frontier(),
        schema: prepared.after.schema().fingerprint(),
        verified_declarations: checked,
        table_list_hash: catalog_hash::table_list_hash(&listed),
        catalog_hash: catalog_hash::snapshot_hash(found),
        table_count: listed.len(),
        local: update_column_id_gaps(&prepared.local, &prepared.found, found, &prepared.after),
        inbox_ready: inbox_ready_count(prepared),
        held_since_version: prepared
            .contents
            .state
            .as_ref()
            .and_then(|s| s.held_since_version.clone()),
        held_count: {
            let last = prepared.contents.state.as_ref();
            last.map_or(0, |state| state.held_count)
        },
        has_conflicts: !prepared.after.conflicts().is_empty(),
    }
}

/// Returns how many events of the inbox the next start retries: all of them once anything has
/// changed.
fn inbox_ready_count(prepared: &PreparedMigration) -> usize {
    let all = prepared.contents.inbox.len() - inbox_keys_applied(prepared).len();
    let is_same = prepared.plan.events.is_empty() && !prepared.is_new;
    let last = prepared.contents.state.as_ref().filter(|_| is_same);
    last.map_or(all, |last| last.inbox_ready.min(all))
}
