//! Three starts of one application: the first makes the database, the second finds nothing to do,
//! the third is a newer version whose structs have changed.
//!
//! `cargo run --example quickstart`

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::{Migrator, schema};

/// The structs of the first version.
mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// A person who can buy things.
    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub name: String,
        pub mail: Option<String>,
    }

    #[derive(KuzuNode)]
    pub(super) struct Product {
        #[kuzu(primary_key)]
        pub sku: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Product, multiplicity = "many_many")]
    pub(super) struct Purchased {
        pub quantity: i64,
    }
}

/// The same a year later: `mail` is called `email`, people have points.
mod v2 {
    use kuzu_ddl::KuzuNode;

    /// A customer.
    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub name: String,
        #[kuzu(renamed_from = "mail")]
        pub email: Option<String>,
        #[kuzu(default = 100)]
        pub points: i32,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let config = SystemConfig::default().buffer_pool_size(256 << 20);
    let db = Database::new(folder.path().join("shop.kuzu"), config)?;
    // An application has one version of each struct and writes `kuzu_ddl::migrate(&db)?`.
    let start = |schema| Migrator::new(&db).schema(schema).migrate();

    let first = || schema![v1::Person, v1::Product, v1::Purchased];
    println!("first start: {}\n", start(first())?);
    let connection = Connection::new(&db)?;
    connection.query("CREATE (:Person {id: 1, name: 'Ada', mail: 'ada@example.org'})")?;

    println!("second start: {}\n", start(first())?);

    let newer = schema![v2::Person, v1::Product, v1::Purchased];
    println!("a newer version: {}\n", start(newer)?);
    for row in connection.query("MATCH (p:Person) RETURN p.name, p.email, p.points")? {
        let row: Vec<String> = row.iter().map(ToString::to_string).collect();
        println!("still there: {}", row.join(", "));
    }
    Ok(())
}
