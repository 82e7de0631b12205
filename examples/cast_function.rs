//! Changes the type of a property with a Rust function. The values are computed after the commit,
//! in batches; after a crash the next start resumes.
//!
//! `cargo run --example cast_function`
//!
//! prints
//!
//! ```text
//! computed 0 of 5 rows
//! computed 2 of 5 rows
//! computed 4 of 5 rows
//! computed 5 of 5 rows
//! computed 5 of 5 rows
//! ~ change property Product.price to INT64
//! ~ backfill Product.price with cast_function::v2::cents
//! 5 products, 1250 cents
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::{Migrator, Phase, schema};

/// The first release.
mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Product {
        #[kuzu(primary_key)]
        pub sku: String,
        pub price: String,
    }
}

/// The second release: the price in cents.
mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Product {
        #[kuzu(primary_key)]
        pub sku: String,
        #[kuzu(cast_with = cents)]
        pub price: i64,
    }

    /// Converts `12.50` to 1250.
    fn cents(price: &str) -> Result<i64, String> {
        let (euros, cents) = price.split_once('.').ok_or("no decimal point")?;
        let digits = format!("{euros}{cents}");
        digits.parse().map_err(|_| "not a number".to_owned())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let db = Database::in_memory(SystemConfig::default().buffer_pool_size(64 << 20))?;
    let connection = Connection::new(&db)?;
    let migrator = |schema| Migrator::new(&db).declared(schema);
    migrator(schema![v1::Product]?).migrate()?;
    connection.query(
        "UNWIND ['tea', 'milk', 'salt', 'rice', 'oats'] AS sku \
         CREATE (:Product {sku: sku, price: '2.50'})",
    )?;

    let report = migrator(schema![v2::Product]?)
        .batch_size(2)
        .on_progress(|progress| {
            if progress.phase == Phase::PostCommit {
                println!("computed {} of {} rows", progress.rows_done, progress.rows);
            }
        })
        .migrate()?;
    for step in &report.steps {
        println!("{} {}", step.operation.symbol(), step.operation);
    }
    for row in connection.query("MATCH (p:Product) RETURN count(*), sum(p.price)")? {
        println!("{} products, {} cents", row[0], row[1]);
    }
    Ok(())
}
