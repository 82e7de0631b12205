//! Encodes events in columns.

use super::super::change::Change;
use super::super::codec::writer::Writer;
use super::super::ddl_event::DdlEvent;
use super::super::id::EventId;
use super::columns::{column_index, is_columned, observe};
use super::predictor::DependencyPredictor;

/// Appends one event to the columns.
pub(super) fn write_event(w: &mut Writer, memory: &mut DependencyPredictor, event: &DdlEvent) {
    let kind = event.change().number();
    if !is_columned(kind) || matches!(event.change(), Change::Unknown { .. }) {
        w.uint(0);
        w.bytes(&event.encode());
        if let Some(names) = w.names() {
            observe(memory, event, 0, None, |hash| names.intern(hash));
        }
        return;
    }
    w.uint(kind.into());
    if let Some(names) = w.names() {
        names.mentions.clear();
    }
    event.change().write(w);
    let created = event.change().is_creation();
    if !created {
        w.hash(event.object().as_bytes());
    }
    let Some(names) = w.names() else { return };
    let (near, object) = column_index(&mut names.mentions, created);
    let guesses = memory.predict(kind, object, &names.mentions);
    let mut mask = 0_u64;
    let mut others: Vec<EventId> = Vec::new();
    for id in event.depends_on() {
        let number = names.number(id.as_bytes());
        let bit = number.and_then(|number| guesses.iter().position(|guess| *guess == number));
        match bit {
            Some(bit) => mask |= 1 << bit,
            None => others.push(*id),
        }
    }
    w.uint(u128::from(mask) << 1 | u128::from(!others.is_empty()));
    if !others.is_empty() {
        w.len(others.len());
        others.iter().for_each(|id| w.hash(id.as_bytes()));
    }
    if let Some(names) = w.names() {
        observe(memory, event, kind, near, |hash| names.intern(hash));
    }
}
