//! Changes the type of a property with a Cypher expression. Values that cannot be converted are
//! reported before anything is changed.
//!
//! `cargo run --example type_change`
//!
//! prints
//!
//! ```text
//! preflight checks failed:
//!   Person.age: 1 of 2 values cannot be cast to INT64, for example id 2 ('unknown')
//!     help: add `on_fail = "null"` or `on_fail = "default"` next to the cast
//!     help: or change the cast so that it accepts these values
//!
//! ~ change property Person.age to INT64
//! person 1: age 36
//! person 2: age
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::{Migrator, schema};

/// The first release.
mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub age: Option<String>,
    }
}

/// The second release: `old` is the former value.
mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        #[kuzu(cast = "CAST(old AS INT64)")]
        pub age: Option<i64>,
    }
}

/// The second release as corrected: a value that cannot be converted becomes NULL.
mod corrected {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        #[kuzu(cast = "CAST(old AS INT64)", on_fail = "null")]
        pub age: Option<i64>,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let db = Database::in_memory(SystemConfig::default().buffer_pool_size(64 << 20))?;
    let connection = Connection::new(&db)?;
    let migrator = |schema| Migrator::new(&db).declared(schema);
    migrator(schema![v1::Person]?).migrate()?;
    connection.query("CREATE (:Person {id: 1, age: '36'}), (:Person {id: 2, age: 'unknown'})")?;

    match migrator(schema![v2::Person]?).migrate() {
        Ok(_) => return Err("the cast of a row must fail".into()),
        Err(error) => println!("{error}\n"),
    }
    let report = migrator(schema![corrected::Person]?).migrate()?;
    for step in &report.steps {
        println!("{} {}", step.operation.symbol(), step.operation);
    }
    for row in connection.query("MATCH (p:Person) RETURN p.id, p.age ORDER BY p.id")? {
        println!("person {}: age {}", row[0], row[1]);
    }
    Ok(())
}
