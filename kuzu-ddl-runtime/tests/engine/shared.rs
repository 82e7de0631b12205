//! One database in several hands: connections, handles, processes; and databases that cannot be
//! written.

use kuzu_ddl_runtime::engine::{
    Transaction, buffer_pool, check_opened_once, is_in_memory, is_read_only, owes_checkpoint,
};
use kuzu_ddl_runtime::inspect::{Scope, inspect, tables};

use super::*;

#[test]
fn a_second_process_is_locked_out() {
    let test = "shared::a_second_process_is_locked_out";
    if let Some(path) = child::path() {
        for config in [config(), config().read_only(true)] {
            let e = engine::open(&path, config).unwrap_err();
            assert_eq!(e.kind, EngineErrorKind::Locked, "{e}");
        }
        child::exit();
    }
    let (dir, db) = fresh();
    child::run_to_exit(test, &dir.path().join("db"));
    drop(db);
}

#[test]
fn a_read_only_database_is_readable() {
    let (dir, db) = fresh();
    let s = db.session().unwrap();
    assert!(!is_read_only(&*s).unwrap());
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
            "CREATE (:A {id: 1})",
        ],
    );
    drop(s);
    drop(db);
    let path = dir.path().join("db");
    let before = std::fs::read(&path).unwrap();
    let db = engine::open(&path, config().read_only(true)).unwrap();
    let s = db.session().unwrap();
    assert!(is_read_only(&*s).unwrap());
    assert_eq!(inspect(&*s, Scope::All).unwrap().schema.tables.len(), 1);
    // A transaction can be begun, whatever it says; only a write is refused, and ends nothing.
    let tx = Transaction::begin(&*s).unwrap();
    assert_eq!(kind(&tx, "CREATE (:A {id: 2})"), EngineErrorKind::ReadOnly);
    tx.rollback().unwrap();
    run(
        &*s,
        &[
            "BEGIN TRANSACTION READ ONLY",
            "MATCH (a:A) RETURN a.id",
            "COMMIT",
        ],
    );
    for cypher in [
        "ALTER TABLE A ADD x INT64",
        "COMMENT ON TABLE A IS 'x'",
        "CREATE SEQUENCE s",
    ] {
        assert_eq!(kind(&*s, cypher), EngineErrorKind::ReadOnly);
    }
    drop(s);
    drop(db);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn opened_twice_is_noticed() {
    // In a child, because the tests beside this one must not be taken for it.
    let test = "shared::opened_twice_is_noticed";
    if let Some(path) = child::path() {
        let check = |db: &kuzu::Database| check_opened_once(&*db.session().unwrap());
        let first = open(&path);
        run(
            &*first.session().unwrap(),
            &["CREATE NODE TABLE A(id INT64 PRIMARY KEY)", "CHECKPOINT"],
        );
        check(&first).unwrap();
        // Beside a copy, and beside other files that are open twice.
        let copy = path.with_extension("copy");
        std::fs::copy(&path, &copy).unwrap();
        drop(first);
        let (first, other) = (open(&path), open(&copy));
        let files = [(); 2].map(|()| {
            let mut options = std::fs::OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            options.open(path.with_extension("log")).unwrap()
        });
        check(&first).unwrap();
        check(&other).unwrap();
        drop(files);
        // Closed and opened again, many times.
        drop(first);
        for _ in 0..3 {
            check(&open(&path)).unwrap();
        }
        let first = open(&path);
        let second = open(&path);
        for db in [&first, &second] {
            let e = check(db).unwrap_err();
            assert_eq!(e.kind, EngineErrorKind::OpenTwice);
            assert!(e.to_string().contains(path.to_str().unwrap()), "{e}");
        }
        check(&memory()).unwrap();
        // The danger itself.
        run(
            &*first.session().unwrap(),
            &["CREATE NODE TABLE B(id INT64 PRIMARY KEY)"],
        );
        assert_eq!(tables(&*second.session().unwrap()).unwrap().len(), 1);
        drop(second);
        check(&first).unwrap();
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    child::run_to_exit(test, &dir.path().join("db"));
}

#[test]
fn handles_are_told_apart() {
    let (a, b) = (memory(), memory());
    assert_ne!(Engine::handle(&a), Engine::handle(&b));
    assert_eq!(a.session().unwrap().handle(), Engine::handle(&a));
    let (_dir, file) = fresh();
    assert!(is_in_memory(&*a.session().unwrap()).unwrap());
    assert!(!is_in_memory(&*file.session().unwrap()).unwrap());
}

#[test]
fn each_node_table_takes_its_share_of_the_pool() {
    let (dir, db) = fresh();
    let s = db.session().unwrap();
    let per_table = s.capabilities().buffer_pool_per_node_table;
    let before = buffer_pool(&*s).unwrap();
    assert_eq!(before.limit, POOL << 20);
    assert!(
        before.used < s.capabilities().buffer_pool_base,
        "{before:?}"
    );
    for i in 0..10 {
        run(
            &*s,
            &[&format!("CREATE NODE TABLE N{i}(id INT64 PRIMARY KEY)")],
        );
    }
    let ten = buffer_pool(&*s).unwrap().used - before.used;
    assert!(
        (10 << 20..=10 * per_table + (2 << 20)).contains(&ten),
        "{ten}"
    );
    // One transaction with more tables than there is room for.
    let tx = Transaction::begin(&*s).unwrap();
    let e = (10..)
        .find_map(|i| {
            tx.query(&format!("CREATE NODE TABLE N{i}(id INT64 PRIMARY KEY)"))
                .err()
        })
        .unwrap();
    assert_eq!(e.kind, EngineErrorKind::BufferPool);
    tx.rollback().unwrap();
    assert!(
        buffer_pool(&*s).unwrap().used < 12 << 20,
        "the memory is given back"
    );
    run(
        &*s,
        &[
            "CREATE (:N0 {id: 1})",
            "CREATE NODE TABLE M(id INT64 PRIMARY KEY)",
        ],
    );
    drop(s);
    drop(db);
    let db = open(&dir.path().join("db"));
    let s = db.session().unwrap();
    assert_eq!(tables(&*s).unwrap().len(), 11);
    assert_eq!(rows(&*s, "MATCH (n:N0) RETURN n.id"), "1");
}

#[test]
fn a_scratch_database_has_room() {
    let db = memory();
    for tables in [0, 1, 300] {
        let scratch = db.scratch(tables).unwrap();
        let s = scratch.session().unwrap();
        for i in 0..tables {
            run(
                &*s,
                &[&format!(
                    "CREATE NODE TABLE N{i}(id STRING PRIMARY KEY, s STRING, d DATE)"
                )],
            );
            if i % 30 == 0 {
                run(&*s, &[&format!("CREATE (:N{i} {{id: 'x', s: 'y'}})")]);
            }
        }
    }
    let e = db.scratch(usize::MAX).err();
    assert!(
        e.is_none_or(|e| e.kind != EngineErrorKind::Locked),
        "no panic is all that counts"
    );
}

const ROLLED_BACK: &[&str] = &[
    "ALTER TABLE A RENAME s TO t",
    "ALTER TABLE R RENAME w TO v",
    "ALTER TABLE B RENAME TO C",
    "ALTER TABLE R DROP FROM A TO A",
    "CREATE NODE TABLE D(id INT64 PRIMARY KEY)",
    "CREATE (:D {id: 1})",
    "COMMENT ON TABLE A IS 'x'",
    "MATCH (a:A), (c:C) CREATE (a)-[:R {v: 2}]->(c)",
    "CREATE (:A {id: 2, t: 'z'})",
];

/// Only an added property leaves something behind that is seen (ids are another matter: see `b24_*`).
#[test]
fn a_roll_back_of_the_rest_needs_no_checkpoint() {
    let (dir, file) = fresh();
    for db in [file, memory()] {
        let s = db.session().unwrap();
        run(
            &*s,
            &[
                "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING)",
                "CREATE NODE TABLE B(id INT64 PRIMARY KEY)",
                "CREATE REL TABLE R(FROM A TO A, FROM A TO B, w INT64)",
                "CREATE (a:A {id: 1, s: 'a'})-[:R {w: 1}]->(:B {id: 1})",
                "MATCH (a:A) CREATE (a)-[:R {w: 0}]->(a)",
            ],
        );
        let before = inspect(&*s, Scope::All).unwrap();
        let tx = Transaction::begin(&*s).unwrap();
        run(&tx, ROLLED_BACK);
        tx.rollback().unwrap();
        assert!(!owes_checkpoint(&*s));
        assert_eq!(inspect(&*s, Scope::All).unwrap(), before);
        assert_eq!(
            rows(&*s, "MATCH (a:A)-[r:R]->(x) RETURN a.s, r.w ORDER BY r.w"),
            "a|0; a|1"
        );
        let tx = Transaction::begin(&*s).unwrap();
        run(&tx, ROLLED_BACK);
        tx.commit().unwrap();
        assert_eq!(
            rows(&*s, "MATCH (a:A)-[r:R]->(c:C) RETURN a.t, r.v ORDER BY r.v"),
            "a|1; a|2"
        );
    }
    let db = open(&dir.path().join("db"));
    let s = db.session().unwrap();
    assert_eq!(
        rows(&*s, "MATCH (a:A)-[r:R]->(c:C) RETURN a.t, r.v ORDER BY r.v"),
        "a|1; a|2"
    );
    assert_eq!(
        rows(&*s, "MATCH (a:A) RETURN a.id, a.t ORDER BY a.id"),
        "1|a; 2|z"
    );
}

#[test]
fn an_in_memory_database_never_pays() {
    // One after the other at the same address: the second must not pay for the first.
    for _ in 0..3 {
        let db = memory();
        let s = db.session().unwrap();
        run(&*s, &["CREATE NODE TABLE A(id INT64 PRIMARY KEY)"]);
        let tx = Transaction::begin(&*s).unwrap();
        run(&tx, &["ALTER TABLE A ADD n INT64"]);
        assert_eq!(
            tx.rollback().unwrap_err().kind,
            EngineErrorKind::CheckpointOwed
        );
        assert_eq!(
            Transaction::begin(&*s).err().unwrap().kind,
            EngineErrorKind::CheckpointOwed
        );
        let found = inspect(&*s, Scope::All).unwrap();
        assert_eq!((found.schema.sequences.len(), found.notes.len()), (0, 0));
    }
}
