//! Cost of merging a schema history, compared with automerge and loro documents that hold the same
//! edits: the whole history at once, and incrementally, edit by edit. Also the cost of
//! bootstrapping from the checkpoint of a long history, compared with that of a short one.
//!
//! `cargo xtask bench merge`; `-- --quick` runs one round of each comparison.
//!
//! Absolute times vary between machines, ratios hardly do: the sides alternate in one process, and
//! the result is the median of the ratios of adjacent measurements. Each side starts from bytes and
//! ends with a value that answers queries about the schema.

use std::time::{Duration, Instant};

use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_core::event::pack;
use kuzu_ddl_core::fold::Fold;
use loro::ExportMode;

mod documents;
mod history;

const EVENTS: usize = 100_000;
const TABLES: usize = 2_000;
const LIMIT: usize = 64 << 20;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 1 } else { 9 };
    println!("median ratio (minimum–maximum), and the median times\n");
    whole_history(rounds);
    bootstrap(10 * rounds);
}

/// Bootstrapping a new peer from the checkpoint of a long history, compared with that of a short
/// history that leads to the same schema.
fn bootstrap(rounds: usize) {
    let [long, short] = [EVENTS, 1_000].map(|count| {
        let fold = Fold::of(&history::overwritten(count));
        assert_eq!(fold.len(), count);
        fold
    });
    assert_eq!(long.schema(), short.schema());
    let [large, small] = [&long, &short].map(Fold::checkpoint);
    let load = |bytes: &[u8]| {
        timed(|| {
            let fold = Fold::from_checkpoint(bytes).expect("a checkpoint");
            fold.schema().fingerprint()
        })
    };
    let mut pairs = Vec::new();
    for round in 0..=rounds {
        let ((a, one), (b, other)) = (load(&large), load(&small));
        assert_eq!(one, other);
        if round > 0 {
            pairs.push((a, b));
        }
    }
    print(
        "bootstrap from a checkpoint: 100,000 events / 1,000 events, same schema",
        1.2,
        &pairs,
    );
    let ratio = large.len() as f64 / small.len() as f64;
    let verdict = verdict(ratio, 1.2);
    println!(
        "  bytes {ratio:.3}, {verdict}; {} against {}",
        large.len(),
        small.len()
    );
    let (replay, _) = timed(|| Fold::of(&long.events()));
    println!("  folding the long history instead: {replay:.1?}");
}

/// Reading and folding 100,000 events, compared with loading the same edits as one document.
fn whole_history(rounds: usize) {
    let edits = history::edits(EVENTS, TABLES);
    let events = history::events(&edits);
    let ours = pack::encode(&events);
    let mut document = documents::automerge(&edits);
    let (automerge, changes) = (document.save(), documents::automerge_changes(&mut document));
    let (document, updates) = documents::loro(&edits);
    let loro = document.export(ExportMode::all_updates()).expect("updates");
    println!("{} events, encoded size:", events.len());
    for (name, theirs) in [("automerge", &automerge), ("loro", &loro)] {
        let ratio = ours.len() as f64 / theirs.len() as f64;
        let verdict = verdict(ratio, 1.0);
        println!(
            "  {ratio:.3} of {name}, {verdict}; {} against {} bytes",
            ours.len(),
            theirs.len()
        );
    }
    println!();
    let (mut with_automerge, mut with_loro, mut phases) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let (decode, read) = timed(|| pack::decode(&ours, LIMIT).expect("a pack"));
        let (fold, state) = timed(|| Fold::of(&read));
        assert_eq!(state.len(), events.len());
        let (a, tables) = timed(|| documents::load_automerge(&automerge));
        assert_eq!(tables, TABLES);
        let (l, tables) = timed(|| documents::load_loro(&loro));
        assert_eq!(tables, TABLES);
        if round > 0 {
            with_automerge.push((decode + fold, a));
            with_loro.push((decode + fold, l));
            phases.push((decode, fold));
        }
    }
    print(
        "decoding and folding / automerge, load",
        0.2,
        &with_automerge,
    );
    print(
        "decoding and folding / loro, import of updates",
        0.2,
        &with_loro,
    );
    let median = |phase: fn(&(Duration, Duration)) -> Duration| {
        let mut times: Vec<Duration> = phases.iter().map(phase).collect();
        times.sort();
        times[times.len() / 2]
    };
    println!(
        "  decoding the pack {:.1?}, folding {:.1?}\n",
        median(|p| p.0),
        median(|p| p.1)
    );
    incremental(&events, &changes, &updates);
}

/// Applying each edit on arrival, as a connected peer does: the state includes it before the next
/// one is read. Measured once, because the documents take minutes.
fn incremental(events: &[DdlEvent], changes: &[Vec<u8>], updates: &[Vec<u8>]) {
    let ours: Vec<Vec<u8>> = events.iter().map(DdlEvent::encode).collect();
    let (time, count) = timed(|| {
        let mut fold = Fold::default();
        for bytes in &ours {
            fold.take(DdlEvent::decode(bytes).expect("an event"));
        }
        fold.len()
    });
    assert_eq!(count, events.len());
    let (a, tables) = timed(|| documents::apply_automerge(changes));
    assert_eq!(tables, TABLES);
    let (l, tables) = timed(|| documents::apply_loro(updates));
    assert_eq!(tables, TABLES);
    print("incremental / automerge, changes", 0.2, &[(time, a)]);
    print("incremental / loro, updates", 0.2, &[(time, l)]);
    println!();
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let output = work();
    (start.elapsed(), output)
}

fn verdict(ratio: f64, target: f64) -> String {
    let met = if ratio <= target { "met" } else { "MISSED" };
    format!("at most {target}: {met}")
}

/// Prints the median ratio of the first of each pair to the second, and whether it meets `target`.
fn print(title: &str, target: f64, pairs: &[(Duration, Duration)]) {
    let mut ratios: Vec<f64> = pairs
        .iter()
        .map(|(a, b)| a.as_secs_f64() / b.as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[ratios.len() / 2];
    let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
    let median = |side: fn(&(Duration, Duration)) -> Duration| {
        let mut times: Vec<Duration> = pairs.iter().map(side).collect();
        times.sort();
        times[times.len() / 2]
    };
    let (ours, theirs) = (median(|pair| pair.0), median(|pair| pair.1));
    println!("{title}");
    println!(
        "  {ratio:.3} ({least:.3}–{most:.3}), {}; {ours:.1?} against {theirs:.1?}",
        verdict(ratio, target)
    );
}
