//! Takes over a database that was created without kuzu-ddl: records what exists, shows the
//! differences from the structs, and applies them.
//!
//! `cargo run --example baseline`
//!
//! prints
//!
//! ```text
//! recorded 2 events, schema 2d2f230b, 111 ms
//!   note: Person: existing object adopted
//!   note: Session is not managed by kuzu-ddl; left unchanged
//!
//! 2 steps:
//!   + create rel table Knows
//!       CREATE REL TABLE `Knows`(FROM `Person` TO `Person`);
//!   + add property Person.email STRING
//!       ALTER TABLE `Person` ADD `email` STRING;
//!   note: Session is not managed by kuzu-ddl; left unchanged
//!
//! person 1: Ada, email
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::{KuzuEdge, KuzuNode, Migrator, schema};

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    name: Option<String>,
    email: Option<String>,
}

#[derive(KuzuEdge)]
#[kuzu(from = Person, to = Person)]
struct Knows;

fn main() -> Result<(), Box<dyn Error>> {
    let db = Database::in_memory(SystemConfig::default().buffer_pool_size(64 << 20))?;
    let connection = Connection::new(&db)?;
    connection.query("CREATE NODE TABLE Person(id INT64 PRIMARY KEY, name STRING)")?;
    connection.query("CREATE NODE TABLE Session(id INT64 PRIMARY KEY)")?;
    connection.query("CREATE (:Person {id: 1, name: 'Ada'})")?;

    let declared = schema![Person, Knows]?;
    let migrator = || Migrator::new(&db).declared(declared.clone());
    println!("{}\n", migrator().baseline()?);
    println!("{}\n", migrator().plan()?);
    migrator().migrate()?;
    for row in connection.query("MATCH (p:Person) RETURN p.id, p.name, p.email")? {
        println!("person {}: {}, email {}", row[0], row[1], row[2]);
    }
    Ok(())
}
