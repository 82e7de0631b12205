//! `kill -9` while indexes are created.

use std::path::Path;

use kuzu_ddl::Phase;

use crate::fixture::documents::{ROWS, both, docs, listed, search_results, vector, with};
use crate::fixture::{TestDatabase, child};

const ROW: &str = "CREATE (:Doc {id: 21, title: 'dog', v: [7.2, 0.0, 0.0]})";

/// In the child: executes the deferred tasks, and is killed `after` milliseconds into task `at`.
fn migrate_until_killed(path: &Path) -> ! {
    let db = TestDatabase::open_at(path);
    let number = |name| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let (at, after) = (number("KUZU_DDL_KILL_AT"), number("KUZU_DDL_KILL_AFTER"));
    let migrator = db.migrator(both()).on_progress(move |progress| {
        if progress.phase == Phase::PostCommit && progress.steps_done as u64 == at {
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

/// The file opens, no row is lost, and the next start completes the indexes.
fn kill_in(test: &str, at: u64, moments: &[u64]) {
    if let Some(path) = child::path() {
        migrate_until_killed(&path);
    }
    let dir = tempfile::tempdir().unwrap();
    let template = dir.path().join("template");
    let mut db = TestDatabase::migrated(docs());
    db.execute(ROWS);
    db.close();
    std::fs::copy(db.path(), &template).unwrap();
    for after in moments {
        let path = dir.path().join(format!("{after}.db"));
        std::fs::copy(&template, &path).unwrap();
        let env = [
            ("KUZU_DDL_KILL_AT", at.to_string()),
            ("KUZU_DDL_KILL_AFTER", after.to_string()),
        ];
        let env = env.each_ref().map(|(name, text)| (*name, text.as_str()));
        child::run_to_exit_with(test, &path, &env);
        let mut db = TestDatabase::open_at(&path);
        assert_eq!(db.drift(), "", "killed after {after} ms");
        // Where only the name of the index is left (B28), the table accepts no rows before the
        // start.
        let early = db.session().query(ROW);
        db.migrate_cleanly(both());
        if let Err(e) = early {
            assert!(e.to_string().contains("extension is not loaded"), "{e}");
            db.execute(&[ROW]);
        }
        assert_intact(&mut db, &format!("killed after {after} ms"));
    }
}

/// All rows exist and are found, and the file opens repeatedly.
fn assert_intact(db: &mut TestDatabase, when: &str) {
    for _ in 0..2 {
        assert_eq!(search_results(db, "Doc"), "21 dogs, nearest 21", "{when}");
        assert_eq!(
            db.rows("MATCH (:Doc)-[c:Cites]->(:Doc) RETURN sum(c.w)"),
            "190"
        );
        db.reopen();
    }
}

/// At moments in the dozen statements of a full-text index.
#[test]
fn kill_during_a_full_text_index_is_resumed() {
    let moments = [0, 15, 40, 80, 130, 200, 300, 500];
    kill_in(
        child::test_path!(kill_during_a_full_text_index_is_resumed),
        1,
        &moments,
    );
}

/// A vector index is created first, and faster.
#[test]
fn kill_during_a_vector_index_is_resumed() {
    let moments = [0, 20, 40, 60, 75, 90, 120, 200];
    kill_in(
        child::test_path!(kill_during_a_vector_index_is_resumed),
        0,
        &moments,
    );
}

/// In the child: an index created next to a reader is committed, but not yet in the file.
fn create_next_to_a_reader(db: &TestDatabase, make: impl FnOnce(&TestDatabase)) -> ! {
    let reader = db.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    reader.query("MATCH (d:Doc) RETURN count(*)").unwrap();
    make(db);
    assert_eq!(listed(db), "Doc|near");
    db.execute(&[ROW]);
    child::exit()
}

/// B28: killed between the commit of an index and its checkpoint, which a reader delays. The index
/// is still deferred then.
#[test]
fn index_interrupted_before_its_checkpoint_is_recreated_b28() {
    let test = child::test_path!(index_interrupted_before_its_checkpoint_is_recreated_b28);
    let near = || with(docs(), "Doc", &[vector(&[("metric", "l2")])]);
    if let Some(path) = child::path() {
        let db = TestDatabase::open_at(&path);
        db.migrate_cleanly(docs());
        db.execute(ROWS);
        create_next_to_a_reader(&db, |db| {
            let report = db.migrate(near()).unwrap();
            assert_eq!(report.deferred.len(), 1, "{report}");
            assert!(report.deferred[0].reason.contains("checkpoint"), "{report}");
        });
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let mut db = TestDatabase::open_at(&path);
    assert_eq!(db.drift(), "");
    let plan = db.migrator(near()).plan().unwrap();
    assert!(plan.to_string().contains("left only its name"), "{plan}");
    // While a reader exists, nothing may be built on the incomplete index.
    let reader = db.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    let e = db.migrate(near()).unwrap_err();
    assert!(e.to_string().contains("CHECKPOINT"), "{e}");
    reader.query("COMMIT").unwrap();
    drop(reader);
    db.migrate_cleanly(near());
    db.migrate_cleanly(both());
    assert_intact(&mut db, "after a reader");
}

/// The same with a manually created index: it is removed, the rows are not.
#[test]
fn manually_created_index_interrupted_before_its_checkpoint_is_removed_b28() {
    let test =
        child::test_path!(manually_created_index_interrupted_before_its_checkpoint_is_removed_b28);
    if let Some(path) = child::path() {
        let db = TestDatabase::open_at(&path);
        db.migrate_cleanly(docs());
        db.execute(ROWS);
        create_next_to_a_reader(&db, |db| {
            let call = "CALL CREATE_VECTOR_INDEX('Doc', 'near', 'v', metric := 'l2')";
            db.session().query(call).unwrap_err();
        });
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let mut db = TestDatabase::open_at(&path);
    db.migrate_cleanly(docs());
    assert_eq!(listed(&db), "");
    db.reopen();
    db.migrate_cleanly(both());
    assert_intact(&mut db, "created manually");
}
