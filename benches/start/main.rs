//! What a start costs, beside the same by hand.
//!
//! `cargo bench`, or `cargo bench -- --quick` for one round of each.
//!
//! Times differ from machine to machine, ratios hardly: each comparison runs its two sides in turn
//! in one process, and what counts is the median of the ratios of neighbours.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::{Migrator, Report};

mod pure;
mod tables;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Half of them node tables, half rel tables.
const TABLES: usize = 1_000;
const PROPERTIES: usize = 5;

fn main() -> Outcome<()> {
    let quick = std::env::args().any(|arg| arg == "--quick");
    let rounds = |full| if quick { 1 } else { full };
    println!("median of the ratios (smallest–largest), and the median times\n");
    first_apply(rounds(5))?;
    nothing_to_do(rounds(15))?;
    pure::all_new(rounds(7))?;
    pure::one_more_property(rounds(7))?;
    Ok(())
}

/// The first start: all tables are made, and the history is recorded.
fn first_apply(rounds: usize) -> Outcome<()> {
    let mut pairs = Vec::new();
    for round in 0..=rounds {
        let by_hand = scratch()?;
        let hand = timed(|| {
            let connection = Connection::new(&by_hand.db)?;
            connection.query("BEGIN TRANSACTION")?;
            for statement in tables::ddl(TABLES, PROPERTIES, false) {
                connection.query(&statement)?;
            }
            connection.query("COMMIT")?;
            Ok(())
        })?;
        drop(by_hand);
        let ours = scratch()?;
        let apply = timed(|| {
            let report = migrate(&ours.db)?;
            if report.steps.len() == TABLES {
                Ok(())
            } else {
                Err("not all was made".into())
            }
        })?;
        // The first round warms the machine up.
        if round > 0 {
            pairs.push((apply, hand));
        }
    }
    let what = format!("first apply of {TABLES} tables, the DDL by hand in one transaction");
    print(&what, Some(1.15), &pairs);
    Ok(())
}

/// The everyday start, with an open database and the default settings.
fn nothing_to_do(rounds: usize) -> Outcome<()> {
    let scratch = scratch()?;
    migrate(&scratch.db)?;
    let statements = tables::ddl(TABLES, PROPERTIES, true);
    let (mut joined, mut single) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let start = timed(|| {
            let report = migrate(&scratch.db)?;
            if report.is_up_to_date() {
                Ok(())
            } else {
                Err("there was something to do".into())
            }
        })?;
        let connection = Connection::new(&scratch.db)?;
        let all = || -> Outcome<()> {
            for statement in &statements {
                connection.query(statement)?;
            }
            Ok(())
        };
        let by_one = timed(all)?;
        let at_once = timed(|| {
            connection.query("BEGIN TRANSACTION")?;
            all()?;
            connection.query("COMMIT")?;
            Ok(())
        })?;
        if round > 0 {
            single.push((start, by_one));
            joined.push((start, at_once));
        }
    }
    let what = format!("start with nothing to do, {TABLES} statements CREATE … IF NOT EXISTS");
    print(&format!("{what}, one by one"), Some(0.02), &single);
    print(&format!("{what}, in one transaction"), None, &joined);
    Ok(())
}

/// A start as an application has it: from the structs' descriptions to the report.
fn migrate(db: &Database) -> Outcome<Report> {
    let descs = tables::descs(TABLES, PROPERTIES);
    let declared = kuzu_ddl::Declared::from_descs(descs.iter().copied());
    Ok(Migrator::new(db).schema(declared).migrate()?)
}

/// A database file of its own. The database is closed before the folder goes.
struct Scratch {
    db: Database,
    _folder: tempfile::TempDir,
}

fn scratch() -> Outcome<Scratch> {
    let folder = tempfile::tempdir()?;
    let config = SystemConfig::default()
        .max_db_size(1 << 34)
        .buffer_pool_size(2 << 30);
    let db = Database::new(folder.path().join("bench.kuzu"), config)?;
    Ok(Scratch {
        db,
        _folder: folder,
    })
}

fn timed(work: impl FnOnce() -> Outcome<()>) -> Outcome<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

/// Prints the ratio of the first of each pair to the second.
fn print(what: &str, target: Option<f64>, pairs: &[(Duration, Duration)]) {
    let mut ratios: Vec<f64> = pairs
        .iter()
        .map(|(a, b)| a.as_secs_f64() / b.as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[ratios.len() / 2];
    let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
    let ms = |side: fn(&(Duration, Duration)) -> Duration| {
        let mut times: Vec<Duration> = pairs.iter().map(side).collect();
        times.sort();
        Milliseconds(times[times.len() / 2])
    };
    let (ours, theirs) = (ms(|pair| pair.0), ms(|pair| pair.1));
    let verdict = match target {
        Some(target) if ratio <= target => format!("at most {target}: met"),
        Some(target) => format!("at most {target}: MISSED"),
        None => "no target".to_owned(),
    };
    println!("{what}");
    println!("  {ratio:.4} ({least:.4}–{most:.4}), {verdict}; {ours} against {theirs}\n");
}

struct Milliseconds(Duration);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} ms", self.0.as_secs_f64() * 1e3)
    }
}
