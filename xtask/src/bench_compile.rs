//! Compile time of the derives, compared with that of serde's.
//!
//! Structs of 10 fields go through `cargo check` four times: bare, with serde's `Serialize` and
//! `Deserialize`, with `KuzuNode`, and with `KuzuNode` next to a lock file. The time of the bare
//! structs is subtracted from the others. Rounds alternate, so that a busy machine is busy for all
//! of them; CPU time counts, not wall time; the result is the median of all rounds.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crate::process::{self, Result};
use crate::workspace;

/// One variant of the structs.
struct Variant {
    name: &'static str,
    derive: &'static str,
    /// Upper limit of the cost, as a multiple of serde's.
    limit: Option<f64>,
}

const VARIANTS: [Variant; 4] = [
    Variant {
        name: "bare",
        derive: "",
        limit: None,
    },
    Variant {
        name: "serde",
        derive: "serde::Serialize, serde::Deserialize",
        limit: None,
    },
    Variant {
        name: "kuzu",
        derive: "kuzu_ddl::KuzuNode",
        limit: Some(0.5),
    },
    Variant {
        name: "locked",
        derive: "kuzu_ddl::KuzuNode",
        limit: Some(0.6),
    },
];

/// Name, Rust type, and the type in the lock file.
const FIELDS: [(&str, &str, &str); 10] = [
    ("id", "i64", "INT64"),
    ("name", "String", "STRING"),
    ("email", "Option<String>", "STRING NULL"),
    ("score", "f64", "DOUBLE"),
    ("active", "bool", "BOOL"),
    ("visits", "u32", "UINT32"),
    ("tags", "Vec<String>", "STRING[]"),
    ("parent", "Option<i64>", "INT64 NULL"),
    ("rank", "i16", "INT16"),
    ("note", "Option<String>", "STRING NULL"),
];

struct Options {
    structs: usize,
    rounds: usize,
    /// Whether a missed limit is an error.
    check: bool,
}

/// Measures; the arguments are `--structs N`, `--rounds N` and `--check`.
pub(crate) fn run(arguments: &[&str]) -> Result {
    let options = parse(arguments)?;
    let folder = tempfile::tempdir()?;
    let mut projects = Vec::new();
    for variant in &VARIANTS {
        let path = create(folder.path(), variant, options.structs)?;
        let project = Project {
            path,
            target: folder.path().join("target"),
        };
        project.check()?; // Compiles the dependencies.
        projects.push(project);
    }
    let mut times: [Vec<Time>; 4] = Default::default();
    for _ in 0..options.rounds {
        for (times, project) in times.iter_mut().zip(&projects) {
            times.push(project.check()?);
        }
    }
    report(&options, times.map(Time::median))
}

fn parse(arguments: &[&str]) -> Result<Options> {
    let mut options = Options {
        structs: 500,
        rounds: 5,
        check: false,
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut number = || -> Result<usize> {
            let number = arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a number"))?;
            Ok(number.parse()?)
        };
        match *argument {
            "--structs" => options.structs = number()?,
            "--rounds" => options.rounds = number()?.max(1),
            "--check" => options.check = true,
            _ => return Err(format!("unknown argument {argument}").into()),
        }
    }
    Ok(options)
}

/// Writes the project of one variant.
fn create(folder: &Path, variant: &Variant, structs: usize) -> Result<PathBuf> {
    let (name, root) = (variant.name, workspace::root()?);
    let project = folder.join(name);
    fs::create_dir_all(project.join("src"))?;
    let dependency = match name {
        "bare" => String::new(),
        "serde" => r#"serde = { version = "1", features = ["derive"] }"#.to_owned(),
        _ => format!("kuzu-ddl = {{ path = {root:?}, default-features = false }}"),
    };
    let manifest = format!(
        "[package]\nname = \"bench-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n{dependency}\n\n[workspace]\n"
    );
    fs::write(project.join("Cargo.toml"), manifest)?;
    fs::write(project.join("src/lib.rs"), source(variant, structs)?)?;
    // The versions of the workspace, as far as the projects use the same crates.
    fs::copy(root.join("Cargo.lock"), project.join("Cargo.lock"))?;
    if name == "locked" {
        fs::write(project.join("kuzu-schema.lock"), lock_file(structs)?)?;
    }
    Ok(project)
}

fn source(variant: &Variant, structs: usize) -> Result<String> {
    let mut text = String::new();
    for n in 0..structs {
        if !variant.derive.is_empty() {
            writeln!(text, "#[derive({})]", variant.derive)?;
        }
        writeln!(text, "pub struct Table{n:03} {{")?;
        if variant.derive.contains("KuzuNode") {
            writeln!(text, "    #[kuzu(primary_key)]")?;
        }
        for (name, ty, _) in FIELDS {
            writeln!(text, "    pub {name}: {ty},")?;
        }
        writeln!(text, "}}\n")?;
    }
    Ok(text)
}

fn lock_file(structs: usize) -> Result<String> {
    let mut fields = FIELDS;
    fields.sort_by_key(|(name, _, _)| *name);
    let mut text = "# kuzu-ddl schema lock, format 1\n".to_owned();
    for n in 0..structs {
        writeln!(text, "\nnode Table{n:03} key=id crate=bench-locked {n:08x}")?;
        for (i, (name, _, ty)) in fields.iter().enumerate() {
            writeln!(text, "  {name} {ty} {n:04x}{i:04x}")?;
        }
    }
    Ok(text)
}

struct Project {
    path: PathBuf,
    target: PathBuf,
}

impl Project {
    /// Measures one `cargo check` of the project's own crate.
    fn check(&self) -> Result<Time> {
        let source = fs::File::options()
            .write(true)
            .open(self.path.join("src/lib.rs"))?;
        source.set_modified(SystemTime::now())?;
        let mut cargo = process::cargo(["check", "--quiet", "--offline"])?;
        cargo
            .current_dir(&self.path)
            .env("CARGO_TARGET_DIR", &self.target);
        // Each round is a whole check, as after `cargo clean -p`.
        cargo.env("CARGO_INCREMENTAL", "0");
        let (start, before) = (Instant::now(), cpu_time_of_children()?);
        process::stdout(&mut cargo)?;
        Ok(Time {
            cpu: cpu_time_of_children()?.saturating_sub(before),
            wall: start.elapsed(),
        })
    }
}

/// Returns the CPU time of all children that have ended, and of theirs; the kernel counts it in
/// hundredths of a second.
fn cpu_time_of_children() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(13).take(2);
    let ticks = ticks
        .map(str::parse::<u64>)
        .sum::<std::result::Result<u64, _>>()?;
    Ok(Duration::from_millis(10 * ticks))
}

#[derive(Clone, Copy)]
struct Time {
    cpu: Duration,
    wall: Duration,
}

impl Time {
    fn median(times: Vec<Self>) -> Self {
        let middle = |of: fn(&Self) -> Duration| {
            let mut times: Vec<Duration> = times.iter().map(of).collect();
            times.sort_unstable();
            times[times.len() / 2]
        };
        Self {
            cpu: middle(|time| time.cpu),
            wall: middle(|time| time.wall),
        }
    }
}

fn report(options: &Options, medians: [Time; 4]) -> Result {
    let Options {
        structs, rounds, ..
    } = options;
    println!("{structs} structs of 10 fields, cargo check, median of {rounds} rounds");
    let [bare, serde, ..] = medians.map(|time| time.cpu.as_secs_f64());
    let mut missed = Vec::new();
    for (variant, time) in VARIANTS.iter().zip(medians) {
        let (name, cpu) = (variant.name, time.cpu.as_secs_f64());
        let wall = time.wall.as_secs_f64();
        print!("{name:>7}: {cpu:6.2} s CPU, {wall:6.2} s wall");
        if let Some(limit) = variant.limit {
            let ratio = (cpu - bare) / (serde - bare);
            let verdict = if ratio <= limit { "met" } else { "MISSED" };
            print!(", {ratio:.2} of serde, at most {limit}: {verdict}");
            if ratio > limit {
                missed.push(name);
            }
        }
        println!();
    }
    if options.check && !missed.is_empty() {
        return Err(format!("above the limit: {}", missed.join(", ")).into());
    }
    Ok(())
}
