//! Detects a manual schema change, and adopts it into the history.
//!
//! `cargo run --example drift`
//!
//! prints
//!
//! ```text
//! the database was changed behind the ledger:
//!   Person.nickname is in the database, but not in the ledger
//!   settle it on the Migrator with `.drift(DriftPolicy::Adopt)` (the database is right, and its
//!       changes become history), `.drift(DriftPolicy::Repair)` (only the ledger is put right; the
//!       next start plans what the structs say), `.drift(DriftPolicy::Recreate)` (the ledger is
//!       right: what is missing is made again, empty) or `.drift(DriftPolicy::Warn)` (go on
//!       without)
//!
//! recorded 1 events, schema f40e48c3, 50 ms
//!   note: adopted: Person.nickname is in the database, but not in the ledger
//!
//! up to date, schema f40e48c3, 22 ms
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::{DriftPolicy, KuzuNode, Migrator, schema};

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let db = Database::in_memory(SystemConfig::default().buffer_pool_size(64 << 20))?;
    let migrator = || Migrator::new(&db).declared_(schema![Person]);
    migrator().migrate()?;
    Connection::new(&db)?.query("ALTER TABLE Person ADD nickname STRING")?;

    match migrator().migrate() {
        Ok(_) => return Err("drift must be reported".into()),
        Err(error) => println!("{error}\n"),
    }
    println!("{}\n", migrator().drift(DriftPolicy::Adopt).migrate()?);
    println!("{}", migrator().migrate()?);
    Ok(())
}
