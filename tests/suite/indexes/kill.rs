//! kill -9 while indexes are made.

use std::path::Path;

use super::{ROWS, both, docs, found};
use crate::bed::{Bed, child};
use kuzu_ddl::Phase;

/// In the child: makes what is owed, and is killed `after` milliseconds into the piece number `at`.
fn killed(path: &Path) -> ! {
    let bed = Bed::at(path);
    let number = |name| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let (at, after) = (number("KUZU_DDL_KILL_AT"), number("KUZU_DDL_KILL_AFTER"));
    let migrator = bed.migrator(both()).on_progress(move |progress| {
        if progress.phase == Phase::Second && progress.done as u64 == at {
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(after));
                child::exit();
            });
        }
    });
    migrator.migrate().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(60));
    child::exit()
}

/// The file opens, no row is lost, and the next start finishes.
fn kill_in(test: &str, at: u64, moments: &[u64]) {
    if let Some(path) = child::path() {
        killed(&path);
    }
    let dir = tempfile::tempdir().unwrap();
    let template = dir.path().join("template");
    let mut bed = Bed::with(docs());
    bed.run(ROWS);
    bed.close();
    std::fs::copy(bed.path(), &template).unwrap();
    for after in moments {
        let path = dir.path().join(format!("{after}.db"));
        std::fs::copy(&template, &path).unwrap();
        let env = [
            ("KUZU_DDL_KILL_AT", at.to_string()),
            ("KUZU_DDL_KILL_AFTER", after.to_string()),
        ];
        let env = env.each_ref().map(|(name, text)| (*name, text.as_str()));
        child::run_to_exit_with(test, &path, &env);
        let mut bed = Bed::at(&path);
        assert_eq!(bed.drift(), "", "killed after {after} ms");
        bed.run(&["CREATE (:Doc {id: 21, title: 'dog', v: [7.2, 0.0, 0.0]})"]);
        bed.up(both());
        for _ in 0..2 {
            assert_eq!(
                found(&bed, "Doc"),
                "21 dogs, nearest 21",
                "killed after {after} ms"
            );
            assert_eq!(
                bed.rows("MATCH (:Doc)-[c:Cites]->(:Doc) RETURN sum(c.w)"),
                "190"
            );
            bed.reopen();
        }
    }
}

/// Here and there in the dozen statements of a full-text index.
#[test]
fn in_a_full_text_index() {
    let moments = [0, 15, 40, 80, 130, 200, 300, 500];
    kill_in("indexes::kill::in_a_full_text_index", 1, &moments);
}
