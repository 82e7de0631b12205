//! Events: the unit of history and of replication.
//!
//! The id of an event is the hash of its canonical encoding: its change and its dependencies,
//! without author or clock. Two peers that make the same change from the same history therefore
//! create the same event, and cycles cannot exist.

mod aspect;
mod body;
mod change;
pub(crate) mod codec;
mod ddl_event;
mod dependencies;
mod fingerprint;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod golden;
mod id;
mod kind;
mod object_id;
mod on_fail;
pub mod pack;
mod spec;

pub use aspect::Aspect;
pub use change::{Change, Endpoints, MAX_COMMENT_BYTES, PropertySpec};
#[doc(hidden)]
pub use codec::reader::Reader;
#[doc(hidden)]
pub use codec::writer::Writer;
pub use codec::{CodecError, ENCODING_VERSION, MAX_EVENT_BYTES};
pub use ddl_event::{DdlEvent, WeakEvent};
pub use dependencies::Dependencies;
pub(crate) use id::hex;
pub use id::{EventId, Fingerprint, ObjectId, ParseHashError};
pub use kind::ObjectKind;
pub(crate) use object_id::{index_key, pair_key, sequence_key};
pub use object_id::{node_table_id, object_id, primary_key_id};
pub use on_fail::OnFail;
pub use pack::columns::PackError;
use serde::{Deserialize, Serialize};
pub use spec::{IndexSpec, MAX_INDEX_PROPERTIES, MAX_OPTION_BYTES, SequenceSpec};

/// The shared data of an event.
#[derive(PartialEq, Eq)]
struct EventBody {
    id: EventId,
    /// The length of the canonical encoding, in bytes.
    size: usize,
    object: ObjectId,
    depends_on: Dependencies,
    change: Change,
}

fn encode(w: &mut Writer, object: ObjectId, depends_on: &Dependencies, change: &Change) {
    w.clear();
    w.byte(ENCODING_VERSION);
    w.uint(change.number().into());
    w.hash(object.as_bytes());
    w.events(depends_on);
    if let Change::Unknown { body, .. } = change {
        w.bytes(body);
    } else {
        w.length_prefixed(|w| change.write(w));
    }
}

/// The JSON form of an event. When an event is read back its id is recomputed, never trusted.
#[derive(Serialize, Deserialize)]
struct Parts<'a> {
    object: ObjectId,
    depends_on: std::borrow::Cow<'a, Dependencies>,
    change: std::borrow::Cow<'a, Change>,
}
