//! Comparison of two schemas, as text and as data.
//!
//! The schemas may be two points of a history, two databases, or a declared and a live schema.
//!
//! Two schemas alone do not show that an object was renamed. A caller that knows it, as a history
//! does from object identities, passes [`RenameMap`]; without them a rename is a removal and an
//! addition.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::index::{Index, IndexKind};
use super::model::{Property, Schema, Sequence, Table, TableKind};
use super::name::NameKey;
use crate::json_text::quote;
use crate::one_line::fmt_one_line;

/// The differences between two schemas, ordered by object.
///
/// [`compare`] returns one; its `Display` is one line per difference.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// let before = kuzu_ddl::schema![; sequences ("order_no")]?.schema;
/// let after = kuzu_ddl::schema![; sequences ("invoice_no")]?.schema;
/// let comparison = kuzu_ddl::schema::compare(&before, &after);
/// let objects: Vec<_> = comparison.rows.iter().map(|row| row.object.as_str()).collect();
/// assert_eq!(objects, ["invoice_no", "order_no"]);
/// println!("{comparison}");
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// One entry per added, removed or changed object.
    pub rows: Vec<ComparisonEntry>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ComparisonEntry {
    /// The kind of object: `node table`, `rel table`, `property`, `pair`, `index` or `sequence`.
    #[serde(rename = "what")]
    pub object_kind: String,
    /// The object: `Table`, `Table.property`, `Table(From -> To)`, `Table.index` or the name of a
    /// sequence.
    pub object: String,
    /// The kind of difference.
    pub how: ComparisonKind,
}

/// The kind of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ComparisonKind {
    /// The object exists only in the second schema.
    Added {
        /// A short definition: the type of a property, the properties of a table.
        detail: String,
    },
    /// The object exists only in the first schema.
    Removed,
    /// The object has another name in the second schema.
    Renamed {
        /// The name in the first schema.
        from: String,
    },
    /// An aspect of the object differs.
    Altered {
        /// The aspect: `type`, `default`, `comment`, …
        aspect: String,
        /// The value in the first schema.
        from: String,
        /// The value in the second schema.
        to: String,
    },
}

/// The objects that have another name in the second schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenameMap {
    /// The tables: name in the first schema to name in the second.
    pub tables: BTreeMap<NameKey, NameKey>,
    /// The properties: table and name in the first schema to name in the second.
    pub properties: BTreeMap<(NameKey, NameKey), NameKey>,
}

/// Returns the changes that lead from `from` to `to`.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// let before = kuzu_ddl::schema![]?;
/// let after = kuzu_ddl::schema![]?.with_sequence("order_no", 1, 1);
/// let changes = kuzu_ddl::schema::compare(&before.schema, &after.schema);
/// assert_eq!(changes.rows.len(), 1);
/// assert!(changes.to_string().starts_with("+ sequence order_no"));
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
#[doc(alias = "diff")]
#[must_use]
pub fn compare(from: &Schema, to: &Schema) -> Comparison {
    compare_with_renames(from, to, &RenameMap::default())
}

/// Returns the changes that lead from `from` to `to`, given the known renames.
#[must_use]
pub fn compare_with_renames(from: &Schema, to: &Schema, renames: &RenameMap) -> Comparison {
    let mut rows = Differences(Vec::new());
    let renamed = |key: &NameKey| renames.tables.get(key).unwrap_or(key).clone();
    let mut new: BTreeMap<&NameKey, &Table> = to.tables.iter().collect();
    for (key, was) in &from.tables {
        let is = to.tables.get(&renamed(key));
        match is.filter(|is| is.kind.is_node() == was.kind.is_node()) {
            Some(is) => {
                new.remove(&NameKey::new(&is.name));
                rows.tables(key, was, is, renames);
            }
            None => rows.push(was.kind.as_str(), &was.name, ComparisonKind::Removed),
        }
    }
    for table in new.into_values() {
        let detail = shape(table);
        rows.push(
            table.kind.as_str(),
            &table.name,
            ComparisonKind::Added { detail },
        );
    }
    for (key, sequence) in &from.sequences {
        match to.sequences.get(key) {
            None => rows.push("sequence", &sequence.name, ComparisonKind::Removed),
            Some(is) if is != sequence => {
                rows.alter(
                    "sequence",
                    &is.name,
                    "shape",
                    &sequence_text(sequence),
                    &sequence_text(is),
                );
            }
            Some(_) => {}
        }
    }
    for (key, sequence) in &to.sequences {
        if !from.sequences.contains_key(key) {
            let detail = sequence_text(sequence);
            rows.push("sequence", &sequence.name, ComparisonKind::Added { detail });
        }
    }
    rows.0.sort_by(|a, b| a.object.cmp(&b.object));
    Comparison { rows: rows.0 }
}

/// Collects differences.
struct Differences(Vec<ComparisonEntry>);

impl Differences {
    fn push(&mut self, object_kind: &str, object: &str, how: ComparisonKind) {
        self.0.push(ComparisonEntry {
            object_kind: object_kind.to_owned(),
            object: object.to_owned(),
            how,
        });
    }

    fn alter(&mut self, object_kind: &str, object: &str, aspect: &str, from: &str, to: &str) {
        if from != to {
            let how = ComparisonKind::Altered {
                aspect: aspect.to_owned(),
                from: from.to_owned(),
                to: to.to_owned(),
            };
            self.push(object_kind, object, how);
        }
    }

    fn tables(&mut self, key: &NameKey, was: &Table, is: &Table, renames: &RenameMap) {
        let (object_kind, name) = (is.kind.as_str(), is.name.as_str());
        if was.name != is.name {
            let from = was.name.clone();
            self.push(object_kind, name, ComparisonKind::Renamed { from });
        }
        self.alter(
            object_kind,
            name,
            "comment",
            &or_none(&was.comment),
            &or_none(&is.comment),
        );
        self.kinds(key, was, is, renames);
        let mut new: BTreeMap<&NameKey, &Property> = is.properties.iter().collect();
        for (old, property) in &was.properties {
            let place = (key.clone(), old.clone());
            let now = renames.properties.get(&place).unwrap_or(old);
            match new.remove(now) {
                Some(found) => self.properties(name, property, found),
                None => {
                    let path = format!("{name}.{}", property.name);
                    self.push("property", &path, ComparisonKind::Removed);
                }
            }
        }
        for property in new.into_values() {
            let path = format!("{name}.{}", property.name);
            let detail = column(property);
            self.push("property", &path, ComparisonKind::Added { detail });
        }
        self.indexes(name, was, is);
    }

    fn kinds(&mut self, key: &NameKey, was: &Table, is: &Table, renames: &RenameMap) {
        let (object_kind, name) = (is.kind.as_str(), is.name.as_str());
        let renamed = |key: &NameKey| renames.tables.get(key).unwrap_or(key).clone();
        match (&was.kind, &is.kind) {
            (TableKind::Node { primary_key: a }, TableKind::Node { primary_key: b }) => {
                let place = (key.clone(), a.clone());
                let now = renames.properties.get(&place).unwrap_or(a);
                self.alter(object_kind, name, "primary key", now.as_str(), b.as_str());
            }
            (
                TableKind::Edge {
                    pairs,
                    multiplicity,
                    storage,
                },
                TableKind::Edge {
                    pairs: new,
                    multiplicity: m,
                    storage: s,
                },
            ) => {
                // An unknown multiplicity does not differ.
                if let (Some(a), Some(b)) = (multiplicity, m) {
                    self.alter(object_kind, name, "multiplicity", a.as_str(), b.as_str());
                }
                self.alter(
                    object_kind,
                    name,
                    "storage direction",
                    storage.as_str(),
                    s.as_str(),
                );
                let old: std::collections::BTreeSet<_> = pairs
                    .iter()
                    .map(|p| (renamed(&p.from), renamed(&p.to)))
                    .collect();
                let new = new.iter().map(|p| (p.from.clone(), p.to.clone())).collect();
                for (from, to) in old.difference(&new) {
                    self.push(
                        "pair",
                        &format!("{name}({from} -> {to})"),
                        ComparisonKind::Removed,
                    );
                }
                for (from, to) in new.difference(&old) {
                    let detail = String::new();
                    self.push(
                        "pair",
                        &format!("{name}({from} -> {to})"),
                        ComparisonKind::Added { detail },
                    );
                }
            }
            _ => {}
        }
    }

    fn properties(&mut self, table: &str, was: &Property, is: &Property) {
        let path = format!("{table}.{}", is.name);
        if was.name != is.name {
            let from = was.name.clone();
            self.push("property", &path, ComparisonKind::Renamed { from });
        }
        let mut alter =
            |aspect: &str, a: &str, b: &str| self.alter("property", &path, aspect, a, b);
        alter("type", &was.ty.to_string(), &is.ty.to_string());
        let label = |p: &Property| if p.nullable { "nullable" } else { "required" };
        alter("nullability", label(was), label(is));
        if was.default != is.default {
            alter(
                "default",
                &or_none(&was.default_cypher()),
                &or_none(&is.default_cypher()),
            );
        }
        alter("comment", &or_none(&was.comment), &or_none(&is.comment));
    }

    fn indexes(&mut self, table: &str, was: &Table, is: &Table) {
        for (key, index) in &was.indexes {
            let path = format!("{table}.{}", index.name);
            match is.indexes.get(key) {
                None => self.push("index", &path, ComparisonKind::Removed),
                Some(now) => self.alter(
                    "index",
                    &path,
                    "shape",
                    &index_text(index),
                    &index_text(now),
                ),
            }
        }
        for (key, index) in &is.indexes {
            if !was.indexes.contains_key(key) {
                let path = format!("{table}.{}", index.name);
                let detail = index_text(index);
                self.push("index", &path, ComparisonKind::Added { detail });
            }
        }
    }
}

/// Returns an optional text for display.
fn or_none(text: &Option<String>) -> String {
    text.clone().unwrap_or_else(|| "none".into())
}

/// Returns the JSON of an index.
fn index_text(index: &Index) -> String {
    let name = quote(&index.name);
    let kind = match &index.kind {
        IndexKind::FullText => "\"FullText\"".to_owned(),
        IndexKind::Vector => "\"Vector\"".to_owned(),
        IndexKind::Other(kind) => format!("{{\"Other\":{}}}", quote(kind)),
    };
    let properties: Vec<String> = index.properties.iter().map(|p| quote(p.as_str())).collect();
    let properties = properties.join(",");
    let options = index.options.iter();
    let options: Vec<String> = options
        .map(|(name, value)| format!("{}:{}", quote(name), quote(value)))
        .collect();
    let options = options.join(",");
    format!(
        "{{\"name\":{name},\"kind\":{kind},\"properties\":[{properties}],\"options\":{{{options}}}}}"
    )
}

/// Returns the JSON of a sequence.
fn sequence_text(sequence: &Sequence) -> String {
    let Sequence {
        name,
        start,
        increment,
        min,
        max,
        cycle,
    } = sequence;
    let name = quote(name);
    format!(
        "{{\"name\":{name},\"start\":{start},\"increment\":{increment},\"min\":{min},\
         \"max\":{max},\"cycle\":{cycle}}}"
    )
}

fn column(property: &Property) -> String {
    let default = property
        .default_cypher()
        .map(|text| format!(" DEFAULT {text}"));
    format!("{}{}", property.ty, default.unwrap_or_default())
}

fn shape(table: &Table) -> String {
    let mut parts = Vec::new();
    if let TableKind::Edge { pairs, .. } = &table.kind {
        parts.extend(pairs.iter().map(|p| format!("{} -> {}", p.from, p.to)));
    }
    for (key, property) in &table.properties {
        let is_key = matches!(&table.kind, TableKind::Node { primary_key } if primary_key == key);
        let key = if is_key { " PRIMARY KEY" } else { "" };
        parts.push(format!("{} {}{key}", property.name, column(property)));
    }
    format!("({})", parts.join(", "))
}

impl Comparison {
    /// Returns whether the schemas are equal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl fmt::Display for ComparisonEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_one_line(f, |f| self.fmt_raw(f))
    }
}

impl ComparisonEntry {
    fn fmt_raw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            object_kind,
            object,
            how,
        } = self;
        match how {
            ComparisonKind::Added { detail } if detail.is_empty() => {
                write!(f, "+ {object_kind} {object}")
            }
            ComparisonKind::Added { detail } if detail.starts_with('(') => {
                write!(f, "+ {object_kind} {object}{detail}")
            }
            ComparisonKind::Added { detail } => write!(f, "+ {object_kind} {object} {detail}"),
            ComparisonKind::Removed => write!(f, "- {object_kind} {object}"),
            ComparisonKind::Renamed { from } => {
                write!(f, "~ {object_kind} {object}: renamed from {from}")
            }
            ComparisonKind::Altered { aspect, from, to } => {
                write!(f, "~ {object_kind} {object}: {aspect} {from} -> {to}")
            }
        }
    }
}

/// One line per difference: `+` only in the second schema, `-` only in the first, `~` changed.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return f.write_str("no differences");
        }
        let lines: Vec<String> = self.rows.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::test_schema::sketch;

    #[test]
    fn json_texts_are_those_of_serde() {
        let index = |kind| Index {
            name: "by \"name\"".into(),
            kind,
            properties: vec![NameKey::new("a"), NameKey::new("b")],
            options: [("stemmer".into(), "none".into()), ("x".into(), "\n".into())].into(),
        };
        for kind in [
            IndexKind::FullText,
            IndexKind::Vector,
            IndexKind::Other("q".into()),
        ] {
            let index = index(kind);
            let json = serde_json::to_string(&index).expect("JSON");
            assert_eq!(index_text(&index), json);
        }
        let sequence = Sequence {
            name: "s".into(),
            start: 1,
            increment: -2,
            min: i64::MIN,
            max: i64::MAX,
            cycle: true,
        };
        let json = serde_json::to_string(&sequence).expect("JSON");
        assert_eq!(sequence_text(&sequence), json);
    }

    #[test]
    fn lines() {
        let from = sketch(
            "node Person: id INT64, mail STRING, age INT32 # Old.
             node City: name STRING
             edge Lives Person>City: since DATE
             node Gone: id INT64",
        );
        let to = sketch(
            "node Human: id INT64, email STRING, age INT64 = 3 # New.
             node City: name STRING, code UUID
             edge Lives Human>City City>City MANY_ONE: since DATE
             node New: id INT64, k STRING = 'x'",
        );
        let mut renames = RenameMap::default();
        let key = NameKey::new;
        renames.tables.insert(key("Person"), key("Human"));
        let place = (key("Person"), key("mail"));
        renames.properties.insert(place, key("email"));
        let found = compare_with_renames(&from.schema, &to.schema, &renames);
        expect![[r#"
            + property City.code UUID
            - node table Gone
            ~ node table Human: renamed from Person
            ~ node table Human: comment Old. -> New.
            ~ property Human.age: type INT32 -> INT64
            ~ property Human.age: default none -> CAST(3 AS INT64)
            ~ property Human.email: renamed from mail
            ~ rel table Lives: multiplicity MANY_MANY -> MANY_ONE
            + pair Lives(city -> city)
            + node table New(id INT64 PRIMARY KEY, k STRING DEFAULT CAST('x' AS STRING))"#]]
        .assert_eq(&found.to_string());
        assert!(compare(&from.schema, &from.schema).is_empty());
        let text = compare(&from.schema, &to.schema).to_string();
        assert!(text.contains("- node table Person") && text.contains("+ node table Human("));
    }
}
