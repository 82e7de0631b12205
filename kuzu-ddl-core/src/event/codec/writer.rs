//! Encodes values canonically, or in the form of a pack.

use super::super::id::EventId;
use super::super::pack::intern::InternWriter;

/// An encoder of canonical bytes, or of the columns of a pack.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    /// In a pack: the destination of hashes and texts.
    names: Option<Box<InternWriter>>,
}

impl Writer {
    /// Creates a writer of a pack, in which hashes are numbers.
    pub(in crate::event) fn packed() -> Self {
        Self {
            bytes: Vec::new(),
            names: Some(Box::default()),
        }
    }

    /// Returns the interning table of a pack.
    pub(in crate::event) fn names(&mut self) -> Option<&mut InternWriter> {
        self.names.as_deref_mut()
    }

    /// Returns the bytes and the interning table of a pack.
    pub(in crate::event) fn parts(self) -> (Vec<u8>, InternWriter) {
        (
            self.bytes,
            self.names.map(|names| *names).unwrap_or_default(),
        )
    }

    /// Creates a writer with capacity for `bytes` bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            names: None,
        }
    }

    /// Returns the bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Returns the bytes written so far.
    pub(in crate::event) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reserves capacity for `bytes` more bytes.
    pub(in crate::event) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Discards the bytes and keeps the allocation.
    pub(in crate::event) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Returns the number of bytes written so far.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Writes one byte.
    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Writes an unsigned integer.
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

    /// Writes a length or a count.
    pub fn len(&mut self, n: usize) {
        self.uint(n as u128);
    }

    /// Writes a signed integer.
    pub(crate) fn int(&mut self, n: i128) {
        self.uint(((n << 1) ^ (n >> 127)) as u128);
    }

    /// Writes a boolean: 0 or 1.
    pub fn bool(&mut self, b: bool) {
        self.byte(b.into());
    }

    /// Writes length-prefixed bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.len(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes the output of `write`, prefixed with its length.
    pub(in crate::event) fn length_prefixed(&mut self, write: impl FnOnce(&mut Self)) {
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

    /// Writes a length-prefixed name, folded to its compared form.
    pub(in crate::event) fn folded(&mut self, name: &str) {
        self.len(name.len());
        let at = self.bytes.len();
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes[at..].make_ascii_lowercase();
    }

    /// Writes a length-prefixed text.
    pub fn text(&mut self, text: &str) {
        match &mut self.names {
            None => self.bytes(text.as_bytes()),
            Some(names) => {
                names.texts.extend_from_slice(text.as_bytes());
                self.len(text.len());
            }
        }
    }

    /// Writes bytes whose length the reader knows.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes the 32 bytes of a hash.
    pub fn hash(&mut self, hash: &[u8; 32]) {
        match &mut self.names {
            None => self.bytes.extend_from_slice(hash),
            Some(names) => names.write_hash(hash),
        }
    }

    /// Writes an optional value: a presence flag, then the value.
    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.bool(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// Writes a sorted set of event ids.
    pub fn events<'a>(
        &mut self,
        ids: impl IntoIterator<Item = &'a EventId, IntoIter: ExactSizeIterator>,
    ) {
        let ids = ids.into_iter();
        self.len(ids.len());
        ids.for_each(|id| self.hash(id.as_bytes()));
    }
}
