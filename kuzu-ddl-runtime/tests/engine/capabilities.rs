//! The lines of the table of capabilities that no bug's test tells of.

use kuzu_ddl_runtime::engine::KUZU;

use super::*;

#[test]
fn the_version_is_the_one_that_was_tried() {
    let db = memory();
    let s = db.session().unwrap();
    assert_eq!(rows(&*s, "CALL db_version() RETURN version"), KUZU.version);
}

/// What the recipes go around, in the words in which an engine could do it.
#[test]
fn what_is_refused() {
    let db = memory();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(id INT32 PRIMARY KEY, x INT32, s STRING)",
            "CREATE REL TABLE R(FROM A TO A)",
        ],
    );
    use EngineErrorKind::{Exists, Other, Syntax};
    for (cypher, why) in [
        ("ALTER TABLE A ALTER x TYPE INT64", Syntax),
        ("ALTER TABLE A RENAME x TO X", Exists),
        ("ALTER TABLE A RENAME TO a", Exists),
        ("ALTER TABLE R ADD u UUID DEFAULT gen_random_uuid()", Other),
    ] {
        assert_eq!(kind(&*s, cypher), why, "{cypher}");
    }
    run(&*s, &["BEGIN TRANSACTION"]);
    let e = fails(&*s, "CALL CREATE_FTS_INDEX('A', 'by_s', ['s'])");
    assert!(e.message.contains("auto transaction mode"), "{e}");
}
