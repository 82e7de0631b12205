//! Encodes rows of the ledger.

use std::collections::BTreeSet;

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::event::{DdlEvent, EventId, Fingerprint, Writer};
use kuzu_ddl_core::state::CatalogIds;

use super::attempt::{Attempt, SetAside};
use super::keys::{self, STATE};
use super::model::{LedgerState, Revision, RowMap};

pub(crate) fn encode_inbox(rows: &mut RowMap, event: &DdlEvent) {
    rows.insert(keys::inbox(event.id()), event.encode());
}

pub(crate) fn encode_attempt(rows: &mut RowMap, attempt: &Attempt) {
    rows.insert(keys::ATTEMPT.into(), to_json(attempt));
}

pub(crate) fn encode_suspects(rows: &mut RowMap, suspects: &[BTreeSet<EventId>]) {
    rows.insert(keys::SUSPECTS.into(), to_json(&suspects));
}

pub(crate) fn encode_set_aside(rows: &mut RowMap, id: EventId, set_aside: &SetAside) {
    rows.insert(keys::set_aside(id), to_json(set_aside));
}

/// Encodes a body in JSON.
pub fn to_json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    // Our own types: no map has keys that JSON cannot hold, so this cannot fail.
    serde_json::to_vec(value).unwrap_or_default()
}

/// Minimum number of events for which several share a row: a row costs more than its content.
const MIN_EVENTS_PER_PACKED_ROW: usize = 32;

/// Size of a row with several events, in bytes, above which the next row is started.
const MAX_PACKED_ROW_BYTES: usize = 64 * 1024;

pub(crate) fn encode_events(rows: &mut RowMap, events: &[DdlEvent]) {
    if events.len() < MIN_EVENTS_PER_PACKED_ROW {
        let row = |event: &DdlEvent| (format!("event/{}", event.id()), event.encode());
        rows.extend(events.iter().map(row));
        return;
    }
    let mut pack: Option<(EventId, Writer)> = None;
    for event in events {
        let (_, w) = pack.get_or_insert_with(|| (event.id(), Writer::default()));
        w.bytes(&event.encode());
        if w.size() >= MAX_PACKED_ROW_BYTES
            && let Some((first, w)) = pack.take()
        {
            rows.insert(format!("events/{first}"), w.finish());
        }
    }
    if let Some((first, w)) = pack {
        rows.insert(format!("events/{first}"), w.finish());
    }
}

pub(crate) fn encode_checkpoint(rows: &mut RowMap, bytes: &[u8]) {
    rows.insert("checkpoint".into(), bytes.to_vec());
}

pub(crate) fn encode_catalog_ids(rows: &mut RowMap, ids: &CatalogIds) {
    let mut w = Writer::default();
    for numbers in [&ids.tables, &ids.properties] {
        w.len(numbers.len());
        for (object, number) in numbers {
            w.hash(object.as_bytes());
            w.uint((*number).into());
        }
    }
    rows.insert(keys::CATALOG_IDS.into(), w.finish());
}

pub(crate) fn encode_declared(rows: &mut RowMap, id: Fingerprint, declared: &Declared) {
    rows.insert(keys::declared(id), Vec::new());
    rows.insert("ancestor".into(), to_json(declared));
}

pub(crate) fn encode_ancestor(rows: &mut RowMap, declared: &Declared) {
    rows.insert("ancestor".into(), to_json(declared));
}

pub(crate) fn encode_revision(rows: &mut RowMap, revision: &Revision) {
    rows.insert(
        format!("revision/{:010}", revision.number),
        to_json(revision),
    );
}

pub(crate) fn encode_state(rows: &mut RowMap, state: &LedgerState) {
    rows.insert(STATE.into(), to_json(state));
}
