//! kill -9 while indexes are made.

use std::path::Path;

use crate::fixture::documents::{ROWS, both, docs, found, listed, vector, with};
use crate::fixture::{Bed, child};
use kuzu_ddl::Phase;

const ROW: &str = "CREATE (:Doc {id: 21, title: 'dog', v: [7.2, 0.0, 0.0]})";

/// In the child: makes what is owed, and is killed `after` milliseconds into the piece number `at`.
fn killed(path: &Path) -> ! {
    let bed = Bed::at(path);
    let number = |name| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let (at, after) = (number("KUZU_DDL_KILL_AT"), number("KUZU_DDL_KILL_AFTER"));
    let migrator = bed.migrator(both()).on_progress(move |progress| {
        if progress.phase == Phase::Second && progress.done as u64 == at {
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(after));
                child::kill();
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
        // Where only a name is left of the index (B28), the table takes no rows before the start.
        let early = bed.session().query(ROW);
        bed.up(both());
        if let Err(e) = early {
            assert!(e.to_string().contains("extension is not loaded"), "{e}");
            bed.run(&[ROW]);
        }
        whole(&mut bed, &format!("killed after {after} ms"));
    }
}

/// All rows are there and are found, and the file opens again and again.
fn whole(bed: &mut Bed, when: &str) {
    for _ in 0..2 {
        assert_eq!(found(bed, "Doc"), "21 dogs, nearest 21", "{when}");
        assert_eq!(
            bed.rows("MATCH (:Doc)-[c:Cites]->(:Doc) RETURN sum(c.w)"),
            "190"
        );
        bed.reopen();
    }
}

/// Here and there in the dozen statements of a full-text index.
#[test]
fn in_a_full_text_index() {
    let moments = [0, 15, 40, 80, 130, 200, 300, 500];
    kill_in("crash::index_creation::in_a_full_text_index", 1, &moments);
}

/// A vector index is made first, and faster.
#[test]
fn in_a_vector_index() {
    let moments = [0, 20, 40, 60, 75, 90, 120, 200];
    kill_in("crash::index_creation::in_a_vector_index", 0, &moments);
}

/// In the child: what is made beside a reader is committed, and not in the file.
fn made_beside_a_reader(bed: &Bed, make: impl FnOnce(&Bed)) -> ! {
    let reader = bed.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    reader.query("MATCH (d:Doc) RETURN count(*)").unwrap();
    make(bed);
    assert_eq!(listed(bed), "Doc|near");
    bed.run(&[ROW]);
    child::exit()
}

/// B28: killed between the commit of an index and its checkpoint, which a reader makes long. Made by us, it
/// is still owed then.
#[test]
fn b28_before_the_checkpoint_of_a_vector_index() {
    let test = "crash::index_creation::b28_before_the_checkpoint_of_a_vector_index";
    let near = || with(docs(), "Doc", &[vector(&[("metric", "l2")])]);
    if let Some(path) = child::path() {
        let bed = Bed::at(&path);
        bed.up(docs());
        bed.run(ROWS);
        made_beside_a_reader(&bed, |bed| {
            let report = bed.migrate(near()).unwrap();
            assert_eq!(report.owed.len(), 1, "{report}");
            assert!(report.owed[0].why.contains("checkpoint"), "{report}");
        });
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let mut bed = Bed::at(&path);
    assert_eq!(bed.drift(), "");
    let plan = bed.migrator(near()).plan().unwrap();
    assert!(plan.to_string().contains("left only its name"), "{plan}");
    // While a reader is there, nothing may be built on it.
    let reader = bed.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    let e = bed.migrate(near()).unwrap_err();
    assert!(e.to_string().contains("CHECKPOINT"), "{e}");
    reader.query("COMMIT").unwrap();
    drop(reader);
    bed.up(near());
    bed.up(both());
    whole(&mut bed, "after a reader");
}

/// The same with an index that was made by hand: it is gone, the rows are not.
#[test]
fn b28_an_index_made_by_hand() {
    let test = "crash::index_creation::b28_an_index_made_by_hand";
    if let Some(path) = child::path() {
        let bed = Bed::at(&path);
        bed.up(docs());
        bed.run(ROWS);
        made_beside_a_reader(&bed, |bed| {
            let call = "CALL CREATE_VECTOR_INDEX('Doc', 'near', 'v', metric := 'l2')";
            bed.session().query(call).unwrap_err();
        });
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let mut bed = Bed::at(&path);
    bed.up(docs());
    assert_eq!(listed(&bed), "");
    bed.reopen();
    bed.up(both());
    whole(&mut bed, "made by hand");
}
