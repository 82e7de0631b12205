//! One mistake per file, and what the compiler says to it.
//!
//! After a change: `TRYBUILD=overwrite cargo test -p kuzu-ddl-ui`, then read every `.stderr` as the
//! user who sees it.

#[test]
fn ui() {
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
