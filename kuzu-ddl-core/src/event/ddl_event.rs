//! The event: identity, encoding and JSON form.

use std::fmt;
use std::sync::{Arc, Weak};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::change::Change;
#[doc(hidden)]
use super::codec::reader::Reader;
#[doc(hidden)]
use super::codec::writer::Writer;
use super::codec::{CodecError, ENCODING_VERSION, MAX_EVENT_BYTES};
use super::dependencies::Dependencies;
use super::id::{EventId, ObjectId};
use super::{EventBody, Parts, encode};

/// An immutable, content-addressed schema change. Clones share their data.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::event::{DdlEvent, SequenceSpec};
/// use kuzu_ddl::fold::{ChangeBuilder, Fold};
/// # let declared = kuzu_ddl::schema![; sequences ("order_no", start = 100)]?;
/// # let sequence = &declared.schema.sequences[&"order_no".into()];
/// let mut draft = ChangeBuilder::new(Fold::default());
/// draft.create_sequence("order_no", SequenceSpec::from(sequence));
/// let (_, events) = draft.finish();
/// let decoded = DdlEvent::decode(&events[0].encode()).expect("canonical");
/// assert_eq!(decoded.id(), events[0].id());
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
#[doc(alias = "migration")]
#[derive(Clone, PartialEq, Eq)]
pub struct DdlEvent(Arc<EventBody>);

impl DdlEvent {
    /// Creates an event that changes `object`. `depends_on` are the heads of every object that the
    /// event reads or changes.
    #[must_use]
    pub fn new(object: ObjectId, depends_on: Dependencies, change: Change) -> Self {
        Self::new_in(&mut Writer::with_capacity(256), object, depends_on, change)
    }

    /// Creates an event, using `buffer` for the canonical encoding.
    pub(super) fn new_in(
        buffer: &mut Writer,
        object: ObjectId,
        depends_on: Dependencies,
        change: Change,
    ) -> Self {
        encode(buffer, object, &depends_on, &change);
        let bytes = buffer.as_bytes();
        Self(Arc::new(EventBody {
            id: EventId::hash_of(bytes),
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
    pub fn encoded_len(&self) -> usize {
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
        let mut w = Writer::with_capacity(self.encoded_len());
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
            return r.malformed("the kind is out of range");
        };
        let object = r.object()?;
        let depends_on = r.events()?;
        let change = Change::read(kind, r.bytes()?)?;
        r.end()?;
        if change
            .created_object()
            .is_some_and(|created| created != object)
        {
            return r.malformed("the object is not the one that this change creates");
        }
        Ok(Self(Arc::new(EventBody {
            id: EventId::hash_of(bytes),
            size: bytes.len(),
            object,
            depends_on,
            change,
        })))
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
pub struct WeakEvent(Weak<EventBody>);

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
