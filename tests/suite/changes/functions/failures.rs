//! Functions that give no value for some rows.

use crate::fixture::prices::{cents, v1};
use crate::fixture::{Bed, Said};
use kuzu_ddl::{Error, Migrator, schema};

fn made() -> Bed {
    let bed = Bed::with(schema![v1::A]);
    bed.run(&[
        "UNWIND range(1, 40) AS i CREATE (:A {id: i, price: concat(CAST(i AS STRING), '.5')})",
        "MATCH (a:A) WHERE a.id IN [7, 20, 33] SET a.price = 'free'",
    ]);
    bed
}

/// A version of `A` whose price is an integer.
macro_rules! version {
    ($name:ident: $ty:ty, $($words:tt)*) => {
        mod $name {
            use kuzu_ddl::KuzuNode;

            #[derive(KuzuNode)]
            #[kuzu(unregistered)]
            pub(super) struct A {
                #[kuzu(primary_key)]
                id: i64,
                #[kuzu($($words)*)]
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

fn refused(bed: &Bed, said: Said, words: &[&str]) {
    let e = bed.refused(said).to_string();
    for words in words {
        assert!(e.contains(words), "{words:?}: {e}");
    }
}

#[test]
fn rows_that_get_no_value_are_counted_before_anything_is_touched() {
    let bed = made();
    let words = [
        "A.price: 3 of 40 rows get no value by the function suite::changes::functions::failures::cents, \
         for example id 7 ('free'), id 20 ('free'), id 33 ('free'); it says: it has no point; \
         write `on_fail = \"null\"` or `on_fail = \"default\"`",
    ];
    refused(&bed, schema![abort::A], &words);
    let words = ["3 of 40 rows get no value", "it gave no value"];
    refused(&bed, schema![none::A], &words);
}

#[test]
fn a_panic_names_the_row() {
    let bed = made();
    let words =
        "A.price: the function suite::changes::functions::failures::panics gives no value for id 7";
    let e = bed.refused(schema![panics::A]);
    assert!(
        matches!(&e, Error::Function { row, why, .. } if row == "id 7" && why.contains("nothing is free")),
        "{e}"
    );
    assert!(e.to_string().starts_with(words), "{e}");
}

#[test]
fn rows_that_get_no_value_get_what_the_source_says() {
    for (said, want) in [
        (schema![null::A] as Said, "37|NULL"),
        (schema![default::A], "40|-1"),
    ] {
        let mut bed = made();
        let report = bed.up(said.clone());
        let text = report.to_string();
        assert!(text.contains("may fail: A.price, 3 of 40 values"), "{text}");
        assert_eq!(
            bed.rows("MATCH (a:A), (b:A {id: 20}) RETURN count(a.price), b.price"),
            want
        );
        assert_eq!(bed.rows("MATCH (a:A {id: 8}) RETURN a.price"), "850");
        bed.reopen();
        bed.settled(said);
    }
}

/// The row changed after it was asked.
#[test]
fn a_row_that_fails_later_is_named_and_the_next_start_goes_on() {
    let bed = made();
    bed.run(&["MATCH (a:A) WHERE a.price = 'free' SET a.price = '0.5'"]);
    let migrator = Migrator::new(bed.db()).schema(schema![abort::A]).batch(10);
    let mut spoiled = false;
    let e = migrator
        .on_progress(|progress| {
            let begins = progress.phase == kuzu_ddl::Phase::Second && !spoiled;
            if begins {
                spoiled = true;
                let archive =
                    bed.rows("CALL table_info('A') WHERE name STARTS WITH 'price__' RETURN name");
                bed.run(&[&format!("MATCH (a:A {{id: 33}}) SET a.{archive} = 'free'")]);
            }
        })
        .migrate()
        .unwrap_err();
    let text = e.to_string();
    assert!(matches!(e, Error::Unfinished(_)), "{text}");
    assert!(text.contains("for id 33: it has no point"), "{text}");
    assert_eq!(bed.rows("MATCH (a:A) RETURN count(a.price)"), "30");
    // The same again, and nothing is lost.
    let e = bed.refused(schema![abort::A]);
    assert!(e.to_string().contains("for id 33"), "{e}");
    let archive = bed.rows("CALL table_info('A') WHERE name STARTS WITH 'price__' RETURN name");
    bed.run(&[&format!("MATCH (a:A {{id: 33}}) SET a.{archive} = '3.5'")]);
    bed.up(schema![abort::A]);
    assert_eq!(
        bed.rows("MATCH (a:A) RETURN count(a.price), min(a.price)"),
        "40|50"
    );
    bed.settled(schema![abort::A]);
}
