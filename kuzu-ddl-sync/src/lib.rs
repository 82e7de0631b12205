//! How peers of `kuzu-ddl` meet: events travel between databases, and every one comes to the same schema.
//!
//! There is no leader, no lock and no order of arrival: events are content-addressed and say what they depend
//! on, so a set of them means the same everywhere. All that this crate does is to bring the sets together, over
//! whatever there is: frames between [`Peer`]s, a file that is mailed or committed ([`Bundle`]), a folder that
//! several see (`folder`), or programs with several databases ([`Hub`]).
//!
//! The core does no I/O, has no clock, no randomness and no threads: all are arguments.
//!
//! ```
//! use kuzu_ddl_sync::{Limits, Output, Peer, PeerId, SpaceId};
//!
//! let space = SpaceId::named("shop");
//! let (a, b) = (PeerId::named("a"), PeerId::named("b"));
//! let mut peer = Peer::new(a, space, Limits::default());
//! for output in peer.connect(0, b) {
//!     match output {
//!         Output::Send { to, bytes } => { /* over any transport, lossy or not */ }
//!         Output::Events(events) => { /* into the database, then `peer.stored()` */ }
//!         _ => {}
//!     }
//! }
//! ```

#![forbid(unsafe_code)]

mod attestation;
pub mod bridge;
mod bundle;
mod checkpoint;
mod event_log;
mod hash_tree;
mod identity;
pub mod limits;
mod peer;
mod protocol;
mod schema_token;
mod transport;

pub use attestation::Attestation;
pub use bundle::{Bundle, BundleError, MAX_BUNDLE_BYTES};
pub use checkpoint::{Checkpoint, CheckpointId};
pub use event_log::{Added, Log};
pub use hash_tree::Digest;
pub use identity::{PeerId, SpaceId};
pub use limits::Limits;
pub use peer::{Peer, Pool};
pub use protocol::frame::{FRAME_VERSION, FrameError};
pub use protocol::output::{Output, Report, Row};
pub use schema_token::{MAX_TOKEN_EVENTS, Readiness, SchemaFrontier};
#[cfg(feature = "folder")]
pub use transport::folder;
pub use transport::hub::{Delivery, Hub, Road};
