//! The convergence campaign: peers with rows change apart, exchange what they can, and must agree.
//!
//! A seed determines everything: three to five databases, edits of all kinds, lossy exchange, starts
//! of old and new binaries, manual changes, rollbacks, kills. Then everybody exchanges everything,
//! and [`checks`] compares the outcome with the physical target.

pub(super) mod checks;
mod edits;
mod story;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use story::Story;

/// Number of seeds.
const RUNS: &str = "KUZU_DDL_CONVERGENCE_RUNS";

/// First seed.
const SEED: &str = "KUZU_DDL_CONVERGENCE_SEED";

fn number(name: &str, otherwise: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn peers_agree_whatever_they_did_apart_s16() {
    let first = number(SEED, 1);
    let end = first + number(RUNS, 16);
    let next = AtomicU64::new(first);
    let failed = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| run(&next, first, end)))
            .collect();
        let results = workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap());
        results.collect::<Vec<String>>()
    });
    let count = failed.len();
    assert!(failed.is_empty(), "{count} failed\n{}", failed.join("\n\n"));
}

/// Runs seeds until none is left; returns the stories of those that failed.
#[expect(clippy::print_stderr, reason = "a long run reports its progress")]
fn run(next: &AtomicU64, first: u64, end: u64) -> Vec<String> {
    let mut failed = Vec::new();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return failed;
        }
        if (seed - first) % 50 == 49 {
            eprintln!("seed {seed}");
        }
        let mut story = Story::new(seed);
        let outcome = catch_unwind(AssertUnwindSafe(|| story.play()));
        let problem = match outcome {
            Ok(Ok(())) => continue,
            Ok(Err(problem)) => problem,
            Err(panic) => panic_text(panic.as_ref()),
        };
        let lines = story.lines.join("\n  ");
        let failure = format!("{SEED}={seed} {RUNS}=1: {problem}\n  {lines}");
        eprintln!("{failure}\n");
        failed.push(failure);
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let owned = panic.downcast_ref::<String>().cloned();
    let text = owned.or_else(|| Some((*panic.downcast_ref::<&str>()?).to_owned()));
    text.unwrap_or_default()
}
