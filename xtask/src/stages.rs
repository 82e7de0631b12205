//! Stages of a long task: each runs even if an earlier one failed, so that one run shows every
//! failure.

use std::time::Instant;

use crate::process::Result;

pub(crate) struct Stages {
    start: Instant,
    failed: Vec<String>,
}

impl Stages {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            failed: Vec::new(),
        }
    }

    /// Runs a stage and prints its title, its result and its duration.
    pub(crate) fn run(&mut self, title: &str, stage: impl FnOnce() -> Result) {
        println!("\n=== {title}");
        let start = Instant::now();
        let result = stage();
        let seconds = start.elapsed().as_secs();
        match result {
            Ok(()) => println!("--- ok: {title} ({seconds} s)"),
            Err(e) => {
                println!("{e}\n--- FAILED: {title} ({seconds} s)");
                self.failed.push(title.to_owned());
            }
        }
    }

    /// Prints that a stage does not run, and why.
    pub(crate) fn skip(&self, title: &str, reason: &str) {
        println!("\n=== {title}: skipped, {reason}");
    }

    /// Prints the total duration and the stages that failed.
    ///
    /// # Errors
    /// If a stage failed.
    pub(crate) fn finish(self) -> Result {
        println!("\n=== {} s in total", self.start.elapsed().as_secs());
        for title in &self.failed {
            println!("FAILED: {title}");
        }
        match self.failed.len() {
            0 => {
                println!("all stages passed");
                Ok(())
            }
            1 => Err("1 stage failed".into()),
            n => Err(format!("{n} stages failed").into()),
        }
    }
}
