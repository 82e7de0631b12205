//! Leaderless schema replication for kuzu-ddl: a sans-IO peer protocol, bundles and shared folders.
//!
//! Databases of one space exchange their schema events and converge to the same schema, without a
//! leader, locks or a required order of delivery: events are content-addressed and name their
//! dependencies, so a set of events means the same on every peer. This crate replicates the sets:
//!
//! - [`Peer`] exchanges frames over any transport, reliable or not.
//! - [`Bundle`] carries events in a file that is mailed, committed or copied.
//! - `folder` replicates through a file share or a git checkout (feature `folder`).
//! - [`Hub`] connects several databases of one process.
//! - `bridge` connects a database and its peer (feature `runtime`).
//!
//! The protocol performs no I/O and has no clock, no randomness and no threads: the caller passes
//! in frames and times, and performs the returned [`Output`]s.
//!
//! ```
//! use kuzu_ddl_sync::{Limits, Output, Peer, PeerId, SpaceId};
//!
//! let space = SpaceId::from_name("shop");
//! let (a, b) = (PeerId::from_name("a"), PeerId::from_name("b"));
//! let mut peer = Peer::new(a, space, Limits::default());
//! for output in peer.connect(0, b) {
//!     match output {
//!         Output::Send { to, bytes } => { /* send over any transport, reliable or not */ }
//!         Output::Events(events) => { /* store in the database, then call `mark_stored` */ }
//!         _ => {}
//!     }
//! }
//! ```
//!
//! # Features
//!
//! | feature | default | content |
//! |---|---|---|
//! | `folder` | yes | replication through a folder, the only part that accesses files |
//! | `runtime` | no | `bridge`, which depends on the runtime of `kuzu-ddl` |
//! | `kuzu` | no | `runtime` with the Kùzu engine |

#![forbid(unsafe_code)]

// In the order of the data flow: no module imports a later one.
mod identity;

pub mod limits;

mod hash_tree;

mod attestation;

mod checkpoint;

mod schema_token;

mod waiting;

mod event_log;

mod bundle;

mod protocol;

mod peer;

mod transport;

#[cfg(feature = "runtime")]
pub mod bridge;

pub use attestation::Attestation;
pub use bundle::{
    Bundle, BundleError, BundleReader, DEFAULT_BUNDLE_CONTENT_BYTES, MAX_BUNDLE_BYTES,
};
pub use checkpoint::{Checkpoint, CheckpointId};
pub use event_log::{EventLog, Inserted, MissingEventsError};
pub use hash_tree::Digest;
pub use identity::{PeerId, SpaceId};
pub use limits::{LimitError, Limits};
pub use peer::{EventPool, Peer, PublishError};
pub use protocol::diagnostic::{Diagnostic, DiagnosticRecord};
pub use protocol::frame::{FRAME_VERSION, FrameError};
pub use protocol::output::Output;
pub use schema_token::{MAX_TOKEN_EVENTS, Readiness, SchemaToken};
#[cfg(feature = "folder")]
pub use transport::folder;
pub use transport::hub::{FrameFate, Hub, HubDelivery, Traffic};
