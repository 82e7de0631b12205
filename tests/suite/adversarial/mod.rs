//! Ledger rows, catalogs, declarations and events from untrusted sources. Each is refused by a
//! typed error or accepted; none causes a panic, is executed, or loses a row.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod catalog;
mod declarations;
mod hostile;
mod ledger_rows;
mod ledger_table;
mod peer_budget;
mod peer_events;
mod set_aside;

use std::collections::BTreeMap;

use kuzu_ddl::{Declared, schema};
use kuzu_ddl_core::declared::TableHints;
use kuzu_ddl_core::schema::name::NameKey;
use kuzu_ddl_core::schema::{
    Expr, Pair, Property, Schema, StorageDirection, Table, TableKind, Type,
};

use crate::fixture::Declaration;

/// What the application declares that peers send events to.
mod app {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: Option<String>,
        #[kuzu(default = 7)]
        level: i64,
    }
}

fn declaration() -> Declaration {
    schema![app::Person]
}

/// A nullable property.
fn property(name: &str, ty: Type, default: Option<Expr>) -> Property {
    Property {
        name: name.into(),
        ty,
        nullable: true,
        default,
        comment: None,
    }
}

/// A node table with the key `id` and further properties.
fn node(name: &str, further: Vec<Property>) -> Table {
    let id = Property {
        nullable: false,
        ..property("id", Type::Int64, None)
    };
    let all = std::iter::once(id).chain(further);
    Table {
        name: name.into(),
        kind: TableKind::Node {
            primary_key: NameKey::new("id"),
        },
        properties: all.map(|p| (NameKey::new(&p.name), p)).collect(),
        indexes: BTreeMap::new(),
        comment: None,
    }
}

/// A rel table from one node table to another.
fn edge(name: &str, from: &str, to: &str, further: Vec<Property>) -> Table {
    let pair = Pair {
        from: NameKey::new(from),
        to: NameKey::new(to),
    };
    Table {
        kind: TableKind::Edge {
            pairs: [pair].into(),
            multiplicity: Some(kuzu_ddl_core::schema::Multiplicity::ManyMany),
            storage: StorageDirection::Both,
        },
        properties: further
            .into_iter()
            .map(|p| (NameKey::new(&p.name), p))
            .collect(),
        ..node(name, Vec::new())
    }
}

/// A declaration that no derive checked.
fn unchecked(tables: impl IntoIterator<Item = Table>) -> Declared {
    let tables: BTreeMap<NameKey, Table> = tables
        .into_iter()
        .map(|table| (NameKey::new(&table.name), table))
        .collect();
    Declared {
        tables: tables
            .keys()
            .map(|key| (key.clone(), TableHints::default()))
            .collect(),
        schema: Schema {
            tables,
            sequences: BTreeMap::new(),
        },
        dropped_sequences: Default::default(),
        functions: kuzu_ddl_core::declared::Functions::default(),
        dropped_tables: BTreeMap::new(),
    }
}

/// The same, as the result of `schema![…]`.
fn declared(tables: impl IntoIterator<Item = Table>) -> Declaration {
    Ok(unchecked(tables))
}

/// Names that must be accepted.
fn odd_names() -> Vec<String> {
    let odd = [
        "order",
        "table",
        "union",
        "NULL",
        "match",
        "primary",
        "x'); DROP TABLE A; --",
        "a\"b'c\\d",
        " ",
        "two words",
        "line\nbreak",
        "tab\t",
        "🦀",
        "é",
        "日本語",
        "-",
        "$p",
        "{}",
        "1",
        "_label_",
        "__a_00000000",
        "x__c_1",
        "(x -> y)",
        "//",
        "%s",
        "\u{202e}rtl",
        "\u{1}",
    ];
    let mut names: Vec<String> = odd.map(str::to_owned).into();
    names.push("n".repeat(1024));
    names
}

/// Names that must be refused.
fn illegal_names() -> Vec<String> {
    let illegal = [
        "",
        "a`b",
        "`",
        "x`) ; DROP TABLE A; //",
        "a.b",
        ".",
        "a\0b",
        "_kuzu_ddl_ledger",
        "_KUZU_DDL",
    ];
    let mut names: Vec<String> = illegal.map(str::to_owned).into();
    names.push("n".repeat(1025));
    names.push("🦀".repeat(100_000));
    names
}
