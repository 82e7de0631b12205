//! The buffer pool, and scratch databases.

use kuzu_ddl_runtime::engine::{Transaction, buffer_pool};
use kuzu_ddl_runtime::inspect::tables;

use super::*;

pub(crate) fn each_node_table_takes_its_share_of_the_buffer_pool(subject: &Subject) {
    let (dir, db) = subject.fresh();
    let s = db.session().unwrap();
    let per_table = s.capabilities().buffer_pool_per_node_table;
    let before = buffer_pool(&*s).unwrap();
    assert_eq!(before.limit, Options::default().buffer_pool);
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
    // One transaction with more tables than the buffer pool holds.
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
        "the memory is released"
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
    let db = subject.open(&dir.path().join("db"));
    let s = db.session().unwrap();
    assert_eq!(tables(&*s).unwrap().len(), 11);
    assert_eq!(rows(&*s, "MATCH (n:N0) RETURN n.id"), "1");
}

pub(crate) fn a_scratch_database_has_room_for_its_tables(subject: &Subject) {
    let db = subject.memory();
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
        "it must not panic"
    );
}
