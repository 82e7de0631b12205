//! Sequences: created before the defaults that use them, and never reset.

use kuzu_ddl::history::Point;
use kuzu_ddl::{HazardKind, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(allow_reserved)]
    pub(super) struct Order {
        #[kuzu(primary_key, default_expr = "nextval('order_no')")]
        id: i64,
        what: Option<String>,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(allow_reserved)]
    pub(super) struct Order {
        #[kuzu(primary_key)]
        id: i64,
        what: Option<String>,
    }
}

fn orders(start: i64, increment: i64) -> Declaration {
    schema![v1::Order].map(|d| d.with_sequence("order_no", start, increment))
}

#[test]
fn sequence_is_created_once_and_never_reset() {
    let mut db = TestDatabase::new();
    let error = db.assert_refused(schema![v1::Order]).to_string();
    assert!(
        error.contains("the sequence order_no does not exist"),
        "{error}"
    );
    let report = db.migrate_cleanly(orders(100, 10));
    assert_eq!(
        report.steps[0].operation.to_string(),
        "create sequence order_no"
    );
    db.execute(&[
        "CREATE (:`Order` {what: 'a'})",
        "CREATE (:`Order` {what: 'b'})",
    ]);
    db.reopen();
    // The start value applies once.
    db.migrate_cleanly(orders(1, 10));
    db.execute(&["CREATE (:`Order` {what: 'c'})"]);
    assert_eq!(
        db.rows("MATCH (o:`Order`) RETURN o.id ORDER BY o.id"),
        "100; 110; 120"
    );
    let error = db.assert_refused(orders(100, 1)).to_string();
    assert!(error.contains("increment or the bounds"), "{error}");
    // No longer declared, it is kept.
    let report = db.migrate_cleanly(schema![v1::Order]);
    assert!(
        report
            .to_string()
            .contains("sequence order_no is not declared"),
        "{report}"
    );
    db.execute(&["CREATE (:`Order` {what: 'd'})"]);
    assert_eq!(db.rows("MATCH (o:`Order`) RETURN max(o.id)"), "130");
}

#[test]
fn sequence_is_dropped_once_it_is_unused() {
    let db = TestDatabase::migrated(orders(1, 1));
    let without_sequence =
        |declaration: Declaration| declaration.map(|d| d.with_dropped_sequence("order_no"));
    let error = db
        .assert_refused(without_sequence(schema![v1::Order]))
        .to_string();
    assert!(
        error.contains("the default of Order.id still uses it"),
        "{error}"
    );
    db.migrate_cleanly(schema![v2::Order].map(|d| d.with_sequence("order_no", 1, 1)));
    let declaration = without_sequence(schema![v2::Order]);
    let error = db.assert_refused(declaration.clone()).to_string();
    assert!(
        error.contains("the archive of Order.id still uses it"),
        "{error}"
    );
    let migrator = db.migrator(declaration.clone()).purge("Order.id");
    migrator
        .allow(HazardKind::Irreversible, "sequence order_no")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.assert_up_to_date(declaration);
    assert_eq!(db.rows("CALL show_sequences() RETURN name"), "");
    // A new sequence of the same name is another object.
    db.migrate_cleanly(orders(7, 1));
    assert_eq!(db.rows("RETURN nextval('order_no')"), "7");
}

/// Rolled back to before it, its default is removed, and it keeps its position.
#[test]
fn rollback_keeps_a_sequence() {
    let db = TestDatabase::migrated(schema![v2::Order]);
    db.execute(&["CREATE (:`Order` {id: 1, what: 'a'})"]);
    db.migrate_cleanly(orders(100, 10));
    db.execute(&["CREATE (:`Order` {what: 'b'})"]);
    db.migrator(orders(100, 10))
        .rollback(Point::Revision(1))
        .unwrap_or_else(|e| panic!("{e}"));
    db.assert_up_to_date(schema![v2::Order]);
    assert_eq!(
        db.rows("MATCH (o:`Order`) RETURN o.id, o.what ORDER BY o.id"),
        "1|a; 100|b"
    );
    db.migrator(orders(100, 10))
        .reapply_rolled_back()
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.execute(&["CREATE (:`Order` {what: 'c'})"]);
    assert_eq!(db.rows("MATCH (o:`Order`) RETURN max(o.id)"), "110");
}

#[test]
fn existing_sequence_continues() {
    let db = TestDatabase::from_cypher(&[
        "CREATE SEQUENCE order_no START 40 INCREMENT 2",
        "CREATE NODE TABLE Order(id INT64 DEFAULT CAST(nextval('order_no') AS INT64), what STRING, PRIMARY KEY(id))"
            .replace("Order(", "`Order`(")
            .as_str(),
        "CREATE (:`Order` {what: 'x'})",
    ]);
    db.migrate_cleanly(orders(1, 2));
    db.execute(&["CREATE (:`Order` {what: 'y'})"]);
    assert_eq!(
        db.rows("MATCH (o:`Order`) RETURN o.id ORDER BY o.id"),
        "40; 42"
    );
    // A manual change is drift.
    db.execute(&["MATCH (o:`Order`) DELETE o"]);
    db.execute(&["DROP SEQUENCE order_no"]);
    let error = db.assert_refused(orders(1, 2)).to_string();
    assert!(
        error.contains("sequence order_no is in the ledger"),
        "{error}"
    );
}

mod shelves {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Shelf {
        #[kuzu(primary_key, default_expr = "nextval('shelf_no')")]
        no: i64,
        #[kuzu(default_expr = "nextval('turn')")]
        turn: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Shelf, to = Shelf)]
    pub(super) struct Next {
        #[kuzu(default_expr = "nextval('down')")]
        rank: i64,
    }
}

fn shelves() -> Declaration {
    schema![
        shelves::Shelf, shelves::Next;
        sequences
            ("shelf_no"),
            ("turn", start = 2, min = 1, max = 3, cycle),
            ("down", start = 10, increment = -5)
    ]
}

/// All options of the macro reach the engine, and properties of nodes and rels use the sequences.
#[test]
fn all_sequence_options_reach_the_engine() {
    let mut db = TestDatabase::migrated(shelves());
    assert_eq!(
        db.rows(
            "CALL show_sequences() RETURN name, `start value`, increment, `min value`, `max value`, cycle ORDER BY name"
        ),
        format!(
            "down|10|-5|{}|10|false; shelf_no|1|1|1|{}|false; turn|2|1|1|3|true",
            i64::MIN,
            i64::MAX
        )
    );
    for _ in 0..4 {
        db.execute(&["CREATE (:Shelf)"]);
    }
    db.execute(&["MATCH (a:Shelf), (b:Shelf) WHERE b.no = a.no + 1 CREATE (a)-[:Next]->(b)"]);
    db.reopen();
    db.assert_up_to_date(shelves());
    assert_eq!(
        db.rows("MATCH (s:Shelf) RETURN s.no, s.turn ORDER BY s.no"),
        "1|2; 2|3; 3|1; 4|2"
    );
    assert_eq!(
        db.rows("MATCH ()-[n:Next]->() RETURN n.rank ORDER BY n.rank"),
        "0; 5; 10"
    );
}

#[test]
fn duplicate_sequence_is_reported() {
    let error = schema![; sequences ("no"), ("NO", start = 5)].unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("sequence `NO`: duplicate sequence: also declared at")
            || text.contains("sequence `no`: duplicate sequence: also declared at"),
        "{text}"
    );
}
