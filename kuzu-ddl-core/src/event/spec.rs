//! The definitions of indexes and sequences, and their encoding.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::codec::CodecError;
use super::codec::reader::Reader;
use super::codec::writer::Writer;
use super::id::ObjectId;
use crate::schema::{IndexKind, Sequence};

/// The maximum number of properties of an index, and of its options.
pub const MAX_INDEX_PROPERTIES: usize = 64;

/// The maximum length of an option's value, in bytes.
pub const MAX_OPTION_BYTES: usize = 1024;

/// The definition of an index: everything that cannot change without rebuilding it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexSpec {
    /// The kind of the index; never [`IndexKind::Other`].
    pub kind: IndexKind,
    /// The indexed properties, in index order.
    pub properties: Vec<ObjectId>,
    /// All options, lowercase name to canonical value, including the engine's defaults: specified
    /// and unspecified defaults then mean the same.
    pub options: BTreeMap<String, String>,
}

/// The definition of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceSpec {
    /// The first value.
    pub start: i64,
    /// The difference between consecutive values; never 0.
    pub increment: i64,
    /// The smallest value.
    pub min: i64,
    /// The largest value.
    pub max: i64,
    /// Whether the sequence restarts after its last value.
    pub cycle: bool,
}

impl From<&Sequence> for SequenceSpec {
    fn from(sequence: &Sequence) -> Self {
        Self {
            start: sequence.start,
            increment: sequence.increment,
            min: sequence.min,
            max: sequence.max,
            cycle: sequence.cycle,
        }
    }
}

impl SequenceSpec {
    /// Returns the sequence with this definition and the given name.
    #[must_use]
    pub fn named(self, name: String) -> Sequence {
        Sequence {
            name,
            start: self.start,
            increment: self.increment,
            min: self.min,
            max: self.max,
            cycle: self.cycle,
        }
    }

    /// Checks that an engine can execute this definition.
    ///
    /// # Errors
    ///
    /// Returns the first rule that the definition violates.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.increment == 0 {
            return Err("the increment of a sequence cannot be 0");
        }
        if self.min > self.max {
            return Err("the smallest value of a sequence exceeds its largest");
        }
        if self.start < self.min || self.start > self.max {
            return Err("the start of a sequence is outside its bounds");
        }
        Ok(())
    }
}

/// Encodes the definition of an index.
pub(super) fn index(w: &mut Writer, spec: &IndexSpec) {
    match &spec.kind {
        IndexKind::FullText => w.byte(0),
        IndexKind::Vector => w.byte(1),
        // No event is created with these; a reader rejects them.
        IndexKind::Other(word) => {
            w.byte(0xff);
            w.text(word);
        }
    }
    w.len(spec.properties.len());
    spec.properties.iter().for_each(|id| w.hash(id.as_bytes()));
    w.len(spec.options.len());
    for (option, value) in &spec.options {
        w.text(option);
        w.text(value);
    }
}

/// Decodes and checks the definition of an index.
pub(super) fn read_index(r: &mut Reader<'_>) -> Result<IndexSpec, CodecError> {
    let kind = match r.byte()? {
        0 => IndexKind::FullText,
        1 => IndexKind::Vector,
        _ => return r.malformed("unknown kind of index"),
    };
    let count = r.length()?;
    if count == 0 || count > MAX_INDEX_PROPERTIES {
        return r.malformed("the number of properties of an index is out of range");
    }
    let mut properties = Vec::new();
    for _ in 0..count {
        properties.push(r.object()?);
    }
    if properties.iter().collect::<BTreeSet<_>>().len() != count {
        return r.malformed("duplicate property in an index");
    }
    let count = r.length()?;
    if count > MAX_INDEX_PROPERTIES {
        return r.malformed("too many options of an index");
    }
    let mut options: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..count {
        let (option, value) = (r.text()?, r.text()?);
        if options
            .keys()
            .next_back()
            .is_some_and(|last| *last >= option)
        {
            return r.malformed("the options are not sorted");
        }
        let named =
            !option.is_empty() && option.bytes().all(|b| b == b'_' || b.is_ascii_lowercase());
        if !named || option.len() > MAX_INDEX_PROPERTIES {
            return r.malformed("the name of an option is invalid");
        }
        if value.len() > MAX_OPTION_BYTES || value.contains('\0') {
            return r.malformed("the value of an option is too long, or contains a NUL");
        }
        options.insert(option, value);
    }
    Ok(IndexSpec {
        kind,
        properties,
        options,
    })
}

/// Encodes the definition of a sequence.
pub(super) fn sequence(w: &mut Writer, spec: &SequenceSpec) {
    for n in [spec.start, spec.increment, spec.min, spec.max] {
        w.int(n.into());
    }
    w.bool(spec.cycle);
}

/// Decodes and checks the definition of a sequence.
pub(super) fn read_sequence(r: &mut Reader<'_>) -> Result<SequenceSpec, CodecError> {
    let mut int = || -> Result<i64, CodecError> {
        let n = r.int()?;
        i64::try_from(n).or_else(|_| r.malformed("the number has more than 64 bits"))
    };
    let (start, increment, min, max) = (int()?, int()?, int()?, int()?);
    let spec = SequenceSpec {
        start,
        increment,
        min,
        max,
        cycle: r.bool()?,
    };
    match spec.check() {
        Err(reason) => r.malformed(reason),
        Ok(()) => Ok(spec),
    }
}
