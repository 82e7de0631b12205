//! Cost of a migration at startup, compared with handwritten DDL.
//!
//! `cargo bench --bench startup` runs all comparisons; `-- --quick` runs one round of each, and
//! `-- first` those whose names start with the given text.
//!
//! Absolute times vary between machines, ratios hardly do: each comparison alternates its two sides
//! in one process and reports the median of the ratios of adjacent measurements.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::{Migrator, Report};

mod pure;
mod receive;
mod tables;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Half of them node tables, half rel tables.
const TABLES: usize = 1_000;
const PROPERTIES: usize = 5;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(side) = arguments
        .iter()
        .find(|side| [KUZU_DDL, BASELINE].contains(&side.as_str()))
    {
        return apply_three_times(side);
    }
    let quick = arguments.iter().any(|arg| arg == "--quick");
    let selected: Vec<&String> = arguments
        .iter()
        .filter(|arg| !arg.starts_with("--"))
        .collect();
    println!("median ratio (minimum–maximum), and the median times\n");
    for (name, full, run) in COMPARISONS {
        if selected.is_empty()
            || selected
                .iter()
                .any(|prefix| name.starts_with(prefix.as_str()))
        {
            run(if quick { 1 } else { *full })?;
        }
    }
    Ok(())
}

/// Name, number of rounds, and the function that measures.
type Comparison = (&'static str, usize, fn(usize) -> Outcome<()>);

const COMPARISONS: &[Comparison] = &[
    ("first apply", 5, first_apply),
    ("no-op start", 15, no_op_start),
    ("receive", 15, receive::one_property),
    ("adoption", 3, receive::adoption),
    ("pure, all tables new", 7, pure::all_tables_new),
    ("pure, one property added", 7, pure::one_property_added),
];

/// The first start: all tables are created, and the history is recorded.
///
/// A first start happens once per process, before any of its memory has been touched, so each
/// measurement runs in a process of its own. The third run in a process shows the cost without page
/// faults.
fn first_apply(rounds: usize) -> Outcome<()> {
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (ours, baseline) = (child(KUZU_DDL)?, child(BASELINE)?);
        cold.push((ours.0, baseline.0));
        warm.push((ours.1, baseline.1));
    }
    let title = format!("first apply of {TABLES} tables / handwritten DDL in one transaction");
    print(
        &format!("{title}, first run in a process"),
        Some(1.15),
        &cold,
    );
    print(&format!("{title}, third run in a process"), None, &warm);
    Ok(())
}

const KUZU_DDL: &str = "--child-kuzu-ddl";
const BASELINE: &str = "--child-baseline";

/// Measures one side in a child process; returns the durations of the first and the third run.
fn child(side: &str) -> Outcome<(Duration, Duration)> {
    let run = std::process::Command::new(std::env::current_exe()?)
        .arg(side)
        .output()?;
    let output = String::from_utf8_lossy(&run.stdout);
    let nanoseconds: Vec<u64> = output
        .split_whitespace()
        .filter_map(|number| number.parse().ok())
        .collect();
    match nanoseconds[..] {
        [first, _, third] => Ok((Duration::from_nanos(first), Duration::from_nanos(third))),
        _ => Err(String::from_utf8_lossy(&run.stderr).into()),
    }
}

/// Runs in the child process: one side three times, each on a new database file.
fn apply_three_times(side: &str) -> Outcome<()> {
    for _ in 0..3 {
        let scratch = scratch()?;
        let elapsed = if side == KUZU_DDL {
            timed(|| apply(&scratch.db))?
        } else {
            timed(|| execute_ddl(&scratch.db))?
        };
        println!("{}", elapsed.as_nanos());
    }
    Ok(())
}

fn execute_ddl(db: &Database) -> Outcome<()> {
    let connection = Connection::new(db)?;
    connection.query("BEGIN TRANSACTION")?;
    for statement in tables::ddl((TABLES, 1), PROPERTIES, false) {
        connection.query(&statement)?;
    }
    connection.query("COMMIT")?;
    Ok(())
}

fn apply(db: &Database) -> Outcome<()> {
    let report = migrate(db)?;
    if report.steps.len() == TABLES {
        Ok(())
    } else {
        Err("some tables were not created".into())
    }
}

/// A start without pending changes, with an open database and the default settings.
fn no_op_start(rounds: usize) -> Outcome<()> {
    let scratch = scratch()?;
    migrate(&scratch.db)?;
    let statements = tables::ddl((TABLES, 1), PROPERTIES, true);
    let (mut one_transaction, mut auto_commit) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let start = timed(|| {
            let report = migrate(&scratch.db)?;
            if report.is_up_to_date() {
                Ok(())
            } else {
                Err("the database was not up to date".into())
            }
        })?;
        let connection = Connection::new(&scratch.db)?;
        let all = || -> Outcome<()> {
            for statement in &statements {
                connection.query(statement)?;
            }
            Ok(())
        };
        let committed_each = timed(all)?;
        let committed_once = timed(|| {
            connection.query("BEGIN TRANSACTION")?;
            all()?;
            connection.query("COMMIT")?;
            Ok(())
        })?;
        if round > 0 {
            auto_commit.push((start, committed_each));
            one_transaction.push((start, committed_once));
        }
    }
    let title = format!("no-op start / {TABLES} statements CREATE … IF NOT EXISTS");
    print(&format!("{title}, auto-commit"), Some(0.02), &auto_commit);
    print(&format!("{title}, one transaction"), None, &one_transaction);
    Ok(())
}

/// Does what an application does at startup, from the struct descriptions to the report.
fn migrate(db: &Database) -> Outcome<Report> {
    let descs = tables::descs(TABLES, PROPERTIES);
    let declared = kuzu_ddl::Declared::from_tables(descs.iter().copied());
    Ok(Migrator::new(db).declared(declared?).migrate()?)
}

/// A new database file. Fields drop in order: the database is closed before its folder is removed.
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

/// Prints the median ratio of the first of each pair to the second, and whether it meets `target`.
fn print(title: &str, target: Option<f64>, pairs: &[(Duration, Duration)]) {
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
    let (ours, baseline) = (ms(|pair| pair.0), ms(|pair| pair.1));
    let verdict = match target {
        Some(target) if ratio <= target => format!("at most {target}: met"),
        Some(target) => format!("at most {target}: MISSED"),
        None => "no target".to_owned(),
    };
    println!("{title}");
    println!("  {ratio:.4} ({least:.4}–{most:.4}), {verdict}; {ours} against {baseline}\n");
}

struct Milliseconds(Duration);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} ms", self.0.as_secs_f64() * 1e3)
    }
}
