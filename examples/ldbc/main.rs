//! A real schema, real rows, and versions of the application that come after one another: 8 node and
//! 23 rel tables of the LDBC Social Network Benchmark.
//!
//! `cargo run --example ldbc -- <folder>` loads the files of that folder; without a folder the program
//! makes a small sample of its own. Before and after each version it counts the rows of each table and
//! sums up every column, so that one sees that nothing is lost on the way. At the end it goes back to the
//! published schema, and the sums are those of the files.
//!
//! (Data from LDBC SNB, not an LDBC benchmark.)

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

mod checksum;
mod files;
mod later;
mod latest;
mod v1;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use checksum::Contents;
use kuzu_ddl::kuzu::{Database, SystemConfig};
use kuzu_ddl::{Migrator, ObjectId, Plan, Point};
use kuzu_ddl_core::declared::{DeclareError, Declared};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// One release of the application.
struct Version {
    title: &'static str,
    schema: fn() -> Result<Declared, DeclareError>,
    /// Dropped things that this release brings back, as one says it to the `Migrator`.
    restore: &'static [&'static str],
    /// What the application then does with it.
    then: fn(&Database) -> Outcome<()>,
}

const LATER: &[Version] = &[
    Version {
        title: "version 2: renamed tables and properties, new ones with defaults, comments",
        schema: later::v2,
        restore: &[],
        then: |_| Ok(()),
    },
    Version {
        title: "version 3: a property and a rel table dropped, a rel table and a pair new",
        schema: later::v3,
        restore: &[],
        then: |_| Ok(()),
    },
    Version {
        title: "version 4: what version 3 dropped comes back with its rows",
        schema: later::v4,
        restore: &["Person.locationIP", "hasInterest"],
        then: |_| Ok(()),
    },
    Version {
        title: "version 5: two types, a key and a multiplicity changed, a full-text index",
        schema: latest::v5,
        restore: &[],
        then: latest::use_v5,
    },
    Version {
        title: "version 6: a vector index",
        schema: latest::v6,
        restore: &[],
        then: latest::use_v6,
    },
];

/// The point to which the program goes back.
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
    let report = Migrator::new(&db).schema(v1::schema()).migrate()?;
    println!("{}\n", first_line(&report.to_string()));
    kuzu_ddl::queries::set_tag(&db, PUBLISHED, &Point::Now)?;
    files::load(&db, &data)?;
    let loaded = checksum::contents(&db)?;

    for version in LATER {
        upgrade(&db, version)?;
    }

    // What was written must be there for whoever opens the file next.
    let before = checksum::contents(&db)?;
    drop(db);
    let db = Database::new(&path, config())?;
    compare(&before, &checksum::contents(&db)?)?;
    let last = LATER.last().map_or(v1::schema as fn() -> _, |v| v.schema);
    println!("reopened: {}\n", nothing_to_do(&db, last)?);
    back(&db, &loaded)?;
    println!("version 1 again: {}", nothing_to_do(&db, v1::schema)?);
    Ok(())
}

/// A start that must have nothing to do, as its report says it.
fn nothing_to_do(db: &Database, schema: fn() -> Result<Declared, DeclareError>) -> Outcome<String> {
    let report = Migrator::new(db).schema(schema()).migrate()?;
    if !report.is_up_to_date() {
        return Err(format!("there was something to do: {report}").into());
    }
    Ok(first_line(&report.to_string()).to_owned())
}

/// Goes back to the published schema, and holds the contents against what was loaded.
fn back(db: &Database, loaded: &BTreeMap<ObjectId, Contents>) -> Outcome<()> {
    println!("back to the published schema");
    let migrator = || Migrator::new(db).schema(v1::schema());
    let plan = migrator().rollback_plan(Point::tag(PUBLISHED))?;
    print_steps(&plan);
    let report = migrator().rollback(Point::tag(PUBLISHED))?;
    println!("{}", first_line(&report.to_string()));
    compare(loaded, &checksum::contents(db)?)
}

fn print_steps(plan: &Plan) {
    for step in &plan.steps {
        println!("  {} {}", step.operation.sign(), step.operation);
    }
}

/// Shows the plan, carries it out, and holds the contents before against those after.
fn upgrade(db: &Database, version: &Version) -> Outcome<()> {
    println!("{}", version.title);
    let migrator = || {
        let migrator = Migrator::new(db).schema((version.schema)());
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

/// Prints both sides of each table that has rows; an error if a row or a value is not what it was.
fn compare(
    before: &BTreeMap<ObjectId, Contents>,
    after: &BTreeMap<ObjectId, Contents>,
) -> Outcome<()> {
    println!(
        "  {:<52} {:>7} {:>7}  checksums of the columns that were there",
        "table", "rows", "rows"
    );
    let mut lost = Vec::new();
    let mut tables: Vec<_> = before.iter().filter(|(_, was)| was.rows > 0).collect();
    tables.sort_by_key(|(_, was)| &was.name);
    for (id, was) in tables {
        let Some(is) = after.get(id) else {
            lost.push(format!("the table {} is gone", was.name));
            continue;
        };
        let name = if was.name == is.name {
            was.name.clone()
        } else {
            format!("{} -> {}", was.name, is.name)
        };
        let sums = (was.sum_of(was), is.sum_of(was));
        println!(
            "  {name:<52} {:>7} {:>7}  {:016x} {:016x}",
            was.rows, is.rows, sums.0, sums.1
        );
        if was.rows != is.rows || sums.0 != sums.1 {
            lost.push(format!("the table {name} is not what it was"));
        }
    }
    if lost.is_empty() {
        Ok(())
    } else {
        Err(lost.join("; ").into())
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
