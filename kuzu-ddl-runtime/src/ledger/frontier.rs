//! Serializes a frontier as one text: every start reads it, and it has thousands of events in a
//! schema with thousands of properties.

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;

use kuzu_ddl_core::event::EventId;
use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

const DIGITS: usize = 64;

pub(super) fn serialize<S: Serializer>(
    frontier: &BTreeSet<EventId>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut text = String::with_capacity(frontier.len() * DIGITS);
    for event in frontier {
        // Writing to a String cannot fail.
        let _ = write!(text, "{event}");
    }
    serializer.serialize_str(&text)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeSet<EventId>, D::Error> {
    deserializer.deserialize_str(Ids)
}

struct Ids;

impl Visitor<'_> for Ids {
    type Value = BTreeSet<EventId>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ids of events, one after another")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let id = |digits: &[u8]| {
            str::from_utf8(digits)
                .map_err(E::custom)?
                .parse()
                .map_err(E::custom)
        };
        text.as_bytes().chunks(DIGITS).map(id).collect()
    }
}
