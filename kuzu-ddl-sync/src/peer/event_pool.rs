//! One copy of each event for all peers of one program.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use kuzu_ddl_runtime::event::{DdlEvent, EventId, PackError, WeakEvent, pack};

use crate::limits::MAX_FRAME_EVENT_BYTES;

/// So many packs are remembered.
const PACKS: usize = 4_096;

/// Lets peers of one program share what they take in: each event is in memory once, and a pack that reaches many of
/// them is read once.
#[derive(Clone, Debug, Default)]
pub struct Pool(Arc<Mutex<Shared>>);

type Events = Arc<[DdlEvent]>;

#[derive(Debug, Default)]
struct Shared {
    events: HashMap<EventId, WeakEvent>,
    /// What packs came to, by the hash of their bytes.
    packs: HashMap<[u8; 32], Events>,
    order: VecDeque<[u8; 32]>,
}

impl Pool {
    /// The events of a pack.
    pub(super) fn read(&self, bytes: &[u8]) -> Result<Events, PackError> {
        let hash = *blake3::hash(bytes).as_bytes();
        // What is in it is right even if a thread died while it held it.
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(events) = shared.packs.get(&hash) {
            return Ok(Arc::clone(events));
        }
        let events = pack::decode(bytes, MAX_FRAME_EVENT_BYTES)?;
        let events: Events = events.into_iter().map(|event| shared.one(event)).collect();
        if shared.order.len() == PACKS
            && let Some(oldest) = shared.order.pop_front()
        {
            shared.packs.remove(&oldest);
        }
        shared.order.push_back(hash);
        shared.packs.insert(hash, Arc::clone(&events));
        Ok(events)
    }
}

impl Shared {
    fn one(&mut self, event: DdlEvent) -> DdlEvent {
        let known = self.events.entry(event.id()).or_default();
        known.upgrade().unwrap_or_else(|| {
            *known = event.downgrade();
            event
        })
    }
}
