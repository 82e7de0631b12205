//! Three starts of one application: the first creates the database, the second has nothing to do,
//! the third is a newer release whose structs have changed.
//!
//! `cargo run --example quickstart`
//!
//! prints
//!
//! ```text
//! first start: 3 steps applied, schema 69dbaa44, 119 ms
//!   + create node table Person
//!       CREATE NODE TABLE `Person`(`id` INT64, `name` STRING, `mail` STRING, PRIMARY KEY(`id`));
//!       COMMENT ON TABLE `Person` IS 'A person who can buy things.';
//!   + create node table Product
//!       CREATE NODE TABLE `Product`(`sku` STRING, PRIMARY KEY(`sku`));
//!   + create rel table Purchased
//!       CREATE REL TABLE `Purchased`(FROM `Person` TO `Product`, `quantity` INT64);
//!
//! second start: up to date, schema 69dbaa44, 5 ms
//!
//! newer release: 3 steps applied, schema bc236257, 30 ms
//!   ~ rename property Person.mail to email
//!       ! breaks older apps: Person.mail
//!       ALTER TABLE `Person` RENAME `mail` TO `email`;
//!   + add property Person.points INT32
//!       ALTER TABLE `Person` ADD `points` INT32 DEFAULT CAST(100 AS INT32);
//!   ~ comment on table Person
//!       COMMENT ON TABLE `Person` IS 'A customer.';
//!
//! Ada, ada@example.org, 100 points
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::{Migrator, schema};

/// The structs of the first release.
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

/// A later release: `mail` is renamed to `email`, and people have points.
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
    // An application has one struct per table, and writes `kuzu_ddl_runtime::migrate(&db)?`.
    let start = |schema| Migrator::new(&db).declared(schema?).migrate();

    let first = || schema![v1::Person, v1::Product, v1::Purchased];
    println!("first start: {}\n", start(first())?);
    let connection = Connection::new(&db)?;
    connection.query("CREATE (:Person {id: 1, name: 'Ada', mail: 'ada@example.org'})")?;

    println!("second start: {}\n", start(first())?);

    let newer = schema![v2::Person, v1::Product, v1::Purchased];
    println!("newer release: {}\n", start(newer)?);
    for row in connection.query("MATCH (p:Person) RETURN p.name, p.email, p.points")? {
        println!("{}, {}, {} points", row[0], row[1], row[2]);
    }
    Ok(())
}
