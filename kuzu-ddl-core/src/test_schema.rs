//! Declarations from a compact notation, for tests of the pure stages.
//!
//! Each line is a table: `node Person: id INT64, mail STRING` or `edge Knows Person>Person
//! MANY_ONE: w DOUBLE`. The first property of a node is its key. `name<old` is a rename, `-name` a
//! tombstone, `name TYPE = expr` a default, `# text` at the end a comment on the table.

use std::collections::BTreeMap;

use crate::declared::{Declared, TableHints};
use crate::fold::Fold;
use crate::schema::{
    Multiplicity, NameKey, Pair, Property, Schema, StorageDirection, Table, TableKind, Type,
};

/// Parses the notation.
pub(crate) fn sketch(text: &str) -> Declared {
    let mut declared = Declared::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(gone) = line.strip_prefix('-') {
            declared
                .dropped_tables
                .insert(NameKey::new(gone), gone.to_owned());
        } else {
            add(&mut declared, line);
        }
    }
    declared
}

fn add(declared: &mut Declared, line: &str) {
    let (line, comment) = match line.split_once(" # ") {
        Some((line, comment)) => (line, Some(comment.to_owned())),
        None => (line, None),
    };
    let (head, body) = line.split_once(':').unwrap_or((line, ""));
    let mut words = head.split_whitespace();
    let kind = words.next().expect("a kind");
    let (name, old) = renamed(words.next().expect("a name"));
    let mut hints = TableHints {
        renamed_from: old,
        ..TableHints::default()
    };
    let mut properties = BTreeMap::new();
    for part in body
        .split(", ")
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        if let Some(gone) = part.strip_prefix('-') {
            hints.dropped.insert(NameKey::new(gone));
            continue;
        }
        let (part, default) = match part.split_once(" = ") {
            Some((part, default)) => (part, Some(default.parse().expect("a default"))),
            None => (part, None),
        };
        let (name, ty) = part.split_once(' ').expect("a type");
        let (name, old) = renamed(name);
        let ty: Type = ty.parse().expect("a type");
        let key = NameKey::new(&name);
        if !old.is_empty() {
            hints.property_renames.insert(key.clone(), old);
        }
        hints.column_order.push(key.clone());
        let nullable = !(properties.is_empty() && kind == "node");
        properties.insert(
            key,
            Property {
                name,
                ty,
                nullable,
                default,
                comment: None,
            },
        );
    }
    let kind = if kind == "node" {
        TableKind::Node {
            primary_key: hints.column_order[0].clone(),
        }
    } else {
        let mut multiplicity = Multiplicity::default();
        let mut pairs = std::collections::BTreeSet::new();
        for word in words {
            match word.split_once('>') {
                Some((from, to)) if word.starts_with('-') => {
                    hints.dropped_pairs.insert(pair(&from[1..], to));
                }
                Some((from, to)) => {
                    pairs.insert(pair(from, to));
                }
                None => multiplicity = word.parse().expect("a multiplicity"),
            }
        }
        let storage = StorageDirection::Both;
        TableKind::Edge {
            pairs,
            multiplicity: Some(multiplicity),
            storage,
        }
    };
    let key = NameKey::new(&name);
    let table = Table {
        name,
        kind,
        properties,
        indexes: BTreeMap::new(),
        comment,
    };
    declared.schema.tables.insert(key.clone(), table);
    declared.tables.insert(key, hints);
}

fn renamed(word: &str) -> (String, Vec<String>) {
    let mut names = word.split('<').map(str::to_owned);
    (names.next().expect("a name"), names.collect())
}

fn pair(from: &str, to: &str) -> Pair {
    Pair {
        from: NameKey::new(from),
        to: NameKey::new(to),
    }
}

/// Returns the schema of a database with these events, including archived objects.
pub(crate) fn present(fold: &Fold) -> Schema {
    fold.physical_schema()
}
