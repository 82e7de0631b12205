//! Content hashes that identify objects, events and schemas on every machine alike.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::LazyLock;

use blake3::hazmat::{ContextKey, HasherExt as _, hash_derive_key_context};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Error returned when a text is not a hash of 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a hash of 64 hexadecimal digits")]
pub struct ParseHashError(String);

fn read_hex(text: &str) -> Option<[u8; 32]> {
    // Every startup decodes thousands of these.
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(out)
}

/// Writes a hash as text into a buffer.
fn digits<'a>(hash: &[u8; 32], buffer: &'a mut [u8; 64]) -> &'a str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in buffer.chunks_exact_mut(2).zip(hash) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    std::str::from_utf8(buffer).unwrap_or_default()
}

/// Deserializes a hash without copying its text.
struct Digits;

impl serde::de::Visitor<'_> for Digits {
    type Value = [u8; 32];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a hash of 64 hexadecimal digits")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<[u8; 32], E> {
        read_hex(text).ok_or_else(|| E::custom(ParseHashError(text.to_owned())))
    }
}

// The small functions are inlined because every ordered collection of events calls them.

/// Returns the first eight bytes as a number with the same order.
#[inline]
fn head(hash: &[u8; 32]) -> u64 {
    hash.first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Formats each byte as two hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from(b"0123456789abcdef"[usize::from(n)]);
    let digits = bytes.iter().flat_map(|n| [n >> 4, n & 15]);
    digits.map(digit).collect()
}

macro_rules! hash_type {
    ($(#[$doc:meta])* $name:ident, $context:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub struct $name([u8; 32]);

        /// Hashes all bytes as two numbers: hashers take these at once, but a slice byte by byte.
        impl Hash for $name {
            #[inline]
            fn hash<H: Hasher>(&self, state: &mut H) {
                let (first, second) = self.0.split_at(16);
                for half in [first, second] {
                    let half = half.first_chunk().map_or(0, |half| u128::from_ne_bytes(*half));
                    state.write_u128(half);
                }
            }
        }

        impl PartialOrd for $name {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        /// Orders by the bytes.
        impl Ord for $name {
            #[inline]
            fn cmp(&self, other: &Self) -> Ordering {
                // The first bytes decide almost always, and numbers compare without a call.
                head(&self.0).cmp(&head(&other.0)).then_with(|| self.0.cmp(&other.0))
            }
        }

        impl $name {
            /// Returns the BLAKE3 hash of `bytes` in the domain of this type.
            #[must_use]
            pub fn hash_of(bytes: &[u8]) -> Self {
                // `blake3::derive_key`, with the hash of the context computed once.
                static CONTEXT: LazyLock<ContextKey> =
                    LazyLock::new(|| hash_derive_key_context($context));
                let mut hasher = blake3::Hasher::new_from_context_key(&CONTEXT);
                Self(*hasher.update(bytes).finalize().as_bytes())
            }

            /// Returns the 32 bytes.
            #[inline]
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// Wraps the 32 bytes of an existing hash.
            #[inline]
            #[must_use]
            pub fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Returns the first eight hexadecimal digits, for name suffixes and messages.
            #[must_use]
            pub fn abbreviate(&self) -> String {
                hex(&self.0[..4])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(digits(&self.0, &mut [0; 64]))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.abbreviate())
            }
        }

        impl FromStr for $name {
            type Err = ParseHashError;

            fn from_str(text: &str) -> Result<Self, ParseHashError> {
                read_hex(text)
                    .map(Self)
                    .ok_or_else(|| ParseHashError(text.chars().take(80).collect()))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Digits).map(Self)
            }
        }
    };
}

hash_type!(
    /// The identity of an object, independent of its current name.
    ObjectId,
    "kuzu-ddl 2026-11-23 object v1"
);

hash_type!(
    /// The identity of an event: the hash of its change and its dependencies.
    EventId,
    "kuzu-ddl 2026-11-23 event v1"
);

hash_type!(
    /// The hash of a whole schema.
    Fingerprint,
    "kuzu-ddl 2026-11-23 schema v1"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_back() {
        let id = EventId::hash_of(b"x");
        assert_eq!(id.to_string().parse::<EventId>(), Ok(id));
        assert_eq!(id.abbreviate().len(), 8);
        for bad in ["", "zz", &"g".repeat(64), &"é".repeat(32)] {
            assert!(bad.parse::<EventId>().is_err());
        }
    }

    #[test]
    fn domains_differ() {
        assert_ne!(
            EventId::hash_of(b"x").as_bytes(),
            ObjectId::hash_of(b"x").as_bytes()
        );
    }
}
