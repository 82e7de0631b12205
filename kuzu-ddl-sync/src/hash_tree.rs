//! Sets of events, and what two of them differ by.
//!
//! A set is a tree over the hexadecimal digits of its ids: the hash of a place in it is the hash of all ids
//! below, so equal hashes mean equal sets, whoever chose the ids. Two peers that differ by little walk down
//! only where they differ: the bytes grow with the difference and with the logarithm of the size.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use kuzu_ddl_runtime::event::EventId;

/// How many bytes of a hash stand for a place of the tree.
pub(crate) const HASH: usize = 16;

/// The hash of the ids below a place; zero where there are none.
pub(crate) type Hash = [u8; HASH];

/// The number of hexadecimal digits of an id.
pub(crate) const DIGITS: usize = 64;

/// What identifies a set of events.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    /// How many events.
    pub count: u64,
    /// The hash of their ids, whatever their order.
    pub root: [u8; HASH],
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

/// A place of the tree: the first hexadecimal digits of ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Prefix {
    digits: u8,
    bytes: [u8; 32],
}

impl Prefix {
    /// `None` if there are more digits than an id has.
    pub(crate) fn new(digits: usize, bytes: &[u8]) -> Option<Self> {
        let mut prefix = Self::default();
        if digits > DIGITS || bytes.len() != digits.div_ceil(2) {
            return None;
        }
        prefix.digits = digits as u8;
        prefix.bytes[..bytes.len()].copy_from_slice(bytes);
        // The half byte behind an odd number of digits is 0.
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

    /// The place below, at one more digit.
    pub(crate) fn child(&self, digit: u8) -> Self {
        let (mut child, at) = (*self, self.digits());
        if let Some(byte) = child.bytes.get_mut(at / 2) {
            *byte |= if at % 2 == 0 { digit << 4 } else { digit };
            child.digits += 1;
        }
        child
    }

    pub(crate) fn contains(&self, id: &EventId) -> bool {
        let (first, last) = self.ends();
        (first..=last).contains(id)
    }

    /// Whether all below it comes before all below the other.
    pub(crate) fn is_before(&self, other: &Self) -> bool {
        self.ends().1 < other.ends().0
    }

    fn ends(&self) -> (EventId, EventId) {
        let mut last = self.bytes;
        let at = self.digits();
        if at % 2 == 1 {
            last[at / 2] |= 0x0f;
        }
        last[at.div_ceil(2)..].fill(0xff);
        (EventId::from_bytes(self.bytes), EventId::from_bytes(last))
    }
}

/// Ids with a value each, as a tree of hashes.
#[derive(Clone, Debug)]
pub(crate) struct Index<V> {
    map: BTreeMap<EventId, V>,
    /// The hashes of the 256 places at two digits, where they are known.
    places: RefCell<Vec<Option<Hash>>>,
}

impl<V> Default for Index<V> {
    fn default() -> Self {
        Self {
            map: BTreeMap::new(),
            places: RefCell::new(vec![None; 256]),
        }
    }
}

impl<V> Index<V> {
    pub(crate) fn insert(&mut self, id: EventId, value: V) {
        self.places.get_mut()[usize::from(id.as_bytes()[0])] = None;
        self.map.insert(id, value);
    }

    pub(crate) fn get(&self, id: &EventId) -> Option<&V> {
        self.map.get(id)
    }

    /// The ids below a place, in order.
    pub(crate) fn below(&self, prefix: &Prefix) -> impl Iterator<Item = (&EventId, &V)> {
        let (first, last) = prefix.ends();
        self.map.range(first..=last)
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

    /// The hash of a place.
    pub(crate) fn hash(&self, prefix: &Prefix) -> Hash {
        match prefix.digits() {
            0 | 1 => {
                let children: Vec<Hash> = (0..16).map(|d| self.hash(&prefix.child(d))).collect();
                if children.iter().all(|child| *child == Hash::default()) {
                    return Hash::default();
                }
                digest(children.iter().map(|child| &child[..]))
            }
            2 => {
                let at = usize::from(prefix.bytes[0]);
                if let Some(known) = self.places.borrow()[at] {
                    return known;
                }
                let hash = self.leaf(prefix);
                self.places.borrow_mut()[at] = Some(hash);
                hash
            }
            _ => self.leaf(prefix),
        }
    }

    fn leaf(&self, prefix: &Prefix) -> Hash {
        let mut ids = self
            .below(prefix)
            .map(|(id, _)| &id.as_bytes()[..])
            .peekable();
        if ids.peek().is_none() {
            return Hash::default();
        }
        digest(ids)
    }
}

fn digest<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Hash {
    let mut hasher = blake3::Hasher::new();
    parts.for_each(|part| {
        hasher.update(part);
    });
    let mut hash = Hash::default();
    hash.copy_from_slice(&hasher.finalize().as_bytes()[..HASH]);
    hash
}
