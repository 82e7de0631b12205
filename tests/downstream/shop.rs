//! An application outside the workspace (see xtask/src/downstream): it depends on `kuzu_ddl` alone
//! and reaches the engine through it.

// Derived structs are the schema: they must not cause warnings about unread fields.
#![deny(warnings)]

use kuzu_ddl::{KuzuEdge, KuzuNode, kuzu};

/// A customer.
#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
}

/// An article.
#[derive(KuzuNode)]
struct Product {
    #[kuzu(primary_key)]
    sku: String,
}

/// A purchase of an article by a customer.
#[derive(KuzuEdge)]
#[kuzu(from = Person, to = Product)]
struct Purchased {
    quantity: i64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("expected the path of the database")?;
    let config = kuzu::SystemConfig::default()
        .max_db_size(1 << 34)
        .buffer_pool_size(256 << 20);
    let db = kuzu::Database::new(path, config)?;

    let first = kuzu_ddl::migrate(&db)?;
    println!("first: {first}");
    assert!(!first.is_up_to_date(), "the first start creates the tables");

    let conn = kuzu::Connection::new(&db)?;
    conn.query(
        "CREATE (:Person {id: 1, name: 'Ada'})-[:Purchased {quantity: 2}]->(:Product {sku: 'tea'})",
    )?;
    let mut bought = conn.query(
        "MATCH (a:Person)-[p:Purchased]->(b:Product) WHERE a.email IS NULL \
         RETURN a.name, p.quantity, b.sku",
    )?;
    let row = bought.next().ok_or("the purchase is missing")?;
    assert_eq!(
        row,
        [
            kuzu::Value::String("Ada".into()),
            kuzu::Value::Int64(2),
            kuzu::Value::String("tea".into()),
        ]
    );

    let second = kuzu_ddl::migrate(&db)?;
    println!("second: {second}");
    assert!(second.is_up_to_date(), "the second start has no changes");
    Ok(())
}
