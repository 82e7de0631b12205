//! Functions that return no value for some rows.

use kuzu_ddl::{Error, Migrator, schema};

use crate::fixture::prices::{cents, v1};
use crate::fixture::{Declaration, TestDatabase};

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A]);
    db.execute(&[
        "UNWIND range(1, 40) AS i CREATE (:A {id: i, price: concat(CAST(i AS STRING), '.5')})",
        "MATCH (a:A) WHERE a.id IN [7, 20, 33] SET a.price = 'free'",
    ]);
    db
}

/// A version of `A` whose price is an integer.
macro_rules! version {
    ($name:ident: $ty:ty, $($message:tt)*) => {
        mod $name {
            use kuzu_ddl::KuzuNode;

            #[derive(KuzuNode)]
            #[kuzu(unregistered)]
            pub(super) struct A {
                #[kuzu(primary_key)]
                id: i64,
                #[kuzu($($message)*)]
                price: $ty,
            }
        }
    };
}

version!(abort: i64, cast_with = super::cents);
version!(null: Option<i64>, cast_with = super::cents, on_fail = "null");
version!(default: i64, cast_with = super::cents, on_fail = "default", default = -1);
version!(panics: i64, cast_with = super::panics);
version!(none: Option<i64>, cast_with = super::none);

fn panics(price: &str) -> i64 {
    assert_ne!(price, "free", "nothing is free");
    1
}

fn none(price: &str) -> Option<i64> {
    cents(price).ok()
}

fn assert_refused_with(db: &TestDatabase, declaration: Declaration, message: &[&str]) {
    let e = db.assert_refused(declaration).to_string();
    for message in message {
        assert!(e.contains(message), "{message:?}: {e}");
    }
}

#[test]
fn failing_rows_are_counted_before_any_change() {
    let db = populated();
    let message = [
        "A.price: 3 of 40 rows get no value from the function suite::changes::functions::failures::cents, \
         for example id 7 ('free'), id 20 ('free'), id 33 ('free'): it has no point\n    \
         help: add `on_fail = \"null\"` or `on_fail = \"default\"`",
    ];
    assert_refused_with(&db, schema![abort::A], &message);
    let message = ["3 of 40 rows get no value", "no value returned"];
    assert_refused_with(&db, schema![none::A], &message);
}

#[test]
fn panicking_function_names_the_row() {
    let db = populated();
    let message = "A.price: the function suite::changes::functions::failures::panics returned no value for id 7";
    let e = db.assert_refused(schema![panics::A]);
    assert!(
        matches!(&e, Error::FunctionFailed { row, reason, .. } if row == "id 7" && reason.contains("nothing is free")),
        "{e}"
    );
    assert!(e.to_string().starts_with(message), "{e}");
}

#[test]
fn failing_rows_get_the_declared_on_fail_value() {
    for (declaration, want) in [
        (schema![null::A] as Declaration, "37|NULL"),
        (schema![default::A], "40|-1"),
    ] {
        let mut db = populated();
        let report = db.migrate_cleanly(declaration.clone());
        let text = report.to_string();
        assert!(text.contains("may fail: A.price, 3 of 40 values"), "{text}");
        assert_eq!(
            db.rows("MATCH (a:A), (b:A {id: 20}) RETURN count(a.price), b.price"),
            want
        );
        assert_eq!(db.rows("MATCH (a:A {id: 8}) RETURN a.price"), "850");
        db.reopen();
        db.assert_up_to_date(declaration);
    }
}

/// The row changes after the preflight check.
#[test]
fn row_that_fails_during_the_backfill_is_named_and_the_next_start_resumes() {
    let db = populated();
    db.execute(&["MATCH (a:A) WHERE a.price = 'free' SET a.price = '0.5'"]);
    let migrator = Migrator::new(db.kuzu())
        .declared(schema![abort::A].unwrap())
        .batch_size(10);
    let mut damaged = false;
    let e = migrator
        .on_progress(|progress| {
            let begins = progress.phase == kuzu_ddl::Phase::PostCommit && !damaged;
            if begins {
                damaged = true;
                let archive =
                    db.rows("CALL table_info('A') WHERE name STARTS WITH 'price__' RETURN name");
                db.execute(&[&format!("MATCH (a:A {{id: 33}}) SET a.{archive} = 'free'")]);
            }
        })
        .migrate()
        .unwrap_err();
    let text = e.to_string();
    assert!(matches!(e, Error::BackfillIncomplete(_)), "{text}");
    assert!(text.contains("for id 33: it has no point"), "{text}");
    assert_eq!(db.rows("MATCH (a:A) RETURN count(a.price)"), "30");
    // The next attempt fails in the same way, and nothing is lost.
    let e = db.assert_refused(schema![abort::A]);
    assert!(e.to_string().contains("for id 33"), "{e}");
    let archive = db.rows("CALL table_info('A') WHERE name STARTS WITH 'price__' RETURN name");
    db.execute(&[&format!("MATCH (a:A {{id: 33}}) SET a.{archive} = '3.5'")]);
    db.migrate_cleanly(schema![abort::A]);
    assert_eq!(
        db.rows("MATCH (a:A) RETURN count(a.price), min(a.price)"),
        "40|50"
    );
    db.assert_up_to_date(schema![abort::A]);
}
