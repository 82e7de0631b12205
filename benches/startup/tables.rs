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

/// Returns the node tables of each FROM–TO pair of the rel table `n`.
fn ends(n: usize, (tables, pairs): (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    (0..pairs).map(move |pair| (n - 1, (n + 1 + 2 * pair) % tables))
}

/// Returns the statements that create the tables, node tables first.
pub(crate) fn ddl(
    (tables, pairs): (usize, usize),
    properties: usize,
    if_not_exists: bool,
) -> Vec<String> {
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
        let ends = ends(n, (tables, pairs));
        let ends = ends.map(|(from, to)| format!("FROM {} TO {}", name(from), name(to)));
        let ends = ends.collect::<Vec<_>>().join(", ");
        format!("CREATE REL TABLE {clause}{}({ends}, {columns})", name(n))
    };
    let nodes = (0..tables).step_by(2).map(node);
    nodes.chain((1..tables).step_by(2).map(edge)).collect()
}

/// Returns the descriptions that the derives of this many structs would emit.
pub(crate) fn descs(tables: usize, properties: usize) -> &'static [&'static TableDesc] {
    static DESCS: OnceLock<(usize, usize, Vec<&'static TableDesc>)> = OnceLock::new();
    let (t, p, descs) = DESCS.get_or_init(|| (tables, properties, build((tables, 1), properties)));
    assert_eq!(
        (*t, *p),
        (tables, properties),
        "a process builds one size only"
    );
    descs
}

/// Builds and leaks descriptions of any size, with this many pairs for each rel table.
pub(crate) fn build((tables, pairs): (usize, usize), properties: usize) -> Vec<&'static TableDesc> {
    let names: Vec<&'static str> = (0..tables).map(|n| leak(name(n))).collect();
    let columns: Vec<&'static str> = (0..properties).map(|p| leak(format!("p{p:02}"))).collect();
    let desc = |n: usize| {
        let node = n.is_multiple_of(2);
        let kind = if node {
            TableKindDesc::Node {
                primary_key: columns[0],
            }
        } else {
            let pair = |(from, to): (usize, usize)| PairDesc {
                from: names[from],
                to: names[to],
            };
            TableKindDesc::Edge {
                pairs: Vec::leak(ends(n, (tables, pairs)).map(pair).collect()),
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
