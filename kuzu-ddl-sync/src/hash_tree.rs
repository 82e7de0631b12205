//! Sets of ids as hash trees, so that two peers can find their difference.
//!
//! A set is a tree over the hexadecimal digits of its ids. The hash of a subtree covers all ids
//! below it, so equal hashes mean equal sets, even if an adversary chose the ids. Two peers descend
//! only into subtrees that differ: the traffic grows with the difference and with the logarithm of
//! the size.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use kuzu_ddl_core::event::{CodecError, EventId, Reader, Writer};

/// Number of bytes in the hash of a subtree.
pub(crate) const HASH_BYTES: usize = 16;

/// The hash of a subtree; zero if the subtree is empty.
pub(crate) type Hash = [u8; HASH_BYTES];

/// Number of hexadecimal digits in an id.
pub(crate) const ID_HEX_DIGITS: usize = 64;

/// Identifies a set of events.
#[doc(alias = "merkle")]
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Digest {
    /// Number of events.
    pub count: u64,
    /// Hash of their ids, independent of the order of insertion.
    pub root: [u8; HASH_BYTES],
}

impl Digest {
    pub(crate) fn write(&self, w: &mut Writer) {
        w.uint(self.count.into());
        w.raw(&self.root);
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        let Ok(count) = u64::try_from(r.uint()?) else {
            return r.malformed("the number of events exceeds 64 bits");
        };
        let mut root = Hash::default();
        root.copy_from_slice(r.take(HASH_BYTES)?);
        Ok(Self { count, root })
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({}, ", self.count)?;
        self.root[..4]
            .iter()
            .try_for_each(|b| write!(f, "{b:02x}"))?;
        f.write_str(")")
    }
}

/// The root of a subtree: the leading hexadecimal digits that its ids share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Prefix {
    digits: u8,
    bytes: [u8; 32],
}

impl Prefix {
    /// Returns `None` if there are more digits than an id has, or if the bytes do not fit the
    /// digits.
    pub(crate) fn new(digits: usize, bytes: &[u8]) -> Option<Self> {
        let mut prefix = Self::default();
        if digits > ID_HEX_DIGITS || bytes.len() != digits.div_ceil(2) {
            return None;
        }
        prefix.digits = digits as u8;
        prefix.bytes[..bytes.len()].copy_from_slice(bytes);
        // The half byte after an odd number of digits is 0.
        if digits % 2 == 1 && bytes.last().is_some_and(|last| last & 0x0f != 0) {
            return None;
        }
        Some(prefix)
    }

    pub(crate) fn digits(&self) -> usize {
        self.digits.into()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.digits().div_ceil(2)]
    }

    /// The prefix with one more digit.
    pub(crate) fn child(&self, digit: u8) -> Self {
        let (mut child, at) = (*self, self.digits());
        if let Some(byte) = child.bytes.get_mut(at / 2) {
            *byte |= if at % 2 == 0 { digit << 4 } else { digit };
            child.digits += 1;
        }
        child
    }

    pub(crate) fn contains(&self, id: &EventId) -> bool {
        let (first, last) = self.bounds();
        (first..=last).contains(id)
    }

    /// Whether every id below this prefix precedes every id below the other.
    pub(crate) fn is_before(&self, other: &Self) -> bool {
        self.bounds().1 < other.bounds().0
    }

    /// The first and the last possible id below the prefix.
    fn bounds(&self) -> (EventId, EventId) {
        let mut last = self.bytes;
        let at = self.digits();
        if at % 2 == 1 {
            last[at / 2] |= 0x0f;
        }
        last[at.div_ceil(2)..].fill(0xff);
        (EventId::from_bytes(self.bytes), EventId::from_bytes(last))
    }
}

/// A map from ids to values with the hash of each subtree.
#[derive(Clone, Debug)]
pub(crate) struct HashTree<V> {
    map: BTreeMap<EventId, V>,
    /// Cached hashes of the 256 subtrees at depth two.
    cache: RefCell<Vec<Option<Hash>>>,
}

impl<V> Default for HashTree<V> {
    fn default() -> Self {
        Self {
            map: BTreeMap::new(),
            cache: RefCell::new(vec![None; 256]),
        }
    }
}

impl<V> HashTree<V> {
    pub(crate) fn insert(&mut self, id: EventId, value: V) {
        self.cache.get_mut()[usize::from(id.as_bytes()[0])] = None;
        self.map.insert(id, value);
    }

    pub(crate) fn get(&self, id: &EventId) -> Option<&V> {
        self.map.get(id)
    }

    /// The entries below a prefix, ordered by id.
    pub(crate) fn below(&self, prefix: &Prefix) -> impl Iterator<Item = (&EventId, &V)> {
        let (first, last) = prefix.bounds();
        self.map.range(first..=last)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.map.values()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest {
            count: self.map.len() as u64,
            root: self.hash(&Prefix::default()),
        }
    }

    /// The hash of a subtree.
    pub(crate) fn hash(&self, prefix: &Prefix) -> Hash {
        match prefix.digits() {
            0 | 1 => {
                let children: Vec<Hash> = (0..16).map(|d| self.hash(&prefix.child(d))).collect();
                if children.iter().all(|child| *child == Hash::default()) {
                    return Hash::default();
                }
                hash_parts(children.iter().map(|child| &child[..]))
            }
            2 => {
                let at = usize::from(prefix.bytes[0]);
                if let Some(cached) = self.cache.borrow()[at] {
                    return cached;
                }
                let hash = self.hash_ids(prefix);
                self.cache.borrow_mut()[at] = Some(hash);
                hash
            }
            _ => self.hash_ids(prefix),
        }
    }

    fn hash_ids(&self, prefix: &Prefix) -> Hash {
        let mut ids = self
            .below(prefix)
            .map(|(id, _)| &id.as_bytes()[..])
            .peekable();
        if ids.peek().is_none() {
            return Hash::default();
        }
        hash_parts(ids)
    }
}

fn hash_parts<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Hash {
    let mut hasher = blake3::Hasher::new();
    parts.for_each(|part| {
        hasher.update(part);
    });
    let mut hash = Hash::default();
    hash.copy_from_slice(&hasher.finalize().as_bytes()[..HASH_BYTES]);
    hash
}
