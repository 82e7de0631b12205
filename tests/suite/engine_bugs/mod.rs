//! The bugs of the engine, by their names in our notes: the wish that runs into each, through the
//! `Migrator`, is safe. What the obvious way does to the same wish is in the runtime's
//! `tests/engine/bugs.rs`, under the same names.
//!
//! B14 has no test: Kùzu has no mode in which two transactions write at once.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod columns;
mod concurrent_transactions;
mod rels;
mod values;

use crate::fixture::{Bed, Said};
use kuzu_ddl::schema;

/// Where most of them begin.
mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
        x: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A)]
    pub(super) struct R {
        w: Option<f64>,
        k: Option<i64>,
    }
}

fn v1() -> Said {
    schema![v1::A, v1::R]
}

/// Two nodes and a rel, in the file; nothing in the log.
fn filled() -> Bed {
    let bed = Bed::with(v1());
    bed.run(&[
        "CREATE (:A {id: 1, s: '11', x: 1}), (:A {id: 2, s: '22', x: 2})",
        "MATCH (a:A {id: 1}), (b:A {id: 2}) CREATE (a)-[:R {w: 0.5, k: 7}]->(b)",
        "CHECKPOINT",
    ]);
    bed
}

/// What must hold after a change, whatever happens to the process and the file.
struct Sound {
    said: fn() -> Said,
    query: &'static str,
    after: &'static str,
    /// Rows that come later, and what the query returns then.
    more: &'static [&'static str],
    finally: &'static str,
}

impl Sound {
    /// At once; after a kill and the replay of the log; after a checkpoint; with more rows; and once
    /// more from the file.
    #[track_caller]
    fn check(&self, bed: &Bed) {
        let mut bed = self.killed(bed);
        bed.run(&["CHECKPOINT"]);
        assert_eq!(bed.rows(self.query), self.after, "after the checkpoint");
        bed.run(self.more);
        assert_eq!(bed.rows(self.query), self.finally, "with more rows");
        bed.run(&["CHECKPOINT"]);
        bed.reopen();
        assert_eq!(bed.rows(self.query), self.finally, "opened again");
        bed.settled((self.said)());
    }

    #[track_caller]
    fn killed(&self, bed: &Bed) -> Bed {
        assert_eq!(bed.rows(self.query), self.after, "at once");
        let bed = bed.killed();
        assert_eq!(bed.rows(self.query), self.after, "after the replay");
        bed.settled((self.said)());
        bed
    }
}
