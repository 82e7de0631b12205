//! Databases of an old lock file, migrated to the declared schema.

use std::cell::Cell;

use kuzu_ddl::schema;
use kuzu_ddl_core::capabilities::Capabilities;
use kuzu_ddl_core::lock::LockFile;
use kuzu_ddl_core::value::Row;
use kuzu_ddl_runtime::engine::{Engine, EngineError, Session};
use kuzu_ddl_runtime::testing::UpgradeError;
use kuzu_ddl_runtime::{engine, testing};

use super::{v1, v2};

#[test]
fn upgrade_keeps_everything_without_a_tombstone() {
    let v2 = schema![v2::Human, v1::Line, v1::Shop, v2::Bought].unwrap();
    let old = LockFile::from_declared(&v1(), None).to_string();
    for declared in [v1(), v2] {
        let engine = engine::in_memory(64).unwrap();
        if let Err(error) = testing::verify_upgrade(&*engine, &old, &declared) {
            panic!("{error}");
        }
    }
}

/// An engine that deletes rows when the second migration commits.
struct LossyEngine {
    engine: Box<dyn Engine>,
    commits: Cell<u32>,
}

struct LossySession<'a> {
    session: Box<dyn Session + 'a>,
    commits: &'a Cell<u32>,
}

impl Engine for LossyEngine {
    fn capabilities(&self) -> &'static Capabilities {
        self.engine.capabilities()
    }

    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError> {
        let (session, commits) = (self.engine.session()?, &self.commits);
        Ok(Box::new(LossySession { session, commits }))
    }

    fn instance_id(&self) -> usize {
        self.engine.instance_id()
    }

    fn scratch(&self, tables: usize) -> Result<Box<dyn Engine>, EngineError> {
        self.engine.scratch(tables)
    }
}

impl Session for LossySession<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        self.session.capabilities()
    }

    fn instance_id(&self) -> usize {
        self.session.instance_id()
    }

    fn query(&self, cypher: &str) -> Result<Vec<Row>, EngineError> {
        let rows = self.session.query(cypher)?;
        if cypher == "COMMIT" {
            self.commits.set(self.commits.get() + 1);
            if self.commits.get() == 2 {
                self.session
                    .query("MATCH (x:Line {number: 1}) DETACH DELETE x")?;
                self.session
                    .query("MATCH (x:Human {id: 2}) SET x.ratio = NULL, x.email = 'other'")?;
            }
        }
        Ok(rows)
    }

    fn query_with(
        &self,
        cypher: &str,
        params: &[(&str, kuzu_ddl_core::value::Value)],
    ) -> Result<Vec<Row>, EngineError> {
        self.session.query_with(cypher, params)
    }
}

#[test]
fn upgrade_names_lost_rows_and_values() {
    let lossy = LossyEngine {
        engine: engine::in_memory(64).unwrap(),
        commits: Cell::new(0),
    };
    let old = LockFile::from_declared(&v1(), None)
        .to_string()
        .replace("\"order; 'line'\"", "Line");
    let v2 = schema![v2::Human, v1::Shop, v2::Bought].unwrap();
    let error = testing::verify_upgrade(&lossy, &old, &v2.with_dropped_table("nothing").unwrap())
        .unwrap_err();
    let UpgradeError::DataLoss(lost) = &error else {
        panic!("{error}")
    };
    let lost: Vec<&str> = lost
        .iter()
        .map(|lost| lost.split(": row").next().unwrap())
        .collect();
    assert_eq!(lost, ["Line", "Person", "Person: 1 values of `ratio`"]);
}
