//! Sequences: made before what counts by them, kept with the place they have come to.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use crate::bed::{Bed, Said};
use kuzu_ddl::{HazardKind, Point, schema};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Order {
        #[kuzu(primary_key, default_expr = "nextval('order_no')")]
        id: i64,
        what: Option<String>,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Order {
        #[kuzu(primary_key)]
        id: i64,
        what: Option<String>,
    }
}

fn orders(start: i64, increment: i64) -> Said {
    schema![v1::Order].map(|d| d.sequence("order_no", start, increment))
}

#[test]
fn made_with_what_counts_by_it_and_never_set_back() {
    let mut bed = Bed::new();
    let error = bed.refused(schema![v1::Order]).to_string();
    assert!(
        error.contains("the sequence order_no does not exist"),
        "{error}"
    );
    let report = bed.up(orders(100, 10));
    assert_eq!(
        report.steps[0].operation.to_string(),
        "create sequence order_no"
    );
    bed.run(&[
        "CREATE (:`Order` {what: 'a'})",
        "CREATE (:`Order` {what: 'b'})",
    ]);
    bed.reopen();
    // Where it starts counts only once.
    bed.up(orders(1, 10));
    bed.run(&["CREATE (:`Order` {what: 'c'})"]);
    assert_eq!(
        bed.rows("MATCH (o:`Order`) RETURN o.id ORDER BY o.id"),
        "100; 110; 120"
    );
    let error = bed.refused(orders(100, 1)).to_string();
    assert!(error.contains("step or the bounds"), "{error}");
    // Not declared any more, it is kept.
    let report = bed.up(schema![v1::Order]);
    assert!(
        report
            .to_string()
            .contains("sequence order_no is not declared"),
        "{report}"
    );
    bed.run(&["CREATE (:`Order` {what: 'd'})"]);
    assert_eq!(bed.rows("MATCH (o:`Order`) RETURN max(o.id)"), "130");
}

#[test]
fn dropped_by_a_tombstone_once_nobody_counts_by_it() {
    let bed = Bed::with(orders(1, 1));
    let gone = |said: Said| said.map(|d| d.drop_sequence("order_no"));
    let error = bed.refused(gone(schema![v1::Order])).to_string();
    assert!(
        error.contains("the default of Order.id still counts by it"),
        "{error}"
    );
    bed.up(schema![v2::Order].map(|d| d.sequence("order_no", 1, 1)));
    let said = gone(schema![v2::Order]);
    let migrator = bed.migrator(said.clone());
    migrator
        .allow(HazardKind::Irreversible, "sequence order_no")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    bed.settled(said);
    assert_eq!(bed.rows("CALL show_sequences() RETURN name"), "");
    // A new one of the same name is another.
    bed.up(orders(7, 1));
    assert_eq!(bed.rows("RETURN nextval('order_no')"), "7");
}

/// Going back to before it, what counts by it is gone, and it stays with its place.
#[test]
fn going_back_keeps_it() {
    let bed = Bed::with(schema![v2::Order]);
    bed.run(&["CREATE (:`Order` {id: 1, what: 'a'})"]);
    bed.up(orders(100, 10));
    bed.run(&["CREATE (:`Order` {what: 'b'})"]);
    bed.migrator(orders(100, 10))
        .rollback(Point::Revision(1))
        .unwrap_or_else(|e| panic!("{e}"));
    bed.settled(schema![v2::Order]);
    assert_eq!(
        bed.rows("MATCH (o:`Order`) RETURN o.id, o.what ORDER BY o.id"),
        "1|a; 100|b"
    );
    bed.migrator(orders(100, 10))
        .redo()
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    bed.run(&["CREATE (:`Order` {what: 'c'})"]);
    assert_eq!(bed.rows("MATCH (o:`Order`) RETURN max(o.id)"), "110");
}

#[test]
fn one_from_before_counts_on() {
    let bed = Bed::by_hand(&[
        "CREATE SEQUENCE order_no START 40 INCREMENT 2",
        "CREATE NODE TABLE Order(id INT64 DEFAULT CAST(nextval('order_no') AS INT64), what STRING, PRIMARY KEY(id))"
            .replace("Order(", "`Order`(")
            .as_str(),
        "CREATE (:`Order` {what: 'x'})",
    ]);
    bed.up(orders(1, 2));
    bed.run(&["CREATE (:`Order` {what: 'y'})"]);
    assert_eq!(
        bed.rows("MATCH (o:`Order`) RETURN o.id ORDER BY o.id"),
        "40; 42"
    );
    // By hand it is drift.
    bed.run(&["MATCH (o:`Order`) DELETE o"]);
    bed.run(&["DROP SEQUENCE order_no"]);
    let error = bed.refused(orders(1, 2)).to_string();
    assert!(
        error.contains("sequence order_no is in the ledger"),
        "{error}"
    );
}

mod counted {
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

fn counted() -> Said {
    schema![
        counted::Shelf, counted::Next;
        sequences
            ("shelf_no"),
            ("turn", start = 2, min = 1, max = 3, cycle),
            ("down", start = 10, increment = -5)
    ]
}

/// All options of the macro reach the engine, and properties of nodes and rels count by it.
#[test]
fn declared_with_all_options() {
    let mut bed = Bed::with(counted());
    assert_eq!(
        bed.rows(
            "CALL show_sequences() RETURN name, `start value`, increment, `min value`, `max value`, cycle ORDER BY name"
        ),
        format!(
            "down|10|-5|{}|10|false; shelf_no|1|1|1|{}|false; turn|2|1|1|3|true",
            i64::MIN,
            i64::MAX
        )
    );
    for _ in 0..4 {
        bed.run(&["CREATE (:Shelf)"]);
    }
    bed.run(&["MATCH (a:Shelf), (b:Shelf) WHERE b.no = a.no + 1 CREATE (a)-[:Next]->(b)"]);
    bed.reopen();
    bed.settled(counted());
    assert_eq!(
        bed.rows("MATCH (s:Shelf) RETURN s.no, s.turn ORDER BY s.no"),
        "1|2; 2|3; 3|1; 4|2"
    );
    assert_eq!(
        bed.rows("MATCH ()-[n:Next]->() RETURN n.rank ORDER BY n.rank"),
        "0; 5; 10"
    );
}

#[test]
fn declared_twice_or_gone_at_once() {
    let error = schema![; sequences ("no"), ("NO", start = 5)].unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("sequence `NO`: duplicate sequence: also declared at")
            || text.contains("sequence `no`: duplicate sequence: also declared at"),
        "{text}"
    );
}
