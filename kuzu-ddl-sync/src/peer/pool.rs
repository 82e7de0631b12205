//! One copy of each event for all peers of one program.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use kuzu_ddl_runtime::event::{DdlEvent, EventId};

/// Lets peers of one program share their events, so that each is in memory once. Only memory is shared: every
/// peer still makes each event's id anew from what it was sent.
#[derive(Clone, Debug, Default)]
pub struct Pool(Arc<Mutex<HashMap<EventId, Weak<DdlEvent>>>>);

impl Pool {
    pub(super) fn share(&self, event: DdlEvent) -> Arc<DdlEvent> {
        // What is in it is right even if a thread died while it held it.
        let mut pool = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = pool.entry(event.id()).or_default();
        if let Some(event) = known.upgrade() {
            return event;
        }
        let event = Arc::new(event);
        *known = Arc::downgrade(&event);
        event
    }
}
