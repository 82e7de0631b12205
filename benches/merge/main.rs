//! What it costs to take in a history of a schema: events of kuzu-ddl beside the same edits in documents of automerge
//! and loro, all at once and one after another as they are made; and to begin with a checkpoint of a long history
//! beside one of a short history.
//!
//! `cargo bench --manifest-path benches/merge/Cargo.toml`, or with `-- --quick` for one round of each.
//!
//! Times differ from machine to machine, ratios hardly: the sides run in turn in one process, and what counts is
//! the median of the ratios of neighbours. Each side begins with bytes and ends with something that can be asked what
//! the schema is.

use std::time::{Duration, Instant};

use kuzu_ddl_runtime::event::{DdlEvent, pack};
use kuzu_ddl_runtime::fold::Fold;
use loro::ExportMode;

mod documents;
mod history;

const EVENTS: usize = 100_000;
const TABLES: usize = 2_000;
const LIMIT: usize = 64 << 20;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 1 } else { 9 };
    println!("median of the ratios (smallest–largest), and the median times\n");
    against_documents(rounds);
    newcomers(10 * rounds);
}

/// What a newcomer pays who begins with a checkpoint: of a long history, beside one of a short history that comes to
/// the same schema.
fn newcomers(rounds: usize) {
    let [long, short] = [EVENTS, 1_000].map(|count| {
        let fold = Fold::of(&history::written_over(count));
        assert_eq!(fold.len(), count);
        fold
    });
    assert_eq!(long.schema(), short.schema());
    let [many, few] = [&long, &short].map(Fold::checkpoint);
    let begin = |bytes: &[u8]| {
        timed(|| {
            let fold = Fold::from_checkpoint(bytes).expect("a checkpoint");
            fold.schema().fingerprint()
        })
    };
    let mut pairs = Vec::new();
    for round in 0..=rounds {
        let ((a, one), (b, other)) = (begin(&many), begin(&few));
        assert_eq!(one, other);
        if round > 0 {
            pairs.push((a, b));
        }
    }
    print(
        "a newcomer by checkpoint, 100,000 events beside 1,000 behind one schema",
        1.2,
        &pairs,
    );
    let ratio = many.len() as f64 / few.len() as f64;
    let verdict = verdict(ratio, 1.2);
    println!(
        "  bytes {ratio:.3}, {verdict}; {} against {}",
        many.len(),
        few.len()
    );
    let (replay, _) = timed(|| Fold::of(&long.events()));
    println!("  folding the long history takes {replay:.1?}");
}

fn against_documents(rounds: usize) {
    let edits = history::edits(EVENTS, TABLES);
    let events = history::events(&edits);
    let ours = pack::encode(&events);
    let mut document = documents::automerge(&edits);
    let (automerge, changes) = (document.save(), documents::automerge_changes(&mut document));
    let (document, updates) = documents::loro(&edits);
    let loro = document.export(ExportMode::all_updates()).expect("updates");
    println!("{} events; on the wire:", events.len());
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
    let (mut first, mut second, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let (decode, read) = timed(|| pack::decode(&ours, LIMIT).expect("a pack"));
        let (fold, state) = timed(|| Fold::of(&read));
        assert_eq!(state.len(), events.len());
        let (a, tables) = timed(|| documents::load_automerge(&automerge));
        assert_eq!(tables, TABLES);
        let (l, tables) = timed(|| documents::load_loro(&loro));
        assert_eq!(tables, TABLES);
        if round > 0 {
            first.push((decode + fold, a));
            second.push((decode + fold, l));
            parts.push((decode, fold));
        }
    }
    print("taking in and folding, automerge's load", 0.2, &first);
    print(
        "taking in and folding, loro's import of updates",
        0.2,
        &second,
    );
    let median = |which: fn(&(Duration, Duration)) -> Duration| {
        let mut times: Vec<Duration> = parts.iter().map(which).collect();
        times.sort();
        times[times.len() / 2]
    };
    println!(
        "  of which reading the pack {:.1?}, folding {:.1?}\n",
        median(|p| p.0),
        median(|p| p.1)
    );
    one_by_one(&events, &changes, &updates);
}

/// What a peer pays that is there while the edits are made: each comes by itself, and the state holds it before the
/// next. Once is enough: the documents take minutes.
fn one_by_one(events: &[DdlEvent], changes: &[Vec<u8>], updates: &[Vec<u8>]) {
    let ours: Vec<Vec<u8>> = events.iter().map(DdlEvent::encode).collect();
    let (time, count) = timed(|| {
        let mut fold = Fold::default();
        for bytes in &ours {
            fold.take(DdlEvent::decode(bytes).expect("an event"));
        }
        fold.len()
    });
    assert_eq!(count, events.len());
    let (a, tables) = timed(|| documents::follow_automerge(changes));
    assert_eq!(tables, TABLES);
    let (l, tables) = timed(|| documents::follow_loro(updates));
    assert_eq!(tables, TABLES);
    print("one after another, automerge's changes", 0.2, &[(time, a)]);
    print("one after another, loro's updates", 0.2, &[(time, l)]);
    println!();
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let made = work();
    (start.elapsed(), made)
}

fn verdict(ratio: f64, target: f64) -> String {
    let met = if ratio <= target { "met" } else { "MISSED" };
    format!("at most {target}: {met}")
}

/// Prints the ratio of the first of each pair to the second.
fn print(what: &str, target: f64, pairs: &[(Duration, Duration)]) {
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
    println!("{what}");
    println!(
        "  {ratio:.3} ({least:.3}–{most:.3}), {}; {ours:.1?} against {theirs:.1?}",
        verdict(ratio, target)
    );
}
