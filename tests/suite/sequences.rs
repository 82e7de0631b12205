//! Sequences: made before what counts by them, kept with the place they have come to.

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
