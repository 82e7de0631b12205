//! Rolls a database back to a tagged revision: the schema returns, rows that were written since are
//! kept, and the rollback itself becomes history.
//!
//! `cargo run --example rollback`
//!
//! prints
//!
//! ```text
//! ~ rename property Person.full_name to name
//! ~ change property Person.score to DOUBLE
//! person 1: Ada, score 1.25
//! person 2: Bob, score 7
//!
//! the changes of this binary were undone: the database was rolled back to tag release-1 on
//!     2026-11-30T14:30:42Z:
//!   Person.full_name: was renamed to `name`; this binary is older than the database
//!       (examples/rollback.rs:55)
//!     help: deploy the newer binary
//!     help: or declare `name` with `#[kuzu(renamed_from = "full_name")]`
//!   Person.score: the type is declared as INT64, but is DOUBLE in the database
//!       (examples/rollback.rs:55)
//!     help: declare DOUBLE
//!     help: or deploy the binary that changed it
//!     help: or restore the values from before: `.restore("Person.score")` on the Migrator
//! help: start the binary of that time
//! help: or apply the changes again with `.reapply_rolled_back()` on the Migrator
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use kuzu_ddl::history::Point;
use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::{Migrator, schema};

/// The first release.
mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub name: String,
        pub score: f64,
    }
}

/// The second release, whose cast loses the fractions.
mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        #[kuzu(renamed_from = "name")]
        pub full_name: String,
        #[kuzu(cast = "CAST(old AS INT64)")]
        pub score: i64,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let db = Database::in_memory(SystemConfig::default().buffer_pool_size(64 << 20))?;
    let connection = Connection::new(&db)?;
    let migrator = |schema| Migrator::new(&db).declared(schema);
    migrator(schema![v1::Person]?).migrate()?;
    kuzu_ddl::history::set_tag(&db, "release-1", &Point::Now)?;
    connection.query("CREATE (:Person {id: 1, name: 'Ada', score: 1.25})")?;

    migrator(schema![v2::Person]?).migrate()?;
    connection.query("CREATE (:Person {id: 2, full_name: 'Bob', score: 7})")?;

    let back = migrator(schema![v2::Person]?).rollback(Point::tag("release-1"))?;
    for step in &back.steps {
        println!("{} {}", step.operation.symbol(), step.operation);
    }
    let people = "MATCH (p:Person) RETURN p.id, p.name, p.score ORDER BY p.id";
    for row in connection.query(people)? {
        println!("person {}: {}, score {}", row[0], row[1], row[2]);
    }

    // A restart of the second release does not repeat its changes.
    match migrator(schema![v2::Person]?).migrate() {
        Ok(_) => Err("a release that was rolled back must not migrate by itself".into()),
        Err(error) => {
            println!("\n{error}");
            Ok(())
        }
    }
}
