//! Detects a manual schema change, and adopts it into the history.
//!
//! `cargo run --example drift`
//!
//! prints
//!
//! ```text
//! the live schema differs from the ledger:
//!   Person.nickname is in the database, but not in the ledger
//! help: `.drift_policy(DriftPolicy::Adopt)` on the Migrator records the changes as history
//! help: `.drift_policy(DriftPolicy::Repair)` corrects the ledger only; the next start plans the
//!     declared schema
//! help: `.drift_policy(DriftPolicy::Warn)` continues, and reports the differences at each start
//!
//! recorded 1 event, schema f40e48c3, 50 ms
//!   note: adopted: Person.nickname is in the database, but not in the ledger
//!
//! up to date, schema f40e48c3, 16 ms
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
    let declared = schema![Person]?;
    let migrator = || Migrator::new(&db).declared(declared.clone());
    migrator().migrate()?;
    Connection::new(&db)?.query("ALTER TABLE Person ADD nickname STRING")?;

    match migrator().migrate() {
        Ok(_) => return Err("drift must be reported".into()),
        Err(error) => println!("{error}\n"),
    }
    println!(
        "{}\n",
        migrator().drift_policy(DriftPolicy::Adopt).migrate()?
    );
    println!("{}", migrator().migrate()?);
    Ok(())
}
