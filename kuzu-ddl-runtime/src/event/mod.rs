//! Events: the unit of history and of sync.
//!
//! An event's id is the hash of its canonical encoding: what it says and what it leans on, no
//! author and no clock. So two peers that make the same change from the same past make the same
//! event, and cycles cannot exist.

mod change;
mod codec;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod golden;
mod id;
mod names;
mod on_fail;
pub mod pack;
mod part;
mod spec;

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use change::{
    Change, Endpoints, MAX_COMMENT_BYTES, ObjectKind, PropertySpec, birth, key_of, node_table,
};
pub(crate) use change::{index_key, pair_key, sequence_key};
pub use codec::{CodecError, ENCODING_VERSION, MAX_EVENT_BYTES};
#[doc(hidden)]
pub use codec::{Reader, Writer};
pub use id::{EventId, Fingerprint, HashError, ObjectId};
pub use on_fail::OnFail;
pub use pack::PackError;
pub use part::Part;
pub use spec::{IndexSpec, MAX_INDEX_PARTS, MAX_OPTION_BYTES, SequenceSpec};

/// One typed, content-addressed schema change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DdlEvent {
    id: EventId,
    /// How long the canonical bytes are.
    size: usize,
    object: ObjectId,
    depends_on: BTreeSet<EventId>,
    change: Change,
}

impl DdlEvent {
    /// An event about `object`, made when `depends_on` were the newest events of all it reads or
    /// changes.
    #[must_use]
    pub fn new(object: ObjectId, depends_on: BTreeSet<EventId>, change: Change) -> Self {
        let mut event = Self {
            id: EventId::from_bytes([0; 32]),
            size: 0,
            object,
            depends_on,
            change,
        };
        let bytes = event.encode();
        event.id = EventId::of(&bytes);
        event.size = bytes.len();
        event
    }

    /// The hash of [`encode`](Self::encode).
    #[inline]
    #[must_use]
    pub fn id(&self) -> EventId {
        self.id
    }

    /// How long [`encode`](Self::encode) is, in bytes.
    #[inline]
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The object it is about.
    #[must_use]
    pub fn object(&self) -> ObjectId {
        self.object
    }

    /// The events it leans on.
    #[inline]
    #[must_use]
    pub fn depends_on(&self) -> &BTreeSet<EventId> {
        &self.depends_on
    }

    /// What it says.
    #[must_use]
    pub fn change(&self) -> &Change {
        &self.change
    }

    /// The canonical bytes: version byte, kind, object, dependencies, body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.byte(ENCODING_VERSION);
        w.uint(self.change.number().into());
        w.hash(self.object.as_bytes());
        w.events(&self.depends_on);
        if let Change::Unknown { body, .. } = &self.change {
            w.bytes(body);
        } else {
            let mut body = Writer::default();
            self.change.write(&mut body);
            w.bytes(&body.finish());
        }
        w.finish()
    }

    /// Reads canonical bytes. A kind of a newer version is read as [`Change::Unknown`].
    ///
    /// # Errors
    /// Anything but the one canonical encoding of a legal event: never a panic.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        if bytes.len() > MAX_EVENT_BYTES {
            return Err(CodecError::TooLarge(bytes.len()));
        }
        let mut r = Reader::new(bytes);
        let version = r.byte()?;
        if version != ENCODING_VERSION {
            return Err(CodecError::Version(version));
        }
        let Ok(kind) = u16::try_from(r.uint()?) else {
            return r.bad("the kind is too large");
        };
        let object = r.object()?;
        let depends_on = r.events()?;
        let change = Change::read(kind, r.bytes()?)?;
        r.end()?;
        if change.born().is_some_and(|born| born != object) {
            return r.bad("the object is not the one that this change brings into being");
        }
        Ok(Self {
            id: EventId::of(bytes),
            size: bytes.len(),
            object,
            depends_on,
            change,
        })
    }
}

/// As JSON an event is its parts; read back, its id is computed anew, never believed.
#[derive(Serialize, Deserialize)]
struct Parts<'a> {
    object: ObjectId,
    depends_on: std::borrow::Cow<'a, BTreeSet<EventId>>,
    change: std::borrow::Cow<'a, Change>,
}

impl Serialize for DdlEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use std::borrow::Cow::Borrowed;
        Parts {
            object: self.object,
            depends_on: Borrowed(&self.depends_on),
            change: Borrowed(&self.change),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DdlEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = Parts::deserialize(deserializer)?;
        let event = Self::new(
            parts.object,
            parts.depends_on.into_owned(),
            parts.change.into_owned(),
        );
        // The rules of the canonical encoding hold for events from JSON too.
        Self::decode(&event.encode()).map_err(serde::de::Error::custom)
    }
}
