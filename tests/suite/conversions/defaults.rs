//! Defaults: every boundary value of every type as the default of a property.

use std::collections::BTreeMap;

use kuzu_ddl::history::Point;
use kuzu_ddl::{ChangePolicy, Migrator};
use kuzu_ddl_core::declared::{Declared, TableHints};
use kuzu_ddl_core::function::transport_cypher;
use kuzu_ddl_core::schema::{Expr, NameKey, Property, Table, TableKind, Type};

use super::values::{Val, read, sources};
use crate::fixture::TestDatabase;

fn property(name: String, ty: &Type, default: Option<&str>) -> Property {
    Property {
        name,
        ty: ty.clone(),
        nullable: true,
        default: default.map(|text| Expr::parse_cast(text).unwrap_or_else(|e| panic!("{e}"))),
        comment: None,
    }
}

/// The node table `D`, with a property for each default.
fn declared(ty: &Type, defaults: &[&str]) -> Declared {
    let mut properties = vec![property("id".to_owned(), &Type::Int64, None)];
    properties[0].nullable = false;
    let all = defaults.iter().enumerate();
    properties.extend(all.map(|(i, text)| property(format!("p{i}"), ty, Some(text))));
    let keys = properties
        .iter()
        .map(|property| NameKey::new(&property.name));
    let hints = TableHints {
        column_order: keys.clone().collect(),
        ..TableHints::default()
    };
    let kind = TableKind::Node {
        primary_key: NameKey::new("id"),
    };
    let table = Table {
        name: "D".to_owned(),
        kind,
        properties: keys.zip(properties.clone()).collect(),
        indexes: BTreeMap::new(),
        comment: None,
    };
    let mut declared = Declared::default();
    declared.schema.tables.insert(NameKey::new("D"), table);
    declared.tables.insert(NameKey::new("D"), hints);
    declared
}

fn migrator(db: &TestDatabase, declared: Declared) -> Migrator<'_> {
    Migrator::new(db.kuzu())
        .declared(declared)
        .change_policy(ChangePolicy::Destructive)
}

/// The values of one row.
fn row(db: &TestDatabase, id: u64, ty: &Type, count: usize) -> Vec<Val> {
    let values = (0..count).map(|i| transport_cypher(&format!("x.`p{i}`"), ty));
    let values: Vec<String> = values.collect();
    let query = format!("MATCH (x:D {{id: {id}}}) RETURN {}", values.join(", "));
    let rows = db.session().query(&query);
    let rows = rows.unwrap_or_else(|e| panic!("{query}: {e}"));
    rows[0].iter().map(|value| read(value, ty)).collect()
}

/// Returns the number of defaults that are refused.
fn check(ty: &Type, literals: &[String]) -> usize {
    let mut db = TestDatabase::new();
    migrator(&db, declared(ty, &[])).migrate().unwrap();
    db.execute(&["CREATE (:D {id: 0})"]);
    let (accepted, refused): (Vec<&str>, Vec<&str>) =
        literals.iter().map(String::as_str).partition(|text| {
            Expr::parse_cast(text).is_ok() && migrator(&db, declared(ty, &[text])).plan().is_ok()
        });
    let rotated: Vec<&str> = accepted
        .iter()
        .skip(1)
        .chain(accepted.first())
        .copied()
        .collect();
    // The rows that exist get the defaults, and so do those created later.
    migrator(&db, declared(ty, &accepted)).migrate().unwrap();
    db.execute(&["CREATE (:D {id: 1})"]);
    let values = accepted
        .iter()
        .enumerate()
        .map(|(i, text)| format!(", p{i}: {text}"));
    let values: String = values.collect();
    db.execute(&[&format!("CREATE (:D {{id: 2{values}}})")]);
    let expected = row(&db, 2, ty, accepted.len());
    migrator(&db, declared(ty, &rotated)).migrate().unwrap();
    db.execute(&["CREATE (:D {id: 3})"]);
    let mut shifted = expected.clone();
    if !shifted.is_empty() {
        shifted.rotate_left(1);
    }
    let compare = |db: &TestDatabase, ids: &[u64], when: &str| {
        for id in ids {
            let expected = if *id == 3 { &shifted } else { &expected };
            assert_eq!(
                row(db, *id, ty, accepted.len()),
                *expected,
                "{when}: row {id} of {ty}"
            );
        }
    };
    compare(&db, &[0, 1, 2, 3], "migrated");
    compare(&db.after_kill(), &[0, 1, 2, 3], "killed");
    db.reopen();
    compare(&db, &[0, 1, 2, 3], "reopened");
    migrator(&db, declared(ty, &rotated))
        .rollback(Point::Revision(2))
        .unwrap();
    db.execute(&["CREATE (:D {id: 4})"]);
    compare(&db, &[0, 1, 2, 3, 4], "rolled back");
    refused.len()
}

/// Refused are lists with a NULL, which the grammar of expressions does not have.
#[test]
fn every_boundary_value_is_a_default_or_refused() {
    let mut refused = BTreeMap::new();
    for (ty, literals) in sources() {
        let count = check(&ty, &literals);
        if count > 0 {
            refused.insert(ty.to_string(), count);
        }
    }
    let lists_with_null = [
        ("DECIMAL(5, 2)[]", 1),
        ("DOUBLE[]", 1),
        ("FLOAT[2]", 1),
        ("INT32[2]", 1),
        ("INT64[]", 2),
        ("INT64[][]", 1),
        ("STRING[]", 1),
    ];
    let lists_with_null = lists_with_null.map(|(ty, count)| (ty.to_owned(), count));
    assert_eq!(refused, BTreeMap::from(lists_with_null));
}
