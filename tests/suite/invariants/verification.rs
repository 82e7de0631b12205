//! Rule 4: a migration whose steps do not produce the target changes nothing.

use kuzu_ddl::{Error, Migrator, schema};
use kuzu_ddl_core::capabilities::Capabilities;
use kuzu_ddl_core::value::{Row, Value};
use kuzu_ddl_runtime::engine::{Engine, EngineError, Session};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(skip_registration)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        code: String,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(skip_registration)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        code: String,
        note: Option<String>,
    }
}

mod other_key {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(skip_registration)]
    pub(super) struct A {
        id: i64,
        #[kuzu(primary_key)]
        code: String,
    }
}

/// An engine that reports success for statements that contain a text, and does not run them.
struct SkippingEngine<'a> {
    engine: &'a dyn Engine,
    skipped: &'static str,
}

impl Engine for SkippingEngine<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        self.engine.capabilities()
    }

    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError> {
        let session = self.engine.session()?;
        let skipped = self.skipped;
        Ok(Box::new(SkippingSession { session, skipped }))
    }

    fn instance_id(&self) -> usize {
        self.engine.instance_id()
    }

    fn scratch(&self, tables: usize) -> Result<Box<dyn Engine>, EngineError> {
        self.engine.scratch(tables)
    }
}

struct SkippingSession<'a> {
    session: Box<dyn Session + 'a>,
    skipped: &'static str,
}

impl Session for SkippingSession<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        self.session.capabilities()
    }

    fn instance_id(&self) -> usize {
        self.session.instance_id()
    }

    fn query(&self, cypher: &str) -> Result<Vec<Row>, EngineError> {
        if cypher.contains(self.skipped) {
            return Ok(Vec::new());
        }
        self.session.query(cypher)
    }

    fn query_with(&self, cypher: &str, params: &[(&str, Value)]) -> Result<Vec<Row>, EngineError> {
        self.session.query_with(cypher, params)
    }
}

/// The error of a migration without the statements that contain `skipped`. Nothing is changed, and
/// the same migration succeeds with them.
#[track_caller]
fn refused(declared: Declaration, skipped: &'static str) -> Error {
    let mut db = TestDatabase::migrated(schema![v1::A]);
    db.execute(&["CREATE (:A {id: 1, code: 'one'}), (:A {id: 2, code: 'two'})"]);
    let before = db.snapshot();
    let engine = SkippingEngine {
        engine: db.kuzu(),
        skipped,
    };
    let migrator = Migrator::new(&engine).declared(declared.clone().unwrap());
    let e = migrator.migrate().unwrap_err();
    assert_eq!(db.snapshot(), before, "{e}");
    db.reopen();
    db.migrate_cleanly(declared);
    assert_eq!(
        db.rows("MATCH (a:A) RETURN a.id, a.code ORDER BY a.id"),
        "1|one; 2|two"
    );
    e
}

#[test]
fn steps_that_produce_another_schema_are_rolled_back() {
    let e = refused(schema![v2::A], "ADD `note`");
    assert!(matches!(e, Error::VerificationFailed(_)), "{e}");
    assert!(e.to_string().contains("A.note"), "{e}");
}

#[test]
fn copies_that_lack_rows_are_rolled_back() {
    let e = refused(schema![other_key::A], ") CREATE (:");
    assert!(matches!(e, Error::RowCountMismatch { .. }), "{e}");
}
