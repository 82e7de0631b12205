//! Costs that must not grow with the schema: an event of a peer, and the adoption of a database.

use std::time::Duration;

use kuzu_ddl::kuzu::{Connection, Database};
use kuzu_ddl::{Declared, Migrator};
use kuzu_ddl_core::event::PropertySpec;
use kuzu_ddl_core::fold::ChangeBuilder;
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_runtime::migrate::sync_state;

use super::{Outcome, Scratch, print, scratch, tables, timed};

/// Half of them node tables, half rel tables.
const TABLES: usize = 100;
const PROPERTIES: usize = 5;
/// FROM–TO pairs of each rel table.
const PAIRS: usize = 40;

fn declared() -> Outcome<Declared> {
    let descs = tables::build((TABLES, PAIRS), PROPERTIES);
    Ok(Declared::from_tables(descs.iter().copied())?)
}

/// A database with all tables, created without kuzu-ddl.
fn handwritten() -> Outcome<Scratch> {
    let scratch = scratch()?;
    let connection = Connection::new(&scratch.db)?;
    connection.query("BEGIN TRANSACTION")?;
    for statement in tables::ddl((TABLES, PAIRS), PROPERTIES, false) {
        connection.query(&statement)?;
    }
    connection.query("COMMIT")?;
    drop(connection);
    Ok(scratch)
}

/// A peer added a property: the statement that a person would execute, against its reception.
pub(crate) fn one_property(rounds: usize) -> Outcome<()> {
    let (ours, theirs, declared) = (scratch()?, handwritten()?, declared()?);
    Migrator::new(&ours.db)
        .declared(declared.clone())
        .migrate()?;
    let mut draft = ChangeBuilder::new(sync_state(&ours.db)?.fold);
    let spec = PropertySpec {
        ty: Type::Int64,
        nullable: true,
        default: None,
    };
    let name = tables::name(0);
    let table = draft.fold().find(None, &name.as_str().into());
    let table = table
        .map(|table| table.id)
        .ok_or("the table does not exist")?;
    for round in 0..=rounds {
        draft.add_property(table, &format!("added{round}"), spec.clone());
    }
    let connection = Connection::new(&theirs.db)?;
    let mut pairs = Vec::new();
    for (round, event) in draft.finish().1.into_iter().enumerate() {
        let declared = declared.clone();
        let received = timed(|| {
            let report = Migrator::new(&ours.db)
                .declared(declared)
                .receive([event])?;
            match report.applied.len() {
                1 => Ok(()),
                _ => Err(report.to_string().into()),
            }
        })?;
        let statement = format!("ALTER TABLE {name} ADD added{round} INT64");
        let executed = timed(|| Ok(connection.query(&statement).map(drop)?))?;
        if round > 0 {
            pairs.push((received, executed));
        }
    }
    let pair_count = TABLES / 2 * PAIRS;
    let title = format!("receive one ADD, {TABLES} tables and {pair_count} pairs / the statement");
    print(&title, Some(10.0), &pairs);
    Ok(())
}

/// The first start on a database that was created without kuzu-ddl.
pub(crate) fn adoption(rounds: usize) -> Outcome<()> {
    let declared = declared()?;
    let mut pairs = Vec::new();
    for _ in 0..rounds {
        let (scratch, declared) = (handwritten()?, declared.clone());
        pairs.push((
            timed(|| adopt(&scratch.db, declared))?,
            Duration::from_secs(1),
        ));
    }
    let pair_count = TABLES / 2 * PAIRS;
    let title = format!("adoption of {TABLES} tables and {pair_count} pairs / one second");
    print(&title, Some(1.0), &pairs);
    Ok(())
}

fn adopt(db: &Database, declared: Declared) -> Outcome<()> {
    let report = Migrator::new(db).declared(declared).migrate()?;
    match report.steps.len() {
        0 => Ok(()),
        _ => Err(report.to_string().into()),
    }
}
