//! Adds a required property to a table with rows. `fill` states the value of existing rows; without
//! it the migration is blocked.
//!
//! `cargo run --example required_field`
//!
//! prints
//!
//! ```text
//! the plan has hazards that are not allowed:
//!   tightens: Person.language, 1 row without a value
//! help: allow it with `.allow(HazardKind::Tightens, "Person.language")` on the Migrator
//! help: or give rows without a value one with `#[kuzu(fill = "…")]` on the field
//!
//! 1 step applied, schema 3c1c48da, 78 ms
//!   + add property Person.language STRING (1 row, about 0.01 s), took 0.01 s
//!       ALTER TABLE `Person` ADD `language` STRING;
//!       MATCH (x:`Person`) SET x.`language` = CAST('en' AS STRING);
//!
//! person 1: en
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
    }
}

/// The second release: existing rows have no language.
mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub language: String,
    }
}

/// The second release as corrected. `default` would apply to new rows, too; `fill` does not.
mod corrected {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        #[kuzu(fill = "'en'")]
        pub language: String,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let db = Database::in_memory(SystemConfig::default().buffer_pool_size(64 << 20))?;
    let connection = Connection::new(&db)?;
    let migrator = |schema| Migrator::new(&db).declared(schema);
    migrator(schema![v1::Person]?).migrate()?;
    connection.query("CREATE (:Person {id: 1})")?;

    match migrator(schema![v2::Person]?).migrate() {
        Ok(_) => return Err("a required property without values must be blocked".into()),
        Err(error) => println!("{error}\n"),
    }
    println!("{}\n", migrator(schema![corrected::Person]?).migrate()?);
    for row in connection.query("MATCH (p:Person) RETURN p.id, p.language")? {
        println!("person {}: {}", row[0], row[1]);
    }
    Ok(())
}
