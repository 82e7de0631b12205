//! Assembles all descriptions into one [`Declared`].

use super::error::{DeclareError, Issue, IssueKind, location_of};
use super::model::Declared;
use super::{renames as names, sequences as sequence, table};
use crate::describe::{SequenceDesc, SourceLocation, TableDesc, Tombstone};
use crate::schema::{NameKey, Schema, Table, TableKind};

/// All registrations of a binary.
#[derive(Debug, Default)]
pub(super) struct Registrations {
    pub(super) descs: Vec<&'static TableDesc>,
    pub(super) tombstones: Vec<Tombstone>,
    pub(super) sequences: Vec<SequenceDesc>,
    pub(super) dropped_sequences: Vec<Tombstone>,
}

impl Declared {
    /// Assembles the schema of the given structs, in any order.
    ///
    /// # Errors
    ///
    /// Returns every issue that the compiler could not detect.
    pub fn from_tables(
        descs: impl IntoIterator<Item = &'static TableDesc>,
    ) -> Result<Self, DeclareError> {
        assemble(Registrations {
            descs: descs.into_iter().collect(),
            ..Registrations::default()
        })
    }

    /// Assembles a schema from descriptions, for [`schema!`](crate::schema!).
    ///
    /// # Errors
    ///
    /// Returns every issue of the descriptions.
    #[doc(hidden)]
    pub fn from_parts(
        descs: &[&'static TableDesc],
        sequences: &[SequenceDesc],
        tombstones: &[Tombstone],
    ) -> Result<Self, DeclareError> {
        assemble(Registrations {
            descs: descs.to_vec(),
            sequences: sequences.to_vec(),
            tombstones: tombstones.to_vec(),
            ..Registrations::default()
        })
    }
}

/// Assembles all registrations, and reports every issue.
pub(super) fn assemble(registry: Registrations) -> Result<Declared, DeclareError> {
    let Registrations {
        mut descs,
        tombstones,
        sequences,
        dropped_sequences,
    } = registry;
    // Registration order is arbitrary; source order decides which of two declarations is "the
    // other".
    descs.sort_by_cached_key(|desc| {
        (
            NameKey::of_static(desc.name),
            location_of(desc),
            desc.origin.rust_name,
        )
    });
    let mut mistakes = Vec::new();
    let mut tables = Vec::with_capacity(descs.len());
    let mut hints = Vec::with_capacity(descs.len());
    let mut unique: Vec<&TableDesc> = Vec::with_capacity(descs.len());
    for desc in descs {
        if let Some(first) = unique
            .last()
            .filter(|first| first.name.eq_ignore_ascii_case(desc.name))
        {
            mistakes.push(Issue {
                location: location_of(desc),
                table: desc.name.to_owned(),
                kind: IssueKind::Duplicate {
                    rust_name: desc.origin.rust_name,
                    other_rust_name: first.origin.rust_name,
                    other: location_of(first),
                },
            });
            continue;
        }
        unique.push(desc);
        let (table, hint) = table::build(desc, &mut mistakes);
        let key = NameKey::of_static(desc.name);
        tables.push((key.clone(), table));
        hints.push((key, hint));
    }
    // Sorted already, so the maps are built in one pass.
    let mut declared = Declared {
        schema: Schema {
            tables: tables.into_iter().collect(),
            ..Schema::default()
        },
        tables: hints.into_iter().collect(),
        ..Declared::default()
    };
    for property in unique.iter().flat_map(|desc| desc.properties) {
        for function in [&property.cast_with, &property.fill_with]
            .into_iter()
            .flatten()
        {
            declared.functions.add(function);
        }
    }
    for desc in &unique {
        endpoints(desc, &declared.schema, &mut mistakes);
    }
    names::renamed_tables(&unique, &mut mistakes);
    sequence::add(&mut declared, &sequences, &dropped_sequences, &mut mistakes);
    for tombstone in tombstones {
        let location = SourceLocation {
            file: tombstone.file,
            line: tombstone.line,
        };
        names::add_tombstone(&mut declared, tombstone.name, location, &mut mistakes);
    }
    DeclareError::unless_empty(mistakes)?;
    Ok(declared)
}

/// Reports unknown endpoints, without which a rel table cannot be created.
fn endpoints(desc: &TableDesc, schema: &Schema, mistakes: &mut Vec<Issue>) {
    let Some(Table {
        kind: TableKind::Edge { pairs, .. },
        ..
    }) = schema.table(desc.name)
    else {
        return;
    };
    // Several pairs may name one endpoint: equal issues are deduplicated.
    for key in pairs.iter().flat_map(|pair| [&pair.from, &pair.to]) {
        let kind = match schema.tables.get(key) {
            Some(table) if table.kind.is_node() => continue,
            Some(table) => IssueKind::EndpointKind(table.name.clone()),
            None => IssueKind::Endpoint(table::spelled(desc, key)),
        };
        mistakes.push(Issue {
            location: location_of(desc),
            table: desc.name.to_owned(),
            kind,
        });
    }
}
