//! Decodes values and rejects everything that is not canonical.

use super::super::dependencies::Dependencies;
use super::super::id::{EventId, ObjectId};
use super::super::pack::intern::InternReader;
use super::CodecError;

/// A decoder of canonical bytes, or of the columns of a pack.
#[derive(Debug)]
pub struct Reader<'a> {
    input: &'a [u8],
    offset: usize,
    /// In a pack: the source of hashes and texts.
    names: Option<Box<InternReader<'a>>>,
}

impl<'a> Reader<'a> {
    /// Creates a reader at the start of `all`.
    #[must_use]
    pub fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            offset: 0,
            names: None,
        }
    }

    /// Creates a reader of a pack, in which hashes are numbers.
    pub(in crate::event) fn packed(input: &'a [u8], names: InternReader<'a>) -> Self {
        Self {
            input,
            offset: 0,
            names: Some(Box::new(names)),
        }
    }

    /// Returns the interning table of a pack.
    pub(in crate::event) fn interned(&mut self) -> Result<&mut InternReader<'a>, CodecError> {
        self.names.as_deref_mut().ok_or(CodecError::Malformed {
            offset: 0,
            reason: "not a pack",
        })
    }

    /// Consumes and returns the remaining bytes.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = &self.input[self.offset..];
        self.offset = self.input.len();
        rest
    }

    /// Returns the number of remaining bytes.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.input.len() - self.offset
    }

    /// Returns an error at the current offset.
    ///
    /// # Errors
    /// Always returns [`CodecError::Malformed`].
    pub fn malformed<T>(&self, reason: &'static str) -> Result<T, CodecError> {
        Err(CodecError::Malformed {
            offset: self.offset,
            reason,
        })
    }

    /// Returns an error if bytes remain.
    ///
    /// # Errors
    /// [`CodecError::Trailing`] if bytes remain.
    pub fn end(&self) -> Result<(), CodecError> {
        match self.input.len() - self.offset {
            0 => Ok(()),
            n => Err(CodecError::Trailing(n)),
        }
    }

    /// Reads `n` bytes.
    ///
    /// # Errors
    /// [`CodecError::Truncated`] if fewer bytes remain.
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], CodecError> {
        let end = self
            .offset
            .checked_add(n)
            .filter(|end| *end <= self.input.len());
        let end = end.ok_or(CodecError::Truncated(self.input.len()))?;
        let bytes = &self.input[self.offset..end];
        self.offset = end;
        Ok(bytes)
    }

    /// Reads one byte.
    ///
    /// # Errors
    /// [`CodecError::Truncated`] at the end of the input.
    pub fn byte(&mut self) -> Result<u8, CodecError> {
        Ok(self.take(1)?[0])
    }

    /// Reads an unsigned integer in its shortest form.
    ///
    /// # Errors
    /// [`CodecError`] at the end of the input, for a longer form, and above 128 bits.
    #[inline]
    pub fn uint(&mut self) -> Result<u128, CodecError> {
        // Nearly all are small.
        match self.input.get(self.offset) {
            Some(small @ 0..0x80) => {
                self.offset += 1;
                Ok((*small).into())
            }
            _ => self.long(),
        }
    }

    fn long(&mut self) -> Result<u128, CodecError> {
        let mut n = 0_u128;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            let low = u128::from(byte & 0x7f);
            if (low << shift) >> shift != low {
                return self.malformed("the number has more than 128 bits");
            }
            n |= low << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return self.malformed("the number is not in its shortest form");
                }
                return Ok(n);
            }
        }
        self.malformed("the number has more than 128 bits")
    }

    /// Reads a count of items that take at least one byte each, so that it cannot exceed the input.
    ///
    /// # Errors
    /// [`CodecError`] if the number is not canonical, or exceeds the input.
    pub fn count(&mut self) -> Result<usize, CodecError> {
        self.length()
    }

    /// Reads a length in bytes, or a count.
    ///
    /// # Errors
    /// [`CodecError`] if the number is not canonical, or exceeds the input.
    pub fn length(&mut self) -> Result<usize, CodecError> {
        let n = self.uint()?;
        let interned_bytes = self.names.as_ref().map_or(0, |names| names.remaining());
        match usize::try_from(n) {
            Ok(n) if n <= self.remaining() + interned_bytes => Ok(n),
            _ => Err(CodecError::Truncated(self.input.len())),
        }
    }

    /// Reads a signed integer.
    pub(crate) fn int(&mut self) -> Result<i128, CodecError> {
        let n = self.uint()?;
        Ok(((n >> 1) as i128) ^ -((n & 1) as i128))
    }

    /// Reads a boolean: 0 or 1.
    ///
    /// # Errors
    /// [`CodecError`] at the end of the input, and for any other byte.
    pub fn bool(&mut self) -> Result<bool, CodecError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => self.malformed("a boolean is 0 or 1"),
        }
    }

    /// Reads length-prefixed bytes.
    ///
    /// # Errors
    /// [`CodecError`] if the length is not canonical, or exceeds the input.
    pub fn bytes(&mut self) -> Result<&'a [u8], CodecError> {
        let n = self.length()?;
        self.take(n)
    }

    /// Reads a length-prefixed text.
    ///
    /// # Errors
    /// [`CodecError`] if the length is not canonical or exceeds the input, or the text is not UTF-8.
    pub fn text(&mut self) -> Result<String, CodecError> {
        if self.names.is_some() {
            let n = self.length()?;
            return self.interned()?.text(n).map(str::to_owned);
        }
        match std::str::from_utf8(self.bytes()?) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => self.malformed("the text is not UTF-8"),
        }
    }

    fn hash(&mut self) -> Result<[u8; 32], CodecError> {
        if let Some(names) = &mut self.names {
            return names.hash();
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(self.take(32)?);
        Ok(hash)
    }

    /// Reads the id of an object.
    ///
    /// # Errors
    /// [`CodecError::Truncated`] if fewer than 32 bytes remain.
    pub fn object(&mut self) -> Result<ObjectId, CodecError> {
        self.hash().map(ObjectId::from_bytes)
    }

    /// Reads the id of an event.
    ///
    /// # Errors
    /// [`CodecError::Truncated`] if fewer than 32 bytes remain.
    pub fn event(&mut self) -> Result<EventId, CodecError> {
        self.hash().map(EventId::from_bytes)
    }

    /// Reads an optional value: a presence flag, then the value.
    ///
    /// # Errors
    /// [`CodecError`] if the flag is not 0 or 1, and the errors of `read`.
    pub fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, CodecError>,
    ) -> Result<Option<T>, CodecError> {
        if self.bool()? {
            read(self).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Reads a sorted set of unique event ids.
    ///
    /// # Errors
    /// [`CodecError`] if the ids are truncated, or not sorted and unique.
    pub fn events(&mut self) -> Result<Dependencies, CodecError> {
        let n = self.length()?;
        // The count is only a claim: memory grows as the ids arrive.
        let mut ids = Vec::with_capacity(n.min(4));
        for _ in 0..n {
            let id = EventId::from_bytes(self.hash()?);
            if ids.last().is_some_and(|last| *last >= id) {
                return self.malformed("the set is not sorted");
            }
            ids.push(id);
        }
        Ok(Dependencies::from_sorted(ids))
    }
}
