//! Requests of the application by name: `restore`, `recreate` and `purge`.

use super::archive_entry::archive_entries;
use super::differ::Differ;
use super::incompatibility::IncompatibilityKind;
use super::suggest::similar;
use crate::schema::{NameKey, Pair, TableKind};

/// Parts of `Table(From -> To)`.
pub(super) struct PairPath {
    pub(super) table: NameKey,
    pub(super) pair: Pair,
}

impl PairPath {
    pub(super) fn parse(path: &str) -> Option<Self> {
        let (table, _) = path.split_once('(')?;
        let [from, to] = Self::ends(path)?.map(NameKey::new);
        Some(Self {
            table: NameKey::new(table.trim()),
            pair: Pair { from, to },
        })
    }

    /// Returns the names of the two node tables, as they are spelled.
    pub(super) fn ends(path: &str) -> Option<[&str; 2]> {
        let (_, ends) = path.split_once('(')?;
        let (from, to) = ends.strip_suffix(')')?.split_once("->")?;
        Some([from.trim(), to.trim()])
    }
}

impl Differ<'_> {
    /// Returns whether the application requests a new object in place of a dropped one.
    pub(super) fn recreates(&self, path: &str) -> bool {
        let mut paths = self.options.recreate.iter();
        paths.any(|requested| requested.eq_ignore_ascii_case(path))
    }

    /// Refuses to recreate what is not declared: the request would have no effect.
    pub(super) fn check_recreate_requests(&mut self) {
        let unknown: Vec<String> = self
            .options
            .recreate
            .iter()
            .filter(|path| !self.is_declared(path))
            .cloned()
            .collect();
        for path in unknown {
            let kind = IncompatibilityKind::NotDeclared {
                similar: similar(&path, self.declared_paths()),
            };
            self.refuse(shown(&path), String::new(), kind);
        }
    }

    /// Refuses a request for an archived object that does not exist.
    pub(super) fn refuse_unknown_archive(&mut self, path: &str, request: &str) {
        let archived = archive_entries(self.draft.fold());
        let names = archived
            .into_iter()
            .flat_map(|entry| [entry.origin, entry.name]);
        let kind = IncompatibilityKind::ArchiveNotFound {
            request: request.to_owned(),
            similar: similar(path, names),
        };
        self.refuse(shown(path), String::new(), kind);
    }

    /// Returns whether the path is that of a declared table, property, pair or sequence.
    pub(super) fn is_declared(&self, path: &str) -> bool {
        self.declared_paths()
            .any(|declared| declared.eq_ignore_ascii_case(path))
            || PairPath::parse(path).is_some_and(|path| self.declares_pair(&path))
    }

    pub(super) fn declares_pair(&self, path: &PairPath) -> bool {
        let table = self.declared.schema.tables.get(&path.table);
        table.is_some_and(|table| {
            matches!(&table.kind, TableKind::Edge { pairs, .. } if pairs.contains(&path.pair))
        })
    }

    /// Returns the path of each declared table, property and sequence.
    fn declared_paths(&self) -> impl Iterator<Item = String> {
        let schema = &self.declared.schema;
        let tables = schema.tables.values().flat_map(|table| {
            let properties = table.properties.values();
            let paths = properties.map(|property| format!("{}.{}", table.name, property.name));
            std::iter::once(table.name.clone()).chain(paths)
        });
        let sequences = schema.sequences.values();
        tables.chain(sequences.map(|sequence| format!("sequence {}", sequence.name)))
    }
}

/// Returns a requested path as messages show it.
fn shown(path: &str) -> String {
    path.chars().take(200).collect()
}
