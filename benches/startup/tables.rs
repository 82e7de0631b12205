//! Many tables: as derives describe them, and as one writes them by hand.

use std::sync::OnceLock;

use kuzu_ddl::declared::desc::{KindDesc, Origin, PairDesc, PropertyDesc, TableDesc, TypeDesc};
use kuzu_ddl::schema::{Multiplicity, StorageDirection};

const TYPES: [(&str, TypeDesc); 5] = [
    ("INT64", TypeDesc::Int64),
    ("STRING", TypeDesc::String),
    ("DOUBLE", TypeDesc::Double),
    ("BOOL", TypeDesc::Bool),
    ("TIMESTAMP", TypeDesc::Timestamp),
];

/// The name of table `n`: the even ones are node tables, each followed by the rel table that leads
/// from it to the next node table.
fn name(n: usize) -> String {
    if n.is_multiple_of(2) {
        format!("Node{n:05}")
    } else {
        format!("Edge{n:05}")
    }
}

fn ends(n: usize, tables: usize) -> (String, String) {
    (name(n - 1), name((n + 1) % tables))
}

/// The statements that make the tables, node tables first.
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

/// What the derives of so many structs would have put into the program.
pub(crate) fn descs(tables: usize, properties: usize) -> &'static [&'static TableDesc] {
    static DESCS: OnceLock<(usize, usize, Vec<&'static TableDesc>)> = OnceLock::new();
    let (t, p, descs) = DESCS.get_or_init(|| (tables, properties, make(tables, properties)));
    assert_eq!((*t, *p), (tables, properties), "one size only");
    descs
}

/// The same for any size; never freed.
pub(crate) fn make(tables: usize, properties: usize) -> Vec<&'static TableDesc> {
    let names: Vec<&'static str> = (0..tables).map(|n| leak(name(n))).collect();
    let columns: Vec<&'static str> = (0..properties).map(|p| leak(format!("p{p:02}"))).collect();
    let desc = |n: usize| {
        let node = n.is_multiple_of(2);
        let kind = if node {
            KindDesc::Node {
                primary_key: columns[0],
            }
        } else {
            let pair = PairDesc {
                from: names[n - 1],
                to: names[(n + 1) % tables],
            };
            KindDesc::Edge {
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
            ..PropertyDesc::BLANK
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
            ..TableDesc::BLANK
        }))
    };
    (0..tables).map(desc).collect()
}

fn leak(text: String) -> &'static str {
    text.leak()
}
