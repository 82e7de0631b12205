//! Events: the unit of history and of replication.
//!
//! The id of an event is the hash of its canonical encoding: its change and its dependencies,
//! without author or clock. Two peers that make the same change from the same history therefore
//! create the same event, and cycles cannot exist.

mod birth;
mod body;
mod change;
mod codec;
mod dependencies;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod golden;
mod id;
mod kind;
mod names;
mod on_fail;
pub mod pack;
mod part;
mod spec;

use std::fmt;
use std::sync::{Arc, Weak};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use birth::{birth, key_of, node_table};
pub(crate) use birth::{index_key, pair_key, sequence_key};
pub use change::{Change, Endpoints, MAX_COMMENT_BYTES, PropertySpec};
pub use codec::{CodecError, ENCODING_VERSION, MAX_EVENT_BYTES};
#[doc(hidden)]
pub use codec::{Reader, Writer};
pub use dependencies::Dependencies;
pub(crate) use id::hex;
pub use id::{EventId, Fingerprint, HashError, ObjectId};
pub use kind::ObjectKind;
pub use on_fail::OnFail;
pub use pack::PackError;
pub use part::Part;
pub use spec::{IndexSpec, MAX_INDEX_PARTS, MAX_OPTION_BYTES, SequenceSpec};

/// An immutable, content-addressed schema change. Clones share their data.
#[doc(alias = "migration")]
#[derive(Clone, PartialEq, Eq)]
pub struct DdlEvent(Arc<Body>);

/// The shared data of an event.
#[derive(PartialEq, Eq)]
struct Body {
    id: EventId,
    /// The length of the canonical encoding, in bytes.
    size: usize,
    object: ObjectId,
    depends_on: Dependencies,
    change: Change,
}

impl DdlEvent {
    /// Creates an event that changes `object`. `depends_on` are the heads of every object that the
    /// event reads or changes.
    #[must_use]
    pub fn new(object: ObjectId, depends_on: Dependencies, change: Change) -> Self {
        Self::new_in(&mut Writer::with_capacity(256), object, depends_on, change)
    }

    /// Creates an event, using `buffer` for the canonical encoding.
    fn new_in(
        buffer: &mut Writer,
        object: ObjectId,
        depends_on: Dependencies,
        change: Change,
    ) -> Self {
        encode(buffer, object, &depends_on, &change);
        let bytes = buffer.as_bytes();
        Self(Arc::new(Body {
            id: EventId::of(bytes),
            size: bytes.len(),
            object,
            depends_on,
            change,
        }))
    }

    /// Returns the hash of [`encode`](Self::encode).
    #[inline]
    #[must_use]
    pub fn id(&self) -> EventId {
        self.0.id
    }

    /// Returns the length of [`encode`](Self::encode), in bytes.
    #[inline]
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// Returns the object that the event changes.
    #[must_use]
    pub fn object(&self) -> ObjectId {
        self.0.object
    }

    /// Returns the events that this event depends on.
    #[inline]
    #[must_use]
    pub fn depends_on(&self) -> &Dependencies {
        &self.0.depends_on
    }

    /// Returns the change.
    #[must_use]
    pub fn change(&self) -> &Change {
        &self.0.change
    }

    /// Returns the canonical encoding: version byte, kind, object, dependencies, body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::with_capacity(self.size());
        encode(&mut w, self.object(), self.depends_on(), self.change());
        w.finish()
    }

    /// Returns a reference that does not keep the event alive.
    #[must_use]
    pub fn downgrade(&self) -> WeakEvent {
        WeakEvent(Arc::downgrade(&self.0))
    }

    /// Decodes a canonical encoding. A kind from a newer version is decoded as [`Change::Unknown`].
    ///
    /// # Errors
    ///
    /// Returns an error for anything but the canonical encoding of a valid event. Never panics.
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
            return r.bad("the kind is out of range");
        };
        let object = r.object()?;
        let depends_on = r.events()?;
        let change = Change::read(kind, r.bytes()?)?;
        r.end()?;
        if change.born().is_some_and(|born| born != object) {
            return r.bad("the object is not the one that this change creates");
        }
        Ok(Self(Arc::new(Body {
            id: EventId::of(bytes),
            size: bytes.len(),
            object,
            depends_on,
            change,
        })))
    }
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
        w.sized(|w| change.write(w));
    }
}

impl fmt::Debug for DdlEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DdlEvent")
            .field("id", &self.0.id)
            .field("object", &self.0.object)
            .field("depends_on", &self.0.depends_on)
            .field("change", &self.0.change)
            .finish()
    }
}

/// A reference to an event that does not keep it alive.
#[derive(Clone, Default)]
pub struct WeakEvent(Weak<Body>);

impl fmt::Debug for WeakEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WeakEvent").field(&self.upgrade()).finish()
    }
}

impl WeakEvent {
    /// Returns the event if it is still alive.
    #[must_use]
    pub fn upgrade(&self) -> Option<DdlEvent> {
        self.0.upgrade().map(DdlEvent)
    }
}

/// The JSON form of an event. When an event is read back its id is recomputed, never trusted.
#[derive(Serialize, Deserialize)]
struct Parts<'a> {
    object: ObjectId,
    depends_on: std::borrow::Cow<'a, Dependencies>,
    change: std::borrow::Cow<'a, Change>,
}

impl Serialize for DdlEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use std::borrow::Cow::Borrowed;
        Parts {
            object: self.0.object,
            depends_on: Borrowed(&self.0.depends_on),
            change: Borrowed(&self.0.change),
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
        // The rules of the canonical encoding apply to events from JSON too.
        Self::decode(&event.encode()).map_err(serde::de::Error::custom)
    }
}
