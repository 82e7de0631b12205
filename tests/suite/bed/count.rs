//! A database that counts what is asked of it: a start that looks at nothing asks little.

use std::cell::Cell as Flag;

use kuzu_ddl::engine::{Capabilities, Cell, Engine, EngineError, Row, Session};

pub(crate) struct Counted<'a> {
    engine: &'a dyn Engine,
    statements: Flag<usize>,
}

impl<'a> Counted<'a> {
    pub(crate) fn new(engine: &'a dyn Engine) -> Self {
        Self {
            engine,
            statements: Flag::new(0),
        }
    }

    /// How many statements were run since the last call.
    pub(crate) fn taken(&self) -> usize {
        self.statements.take()
    }
}

impl Engine for Counted<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        self.engine.capabilities()
    }

    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError> {
        let session = self.engine.session()?;
        Ok(Box::new(CountedSession {
            session,
            statements: &self.statements,
        }))
    }

    fn handle(&self) -> usize {
        self.engine.handle()
    }

    fn scratch(&self, tables: usize) -> Result<Box<dyn Engine>, EngineError> {
        self.engine.scratch(tables)
    }
}

struct CountedSession<'a> {
    session: Box<dyn Session + 'a>,
    statements: &'a Flag<usize>,
}

impl CountedSession<'_> {
    fn count(&self) {
        self.statements.set(self.statements.get() + 1);
    }
}

impl Session for CountedSession<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        self.session.capabilities()
    }

    fn handle(&self) -> usize {
        self.session.handle()
    }

    fn query(&self, cypher: &str) -> Result<Vec<Row>, EngineError> {
        self.count();
        self.session.query(cypher)
    }

    fn query_with(&self, cypher: &str, params: &[(&str, Cell)]) -> Result<Vec<Row>, EngineError> {
        self.count();
        self.session.query_with(cypher, params)
    }
}
