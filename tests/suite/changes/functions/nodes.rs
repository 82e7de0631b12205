//! Properties of nodes.

use kuzu_ddl::{Migrator, Phase, schema};

use crate::fixture::prices::{cents, first, v1};
use crate::fixture::{Declaration, TestDatabase};

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered, dropped("full_name"))]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast_with = super::cents, default = 5)]
        price: i64,
        #[kuzu(fill_with = super::first(full_name), default = "unknown")]
        first: String,
        #[kuzu(fill_with = place(id, first_city))]
        place: String,
        #[kuzu(renamed_from = "city", name = "town")]
        first_city: Option<String>,
    }

    fn place(id: i64, city: Option<String>) -> String {
        format!("{} {id}", city.unwrap_or_default())
    }
}

const ROWS: i64 = 2_500;

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A, v1::R]);
    db.execute(&[
        &format!(
            "UNWIND range(1, {ROWS}) AS i CREATE (:A {{id: i, price: concat(CAST(i AS STRING), '.5'), \
             full_name: concat('Ann', CAST(i AS STRING), ' Lee'), city: 'Rome'}})"
        ),
        "MATCH (a:A) WHERE a.id % 10 = 0 SET a.full_name = NULL, a.city = NULL",
        "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {w: a.price}]->(b)",
    ]);
    db
}

fn v2() -> Declaration {
    schema![v2::A]
}

#[test]
fn every_node_gets_the_value_of_the_function() {
    let mut db = populated();
    let report = db.migrate_cleanly(v2());
    let text = report.to_string();
    for message in [
        "backfill A.price with suite::changes::functions::nodes::cents (2,500 rows",
        "backfill A.first with suite::changes::functions::nodes::first",
        "backfill A.place with suite::changes::functions::nodes::v2::place",
    ] {
        assert!(text.contains(message), "{message}: {text}");
    }
    assert!(report.deferred.is_empty());
    for _ in 0..2 {
        assert_eq!(
            db.rows("MATCH (a:A) RETURN count(*), count(a.price), sum(a.price - 100 * a.id), min(a.price)"),
            format!("{ROWS}|{ROWS}|{}|150", 50 * ROWS)
        );
        assert_eq!(
            db.rows(
                "MATCH (a:A) WHERE a.id IN [9, 10] RETURN a.first, a.place, a.town ORDER BY a.id"
            ),
            "Ann9|Rome 9|Rome; ?| 10|NULL"
        );
        db.reopen();
    }
    // New rows get the default.
    db.execute(&["CREATE (:A {id: 0})"]);
    assert_eq!(
        db.rows("MATCH (a:A {id: 0}) RETURN a.price, a.first, a.place"),
        "5|unknown|NULL"
    );
    db.assert_up_to_date(v2());
    assert_eq!(
        db.rows("MATCH (l:_kuzu_ddl_ledger) WHERE l.key STARTS WITH 'backfill' RETURN l.key"),
        ""
    );
}

#[test]
fn progress_counts_the_rows_of_every_batch() {
    for (batch, size) in [(100, 100), (1_000_000, 2_500), (1, 1)] {
        let db = TestDatabase::migrated(schema![v1::A, v1::R]);
        let rows = if batch == 1 { 30 } else { 2_500 };
        db.execute(&[&format!(
            "UNWIND range(1, {rows}) AS i CREATE (:A {{id: i, price: '1.5'}})"
        )]);
        let mut seen = Vec::new();
        let migrator = Migrator::new(db.kuzu())
            .declared(v2().unwrap())
            .batch_size(batch);
        let report = migrator
            .on_progress(|progress| {
                if progress.phase == Phase::PostCommit {
                    seen.push((progress.rows_done, progress.rows));
                }
            })
            .migrate()
            .unwrap();
        assert!(report.deferred.is_empty());
        let all = 3 * rows;
        assert!(
            seen.iter().all(|(done, of)| *of == all && *done <= all),
            "{seen:?}"
        );
        assert!(seen.windows(2).all(|two| two[0].0 <= two[1].0), "{seen:?}");
        assert_eq!(seen.last().unwrap().0, all);
        let batches = usize::try_from(all / size).unwrap();
        assert!(seen.len() > batches, "{batch}: {}", seen.len());
        assert_eq!(
            db.rows("MATCH (a:A) RETURN sum(a.price)"),
            (150 * rows).to_string()
        );
    }
}
