//! Random hostile sets of events against a real database of an application: the file opens, the
//! program starts, its own rows and tables work, time and memory are bounded, and the honest events
//! are applied.
//!
//! A run tries a few sets. `KUZU_DDL_HOSTILE_SETS=100000` tries that many and prints figures, and
//! `KUZU_DDL_HOSTILE_SEED` begins elsewhere.

mod events;

use std::path::Path;
use std::time::{Duration, Instant};

use kuzu_ddl_core::fold::{ChangeBuilder, Fold};
use kuzu_ddl_core::schema::Type;

use super::declaration;
use crate::fixture::peer::{TestPeer, id, spec};
use crate::fixture::{TestDatabase, child};
use events::{Dice, hostile_set};

/// Number of sets that one database receives. It is reopened after each of three.
const SETS_PER_DATABASE: u64 = 6;

/// Upper limit of one delivery. Debug builds on a busy machine take a hundred times as long as
/// release builds.
const MAX_DELIVERY: Duration = Duration::from_secs(60);

/// Upper limit of the memory of the process.
const MAX_MEMORY_MIB: u64 = 2_048;

fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

/// In the child: one database and its sets.
fn run(path: &Path, seed: u64) -> ! {
    let db = TestDatabase::open_at(path);
    db.migrate(declaration()).unwrap_or_else(|e| panic!("{e}"));
    db.execute(&[
        "UNWIND range(1, 10) AS i CREATE (:Person {id: i, name: 'n' + CAST(i AS STRING)})",
    ]);
    let mut peer = TestPeer { db };
    let mut slowest = Duration::ZERO;
    let mut outcomes = [0; 3];
    for set in 0..SETS_PER_DATABASE {
        let mut dice = Dice::new(seed * 1_000 + set);
        let state = peer.sync_state();
        // Honest peers build on what is applied, not on what waits.
        let mut draft = ChangeBuilder::new(Fold::from_events(state.applied.values()));
        let person = id(draft.fold(), None, "Person");
        draft.add_property(person, &format!("honest{set}"), spec(Type::Int64));
        let honest = draft.finish().1;
        let mut events = hostile_set(&mut dice, &state.fold);
        let place = dice.below(events.len() + 1);
        events.splice(place..place, honest.clone());
        let start = Instant::now();
        let received = peer.db.migrator(declaration()).receive(events);
        let received = received.unwrap_or_else(|e| panic!("seed {seed}, set {set}: {e}"));
        let took = start.elapsed();
        slowest = slowest.max(took);
        outcomes[0] += received.applied.len();
        outcomes[1] += received.pending.len();
        outcomes[2] += received.rejected.len();
        assert!(took < MAX_DELIVERY, "seed {seed}, set {set}: {took:?}");
        // Either it is applied, or an earlier event holds its name, which is no fault.
        assert!(
            received.applied.contains(&honest[0].id()),
            "seed {seed}, set {set}: the honest event waits\n{received}"
        );
        peer.db.execute(&[&format!(
            "CREATE (:Person {{id: {}, name: 'x'}})",
            100 + set
        )]);
        if set % 3 == 2 {
            peer.db.reopen();
        }
        let started = peer.db.migrate(declaration());
        started.unwrap_or_else(|e| panic!("seed {seed}, set {set}: {e}"));
        let rows = peer
            .db
            .rows("MATCH (p:Person) RETURN count(*), count(p.name)");
        assert_eq!(rows, format!("{0}|{0}", 11 + set), "seed {seed}, set {set}");
        assert_eq!(peer.db.drift(), "", "seed {seed}, set {set}\n{received}");
    }
    peer.db.execute(&["CHECKPOINT"]);
    peer.db.reopen();
    assert_eq!(peer.db.drift(), "", "seed {seed}");
    let memory = peak_memory_mib();
    assert!(memory < MAX_MEMORY_MIB, "seed {seed}: {memory} MiB");
    let [applied, pending, rejected] = outcomes;
    println(&format!(
        "result: slowest {} ms, {memory} MiB, {applied} applied, {pending} pending, {rejected} rejected",
        slowest.as_millis()
    ));
    peer.db.close();
    child::exit()
}

#[expect(clippy::print_stdout, reason = "a child speaks to its parent")]
fn println(text: &str) {
    println!("{text}");
}

#[test]
fn hostile_sets_stop_neither_the_file_nor_the_program_nor_the_honest_events_s16() {
    let variable = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    if let Some(path) = child::path() {
        let seed = variable("KUZU_DDL_HOSTILE_CHILD_SEED").unwrap();
        run(&path, seed);
    }
    let test = child::test_path!(
        hostile_sets_stop_neither_the_file_nor_the_program_nor_the_honest_events_s16
    );
    let sets = variable("KUZU_DDL_HOSTILE_SETS").unwrap_or(3 * SETS_PER_DATABASE);
    let first = variable("KUZU_DDL_HOSTILE_SEED").unwrap_or(1);
    let databases = sets.div_ceil(SETS_PER_DATABASE);
    let mut failed = Vec::new();
    let prints = variable("KUZU_DDL_HOSTILE_SETS").is_some();
    for seed in first..first + databases {
        let dir = crate::fixture::kill::memory_dir();
        let seed_text = seed.to_string();
        let env = [("KUZU_DDL_HOSTILE_CHILD_SEED", seed_text.as_str())];
        let child = child::start_with(test, &dir.path().join("db"), &env);
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let result = text.lines().find(|line| line.starts_with("result:"));
        if prints && let Some(result) = result {
            println(&format!("seed {seed}: {result}"));
        }
        if output.status.code() != Some(77) {
            failed.push(format!("seed {seed}: {}\n{text}", output.status));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
