//! What a peer knows about one other peer.

use std::collections::{BTreeMap, BTreeSet};

use crate::limits::Limits;
use crate::protocol::frame::Status;
use crate::{Attestation, CheckpointId};

#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) connected: bool,
    /// Whether new events are pushed to it at once, or wait until the two compare.
    pub(super) push: bool,
    /// Places in the log of events that it needs.
    pub(super) queue: BTreeSet<u32>,
    /// Of these, those that it has not asked for.
    pub(super) pushed: BTreeSet<u32>,
    /// What was sent to it when.
    pub(super) sent: BTreeMap<u32, u64>,
    /// What was said that it may not have heard.
    pub(super) attestations: BTreeSet<Attestation>,
    /// Bytes sent to it since the last tick.
    pub(super) spent: usize,
    pub(super) theirs: Option<Status>,
    /// How many of our events it has safely stored.
    pub(super) acknowledged: usize,
    pub(super) next_status: u64,
    pub(super) interval: u64,
    /// When it was last compared with, if it was.
    pub(super) compared: Option<u64>,
    pub(super) asked_base: Option<(CheckpointId, u64)>,
    pub(super) told_versions: Option<u64>,
    pub(super) muted_until: u64,
    strikes: u32,
    credit: u64,
    credited: u64,
    /// When each kind of row was last given, and how many were not since.
    rows: BTreeMap<u8, (u64, u64)>,
}

impl Link {
    pub(super) fn new(now: u64, limits: &Limits) -> Self {
        Self {
            connected: true,
            push: true,
            queue: BTreeSet::new(),
            pushed: BTreeSet::new(),
            sent: BTreeMap::new(),
            attestations: BTreeSet::new(),
            spent: 0,
            theirs: None,
            acknowledged: 0,
            next_status: now,
            interval: limits.status_interval,
            compared: None,
            asked_base: None,
            told_versions: None,
            muted_until: 0,
            strikes: 0,
            credit: limits.burst_bytes,
            credited: now,
            rows: BTreeMap::new(),
        }
    }

    /// The peer is back: what it was told before does not count any more, what it stored and owes does.
    pub(super) fn renew(&mut self, now: u64, limits: &Limits) {
        *self = Self {
            acknowledged: self.acknowledged,
            muted_until: self.muted_until,
            strikes: self.strikes,
            credit: self.credit,
            credited: self.credited,
            rows: std::mem::take(&mut self.rows),
            ..Self::new(now, limits)
        };
    }

    /// Takes a frame's bytes from what the rate allows.
    pub(super) fn pays(&mut self, now: u64, bytes: usize, limits: &Limits) -> bool {
        let since = now.saturating_sub(self.credited);
        let earned = since.saturating_mul(limits.bytes_per_second) / 1_000;
        if earned > 0 {
            self.credit = self.credit.saturating_add(earned).min(limits.burst_bytes);
            self.credited = now;
        }
        // Even an empty frame costs something.
        match self.credit.checked_sub(bytes as u64 + 64) {
            Some(left) => {
                self.credit = left;
                true
            }
            None => false,
        }
    }

    /// Counts a bad frame; whether that was one too many.
    pub(super) fn strike(&mut self, now: u64, limits: &Limits) -> bool {
        self.strikes += 1;
        let out = self.strikes >= limits.strikes;
        if out {
            self.strikes = 0;
            self.muted_until = now.saturating_add(limits.mute_time);
        }
        out
    }

    /// How often a row of this kind happened, if it is time to say so.
    pub(super) fn row(&mut self, now: u64, kind: u8, limits: &Limits) -> Option<u64> {
        match self.rows.get_mut(&kind) {
            Some((last, unsaid)) if now < last.saturating_add(limits.report_interval) => {
                *unsaid += 1;
                None
            }
            Some((last, unsaid)) => {
                let times = *unsaid + 1;
                (*last, *unsaid) = (now, 0);
                Some(times)
            }
            None => {
                self.rows.insert(kind, (now, 0));
                Some(1)
            }
        }
    }

    /// It needs this event, and has not just been sent it.
    pub(super) fn needs(&mut self, now: u64, place: u32, limits: &Limits) {
        let sent = self.sent.get(&place);
        if sent.is_none_or(|sent| now >= sent.saturating_add(limits.resend_after)) {
            self.queue.insert(place);
            self.pushed.remove(&place);
        }
    }

    /// A new event that it may not have.
    pub(super) fn pushes_to(&mut self, place: u32) {
        if self.queue.insert(place) {
            self.pushed.insert(place);
        }
    }

    /// It has this event.
    pub(super) fn has(&mut self, place: u32) {
        self.queue.remove(&place);
        self.pushed.remove(&place);
    }

    /// Tells the state soon again.
    pub(super) fn stir(&mut self, now: u64, limits: &Limits) {
        self.interval = limits.status_interval;
        self.next_status = self.next_status.min(now.saturating_add(self.interval));
    }
}
