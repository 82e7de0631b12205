//! Tombstones: declarations that an object was removed.

/// Declares that a table or sequence was removed.
#[derive(Clone, Copy, Debug)]
pub struct Tombstone {
    /// The name of the removed object.
    pub name: &'static str,
    /// The file of the declaration.
    pub file: &'static str,
    /// The line of the declaration.
    pub line: u32,
}
