//! The table of capabilities, where no other case covers a line of it.

use super::*;

pub(crate) fn the_version_is_the_tested_one(subject: &Subject) {
    let db = subject.memory();
    let s = db.session().unwrap();
    let version = rows(&*s, "CALL db_version() RETURN version");
    assert_eq!(version, subject.capabilities().version);
}

/// What the recipes avoid, in the statements by which a more capable engine does it.
pub(crate) fn unsupported_statements_are_refused(subject: &Subject) {
    let db = subject.memory();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(id INT32 PRIMARY KEY, x INT32, s STRING)",
            "CREATE REL TABLE R(FROM A TO A)",
        ],
    );
    use EngineErrorKind::{AlreadyExists, Other, Syntax};
    let can = subject.capabilities();
    for (cypher, supported, refused) in [
        ("ALTER TABLE A ALTER x TYPE INT64", can.alter_type, Syntax),
        (
            "ALTER TABLE A RENAME x TO X",
            can.case_only_rename,
            AlreadyExists,
        ),
        (
            "ALTER TABLE A RENAME TO a",
            can.case_only_rename,
            AlreadyExists,
        ),
        (
            "ALTER TABLE R ADD u UUID DEFAULT gen_random_uuid()",
            can.add_volatile_default_to_rels,
            Other,
        ),
    ] {
        if supported {
            run(&*s, &[cypher]);
        } else {
            assert_eq!(kind(&*s, cypher), refused, "{cypher}");
        }
    }
    run(&*s, &["BEGIN TRANSACTION"]);
    let index = "CALL CREATE_FTS_INDEX('A', 'by_s', ['s'])";
    if can.transactional_index {
        run(&*s, &[index]);
    } else {
        let e = fails(&*s, index);
        assert!(e.message.contains("auto transaction mode"), "{e}");
    }
}
