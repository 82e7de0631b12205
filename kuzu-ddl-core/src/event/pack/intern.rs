//! Interning of hashes in a pack: each hash is written at most once, and derivable hashes never.
//!
//! Writer and reader number every hash when it becomes known: the id of each event, and of the
//! object that it creates, after the event; any other hash at its first occurrence.

use std::collections::HashMap;

use super::super::codec::CodecError;

/// The number of a hash, in the order in which hashes became known.
pub(in crate::event) type InternId = u32;

/// The interning table of the writer, with the columns that it fills.
#[derive(Debug, Default)]
pub(in crate::event) struct InternWriter {
    numbers: HashMap<[u8; 32], InternId, foldhash::fast::RandomState>,
    next: InternId,
    /// The hashes that the current event references, in order.
    pub(in crate::event) mentions: Vec<InternId>,
    pub(in crate::event) refs: Vec<u8>,
    pub(in crate::event) texts: Vec<u8>,
    pub(in crate::event) literals: Vec<u8>,
}

impl InternWriter {
    /// Assigns a new number to a hash, even if it has one: the reader does not check for
    /// duplicates.
    pub(in crate::event) fn intern(&mut self, hash: &[u8; 32]) -> InternId {
        let number = self.next;
        self.numbers.insert(*hash, number);
        self.next += 1;
        number
    }

    /// Returns the number of a hash that is known already.
    pub(in crate::event) fn number(&self, hash: &[u8; 32]) -> Option<InternId> {
        self.numbers.get(hash).copied()
    }

    /// Writes a reference to a hash, and the hash itself at its first occurrence.
    pub(in crate::event) fn write_hash(&mut self, hash: &[u8; 32]) {
        let number = if let Some(number) = self.number(hash) {
            leb128(&mut self.refs, number + 1);
            number
        } else {
            leb128(&mut self.refs, 0);
            self.literals.extend_from_slice(hash);
            self.intern(hash)
        };
        self.mentions.push(number);
    }
}

/// Appends a number as LEB128.
fn leb128(bytes: &mut Vec<u8>, mut n: u32) {
    while n >= 0x80 {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
}

/// The interning table of the reader, with the columns that it consumes.
#[derive(Debug)]
pub(in crate::event) struct InternReader<'a> {
    hashes: Vec<[u8; 32]>,
    /// The hashes that the current event references, in order.
    pub(in crate::event) mentions: Vec<InternId>,
    refs: &'a [u8],
    texts: &'a str,
    literals: &'a [u8],
    /// The number of bytes that numbers and texts may still expand to.
    budget: usize,
    /// Whether more than the budget was requested.
    pub(in crate::event) is_exhausted: bool,
}

impl<'a> InternReader<'a> {
    /// Creates a table with room for `capacity` hashes.
    pub(in crate::event) fn new(
        (refs, texts, literals): (&'a [u8], &'a str, &'a [u8]),
        capacity: usize,
        budget: usize,
    ) -> Self {
        Self {
            hashes: Vec::with_capacity(capacity),
            mentions: Vec::new(),
            refs,
            texts,
            literals,
            budget,
            is_exhausted: false,
        }
    }

    /// Assigns the next number to a hash.
    pub(in crate::event) fn intern(&mut self, hash: [u8; 32]) -> InternId {
        self.hashes.push(hash);
        (self.hashes.len() - 1) as InternId
    }

    /// Returns the hash with a number.
    pub(in crate::event) fn resolve(&self, number: InternId) -> Result<[u8; 32], CodecError> {
        self.hashes.get(number as usize).copied().ok_or(UNKNOWN)
    }

    /// Returns the maximum number of texts and hashes that can follow, at one byte each.
    pub(in crate::event) fn remaining(&self) -> usize {
        self.refs.len() + self.texts.len()
    }

    /// Returns an error if a column has unread bytes.
    pub(in crate::event) fn end(&self) -> Result<(), CodecError> {
        match self.remaining() + self.literals.len() {
            0 => Ok(()),
            n => Err(CodecError::Trailing(n)),
        }
    }

    /// Reads a reference to a hash, or a hash at its first occurrence.
    pub(in crate::event) fn hash(&mut self) -> Result<[u8; 32], CodecError> {
        self.charge_budget(32)?;
        let n = self.leb128()?;
        let number = match n.checked_sub(1) {
            Some(number) => number,
            None => {
                let literal = self.literals.split_first_chunk();
                let (hash, rest) = literal.ok_or(CodecError::Truncated(0))?;
                self.literals = rest;
                self.intern(*hash)
            }
        };
        let hash = self.resolve(number)?;
        self.mentions.push(number);
        Ok(hash)
    }

    /// Reads the next `n` bytes of text.
    pub(in crate::event) fn text(&mut self, n: usize) -> Result<&'a str, CodecError> {
        self.charge_budget(n)?;
        let text = self.texts.split_at_checked(n);
        let (text, rest) = text.ok_or(CodecError::Malformed {
            offset: 0,
            reason: "a text exceeds its column, or ends within a character",
        })?;
        self.texts = rest;
        Ok(text)
    }

    /// Returns the number of bytes that may still follow.
    pub(in crate::event) fn budget(&self) -> usize {
        self.budget
    }

    /// Charges the expansion budget, because a few bytes can reference large values.
    pub(in crate::event) fn charge_budget(&mut self, bytes: usize) -> Result<(), CodecError> {
        let remaining = self.budget.checked_sub(bytes);
        self.is_exhausted |= remaining.is_none();
        self.budget = remaining.ok_or(CodecError::Malformed {
            offset: 0,
            reason: "the pack expands beyond the limit",
        })?;
        Ok(())
    }

    fn leb128(&mut self) -> Result<u32, CodecError> {
        if let Some((small @ 0..0x80, rest)) = self.refs.split_first() {
            self.refs = rest;
            return Ok((*small).into());
        }
        let mut n = 0_u32;
        for shift in (0..32).step_by(7) {
            let (byte, rest) = self.refs.split_first().ok_or(CodecError::Truncated(0))?;
            self.refs = rest;
            n |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Ok(n);
            }
        }
        Err(UNKNOWN)
    }
}

const UNKNOWN: CodecError = CodecError::Malformed {
    offset: 0,
    reason: "the pack references an unknown hash",
};
