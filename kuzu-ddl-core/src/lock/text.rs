//! Formats a lock file.

use std::fmt;

use super::{FORMAT, LockFile, LockedIdentity, LockedTable};
use crate::json_text::quote;
use crate::schema::{
    Index, IndexKind, NameKey, Property, Sequence, StorageDirection, Table, TableKind,
};

impl fmt::Display for LockFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# kuzu-ddl schema lock, format {FORMAT}")?;
        for locked in self.tables.values() {
            writeln!(f)?;
            self.table(f, locked)?;
        }
        for sequence in self.sequences.values() {
            writeln!(f)?;
            write_sequence(f, sequence)?;
        }
        Ok(())
    }
}

impl LockFile {
    fn table(&self, f: &mut fmt::Formatter<'_>, locked: &LockedTable) -> fmt::Result {
        let table = &locked.table;
        match &table.kind {
            TableKind::Node { primary_key } => {
                let key = spelled(table, primary_key);
                write!(f, "node {} key={}", name(&table.name), name(&key))?;
            }
            TableKind::Edge {
                multiplicity,
                storage,
                ..
            } => {
                let multiplicity = multiplicity.unwrap_or_default();
                write!(f, "edge {} {multiplicity}", name(&table.name))?;
                if *storage == StorageDirection::Forward {
                    f.write_str(" fwd")?;
                }
            }
        }
        if !locked.krate.is_empty() {
            write!(f, " crate={}", name(&locked.krate))?;
        }
        end(f, &locked.identity)?;
        for (pair, id) in &locked.pairs {
            let end = |key: &NameKey| {
                let table = self.tables.get(key);
                name(table.map_or(key.as_str(), |t| &t.table.name))
            };
            writeln!(f, "  ({})->({}) {id}", end(&pair.from), end(&pair.to))?;
        }
        let none = LockedIdentity::default();
        for (key, property) in &table.properties {
            let identity = locked.properties.get(key).unwrap_or(&none);
            write_property(f, property, identity)?;
        }
        table
            .indexes
            .values()
            .try_for_each(|index| write_index(f, table, index))
    }
}

fn end(f: &mut fmt::Formatter<'_>, identity: &LockedIdentity) -> fmt::Result {
    if !identity.former_names.is_empty() {
        let was: Vec<String> = identity.former_names.iter().map(|was| name(was)).collect();
        write!(f, " was={}", was.join(","))?;
    }
    writeln!(f, " {}", identity.id)
}

fn write_property(
    f: &mut fmt::Formatter<'_>,
    property: &Property,
    identity: &LockedIdentity,
) -> fmt::Result {
    write!(f, "  {} {}", name(&property.name), property.ty)?;
    if property.nullable {
        f.write_str(" NULL")?;
    }
    if let Some(default) = &property.default {
        write!(f, " DEFAULT {}", value(&default.to_string()))?;
    }
    end(f, identity)
}

fn write_index(f: &mut fmt::Formatter<'_>, table: &Table, index: &Index) -> fmt::Result {
    let kind = match &index.kind {
        IndexKind::FullText => "FTS",
        IndexKind::Vector => "VECTOR",
        IndexKind::Other(kind) => kind,
    };
    let on: Vec<String> = index
        .properties
        .iter()
        .map(|key| name(&spelled(table, key)))
        .collect();
    write!(f, "  @{} {kind}({})", name(&index.name), on.join(", "))?;
    for (option, text) in &index.options {
        write!(f, " {option}={}", value(text))?;
    }
    writeln!(f)
}

fn write_sequence(f: &mut fmt::Formatter<'_>, sequence: &Sequence) -> fmt::Result {
    let Sequence {
        name: spelled,
        start,
        increment,
        min,
        max,
        cycle,
    } = sequence;
    write!(
        f,
        "sequence {} start={start} increment={increment} min={min} max={max}",
        name(spelled)
    )?;
    writeln!(f, "{}", if *cycle { " cycle" } else { "" })
}

/// Returns the name of a property, as spelled.
fn spelled(table: &Table, key: &NameKey) -> String {
    let property = table.properties.get(key);
    property.map_or_else(|| key.to_string(), |p| p.name.clone())
}

/// Returns a name, quoted if it has other characters than letters, digits, underscores and the
/// hyphens of packages.
fn name(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(plain) {
        return name.to_owned();
    }
    quote(name)
}

/// Returns a text, unquoted unless a reader could split it.
fn value(text: &str) -> String {
    let cuts = |c: char| c.is_whitespace() || c.is_control() || c == '"';
    let nests = |c: char| matches!(c, '(' | ')' | '[' | ']');
    if text.is_empty() || text.contains(cuts) || (text.contains(nests) && text.contains('\'')) {
        return quote(text);
    }
    text.to_owned()
}
