//! Hashes in a pack: each is written once at most, and those that follow from the events never.
//!
//! Both sides number every hash at the moment when it becomes known: the id of each event and of the object
//! it brings into being after the event, a hash from outside where it is first met.

use std::collections::HashMap;

use super::super::codec::CodecError;

/// A hash, by when it became known.
pub(in crate::event) type Number = u32;

/// The writer's side.
#[derive(Debug, Default)]
pub(in crate::event) struct Telling {
    numbers: HashMap<[u8; 32], Number, foldhash::fast::RandomState>,
    next: Number,
    /// What the event at hand has spoken of, in order.
    pub(in crate::event) mentions: Vec<Number>,
    pub(in crate::event) refs: Vec<u8>,
    pub(in crate::event) texts: Vec<u8>,
    pub(in crate::event) literals: Vec<u8>,
}

impl Telling {
    /// Gives a hash a new number, even if it has one: the reader does not look whether it does.
    pub(in crate::event) fn learn(&mut self, hash: &[u8; 32]) -> Number {
        let number = self.next;
        self.numbers.insert(*hash, number);
        self.next += 1;
        number
    }

    pub(in crate::event) fn number(&self, hash: &[u8; 32]) -> Option<Number> {
        self.numbers.get(hash).copied()
    }

    pub(in crate::event) fn tell(&mut self, hash: &[u8; 32]) {
        let number = if let Some(number) = self.number(hash) {
            short(&mut self.refs, number + 1);
            number
        } else {
            short(&mut self.refs, 0);
            self.literals.extend_from_slice(hash);
            self.learn(hash)
        };
        self.mentions.push(number);
    }
}

fn short(bytes: &mut Vec<u8>, mut n: u32) {
    while n >= 0x80 {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
}

/// The reader's side.
#[derive(Debug)]
pub(in crate::event) struct Told<'a> {
    known: Vec<[u8; 32]>,
    /// What the event at hand has spoken of, in order.
    pub(in crate::event) mentions: Vec<Number>,
    refs: &'a [u8],
    texts: &'a str,
    literals: &'a [u8],
    /// How many bytes may still be made of numbers and texts.
    budget: usize,
}

impl<'a> Told<'a> {
    /// With room for so many hashes.
    pub(in crate::event) fn new(
        (refs, texts, literals): (&'a [u8], &'a str, &'a [u8]),
        hashes: usize,
        budget: usize,
    ) -> Self {
        Self {
            known: Vec::with_capacity(hashes),
            mentions: Vec::new(),
            refs,
            texts,
            literals,
            budget,
        }
    }

    pub(in crate::event) fn learn(&mut self, hash: [u8; 32]) -> Number {
        self.known.push(hash);
        (self.known.len() - 1) as Number
    }

    pub(in crate::event) fn known(&self, number: Number) -> Result<[u8; 32], CodecError> {
        self.known.get(number as usize).copied().ok_or(UNKNOWN)
    }

    /// How many texts and hashes there can still be, at a byte each.
    pub(in crate::event) fn left(&self) -> usize {
        self.refs.len() + self.texts.len()
    }

    pub(in crate::event) fn end(&self) -> Result<(), CodecError> {
        match self.left() + self.literals.len() {
            0 => Ok(()),
            n => Err(CodecError::Trailing(n)),
        }
    }

    pub(in crate::event) fn hash(&mut self) -> Result<[u8; 32], CodecError> {
        self.spend(32)?;
        let n = self.short()?;
        let number = match n.checked_sub(1) {
            Some(number) => number,
            None => {
                let literal = self.literals.split_first_chunk();
                let (hash, rest) = literal.ok_or(CodecError::Truncated(0))?;
                self.literals = rest;
                self.learn(*hash)
            }
        };
        let hash = self.known(number)?;
        self.mentions.push(number);
        Ok(hash)
    }

    pub(in crate::event) fn text(&mut self, n: usize) -> Result<&'a str, CodecError> {
        self.spend(n)?;
        let text = self.texts.split_at_checked(n);
        let (text, rest) = text.ok_or(CodecError::Malformed {
            offset: 0,
            reason: "a text of the pack ends nowhere, or within a character",
        })?;
        self.texts = rest;
        Ok(text)
    }

    /// Small things can claim to stand for large ones: what they come to is bounded.
    pub(in crate::event) fn spend(&mut self, bytes: usize) -> Result<(), CodecError> {
        let left = self.budget.checked_sub(bytes);
        self.budget = left.ok_or(CodecError::Malformed {
            offset: 0,
            reason: "the pack comes to more than is allowed",
        })?;
        Ok(())
    }

    fn short(&mut self) -> Result<u32, CodecError> {
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
    reason: "the pack speaks of something that it has not told",
};
