//! The total order of events: by depth, then by id.

use std::collections::BTreeMap;

use crate::event::{DdlEvent, EventId};

/// Returns the events whose dependencies are all among them, in topological order (depth, id).
pub fn topological_order<'a>(
    events: &BTreeMap<EventId, &'a DdlEvent>,
) -> BTreeMap<(u64, EventId), &'a DdlEvent> {
    let mut waiting: BTreeMap<EventId, usize> = BTreeMap::new();
    let mut dependents: BTreeMap<EventId, Vec<EventId>> = BTreeMap::new();
    let mut ready: Vec<(EventId, u64)> = Vec::new();
    for (id, event) in events {
        if event.depends_on().is_empty() {
            ready.push((*id, 0));
        } else {
            waiting.insert(*id, event.depends_on().len());
        }
        for dependency in event.depends_on() {
            dependents.entry(*dependency).or_default().push(*id);
        }
    }
    // Breadth first: an event becomes ready with its last dependency, which is its deepest.
    let mut ranked = BTreeMap::new();
    while !ready.is_empty() {
        let mut next = Vec::new();
        for (id, depth) in ready {
            if let Some(event) = events.get(&id) {
                ranked.insert((depth, id), *event);
            }
            for dependent in dependents.get(&id).into_iter().flatten() {
                if let Some(left) = waiting.get_mut(dependent) {
                    *left -= 1;
                    if *left == 0 {
                        next.push((*dependent, depth + 1));
                    }
                }
            }
        }
        ready = next;
    }
    ranked
}
