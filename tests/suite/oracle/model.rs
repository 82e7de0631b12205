//! Random schemas with rows, and random edits of them.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl::declared::{Declared, TableHints};
use kuzu_ddl::schema::{
    Expr, Key, Multiplicity, Pair, Property, Schema, StorageDirection, Table, TableKind, Type,
};
use proptest::prelude::*;

/// A schema as a person thinks of it: things with identities, whatever their names are.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) tables: Vec<ModelTable>,
    next: u32,
    /// Counts versions, so that an edit can tell what has rows from what is new.
    version: u32,
}

#[derive(Clone, Debug)]
pub(super) struct ModelTable {
    pub(super) id: u32,
    pub(super) name: String,
    /// Ids of the node tables each pair joins; empty for a node table.
    pub(super) pairs: Vec<(u32, u32)>,
    pub(super) multiplicity: Multiplicity,
    storage: StorageDirection,
    /// Which property is a node table's primary key.
    key: u32,
    pub(super) properties: Vec<ModelProperty>,
    comment: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct ModelProperty {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) default: Option<Expr>,
    pub(super) nullable: bool,
    comment: Option<String>,
    /// The version it came with.
    version: u32,
    /// How the present type came from the last version's.
    pub(super) cast: Option<&'static str>,
}

impl ModelTable {
    pub(super) fn key(&self) -> &ModelProperty {
        self.properties
            .iter()
            .find(|p| p.id == self.key)
            .unwrap_or(&self.properties[0])
    }

    pub(super) fn is_node(&self) -> bool {
        self.pairs.is_empty()
    }
}

/// Types with a literal for a row's value and one for a default.
fn types() -> Vec<(Type, Option<Expr>)> {
    let text = |s: &str| Expr::Text(s.into());
    vec![
        (Type::Int64, Some(Expr::Int(-7))),
        (Type::String, Some(text("it's \\ \"quoted\" ☃"))),
        (Type::Bool, Some(Expr::Bool(true))),
        (
            Type::Double,
            Some(Expr::Float(kuzu_ddl::schema::Float(1.5))),
        ),
        (Type::Int8, None),
        (Type::Date, Some(text("2020-02-29"))),
        (Type::Uuid, None),
        (
            Type::List(Box::new(Type::Int64)),
            Some(Expr::List(vec![Expr::Int(1), Expr::Int(-2)])),
        ),
        (
            Type::Decimal {
                precision: 10,
                scale: 2,
            },
            Some(text("12.50")),
        ),
        (Type::Blob, Some(Expr::Bytes(vec![0, 65, 255]))),
    ]
}

/// The Cypher of a value of row `n`.
pub(super) fn value(ty: &Type, n: i64) -> String {
    let literal = match ty {
        Type::Int8 | Type::Int32 | Type::Int64 | Type::Int128 => n.to_string(),
        Type::String => format!("'row {n} '' '").replace("''", "\\'"),
        Type::Bool => (n % 2 == 0).to_string(),
        Type::Double => format!("{n}.25"),
        Type::Date | Type::Timestamp => format!("'2021-01-{:02}'", n % 28 + 1),
        Type::Uuid => format!("'00000000-0000-0000-0000-{n:012}'"),
        Type::List(_) => format!("[{n}, {}]", n + 1),
        Type::Blob => format!("'\\\\x{n:02X}'"),
        _ => format!("{n}.5"),
    };
    format!("CAST({literal} AS {ty})")
}

/// Types that follow another, with a cast where the change may lose something.
fn successor(ty: &Type, n: u16) -> Option<(Type, Option<&'static str>)> {
    let decimal = Type::Decimal {
        precision: 14,
        scale: 3,
    };
    let choices: Vec<(Type, Option<&'static str>)> = match ty {
        Type::Int8 => vec![(Type::Int32, None), (Type::Double, None)],
        Type::Int32 => vec![(Type::Int64, None)],
        Type::Int64 => vec![
            (Type::Int128, None),
            (Type::String, Some("upper(CAST(old AS STRING))")),
            (Type::Double, Some("CAST(old AS DOUBLE) + 0.5")),
            (Type::Int8, Some("CAST(old AS INT8)")),
        ],
        Type::Decimal { precision: 10, .. } => vec![(decimal, None)],
        Type::Bool => vec![(Type::String, Some("CAST(old AS STRING)"))],
        Type::Date => vec![(Type::Timestamp, Some("CAST(old AS TIMESTAMP)"))],
        Type::Uuid => vec![(Type::String, Some("upper(CAST(old AS STRING))"))],
        _ => return None,
    };
    Some(choices[usize::from(n) % choices.len()].clone())
}

/// One edit; the numbers choose among what is there, modulo how much there is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit {
    kind: u8,
    a: u16,
    b: u16,
    c: u16,
}

pub(super) fn edits(
    n: impl Into<proptest::collection::SizeRange>,
) -> impl Strategy<Value = Vec<Edit>> {
    let edit = (0_u8..21, any::<u16>(), any::<u16>(), any::<u16>());
    proptest::collection::vec(edit.prop_map(|(kind, a, b, c)| Edit { kind, a, b, c }), n)
}

fn pick<T>(items: &[T], n: u16) -> Option<usize> {
    (!items.is_empty()).then(|| usize::from(n) % items.len())
}

impl Model {
    pub(super) fn edit(&mut self, edit: Edit) {
        let Edit { kind, a, b, c } = edit;
        let table = pick(&self.tables, a);
        match kind {
            0 | 1 => self.add_node(b),
            2 => self.add_edge(a, b, c),
            3 | 4 => self.add_property(table, b),
            5 => self.drop_property(table, b),
            6 => self.rename_property(table, b, c),
            7 => self.swap_properties(table, b, c),
            8 => self.rename_table(table, c),
            9 => self.swap_tables(a, b),
            10 => self.drop_table(table),
            11 => self.add_pair(table, b, c),
            12 | 13 => self.change_type(table, b, c),
            14 => self.change_default(table, b, c),
            15 => self.change_nullable(table, b),
            16 | 17 => self.change_key(table, b),
            18 => self.change_edge(table, b, c),
            19 => self.drop_pair(table, b),
            _ => self.comment(table, b, c),
        }
    }

    fn id(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn property(&mut self, n: u16) -> ModelProperty {
        let types = types();
        let (ty, default) = types[usize::from(n) % types.len()].clone();
        let id = self.id();
        let default = default.filter(|_| !n.is_multiple_of(3));
        let (name, version) = (name("p", id, n), self.version);
        ModelProperty {
            id,
            name,
            ty,
            default,
            nullable: true,
            comment: None,
            version,
            cast: None,
        }
    }

    /// The next version: what there is by now has rows.
    pub(super) fn release(&mut self) {
        self.version += 1;
        for property in self.tables.iter_mut().flat_map(|t| &mut t.properties) {
            property.cast = None;
        }
    }

    fn add_node(&mut self, n: u16) {
        let id = self.id();
        let key = ModelProperty {
            name: name("key", id, n),
            ty: Type::Int64,
            default: None,
            nullable: false,
            ..self.property(n)
        };
        let key_id = key.id;
        let properties = vec![key, self.property(n), self.property(n / 7)];
        let multiplicity = Multiplicity::ManyMany;
        let name = name("Node", id, n / 3);
        let storage = StorageDirection::Both;
        let pairs = vec![];
        self.tables.push(ModelTable {
            id,
            name,
            pairs,
            multiplicity,
            storage,
            key: key_id,
            properties,
            comment: None,
        });
    }

    fn nodes(&self) -> Vec<u32> {
        self.tables
            .iter()
            .filter(|t| t.is_node())
            .map(|t| t.id)
            .collect()
    }

    fn pair(&self, a: u16, b: u16) -> Option<(u32, u32)> {
        let nodes = self.nodes();
        Some((nodes[pick(&nodes, a)?], nodes[pick(&nodes, b)?]))
    }

    fn add_edge(&mut self, a: u16, b: u16, c: u16) {
        let Some(pair) = self.pair(a, b) else { return };
        let id = self.id();
        let properties = if c.is_multiple_of(3) {
            vec![]
        } else {
            vec![self.property(c)]
        };
        let multiplicity = Multiplicity::ALL[usize::from(c % 4)];
        let name = name("Edge", id, c);
        let (pairs, storage) = (vec![pair], StorageDirection::Both);
        self.tables.push(ModelTable {
            id,
            name,
            pairs,
            multiplicity,
            storage,
            key: 0,
            properties,
            comment: None,
        });
    }

    fn change_type(&mut self, table: Option<usize>, b: u16, c: u16) {
        let Some(table) = table else { return };
        let version = self.version;
        let properties = &mut self.tables[table].properties;
        let Some(at) = pick(properties, b) else {
            return;
        };
        let property = &mut properties[at];
        // One change a version, of something that has rows.
        if property.version == version || property.cast.is_some() {
            return;
        }
        if let Some((ty, cast)) = successor(&property.ty, c) {
            if cast.is_some() {
                property.default = None;
            }
            property.ty = ty;
            property.cast = Some(cast.unwrap_or("old"));
        }
    }

    fn change_default(&mut self, table: Option<usize>, b: u16, c: u16) {
        let Some(table) = table else { return };
        let properties = &mut self.tables[table].properties;
        let Some(at) = pick(properties, b) else {
            return;
        };
        let (ty, default) = types()[usize::from(c) % types().len()].clone();
        if c.is_multiple_of(4) && properties[at].nullable {
            properties[at].default = None;
        } else if ty == properties[at].ty {
            properties[at].default = default;
        }
    }

    fn change_nullable(&mut self, table: Option<usize>, b: u16) {
        let Some(table) = table else { return };
        let (version, key) = (self.version, self.tables[table].key);
        let properties = &mut self.tables[table].properties;
        let Some(at) = pick(properties, b) else {
            return;
        };
        if properties[at].version < version && properties[at].id != key {
            properties[at].nullable = !properties[at].nullable;
        }
    }

    /// Another key among what has rows, all different and none NULL.
    fn change_key(&mut self, table: Option<usize>, b: u16) {
        let Some(table) = table.filter(|t| self.tables[*t].is_node()) else {
            return;
        };
        let version = self.version;
        let table = &mut self.tables[table];
        let fit: Vec<u32> = table
            .properties
            .iter()
            .filter(|p| p.version < version && p.ty.can_be_key() && p.ty != Type::Bool)
            .filter(|p| p.ty != Type::String || p.cast.is_none())
            .map(|p| p.id)
            .collect();
        if let Some(at) = pick(&fit, b) {
            table.key = fit[at];
            for property in &mut table.properties {
                if property.id == fit[at] {
                    property.nullable = false;
                    property.default = None;
                }
            }
        }
    }

    fn change_edge(&mut self, table: Option<usize>, b: u16, c: u16) {
        let Some(table) = table.filter(|t| !self.tables[*t].is_node()) else {
            return;
        };
        self.tables[table].multiplicity = Multiplicity::ALL[usize::from(b % 4)];
        if c.is_multiple_of(3) && !self.tables[table].properties.is_empty() {
            let storage = &mut self.tables[table].storage;
            *storage = match storage {
                StorageDirection::Both => StorageDirection::Fwd,
                StorageDirection::Fwd => StorageDirection::Both,
            };
        }
    }

    /// Never the last one.
    fn drop_pair(&mut self, table: Option<usize>, n: u16) {
        let Some(table) = table else { return };
        let pairs = &mut self.tables[table].pairs;
        if let Some(at) = pick(pairs, n).filter(|_| pairs.len() > 1) {
            pairs.remove(at);
        }
    }

    fn add_property(&mut self, table: Option<usize>, n: u16) {
        let property = self.property(n);
        if let Some(table) = table {
            self.tables[table].properties.push(property);
        }
    }

    /// The positions of the properties that may go: never a primary key.
    fn free(&self, table: usize) -> Vec<usize> {
        let table = &self.tables[table];
        let free = |at: &usize| !table.is_node() || table.properties[*at].id != table.key;
        (0..table.properties.len()).filter(free).collect()
    }

    fn drop_property(&mut self, table: Option<usize>, n: u16) {
        let Some(table) = table else { return };
        let free = self.free(table);
        if let Some(at) = pick(&free, n) {
            self.tables[table].properties.remove(free[at]);
        }
    }

    fn rename_property(&mut self, table: Option<usize>, n: u16, c: u16) {
        let Some(table) = table else { return };
        let id = self.id();
        let properties = &mut self.tables[table].properties;
        if let Some(at) = pick(properties, n) {
            properties[at].name = renamed(&properties[at].name, id, c);
        }
    }

    fn swap_properties(&mut self, table: Option<usize>, b: u16, c: u16) {
        let Some(table) = table else { return };
        let properties = &mut self.tables[table].properties;
        if let (Some(b), Some(c)) = (pick(properties, b), pick(properties, c)) {
            let name = properties[b].name.clone();
            properties[b].name = std::mem::replace(&mut properties[c].name, name);
        }
    }

    fn rename_table(&mut self, table: Option<usize>, c: u16) {
        let id = self.id();
        if let Some(table) = table {
            self.tables[table].name = renamed(&self.tables[table].name, id, c);
        }
    }

    fn swap_tables(&mut self, a: u16, b: u16) {
        let (Some(a), Some(b)) = (pick(&self.tables, a), pick(&self.tables, b)) else {
            return;
        };
        // A name that goes from a node table to a rel table is another thing, not a rename.
        if self.tables[a].is_node() == self.tables[b].is_node() {
            let name = self.tables[a].name.clone();
            self.tables[a].name = std::mem::replace(&mut self.tables[b].name, name);
        }
    }

    /// Drops a table with all rel tables that need it.
    fn drop_table(&mut self, table: Option<usize>) {
        let Some(table) = table else { return };
        let id = self.tables[table].id;
        self.tables
            .retain(|t| t.id != id && !t.pairs.iter().any(|p| p.0 == id || p.1 == id));
    }

    fn add_pair(&mut self, table: Option<usize>, b: u16, c: u16) {
        let (Some(table), Some(pair)) = (table, self.pair(b, c)) else {
            return;
        };
        let pairs = &mut self.tables[table].pairs;
        if !pairs.is_empty() && !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }

    fn comment(&mut self, table: Option<usize>, b: u16, c: u16) {
        let Some(table) = table else { return };
        let text = (!c.is_multiple_of(3)).then(|| format!("comment {c}: it's \\ here"));
        let table = &mut self.tables[table];
        match pick(&table.properties, b) {
            Some(at) if c.is_multiple_of(2) => table.properties[at].comment = text,
            _ => table.comment = text,
        }
    }

    /// What structs would declare, with the hints that lead here from `old`.
    pub(super) fn declared(&self, old: &Self) -> Declared {
        let names: BTreeMap<u32, Key> = self
            .tables
            .iter()
            .map(|t| (t.id, Key::new(&t.name)))
            .collect();
        let mut declared = Declared::default();
        for table in &self.tables {
            let key = Key::new(&table.name);
            let before = old.tables.iter().find(|t| t.id == table.id);
            declared
                .schema
                .tables
                .insert(key.clone(), table.declared(&names));
            let mut hints = table.hints(before);
            hints.dropped_pairs = self.dropped_pairs(old, table);
            declared.tables.insert(key, hints);
        }
        let present: BTreeSet<u32> = self.tables.iter().map(|t| t.id).collect();
        for table in old.tables.iter().filter(|t| !present.contains(&t.id)) {
            declared
                .dropped_tables
                .insert(Key::new(&table.name), table.name.clone());
        }
        declared
    }

    /// The pairs of a table that are no more, by the names that their nodes have now, or had last.
    pub(super) fn dropped_pairs(&self, old: &Self, table: &ModelTable) -> BTreeSet<Pair> {
        let name = |id: u32| {
            let mut versions = [self, old].into_iter().flat_map(|model| &model.tables);
            versions.find(|t| t.id == id).map(|t| Key::new(&t.name))
        };
        let before = old.tables.iter().find(|t| t.id == table.id);
        let pairs = before.map(|t| t.pairs.as_slice()).unwrap_or_default();
        pairs
            .iter()
            .filter(|pair| !table.pairs.contains(pair))
            .filter_map(|pair| {
                let (from, to) = (name(pair.0)?, name(pair.1)?);
                Some(Pair { from, to })
            })
            .collect()
    }

    /// Whether one version of a source can say it: a new thing cannot take the name of one that the
    /// same version drops.
    pub(super) fn is_sayable(&self, old: &Self) -> bool {
        let declared = self.declared(old);
        declared.dropped_tables.keys().all(|key| {
            declared
                .tables
                .get(key)
                .is_none_or(|hints| !hints.renamed_from.is_empty())
        }) && declared.tables.iter().all(|(key, hints)| {
            let present = &declared.schema.tables[key].properties;
            let came = |name| hints.properties.contains_key(name);
            hints
                .dropped
                .iter()
                .all(|name| !present.contains_key(name) || came(name))
        })
    }

    pub(super) fn schema(&self) -> Schema {
        self.declared(&Self::default()).schema
    }
}

impl ModelTable {
    fn declared(&self, names: &BTreeMap<u32, Key>) -> Table {
        let kind = if self.is_node() {
            TableKind::Node {
                primary_key: Key::new(&self.key().name),
            }
        } else {
            let pair = |(from, to): &(u32, u32)| Pair {
                from: names[from].clone(),
                to: names[to].clone(),
            };
            TableKind::Edge {
                pairs: self.pairs.iter().map(pair).collect(),
                multiplicity: Some(self.multiplicity),
                storage: self.storage,
            }
        };
        let property = |p: &ModelProperty| Property {
            name: p.name.clone(),
            ty: p.ty.clone(),
            nullable: p.nullable,
            default: p.default.clone(),
            comment: p.comment.clone(),
        };
        Table {
            name: self.name.clone(),
            kind,
            properties: self
                .properties
                .iter()
                .map(|p| (Key::new(&p.name), property(p)))
                .collect(),
            indexes: BTreeMap::new(),
            comment: self.comment.clone(),
        }
    }

    fn hints(&self, before: Option<&Self>) -> TableHints {
        let mut hints = TableHints {
            order: self.properties.iter().map(|p| Key::new(&p.name)).collect(),
            ..TableHints::default()
        };
        let Some(before) = before else { return hints };
        if before.name != self.name {
            hints.renamed_from.push(before.name.clone());
        }
        for property in &before.properties {
            match self.properties.iter().find(|p| p.id == property.id) {
                Some(now) => {
                    if now.name != property.name {
                        hints
                            .properties
                            .insert(Key::new(&now.name), vec![property.name.clone()]);
                    }
                    if let Some(cast) = now.cast.filter(|cast| *cast != "old") {
                        hints.casts.insert(Key::new(&now.name), cast.to_owned());
                    }
                }
                None => {
                    hints.dropped.insert(Key::new(&property.name));
                }
            }
        }
        hints
    }
}

/// Plain and awkward names, all different.
fn name(word: &str, id: u32, n: u16) -> String {
    match n % 7 {
        0 => format!("{word} {id}"),
        1 => format!("{word}'{id}\""),
        2 => format!("ORDER{word}{id}"),
        3 => format!("{word}é🦀{id}"),
        _ => format!("{word}{id}"),
    }
}

/// Another name, or the same in another case.
fn renamed(name: &str, id: u32, n: u16) -> String {
    if n.is_multiple_of(4) {
        let upper = name.to_ascii_uppercase();
        if upper == name {
            name.to_ascii_lowercase()
        } else {
            upper
        }
    } else {
        format!("renamed {id}")
    }
}
