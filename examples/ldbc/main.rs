//! Migrates a realistic schema through six versions: 8 node and 23 rel tables of the LDBC Social
//! Network Benchmark.
//!
//! `cargo run --example ldbc -- <folder>` loads the files of that folder; without a folder the
//! program generates a small sample. Before and after each version it counts the rows of each table
//! and computes a checksum per column, which proves that nothing is lost. At the end it rolls back to
//! the published schema, and the checksums equal those of the files. It prints, per version:
//!
//! ```text
//! version 6: a vector index
//!   + create vector index Person[season_vec] on season
//! 1 step applied, schema …
//!   table                           rows    rows  checksums of the existing columns
//!   …
//! ```
//!
//! (Data from LDBC SNB, not an LDBC benchmark.)

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

mod checksum;
mod comparison;
mod files;
mod v1;
mod v2_to_v4;
mod v5_and_v6;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use checksum::Contents;
use comparison::compare;
use kuzu_ddl::history::Point;
use kuzu_ddl::kuzu::{Database, SystemConfig};
use kuzu_ddl::peers::ObjectId;
use kuzu_ddl::{Migrator, Plan};
use kuzu_ddl_core::declared::{DeclareError, Declared};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// One release of the application.
struct Version {
    title: &'static str,
    schema: fn() -> Result<Declared, DeclareError>,
    /// Dropped objects that this release restores.
    restore: &'static [&'static str],
    /// Queries of the application after the migration.
    then: fn(&Database) -> Outcome<()>,
}

const LATER: &[Version] = &[
    Version {
        title: "version 2: renamed tables and properties, new ones with defaults, comments",
        schema: v2_to_v4::v2,
        restore: &[],
        then: |_| Ok(()),
    },
    Version {
        title: "version 3: a property and a rel table dropped, a rel table and a pair added",
        schema: v2_to_v4::v3,
        restore: &[],
        then: |_| Ok(()),
    },
    Version {
        title: "version 4: the objects that version 3 dropped are restored with their rows",
        schema: v2_to_v4::v4,
        restore: &["Person.locationIP", "hasInterest"],
        then: |_| Ok(()),
    },
    Version {
        title: "version 5: two types, a key and a multiplicity changed, a full-text index",
        schema: v5_and_v6::v5,
        restore: &[],
        then: v5_and_v6::use_v5,
    },
    Version {
        title: "version 6: a vector index",
        schema: v5_and_v6::v6,
        restore: &[],
        then: v5_and_v6::use_v6,
    },
];

/// The tag of the published schema, for the rollback.
const PUBLISHED: &str = "published";

fn main() -> Outcome<()> {
    let scratch = tempfile::tempdir()?;
    let data = match std::env::args_os().nth(1) {
        Some(folder) => PathBuf::from(folder),
        None => files::sample(scratch.path())?,
    };
    let path = scratch.path().join("ldbc.kuzu");
    let config = || SystemConfig::default().buffer_pool_size(512 << 20);
    let db = Database::new(&path, config())?;

    println!("version 1: the published schema");
    let report = Migrator::new(&db).declared(v1::schema()?).migrate()?;
    println!("{}\n", first_line(&report.to_string()));
    kuzu_ddl::history::set_tag(&db, PUBLISHED, &Point::Now)?;
    files::load(&db, &data)?;
    let loaded = checksum::contents(&db)?;

    for version in LATER {
        upgrade(&db, version)?;
    }

    // The file must hold everything for the next process.
    let before = checksum::contents(&db)?;
    drop(db);
    let db = Database::new(&path, config())?;
    compare(&before, &checksum::contents(&db)?)?;
    let last = LATER.last().map_or(v1::schema as fn() -> _, |v| v.schema);
    println!("reopened: {}\n", nothing_to_do(&db, last)?);
    roll_back(&db, &loaded)?;
    println!("version 1 again: {}", nothing_to_do(&db, v1::schema)?);
    Ok(())
}

/// Returns the report of a start that must have nothing to do.
fn nothing_to_do(db: &Database, schema: fn() -> Result<Declared, DeclareError>) -> Outcome<String> {
    let report = Migrator::new(db).declared(schema()?).migrate()?;
    if !report.is_up_to_date() {
        return Err(format!("unexpected changes: {report}").into());
    }
    Ok(first_line(&report.to_string()).to_owned())
}

/// Rolls back to the published schema, and compares the contents with the loaded ones.
fn roll_back(db: &Database, loaded: &BTreeMap<ObjectId, Contents>) -> Outcome<()> {
    println!("rollback to the published schema");
    let declared = v1::schema()?;
    let migrator = || Migrator::new(db).declared(declared.clone());
    let plan = migrator().plan_rollback(Point::tag(PUBLISHED))?;
    print_steps(&plan);
    let report = migrator().rollback(Point::tag(PUBLISHED))?;
    println!("{}", first_line(&report.to_string()));
    compare(loaded, &checksum::contents(db)?)
}

fn print_steps(plan: &Plan) {
    for step in &plan.steps {
        println!("  {} {}", step.operation.symbol(), step.operation);
    }
}

/// Prints the plan, applies it, and compares the contents before and after.
fn upgrade(db: &Database, version: &Version) -> Outcome<()> {
    println!("{}", version.title);
    let declared = (version.schema)()?;
    let migrator = || {
        let migrator = Migrator::new(db).declared(declared.clone());
        version
            .restore
            .iter()
            .fold(migrator, |migrator, object| migrator.restore(*object))
    };
    print_steps(&migrator().plan()?);
    let before = checksum::contents(db)?;
    let report = migrator().migrate()?;
    println!("{}", first_line(&report.to_string()));
    let after = checksum::contents(db)?;
    compare(&before, &after)?;
    (version.then)(db)?;
    println!();
    Ok(())
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
