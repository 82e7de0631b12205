//! Primary keys of one type that become keys of another, with their rels.

use kuzu_ddl::{ChangePolicy, Migrator};
use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::function::transport_cypher;
use kuzu_ddl_core::schema::{NameKey, Pair, Property, StorageDirection, Table, TableKind, Type};

use super::oracle::convert;
use super::values::{Val, read, sources};
use crate::fixture::TestDatabase;

/// Declares, for each key type, the nodes `K0`, `K1`, … and rels `E0`, `E1`, … between them.
fn declared(keys: &[Type], before: Option<&Type>) -> Declared {
    let mut declared = Declared::default();
    for (i, ty) in keys.iter().enumerate() {
        let node = NameKey::new(&format!("K{i}"));
        let pair = Pair {
            from: node.clone(),
            to: node.clone(),
        };
        let property = |name: &str, ty: &Type| {
            let property = Property {
                name: name.to_owned(),
                ty: ty.clone(),
                nullable: name != "id",
                default: None,
                comment: None,
            };
            (NameKey::new(name), property)
        };
        let tables = [
            (
                format!("K{i}"),
                TableKind::Node {
                    primary_key: NameKey::new("id"),
                },
                vec![property("id", ty), property("at", &Type::Int64)],
            ),
            (
                format!("E{i}"),
                TableKind::Edge {
                    pairs: [pair].into(),
                    multiplicity: None,
                    storage: StorageDirection::Both,
                },
                vec![property("at", &Type::Int64)],
            ),
        ];
        for (name, kind, properties) in tables {
            let key = NameKey::new(&name);
            let hints = declared.tables.entry(key.clone()).or_default();
            hints.column_order = ["id", "at"].map(NameKey::new).into();
            if before.is_some_and(|before| before != ty) && kind.is_node() {
                let cast = format!("CAST(old AS {ty})");
                hints.casts.insert(NameKey::new("id"), cast);
            }
            let table = Table {
                name,
                kind,
                properties: properties.into_iter().collect(),
                indexes: std::collections::BTreeMap::new(),
                comment: None,
            };
            declared.schema.tables.insert(key, table);
        }
    }
    declared
}

fn migrate(db: &TestDatabase, declared: Declared) {
    let migrator = Migrator::new(db.kuzu()).declared(declared);
    let result = migrator.change_policy(ChangePolicy::Destructive).migrate();
    result.unwrap_or_else(|e| panic!("{e}"));
}

/// The values of a source type, as the engine stores them.
fn values(source: &Type, literals: &[String]) -> Vec<(String, Val)> {
    let db = TestDatabase::new();
    let session = db.session();
    let value = |literal: &String| {
        let query = format!("RETURN {}", transport_cypher(literal, source));
        let rows = session.query(&query).unwrap_or_else(|e| panic!("{e}"));
        (literal.clone(), read(&rows[0][0], source))
    };
    literals.iter().map(value).collect()
}

/// The keys that fit into `to`, each with its result; results are distinct.
fn fitting(values: &[(String, Val)], source: &Type, to: &Type) -> Vec<(String, Val)> {
    let mut keys: Vec<(String, Val)> = Vec::new();
    for (literal, value) in values {
        let number = |value: &Val| !matches!(value, Val::Float(x) if x.is_nan() || *x == 0.0);
        let result = convert(value, source, to).and_then(Result::ok);

        let result = result.filter(|result| number(value) && number(result));
        if let Some(result) = result
            && keys.iter().all(|(_, other)| *other != result)
        {
            keys.push((literal.clone(), result));
        }
    }
    keys.truncate(4);
    keys
}

#[test]
fn keys_of_every_type_keep_their_rels() {
    let full = std::env::var("KUZU_DDL_CONVERSIONS").is_ok_and(|text| text == "full");
    let all = sources();
    let types: Vec<&Type> = all
        .iter()
        .map(|(ty, _)| ty)
        .filter(|ty| ty.can_be_key())
        .collect();
    let (mut pairs, mut wrong) = (0, Vec::new());
    for (source, literals) in all.iter().filter(|(ty, _)| ty.can_be_key()) {
        let sampled = |i: usize| full || (i + source.to_string().len()).is_multiple_of(7);
        let known = |to: &&Type| **to != *source && convert(&Val::Null, source, to).is_some();
        let targets = types.iter().copied().filter(known).enumerate();
        let targets: Vec<Type> = targets
            .filter(|(i, _)| sampled(*i))
            .map(|(_, ty)| ty.clone())
            .collect();
        if targets.is_empty() {
            continue;
        }
        let values = values(source, literals);
        let mut db = TestDatabase::new();
        migrate(&db, declared(&vec![source.clone(); targets.len()], None));
        let keys: Vec<_> = targets
            .iter()
            .map(|to| fitting(&values, source, to))
            .collect();
        for (i, keys) in keys.iter().enumerate() {
            for (n, (literal, _)) in keys.iter().enumerate() {
                db.execute(&[
                    &format!("CREATE (:K{i} {{id: {literal}, at: {n}}})"),
                    &format!(
                        "MATCH (a:K{i} {{at: 0}}), (b:K{i} {{at: {n}}}) CREATE (a)-[:E{i} {{at: {n}}}]->(b)"
                    ),
                ]);
            }
        }
        migrate(&db, declared(&targets, Some(source)));
        pairs += targets.len();
        for when in ["migrated", "reopened"] {
            for (i, (to, keys)) in targets.iter().zip(&keys).enumerate() {
                let id = transport_cypher("b.id", to);
                let query = format!(
                    "MATCH (a:K{i})-[x:E{i}]->(b:K{i}) RETURN {id}, b.`at` ORDER BY x.`at`"
                );
                let rows = db.session().query(&query).unwrap_or_else(|e| panic!("{e}"));
                let found: Vec<Val> = rows.iter().map(|row| read(&row[0], to)).collect();
                let expected: Vec<Val> = keys.iter().map(|(_, key)| key.clone()).collect();
                let same = found.len() == expected.len()
                    && found
                        .iter()
                        .zip(&expected)
                        .all(|(a, b)| super::matrix::is_expected(a, b));
                if !same {
                    wrong.push(format!(
                        "{when}: {source} -> {to}: {found:?}, not {expected:?}"
                    ));
                }
            }
            db.reopen();
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {pairs} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
