//! Declared sequences: descriptions, macros and their assembly.

use super::error::{Issue, IssueKind};
use super::model::Declared;
use crate::describe::{SequenceDesc, SourceLocation, Tombstone};
use crate::schema::NameKey;

/// Adds the declared sequences and their tombstones.
pub(super) fn add(
    declared: &mut Declared,
    descs: &[SequenceDesc],
    tombstones: &[Tombstone],
    mistakes: &mut Vec<Issue>,
) {
    // Registration order is arbitrary; source order decides which of two declarations is "the
    // other".
    let mut descs = descs.to_vec();
    descs.sort_by_key(|desc| desc.location);
    let mut locations: Vec<(NameKey, SourceLocation)> = Vec::new();
    let mistake = |name: &str, location, kind| Issue {
        location,
        table: name.to_owned(),
        kind,
    };
    for desc in &descs {
        let key = NameKey::of_static(desc.name);
        match locations.iter().find(|(name, _)| *name == key) {
            Some((_, other)) => {
                let kind = IssueKind::DuplicateSequence { other: *other };
                mistakes.push(mistake(desc.name, desc.location, kind));
            }
            None => {
                locations.push((key.clone(), desc.location));
                declared.schema.sequences.insert(key, desc.of());
            }
        }
    }
    for tombstone in tombstones {
        let (key, location) = (
            NameKey::of_static(tombstone.name),
            SourceLocation {
                file: tombstone.file,
                line: tombstone.line,
            },
        );
        match locations.iter().find(|(name, _)| *name == key) {
            Some((_, other)) => {
                let kind = IssueKind::SequenceDroppedButDeclared { other: *other };
                mistakes.push(mistake(tombstone.name, location, kind));
            }
            None => {
                declared
                    .dropped_sequences
                    .insert(key, tombstone.name.to_owned());
            }
        }
    }
}
