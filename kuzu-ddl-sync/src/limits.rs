//! What a peer may cost. Every number that a frame can claim is checked against one of these.

/// The largest frame, in bytes: one event of the largest size, with room for what stands around it.
pub const MAX_FRAME_BYTES: usize = kuzu_ddl_runtime::event::MAX_EVENT_BYTES + 64 * 1024;

/// What the events of one frame may come to, in bytes, each counted as it is outside of packs.
pub const MAX_FRAME_EVENT_BYTES: usize = 2 * kuzu_ddl_runtime::event::MAX_EVENT_BYTES;

/// The most places of the tree in one frame.
pub const MAX_FRAME_PLACES: usize = 4_096;

/// The most ids in one frame.
pub const MAX_FRAME_IDS: usize = 32_768;

/// The most attestations of one event, and the largest, in bytes.
pub const MAX_ATTESTATIONS: usize = 16;
/// The largest attestation, in bytes.
pub const MAX_ATTESTATION_BYTES: usize = 1_024;

/// What one peer spends on others. All times are in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Other peers that are listened to at the same time; frames of more are dropped.
    pub peers: usize,
    /// Bytes per second taken from each peer. What comes faster is dropped, and comes again later.
    pub bytes_per_second: u64,
    /// Bytes taken from a peer at once before the rate counts.
    pub burst_bytes: u64,
    /// Bytes of events sent to each peer per tick.
    pub bytes_per_tick: usize,
    /// Events that wait for others, from all peers together.
    pub waiting_events: usize,
    /// Their bytes.
    pub waiting_bytes: usize,
    /// Waiting events of one peer.
    pub waiting_events_per_peer: usize,
    /// How long an event waits.
    pub waiting_time: u64,
    /// Bad frames of one peer before it is not listened to.
    pub strikes: u32,
    /// For how long it is not.
    pub mute_time: u64,
    /// How often the state is told at least, while it differs.
    pub status_interval: u64,
    /// How often it is told at least where all agree.
    pub quiet_interval: u64,
    /// After how long something that was asked for or sent is taken for lost.
    pub resend_after: u64,
    /// Rows of one kind about one peer are given once in this time, with their number.
    pub report_interval: u64,
    /// A peer with nothing asks for a checkpoint instead of the history if there are more events than this.
    pub checkpoint_above: u64,
    /// The largest checkpoint that is taken, in bytes.
    pub checkpoint_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            peers: 256,
            bytes_per_second: 8 << 20,
            burst_bytes: 32 << 20,
            bytes_per_tick: 1 << 20,
            waiting_events: 65_536,
            waiting_bytes: 64 << 20,
            waiting_events_per_peer: 16_384,
            waiting_time: 10 * 60_000,
            strikes: 16,
            mute_time: 60_000,
            status_interval: 1_000,
            quiet_interval: 30_000,
            resend_after: 3_000,
            report_interval: 10_000,
            checkpoint_above: 20_000,
            checkpoint_bytes: 64 << 20,
        }
    }
}
