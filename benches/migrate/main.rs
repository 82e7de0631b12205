//! What a change of a large table costs, beside the fastest script by hand that loses no row.
//!
//! `cargo bench --bench change`: a million nodes and a million rels, a tenth of them on one hub and
//! a tenth from another. `-- --rows 100000` takes fewer, `-- --rounds 1` measures once, and a word
//! (`-- key`) takes only the cases whose names have it.
//!
//! Each side of each case works on a copy of one closed file, in a process of its own, so that the
//! peaks of memory can be compared; the sides take turns. By hand is what a careful person writes:
//! one transaction, filled through the write-ahead log, since a COPY beside an open reader can lose
//! every row. What counts is the median of the ratios of neighbours. On a machine that others use, too,
//! the processor's time tells more than the clock's.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};

mod case;
mod data;

use case::{CASES, Case};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Neither time nor memory may be more than so many times what it takes by hand.
const TARGET: f64 = 1.15;

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let at = args.iter().position(|arg| arg == name)?;
        args.get(at + 1)
    };
    if let (Some(name), Some(side), Some(path)) = (after("--case"), after("--side"), after("--at"))
    {
        return child(name, side, Path::new(path));
    }
    let rows: u64 = after("--rows").map_or(Ok(1_000_000), |n| n.parse())?;
    let rounds: usize = after("--rounds").map_or(Ok(3), |n| n.parse())?;
    let known = |case: &&Case| {
        let mut words = args.iter().filter(|arg| !arg.starts_with("--"));
        let numbers = [after("--rows"), after("--rounds")];
        words.all(|word| numbers.contains(&Some(word)) || case.name.contains(word.as_str()))
    };
    let folder = tempfile::tempdir()?;
    let template = folder.path().join("template.kuzu");
    data::build(&template, rows)?;
    println!(
        "{rows} nodes, {rows} rels, hubs of {}; {rounds} rounds\n",
        rows / 10
    );
    for case in CASES.iter().filter(known) {
        let mut pairs = Vec::new();
        for round in 0..rounds {
            let mut sides = ["ours", "hand"];
            if round % 2 == 1 {
                sides.reverse();
            }
            let [first, second] = sides;
            let first = (first, measure(case, first, &template)?);
            let second = (second, measure(case, second, &template)?);
            let (ours, hand) = if first.0 == "ours" {
                (first, second)
            } else {
                (second, first)
            };
            pairs.push((ours.1, hand.1));
        }
        print(case.name, &pairs);
    }
    Ok(())
}

/// What one side took.
#[derive(Clone, Copy)]
struct Taken {
    time: Duration,
    /// Of all threads.
    processor: Duration,
    /// The peak of resident memory, in KiB.
    peak: u64,
}

/// Runs one side in a child, on a fresh copy of the file.
fn measure(case: &Case, side: &str, template: &Path) -> Outcome<Taken> {
    let path = template.with_file_name("work.kuzu");
    std::fs::copy(template, &path)?;
    let output = Command::new(std::env::current_exe()?)
        .args(["--case", case.name, "--side", side, "--at"])
        .arg(&path)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let result = text.lines().find_map(|line| line.strip_prefix("took "));
    let Some(result) = result.filter(|_| output.status.success()) else {
        let e = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} by {side} failed: {text}{e}", case.name).into());
    };
    let numbers = result.split(' ').map(str::parse);
    let numbers: Vec<u64> = numbers.collect::<Result<_, _>>()?;
    let [time, processor, peak] = numbers[..] else {
        return Err("no figures".into());
    };
    for name in ["work.kuzu", "work.kuzu.wal"] {
        let _ = std::fs::remove_file(template.with_file_name(name));
    }
    Ok(Taken {
        time: Duration::from_micros(time),
        processor: Duration::from_micros(processor),
        peak,
    })
}

fn config() -> SystemConfig {
    SystemConfig::default()
        .max_db_size(1 << 36)
        .buffer_pool_size(4 << 30)
}

fn child(name: &str, side: &str, path: &Path) -> Outcome<()> {
    let case = CASES.iter().find(|case| case.name == name);
    let case = case.ok_or("no such case")?;
    let db = Database::new(path, config())?;
    let before = data::sums(&db)?;
    let (start, idle) = (Instant::now(), processor()?);
    if side == "ours" {
        (case.ours)(&db)?;
    } else {
        let connection = Connection::new(&db)?;
        for statement in case.by_hand {
            connection.query(statement)?;
        }
    }
    let (time, processor) = (start.elapsed(), processor()?.saturating_sub(idle));
    let peak = peak()?;
    if data::sums(&db)? != before {
        return Err("rows or rels are not what they were".into());
    }
    drop(db);
    println!("took {} {} {peak}", time.as_micros(), processor.as_micros());
    Ok(())
}

/// The processor's time that this process has taken; the kernel counts it in hundredths of a second.
fn processor() -> Outcome<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks = ticks.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(10 * ticks))
}

/// The most memory that this process ever had resident, in KiB.
fn peak() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmHWM")?.parse()?)
}

fn print(name: &str, pairs: &[(Taken, Taken)]) {
    let of = |what: fn(&Taken) -> f64, unit: &str| {
        let mut ratios: Vec<f64> = pairs.iter().map(|(a, b)| what(a) / what(b)).collect();
        ratios.sort_by(f64::total_cmp);
        let median = |side: fn(&(Taken, Taken)) -> Taken| {
            let mut all: Vec<f64> = pairs.iter().map(|pair| what(&side(pair))).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        let ratio = ratios[ratios.len() / 2];
        let verdict = if ratio <= TARGET { "met" } else { "MISSED" };
        let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
        let (ours, hand) = (median(|pair| pair.0), median(|pair| pair.1));
        println!(
            "  {ratio:.3} ({least:.3}–{most:.3}), at most {TARGET}: {verdict}; {ours:.2} {unit} against {hand:.2} {unit}"
        );
    };
    println!("{name}: time by the clock and by the processor, peak memory");
    of(|taken| taken.time.as_secs_f64(), "s");
    of(|taken| taken.processor.as_secs_f64(), "s");
    #[expect(clippy::cast_precision_loss, reason = "a ratio needs few digits")]
    of(|taken| taken.peak as f64 / 1024.0, "MiB");
    println!();
}
