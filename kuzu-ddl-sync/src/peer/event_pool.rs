//! A pool that stores each event once for all peers of a process.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use kuzu_ddl_core::event::pack::PackError;
use kuzu_ddl_core::event::{DdlEvent, EventId, WeakEvent, pack};

use crate::limits::MAX_FRAME_EVENT_BYTES;

/// Number of packs that a pool remembers.
const MAX_CACHED_PACKS: usize = 4_096;

/// Total size of the events in the packs that a pool remembers, in bytes of their encoding.
const MAX_CACHED_BYTES: usize = 32 * 1024 * 1024;

/// Number of events at which those that no peer holds any more are removed for the first time.
const MIN_SWEPT_EVENTS: usize = 65_536;

/// Shares received events between the peers of one process.
///
/// Each event is in memory once, and a pack that several peers receive is decoded once. See
/// [`Peer::with_pool`](crate::Peer::with_pool).
#[doc(alias = "interner")]
#[doc(alias = "cache")]
#[derive(Clone, Debug, Default)]
pub struct EventPool(Arc<Mutex<PoolState>>);

type Events = Arc<[DdlEvent]>;

#[derive(Debug, Default)]
struct PoolState {
    events: HashMap<EventId, WeakEvent>,
    /// Number of events at which those that no peer holds any more are removed.
    sweep_at: usize,
    /// The events of each cached pack, by the hash of its bytes.
    packs: HashMap<[u8; 32], Events>,
    /// The cached packs with the size of their events, oldest first.
    order: VecDeque<([u8; 32], usize)>,
    /// Total size of the events in the cached packs.
    bytes: usize,
}

impl EventPool {
    /// Creates an empty pool.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes a pack.
    pub(super) fn decode(&self, bytes: &[u8]) -> Result<Events, PackError> {
        let hash = *blake3::hash(bytes).as_bytes();
        // The state is valid even if a thread panicked while it held the lock.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(events) = state.packs.get(&hash) {
            return Ok(Arc::clone(events));
        }
        let events = pack::decode(bytes, MAX_FRAME_EVENT_BYTES)?;
        let events: Events = events
            .into_iter()
            .map(|event| state.intern(event))
            .collect();
        let bytes = events.iter().map(DdlEvent::encoded_len).sum();
        state.order.push_back((hash, bytes));
        state.bytes += bytes;
        state.packs.insert(hash, Arc::clone(&events));
        while state.order.len() > MAX_CACHED_PACKS || state.bytes > MAX_CACHED_BYTES {
            let Some((oldest, bytes)) = state.order.pop_front() else {
                break;
            };
            state.packs.remove(&oldest);
            state.bytes -= bytes;
        }
        state.sweep();
        Ok(events)
    }
}

impl PoolState {
    /// Removes the events that no peer holds any more, which would keep their memory.
    fn sweep(&mut self) {
        if self.events.len() >= self.sweep_at.max(MIN_SWEPT_EVENTS) {
            self.events.retain(|_, event| event.upgrade().is_some());
            self.sweep_at = 2 * self.events.len();
        }
    }

    fn intern(&mut self, event: DdlEvent) -> DdlEvent {
        let shared = self.events.entry(event.id()).or_default();
        shared.upgrade().unwrap_or_else(|| {
            *shared = event.downgrade();
            event
        })
    }
}
