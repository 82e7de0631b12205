//! Cost of migrating a large table, compared with the fastest handwritten script that loses no row.
//!
//! `cargo bench --bench migrate`: a million nodes and a million rels; a tenth of the rels end at
//! one hub, a tenth start at another. `-- --rows 100000` uses fewer rows, `-- --rounds 1` measures
//! once, and `-- key` selects the cases whose names contain the given text.
//!
//! Each measurement works on a copy of one closed file, in a process of its own, so that peak
//! memory is comparable; the sides alternate. The handwritten script runs in one transaction and
//! writes through the write-ahead log, because a COPY next to an open reader can lose every row.
//! The result is the median of the ratios of adjacent measurements. On a shared machine CPU time is
//! more reliable than wall time.

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

/// Upper limit for time and memory, as a multiple of what the handwritten script needs.
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
    let selected = |case: &&Case| {
        let mut filters = args.iter().filter(|arg| !arg.starts_with("--"));
        let numbers = [after("--rows"), after("--rounds")];
        filters.all(|text| numbers.contains(&Some(text)) || case.name.contains(text.as_str()))
    };
    let folder = tempfile::tempdir()?;
    let template = folder.path().join("template.kuzu");
    data::build(&template, rows)?;
    println!(
        "{rows} nodes, {rows} rels, hubs of {}; {rounds} rounds\n",
        rows / 10
    );
    for case in CASES.iter().filter(selected) {
        let mut pairs = Vec::new();
        for round in 0..rounds {
            let mut sides = [KUZU_DDL, BASELINE];
            if round % 2 == 1 {
                sides.reverse();
            }
            let [first, second] = sides;
            let first = (first, measure(case, first, &template)?);
            let second = (second, measure(case, second, &template)?);
            let (ours, baseline) = if first.0 == KUZU_DDL {
                (first, second)
            } else {
                (second, first)
            };
            pairs.push((ours.1, baseline.1));
        }
        print(case.name, &pairs);
    }
    Ok(())
}

const KUZU_DDL: &str = "kuzu-ddl";
const BASELINE: &str = "baseline";

/// Resources that one side used.
#[derive(Clone, Copy)]
struct Usage {
    wall: Duration,
    /// CPU time of all threads.
    cpu: Duration,
    /// Peak of resident memory, in KiB.
    peak: u64,
}

/// Runs one side in a child process, on a fresh copy of the file.
fn measure(case: &Case, side: &str, template: &Path) -> Outcome<Usage> {
    let path = template.with_file_name("work.kuzu");
    std::fs::copy(template, &path)?;
    let output = Command::new(std::env::current_exe()?)
        .args(["--case", case.name, "--side", side, "--at"])
        .arg(&path)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let result = text.lines().find_map(|line| line.strip_prefix("usage "));
    let Some(result) = result.filter(|_| output.status.success()) else {
        let e = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} with {side} failed: {text}{e}", case.name).into());
    };
    let numbers = result.split(' ').map(str::parse);
    let numbers: Vec<u64> = numbers.collect::<Result<_, _>>()?;
    let [wall, cpu, peak] = numbers[..] else {
        return Err("the child process printed no measurement".into());
    };
    for name in ["work.kuzu", "work.kuzu.wal"] {
        let _ = std::fs::remove_file(template.with_file_name(name));
    }
    Ok(Usage {
        wall: Duration::from_micros(wall),
        cpu: Duration::from_micros(cpu),
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
    let case = case.ok_or("unknown case")?;
    let db = Database::new(path, config())?;
    let before = data::sums(&db)?;
    let (start, cpu_before) = (Instant::now(), cpu_time()?);
    if side == KUZU_DDL {
        (case.migrate)(&db)?;
    } else {
        let connection = Connection::new(&db)?;
        for statement in case.script {
            connection.query(statement)?;
        }
    }
    let (wall, cpu) = (start.elapsed(), cpu_time()?.saturating_sub(cpu_before));
    let peak = peak_memory()?;
    if data::sums(&db)? != before {
        return Err("nodes or rels changed".into());
    }
    drop(db);
    println!("usage {} {} {peak}", wall.as_micros(), cpu.as_micros());
    Ok(())
}

/// Returns the CPU time of this process; the kernel counts it in hundredths of a second.
fn cpu_time() -> Outcome<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks = ticks.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(10 * ticks))
}

/// Returns the peak of this process's resident memory, in KiB.
fn peak_memory() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmHWM")?.parse()?)
}

/// Prints the median ratios of the pairs, and whether they meet the target.
fn print(name: &str, pairs: &[(Usage, Usage)]) {
    let compare = |measure: fn(&Usage) -> f64, unit: &str| {
        let mut ratios: Vec<f64> = pairs.iter().map(|(a, b)| measure(a) / measure(b)).collect();
        ratios.sort_by(f64::total_cmp);
        let median = |side: fn(&(Usage, Usage)) -> Usage| {
            let mut all: Vec<f64> = pairs.iter().map(|pair| measure(&side(pair))).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        let ratio = ratios[ratios.len() / 2];
        let verdict = if ratio <= TARGET { "met" } else { "MISSED" };
        let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
        let (ours, baseline) = (median(|pair| pair.0), median(|pair| pair.1));
        println!(
            "  {ratio:.3} ({least:.3}–{most:.3}), at most {TARGET}: {verdict}; \
             {ours:.2} {unit} against {baseline:.2} {unit}"
        );
    };
    println!("{name}: wall time, CPU time, peak memory");
    compare(|usage| usage.wall.as_secs_f64(), "s");
    compare(|usage| usage.cpu.as_secs_f64(), "s");
    #[expect(clippy::cast_precision_loss, reason = "a ratio needs few digits")]
    compare(|usage| usage.peak as f64 / 1024.0, "MiB");
    println!();
}
