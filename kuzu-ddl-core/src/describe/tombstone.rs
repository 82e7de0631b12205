//! TODO-DOC describe::tombstone

/// The name of something that is gone.
#[derive(Clone, Copy, Debug)]
pub struct Tombstone {
    /// Its name.
    pub name: &'static str,
    /// The file that says so.
    pub file: &'static str,
    /// The line that says so.
    pub line: u32,
}
