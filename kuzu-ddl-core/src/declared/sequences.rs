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
    descs.sort_by_key(|desc| desc.place);
    let mut places: Vec<(NameKey, SourceLocation)> = Vec::new();
    let mistake = |name: &str, place, kind| Issue {
        place,
        table: name.to_owned(),
        kind,
    };
    for desc in &descs {
        let key = NameKey::of_static(desc.name);
        match places.iter().find(|(known, _)| *known == key) {
            Some((_, other)) => {
                let kind = IssueKind::DuplicateSequence { other: *other };
                mistakes.push(mistake(desc.name, desc.place, kind));
            }
            None => {
                places.push((key.clone(), desc.place));
                declared.schema.sequences.insert(key, desc.of());
            }
        }
    }
    for gone in tombstones {
        let (key, place) = (
            NameKey::of_static(gone.name),
            SourceLocation {
                file: gone.file,
                line: gone.line,
            },
        );
        match places.iter().find(|(known, _)| *known == key) {
            Some((_, other)) => {
                let kind = IssueKind::SequenceDroppedButDeclared { other: *other };
                mistakes.push(mistake(gone.name, place, kind));
            }
            None => {
                declared.dropped_sequences.insert(key, gone.name.to_owned());
            }
        }
    }
}
