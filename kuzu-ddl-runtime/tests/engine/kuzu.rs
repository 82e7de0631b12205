//! Kùzu under the conformance suite.

use std::path::Path;

use ::kuzu::{Database, SystemConfig};
use kuzu_ddl_runtime::engine;
use kuzu_ddl_runtime::engine::{Engine, EngineError};

use crate::conformance::{Options, Provider, conformance_suite};

pub(crate) struct Kuzu;

conformance_suite!(Kuzu);

impl Provider for Kuzu {
    fn open(&self, path: &Path, options: Options) -> Result<Box<dyn Engine>, EngineError> {
        let config = config().buffer_pool_size(options.buffer_pool);
        let database = engine::open(path, config.read_only(options.read_only))?;
        Ok(Box::new(database))
    }

    fn in_memory(&self) -> Box<dyn Engine> {
        Box::new(Database::in_memory(config()).unwrap())
    }

    fn attach_type(&self) -> &'static str {
        "kuzu"
    }
}

/// The settings of the test databases: without bounds, each would reserve terabytes of addresses.
pub(crate) fn config() -> SystemConfig {
    SystemConfig::default()
        .max_db_size(1 << 34)
        .buffer_pool_size(Options::default().buffer_pool)
}
