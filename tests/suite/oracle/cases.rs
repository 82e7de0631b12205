//! The hand-written cases: one per kind of event.
