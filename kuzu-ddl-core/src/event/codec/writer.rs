//! Writes values in the canonical way, or as a pack has them.

use super::super::id::EventId;
use super::super::pack::intern::Telling;

/// Writes canonical bytes, or those of a pack.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    /// In a pack: where hashes and texts go.
    names: Option<Box<Telling>>,
}

impl Writer {
    /// A writer of a pack, where hashes are numbers.
    pub(in crate::event) fn packed() -> Self {
        Self {
            bytes: Vec::new(),
            names: Some(Box::default()),
        }
    }

    pub(in crate::event) fn names(&mut self) -> Option<&mut Telling> {
        self.names.as_deref_mut()
    }

    pub(in crate::event) fn parts(self) -> (Vec<u8>, Telling) {
        (
            self.bytes,
            self.names.map(|names| *names).unwrap_or_default(),
        )
    }

    /// With room for so many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            names: None,
        }
    }

    /// The bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// The bytes by now.
    pub(in crate::event) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Makes room for so many bytes more.
    pub(in crate::event) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Starts anew with the room it has.
    pub(in crate::event) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// How many bytes there are by now.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// One byte.
    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// A whole number that is not negative.
    pub fn uint(&mut self, mut n: u128) {
        loop {
            let low = (n & 0x7f) as u8;
            n >>= 7;
            if n == 0 {
                self.bytes.push(low);
                return;
            }
            self.bytes.push(low | 0x80);
        }
    }

    /// A length or a count.
    pub fn len(&mut self, n: usize) {
        self.uint(n as u128);
    }

    pub(crate) fn int(&mut self, n: i128) {
        self.uint(((n << 1) ^ (n >> 127)) as u128);
    }

    /// 0 or 1.
    pub fn bool(&mut self, b: bool) {
        self.byte(b.into());
    }

    /// Bytes after their length.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.len(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// What `write` writes, after its length.
    pub(in crate::event) fn sized(&mut self, write: impl FnOnce(&mut Self)) {
        // The length nearly always takes one byte, and then nothing has to move.
        let at = self.bytes.len();
        self.byte(0);
        write(self);
        match self.bytes.len() - at - 1 {
            short @ 0..0x80 => self.bytes[at] = short as u8,
            long => {
                let mut length = Self::default();
                length.len(long);
                self.bytes.splice(at..=at, length.bytes);
            }
        }
    }

    /// A name as names are compared, after its length.
    pub(in crate::event) fn folded(&mut self, name: &str) {
        self.len(name.len());
        let at = self.bytes.len();
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes[at..].make_ascii_lowercase();
    }

    /// A text after its length.
    pub fn text(&mut self, text: &str) {
        match &mut self.names {
            None => self.bytes(text.as_bytes()),
            Some(names) => {
                names.texts.extend_from_slice(text.as_bytes());
                self.len(text.len());
            }
        }
    }

    /// Bytes whose number the reader knows.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The 32 bytes of a hash.
    pub fn hash(&mut self, hash: &[u8; 32]) {
        match &mut self.names {
            None => self.bytes.extend_from_slice(hash),
            Some(names) => names.tell(hash),
        }
    }

    /// Whether there is a value, and the value.
    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.bool(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// A set of ids, in order.
    pub fn events<'a>(
        &mut self,
        ids: impl IntoIterator<Item = &'a EventId, IntoIter: ExactSizeIterator>,
    ) {
        let ids = ids.into_iter();
        self.len(ids.len());
        ids.for_each(|id| self.hash(id.as_bytes()));
    }
}
