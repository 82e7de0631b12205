//! Properties of rels.

use kuzu_ddl::{Migrator, schema};

use crate::fixture::TestDatabase;
use crate::fixture::prices::{cents, v1};

mod both {
    use kuzu_ddl::KuzuEdge;

    use super::{cents, doubled, v1};

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = v1::A, to = v1::A)]
    pub(super) struct R {
        #[kuzu(cast_with = cents)]
        w: i64,
        #[kuzu(fill_with = doubled(note))]
        doubled: String,
        note: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = v1::A, to = v1::A, name = "R")]
    pub(super) struct Former {
        w: String,
        note: Option<String>,
    }
}
fn doubled(note: Option<&str>) -> String {
    note.unwrap_or("-").repeat(2)
}

/// A rel has no key, and updating many rels of one node takes quadratic time: the rel table is
/// rebuilt with its values in one transaction.
#[test]
fn rel_values_are_computed_while_the_table_is_rebuilt() {
    let mut db = TestDatabase::migrated(schema![v1::A, both::Former]);
    db.execute(&[
        "UNWIND range(1, 3000) AS i CREATE (:A {id: i, price: '1.5'})",
        "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {w: concat(CAST(a.id AS STRING), '.25')}]->(b)",
        "MATCH (a:A)-[r:R]->() WHERE a.id % 2 = 0 SET r.note = 'x'",
    ]);
    let declaration = || schema![v1::A, both::R];
    let migrator = Migrator::new(db.kuzu()).declared_(declaration()).batch(700);
    let report = migrator.migrate().unwrap();
    assert!(report.deferred.is_empty());
    for _ in 0..2 {
        assert_eq!(
            db.rows("MATCH (a:A)-[r:R]->(b:A {id: 1}) RETURN count(*), sum(r.w - 100 * a.id)"),
            format!("3000|{}", 3_000 * 25)
        );
        assert_eq!(
            db.rows(
                "MATCH (a:A)-[r:R]->() RETURN a.id % 2, r.doubled, count(*) ORDER BY r.doubled"
            ),
            "1|--|1500; 0|xx|1500"
        );
        db.reopen();
    }
    db.assert_up_to_date(declaration());
}
