//! Engine versions other than the one the recipes were verified on.

use std::sync::LazyLock;

use kuzu_ddl::{KuzuNode, Migrator, schema};
use kuzu_ddl_core::capabilities::{Capabilities, KUZU};
use kuzu_ddl_core::value::{Row, Value};
use kuzu_ddl_runtime::engine::{Engine, EngineError, Session};

use crate::fixture::TestDatabase;

static VERIFIED_ON_OLDER: LazyLock<Capabilities> = LazyLock::new(|| {
    let mut can = KUZU;
    can.version = "0.11.2";
    can
});

struct NewerEngine<'db>(&'db dyn Engine);
struct NewerSession<'db>(Box<dyn Session + 'db>);

impl Engine for NewerEngine<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        &VERIFIED_ON_OLDER
    }

    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError> {
        Ok(Box::new(NewerSession(self.0.session()?)))
    }

    fn instance_id(&self) -> usize {
        self.0.instance_id()
    }

    fn scratch(&self, tables: usize) -> Result<Box<dyn Engine>, EngineError> {
        self.0.scratch(tables)
    }
}

impl Session for NewerSession<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        &VERIFIED_ON_OLDER
    }

    fn instance_id(&self) -> usize {
        self.0.instance_id()
    }

    fn query(&self, cypher: &str) -> Result<Vec<Row>, EngineError> {
        self.0.query(cypher)
    }

    fn query_with(&self, cypher: &str, params: &[(&str, Value)]) -> Result<Vec<Row>, EngineError> {
        self.0.query_with(cypher, params)
    }
}

#[derive(KuzuNode)]
#[kuzu(unregistered)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
}

#[test]
fn plan_notes_an_unverified_engine_version() {
    let db = TestDatabase::new();
    let known = Migrator::new(db.kuzu())
        .declared(schema![A].unwrap())
        .plan()
        .unwrap();
    assert_eq!(known.notes, [""; 0]);
    let newer = NewerEngine(db.kuzu());
    let plan = Migrator::new(&newer)
        .declared(schema![A].unwrap())
        .plan()
        .unwrap();
    assert_eq!(
        plan.notes,
        [
            "engine version 0.11.3 is untested; plans were tested with Kùzu 0.11.2\nhelp: create a backup, \
             and migrate a copy first"
        ]
    );
}
