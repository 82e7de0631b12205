//! Changes in place survive a kill: each runs in one transaction while a reader is open, followed
//! by a hard exit before any checkpoint. The suite then checks the replay, a checkpoint, more
//! rows, and the file opened again.

use kuzu_ddl_runtime::engine::Transaction;

use super::*;

/// One change.
pub(crate) struct Case {
    pub(crate) setup: &'static [&'static str],
    /// What the reader reads inside its transaction, before and after.
    pub(crate) reader: &'static str,
    pub(crate) change: &'static [&'static str],
    pub(crate) query: &'static str,
    pub(crate) after: &'static str,
    /// Rows that are added later, and what the query returns then.
    pub(crate) more: &'static [&'static str],
    pub(crate) finally: &'static str,
}

pub(crate) fn check(subject: &Subject, case: &Case) {
    if let Some(path) = child::path() {
        let db = subject.open(&path);
        let (s, reader) = (db.session().unwrap(), db.session().unwrap());
        run(&*s, case.setup);
        run(&*s, &["CHECKPOINT"]);
        run(&*reader, &["BEGIN TRANSACTION READ ONLY"]);
        let before = rows(&*reader, case.reader);
        let tx = Transaction::begin(&*s).unwrap();
        run(
            &tx,
            &[
                "CREATE NODE TABLE L(key STRING PRIMARY KEY, body BLOB)",
                "CREATE (:L {key: 'k'})",
            ],
        );
        run(&tx, case.change);
        tx.commit().unwrap();
        assert_eq!(rows(&*reader, case.reader), before, "the reader's snapshot");
        assert_eq!(rows(&*s, case.query), case.after, "after the commit");
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    subject.run_to_exit(&path);
    {
        let db = subject.open(&path);
        let s = db.session().unwrap();
        assert_eq!(rows(&*s, case.query), case.after, "after the replay");
        run(&*s, &["CHECKPOINT"]);
        assert_eq!(rows(&*s, case.query), case.after, "after the checkpoint");
        run(&*s, case.more);
        assert_eq!(rows(&*s, case.query), case.finally, "with more rows");
    }
    let db = subject.open(&path);
    let s = db.session().unwrap();
    assert_eq!(rows(&*s, case.query), case.finally, "opened again");
    assert_eq!(rows(&*s, "MATCH (l:L) RETURN l.key"), "k");
}

const AB: &[&str] = &[
    "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING, x INT64)",
    "CREATE NODE TABLE B(id INT64 PRIMARY KEY, s STRING)",
    "CREATE REL TABLE R(FROM A TO B, w INT64, k STRING)",
    "UNWIND range(1, 3) AS i CREATE (:A {id: i, s: CAST(i AS STRING), x: -i})",
    "CREATE (:B {id: 1, s: 'b'})",
    "MATCH (a:A), (b:B) CREATE (a)-[:R {w: a.id, k: 'k'}]->(b)",
];

pub(crate) fn add_a_property_with_a_default(subject: &Subject) {
    check(
        subject,
        &Case {
            setup: AB,
            reader: "MATCH (a:A)-[r:R]->() RETURN a.id, r.w ORDER BY a.id",
            change: &[
                "ALTER TABLE A ADD n STRING DEFAULT CAST('new' AS STRING)",
                "ALTER TABLE R ADD n INT64 DEFAULT CAST(7 AS INT64)",
                "ALTER TABLE A ADD m INT64",
                "CREATE (:A {id: 4})",
            ],
            query: "MATCH (a:A) OPTIONAL MATCH (a)-[r:R]->() RETURN a.id, a.s, a.n, a.m, r.n ORDER BY a.id",
            after: "1|1|new|NULL|7; 2|2|new|NULL|7; 3|3|new|NULL|7; 4|NULL|new|NULL|NULL",
            more: &[
                "CREATE (:A {id: 5, m: 5})",
                "MATCH (a:A {id: 5}), (b:B) CREATE (a)-[:R]->(b)",
            ],
            finally: "1|1|new|NULL|7; 2|2|new|NULL|7; 3|3|new|NULL|7; 4|NULL|new|NULL|NULL; 5|NULL|new|5|7",
        },
    );
}

pub(crate) fn rename_properties(subject: &Subject) {
    check(
        subject,
        &Case {
            setup: AB,
            reader: "MATCH (a:A)-[r:R]->(b:B) RETURN a.id, a.s, a.x, r.w, r.k ORDER BY a.id",
            change: &[
                // A swap, a change of case, a key, and a chain on the rel table.
                "ALTER TABLE A RENAME s TO tmp",
                "ALTER TABLE A RENAME x TO s",
                "ALTER TABLE A RENAME tmp TO x",
                "ALTER TABLE A RENAME id TO tmp",
                "ALTER TABLE A RENAME tmp TO ID",
                "ALTER TABLE B RENAME id TO code",
                "ALTER TABLE R RENAME k TO z",
                "ALTER TABLE R RENAME w TO k",
            ],
            query: "MATCH (a:A)-[r:R]->(b:B) RETURN a.ID, a.s, a.x, r.k, r.z, b.code ORDER BY a.ID",
            after: "1|-1|1|1|k|1; 2|-2|2|2|k|1; 3|-3|3|3|k|1",
            more: &[
                "CREATE (:A {ID: 4, s: 9, x: 'x'})",
                "MATCH (a:A {ID: 4}), (b:B) CREATE (a)-[:R {k: 8, z: 'z'}]->(b)",
            ],
            finally: "1|-1|1|1|k|1; 2|-2|2|2|k|1; 3|-3|3|3|k|1; 4|9|x|8|z|1",
        },
    );
}

pub(crate) fn rename_tables(subject: &Subject) {
    check(
        subject,
        &Case {
            setup: AB,
            // It must not read a table whose name another takes: see `engine_bugs::readers`.
            reader: "RETURN 1",
            change: &[
                "ALTER TABLE A RENAME TO tmp",
                "ALTER TABLE B RENAME TO A",
                "ALTER TABLE tmp RENAME TO B",
                "ALTER TABLE R RENAME TO tmp",
                "ALTER TABLE tmp RENAME TO r",
            ],
            query: "MATCH (b:B)-[r:r]->(a:A) RETURN b.id, b.x, r.w, a.s ORDER BY b.id",
            after: "1|-1|1|b; 2|-2|2|b; 3|-3|3|b",
            more: &[
                "CREATE (:B {id: 4, x: 4})",
                "MATCH (b:B {id: 4}), (a:A) CREATE (b)-[:r {w: 4}]->(a)",
            ],
            finally: "1|-1|1|b; 2|-2|2|b; 3|-3|3|b; 4|4|4|b",
        },
    );
}

pub(crate) fn archive_and_create_under_the_same_name(subject: &Subject) {
    check(
        subject,
        &Case {
            setup: AB,
            reader: "MATCH (b:B) RETURN b.s",
            change: &[
                "ALTER TABLE R RENAME TO R__old",
                "ALTER TABLE A RENAME TO A__old",
                "CREATE NODE TABLE A(id STRING PRIMARY KEY)",
                "CREATE REL TABLE R(FROM B TO A)",
                "ALTER TABLE B RENAME s TO s__old",
                "ALTER TABLE B ADD s INT64 DEFAULT CAST(3 AS INT64)",
            ],
            query: "MATCH (o:A__old)-[r:R__old]->(b:B) OPTIONAL MATCH (b)-[:R]->(a:A) \
                RETURN o.id, r.w, b.s__old, b.s, a.id ORDER BY o.id",
            after: "1|1|b|3|NULL; 2|2|b|3|NULL; 3|3|b|3|NULL",
            more: &[
                "CREATE (:A {id: 'a'})",
                "MATCH (b:B), (a:A) CREATE (b)-[:R]->(a)",
            ],
            finally: "1|1|b|3|a; 2|2|b|3|a; 3|3|b|3|a",
        },
    );
}

const PAIRS: &[&str] = &[
    "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
    "CREATE NODE TABLE B(id INT64 PRIMARY KEY)",
    "CREATE REL TABLE R(FROM A TO B, FROM B TO A, w INT64)",
    "CREATE (:A {id: 1}), (:B {id: 2})",
    "MATCH (a:A), (b:B) CREATE (a)-[:R {w: 12}]->(b), (b)-[:R {w: 21}]->(a)",
];

pub(crate) fn add_pair(subject: &Subject) {
    check(
        subject,
        &Case {
            setup: PAIRS,
            reader: "MATCH ()-[r:R]->() RETURN r.w ORDER BY r.w",
            change: &[
                "ALTER TABLE R ADD FROM A TO A",
                "MATCH (a:A) CREATE (a)-[:R {w: 11}]->(a)",
            ],
            query: "MATCH (x)-[r:R]->(y) RETURN x.id, r.w, y.id ORDER BY r.w",
            after: "1|11|1; 1|12|2; 2|21|1",
            more: &[
                "ALTER TABLE R ADD FROM B TO B",
                "MATCH (b:B) CREATE (b)-[:R {w: 22}]->(b)",
            ],
            finally: "1|11|1; 1|12|2; 2|21|1; 2|22|2",
        },
    );
}

pub(crate) fn drop_pair(subject: &Subject) {
    check(
        subject,
        &Case {
            setup: PAIRS,
            reader: "MATCH ()-[r:R]->() RETURN r.w ORDER BY r.w",
            change: &["ALTER TABLE R DROP FROM A TO B"],
            query: "MATCH (x)-[r:R]->(y) RETURN x.id, r.w, y.id ORDER BY r.w",
            after: "2|21|1",
            more: &["MATCH (a:A), (b:B) CREATE (b)-[:R {w: 22}]->(a)"],
            finally: "2|21|1; 2|22|1",
        },
    );
}

pub(crate) fn drop_the_last_pair_and_add_another(subject: &Subject) {
    check(
        subject,
        &Case {
            setup: PAIRS,
            reader: "MATCH (a:A) RETURN a.id",
            change: &[
                "ALTER TABLE R DROP FROM A TO B",
                "ALTER TABLE R DROP FROM B TO A",
                "ALTER TABLE R ADD FROM A TO A",
            ],
            query: "MATCH (x)-[r:R]->(y) RETURN x.id, r.w, y.id ORDER BY r.w",
            after: "",
            more: &[
                "ALTER TABLE R ADD n INT64 DEFAULT CAST(4 AS INT64)",
                "MATCH (a:A) CREATE (a)-[:R {w: 11}]->(a)",
            ],
            finally: "1|11|1",
        },
    );
}

pub(crate) fn drop_a_pair_and_add_it_again(subject: &Subject) {
    check(
        subject,
        &Case {
            setup: PAIRS,
            reader: "MATCH (a:A) RETURN a.id",
            change: &[
                "ALTER TABLE R DROP FROM A TO B",
                "ALTER TABLE R ADD FROM A TO B",
            ],
            query: "MATCH (x)-[r:R]->(y) RETURN x.id, r.w, y.id ORDER BY r.w",
            after: "2|21|1",
            more: &["MATCH (a:A), (b:B) CREATE (a)-[:R {w: 13}]->(b)"],
            finally: "1|13|2; 2|21|1",
        },
    );
}

pub(crate) fn rows_of_the_same_transaction(subject: &Subject) {
    check(
        subject,
        &Case {
            setup: AB,
            reader: "MATCH (a:A) RETURN a.id ORDER BY a.id",
            change: &[
                "CREATE (:A {id: 4, s: 'before', x: 4})",
                "MATCH (a:A {id: 2}) SET a.x = 22",
                "ALTER TABLE A ADD n INT64 DEFAULT CAST(5 AS INT64)",
                "CREATE (:A {id: 5, s: 'after', n: 6})",
                "MATCH (a:A {id: 1}) SET a.n = 11",
                "MATCH (a:A {id: 3}) DETACH DELETE a",
            ],
            query: "MATCH (a:A) RETURN a.id, a.s, a.x, a.n ORDER BY a.id",
            after: "1|1|-1|11; 2|2|22|5; 4|before|4|5; 5|after|NULL|6",
            more: &["CREATE (:A {id: 6})"],
            finally: "1|1|-1|11; 2|2|22|5; 4|before|4|5; 5|after|NULL|6; 6|NULL|NULL|5",
        },
    );
}
