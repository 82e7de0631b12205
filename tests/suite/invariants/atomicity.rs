//! Rule 3: all or nothing.

use crate::fixture::{Bed, Said};
use kuzu_ddl::engine::EngineErrorKind;
use kuzu_ddl::{Error, Phase, schema};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
    }
}

/// Everything before and after `n` succeeds; the sequence behind `n` ends before the rows do.
mod bad {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// New text.
    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "A")]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "s")]
        text: Option<String>,
        #[kuzu(default = "first")]
        m: String,
        #[kuzu(default_expr = "nextval('short')")]
        n: i64,
        #[kuzu(default = "last")]
        o: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = B, to = B)]
    pub(super) struct Likes;
}

/// The same property names with other types.
mod good {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
        #[kuzu(default = 9)]
        m: i64,
        #[kuzu(default = "nnnnnnnnnnnnnnnnnnnn")]
        n: String,
    }
}

fn filled() -> Bed {
    let bed = Bed::with(schema![v1::A]);
    bed.run(&[
        "CREATE SEQUENCE short START 1 MAXVALUE 2",
        "UNWIND range(1, 3) AS i CREATE (:A {id: i, s: CAST(i AS STRING)})",
    ]);
    bed.up(schema![v1::A]);
    bed
}

fn failing() -> Said {
    schema![bad::B, bad::Likes]
}

#[test]
fn a_step_that_fails_leaves_everything_as_it_was() {
    let mut bed = filled();
    let e = bed.refused(failing());
    let Error::Step { step, .. } = &e else {
        panic!("{e}")
    };
    assert_eq!(step, "add property B.n INT64");
    bed.reopen();
    bed.settled(schema![v1::A]);
    assert_eq!(
        bed.rows("MATCH (a:A) RETURN a.* ORDER BY a.id"),
        "1|1; 2|2; 3|3"
    );
}

#[test]
fn the_next_change_does_not_read_what_was_rolled_back() {
    let mut bed = filled();
    for _ in 0..2 {
        assert!(matches!(bed.refused(failing()), Error::Step { .. }));
    }
    bed.up(schema![good::A]);
    for _ in 0..2 {
        assert_eq!(
            bed.rows("MATCH (a:A) RETURN a.id, a.s, a.m, a.n ORDER BY a.id"),
            "1|1|9|nnnnnnnnnnnnnnnnnnnn; 2|2|9|nnnnnnnnnnnnnnnnnnnn; 3|3|9|nnnnnnnnnnnnnnnnnnnn"
        );
        bed.reopen();
    }
    bed.run(&["CREATE (:A {id: 4})", "CHECKPOINT"]);
    bed.settled(schema![good::A]);
}

#[test]
fn beside_a_reader_the_next_change_waits_until_it_is_safe() {
    let bed = filled();
    let reader = bed.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    reader.query("MATCH (a:A) RETURN a.id").unwrap();
    // What is rolled back stays in memory until a checkpoint, for which the reader must be gone.
    assert!(matches!(bed.migrate(failing()), Err(Error::Step { .. })));
    let e = bed.migrate(schema![good::A]).unwrap_err();
    assert!(
        matches!(&e, Error::Engine(e) if e.kind == EngineErrorKind::CheckpointOwed),
        "{e}"
    );
    reader.query("COMMIT").unwrap();
    drop(reader);
    bed.up(schema![good::A]);
    assert_eq!(
        bed.rows("MATCH (a:A {id: 1}) RETURN a.m, a.n"),
        "9|nnnnnnnnnnnnnnnnnnnn"
    );
}

mod serial {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct First {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Second {
        #[kuzu(primary_key, type = "SERIAL")]
        id: i64,
    }
}

#[test]
fn a_first_start_that_fails_leaves_no_ledger() {
    let mut bed = Bed::by_hand(&["CREATE SEQUENCE Second_id_serial"]);
    let e = bed.refused(schema![serial::First, serial::Second]);
    assert!(matches!(e, Error::Step { number: 2, .. }), "{e}");
    bed.reopen();
    assert_eq!(bed.rows("CALL show_tables() RETURN name"), "");
    bed.run(&["DROP SEQUENCE Second_id_serial"]);
    bed.up(schema![serial::First, serial::Second]);
}

#[test]
fn a_panic_of_the_application_rolls_back() {
    let mut bed = filled();
    let before = bed.state();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let migrator = bed.migrator(schema![good::A]).on_progress(|progress| {
            assert_ne!(progress.phase, Phase::Commit, "on purpose");
        });
        migrator.migrate()
    }));
    assert!(panicked.is_err());
    assert_eq!(bed.state(), before);
    bed.up(schema![good::A]);
    bed.reopen();
    assert_eq!(
        bed.rows("MATCH (a:A {id: 1}) RETURN a.m, a.n"),
        "9|nnnnnnnnnnnnnnnnnnnn"
    );
}
