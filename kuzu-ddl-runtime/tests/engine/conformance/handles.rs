//! Several handles of one file, in one process and in two.

use kuzu_ddl_runtime::engine::{ensure_single_handle, is_in_memory};
use kuzu_ddl_runtime::inspect::tables;

use super::*;

pub(crate) fn a_second_process_is_locked_out(subject: &Subject) {
    if let Some(path) = child::path() {
        for read_only in [false, true] {
            let options = Options {
                read_only,
                ..Options::default()
            };
            let e = subject.try_open(&path, options).err().unwrap();
            assert_eq!(e.kind, EngineErrorKind::Locked, "{e}");
        }
        child::exit();
    }
    let (dir, db) = subject.fresh();
    subject.run_to_exit(&dir.path().join("db"));
    drop(db);
}

pub(crate) fn a_second_handle_is_detected(subject: &Subject) {
    // In a child, because the tests that run at the same time open files of their own.
    if let Some(path) = child::path() {
        let check = |db: &dyn Engine| ensure_single_handle(&*db.session().unwrap());
        let first = subject.open(&path);
        run(
            &*first.session().unwrap(),
            &["CREATE NODE TABLE A(id INT64 PRIMARY KEY)", "CHECKPOINT"],
        );
        check(&*first).unwrap();
        // A copy, and other files that have two handles, are not reported.
        let copy = path.with_extension("copy");
        std::fs::copy(&path, &copy).unwrap();
        drop(first);
        let (first, other) = (subject.open(&path), subject.open(&copy));
        let files = [(); 2].map(|()| {
            let mut options = std::fs::OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            options.open(path.with_extension("log")).unwrap()
        });
        check(&*first).unwrap();
        check(&*other).unwrap();
        drop(files);
        // A file that was closed and opened again is open once.
        drop(first);
        for _ in 0..3 {
            check(&*subject.open(&path)).unwrap();
        }
        let first = subject.open(&path);
        let second = subject.open(&path);
        for db in [&*first, &*second] {
            let e = check(db).unwrap_err();
            assert_eq!(e.kind, EngineErrorKind::OpenedTwice);
            assert!(e.to_string().contains(path.to_str().unwrap()), "{e}");
        }
        check(&*subject.memory()).unwrap();
        // What the check prevents: the second handle does not see the table.
        run(
            &*first.session().unwrap(),
            &["CREATE NODE TABLE B(id INT64 PRIMARY KEY)"],
        );
        assert_eq!(tables(&*second.session().unwrap()).unwrap().len(), 1);
        drop(second);
        check(&*first).unwrap();
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    subject.run_to_exit(&dir.path().join("db"));
}

pub(crate) fn handles_are_distinct(subject: &Subject) {
    let (a, b) = (subject.memory(), subject.memory());
    assert_ne!(a.instance_id(), b.instance_id());
    assert_eq!(a.session().unwrap().instance_id(), a.instance_id());
    let (_dir, file) = subject.fresh();
    assert!(is_in_memory(&*a.session().unwrap()).unwrap());
    assert!(!is_in_memory(&*file.session().unwrap()).unwrap());
}
