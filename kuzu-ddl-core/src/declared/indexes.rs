//! Builds the indexes of a table description.

use super::error::{Issue, IssueKind, location_of};
use crate::describe::{IndexDesc, IndexKindDesc, TableDesc};
use crate::schema::{Index, IndexKind, NameKey, Table};

/// Adds the indexes to `table`, which has its properties already. Issues are added to `mistakes`.
pub(super) fn build(desc: &TableDesc, table: &mut Table, mistakes: &mut Vec<Issue>) {
    let mut report = |kind| {
        mistakes.push(Issue {
            location: location_of(desc),
            table: desc.name.to_owned(),
            kind,
        });
    };
    for desc in desc.indexes {
        let index = Index::from(desc);
        if let Err(error) = index.check(table) {
            let index = index.name.clone();
            report(IssueKind::Index { index, error });
        }
        let name = index.name.clone();
        if table.indexes.insert(NameKey::new(&name), index).is_some() {
            report(IssueKind::DuplicateIndex(name));
        }
    }
}

impl From<&IndexDesc> for Index {
    fn from(desc: &IndexDesc) -> Self {
        Self {
            name: desc.name.to_owned(),
            kind: match desc.kind {
                IndexKindDesc::FullText => IndexKind::FullText,
                IndexKindDesc::Vector => IndexKind::Vector,
            },
            properties: desc
                .properties
                .iter()
                .map(|name| NameKey::new(name))
                .collect(),
            options: desc
                .options
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }
}
