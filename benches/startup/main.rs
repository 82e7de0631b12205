//! What a start costs, beside the same by hand.
//!
//! `cargo bench`, or `cargo bench -- --quick` for one round of each, or with the first words of a
//! comparison for that one: `cargo bench -- first`.
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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(side) = arguments
        .iter()
        .find(|side| [OURS, HAND].contains(&side.as_str()))
    {
        return apply_three_times(side);
    }
    let quick = arguments.iter().any(|arg| arg == "--quick");
    let wanted: Vec<&String> = arguments
        .iter()
        .filter(|arg| !arg.starts_with("--"))
        .collect();
    println!("median of the ratios (smallest–largest), and the median times\n");
    for (name, full, run) in COMPARISONS {
        if wanted.is_empty() || wanted.iter().any(|word| name.starts_with(word.as_str())) {
            run(if quick { 1 } else { *full })?;
        }
    }
    Ok(())
}

/// A name, how many rounds, and what to do.
type Comparison = (&'static str, usize, fn(usize) -> Outcome<()>);

const COMPARISONS: &[Comparison] = &[
    ("first apply", 5, first_apply),
    ("nothing to do", 15, nothing_to_do),
    ("pure, all new", 7, pure::all_new),
    ("pure, one more property", 7, pure::one_more_property),
];

/// The first start: all tables are made, and the history is recorded.
///
/// A first start happens once in a process, whose memory is new to it; so each side has a process of
/// its own each time. What is left once all that memory was touched before is shown too.
fn first_apply(rounds: usize) -> Outcome<()> {
    let (mut fresh, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (ours, hand) = (child(OURS)?, child(HAND)?);
        fresh.push((ours.0, hand.0));
        warm.push((ours.1, hand.1));
    }
    let what = format!("first apply of {TABLES} tables, the DDL by hand in one transaction");
    print(&format!("{what}, in a new process"), Some(1.15), &fresh);
    print(&format!("{what}, the third time in a process"), None, &warm);
    Ok(())
}

const OURS: &str = "--child-ours";
const HAND: &str = "--child-hand";

/// The first and the third time of one side, from a process of its own.
fn child(side: &str) -> Outcome<(Duration, Duration)> {
    let run = std::process::Command::new(std::env::current_exe()?)
        .arg(side)
        .output()?;
    let said = String::from_utf8_lossy(&run.stdout);
    let nanoseconds: Vec<u64> = said
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    match nanoseconds[..] {
        [first, _, third] => Ok((Duration::from_nanos(first), Duration::from_nanos(third))),
        _ => Err(String::from_utf8_lossy(&run.stderr).into()),
    }
}

/// In the child: three times, each on a new file.
fn apply_three_times(side: &str) -> Outcome<()> {
    for _ in 0..3 {
        let scratch = scratch()?;
        let took = if side == OURS {
            timed(|| apply(&scratch.db))?
        } else {
            timed(|| by_hand(&scratch.db))?
        };
        println!("{}", took.as_nanos());
    }
    Ok(())
}

fn by_hand(db: &Database) -> Outcome<()> {
    let connection = Connection::new(db)?;
    connection.query("BEGIN TRANSACTION")?;
    for statement in tables::ddl(TABLES, PROPERTIES, false) {
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
        Err("not all was made".into())
    }
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
