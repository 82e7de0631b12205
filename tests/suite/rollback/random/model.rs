//! The model of a schema, its notation, and its rows.

use std::fmt::Write as _;

use super::values::{KINDS, successor};
use crate::fixture::Numbers;
use crate::fixture::{TestDatabase, exact_rows};

#[derive(Clone, Debug)]
struct Property {
    id: u32,
    name: String,
    ty: String,
    default: Option<&'static str>,
    /// The cast of the last change.
    cast: Option<String>,
}

#[derive(Clone, Debug)]
struct Table {
    id: u32,
    name: String,
    /// Pairs of node tables, by their ids; none for a node table.
    pairs: Vec<(u32, u32)>,
    many_one: bool,
    properties: Vec<Property>,
    /// Whether the last change, and the one before it, swapped names. A rename acts once, so names
    /// that are swapped in two versions in a row are swapped once.
    swapped: [bool; 2],
}

/// A schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    next: u32,
    tables: Vec<Table>,
}

impl Model {
    /// Two node tables and a rel table with two pairs.
    pub(super) fn random(numbers: &mut Numbers) -> Self {
        let mut model = Self::default();
        let a = model.add_table(Vec::new(), numbers);
        let b = model.add_table(Vec::new(), numbers);
        model.add_table(vec![(a, b), (b, b)], numbers);
        model
    }

    fn id(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn add_table(&mut self, pairs: Vec<(u32, u32)>, numbers: &mut Numbers) -> u32 {
        let id = self.id();
        let mut properties = Vec::new();
        if pairs.is_empty() {
            properties.push(Property {
                id: self.id(),
                name: format!("k{id}"),
                ty: (*numbers.pick(&["INT64", "INT64", "STRING"])).to_owned(),
                default: None,
                cast: None,
            });
        }
        for _ in 0..numbers.below(3) + 1 {
            properties.push(self.property(numbers));
        }
        self.tables.push(Table {
            id,
            name: format!("T{id}"),
            pairs,
            many_one: false,
            properties,
            swapped: [false; 2],
        });
        id
    }

    fn property(&mut self, numbers: &mut Numbers) -> Property {
        let id = self.id();
        let kind = numbers.pick(KINDS);
        Property {
            id,
            name: format!("p{id}"),
            ty: kind.ty.to_owned(),
            default: kind.default.filter(|_| numbers.one_in(2)),
            cast: None,
        }
    }

    /// Applies one to three changes.
    pub(super) fn change(&mut self, numbers: &mut Numbers) {
        for property in self.tables.iter_mut().flat_map(|t| &mut t.properties) {
            property.cast = None;
        }
        for table in &mut self.tables {
            table.swapped = [false, table.swapped[0]];
        }
        for _ in 0..=numbers.below(3) {
            self.change_once(numbers);
        }
    }

    fn change_once(&mut self, numbers: &mut Numbers) {
        let table = numbers.below(self.tables.len());
        let first = usize::from(self.tables[table].pairs.is_empty());
        let count = self.tables[table].properties.len();
        let property = (count > first).then(|| first + numbers.below(count - first));
        match (numbers.below(14), property) {
            (0 | 1, _) => {
                let new = self.property(numbers);
                self.tables[table].properties.push(new);
            }
            (2, Some(at)) => drop(self.tables[table].properties.remove(at)),
            (3, _) => {
                let id = self.id();
                let at = numbers.below(count.max(1));
                if let Some(property) = self.tables[table].properties.get_mut(at) {
                    property.name = format!("r{id}");
                }
            }
            (4, Some(at)) if !self.tables[table].swapped[1] => {
                self.tables[table].swapped[0] = true;
                let other = first + numbers.below(count - first);
                let properties = &mut self.tables[table].properties;
                let name = properties[at].name.clone();
                properties[at].name = std::mem::replace(&mut properties[other].name, name);
            }
            (5, _) => self.tables[table].name = format!("R{}", self.id()),
            (6, Some(at)) => {
                let property = &mut self.tables[table].properties[at];
                let kind = KINDS.iter().find(|kind| kind.ty == property.ty);
                let default = kind.and_then(|kind| kind.default);
                property.default = default.filter(|_| property.default.is_none());
            }
            (7, _) if !self.tables[table].pairs.is_empty() => {
                self.tables[table].many_one = !self.tables[table].many_one;
            }
            (7, _) => {
                // The key, whose values stay different.
                let key = &mut self.tables[table].properties[0];
                let to = match key.ty.as_str() {
                    "INT64" => "INT128",
                    "INT128" => "STRING",
                    _ => return,
                };
                if key.cast.is_none() {
                    key.cast = Some(format!("CAST(old AS {to})"));
                    key.ty = to.to_owned();
                }
            }
            (8, _) => {
                let nodes: Vec<u32> = self.nodes().map(|table| table.id).collect();
                let pair = (*numbers.pick(&nodes), *numbers.pick(&nodes));
                let pairs = &mut self.tables[table].pairs;
                if !pairs.is_empty() && !pairs.contains(&pair) {
                    pairs.push(pair);
                }
            }
            (9, _) if !self.tables[table].pairs.is_empty() && self.tables.len() > 3 => {
                drop(self.tables.remove(table));
            }
            (9, _) => {
                let node = self.nodes().next().map(|table| table.id).unwrap();
                let pairs = if numbers.one_in(2) {
                    vec![(node, node)]
                } else {
                    Vec::new()
                };
                self.add_table(pairs, numbers);
            }
            (_, Some(at)) => {
                let property = &mut self.tables[table].properties[at];
                if property.cast.is_none() && property.ty.len() < 90 {
                    let (ty, cast) = successor(&property.ty, numbers);
                    property.ty = ty;
                    property.cast = Some(cast);
                    property.default = None;
                }
            }
            _ => {}
        }
    }

    fn nodes(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(|table| table.pairs.is_empty())
    }

    fn table(&self, id: u32) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }

    fn name(&self, id: u32) -> &str {
        &self.table(id).unwrap().name
    }

    /// The notation, with what leads here from `last`.
    pub(super) fn source(&self, last: &Self) -> String {
        let mut text = String::new();
        for table in &self.tables {
            let before = last.table(table.id);
            let kind = if table.pairs.is_empty() {
                "node"
            } else {
                "edge"
            };
            let _ = write!(text, "{kind} {}", table.name);
            if let Some(before) = before.filter(|before| before.name != table.name) {
                let _ = write!(text, "<{}", before.name);
            }
            for (from, to) in &table.pairs {
                let _ = write!(text, " {}>{}", self.name(*from), self.name(*to));
            }
            if table.many_one {
                text.push_str(" MANY_ONE");
            }
            text.push(':');
            let mut parts = Vec::new();
            for property in &table.properties {
                let previous =
                    before.and_then(|t| t.properties.iter().find(|p| p.id == property.id));
                let mut part = property.name.clone();
                if let Some(previous) = previous.filter(|previous| previous.name != property.name) {
                    let _ = write!(part, "<{}", previous.name);
                }
                let _ = write!(part, " {}", property.ty);
                if let Some(default) = property.default {
                    let _ = write!(part, " = {default}");
                }
                if let Some(cast) = property.cast.as_ref().filter(|_| previous.is_some()) {
                    let _ = write!(part, " | cast {cast}");
                }
                parts.push(part);
            }
            let removed = before.into_iter().flat_map(|before| &before.properties);
            let removed = removed.filter(|p| table.properties.iter().all(|now| now.id != p.id));
            parts.extend(removed.map(|p| format!("-{}", p.name)));
            let _ = writeln!(text, " {}", parts.join("; "));
        }
        for table in &last.tables {
            if self.table(table.id).is_none() {
                let _ = writeln!(text, "-{}", table.name);
            }
        }
        text
    }

    /// Inserts four rows per node table and rels that every multiplicity allows.
    pub(super) fn insert(&self, db: &TestDatabase, numbers: &mut Numbers) {
        for table in self.nodes() {
            for n in 1..=4 {
                let key = &table.properties[0];
                let key = format!("`{}`: CAST({n} AS {})", key.name, key.ty);
                let values = values(&table.properties[1..], numbers);
                db.execute(&[&format!("CREATE (:{} {{{key}{values}}})", table.name)]);
            }
        }
        for table in self.tables.iter().filter(|table| !table.pairs.is_empty()) {
            for (at, (from, to)) in table.pairs.iter().enumerate() {
                for n in 1..=2 {
                    let n = n + 2 * at;
                    let node = |variable: &str, id: u32, n: usize| {
                        let table = self.table(id).unwrap();
                        let key = &table.properties[0];
                        let value = format!("CAST({n} AS {})", key.ty);
                        format!("({variable}:{} {{`{}`: {value}}})", table.name, key.name)
                    };
                    let (a, b) = (node("a", *from, n), node("b", *to, n));
                    let values = values(&table.properties, numbers);
                    let values = values.trim_start_matches(", ");
                    db.execute(&[&format!(
                        "MATCH {a}, {b} CREATE (a)-[:{} {{{values}}}]->(b)",
                        table.name
                    )]);
                }
            }
        }
    }

    /// The exact values of all rows, in a fixed order.
    pub(super) fn rows(&self, db: &TestDatabase) -> Vec<String> {
        let mut out = Vec::new();
        for table in &self.tables {
            let mut columns: Vec<String> = Vec::new();
            for property in &table.properties {
                let column = format!("x.`{}`", property.name);
                // The crate cannot read intervals.
                columns.push(if property.ty.contains("INTERVAL") {
                    format!("CAST({column} AS STRING)")
                } else {
                    column
                });
            }
            let mut queries = Vec::new();
            if table.pairs.is_empty() {
                queries.push(format!(
                    "MATCH (x:{}) RETURN {}",
                    table.name,
                    columns.join(", ")
                ));
            }
            for (from, to) in &table.pairs {
                let node = |id: u32| {
                    let table = self.table(id).unwrap();
                    (table.name.clone(), table.properties[0].name.clone())
                };
                let ((from, a), (to, b)) = (node(*from), node(*to));
                let ends = [format!("a.`{a}` AS f"), format!("b.`{b}` AS t")];
                let all: Vec<String> = ends.iter().chain(&columns).cloned().collect();
                queries.push(format!(
                    "MATCH (a:{from})-[x:{}]->(b:{to}) RETURN {}",
                    table.name,
                    all.join(", ")
                ));
            }
            for query in queries {
                let mut rows = exact_rows(db, &query);
                rows.sort();
                out.extend(rows.into_iter().map(|row| format!("{}: {row}", table.name)));
            }
        }
        out
    }
}

/// Values of properties, each after a comma.
fn values(properties: &[Property], numbers: &mut Numbers) -> String {
    let mut text = String::new();
    for property in properties {
        let kind = KINDS.iter().find(|kind| kind.ty == property.ty).unwrap();
        let _ = write!(text, ", `{}`: {}", property.name, kind.value(numbers));
    }
    text
}
