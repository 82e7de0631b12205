//! Generated tables: as the derives describe them, and as DDL statements.

use std::sync::OnceLock;

use kuzu_ddl_core::describe::{Origin, PairDesc, PropertyDesc, TableDesc, TableKindDesc, TypeDesc};
use kuzu_ddl_core::schema::{Multiplicity, StorageDirection};

const TYPES: [(&str, TypeDesc); 5] = [
    ("INT64", TypeDesc::Int64),
    ("STRING", TypeDesc::String),
    ("DOUBLE", TypeDesc::Double),
    ("BOOL", TypeDesc::Bool),
    ("TIMESTAMP", TypeDesc::Timestamp),
];

/// Returns the name of table `n`. Even numbers are node tables; the rel table that follows connects
/// a node table with the next one.
pub(crate) fn name(n: usize) -> String {
    if n.is_multiple_of(2) {
        format!("Node{n:05}")
    } else {
        format!("Edge{n:05}")
    }
}

fn ends(n: usize, tables: usize) -> (String, String) {
    (name(n - 1), name((n + 1) % tables))
}

/// Returns the statements that create the tables, node tables first.
pub(crate) fn ddl(tables: usize, properties: usize, if_not_exists: bool) -> Vec<String> {
    let clause = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let columns: Vec<String> = (0..properties)
        .map(|p| format!("p{p:02} {}", TYPES[p % TYPES.len()].0))
        .collect();
    let columns = columns.join(", ");
    let node = |n| {
        format!(
            "CREATE NODE TABLE {clause}{}({columns}, PRIMARY KEY(p00))",
            name(n)
        )
    };
    let edge = |n| {
        let (from, to) = ends(n, tables);
        format!(
            "CREATE REL TABLE {clause}{}(FROM {from} TO {to}, {columns})",
            name(n)
        )
    };
    let nodes = (0..tables).step_by(2).map(node);
    nodes.chain((1..tables).step_by(2).map(edge)).collect()
}

/// Returns the node tables of each pair of the rel table `n`.
fn pair_ends(n: usize, tables: usize, pairs: usize) -> impl Iterator<Item = (usize, usize)> {
    let node = move |at: usize| at * 2 % tables;
    (0..pairs).map(move |pair| (node(n / 2), node(n / 2 + 1 + pair)))
}

/// Returns the statements that create tables whose rel tables have several pairs.
pub(crate) fn ddl_with_pairs(tables: usize, properties: usize, pairs: usize) -> Vec<String> {
    let all = ddl(tables, properties, false);
    let of = |(at, statement): (usize, String)| {
        let Some(n) = at.checked_sub(tables / 2).map(|edge| edge * 2 + 1) else {
            return statement;
        };
        let ends = pair_ends(n, tables, pairs);
        let ends = ends.map(|(from, to)| format!("FROM {} TO {}", name(from), name(to)));
        let (from, to) = self::ends(n, tables);
        let ends: Vec<String> = ends.collect();
        statement.replace(&format!("FROM {from} TO {to}"), &ends.join(", "))
    };
    all.into_iter().enumerate().map(of).collect()
}

/// Returns descriptions of tables whose rel tables have several pairs.
pub(crate) fn with_pairs(
    tables: usize,
    properties: usize,
    pairs: usize,
) -> Vec<&'static TableDesc> {
    let of = |(n, desc): (usize, &'static TableDesc)| {
        let TableKindDesc::Edge {
            multiplicity,
            storage,
            ..
        } = desc.kind
        else {
            return desc;
        };
        let ends = pair_ends(n, tables, pairs);
        let ends = ends.map(|(from, to)| PairDesc {
            from: leak(name(from)),
            to: leak(name(to)),
        });
        let kind = TableKindDesc::Edge {
            pairs: Vec::leak(ends.collect()),
            dropped_pairs: &[],
            multiplicity,
            storage,
        };
        &*Box::leak(Box::new(TableDesc {
            name: desc.name,
            kind,
            properties: desc.properties,
            origin: desc.origin,
            ..TableDesc::EMPTY
        }))
    };
    build(tables, properties)
        .into_iter()
        .enumerate()
        .map(of)
        .collect()
}

/// Returns the descriptions that the derives of this many structs would emit.
pub(crate) fn descs(tables: usize, properties: usize) -> &'static [&'static TableDesc] {
    static DESCS: OnceLock<(usize, usize, Vec<&'static TableDesc>)> = OnceLock::new();
    let (t, p, descs) = DESCS.get_or_init(|| (tables, properties, build(tables, properties)));
    assert_eq!(
        (*t, *p),
        (tables, properties),
        "a process builds one size only"
    );
    descs
}

/// Builds and leaks descriptions of any size.
pub(crate) fn build(tables: usize, properties: usize) -> Vec<&'static TableDesc> {
    let names: Vec<&'static str> = (0..tables).map(|n| leak(name(n))).collect();
    let columns: Vec<&'static str> = (0..properties).map(|p| leak(format!("p{p:02}"))).collect();
    let desc = |n: usize| {
        let node = n.is_multiple_of(2);
        let kind = if node {
            TableKindDesc::Node {
                primary_key: columns[0],
            }
        } else {
            let pair = PairDesc {
                from: names[n - 1],
                to: names[(n + 1) % tables],
            };
            TableKindDesc::Edge {
                pairs: Vec::leak(vec![pair]),
                dropped_pairs: &[],
                multiplicity: Multiplicity::ManyMany,
                storage: StorageDirection::Both,
            }
        };
        let property = |(p, name): (usize, &&'static str)| PropertyDesc {
            name,
            ty: TYPES[p % TYPES.len()].1,
            nullable: !(node && p == 0),
            line: 1,
            ..PropertyDesc::EMPTY
        };
        let properties: Vec<PropertyDesc> = columns.iter().enumerate().map(property).collect();
        let origin = Origin {
            krate: "bench",
            rust_name: names[n],
            file: "bench.rs",
            line: 1,
        };
        let name = names[n];
        let properties = Vec::leak(properties);
        &*Box::leak(Box::new(TableDesc {
            name,
            kind,
            properties,
            origin,
            ..TableDesc::EMPTY
        }))
    };
    (0..tables).map(desc).collect()
}

fn leak(text: String) -> &'static str {
    text.leak()
}
