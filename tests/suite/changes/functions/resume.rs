//! Interrupted backfills, and rows inserted by others during a backfill.

use kuzu_ddl::{Error, Migrator, Phase, schema};

use crate::fixture::TestDatabase;
use crate::fixture::prices::v1;

mod v2 {
    use kuzu_ddl::KuzuNode;

    use crate::fixture::prices::cents;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast_with = cents)]
        price: i64,
        #[kuzu(fill_with = tag(id))]
        tag: String,
    }

    fn tag(id: i64) -> String {
        format!("t{id}")
    }
}

/// A later version without the functions.
mod v3 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        price: i64,
        tag: String,
    }
}

/// A version that declares neither property.
mod other {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
    }
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A]);
    db.execute(&[
        "UNWIND range(1, 100) AS i CREATE (:A {id: i, price: concat(CAST(i AS STRING), '.5')})",
    ]);
    db
}

#[test]
fn rows_inserted_during_the_backfill_are_filled() {
    let db = populated();
    db.execute(&["MATCH (a:A) WHERE a.id <= 20 DELETE a"]);
    let migrator = Migrator::new(db.kuzu())
        .declared(schema![v2::A].unwrap())
        .batch_size(10);
    let mut calls = 0;
    let report = migrator
        .on_progress(|progress| {
            if progress.phase == Phase::PostCommit {
                calls += 1;
                let id = 1000 + calls;
                if calls < 20 {
                    db.execute(&[&format!("CREATE (:A {{id: {id}, price: {id}}})")]);
                }
            }
        })
        .migrate()
        .unwrap();
    assert!(report.deferred.is_empty());
    assert!(calls >= 20);
    // Values that the application wrote are not overwritten.
    assert_eq!(
        db.rows("MATCH (a:A) WHERE a.price IS NULL OR a.tag IS NULL RETURN count(*)"),
        "0"
    );
    assert_eq!(db.rows("MATCH (a:A) WHERE a.id > 1000 RETURN count(*), sum(a.price - a.id), sum(CASE WHEN a.tag = concat('t', CAST(a.id AS STRING)) THEN 1 ELSE 0 END)"), "19|0|19");
    db.assert_up_to_date(schema![v2::A]);
}

/// Stops after some rows, as if another writer held the write transaction.
fn interrupted() -> TestDatabase {
    let db = populated();
    let session = db.session();
    let migrator = Migrator::new(db.kuzu())
        .declared(schema![v2::A].unwrap())
        .batch_size(10)
        .lock_timeout(std::time::Duration::from_millis(50));
    let e = migrator
        .on_progress(|progress| {
            if progress.phase == Phase::PostCommit && progress.rows_done == 30 {
                session.query("BEGIN TRANSACTION").unwrap();
            }
        })
        .migrate()
        .unwrap_err();
    assert!(
        matches!(&e, Error::BackfillIncomplete(unpaid) if unpaid.len() == 2),
        "{e}"
    );
    session.query("ROLLBACK").unwrap();
    drop(session);
    assert_eq!(db.rows("MATCH (a:A) RETURN count(a.price)"), "30");
    db
}

#[test]
fn next_start_resumes_an_interrupted_backfill() {
    let mut db = interrupted();
    db.reopen();
    let plan = Migrator::new(db.kuzu())
        .declared(schema![v2::A].unwrap())
        .plan()
        .unwrap();
    let text = plan.to_string();
    assert!(
        text.contains("backfill A.price") && text.contains("70 rows"),
        "{text}"
    );
    db.migrate_cleanly(schema![v2::A]);
    assert_eq!(
        db.rows("MATCH (a:A) RETURN count(*), sum(a.price - 100 * a.id), count(a.tag)"),
        "100|5000|100"
    );
    db.assert_up_to_date(schema![v2::A]);
}

#[test]
fn application_without_the_function_is_refused() {
    let db = interrupted();
    let e = db.assert_refused(schema![v3::A]).to_string();
    let message = "A.price: its values are computed by the function suite::changes::functions::resume::v2::cents, \
                 which is missing from this program";
    assert!(e.contains(message), "{e}");
    // An application that does not read these properties starts, with a note.
    let report = db.migrate(schema![other::A]).unwrap();
    assert!(report.to_string().contains(message), "{report}");
    // A rebuild in between changes the row offsets.
    db.migrate_cleanly(schema![v2::A]);
    assert_eq!(
        db.rows("MATCH (a:A) RETURN count(a.price), count(a.tag)"),
        "100|100"
    );
    db.assert_up_to_date(schema![v3::A]);
}
