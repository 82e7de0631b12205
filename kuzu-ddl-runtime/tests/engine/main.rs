//! What the engine does, as far as this project depends on it: the conformance suite, which every
//! adapter passes, and the engine bugs that the project works around.
//!
//! A test that fails after an update of the engine names the assumption that has to be reviewed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

/// The full path of the test that calls it, by which a child process runs it again.
macro_rules! test_name {
    () => {{
        fn here() {}
        crate::child::name(std::any::type_name_of_val(&here))
    }};
}

mod child;
mod conformance;
mod engine_bugs;
mod kuzu;
mod nothing_declared;
mod query;
