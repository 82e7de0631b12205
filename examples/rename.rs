//! Renames a table and a property. `renamed_from` states the former name, so that rows and values
//! are kept; without it the new name would be a new, empty object.
//!
//! `cargo run --example rename`
//!
//! prints
//!
//! ```text
//! 2 steps:
//!   ~ rename table Person to Customer
//!       ! breaks older apps: Person
//!       ALTER TABLE `Person` RENAME TO `Customer`;
//!   ~ rename property Customer.mail to email
//!       ! breaks older apps: Customer.mail
//!       ALTER TABLE `Customer` RENAME `mail` TO `email`;
//!
//! customer 1: ada@example.org
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
        pub mail: String,
    }
}

/// The second release. The hints may stay in the source permanently.
mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "Person")]
    pub(super) struct Customer {
        #[kuzu(primary_key)]
        pub id: i64,
        #[kuzu(renamed_from = "mail")]
        pub email: String,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let db = Database::in_memory(SystemConfig::default().buffer_pool_size(64 << 20))?;
    let connection = Connection::new(&db)?;
    Migrator::new(&db)
        .declared_(schema![v1::Person])
        .migrate()?;
    connection.query("CREATE (:Person {id: 1, mail: 'ada@example.org'})")?;

    let plan = Migrator::new(&db).declared_(schema![v2::Customer]).plan()?;
    println!("{plan}\n");
    Migrator::new(&db)
        .declared_(schema![v2::Customer])
        .migrate()?;
    for row in connection.query("MATCH (c:Customer) RETURN c.id, c.email")? {
        println!("customer {}: {}", row[0], row[1]);
    }
    Ok(())
}
