//! A SERIAL table that was renamed does not keep its old name from a new SERIAL table.

use kuzu_ddl::history::Point;
use kuzu_ddl::{Migrator, Report};

use crate::fixture::TestDatabase;
use crate::fixture::sketch::sketch;

const FIRST: &str = "node T: id SERIAL; n STRING
    edge R T>T: no SERIAL; w INT64";

const RENAMED: &str = "node O<T: id SERIAL; n STRING
    edge Q<R O>O: no SERIAL; w INT64";

const BOTH: &str = "node O<T: id SERIAL; n STRING
    node T: id SERIAL; m STRING
    edge Q<R O>O: no SERIAL; w INT64
    edge R T>O: no SERIAL";

fn migrate(db: &TestDatabase, text: &str) -> Report {
    let migrator = db.migrator(sketch(text));
    migrator.migrate().unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(sketch(FIRST));
    db.execute(&[
        "UNWIND ['a', 'b', 'c'] AS n CREATE (:T {n: n})",
        "MATCH (x:T), (y:T) WHERE x.n = 'a' CREATE (x)-[:R {w: y.id}]->(y)",
        "MATCH (x:T {n: 'c'}) DETACH DELETE x",
    ]);
    db
}

const NODES: &str = "MATCH (x:O) RETURN x.id, x.n ORDER BY x.id";
const RELS: &str = "MATCH (:O)-[r:Q]->(:O) RETURN r.no, r.w ORDER BY r.no";

/// Rows and numbers of the renamed tables, after one more row of each.
fn assert_continues(db: &TestDatabase, n: &str, nodes: &str, rels: &str) {
    db.execute(&[
        &format!("CREATE (:O {{n: '{n}'}})"),
        &format!("MATCH (x:O {{n: '{n}'}}) CREATE (x)-[:Q]->(x)"),
    ]);
    assert_eq!(
        (db.rows(NODES).as_str(), db.rows(RELS).as_str()),
        (nodes, rels)
    );
}

#[test]
fn new_serial_table_takes_the_name_of_a_renamed_one() {
    for in_one_step in [false, true] {
        let db = populated();
        if !in_one_step {
            migrate(&db, RENAMED);
        }
        migrate(&db, BOTH);
        let db = db.after_kill();
        db.assert_up_to_date(sketch(BOTH));
        // The number of the deleted row is not used again.
        assert_continues(&db, "d", "0|a; 1|b; 3|d", "0|0; 1|1; 3|NULL");
        db.execute(&[
            "CREATE (:T {m: 'x'}), (:T {m: 'y'})",
            "MATCH (t:T), (o:O {n: 'a'}) CREATE (t)-[:R]->(o)",
            "CHECKPOINT",
        ]);
        let mut db = db.after_kill();
        assert_eq!(
            db.rows("MATCH (t:T) RETURN t.id, t.m ORDER BY t.id"),
            "0|x; 1|y"
        );
        assert_eq!(
            db.rows("MATCH (:T)-[r:R]->(:O) RETURN r.no ORDER BY r.no"),
            "0; 1"
        );
        assert_continues(&db, "e", "0|a; 1|b; 3|d; 4|e", "0|0; 1|1; 3|NULL; 4|NULL");
        // Back: the first names, and all rows.
        let back = Migrator::new(db.kuzu()).rollback(Point::Revision(1));
        back.unwrap_or_else(|e| panic!("{e}"));
        db.reopen();
        assert_eq!(db.drift(), "");
        db.execute(&["CREATE (:T {n: 'f'})"]);
        assert_eq!(
            db.rows("MATCH (t:T) RETURN t.id, t.n ORDER BY t.id"),
            "0|a; 1|b; 3|d; 4|e; 5|f"
        );
        assert_eq!(db.rows("MATCH (:T)-[r:R]->(:T) RETURN count(*)"), "4");
        db.reopen();
    }
}

/// The name moves on once more, and the property of the number is renamed as well.
#[test]
fn name_of_a_serial_table_moves_on_repeatedly() {
    let first = "node T: id INT64; no SERIAL";
    let second = "node O<T: id INT64; num<no SERIAL\nnode T: id INT64; no SERIAL";
    let third = "node O<T: id INT64; num<no SERIAL
        node P<T: id INT64; no SERIAL
        node T: id INT64; no SERIAL";
    let mut db = TestDatabase::migrated(sketch(first));
    db.execute(&["CREATE (:T {id: 1}), (:T {id: 2})"]);
    migrate(&db, second);
    db.execute(&["CREATE (:T {id: 10})", "CREATE (:O {id: 3})"]);
    // `renamed_from` of the first change has acted.
    migrate(&db, &third.replace("O<T", "O"));
    for round in 0..2 {
        let id = 100 + round;
        let rows = [("T", "no"), ("P", "no"), ("O", "num")].map(|(table, number)| {
            db.execute(&[&format!("CREATE (:{table} {{id: {id}}})")]);
            db.rows(&format!(
                "MATCH (x:{table}) RETURN x.{number} ORDER BY x.{number}"
            ))
        });
        let expected = match round {
            0 => ["0", "0; 1", "0; 1; 2; 3"],
            _ => ["0; 1", "0; 1; 2", "0; 1; 2; 3; 4"],
        };
        assert_eq!(rows, expected);
        db.execute(&["CHECKPOINT"]);
        db.reopen();
    }
}

/// An archived SERIAL table does not keep its name from a new one, either, and can return.
#[test]
fn new_serial_table_takes_the_name_of_an_archived_one() {
    let other = "node X: id INT64\n";
    let db = TestDatabase::migrated(sketch(&format!("{other}node T: id SERIAL; n STRING")));
    db.execute(&["CREATE (:T {n: 'a'}), (:T {n: 'b'})"]);
    migrate(&db, &format!("{other}-T"));
    let again = format!("{other}node T: id SERIAL; m STRING");
    let recreated = db.migrator(sketch(&again)).recreate("T").migrate();
    recreated.unwrap_or_else(|e| panic!("{e}"));
    let db = db.after_kill();
    db.execute(&["CREATE (:T {m: 'x'})"]);
    assert_eq!(db.rows("MATCH (t:T) RETURN t.id, t.m"), "0|x");
    let back = Migrator::new(db.kuzu()).rollback(Point::Revision(1));
    back.unwrap_or_else(|e| panic!("{e}"));
    let db = db.after_kill();
    db.execute(&["CREATE (:T {n: 'c'})"]);
    assert_eq!(
        db.rows("MATCH (t:T) RETURN t.id, t.n ORDER BY t.id"),
        "0|a; 1|b; 2|c"
    );
    assert_eq!(db.drift(), "");
}
