//! Drops a property and restores it. A dropped property is archived with its values; it is deleted
//! only by a purge.
//!
//! `cargo run --example drop_and_restore`
//!
//! prints
//!
//! ```text
//! 1 step applied, schema b6791eba, 46 ms
//!   - archive property Person.fax as fax__a_7869c94d
//!       ! breaks older apps: Person.fax
//!       ALTER TABLE `Person` RENAME `fax` TO `fax__a_7869c94d`;
//!
//! archived: property Person.fax, 1 value, about 1 KiB, as Person.fax__a_7869c94d, since
//!     2026-11-30T14:30:19Z
//!
//! the declared schema is incompatible with the database:
//!   Person.fax: is declared, but was dropped; this binary is older than the database
//!       (examples/drop_and_restore.rs:44)
//!     help: deploy the newer binary
//!     help: or restore it with its rows: `.restore("Person.fax")` on the Migrator
//!     help: or create a new, empty one: `.recreate("Person.fax")` on the Migrator
//!
//! 1 step applied, schema 3b220d7f, 46 ms
//!   + restore property Person.fax from fax__a_7869c94d
//!       ALTER TABLE `Person` RENAME `fax__a_7869c94d` TO `fax`;
//!
//! person 1: fax 555-0100
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use kuzu_ddl::archive::list_archived;
use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::{Migrator, schema};

/// The first release, to which the third one returns.
mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub fax: Option<String>,
    }
}

/// The second release. Removing the field alone would only leave the property undeclared; the
/// tombstone `dropped` archives it.
mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(dropped("fax"))]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let db = Database::in_memory(SystemConfig::default().buffer_pool_size(64 << 20))?;
    let connection = Connection::new(&db)?;
    let migrator = |schema| Migrator::new(&db).declared(schema);
    migrator(schema![v1::Person]?).migrate()?;
    connection.query("CREATE (:Person {id: 1, fax: '555-0100'})")?;

    println!("{}\n", migrator(schema![v2::Person]?).migrate()?);
    for archived in list_archived(&db)? {
        println!("archived: {archived}");
    }

    // Declaring it again is refused until the application states which of the two it wants.
    match migrator(schema![v1::Person]?).migrate() {
        Ok(_) => return Err("an archived property must not return by itself".into()),
        Err(error) => println!("\n{error}\n"),
    }
    let restore = migrator(schema![v1::Person]?).restore("Person.fax");
    println!("{}\n", restore.migrate()?);
    for row in connection.query("MATCH (p:Person) RETURN p.id, p.fax")? {
        println!("person {}: fax {}", row[0], row[1]);
    }
    Ok(())
}
