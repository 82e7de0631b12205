//! Engine bugs, by their ids: each change that runs into one is safe through the `Migrator`. The
//! runtime's engine tests prove, under the same ids, what the plain statements do.
//!
//! B14 has no test: Kùzu has no mode in which two transactions write at once.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod columns;
mod concurrent_transactions;
mod rels;
mod values;

use kuzu_ddl::schema;

use crate::fixture::{Declaration, TestDatabase};

/// The starting schema of most tests.
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

fn v1() -> Declaration {
    schema![v1::A, v1::R]
}

/// Two nodes and a rel, in the file; the log is empty.
fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(v1());
    db.execute(&[
        "CREATE (:A {id: 1, s: '11', x: 1}), (:A {id: 2, s: '22', x: 2})",
        "MATCH (a:A {id: 1}), (b:A {id: 2}) CREATE (a)-[:R {w: 0.5, k: 7}]->(b)",
        "CHECKPOINT",
    ]);
    db
}

/// What must hold after a change, after kills and checkpoints.
struct DurabilityCheck {
    declaration: fn() -> Declaration,
    query: &'static str,
    after: &'static str,
    /// Rows that are inserted later, and the result of the query then.
    later_rows: &'static [&'static str],
    after_later_rows: &'static str,
}

impl DurabilityCheck {
    /// Checks the result immediately; after a kill and the replay of the log; after a checkpoint;
    /// with later rows; and after reopening.
    #[track_caller]
    fn verify(&self, db: &TestDatabase) {
        let mut db = self.after_kill(db);
        db.execute(&["CHECKPOINT"]);
        assert_eq!(db.rows(self.query), self.after, "after the checkpoint");
        db.execute(self.later_rows);
        assert_eq!(db.rows(self.query), self.after_later_rows, "with more rows");
        db.execute(&["CHECKPOINT"]);
        db.reopen();
        assert_eq!(db.rows(self.query), self.after_later_rows, "opened again");
        db.assert_up_to_date((self.declaration)());
    }

    #[track_caller]
    fn after_kill(&self, db: &TestDatabase) -> TestDatabase {
        assert_eq!(db.rows(self.query), self.after, "at once");
        let db = db.after_kill();
        assert_eq!(db.rows(self.query), self.after, "after the replay");
        db.assert_up_to_date((self.declaration)());
        db
    }
}
