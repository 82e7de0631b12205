//! Identifiers of peers and of the space that they share.

use std::fmt;

/// Identifies a peer.
///
/// The transport decides what the 32 bytes are: the hash of a name, an address or a public key.
///
/// ```
/// use kuzu_ddl_sync::PeerId;
///
/// let laptop = PeerId::from_name("laptop");
/// assert_eq!(PeerId::from_bytes(*laptop.as_bytes()), laptop);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId([u8; 32]);

impl PeerId {
    /// Derives the identifier from a name.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        Self(blake3::derive_key(
            "kuzu-ddl 2026-11-26 peer v1",
            name.as_bytes(),
        ))
    }

    /// Creates the identifier from its bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_short(f, &self.0)
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerId({self})")
    }
}

/// Identifies a space: the group of peers that share one schema.
///
/// Frames and files of another space are rejected.
#[doc(alias = "group")]
#[doc(alias = "topic")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpaceId([u8; 16]);

impl SpaceId {
    /// Derives the identifier from a name.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let hash = blake3::derive_key("kuzu-ddl 2026-11-26 space v1", name.as_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        Self(id)
    }

    /// Creates the identifier from its bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SpaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_short(f, &self.0)
    }
}

impl fmt::Debug for SpaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpaceId({self})")
    }
}

/// Writes the first four bytes as hexadecimal digits.
fn write_short(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes[..4]
        .iter()
        .try_for_each(|byte| write!(f, "{byte:02x}"))
}
